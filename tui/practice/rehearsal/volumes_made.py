"""Makes the volumes of a twin: PVs and VGs from metadata, and what RAID, pools and snapshots need besides.

LVM activates a pool, a RAID or a snapshot only over the data structures that the kernel keeps on it. These
are written first, through maps of their own: RAID superblocks that are in sync, the mappings of a thin pool
as full as the host's, the exceptions of a snapshot.
"""

import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from xml.etree.ElementTree import Element, SubElement, tostring

from tui.practice.rehearsal.building import FOLDER, Building, NotBuilt
from tui.practice.rehearsal.description import LogicalVolume, Place, PlaceKind, VolumeGroup
from tui.practice.rehearsal.metadata import (
    SECTOR,
    find,
    is_visible,
    kind_of,
    metadata_text,
    number,
    raid_table,
    setting,
    table,
    word,
)

MODULES = {
    "thin-pool": ("dm_thin_pool",),
    "snapshot": ("dm_snapshot",),
    "cache": ("dm_cache", "dm_cache_smq"),
    "raid": ("dm_raid",),
    "mirror": ("dm_mirror",),
}
"""What the kernel loads for types of segments, by how the type's name begins."""

_MAGIC = 0x70416E53
"""Of a persistent snapshot store (kernel, drivers/md/dm-snap-persistent.c)."""


class GroupMade:
    """One VG while its volumes are made.

    Args:
        building: the twin.
        group: the VG.

    Raises:
        NotBuilt: a PV or the VG could not be made.
    """

    def __init__(self, building: Building, group: VolumeGroup) -> None:
        self._building = building
        self._group = group
        self._paths = {
            physical.key: building.path(physical.place) for physical in group.physical if physical.place
        }
        kinds = {segment.kind for volume in group.logical for segment in volume.segments}
        for begins, modules in MODULES.items():
            if any(kind.startswith(begins) for kind in kinds):
                building.run("modprobe", "--all", *modules)
        self._restore()
        for volume in group.logical:
            if kind_of(volume).startswith("raid"):
                with building.part(f"RAID {group.name}/{volume.name}"):
                    self._sync_raid(volume)
        for volume in group.logical:
            if kind_of(volume) == "thin-pool":
                with building.part(f"thin pool {group.name}/{volume.name}"):
                    self._restore_pool(volume)

    @property
    def name(self) -> str:
        """Of the VG."""
        return self._group.name

    def _restore(self) -> None:
        file = FOLDER / self._group.name
        file.write_text(metadata_text(self._group), encoding="utf-8")
        for physical in self._group.physical:
            if physical.key not in self._paths:
                raise NotBuilt(f"its PV {physical.uuid} is not there on the host either")
            self._building.run(
                *("pvcreate", "--quiet", "--yes", "--force", "--force", "--uuid", physical.uuid),
                *("--restorefile", str(file), self._paths[physical.key]),
            )
        self._building.run(
            "vgcfgrestore", "--quiet", "--yes", "--force", "--file", str(file), self._group.name
        )

    def _sync_raid(self, volume: LogicalVolume) -> None:
        """Write superblocks that say that all legs are in sync: those of new ones would be synchronized."""
        for segment in volume.segments:
            names = [str(name) for name in setting(segment.settings, "raids")]
            legs = [leg for name in names if (leg := find(self._group, name)) is not None]
            if len(legs) != len(names):
                raise NotBuilt("a leg is not in the metadata")
            with (
                self._maps(legs) as paths,
                self._map(f"{volume.name}-raid", raid_table(self._group, segment, paths)),
            ):
                pass

    def _restore_pool(self, pool: LogicalVolume) -> None:
        (segment,) = pool.segments
        metadata = find(self._group, word(segment.settings, "metadata"))
        if metadata is None:
            raise NotBuilt("its metadata LV is not in the metadata of the VG")
        chunk = number(segment.settings, "chunk_size")
        whole = segment.extents * self._group.extent_size // SECTOR // chunk
        file = FOLDER / f"{self._group.name}-{pool.name}.xml"
        file.write_bytes(self._mappings(pool, chunk, whole))
        with self._maps([metadata]) as (path,):
            self._building.run("thin_restore", "--input", str(file), "--output", path)

    def _mappings(self, pool: LogicalVolume, chunk: int, whole: int) -> bytes:
        """What thin_restore(8) reads: each volume has its first blocks, as many as are mapped on the host."""
        (segment,) = pool.segments
        root = Element(
            "superblock", uuid="", time="0", transaction=str(number(segment.settings, "transaction_id"))
        )
        root.set("data_block_size", str(chunk))
        root.set("nr_data_blocks", str(whole))
        taken = 0
        for volume in self.thin_volumes(pool):
            if word(volume.segments[0].settings, "origin"):
                continue
            mapped = min(self._blocks(volume, chunk), whole - taken)
            identifier = number(volume.segments[0].settings, "device_id")
            device = SubElement(root, "device", dev_id=str(identifier), mapped_blocks=str(mapped))
            for name in ("transaction", "creation_time", "snap_time"):
                device.set(name, "0")
            if mapped:
                span = SubElement(device, "range_mapping", origin_begin="0", data_begin=str(taken))
                span.set("length", str(mapped))
                span.set("time", "0")
            taken += mapped
        return tostring(root)

    def _blocks(self, volume: LogicalVolume, chunk: int) -> int:
        """How many blocks of a thin volume are mapped."""
        sectors = volume.segments[0].extents * self._group.extent_size // SECTOR
        return round(-(-sectors // chunk) * (volume.data or 0.0) / 100)

    def thin_volumes(self, pool: LogicalVolume) -> Iterator[LogicalVolume]:
        """The thin volumes of a pool."""
        for volume in self._group.logical:
            if kind_of(volume) == "thin" and word(volume.segments[0].settings, "thin_pool") == pool.name:
                yield volume

    @property
    def _snapshots(self) -> dict[str, LogicalVolume]:
        """The segments of snapshots that are no thin ones, by their origins: origin to the hidden LV."""
        return {
            word(volume.segments[0].settings, "origin"): volume
            for volume in self._group.logical
            if kind_of(volume) == "snapshot"
        }

    def _is_late(self, volume: LogicalVolume) -> bool:
        """It can be activated only when the file systems are made: a snapshot, or the origin of one."""
        origins = self._snapshots
        stores = {word(hidden.segments[0].settings, "cow_store") for hidden in origins.values()}
        is_thin_snapshot = kind_of(volume) == "thin" and word(volume.segments[0].settings, "origin")
        return bool(is_thin_snapshot) or volume.name in origins or volume.name in stores

    def activate(self) -> None:
        """Activate what can be before the file systems are there; snapshots' origins get own maps."""
        for volume in filter(is_visible, self._group.logical):
            if not self._is_late(volume):
                with self._building.part(f"LV {self._group.name}/{volume.name}"):
                    self._switch(volume, active=True)
        for name in self._snapshots:
            origin = find(self._group, name)
            if origin is not None:
                with self._building.part(f"LV {self._group.name}/{name}"):
                    path = self._create(f"{name}-origin", self._table(origin))
                    self._building.temporary[f"{self._group.name}/{name}"] = path

    def finish(self) -> None:
        """Make the snapshots, and leave active what is active on the host."""
        for name, hidden in self._snapshots.items():
            if self._building.temporary.pop(f"{self._group.name}/{name}", ""):
                self._remove(f"{name}-origin")
            with self._building.part(f"snapshot of {self._group.name}/{name}"):
                self._fill_store(hidden)
        for volume in self._group.logical:
            if kind_of(volume) == "thin" and word(volume.segments[0].settings, "origin"):
                with self._building.part(f"thin snapshot {self._group.name}/{volume.name}"):
                    self._take_thin_snapshot(volume)
        for volume in filter(is_visible, self._group.logical):
            with self._building.part(f"LV {self._group.name}/{volume.name}"):
                if volume.active != self._is_active(volume):
                    self._switch(volume, active=volume.active)

    def is_snapshot(self, place: Place) -> bool:
        """Whether a place is a snapshot of this VG: it has the file system of its origin."""
        if place.kind is not PlaceKind.VOLUME:
            return False
        name = place.name.removeprefix(f"{self._group.name}/")
        volume = find(self._group, name) if name != place.name else None
        return volume is not None and self._is_late(volume) and name not in self._snapshots

    def _take_thin_snapshot(self, volume: LogicalVolume) -> None:
        settings = volume.segments[0].settings
        origin = find(self._group, word(settings, "origin"))
        if origin is None:
            raise NotBuilt("its origin is not in the metadata")
        pool = self._map_name(word(settings, "thin_pool")) + "-tpool"
        source = self._map_name(origin.name)
        self._building.run("dmsetup", "suspend", source)
        try:
            taken = number(settings, "device_id"), number(origin.segments[0].settings, "device_id")
            self._building.run("dmsetup", "message", pool, "0", f"create_snap {taken[0]} {taken[1]}")
        finally:
            self._building.run("dmsetup", "resume", source)

    def _fill_store(self, hidden: LogicalVolume) -> None:
        """Write as many exceptions into a snapshot's store as the host's has: of the origin's last chunks."""
        settings = hidden.segments[0].settings
        store = find(self._group, word(settings, "cow_store"))
        origin = find(self._group, word(settings, "origin"))
        if store is None or origin is None:
            raise NotBuilt("its parts are not in the metadata")
        chunk = number(settings, "chunk_size") * SECTOR
        room = _bytes(self._group, store) // chunk
        last = _bytes(self._group, origin) // chunk - 1
        each = chunk // 16
        with self._maps([store]) as (path,), Path(path).open("r+b") as disk:
            disk.write(struct.pack("<IIII", _MAGIC, 1, 1, chunk // SECTOR).ljust(chunk, b"\0"))
            wanted = min(max(0, round(room * (store.data or 0.0) / 100) - 2), last)
            for area in range(wanted // each + 1):
                # The store begins with its header; each area has its chunk of exceptions, then their data.
                start = 1 + area * (each + 1)
                count = min(each, wanted - area * each)
                pairs = (
                    struct.pack("<QQ", last - (area * each + place), start + 1 + place)
                    for place in range(count)
                )
                disk.seek(start * chunk)
                disk.write(b"".join(pairs).ljust(chunk, b"\0"))

    def _table(self, volume: LogicalVolume) -> str:
        found = table(self._group, volume, self._paths)
        if found is None:
            raise NotBuilt(f"{volume.name} is not linear or striped on PVs that are there")
        return found

    @contextmanager
    def _maps(self, volumes: list[LogicalVolume]) -> Iterator[list[str]]:
        """Maps of inner LVs while LVM has them inactive."""
        made: list[str] = []
        try:
            for volume in volumes:
                self._create(volume.name, self._table(volume))
                made.append(volume.name)
            yield [f"/dev/mapper/{self._own_name(name)}" for name in made]
        finally:
            for name in reversed(made):
                self._remove(name)

    @contextmanager
    def _map(self, name: str, lines: str) -> Iterator[None]:
        self._create(name, lines)
        try:
            yield
        finally:
            self._remove(name)

    def _own_name(self, name: str) -> str:
        return f"twin.{self._group.name}.{name}"

    def _create(self, name: str, lines: str) -> str:
        self._building.run("dmsetup", "create", self._own_name(name), stdin=lines.encode())
        return f"/dev/mapper/{self._own_name(name)}"

    def _remove(self, name: str) -> None:
        self._building.run("dmsetup", "remove", "--retry", self._own_name(name))

    def _map_name(self, name: str) -> str:
        """The name of LVM's map of an LV: hyphens are doubled in both parts."""
        return f"{self._group.name.replace('-', '--')}-{name.replace('-', '--')}"

    def _is_active(self, volume: LogicalVolume) -> bool:
        return Path("/dev", self._group.name, volume.name).exists()

    def _switch(self, volume: LogicalVolume, *, active: bool) -> None:
        word = "y" if active else "n"
        self._building.run(
            *("lvchange", "--quiet", "--yes", "--ignoreactivationskip", "--activate", word),
            f"{self._group.name}/{volume.name}",
        )


def _bytes(group: VolumeGroup, volume: LogicalVolume) -> int:
    return sum(segment.extents for segment in volume.segments) * group.extent_size
