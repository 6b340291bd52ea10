"""F61: sectors of different sizes below one VG, and a file system that its device's sectors do not fit.

LVM refuses to make or extend such a VG unless it is told not to (devices/allow_mixed_block_sizes,
lvm.conf(5)). An LV with extents on the disk with the larger sectors has those, and a file system made for
smaller ones can no longer be mounted.
"""

import re
from collections.abc import Iterator

from tui.recovery.evidence import Evidence
from tui.recovery.finding import Finding, Fix, Never, RuledOut, Seen, Weight
from tui.recovery.findings.evidence_text import kernel_seen
from tui.recovery.findings.repair_plans import group_rung, rung_on
from tui.storage.devices.identity import luns_below
from tui.storage.model.block import BlockDevice
from tui.storage.model.inventory import Inventory
from tui.storage.model.lvm import VolumeGroup
from tui.storage.stacks.rung import RungKind
from tui.storage.untrusted import clean
from tui.words import translate as _

MIXED = "F61.mixed-sectors"
UNFIT = "F61.sectors-too-large"

SECTORS = re.compile(r"device supports (\d+) byte sectors \(not (\d+)\)")
"""What XFS says where the sectors of its device are larger than its own."""

_MOUNTED = re.compile(r"mounted filesystem|Mounting|Ending (?:clean mount|recovery)")


def sector_sizes(evidence: Evidence) -> Iterator[Finding]:
    """A risk for each VG on LUNs whose PVs have sectors of different sizes."""
    inventory = evidence.inventory
    for group in inventory.volume_groups:
        sizes = _sizes(inventory, group)
        if len(set(sizes.values())) < 2 or not any(
            device is not None and luns_below(inventory, device)
            for device in (inventory.device(name) for name in sizes)
        ):
            continue
        name = clean(group.name, 60)
        yield Finding(
            MIXED,
            _("The PVs of the VG {group} have sectors of different sizes.").format(group=name),
            _(
                "A volume that gets extents on the PV with the larger sectors has those from then on. A "
                "file system that was made for smaller ones, XFS above all, can then no longer be mounted. "
                "Nothing is damaged by it."
            ),
            RungKind.VOLUME_GROUP,
            (group_rung(group),),
            seen=(Seen("/sys/class/block/*/queue/logical_block_size", tuple(_lines(inventory, sizes))),),
            fixes=(
                Fix(
                    _("Keep volumes off the PV whose sectors are larger"),
                    _("Only new extents on it change a volume; those that are elsewhere stay as they are."),
                    by_hand=(f"pvchange --allocatable n {clean(_largest(inventory, sizes).path, 80)}",),
                ),
                _replace(inventory, group, sizes),
            ),
            never=(_never(),),
            weight=Weight.RISK,
        )


def unfit_sectors(evidence: Evidence) -> Iterator[Finding]:
    """A finding for each XFS on LUNs that the kernel refused for the size of its device's sectors."""
    inventory = evidence.inventory
    for device in inventory.devices:
        line = next(
            (
                line
                for line in reversed(evidence.kernel_about(f"device:{device.name}"))
                if SECTORS.search(line.text) or _MOUNTED.search(line.text)
            ),
            None,
        )
        found = SECTORS.search(line.text) if line is not None else None
        if line is None or found is None or inventory.mounts_of(device.name):
            continue
        if not luns_below(inventory, device):
            continue
        volume = next((known for known in inventory.logical_volumes if known.device == device.name), None)
        group = inventory.group_of(volume) if volume is not None else None
        sizes = _sizes(inventory, group) if group is not None else {}
        yield Finding(
            UNFIT,
            _("XFS on {path} cannot be mounted: its sectors have {own} bytes, its device {now}.").format(
                path=clean(device.path, 80), own=found[2], now=found[1]
            ),
            _("The device got larger sectors after the file system was made. Nothing is damaged."),
            RungKind.FILESYSTEM,
            tuple(key for key in (rung_on(evidence.stacks, device.name),) if key),
            device.name,
            seen=(
                *kernel_seen((line,)),
                *(
                    (Seen("/sys/class/block/*/queue/logical_block_size", tuple(_lines(inventory, sizes))),)
                    if sizes
                    else ()
                ),
            ),
            ruled_out=(
                RuledOut(_("a damaged file system"), _("The kernel refused it for its sector size alone.")),
            ),
            fixes=(
                _replace(inventory, group, sizes)
                if group is not None and len(set(sizes.values())) > 1
                else Fix(
                    _("Have the storage administrator set the sector size of the LUN back"),
                    _("With {size}-byte sectors the file system can be mounted as it is.").format(
                        size=found[2]
                    ),
                    by_hand=(f"blockdev --getss {clean(device.path, 80)}",),
                ),
            ),
            never=(_never(),),
        )


def _sizes(inventory: Inventory, group: VolumeGroup) -> dict[str, int]:
    """The sector size of each PV of a group, by the kernel name of its device, where it is known."""
    owned = (volume for volume in inventory.physical_volumes if group.owns(volume))
    devices = (inventory.device(volume.device) for volume in owned if volume.device)
    return {
        device.name: device.sector_size for device in devices if device is not None and device.sector_size
    }


def _lines(inventory: Inventory, sizes: dict[str, int]) -> Iterator[str]:
    for name, size in sizes.items():
        device = inventory.device(name)
        yield f"{clean(device.path if device is not None else name, 80)}: {size}"


def _largest(inventory: Inventory, sizes: dict[str, int]) -> BlockDevice:
    name = max(sizes, key=lambda name: sizes[name])
    return next(device for device in inventory.devices if device.name == name)


def _replace(inventory: Inventory, group: VolumeGroup, sizes: dict[str, int]) -> Fix:
    disk = clean(_largest(inventory, sizes).path, 80)
    return Fix(
        _("Move what is on {disk} to a PV with the smaller sectors").format(disk=disk),
        _(
            "When no extent is left on it the volumes have the smaller sectors again. That needs as much "
            "free space on such PVs: else ask the storage administrator for a LUN with that sector size."
        ),
        by_hand=(
            f"pvmove {disk}",
            f"vgreduce {clean(group.name, 60)} {disk}",
        ),
    )


def _never() -> Never:
    return Never(
        _("mkfs, xfs_repair -L, or allow_mixed_block_sizes to make it fit"),
        _("The data is whole; the first two destroy it, and the setting is how this comes about."),
    )
