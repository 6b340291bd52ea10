"""The metadata of a twin's VG: as LVM's own text (vgcfgrestore(8)), and as tables of the device mapper."""

import json
from collections.abc import Iterator, Sequence

from tui.practice.rehearsal.description import LogicalVolume, Segment, Setting, VolumeGroup

SECTOR = 512


def setting(settings: Sequence[Setting], key: str) -> tuple[str | int, ...]:
    """The values of a key; none where it is not there."""
    return next((one.values for one in settings if one.key == key), ())


def number(settings: Sequence[Setting], key: str, default: int = 0) -> int:
    """A number."""
    value = next(iter(setting(settings, key)), default)
    return value if isinstance(value, int) else default


def word(settings: Sequence[Setting], key: str) -> str:
    """A word, or empty."""
    value = next(iter(setting(settings, key)), "")
    return value if isinstance(value, str) else ""


def is_visible(volume: LogicalVolume) -> bool:
    """Tell whether people use it by its name, and it is no part of another LV."""
    return "VISIBLE" in setting(volume.settings, "status")


def kind_of(volume: LogicalVolume) -> str:
    """The type of its first segment: striped, thin, thin-pool, snapshot, raid1 or cache."""
    return volume.segments[0].kind if volume.segments else ""


def find(group: VolumeGroup, name: str) -> LogicalVolume | None:
    """The LV of that name, inner ones included."""
    return next((volume for volume in group.logical if volume.name == name), None)


def metadata_text(group: VolumeGroup) -> str:
    """The backup file that vgcfgrestore and `pvcreate --restorefile` read."""
    return "\n".join(_lines(group)) + "\n"


def _lines(group: VolumeGroup) -> Iterator[str]:
    yield 'contents = "Text Format Volume Group"'
    yield "version = 1"
    yield f"{group.name} {{"
    yield f'id = "{group.uuid}"'
    yield f"seqno = {group.seqno}"
    if not setting(group.settings, "format"):
        yield 'format = "lvm2"'
    yield from map(_setting, group.settings)
    yield f"extent_size = {group.extent_size // SECTOR}"
    yield "physical_volumes {"
    for physical in group.physical:
        yield f"{physical.key} {{"
        yield f'id = "{physical.uuid}"'
        yield 'status = ["ALLOCATABLE"]'
        yield f"dev_size = {physical.device_size // SECTOR}"
        yield f"pe_start = {physical.start // SECTOR}"
        yield f"pe_count = {physical.extents}"
        yield "}"
    yield "}"
    if group.logical:
        yield "logical_volumes {"
        for volume in group.logical:
            yield from _volume(volume)
        yield "}"
    yield "}"


def _volume(volume: LogicalVolume) -> Iterator[str]:
    yield f"{volume.name} {{"
    yield f'id = "{volume.uuid}"'
    yield from map(_setting, volume.settings)
    yield f"segment_count = {len(volume.segments)}"
    for position, segment in enumerate(volume.segments, 1):
        yield f"segment{position} {{"
        yield f"start_extent = {segment.first}"
        yield f"extent_count = {segment.extents}"
        yield f"type = {_value(segment.kind)}"
        yield from map(_setting, segment.settings)
        yield "}"
    yield "}"


def _setting(one: Setting) -> str:
    values = ", ".join(map(_value, one.values))
    return f"{one.key} = [{values}]" if one.is_list else f"{one.key} = {values}"


def _value(value: str | int) -> str:
    return json.dumps(value)


def table(group: VolumeGroup, volume: LogicalVolume, paths: dict[str, str]) -> str | None:
    """The table of an LV whose segments lie on PVs, linear or striped; None for any other.

    Args:
        group: its VG.
        volume: the LV.
        paths: of the PVs, by their keys.
    """
    lines = [_table_line(group, segment, paths) for segment in volume.segments]
    return "\n".join(line for line in lines if line) if lines and all(lines) else None


def _table_line(group: VolumeGroup, segment: Segment, paths: dict[str, str]) -> str | None:
    areas = setting(segment.settings, "stripes")
    keys, starts = areas[::2], areas[1::2]
    if segment.kind != "striped" or not keys or any(key not in paths for key in keys):
        return None
    extent = group.extent_size // SECTOR
    first = {physical.key: physical.start // SECTOR for physical in group.physical}
    places = " ".join(
        f"{paths[str(key)]} {first[str(key)] + int(start) * extent}"
        for key, start in zip(keys, starts, strict=True)
    )
    span = f"{segment.first * extent} {segment.extents * extent}"
    if len(keys) == 1:
        return f"{span} linear {places}"
    return f"{span} striped {len(keys)} {number(segment.settings, 'stripe_size')} {places}"


def raid_table(group: VolumeGroup, segment: Segment, legs: Sequence[str]) -> str:
    """The table of a RAID segment whose legs are in sync (kernel documentation, dm-raid.rst).

    Args:
        group: its VG.
        segment: the segment.
        legs: the devices of metadata and data in turn.
    """
    chunk = number(segment.settings, "stripe_size")
    region = number(segment.settings, "region_size")
    words = [str(chunk), *(["region_size", str(region)] if region else []), "nosync"]
    length = segment.extents * group.extent_size // SECTOR
    return f"0 {length} raid {segment.kind} {len(words)} {' '.join(words)} {len(legs) // 2} {' '.join(legs)}"
