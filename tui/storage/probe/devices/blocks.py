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
from tui.storage.probe.devices.udev import entry_path, read_entry
from tui.storage.probe.iscsi.luns import device_state
from tui.storage.probe.memory import KnownBlock, Memory, settled
from tui.storage.probe.reading import entries, meant, names, number, text, whole_number, word

_CLASS = "/sys/class/block"
_NO_DISKS = re.compile(r"^(zram|ram|sr|fd|nbd)\d")
_PARTITION_MAP = re.compile(r"^part\d+-")


class Blocks(Struct, frozen=True):
    """All block devices, and the file systems udev found on them."""

    devices: tuple[BlockDevice, ...] = ()
    filesystems: tuple[Filesystem, ...] = ()


def read_blocks(
    host: Host, sessions: tuple[Session, ...], luns: tuple[Lun, ...], memory: Memory | None = None
) -> Blocks:
    """Every block device with a size, and every disk of a session. Never raises.

    Args:
        host: the machine.
        sessions: its sessions.
        luns: their LUNs.
        memory: what earlier looks read; without one everything is read.
    """
    memory = memory or Memory()
    with memory.guard:
        shown = {lun.disk: lun for lun in luns if lun.disk}
        silent, waiting = memory.same(
            "silent disks",
            (sessions, luns),
            lambda: (silent_disks(sessions, luns), waiting_disks(sessions, luns)),
        )
        known = _read_devices(host, memory, shown)
        devices = tuple(
            replace(block.device, answers=False) if name in silent else block.device
            for name, block in known.items()
        )
        filesystems = tuple(
            Filesystem(name, block.device.content, block.device.content_uuid, block.device.content_label)
            for name, block in known.items()
            if block.is_filesystem
        )
        with_legs = with_raids(host, devices)
        return memory.same(
            "blocks",
            (with_legs, waiting, filesystems),
            lambda: _blocks(mark_silent(with_legs, waiting), filesystems),
        )


def _blocks(marked: tuple[BlockDevice, ...], filesystems: tuple[Filesystem, ...]) -> Blocks:
    return Blocks(marked, whole_filesystems(filesystems, marked))


def _read_devices(host: Host, memory: Memory, shown: dict[str, Lun]) -> dict[str, KnownBlock]:
    """The block devices by name, in its order."""
    listed = entries(host, _CLASS)
    same_names = memory.is_same("names of devices", listed)
    since = host.now()
    found: dict[str, KnownBlock] = {}
    known: dict[str, KnownBlock] = {}
    for name, inode in memory.same("devices by name", (listed,), lambda: sorted(listed.items())):
        known_before = memory.blocks.get(name)
        block = _device_now(
            host, _Listed(name, inode, shown.get(name), since), known_before, same_names=same_names
        )
        if block is None:
            continue
        known[name] = block
        if block.device.size or name in shown:
            found[name] = block
    # The kernel names a holder on both sides (block/holder.c): most devices are no slave of any.
    under = {slave for block in known.values() for slave in block.device.slaves}
    for name, block in known.items():
        holders = names(host, f"{_CLASS}/{name}/holders") if name in under else ()
        if holders != block.device.holders:
            block.device = replace(block.device, holders=holders)
    memory.blocks = known
    return found


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


class _Listed(Struct, frozen=True):
    """An entry of the folder of block devices: name, inode number, the LUN it is the disk of, and when."""

    name: str
    inode: int
    lun: Lun | None
    since: float


def _device_now(
    host: Host, listed: _Listed, known: KnownBlock | None, *, same_names: bool
) -> KnownBlock | None:
    """A block device: the known one if it is that, and all that may have changed is as it was."""
    place = f"{_CLASS}/{listed.name}"
    if (
        known is None
        or not listed.inode
        or known.number != listed.inode
        or known.entry is None
        or known.lun is not listed.lun
    ):
        return _read_device(host, listed, names(host, place))
    attributes = known.attributes if same_names else names(host, place)
    if (
        attributes == known.attributes
        # Of the disk of a LUN this was asked with the LUN.
        and (listed.lun is not None or host.facts(known.entry_path) == known.entry)
        and _said_of(host, listed, attributes) == known.said
    ):
        return known
    return _read_device(host, listed, attributes)


def _said_of(host: Host, listed: _Listed, attributes: tuple[str, ...]) -> tuple[str, ...]:
    """The texts of a device that may change without a word, and what it stands on.

    Of the disk of a LUN none is left: these were read with the LUN a moment ago.
    """
    if listed.lun is not None:
        return ()
    place = f"{_CLASS}/{listed.name}"
    return (
        text(host, f"{place}/size"),
        text(host, f"{place}/ro"),
        word(host, f"{place}/dm/suspended") if "dm" in attributes else "",
        word(host, f"{place}/device/state") if _is_disk(attributes) else "",
        word(host, f"{place}/bcache/state") if listed.name.startswith("bcache") else "",
        *(names(host, f"{place}/slaves") if "slaves" in attributes else ()),
    )


def _is_disk(attributes: tuple[str, ...]) -> bool:
    return "device" in attributes and "dm" not in attributes and "partition" not in attributes


def _read_device(host: Host, listed: _Listed, attributes: tuple[str, ...]) -> KnownBlock | None:
    """One block device, and what udev has of it; what was read of its LUN a moment ago is not read again."""
    name, lun = listed.name, listed.lun
    place = f"{_CLASS}/{name}"
    device_number = word(host, f"{place}/dev") if "dev" in attributes else ""
    if not device_number:
        return None
    is_map = "dm" in attributes
    is_partition = "partition" in attributes
    map_name = word(host, f"{place}/dm/name") if is_map else ""
    map_uuid = word(host, f"{place}/dm/uuid") if is_map else ""
    sequence = word(host, f"{place}/../diskseq" if is_partition else f"{place}/diskseq")
    place_of_entry = entry_path(device_number)
    entry_facts = settled(host, place_of_entry, listed.since)
    entry = read_entry(host, device_number, sequence)
    said_by_udev = entry.properties
    content = said_by_udev.get("ID_FS_TYPE", "")
    said = _said_of(host, listed, attributes)
    sectors, read_only, suspended, state, cache_state, *slaves = said or ("", "", "", "", "")
    device = BlockDevice(
        name=name,
        path=f"/dev/mapper/{map_name}" if map_name else f"/dev/{name.replace('!', '/')}",
        number=device_number,
        kind=_kind(name, attributes, map_uuid),
        size=(whole_number(sectors) or 0) * 512 if lun is None else lun.size,
        read_only=meant(read_only) == "1" if lun is None else lun.read_only,
        slaves=tuple(slaves),
        partitions=()
        if is_partition
        else tuple(part for part in attributes if part.startswith(name) and _is_partition_of(part, name)),
        map_name=map_name,
        map_uuid=map_uuid,
        suspended=suspended == "1",
        content=content,
        content_uuid=said_by_udev.get("ID_FS_UUID", ""),
        content_part=said_by_udev.get("ID_FS_UUID_SUB", ""),
        content_label=entry.decoded("ID_FS_LABEL"),
        partition_table=said_by_udev.get("ID_PART_TABLE_TYPE", ""),
        multipath_member=said_by_udev.get("DM_MULTIPATH_DEVICE_PATH") == "1" or content == "mpath_member",
        links=entry.links,
        answers=_answers(state, said_by_udev),
        described=bool(said_by_udev) or bool(entry.links),
        cache_state=cache_state,
        sector_size=number(host, f"{place}{'/..' if is_partition else ''}/queue/logical_block_size") or 0,
    )
    is_filesystem = said_by_udev.get("ID_FS_USAGE") == "filesystem"
    return KnownBlock(listed.inode, device, attributes, said, place_of_entry, entry_facts, is_filesystem, lun)


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
