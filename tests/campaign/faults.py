"""Faults that a campaign strikes a stack with: how each begins, what ends it, and what it fits."""

from collections.abc import Callable
from random import Random

from msgspec import Struct

from tests.campaign.stack import Kind, Stack, Volume
from tui.lab.faults import Fault
from tui.lab.guest import Guest

_SECONDS = 120.0


class Trouble(Struct, frozen=True):
    """A kind of fault.

    Attributes:
        name: of it.
        begins: makes it.
        ends: takes away what is not the host's to repair; does nothing where it is all the host's.
        fits: whether it can be made of that volume.
        of_array: the target itself is changed; two such faults of one volume would undo each other.
    """

    name: str
    begins: Callable[[Guest, Volume], None]
    ends: Callable[[Guest, Volume], None]
    fits: Callable[[Volume], bool] = lambda _volume: True
    of_array: bool = False


class Strike(Struct, frozen=True):
    """A fault of one volume."""

    trouble: Trouble
    volume: Volume

    def __str__(self) -> str:
        return f"{self.trouble.name} {self.volume.number}"


def strikes_of(chance: Random, stack: Stack) -> tuple[Strike, ...]:
    """Two or three, each of another kind, since some make the next impossible when they are of one volume."""
    wanted = chance.randint(2, 3)
    found: list[Strike] = []
    for trouble in chance.sample(TROUBLES, len(TROUBLES)):
        taken = {strike.volume for strike in found if strike.trouble.of_array} if trouble.of_array else set()
        fitting = [volume for volume in stack.volumes if trouble.fits(volume) and volume not in taken]
        if fitting and len(found) < wanted:
            found.append(Strike(trouble, chance.choice(fitting)))
    return tuple(found)


def _shell(script: str) -> Callable[[Guest, Volume], None]:
    """A fault by a shell script, with names of the volume for `{…}`; that it cannot be made is no error.

    Of two faults the second may find the place taken.
    """

    def run(guest: Guest, volume: Volume) -> None:
        words = script.format(
            target=volume.target, group=volume.group, path=volume.path, where=volume.mount_point
        )
        guest.run(("sh", "-c", f"{words}\nudevadm settle"), timeout=_SECONDS)

    return run


def _network(volume: Volume) -> str:
    return "a" if volume.portals[0].startswith("192.0.2.") else "b"


def _link(fault: Fault) -> Callable[[Guest, Volume], None]:
    return lambda guest, volume: guest.fault(fault, network=_network(volume))


def _target(fault: Fault) -> Callable[[Guest, Volume], None]:
    return lambda guest, volume: guest.fault(fault, target=volume.target)


def _last_lun(fault: Fault) -> Callable[[Guest, Volume], None]:
    return lambda guest, volume: guest.fault(fault, target=volume.target, lun=str(volume.luns - 1))


def _nothing(_guest: Guest, _volume: Volume) -> None:
    """It is all the host's."""


def _has_group(volume: Volume) -> bool:
    return volume.has_group


TROUBLES = (
    Trouble("link down", _link(Fault.LINK_DOWN), _link(Fault.LINK_UP)),
    Trouble("target stopped", _target(Fault.TARGET_STOPPED), _target(Fault.TARGET_STARTED), of_array=True),
    Trouble("LUN unmapped", _last_lun(Fault.LUN_REMOVED), _last_lun(Fault.LUN_RESTORED), of_array=True),
    Trouble("logged out", _shell("iscsiadm -m node -T {target} -u"), _nothing),
    Trouble("unmounted", _shell("umount {where}"), _nothing),
    Trouble("mounted read-only", _shell("mount -o remount,ro {where}"), _nothing),
    Trouble("deactivated", _shell("umount {where}; vgchange -an {group}"), _nothing, _has_group),
    Trouble(
        "exported", _shell("umount {where}; vgchange -an {group}; vgexport {group}"), _nothing, _has_group
    ),
    Trouble(
        "manual",
        _shell("iscsiadm -m node -T {target} -o update -n node.startup -v manual"),
        _nothing,
    ),
    Trouble("iscsid stopped", _shell("systemctl stop iscsid.socket iscsid.service"), _nothing),
    Trouble("no login at boot", _shell("systemctl disable open-iscsi.service"), _nothing),
    Trouble("no _netdev", _shell("sed -i '\\#{where} #s/_netdev,//' /etc/fstab"), _nothing),
    Trouble(
        "disk offline",
        _shell(
            "for session in $(grep -lx {target} /sys/class/iscsi_session/*/targetname); do\n"
            "for state in $(dirname $session)/device/target*/*/state; do echo offline > $state; done; done"
        ),
        _nothing,
    ),
    Trouble(
        "multipathd stopped",
        _shell("systemctl stop multipathd.socket multipathd.service"),
        _nothing,
        lambda volume: volume.is_joined,
    ),
    Trouble(
        "leg replaced by silence",
        _shell("echo 1 > /sys/block/$(lsblk -snro NAME {path} | grep '^sd' | head -n 1)/device/delete"),
        _nothing,
        lambda volume: volume.kind is Kind.RAID and not volume.is_joined,
    ),
)
