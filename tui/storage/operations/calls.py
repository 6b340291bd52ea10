"""Running a tool that changes something: its failure in words, its silence as an unknown outcome."""

from collections.abc import Callable

from tui.storage.host.interface import ChangingHost, Command, Host, Outcome
from tui.storage.model.block import BlockDevice
from tui.storage.operations.operation import Progress
from tui.storage.probe.narrow import device_behind, look_at_devices
from tui.storage.problem import CommandFailed, OutcomeUnknown, Problem, Refused
from tui.storage.untrusted import clean, clean_lines
from tui.words import translate as _

_NO_SUCH_PROGRAM = 127


def change(
    host: ChangingHost,
    argv: tuple[str, ...],
    what: str,
    *,
    deadline: float = 60.0,
    progress: Progress | None = None,
    remedy: str = "",
) -> Outcome:
    """Run a command that changes the host and see that it reports success.

    Args:
        host: the host.
        argv: the command.
        what: what it was to do, as a problem's summary names it.
        deadline: seconds.
        progress: gets its lines, cleaned, as they come.
        remedy: what to do when it fails, or empty for the usual words.

    Raises:
        CommandFailed: it ended with another status than 0.
        OutcomeUnknown: its deadline passed.
    """
    on_line = (lambda line: progress(clean(line))) if progress is not None else None
    outcome = host.run(Command(argv, deadline=deadline, changes=True), on_line)
    tool = next(word for word in argv if word != "env" and "=" not in word)
    lines = clean_lines(f"{outcome.stderr}\n{outcome.stdout}", most=12)
    if outcome.ok:
        return outcome
    if outcome.status is None:
        raise OutcomeUnknown(
            Problem(
                "command.no-end",
                _("{what}: {tool} did not end within {seconds:.0f} seconds.").format(
                    what=what, tool=tool, seconds=deadline
                ),
                cause=_("A disk may have stopped answering."),
                remedy=_("Check the session and the disk. When both are healthy, retry."),
                evidence=lines,
            )
        )
    if outcome.status == _NO_SUCH_PROGRAM:
        raise CommandFailed(
            Problem(
                "command.missing",
                _("{what}: the program {tool} is not installed.").format(what=what, tool=tool),
                remedy=_("Install the package that provides it, then retry."),
            )
        )
    raise CommandFailed(
        Problem(
            f"command.failed.{tool}",
            _("{what}: {tool} failed (exit status {status}).").format(
                what=what, tool=tool, status=outcome.status
            ),
            cause=lines[0] if lines else "",
            remedy=remedy
            or _("Read the message above, fix the cause and retry. Steps already done are not run again."),
            evidence=lines,
        )
    )


def unseen_content(host: Host, path: str, holds: Callable[[BlockDevice], bool]) -> tuple[str, ...]:
    """The path of a device when udev describes it and its database does not say what it should."""
    device = device_behind(host, look_at_devices(host), path)
    return () if device is None or not device.described or holds(device) else (path,)


def reread_command(path: str) -> tuple[str, ...]:
    """The call that has udev read a device again, and waits for it (udevadm(8))."""
    return ("udevadm", "trigger", "--settle", "--action=change", f"--name-match={path}")


_IO_ERROR = "Input/output error"
"""EIO, as strerror(3) puts it."""


def refuse_when_busy(host: Host, path: str) -> None:
    """See that nothing uses a device, by opening it exclusively as wipefs(8) does; nothing is written.

    Raises:
        Refused: something does, or the disk could not be opened, or returns errors.
    """
    ask = Command(("wipefs", "--all", "--no-act", "--quiet", path), deadline=20.0)
    outcome = host.run(ask)
    if _IO_ERROR in outcome.stderr:
        # A write that failed before is reported once, to the next opener of the device (errseq of Linux).
        outcome = host.run(ask)
    if outcome.ok:
        return
    if _IO_ERROR in outcome.stderr:
        raise Refused(
            Problem(
                "device.errors",
                _("{path} returns I/O errors.").format(path=clean(path)),
                cause=_("Reads or writes on it are failing, so nothing was started."),
                remedy=_("Check the disks below it first: `iscsi-console doctor` names them."),
                evidence=clean_lines(outcome.stderr, most=4),
            )
        )
    silent = outcome.status is None
    raise Refused(
        Problem(
            "device.busy",
            _("{path} did not answer in time.").format(path=clean(path))
            if silent
            else _("{path} is in use.").format(path=clean(path)),
            cause=_("It is mounted, part of a volume, or still in use by a tool started earlier."),
            remedy=_("Wait a moment and retry. `lsblk {path}` shows what is on it.").format(path=clean(path)),
            evidence=clean_lines(outcome.stderr, most=4),
        )
    )
