"""The partitions of a disk, from sysfs and udev's database: nothing is read from the disk."""

from msgspec import Struct

from tui.storage.host.interface import Host
from tui.storage.model.block import BlockDevice
from tui.storage.probe.devices.udev import UdevEntry, read_entry
from tui.storage.probe.reading import number, whole_number, word

_SECTOR = 512


class PartitionFacts(Struct, frozen=True):
    """A partition.

    Attributes:
        number: its place in the table; 0 where that is not known.
        start: bytes before it, or None where that is not known.
        kind: its type, a GUID or `0x83` (ID_PART_ENTRY_TYPE).
        uuid: ID_PART_ENTRY_UUID.
        name: ID_PART_ENTRY_NAME, of GPT only.
    """

    number: int
    start: int | None
    kind: str = ""
    uuid: str = ""
    name: str = ""


def read_partition(host: Host, device: BlockDevice) -> PartitionFacts:
    """What a partition is, also one that kpartx(8) made over a multipath map. Never raises."""
    place = f"/sys/class/block/{device.name}"
    said = entry_of(host, device, partition=not device.map_name)
    offset = number(host, f"{place}/start")
    if offset is None:
        offset = whole_number(said.properties.get("ID_PART_ENTRY_OFFSET", ""))
    place_in_table = number(host, f"{place}/partition")
    return PartitionFacts(
        place_in_table or whole_number(said.properties.get("ID_PART_ENTRY_NUMBER", "")) or 0,
        offset * _SECTOR if offset is not None else None,
        said.properties.get("ID_PART_ENTRY_TYPE", ""),
        said.properties.get("ID_PART_ENTRY_UUID", ""),
        said.decoded("ID_PART_ENTRY_NAME"),
    )


def entry_of(host: Host, device: BlockDevice, *, partition: bool = False) -> UdevEntry:
    """What udev's database has of a block device as it is now."""
    sequence = word(host, f"/sys/class/block/{device.name}/{'../' if partition else ''}diskseq")
    return read_entry(host, device.number, sequence)
