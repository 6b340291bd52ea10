"""F18, F19 and F32: the host itself cannot log in: no iscsid, no kernel module, no initiator name."""

from collections.abc import Iterator

from tui.maintenance.proposal import Proposal
from tui.recovery.evidence import Evidence, Item
from tui.recovery.facts import DaemonProcess
from tui.recovery.finding import Finding, Fix, Hypothesis, Never, RuledOut, Seen, Weight
from tui.recovery.findings.evidence_text import daemon_seen
from tui.storage.changing.plan import Plan
from tui.storage.iscsi.daemon import DAEMON
from tui.storage.iscsi.iscsi_name import name_problems
from tui.storage.model.iscsi import Role, SessionState
from tui.storage.operations.iscsi.initiator import SetInitiatorName
from tui.storage.operations.operation import Operation
from tui.storage.operations.services.prerequisites import EnableService, LoadModule, StartService
from tui.storage.untrusted import clean
from tui.words import translate as _

_MODULE = "iscsi_tcp"


def uses_iscsi(evidence: Evidence) -> bool:
    """Whether this host has anything to do with iSCSI at all."""
    inventory = evidence.inventory
    return bool(inventory.sessions or inventory.node_records or inventory.discovery_records)


def silent_daemon(evidence: Evidence) -> Iterator[Finding]:
    """F18: iscsid does not run, so that nobody can log in and nothing lost comes back."""
    inventory = evidence.inventory
    if not uses_iscsi(evidence) or any(one.what == "/proc/net/unix" for one in inventory.unseen):
        return
    running = [one for one in evidence.daemons if one.name == "iscsid"]
    # Where systemd listens for it, iscsid still has to run for as long as there are sessions.
    asleep = bool(inventory.sessions) and evidence.has(Item.DAEMONS) and not running
    if inventory.daemon_answers and not asleep:
        return
    down = [one for one in inventory.sessions if one.state is not SessionState.LOGGED_IN]
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
    units = [one for one in evidence.inventory.services if one.role in {Role.DAEMON, Role.DAEMON_SOCKET}]
    lines = tuple(f"{one.unit}: {one.active or '?'}, {one.enabled or '?'}" for one in units if one.installed)
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


def missing_module(evidence: Evidence) -> Iterator[Finding]:
    """F19: the running kernel has no iscsi_tcp and cannot load it."""
    modules = evidence.modules
    if not uses_iscsi(evidence) or not evidence.has(Item.MODULES) or modules.can_load is not False:
        return
    release = clean(modules.release)
    diverted = any(line.lstrip().startswith("install ") for line in modules.said)
    if modules.folder is False:
        cause = _(
            "The modules of the running kernel {release} are no longer installed: it was updated or removed."
        )
        fixes = (
            Fix(
                _("Reboot into the installed kernel"),
                _("Only that kernel has its modules. First unmount and stop what uses other storage."),
                by_hand=("uname -r", "ls /lib/modules", "systemctl reboot"),
                confirm=(_("May this host be rebooted now?"),),
            ),
        )
    elif diverted:
        cause = _("A line in /etc/modprobe.d runs a command instead of loading iscsi_tcp ({release}).")
        fixes = (
            Fix(
                _("Remove that line, then load the module"),
                _("Somebody disabled the module on purpose or by following a hardening guide: ask first."),
                _load(),
                by_hand=("grep -rn iscsi_tcp /etc/modprobe.d /usr/lib/modprobe.d",),
                confirm=(_("Is the line removed, and may this host use iSCSI?"),),
            ),
        )
    else:
        cause = _("The kernel {release} comes without iscsi_tcp, as kernels for clouds and containers do.")
        fixes = (
            Fix(
                _("Install the kernel's extra modules, then load it"),
                _("They are in a separate package, or in the standard kernel."),
                _load(),
                by_hand=_packages(evidence, modules.release),
                confirm=(_("Is the package with the module installed?"),),
            ),
        )
    yield Finding(
        "F19.module-missing",
        _("The kernel module iscsi_tcp is not loaded and cannot be loaded."),
        " ".join((cause.format(release=release), _("Without it no login is possible."))),
        seen=(
            Seen("uname -r", (release,)),
            *([Seen("modprobe --show-depends iscsi_tcp", modules.said)] if modules.said else []),
        ),
        ruled_out=(
            RuledOut(_("iscsid"), _("Running or not, it needs this module for every login over TCP.")),
        ),
        fixes=fixes,
        never=(
            Never(
                _("Copy a module from another kernel"),
                _("It does not match, and forcing it to load can crash the machine."),
            ),
        ),
    )


def _load() -> Proposal:
    plan = Plan(_("Load the module {name}").format(name=_MODULE), (LoadModule(_MODULE),))
    return Proposal(plan, _("The module carries iSCSI over TCP."), yes=_("Load"))


def _packages(evidence: Evidence, release: str) -> tuple[str, ...]:
    kernel = clean(release)
    return {
        "debian": (f"apt install linux-image-{kernel.rpartition('-')[2] or 'amd64'}".replace("cloud-", ""),),
        "redhat": (f"dnf install kernel-modules-extra-{kernel}",),
        "suse": ("zypper install kernel-default",),
    }.get(evidence.inventory.distribution.family, ())


def unusable_name(evidence: Evidence) -> Iterator[Finding]:
    """F32: there is no initiator name, or one that no target takes."""
    initiator = evidence.inventory.initiator
    if not initiator.readable or initiator.generates or not uses_iscsi(evidence):
        return
    # Capital letters and underscores are against the rules and work with most storage.
    problems = name_problems(initiator.name, for_target=True)[1] if initiator.name else ()
    proved = any(one.initiator_name == initiator.name for one in evidence.inventory.sessions)
    if initiator.name and (proved or not problems):
        yield from _changed_name(evidence)
        return
    used = next((one.initiator_name for one in evidence.inventory.sessions if one.initiator_name), "")
    yield Finding(
        "F32.no-name" if not initiator.name else "F32.bad-name",
        _("This host has no initiator name.")
        if not initiator.name
        else _("The initiator name of this host is not valid: {name}.").format(
            name=clean(initiator.name, 120)
        ),
        _(
            "iscsid does not start, or targets refuse the name, and the error messages blame the driver "
            "or a parameter. Sessions that are up keep the name they logged in with."
        ),
        seen=(
            Seen(
                clean(initiator.path),
                (f"InitiatorName={clean(initiator.name)}",) if initiator.name else (_("no InitiatorName="),),
            ),
            *([Seen(_("sessions that are up"), (clean(used),))] if used else []),
            *([Seen(_("what is wrong with it"), tuple(one.summary for one in problems))] if problems else []),
        ),
        ruled_out=(
            RuledOut(
                _("a missing driver"),
                _(
                    "`The iSCSI driver has not been correctly installed` is also printed when only the "
                    "name is missing."
                ),
            ),
        ),
        fixes=tuple(_naming(used)),
        never=(
            Never(
                _("Copy the name of another host"),
                _("Two hosts with one name terminate each other's sessions, or both mount the same LUN."),
            ),
        ),
    )


def _naming(used: str) -> Iterator[Fix]:
    if used:
        plan = Plan(_("Write the name that the sessions use"), (SetInitiatorName(used),))
        yield Fix(
            plan.title,
            _("The target's ACL already has it, so nothing has to be changed there."),
            Proposal(
                plan, _("The name is written to the file; iscsid reads it when it starts."), yes=_("Write")
            ),
        )
    yield Fix(
        _("Write the name that the target's ACL allows"),
        _(
            "The ACL on the storage holds it. You find it in a backup of this host, or from the "
            "storage administrator."
        ),
        by_hand=(
            "printf 'InitiatorName=%s\\n' NAME > /etc/iscsi/initiatorname.iscsi",
            "systemctl restart iscsid",
        ),
        confirm=(_("Which name does the storage's ACL have for this host?"),),
    )
    yield Fix(
        _("Or create a new one"),
        _(
            "The set-up (iscsi-console setup, Name) offers one. It must be in the target's ACL before "
            "any login succeeds."
        ),
        by_hand=("iscsi-iname",),
    )


def _changed_name(evidence: Evidence) -> Iterator[Finding]:
    """A name in the file that the sessions do not use: at the next login the storage sees another host."""
    inventory = evidence.inventory
    own = {one.name for one in inventory.interfaces if one.initiator_name}
    others = [
        one
        for one in inventory.sessions
        if one.initiator_name and one.initiator_name != inventory.initiator.name and one.iface not in own
    ]
    if not others:
        return
    lines = tuple(f"session{one.sid}: {clean(one.initiator_name)}" for one in others)
    yield Finding(
        "F32.name-changed",
        _("The sessions use a different initiator name than the file."),
        _(
            "Everything works now. At the next login, at the latest after a reboot, the target sees the "
            "name in the file, and refuses it unless its ACL allows that name too."
        ),
        seen=(
            Seen(clean(inventory.initiator.path), (f"InitiatorName={clean(inventory.initiator.name)}",)),
            Seen("/sys/class/iscsi_session/*/initiatorname", lines),
        ),
        fixes=(
            Fix(
                _("Write the name that the sessions use into the file"),
                _("The target's ACL allows that one, as the sessions show."),
                Proposal(
                    Plan(_("Keep the name that is in use"), (SetInitiatorName(others[0].initiator_name),)),
                    _("The name is written to the file."),
                    yes=_("Write"),
                ),
                confirm=(_("Was the name changed by mistake?"),),
            ),
            Fix(
                _("Or have the new name added to the ACL before the next login"),
                _("Then the change takes effect without an outage."),
                confirm=(_("Is the new name in the ACL of every target?"),),
            ),
        ),
        weight=Weight.RISK,
    )
