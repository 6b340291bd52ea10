"""LVM's layers of a description, from the metadata backups that LVM keeps (vgcfgbackup(8))."""

from collections.abc import Iterator
from functools import partial

from msgspec import Struct

from tui.practice.rehearsal.description import (
    LogicalVolume,
    PhysicalVolume,
    Place,
    Segment,
    Setting,
    VolumeGroup,
)
from tui.practice.rehearsal.seen import SeenHost
from tui.storage.lvm.metadata_backup import FOLDERS, NotNotes, Value, parse_text
from tui.storage.model.lvm import VolumeGroup as KnownGroup
from tui.storage.probe.devices.fill import Fill, read_fills, read_mapped
from tui.storage.probe.devices.group_sequence import read_sequence
from tui.storage.probe.reading import text
from tui.words import translate as _

_SECTOR = 512
Section = dict[str, Value]


class _Known(Struct, frozen=True):
    """What the host said of LVs beside the backup: whether they are active, and how full they are."""

    active: frozenset[str]
    fills: dict[tuple[str, str], Fill]
    mapped: dict[tuple[str, str], float]


def describe_groups(seen: SeenHost) -> tuple[VolumeGroup, ...]:
    """The VGs with a PV on a LUN."""
    fills = {(fill.volume_group, fill.volume): fill for fill in read_fills(seen.host)}
    mapped = read_mapped(seen.host)
    sequence = read_sequence(seen.host, seen.inventory.devices)
    found: list[VolumeGroup] = []
    for group in seen.inventory.volume_groups:
        if not any(seen.is_on_luns(member.device) for member in seen.inventory.members_of(group)):
            continue
        section = _backup_of(seen, group)
        if section is None:
            continue
        noted, now = section.get("seqno"), sequence.get(group.uuid)
        if now is not None and now != noted:
            seen.differs(
                group.name,
                _("Its metadata backup is older than its metadata: {old}, {new}.").format(old=noted, new=now),
            )
        listed = (*seen.inventory.logical_volumes, *seen.inventory.volume_parts)
        active = frozenset(volume.uuid for volume in listed if volume.active and group.owns(volume))
        make = partial(_group, seen, group, section, _Known(active, fills, mapped))
        found += seen.all_allowed(group.name, [make])
    return tuple(found)


def _backup_of(seen: SeenHost, group: KnownGroup) -> Section | None:
    """The section of a VG in its latest backup, or None where there is none of this very VG."""
    content = text(seen.host, f"{FOLDERS[0]}/{group.name}") if "/" not in group.name else ""
    try:
        section = parse_text(content).get(group.name)
    except NotNotes:
        section = None
    if isinstance(section, dict) and section.get("id") == group.uuid:
        return section
    seen.differs(
        group.name, _("LVM keeps no metadata backup of it that could be read; the twin has no such VG.")
    )
    return None


def _group(seen: SeenHost, group: KnownGroup, section: Section, known: _Known) -> VolumeGroup:
    rest = {key: value for key, value in section.items() if key not in {"id", "seqno", "extent_size"}}
    return VolumeGroup(
        name=group.name,
        uuid=group.uuid,
        seqno=_number(section, "seqno"),
        extent_size=_number(section, "extent_size") * _SECTOR,
        settings=tuple(_settings(seen, group.name, rest)),
        physical=tuple(_physical(seen, key, disk) for key, disk in _sections(section, "physical_volumes")),
        logical=tuple(
            _logical(seen, group, name, volume, known)
            for name, volume in _sections(section, "logical_volumes")
        ),
    )


def _physical(seen: SeenHost, key: str, disk: Section) -> PhysicalVolume:
    uuid = _word(disk, "id")
    return PhysicalVolume(
        key=key,
        uuid=uuid,
        place=_place_of(seen, uuid),
        device_size=_number(disk, "dev_size") * _SECTOR,
        start=_number(disk, "pe_start") * _SECTOR,
        extents=_number(disk, "pe_count"),
    )


def _place_of(seen: SeenHost, uuid: str) -> Place | None:
    volumes = (volume for volume in seen.inventory.physical_volumes if volume.uuid == uuid and volume.device)
    place = next((place for volume in volumes if (place := seen.place_of(volume.device)) is not None), None)
    if place is None:
        seen.differs(f"PV {uuid}", _("It is on no LUN that is there; the twin's VG lacks it."))
    return place


def _logical(seen: SeenHost, group: KnownGroup, name: str, section: Section, known: _Known) -> LogicalVolume:
    segments = {
        key: value for key, value in section.items() if key.startswith("segment") and isinstance(value, dict)
    }
    rest = {
        key: value
        for key, value in section.items()
        if key not in segments and key not in ("id", "segment_count")
    }
    fill, uuid = known.fills.get((group.name, name)), _word(section, "id")
    return LogicalVolume(
        name=name,
        uuid=uuid,
        settings=tuple(_settings(seen, f"{group.name}/{name}", rest)),
        segments=tuple(_segment(seen, f"{group.name}/{name}", value) for value in segments.values()),
        active=uuid in known.active,
        data=fill.used if fill is not None else known.mapped.get((group.name, name)),
        metadata=fill.notes if fill is not None else None,
    )


def _segment(seen: SeenHost, name: str, section: Section) -> Segment:
    own = ("start_extent", "extent_count", "type")
    return Segment(
        first=_number(section, "start_extent"),
        extents=_number(section, "extent_count"),
        kind=_word(section, "type"),
        settings=tuple(
            _settings(seen, name, {key: value for key, value in section.items() if key not in own})
        ),
    )


def _settings(seen: SeenHost, name: str, values: Section) -> Iterator[Setting]:
    for key, value in values.items():
        if key in ("physical_volumes", "logical_volumes"):
            continue
        if isinstance(value, dict) or (
            isinstance(value, list) and not all(isinstance(one, str | int) for one in value)
        ):
            seen.differs(name, _("The section {key} of its metadata is left out.").format(key=key))
        elif isinstance(value, list):
            yield Setting(key, tuple(one for one in value if isinstance(one, str | int)), is_list=True)
        else:
            yield Setting(key, (value,))


def _sections(section: Section, key: str) -> Iterator[tuple[str, Section]]:
    inner = section.get(key)
    for name, value in inner.items() if isinstance(inner, dict) else ():
        if isinstance(value, dict):
            yield name, value


def _number(section: Section, key: str) -> int:
    value = section.get(key)
    return value if isinstance(value, int) else 0


def _word(section: Section, key: str) -> str:
    value = section.get(key)
    return value if isinstance(value, str) else ""
