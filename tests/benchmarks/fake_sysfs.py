"""A big sysfs, udev database and record database as files: sessions with disks, enough for every reader.

Laid out as the kernel does it (drivers/scsi/scsi_transport_iscsi.c, scsi_sysfs.c, block/genhd.c): real
folders below /sys/devices, links to them from /sys/class, /sys/block, /sys/bus and /sys/dev.
"""

import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from msgspec import Struct

RECORD = Path(__file__).resolve().parent.parent / "golden" / "node-record-2.1.8.txt"
INITIATOR = "iqn.1993-08.org.debian:01:bench"
TARGET = "iqn.2003-01.org.example:bench"
MAJOR = 240
"""A number of the range for local use (devices.txt), so that no disk of this machine has it."""
SECTORS = 2097152
_FIRST_DISK = 26 + 26**2
"""Disks are named from `sdaaa` on, so that no file of /dev has such a name."""


class FakeDisk(Struct, frozen=True):
    """Where a made-up disk is in the tree: folder below /sys, and the number of its session and LUN."""

    name: str
    place: str
    session: int
    lun: int


def disk_name(index: int) -> str:
    """The name the kernel gives to the SCSI disk with that index (drivers/scsi/sd.c): 0 is sda, 26 sdaa."""
    letters = ""
    index += 1
    while index:
        index, letter = divmod(index - 1, 26)
        letters = chr(ord("a") + letter) + letters
    return f"sd{letters}"


def fake_disk_name(index: int) -> str:
    """The name of the disk with that index in a made-up tree."""
    return disk_name(_FIRST_DISK + index)


def write_tree(root: Path, sessions: int, disks_each: int = 1) -> tuple[FakeDisk, ...]:
    """Write the tree of a host with that many sessions below a root that has empty sys, udev and iscsi.

    Args:
        root: has or gets the folders `sys`, `udev` (for /run/udev), `iscsi` (for /etc/iscsi).
        sessions: how many; each to a target of its own, through four portals in turn.
        disks_each: LUNs of each session.

    Returns:
        The disks, in the order of their sessions.
    """
    system, udev, iscsi = root / "sys", root / "udev", root / "iscsi"
    transport = system / "class/iscsi_transport/tcp"
    _write(transport, {"handle": "18446744072101234567", "caps": "0x39"})
    (udev / "data").mkdir(parents=True, exist_ok=True)
    _write(
        iscsi,
        {"initiatorname.iscsi": f"InitiatorName={INITIATOR}", "iscsid.conf": "node.startup = automatic"},
    )
    disks: list[FakeDisk] = []
    for sid in range(1, sessions + 1):
        disks += add_session(root, sid, range(len(disks), len(disks) + disks_each))
    write_counters(root, disks)
    return tuple(disks)


def add_session(root: Path, sid: int, indices: Iterable[int]) -> tuple[FakeDisk, ...]:
    """Add a session with its record to a tree, and a LUN with its disk for each index of a disk."""
    system, udev, iscsi = root / "sys", root / "udev", root / "iscsi"
    _write_session(system, sid)
    write_record(iscsi, sid)
    disks = []
    for lun, index in enumerate(indices):
        place = f"devices/platform/host{sid}/session{sid}/target{sid}:0:0/{sid}:0:0:{lun}"
        disks.append(FakeDisk(fake_disk_name(index), place, sid, lun))
        _write_disk(system, udev, disks[-1], index)
    return tuple(disks)


def target_of(sid: int) -> str:
    """The name of a session's target."""
    return f"{TARGET}.{sid:04}"


def portal_of(sid: int) -> str:
    """The address of a session's portal."""
    return f"192.0.2.{10 + sid % 4}"


def _write_session(system: Path, sid: int) -> None:
    host = f"devices/platform/host{sid}"
    own = f"{host}/session{sid}"
    session, connection = f"iscsi_session/session{sid}", f"iscsi_connection/connection{sid}:0"
    _write(
        system / own / session,
        {
            "targetname": target_of(sid),
            "initiatorname": INITIATOR,
            "ifacename": "default",
            "state": "LOGGED_IN",
            "target_state": "SCANNED",
            "target_id": "0",
            "tpgt": "1",
            "creator": "844",
            "recovery_tmo": "120",
            "abort_tmo": "15",
            "lu_reset_tmo": "30",
            "tgt_reset_tmo": "30",
            "username": "(null)",
            "password": "(null)",
            "username_in": "(null)",
            "password_in": "(null)",
            "data_pdu_in_order": "1",
            "data_seq_in_order": "1",
            "erl": "0",
            "fast_abort": "1",
            "first_burst_len": "65536",
            "immediate_data": "1",
            "initial_r2t": "0",
            "max_burst_len": "262144",
            "max_outstanding_r2t": "1",
        },
    )
    _write(
        system / own / f"connection{sid}:0" / connection,
        {
            "address": portal_of(sid),
            "port": "3260",
            "persistent_address": portal_of(sid),
            "persistent_port": "3260",
            "local_ipaddr": "192.0.2.1",
            "local_port": "40000",
            "state": "up",
            "ping_tmo": "5",
            "recv_tmo": "5",
            "data_digest": "0",
            "header_digest": "0",
            "exp_statsn": "1",
            "ifmarker": "0",
            "ofmarker": "0",
            "max_recv_dlength": "262144",
            "max_xmit_dlength": "262144",
            "tcp_xmit_wsf": "0",
            "tcp_recv_wsf": "0",
        },
    )
    _write(
        system / host / "iscsi_host" / f"host{sid}",
        {
            "hwaddress": "<NULL>",
            "ipaddress": "192.0.2.1",
            "netdev": "<NULL>",
            "initiatorname": INITIATOR,
            "port_speed": "Unknown",
            "port_state": "Unknown",
        },
    )
    _write(
        system / host / "scsi_host" / f"host{sid}",
        {
            "proc_name": "iscsi_tcp",
            "state": "running",
            "can_queue": "113",
            "cmd_per_lun": "32",
            "unique_id": f"{sid}",
            "host_busy": "0",
        },
    )
    _link(system, f"class/{session}", f"{own}/{session}")
    _link(system, f"class/{connection}", f"{own}/connection{sid}:0/{connection}")
    for kind in ("iscsi_host", "scsi_host"):
        _link(system, f"class/{kind}/host{sid}", f"{host}/{kind}/host{sid}")
        _link(system, f"{host}/{kind}/host{sid}/device", host)
    _link(system, f"{own}/{session}/device", own)
    _link(system, f"{own}/connection{sid}:0/{connection}/device", f"{own}/connection{sid}:0")
    _link(system, f"bus/scsi/devices/host{sid}", host)
    _link(system, f"bus/scsi/devices/target{sid}:0:0", f"{own}/target{sid}:0:0")
    _write(system / own / f"target{sid}:0:0", {"uevent": "DEVTYPE=scsi_target"})


def _write_disk(system: Path, udev: Path, disk: FakeDisk, index: int) -> None:
    address, number = disk.place.rpartition("/")[2], f"{MAJOR}:{index}"
    wwid = f"naa.6001405{index:025x}"
    _write(
        system / disk.place,
        {
            "vendor": "LIO-ORG ",
            "model": "bench           ",
            "rev": "4.0 ",
            "state": "running",
            "type": "0",
            "wwid": wwid,
            "scsi_level": "7",
            "queue_depth": "32",
            "device_blocked": "0",
            "timeout": "30",
            "eh_timeout": "10",
            "uevent": "DEVTYPE=scsi_device\nDRIVER=sd",
        },
    )
    block = f"{disk.place}/block/{disk.name}"
    _write(
        system / block,
        {
            "dev": number,
            "size": f"{SECTORS}",
            "ro": "0",
            "removable": "0",
            "hidden": "0",
            "diskseq": f"{1000 + index}",
            "range": "16",
            "ext_range": "256",
            "capability": "0",
            "alignment_offset": "0",
            "discard_alignment": "0",
            "inflight": "0 0",
            "stat": "100 0 800 50 10 0 80 5 0 40 55 0 0 0 0 0 0",
            "uevent": f"MAJOR={MAJOR}\nMINOR={index}\nDEVNAME={disk.name}\nDEVTYPE=disk",
        },
    )
    _write(
        system / block / "queue",
        {
            "rotational": "1",
            "scheduler": "none [mq-deadline]",
            "nr_requests": "64",
            "read_ahead_kb": "128",
            "logical_block_size": "512",
            "physical_block_size": "512",
            "minimum_io_size": "512",
            "optimal_io_size": "4194304",
            "discard_granularity": "0",
            "discard_max_bytes": "0",
            "discard_zeroes_data": "0",
            "write_same_max_bytes": "0",
            "dax": "0",
            "zoned": "none",
            "add_random": "1",
            "max_sectors_kb": "1280",
        },
    )
    for folder in ("holders", "slaves"):
        (system / block / folder).mkdir()
    _link(system, f"{block}/device", disk.place)
    _link(system, f"{block}/subsystem", "class/block")
    _link(system, f"{disk.place}/subsystem", "bus/scsi")
    for place in ("class/block", "block"):
        _link(system, f"{place}/{disk.name}", block)
    _link(system, f"dev/block/{number}", block)
    _link(system, f"bus/scsi/devices/{address}", disk.place)
    (system / disk.place / "scsi_device" / address).mkdir(parents=True)
    _link(system, f"class/scsi_device/{address}", f"{disk.place}/scsi_device/{address}")
    _write(udev / "data", {f"b{number}": _udev_entry(disk, wwid, index)})


def _udev_entry(disk: FakeDisk, wwid: str, index: int) -> str:
    """What Debian 12's udev writes for a disk of iSCSI with a file system on it."""
    serial = wwid.removeprefix("naa.")
    uuid = f"00000000-0000-4000-8000-{index:012x}"
    links = (
        f"disk/by-id/scsi-3{serial}",
        f"disk/by-id/wwn-0x{serial}",
        f"disk/by-path/ip-{portal_of(disk.session)}:3260-iscsi-{target_of(disk.session)}-lun-{disk.lun}",
        f"disk/by-uuid/{uuid}",
    )
    properties = {
        "ID_SCSI": "1",
        "ID_VENDOR": "LIO-ORG",
        "ID_VENDOR_ENC": r"LIO-ORG\x20",
        "ID_MODEL": "bench",
        "ID_MODEL_ENC": r"bench\x20\x20\x20\x20\x20\x20\x20\x20\x20\x20\x20",
        "ID_REVISION": "4.0",
        "ID_TYPE": "disk",
        "ID_SERIAL": f"3{serial}",
        "ID_SERIAL_SHORT": serial,
        "ID_WWN": f"0x{serial[:16]}",
        "ID_WWN_VENDOR_EXTENSION": f"0x{serial[16:]}",
        "ID_WWN_WITH_EXTENSION": f"0x{serial}",
        "ID_BUS": "scsi",
        "ID_PATH": links[2].removeprefix("disk/by-path/"),
        "ID_FS_TYPE": "ext4",
        "ID_FS_USAGE": "filesystem",
        "ID_FS_UUID": uuid,
        "ID_FS_UUID_ENC": uuid,
        "ID_FS_VERSION": "1.0",
    }
    return "\n".join(
        (
            *(f"S:{link}" for link in links),
            "I:1000000",
            *(f"E:{key}={value}" for key, value in properties.items()),
            "G:systemd",
            "Q:systemd",
            "V:1",
        )
    )


def write_record(iscsi: Path, sid: int, startup: str = "automatic") -> Path:
    """Write the node record of a session's target and portal; return its file."""
    changed = {
        "node.name": target_of(sid),
        "node.conn[0].address": portal_of(sid),
        "node.tpgt": "1",
        "node.startup": startup,
    }
    lines = []
    for line in RECORD.read_text().splitlines():
        key = line.partition(" = ")[0]
        lines.append(f"{key} = {changed[key]}" if key in changed else line)
    folder = iscsi / "nodes" / target_of(sid) / f"{portal_of(sid)},3260,1"
    _write(folder, {"default": "\n".join(lines)})
    return folder / "default"


def write_counters(root: Path, disks: Sequence[FakeDisk]) -> None:
    """Write /proc/diskstats and /proc/partitions of a tree's disks, with their sizes of now."""
    lines = (
        f"{MAJOR:4} {index:7} {disk.name} 100 0 800 50 10 0 80 5 0 40 55 0 0 0 0 0 0"
        for index, disk in enumerate(disks)
    )
    (root / "diskstats").write_text("".join(f"{line}\n" for line in lines))
    listed = (
        f"{MAJOR:4} {index:8} {_sectors(root, disk) // 2:10} {disk.name}" for index, disk in enumerate(disks)
    )
    (root / "partitions").write_text("\n".join(("major minor  #blocks  name", "", *listed, "")))


def _sectors(root: Path, disk: FakeDisk) -> int:
    return int((root / "sys" / disk.place / "block" / disk.name / "size").read_text())


def _write(folder: Path, files: Mapping[str, str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / name).write_text(f"{text}\n")


def _link(system: Path, name: str, target: str) -> None:
    """Make a link below /sys that ends in the name of what it points to, as the kernel's do."""
    link, place = system / name, system / target
    link.parent.mkdir(parents=True, exist_ok=True)
    link.symlink_to(f"{os.path.relpath(place.parent, link.parent)}/{place.name}")
