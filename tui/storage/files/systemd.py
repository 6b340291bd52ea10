"""Asking systemd for a unit's state and for a change of it, with failures in words."""

from tui.storage.host.interface import ChangingHost, Command, Host
from tui.storage.problem import CommandFailed, OutcomeUnknown, Problem, Refused
from tui.storage.untrusted import clean, clean_lines
from tui.words import translate as _

UNIT_DEADLINE = 90.0
"""Seconds a unit may take to start, systemd's own default (DefaultTimeoutStartSec)."""


def systemctl(verb: str, unit: str) -> Command:
    """The call that changes a unit."""
    # The unit of the root file system is `-.mount` (systemd.mount(5)).
    end = ("--",) if unit.startswith("-") else ()
    return Command(("systemctl", verb, *end, unit), deadline=UNIT_DEADLINE, changes=True)


def unit_property(host: Host, unit: str, name: str) -> str:
    """One property of a unit as `systemctl show` prints it, empty where systemd does not answer."""
    outcome = host.run(Command(("systemctl", "show", f"--property={name}", "--value", "--", unit)))
    return outcome.stdout.strip() if outcome.ok else ""


def refuse_missing(host: Host, unit: str) -> None:
    """A unit that is to be started must be there.

    Raises:
        Refused: it is not installed, or masked.
    """
    state = unit_property(host, unit, "LoadState")
    if state == "masked":
        raise Refused(
            Problem(
                "service.masked",
                _("{unit} is masked, so it cannot be started.").format(unit=clean(unit)),
                remedy=_("To allow it again: systemctl unmask {unit}").format(unit=clean(unit)),
            )
        )
    if state in {"", "not-found"}:
        raise Refused(
            Problem(
                "service.missing",
                _("There is no unit {unit} on this host.").format(unit=clean(unit)),
                _("The package that provides it is not installed."),
                _("Install it, then retry."),
            )
        )


def do(host: ChangingHost, command: Command, unit: str) -> None:
    """Have a unit changed.

    Raises:
        CommandFailed: systemd could not; what the unit wrote into the journal is the evidence.
        OutcomeUnknown: it did not finish in time.
    """
    outcome = host.run(command)
    if outcome.status is None:
        raise OutcomeUnknown(
            Problem(
                "service.deadline",
                _("systemd did not finish with {unit} in {seconds} seconds.").format(
                    unit=clean(unit), seconds=round(command.deadline)
                ),
                _("The unit may still be starting."),
                _("Check systemctl status {unit} before you retry.").format(unit=clean(unit)),
            )
        )
    if not outcome.ok:
        raise CommandFailed(unit_problem(host, unit, clean_lines(outcome.stderr, most=4)))


def unit_problem(host: Host, unit: str, said: tuple[str, ...]) -> Problem:
    """Why a unit did not start: what systemctl said, and the newest lines of the unit itself."""
    journal = host.run(
        Command(("journalctl", f"--unit={unit}", "--output=cat", "--no-pager", "--quiet", "--lines=6"))
    )
    return Problem(
        "service.failed",
        _("{unit} could not be started.").format(unit=clean(unit)),
        _("Its own messages are below."),
        _("Fix what they report, then retry."),
        evidence=(*said, *clean_lines(journal.stdout if journal.ok else "", most=6)),
    )
