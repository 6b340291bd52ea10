"""A line of fstab as an expectation reads it: its text, its unit, what stands at its place."""

from collections.abc import Iterator

from msgspec import Struct

from tui.recovery.evidence import Evidence
from tui.recovery.facts import BootUnit
from tui.recovery.finding import Seen
from tui.storage.devices.identity import luns_below
from tui.storage.files.unit_names import escape_path
from tui.storage.model.block import BlockDevice
from tui.storage.model.files import FstabEntry, Mount
from tui.storage.probe.devices.places import link_of_spec
from tui.storage.probe.mounts.fstab import FSTAB, normalised, parse_fstab
from tui.storage.untrusted import clean

AUTOMOUNT = ("x-systemd.automount", "comment=systemd.automount")
"""Options after which systemd mounts a place when it is used (systemd.mount(5))."""

_IGNORED = ("ignore",)
"""File system types of lines that are passed over (fstab(5))."""


class Line(Struct, frozen=True):
    """A line of fstab that names a block device.

    Attributes:
        entry: what it says.
        text: the line itself, or empty where the file was not read.
        device: what its first field means today, or None.
    """

    entry: FstabEntry
    text: str
    device: BlockDevice | None

    @property
    def seen(self) -> Seen:
        """It as evidence."""
        entry = self.entry
        words = self.text.strip() or f"{entry.spec} {entry.mount_point} {entry.kind}"
        return Seen(f"{FSTAB}:{entry.line}", (clean(words),))

    @property
    def automounts(self) -> bool:
        """Whether systemd mounts it when it is used."""
        return bool(set(AUTOMOUNT) & set(self.entry.options))

    @property
    def automount_unit(self) -> str:
        """The unit that waits for its use."""
        return f"{escape_path(self.entry.mount_point)}.automount"


def lines(evidence: Evidence) -> Iterator[Line]:
    """Every line of fstab for a block device; those of kind `ignore` are passed over."""
    texts = evidence.fstab.split("\n")
    for entry in evidence.inventory.fstab:
        if entry.kind in _IGNORED or not names_device(entry.spec):
            continue
        text = texts[entry.line - 1] if entry.line <= len(texts) else ""
        same = [(known.spec, normalised(known.mount_point)) for known in parse_fstab(text)] == [
            (entry.spec, entry.mount_point)
        ]
        device = evidence.inventory.device(entry.device) if entry.device else None
        yield Line(entry, text if same else "", device)


def names_device(spec: str) -> bool:
    """Whether the first field of fstab(5) can only mean a block device."""
    return spec.startswith("/dev/") or link_of_spec(spec) != spec


def unit_of(evidence: Evidence, line: Line) -> BootUnit | None:
    """The unit that systemd made of a line, by the device it waits for; None where it knows none.

    Of a mount it says where the mount point leads once its links are followed.
    """
    what = link_of_spec(line.entry.spec)
    ending = ".swap" if line.entry.kind == "swap" else ".mount"
    own = [
        unit
        for unit in evidence.boot_units
        if unit.what == what and unit.name.endswith(ending) and unit.source == FSTAB
    ]
    exact = [unit for unit in own if not unit.where or unit.where == line.entry.mount_point]
    return next(iter((*exact, *own)), None)


def automount_of(evidence: Evidence, line: Line) -> BootUnit | None:
    """The unit that waits for the use of a line's mount point, or None."""
    return next((unit for unit in evidence.boot_units if unit.name == line.automount_unit), None)


def places_of(evidence: Evidence, line: Line) -> frozenset[str]:
    """The mount point of a line, and where it leads as systemd has it."""
    unit = unit_of(evidence, line)
    return line.entry.places | ({unit.where} if unit is not None and unit.where else set())


def is_same_volume(evidence: Evidence, mount: Mount, line: Line) -> bool:
    """Whether what is mounted is what a line names: the same device, or one with the same UUID or label.

    A copy with the same UUID answers to the line as well; that there are two is a finding of its own.
    """
    if mount.device and line.device is not None and mount.device == line.device.name:
        return True
    found = evidence.inventory.device(mount.device)
    if found is None:
        return not mount.device
    link = link_of_spec(line.entry.spec)
    tag, _equals, value = line.entry.spec.partition("=")
    value = value.strip("\"'")
    twin = {"UUID": found.content_uuid, "LABEL": found.content_label}.get(tag, "")
    return link in found.links or bool(value and twin == value)


def may_be_networked(evidence: Evidence, line: Line) -> bool:
    """Whether a volume that is not here could be on a LUN; on a host without iSCSI, where the line says so.

    A local disk with `nofail` may be missing on such a host, and is none of this program's affairs.
    """
    inventory = evidence.inventory
    uses = bool(inventory.sessions or inventory.node_records)
    return uses or "_netdev" in line.entry.options


def is_networked(evidence: Evidence, line: Line) -> bool:
    """Whether a line is for a volume on a LUN, or says that it needs the network."""
    if "_netdev" in line.entry.options:
        return True
    return line.device is not None and bool(luns_below(evidence.inventory, line.device))
