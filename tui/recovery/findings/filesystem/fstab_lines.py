"""The lines of fstab that name volumes on LUNs."""

from collections.abc import Iterator

from tui.recovery.evidence import Evidence
from tui.storage.devices.identity import luns_below
from tui.storage.model.block import BlockDevice
from tui.storage.model.files import FstabEntry
from tui.storage.probe.mounts.fstab import parse_fstab

NOT_LOCAL = ("bind", "rbind", "noauto")
"""Options of lines that no boot waits for a disk with."""


def lines_on_luns(evidence: Evidence) -> Iterator[tuple[FstabEntry, BlockDevice, str]]:
    """The lines of fstab that mean a device on a LUN: the entry, the device, the text."""
    inventory = evidence.inventory
    lines = evidence.fstab.split("\n")
    for entry in inventory.fstab:
        device = inventory.device(entry.device) if entry.device else None
        if device is None or entry.line > len(lines) or not entry.mount_point.startswith("/"):
            continue
        line = lines[entry.line - 1]
        same = [(known.spec, known.mount_point) for known in parse_fstab(line)] == [
            (entry.spec, entry.mount_point)
        ]
        if same and luns_below(inventory, device):
            yield entry, device, line
