"""The lines of fstab that name volumes on LUNs."""

from collections.abc import Iterator

from tui.recovery.evidence import Evidence
from tui.storage.devices.identity import luns_below
from tui.storage.model.block import BlockDevice
from tui.storage.model.files import FstabEntry
from tui.storage.probe.mounts.fstab import normalised, parse_fstab

NOT_LOCAL = ("bind", "rbind", "noauto")
"""Options of lines that no boot waits for a disk with."""


def lines_on_luns(evidence: Evidence) -> Iterator[tuple[FstabEntry, BlockDevice, str]]:
    """The lines of fstab that mean a device on a LUN, swap space too: the entry, the device, the text."""
    inventory = evidence.inventory
    lines = evidence.fstab.split("\n")
    for entry in inventory.fstab:
        device = inventory.device(entry.device) if entry.device else None
        named = entry.mount_point.startswith("/") or entry.kind == "swap"
        if device is None or entry.line > len(lines) or not named or entry.kind == "ignore":
            continue
        line = lines[entry.line - 1]
        same = [(known.spec, normalised(known.mount_point)) for known in parse_fstab(line)] == [
            (entry.spec, entry.mount_point)
        ]
        if same and luns_below(inventory, device):
            yield entry, device, line


def place_of_line(entry: FstabEntry) -> str:
    """What a line is known by: its mount point, of swap space its device."""
    return entry.spec if entry.kind == "swap" else entry.mount_point


def rung_of_line(evidence: Evidence, entry: FstabEntry) -> str:
    """The key of the rung that a line is about, of swap space by the name that the kernel shows."""
    if entry.kind != "swap":
        return f"mount:{entry.mount_point}"
    used = (swap.path for swap in evidence.inventory.swaps if swap.device == entry.device)
    return f"swap:{next(used, entry.spec)}"
