"""Block devices from sysfs, what udev found on them, and whether reading them returns at once."""

import re
from collections.abc import Iterable
from graphlib import CycleError, TopologicalSorter

from msgspec import Struct
from msgspec.structs import replace

from tui.storage.host.interface import Host
from tui.storage.model.block import BlockDevice, BlockKind, Raid
from tui.storage.model.files import Filesystem
from tui.storage.model.iscsi import DeviceState, Lun, Session, SessionState
from tui.storage.probe.devices.filesystems import whole_filesystems
from tui.storage.probe.devices.raid import with_raids
from tui.storage.probe.devices.udev import UdevEntry, read_entry
from tui.storage.probe.iscsi.sessions import device_state
from tui.storage.probe.reading import names, number, word

_CLASS = "/sys/class/block"
_NO_DISKS = re.compile(r"^(zram|ram|sr|fd|nbd)\d")
_PARTITION_MAP = re.compile(r"^part\d+-")


class Blocks(Struct, frozen=True):
    """All block devices, and the file systems udev found on them."""

    devices: tuple[BlockDevice, ...] = ()
    filesystems: tuple[Filesystem, ...] = ()


def read_blocks(host: Host, sessions: Iterable[Session], luns: Iterable[Lun]) -> Blocks:
    """Every block device with a size, and every disk of a session. Never raises."""
    shown = {lun.disk: lun for lun in luns if lun.disk}
    known = tuple(sessions)
    silent = silent_disks(known, shown.values())
    waiting = waiting_disks(known, shown.values())
    devices: list[BlockDevice] = []
    filesystems: list[Filesystem] = []
    for name in names(host, _CLASS):
        read = _read_device(host, name, shown.get(name))
        if read is None or (read[0].size == 0 and name not in shown):
            continue
        device, entry = read
        if entry.properties.get("ID_FS_USAGE") == "filesystem":
            filesystems.append(Filesystem(name, device.content, device.content_uuid, device.content_label))
        devices.append(replace(device, answers=False) if name in silent else device)
    marked = mark_silent(with_raids(host, devices), waiting)
    return Blocks(marked, whole_filesystems(filesystems, marked))


def silent_disks(sessions: Iterable[Session], luns: Iterable[Lun]) -> frozenset[str]:
    """The iSCSI disks that do not answer at once: not running, or of a session that is not logged in."""
    logged_in = {session.sid for session in sessions if session.state is SessionState.LOGGED_IN}
    return frozenset(
        lun.disk for lun in luns if lun.disk and not (lun.state.answers and lun.sid in logged_in)
    )


def waiting_disks(sessions: Iterable[Session], luns: Iterable[Lun]) -> frozenset[str]:
    """Those of the silent disks that hold their readers back, instead of failing at once."""
    failed = {session.sid for session in sessions if session.state is SessionState.FAILED}
    return frozenset(
        lun.disk
        for lun in luns
        if lun.disk and (lun.state in _HELD_BACK or (lun.state is DeviceState.RUNNING and lun.sid in failed))
    )


_HELD_BACK = (DeviceState.BLOCKED, DeviceState.CREATED_BLOCKED, DeviceState.QUIESCE, DeviceState.UNKNOWN)


def mark_silent(
    devices: Iterable[BlockDevice], waiting: frozenset[str] = frozenset()
) -> tuple[BlockDevice, ...]:
    """Carry silence up: a device answers when all it stands on does, a multipath map when one path does.

    An array answers when its other legs make up for those that do not, and none of its legs is among those
    that wait (`waiting`, kernel names of disks).

    A removed disk stays in the `slaves` of the map over it. A new disk of the same name differs from it by
    `holders`, which the kernel keeps on both sides (block/holder.c).
    """
    by_name = {device.name: device for device in devices}
    for device in tuple(by_name.values()):
        lost = tuple(
            slave
            for slave in device.slaves
            if slave not in by_name or device.name not in by_name[slave].holders
        )
        if lost:
            by_name[device.name] = replace(device, lost_slaves=lost)
    below: dict[str, set[str]] = {name: set() for name in by_name}
    for device in by_name.values():
        below[device.name].update(slave for slave in device.slaves if slave not in device.lost_slaves)
        for partition in device.partitions:
            if partition in below:
                below[partition].add(device.name)
    try:
        order = tuple(TopologicalSorter(below).static_order())
    except CycleError:
        return tuple(by_name.values())
    answers: dict[str, bool] = {}
    waits: dict[str, bool] = {}
    for name in order:
        device = by_name[name]
        waits[name] = name in waiting or any(waits[other] for other in below[name])
        if device.raid is not None:
            raid = _with_good_legs(device.raid, answers, device.lost_slaves)
            by_name[name] = replace(device, raid=raid)
            used = {part for leg in device.raid.legs if leg.good for part in leg.devices}
            held_back = any(waits.get(part, False) for part in used)
            answers[name] = device.answers and not device.suspended and raid.works and not held_back
            continue
        lower = [*(answers[other] for other in below[name]), *(False for _lost in device.lost_slaves)]
        enough = any(lower) if device.kind is BlockKind.MULTIPATH else all(lower)
        answers[name] = device.answers and not device.suspended and enough
    return tuple(
        device if device.answers is answers[name] else replace(device, answers=answers[name])
        for name, device in by_name.items()
    )


def _with_good_legs(raid: Raid, answers: dict[str, bool], gone: tuple[str, ...]) -> Raid:
    """An array whose legs are good only while what they are made of answers."""
    legs = tuple(
        replace(leg, good=leg.good and all(answers.get(name) and name not in gone for name in leg.devices))
        for leg in raid.legs
    )
    return replace(raid, legs=legs)


def _read_device(host: Host, name: str, lun: Lun | None) -> tuple[BlockDevice, UdevEntry] | None:
    """One block device, and what udev has of it; what was read of its LUN a moment ago is not read again."""
    place = f"{_CLASS}/{name}"
    attributes = names(host, place)
    device_number = word(host, f"{place}/dev") if "dev" in attributes else ""
    if not device_number:
        return None
    is_map = "dm" in attributes
    is_partition = "partition" in attributes
    map_name = word(host, f"{place}/dm/name") if is_map else ""
    map_uuid = word(host, f"{place}/dm/uuid") if is_map else ""
    sequence = word(host, f"{place}/../diskseq" if is_partition else f"{place}/diskseq")
    entry = read_entry(host, device_number, sequence)
    said = entry.properties
    content = said.get("ID_FS_TYPE", "")
    is_disk = "device" in attributes and not is_map and not is_partition
    state = word(host, f"{place}/device/state") if is_disk and lun is None else ""
    device = BlockDevice(
        name=name,
        path=f"/dev/mapper/{map_name}" if map_name else f"/dev/{name.replace('!', '/')}",
        number=device_number,
        kind=_kind(name, attributes, map_uuid),
        size=(number(host, f"{place}/size") or 0) * 512 if lun is None else lun.size,
        read_only=word(host, f"{place}/ro") == "1" if lun is None else lun.read_only,
        slaves=names(host, f"{place}/slaves") if "slaves" in attributes and lun is None else (),
        holders=names(host, f"{place}/holders") if "holders" in attributes else (),
        partitions=()
        if is_partition
        else tuple(part for part in attributes if part.startswith(name) and _is_partition_of(part, name)),
        map_name=map_name,
        map_uuid=map_uuid,
        suspended=is_map and word(host, f"{place}/dm/suspended") == "1",
        content=content,
        content_uuid=said.get("ID_FS_UUID", ""),
        content_part=said.get("ID_FS_UUID_SUB", ""),
        content_label=entry.decoded("ID_FS_LABEL"),
        partition_table=said.get("ID_PART_TABLE_TYPE", ""),
        multipath_member=said.get("DM_MULTIPATH_DEVICE_PATH") == "1" or content == "mpath_member",
        links=entry.links,
        answers=_answers(state, said),
        described=bool(said) or bool(entry.links),
        cache_state=word(host, f"{place}/bcache/state") if name.startswith("bcache") else "",
        sector_size=number(host, f"{place}{'/..' if is_partition else ''}/queue/logical_block_size") or 0,
    )
    return device, entry


def _kind(name: str, attributes: tuple[str, ...], map_uuid: str) -> BlockKind:
    if "dm" in attributes:
        return _map_kind(map_uuid)
    if "partition" in attributes:
        return BlockKind.PARTITION
    if name.startswith("loop"):
        return BlockKind.LOOP
    if "md" in attributes:
        return BlockKind.RAID
    return BlockKind.OTHER if _NO_DISKS.match(name) is not None else BlockKind.DISK


def _map_kind(map_uuid: str) -> BlockKind:
    if map_uuid.startswith("mpath-"):
        return BlockKind.MULTIPATH
    if map_uuid.startswith("LVM-"):
        return BlockKind.LOGICAL_VOLUME
    if map_uuid.startswith("CRYPT-"):
        return BlockKind.CRYPT
    return BlockKind.PARTITION if _PARTITION_MAP.match(map_uuid) is not None else BlockKind.OTHER_MAP


def _is_partition_of(name: str, disk: str) -> bool:
    """Whether a name in a disk's folder is a partition: sda1, nvme0n1p1 (block/partitions/core.c)."""
    rest = name.removeprefix(disk)
    return rest != name and rest.removeprefix("p").isdigit()


def _answers(state: str, said: dict[str, str]) -> bool:
    """Whether a device by itself answers: its SCSI state, and what multipath stored in udev of a map's paths.

    Disks of other kinds (nvme, virtio) have no such state, or words of their own such as `live`.
    """
    if said.get("MPATH_DEVICE_READY") == "0":
        return False
    known = device_state(state)
    return known.answers or known.value != state
