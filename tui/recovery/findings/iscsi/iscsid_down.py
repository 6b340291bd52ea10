"""F18: iscsid does not run or does not answer."""

from collections.abc import Iterator

from tui.maintenance.proposal import Proposal
from tui.recovery.evidence import Evidence, Item
from tui.recovery.facts import DaemonProcess
from tui.recovery.finding import Finding, Fix, Hypothesis, Never, RuledOut, Seen
from tui.recovery.findings.evidence_text import daemon_seen
from tui.storage.changing.plan import Plan
from tui.storage.iscsi.daemon import DAEMON
from tui.storage.model.iscsi import Role, SessionState
from tui.storage.operations.operation import Operation
from tui.storage.operations.services.prerequisites import EnableService, StartService
from tui.words import translate as _


def uses_iscsi(evidence: Evidence) -> bool:
    """Whether this host has anything to do with iSCSI at all."""
    inventory = evidence.inventory
    return bool(inventory.sessions or inventory.node_records or inventory.discovery_records)


def iscsid_down(evidence: Evidence) -> Iterator[Finding]:
    """F18: iscsid does not run, so that nobody can log in and nothing lost comes back."""
    inventory = evidence.inventory
    if not uses_iscsi(evidence) or any(unseen.what == "/proc/net/unix" for unseen in inventory.unseen):
        return
    running = [process for process in evidence.daemons if process.name == "iscsid"]
    # Where systemd listens for it, iscsid still has to run for as long as there are sessions.
    asleep = bool(inventory.sessions) and evidence.has(Item.DAEMONS) and not running
    if inventory.daemon_answers and not asleep:
        return
    down = [session for session in inventory.sessions if session.state is not SessionState.LOGGED_IN]
    steps = tuple(_starting(evidence))
    yield Finding(
        "F18.daemon-down",
        _("iscsid is not running."),
        _daemon_meaning(evidence, len(down)),
        seen=tuple(_daemon_seen(evidence, running)),
        ruled_out=(
            RuledOut(
                _("lost sessions"),
                _("The kernel keeps sessions without iscsid; only login, logout and reconnecting need it."),
            ),
        ),
        hypotheses=(
            Hypothesis(
                _("It was stopped or never started."), _("`systemctl status iscsid`: inactive, no error.")
            ),
            Hypothesis(
                _("It refuses to start: name, configuration or module."),
                _("`journalctl -u iscsid -b`: the last lines show which."),
            ),
        ),
        fixes=(
            Fix(
                _("Start iscsid"),
                _("Sessions that are up stay up; lost ones are logged in again."),
                Proposal(
                    Plan(_("Start iscsid"), steps),
                    _("iscsid is the daemon that logs in, logs out and reconnects lost sessions."),
                    yes=_("Start"),
                ),
            ),
        ),
        never=(
            Never(
                _("Restart the service that logs in at boot (open-iscsi, iscsi) to start it"),
                _("Stopping that service unmounts the storage and logs out of everything."),
            ),
            Never(
                _("Start a second iscsid in a container"),
                _("Both would answer the same kernel messages, which leaves sessions without a name."),
            ),
        ),
        # The rescue shell has stopped it, and starts it no more than anything else.
        follows_if=("F19", "F32", "F03.boot-stopped"),
    )


def _daemon_meaning(evidence: Evidence, down: int) -> str:
    inventory = evidence.inventory
    if down:
        return _("Lost sessions do not reconnect until it runs, even if the target answers.")
    if inventory.sessions:
        return _("Sessions that are up keep working. After a lost connection nothing would log in again.")
    return _("No login is possible, neither by hand nor at boot.")


def _daemon_seen(evidence: Evidence, running: list[DaemonProcess]) -> Iterator[Seen]:
    units = [
        service
        for service in evidence.inventory.services
        if service.role in {Role.DAEMON, Role.DAEMON_SOCKET}
    ]
    lines = tuple(
        f"{unit.unit}: {unit.active or '?'}, {unit.enabled or '?'}" for unit in units if unit.installed
    )
    if lines:
        yield Seen("systemctl", lines)
    if not evidence.inventory.daemon_answers:
        yield Seen("/proc/net/unix", (_("nothing listens on @ISCSIADM_ABSTRACT_NAMESPACE"),))
    if evidence.has(Item.DAEMONS) and not running:
        yield Seen("/proc", (_("no iscsid process"),))
    yield from daemon_seen(evidence.daemon[-4:])


def _starting(evidence: Evidence) -> Iterator[Operation]:
    socket = evidence.inventory.service(Role.DAEMON_SOCKET)
    if socket is not None:
        if socket.enabled not in {"enabled", "static", "alias"}:
            yield EnableService(socket.unit)
        if socket.active != "active":
            yield StartService(socket.unit)
    else:
        daemon = evidence.inventory.service(Role.DAEMON)
        if daemon is not None and daemon.enabled == "disabled":
            yield EnableService(daemon.unit)
    yield StartService(DAEMON)
