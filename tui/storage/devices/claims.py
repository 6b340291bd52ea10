"""Devices that something claims although nothing of what the kernel shows says so.

A mount is shown with one device, `holders` in sysfs names device-mapper, md and bcache. A file system on
several devices, its external journal or log, an exported backstore, a ZFS pool and a program that opened a
disk with O_EXCL are shown nowhere; that they claim a device is seen only by an exclusive open that fails with
EBUSY (bd_may_claim in the kernel's block/bdev.c).
"""

from collections.abc import Iterable

from msgspec import Struct

from tui.storage.host.interface import Host, Opening
from tui.storage.model.block import BlockDevice
from tui.storage.model.inventory import Inventory
from tui.storage.probe.narrow import mounted_elsewhere
from tui.storage.problem import Problem
from tui.storage.untrusted import clean
from tui.words import translate as _


class Claim(Struct, frozen=True):
    """A device that cannot be opened exclusively, for no reason that is to be seen.

    Attributes:
        device: the device.
        opening: `CLAIMED`, or `SILENT` where the open did not return.
    """

    device: BlockDevice
    opening: Opening


def read_claims(host: Host, inventory: Inventory, names: Iterable[str]) -> tuple[Claim, ...]:
    """The claims without a user that is known, on some devices and on all that stands on them.

    Not opened is what does not answer, what device-mapper, md or a mount visibly holds, and a disk with a
    partition that is held: those claim it too.

    Args:
        host: the machine.
        inventory: at least its devices, mounts and swap, read a moment ago.
        names: kernel names.
    """
    walk = _Walk(host, inventory)
    for name in names:
        walk.is_held(name)
    return tuple(claim for claim in walk.claims if not _is_mounted_elsewhere(host, claim.device))


class _Walk:
    """Looks at devices from what stands on top of them, each once."""

    def __init__(self, host: Host, inventory: Inventory) -> None:
        self._host, self._inventory = host, inventory
        self._held: dict[str, bool] = {}
        self._swapped = {swap.device for swap in inventory.swaps if swap.path.startswith("/dev/")}
        self.claims: list[Claim] = []

    def is_held(self, name: str) -> bool:
        """Whether somebody holds a device, or a partition of it; what is not accounted for is noted."""
        if name not in self._held:
            self._held[name] = False
            self._held[name] = self._look(name)
        return self._held[name]

    def _look(self, name: str) -> bool:
        device = self._inventory.device(name)
        if device is None:
            return False
        for holder in device.holders:
            self.is_held(holder)
        parts = [self.is_held(part) for part in device.partitions]
        if device.holders or any(parts):
            return True
        if name in self._swapped or self._inventory.mounts_of(name):
            return True
        if not device.answers or not device.size:
            return False
        opening = self._host.open_exclusively(device.path)
        if opening in {Opening.CLAIMED, Opening.SILENT}:
            self.claims.append(Claim(device, opening))
        return opening is Opening.CLAIMED


def _is_mounted_elsewhere(host: Host, device: BlockDevice) -> bool:
    """Whether it is mounted in the mount table of a container or a service, which is told otherwise."""
    paths = frozenset((device.path, f"/dev/{device.name}", *device.links))
    return bool(mounted_elsewhere(host, frozenset({device.number}), paths))


def claim_problem(claim: Claim, users: tuple[str, ...] = ()) -> Problem:
    """Why a device is not touched that something claims, with what was tried and where to look.

    Args:
        claim: what was found.
        users: who has the device open, a line each, as far as that was looked at.
    """
    path = clean(claim.device.path, 120)
    if claim.opening is Opening.SILENT:
        return Problem(
            "device.silent",
            _("{path} did not answer in time.").format(path=path),
            cause=_(
                "An exclusive open (O_EXCL) did not return, so it is not known whether something uses it."
            ),
            remedy=_("Check the session and the kernel log, then retry."),
        )
    return Problem(
        "device.claimed",
        _("{path} is in use, and this host does not show by what.").format(path=path),
        cause=_(
            "An exclusive open (O_EXCL) of it fails with EBUSY, though it is not mounted, is not swap space,"
            " and no map or array stands on it."
        ),
        remedy=_("Find what uses it and stop that, then retry. Places to look are listed below."),
        evidence=(*users, *places_to_look(claim.device)),
    )


def places_to_look(device: BlockDevice) -> tuple[str, ...]:
    """Where to look for what claims a device: what its signature suggests, else every place."""
    path = clean(device.path, 120)
    places = {
        "btrfs": _("a btrfs on several devices: btrfs filesystem show"),
        "jbd": _("the external journal of an ext4: ls /proc/fs/jbd2, dumpe2fs -h"),
        "xfs_external_log": _("the log device of an XFS: grep logdev= /proc/self/mountinfo"),
        "zfs_member": _("a ZFS pool: zpool status"),
        "bcache": _("bcache: ls /sys/fs/bcache/*/"),
        "drbd": _("DRBD: drbdadm status"),
        "": _("a target of this host (LIO): targetcli ls /backstores"),
        "loop": _("a file system unmounted lazily (umount -l), or a loop device: losetup -a"),
        "program": _("a program: fuser -v {path}").format(path=path),
    }
    likely = places.get(device.content) if device.content else None
    return (likely,) if likely else tuple(places.values())
