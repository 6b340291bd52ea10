"""Made-up troubles for the Recovery screen: evidence that is there at once, one look after the other."""

import threading
import time
from collections.abc import Callable, Sequence

import pytest
from msgspec import Struct, field
from msgspec.structs import replace

from tests.recovery.making import NOW, SILENT, evidence_of, kernel_said, lost, single_path
from tests.screens.driving import COLOUR, ROOT, OneScreen
from tests.setup.building import NAME, PORTAL, TARGET
from tests.storage.changing.plan_operations import MakeFile
from tests.storage.scripted_host import ScriptedHost
from tests.waiting import AT_MOST
from tui.maintenance.proposal import Proposal
from tui.recovery.diagnosis import Diagnosis, diagnose
from tui.recovery.evidence import Item, Unread
from tui.recovery.finding import Ask, Finding, Fix, Hypothesis, Never, RuledOut, Seen, Weight
from tui.screens.access import Access
from tui.screens.recovery import looking_screen
from tui.screens.recovery.looking import Guessed, Looked
from tui.screens.recovery.recovery_screen import RecoveryScreen
from tui.screens.recovery.watching import MOUNT, Sketch, sketch
from tui.storage.changing.plan import Plan
from tui.storage.host.command_log import CommandLogHost
from tui.storage.host.interface import Host
from tui.storage.host.recording import RecordingHost
from tui.storage.model.inventory import Inventory, Unseen
from tui.storage.operations.operation import Operation
from tui.storage.problem import Problem
from tui.storage.stacks.rung import Rung, RungKind
from tui.storage.stacks.stack import Stack
from widgets.look import Look

OTHERWISE: Sketch = frozenset({((MOUNT, "/srv/more"), ("/dev/sdx",))})
"""What a glance sees that was not there."""

DISK_KEY, FILES_KEY = "F05.disk-offline", "F06.files-stopped"


def well() -> Diagnosis:
    """Nothing is wrong."""
    return diagnose(replace(evidence_of(single_path()), seconds=1.2))


def session_lost() -> Diagnosis:
    """The only session is lost, and nobody answers; 46 s are left."""
    evidence = evidence_of(lost(single_path()), SILENT)
    said = (
        kernel_said("connection1:0: ping timeout of 5 secs expired, recv timeout 5, last rx 4295", 74.0),
        kernel_said("connection1:0: detected conn error (1022)", 74.0),
    )
    evidence = replace(evidence, kernel=said, seconds=3.1)
    return Diagnosis(evidence, (_lost(tuple(one.text for one in said)),))


def _lost(said: tuple[str, ...]) -> Finding:
    """A lost session as `lost_sessions` finds it; in words of its own, so that the pictures stay."""
    return Finding(
        "F05.session-lost",
        f"The session to {TARGET} through {PORTAL.label} has lost its connection.",
        "I/O waits, and nothing is lost while it waits. At 13:47:26, or a moment before, the kernel stops "
        "waiting (`replacement_timeout`) and I/O fails. Affected: /srv/data, /dev/mapper/vg_data-data.",
        RungKind.SESSION,
        (f"session:{TARGET}|{PORTAL.label}|default",),
        seen=(
            Seen("/sys/class/iscsi_session/session1", ("state: FAILED", "recovery_tmo: 120")),
            Seen("/sys/class/scsi_device/*/device/state", ("sda (1:0:0:0): blocked",)),
            Seen("the kernel's log", said),
            Seen(f"TCP connection to {PORTAL.label}", ("silent, 3.0 s",)),
            Seen("ip route get 192.0.2.10", ("dev eth1 src 192.0.2.5",)),
            Seen("/sys/class/net/eth1", ("operstate: up, carrier: 1, mtu: 1500",)),
        ),
        ruled_out=(
            RuledOut("a logout", "The kernel still has the session; a logout removes it and its disks."),
            RuledOut("a stopped iscsid", "It accepts requests on its socket."),
        ),
        hypotheses=(
            Hypothesis(
                "The network in between is down: switch, VLAN, or a firewall that drops packets.",
                "`ping 192.0.2.10` fails too; other machines in the same network cannot reach it either.",
            ),
            Hypothesis(
                "The storage, or this port of it, is down.",
                "No other portal of this host answers either: ask whether the storage is up.",
            ),
        ),
        fixes=(
            Fix(
                "Wait: do not log out",
                "iscsid keeps trying to log in again. When it succeeds, I/O continues as if nothing had "
                "happened.",
                by_hand=("cat /sys/class/iscsi_session/session1/state",),
                seconds_left=46.0,
            ),
            Fix(
                f"Have the network path to {PORTAL.label} checked",
                "Nothing on this host can restore the connection while the portal does not answer.",
                ask=Ask(
                    "the network administrator",
                    _MESSAGE + "Is there a fault or a change on the path (switch port, VLAN, firewall)? "
                    "Please restore it.",
                ),
            ),
            Fix(
                "Have the storage checked",
                "The portal may be down, restarting, or listening elsewhere.",
                ask=Ask(
                    "the storage administrator",
                    _MESSAGE + "Does this port of the storage work? Has it failed over?",
                ),
            ),
        ),
        never=(
            Never("Reboot this host", "Data still waiting in memory would be lost; waiting loses nothing."),
            Never(
                "Log out of the session (iscsiadm -u)",
                "It removes the disks while processes use them, and waiting I/O fails.",
            ),
            Never(
                "kill -9 the waiting processes, or unload iscsi_tcp",
                "They cannot be killed while they wait, and their last writes are lost.",
            ),
        ),
    )


_MESSAGE = f"""An iSCSI session to {PORTAL.label} has lost its connection.

Host: db7
Initiator name: {NAME}
From 192.0.2.5 (eth1) to {PORTAL.label}, TCP
Target: {TARGET}

"""


def disk_offline(steps: Sequence[Operation] = (), confirm: tuple[str, ...] = ()) -> Finding:
    """The session is back, its disk is not: a plan repairs it."""
    plan = Plan("Bring sda back into use", tuple(steps))
    return Finding(
        DISK_KEY,
        "The session is back, but the kernel still keeps the disk sda offline.",
        "Every request to it fails at once, although the storage answers again. What had not been written by "
        "02:10:42 is lost; nothing more is lost by bringing it back.",
        RungKind.LUN,
        ("lun:sda",),
        "sda",
        seen=(
            Seen("/sys/block/sda/device/state", ("transport-offline",)),
            Seen(
                "the kernel's log",
                (
                    "session1: session recovery timed out after 120 secs",
                    "sd 1:0:0:0: rejecting I/O to offline device",
                ),
            ),
            Seen("/sys/class/iscsi_session/session1", ("state: LOGGED_IN", "recovery_tmo: 120")),
        ),
        ruled_out=(RuledOut("a LUN that was unmapped", "The target lists it still, with the same WWID."),),
        hypotheses=(
            Hypothesis(
                "It went offline when the timer ran out, and nobody has put it back.",
                "The log has the timeout, and no error after the session was operational again.",
            ),
        ),
        fixes=(
            Fix(
                "Let the kernel use sda again",
                "The path is good; only the mark from the outage is left.",
                proposal=Proposal(plan, "The disk answers again; the kernel is told to use it."),
                confirm=confirm,
            ),
            Fix(
                "See that it is the same LUN",
                "While the session was gone the array may have failed over to a copy.",
                by_hand=("lsscsi -i", "sg_inq --page=0x83 /dev/sda"),
            ),
        ),
        never=(
            Never("pvcreate on it because LVM does not see it", "The data is there; that would erase it."),
            Never("Mount it a second time", "The old mount is still there, and both would write."),
        ),
    )


def files_stopped(cause: Finding) -> Finding:
    """The file system on it has stopped, because of the disk."""
    return Finding(
        FILES_KEY,
        "The file system ext4 at /srv/data has stopped taking writes.",
        "What is on the disk is not touched by that; what programs wrote last is not there.",
        RungKind.FILESYSTEM,
        ("fs:data",),
        "dm-1",
        seen=(Seen("/sys/fs/ext4/dm-1/errors_count", ("3",)),),
        fixes=(
            Fix(
                "Check it, then mount it again",
                "A check replays its journal and clears the mark.",
                proposal=Proposal(Plan("Check /srv/data", ()), "The check repairs what it finds."),
            ),
        ),
        weight=Weight.CONSEQUENCE,
        follows=cause.key,
    )


def boot_risk() -> Finding:
    """The next boot would wait for it."""
    return Finding(
        "F03.no-netdev",
        "The line of /srv/data in fstab lacks _netdev.",
        "Nothing is broken now. At the next boot the system waits for it before the network is up, and then "
        "stops in emergency mode.",
        RungKind.MOUNT,
        ("mount:/srv/data",),
        seen=(Seen("/etc/fstab", ("/dev/vg_data/data /srv/data ext4 defaults 0 2",)),),
        fixes=(
            Fix("Add _netdev to its line", "Then it waits for the network.", by_hand=("nano /etc/fstab",)),
        ),
        weight=Weight.RISK,
    )


def made(*findings: Finding, unread: tuple[Unread, ...] = (), unseen: tuple[Unseen, ...] = ()) -> Diagnosis:
    """A diagnosis of a host that is well but for these findings."""
    inventory = replace(single_path(), unseen=unseen)
    evidence = replace(evidence_of(inventory), unread=unread, seconds=4.5 if unread else 1.4)
    return Diagnosis(evidence, findings)


def chain(steps: Sequence[Operation] = (), confirm: tuple[str, ...] = ()) -> Diagnosis:
    """A cause with a plan, what follows from it, a risk, and two things that could not be read."""
    cause = disk_offline(steps, confirm)
    return made(
        cause,
        files_stopped(cause),
        boot_risk(),
        unread=(
            Unread(Item.PACKETS, "ping is not installed"),
            Unread(Item.IDENTITIES, "no answer in time"),
        ),
    )


def unexplained() -> Diagnosis:
    """A session that nothing known explains."""
    return Diagnosis(replace(evidence_of(lost(single_path())), seconds=1.4), ())


class Looks(Struct):
    """The looks that the screen will take: what each finds, and whether it is held back.

    Attributes:
        found: what the looks find, in turn; the last one again and again.
        told: items that are told of at once.
        held: while it is cleared no look ends.
        numbers: the looks that were begun.
        within: seconds that each may take.
        differs: whether the next glance finds something else.
        sees: what every glance finds beside what is known.
        fails: raised by a look.
    """

    found: list[Diagnosis | Problem]
    told: dict[Item, str] = field(default_factory=dict)
    held: threading.Event = field(default_factory=threading.Event)
    numbers: list[int] = field(default_factory=list)
    within: list[float] = field(default_factory=list)
    differs: bool = False
    sees: Sketch = frozenset()
    fails: Exception | None = None

    def look(self, host: Host, number: int, within: float, told: Callable[[Item, str], None]) -> Looked:
        self.numbers.append(number)
        self.within.append(within)
        for item, why in self.told.items():
            told(item, why)
        assert self.held.wait(AT_MOST)
        if self.fails is not None:
            raise self.fails
        found = self.found[0] if len(self.found) == 1 else self.found.pop(0)
        if isinstance(found, Problem):
            return Looked(number, problem=found)
        return Looked(number, found, RecordingHost(host))

    def sketch_now(self, _host: Host, inventory: Inventory) -> Sketch:
        changed, self.differs = self.differs, False
        return sketch(inventory) | self.sees | (OTHERWISE if changed else frozenset())


def looking_at(
    patch: pytest.MonkeyPatch,
    *found: Diagnosis | Problem,
    held: bool = False,
    told: dict[Item, str] | None = None,
) -> Looks:
    """Have every Recovery screen find what is told beforehand."""
    looks = Looks(list(found), told or {})
    if not held:
        looks.held.set()
    patch.setattr(looking_screen, "look", looks.look)
    patch.setattr(looking_screen, "sketch_now", looks.sketch_now)
    first = next(one for one in found if isinstance(one, Diagnosis))
    patch.setattr(looking_screen, "guess", lambda _host, _inventory: Guessed(first))
    return looks


def recovery_app(
    patch: pytest.MonkeyPatch,
    *found: Diagnosis | Problem,
    look: Look = COLOUR,
    allowed: Access = ROOT,
    subject: Rung | Stack | None = None,
    held: bool = False,
    told: dict[Item, str] | None = None,
    live: bool = True,
    clock: Callable[[], float] = time.monotonic,
) -> tuple[OneScreen, Looks]:
    """The screen over looks that are told beforehand; nothing of this machine is read."""
    looks = looking_at(patch, *found, held=held, told=told)
    first = next(one for one in found if isinstance(one, Diagnosis))
    host = ScriptedHost()
    host.clock = NOW
    inventory = first.evidence.inventory
    screen = RecoveryScreen(CommandLogHost(host), allowed, inventory, subject, live=live, clock=clock)
    return OneScreen(screen, look), looks


def repairing(folder: str) -> tuple[MakeFile, ...]:
    """A step that really runs, in a folder of the test."""
    return (MakeFile(folder, "repaired"),)
