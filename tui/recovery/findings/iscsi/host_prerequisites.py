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
        _("iscsid does not run."),
        _daemon_meaning(evidence, len(down)),
        seen=tuple(_daemon_seen(evidence, running)),
        ruled_out=(
            RuledOut(
                _("lost sessions"),
                _(
                    "The kernel keeps sessions without iscsid; only logging in, logging out and coming "
                    "back need it."
                ),
            ),
        ),
        hypotheses=(
            Hypothesis(
                _("It was stopped or never started."), _("`systemctl status iscsid`: inactive, no error.")
            ),
            Hypothesis(
                _("It refuses to start: name, configuration or module."),
                _("`journalctl -u iscsid -b`: the last lines say which."),
            ),
        ),
        fixes=(
            Fix(
                _("Start iscsid"),
                _("Sessions that are up stay as they are; lost ones are logged in again."),
                Proposal(
                    Plan(_("Start iscsid"), steps),
                    _("iscsid is the program that logs in, logs out, and brings lost sessions back."),
                    yes=_("Start"),
                ),
            ),
        ),
        never=(
            Never(
                _("Restart the service that logs in at boot (open-iscsi, iscsi) to bring it up"),
                _("Stopping that one unmounts the storage and logs out of everything."),
            ),
            Never(
                _("Start a second iscsid in a container"),
                _("Two of them answer the same kernel messages and leave sessions without a name."),
            ),
        ),
        # The rescue shell has stopped it, and starts it no more than anything else.
        follows_if=("F19", "F32", "F03.boot-stopped"),
    )


def _daemon_meaning(evidence: Evidence, down: int) -> str:
    inventory = evidence.inventory
    if down:
        return _("Lost sessions do not come back by themselves until it runs, even when the target answers.")
    if inventory.sessions:
        return _("Sessions that are up go on working. After a lost connection nothing would log in again.")
    return _("Nobody can log in, by hand or at boot.")


def _daemon_seen(evidence: Evidence, running: list[DaemonProcess]) -> Iterator[Seen]:
    units = [one for one in evidence.inventory.services if one.role in {Role.DAEMON, Role.DAEMON_SOCKET}]
    lines = tuple(f"{one.unit}: {one.active or '?'}, {one.enabled or '?'}" for one in units if one.installed)
    if lines:
        yield Seen("systemctl", lines)
    if not evidence.inventory.daemon_answers:
        yield Seen("/proc/net/unix", (_("nobody listens on @ISCSIADM_ABSTRACT_NAMESPACE"),))
    if evidence.has(Item.DAEMONS) and not running:
        yield Seen("/proc", (_("no process iscsid"),))
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
            "The running kernel {release} has no modules on this host any more: it was updated or removed."
        )
        fixes = (
            Fix(
                _("Reboot into the installed kernel"),
                _("Only that one has its modules. Unmount and stop what uses other storage first."),
                by_hand=("uname -r", "ls /lib/modules", "systemctl reboot"),
                confirm=(_("May this host be rebooted now?"),),
            ),
        )
    elif diverted:
        cause = _("A line of /etc/modprobe.d puts a command in the place of iscsi_tcp ({release}).")
        fixes = (
            Fix(
                _("Take that line out, then load the module"),
                _("Somebody forbade the module on purpose or by a hardening guide: ask before."),
                _load(),
                by_hand=("grep -rn iscsi_tcp /etc/modprobe.d /usr/lib/modprobe.d",),
                confirm=(_("Is the line removed, and may this host use iSCSI?"),),
            ),
        )
    else:
        cause = _(
            "The kernel {release} comes without iscsi_tcp: kernels for clouds and containers leave it out."
        )
        fixes = (
            Fix(
                _("Install the kernel's other modules, then load it"),
                _("They are in a package of their own, or in the ordinary kernel."),
                _load(),
                by_hand=_packages(evidence, modules.release),
                confirm=(_("Is the package with the module installed?"),),
            ),
        )
    yield Finding(
        "F19.module-missing",
        _("The kernel module iscsi_tcp is not loaded and cannot be loaded."),
        " ".join((cause.format(release=release), _("Without it nobody can log in."))),
        seen=(
            Seen("uname -r", (release,)),
            *([Seen("modprobe --show-depends iscsi_tcp", modules.said)] if modules.said else []),
        ),
        ruled_out=(RuledOut(_("iscsid"), _("Running or not, it needs this module for every login by TCP.")),),
        fixes=fixes,
        never=(
            Never(
                _("Copy a module from another kernel"),
                _("It does not fit, and forcing it in can bring the machine down."),
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
        else _("This host's initiator name is malformed: {name}.").format(name=clean(initiator.name, 120)),
        _(
            "iscsid does not start or targets refuse it, and the messages blame the driver or a parameter. "
            "Sessions that are up keep the name they logged in with."
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
                    "`The iSCSI driver has not been correctly installed` is also said when only the name "
                    "is missing."
                ),
            ),
        ),
        fixes=tuple(_naming(used)),
        never=(
            Never(
                _("Copy the name of another host"),
                _("Two hosts with one name throw each other out, or both mount the same LUN."),
            ),
        ),
    )


def _naming(used: str) -> Iterator[Fix]:
    if used:
        plan = Plan(_("Write the name that the sessions use"), (SetInitiatorName(used),))
        yield Fix(
            plan.title,
            _("The storage knows this host by it, so nothing has to be changed there."),
            Proposal(
                plan, _("The file gets the name again; iscsid reads it when it starts."), yes=_("Write")
            ),
        )
    yield Fix(
        _("Write the name that the storage knows"),
        _("Access lists there hold it. A backup of this host, or the storage administrator, tells it."),
        by_hand=(
            "printf 'InitiatorName=%s\\n' NAME > /etc/iscsi/initiatorname.iscsi",
            "systemctl restart iscsid",
        ),
        confirm=(_("Which name is on the storage's access list for this host?"),),
    )
    yield Fix(
        _("Or make a new one"),
        _(
            "The set-up (iscsi-console setup, Name) offers one. The storage has to admit it before anybody "
            "can log in."
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
        _("The sessions use another initiator name than the file has."),
        _(
            "Everything works now. At the next login, at the latest after a reboot, the storage sees the "
            "name in the "
            "file, and refuses it unless that name is on its access list too."
        ),
        seen=(
            Seen(clean(inventory.initiator.path), (f"InitiatorName={clean(inventory.initiator.name)}",)),
            Seen("/sys/class/iscsi_session/*/initiatorname", lines),
        ),
        fixes=(
            Fix(
                _("Write the name that the sessions use into the file"),
                _("The storage admits that one, as the sessions show."),
                Proposal(
                    Plan(_("Keep the name that is in use"), (SetInitiatorName(others[0].initiator_name),)),
                    _("The file gets the name again."),
                    yes=_("Write"),
                ),
                confirm=(_("Was the name changed by mistake?"),),
            ),
            Fix(
                _("Or have the new name admitted before the next login"),
                _("Then the change takes effect without an outage."),
                confirm=(_("Is the new name on the access list of every target?"),),
            ),
        ),
        weight=Weight.RISK,
    )
