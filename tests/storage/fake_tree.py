"""Made-up sysfs trees: sessions, disks and maps put into a `ScriptedHost` by name."""

from msgspec import Struct

from tests.storage.scripted_host import ScriptedHost

TARGET = "iqn.2003-01.org.example:t1"
INITIATOR = "iqn.1993-08.org.debian:01:abc"

ROOT_STATUS = "Name:\tpython3\nUid:\t0\t0\t0\t0\n"


class Disk(Struct, frozen=True):
    """A LUN's disk in a made-up session."""

    name: str
    number: int = 0
    state: str = "running"
    wwid: str = "naa.6001405d16f77073e8f52bf8b4899727"
    vendor: str = "LIO-ORG "
    model: str = "FILEIO          "
    sectors: int = 1048576


def bare_host() -> ScriptedHost:
    """Debian with the packages, a name, iscsid listening, and nothing else."""
    host = ScriptedHost()
    host.files |= {
        "/etc/os-release": 'ID=debian\nVERSION_ID="12"\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n',
        "/etc/iscsi/initiatorname.iscsi": f"InitiatorName={INITIATOR}\n",
        "/proc/self/status": ROOT_STATUS,
        "/proc/self/mountinfo": "",
        "/proc/swaps": "Filename\tType\tSize\tUsed\tPriority\n",
        "/proc/net/unix": (
            "Num       RefCount Protocol Flags    Type St Inode Path\n"
            "0000000000000000: 00000002 00000000 00010000 0001 01 1234 @ISCSIADM_ABSTRACT_NAMESPACE\n"
        ),
    }
    host.folders |= {"/sys/class/block", "/sys/class/iscsi_session", "/sys/class/iscsi_connection"}
    return host


def add_session(
    host: ScriptedHost,
    sid: int,
    *disks: Disk,
    target: str = TARGET,
    address: str = "192.0.2.10",
    state: str = "LOGGED_IN",
    recovery: str = "120",
) -> None:
    """A session with its connection and its disks."""
    place = f"/sys/devices/platform/host{sid}/session{sid}"
    folder = f"/sys/class/iscsi_session/session{sid}"
    host.links[f"{folder}/device"] = place
    host.folders.add(place)
    said = {
        "targetname": target,
        "state": state,
        "tpgt": "1",
        "ifacename": "default",
        "initiatorname": INITIATOR,
        "recovery_tmo": recovery,
        "creator": "844",
        "target_state": "SCANNED",
    }
    host.files |= {f"{folder}/{name}": f"{value}\n" for name, value in said.items()}
    connection = f"/sys/class/iscsi_connection/connection{sid}:0"
    connected = {"persistent_address": address, "persistent_port": "3260", "recv_tmo": "5", "ping_tmo": "5"}
    if state == "LOGGED_IN":
        connected |= {"address": address, "port": "3260", "state": "up"}
    host.files |= {f"{connection}/{name}": f"{value}\n" for name, value in connected.items()}
    host.files[f"/sys/class/scsi_host/host{sid}/proc_name"] = "iscsi_tcp\n"
    for disk in disks:
        _add_disk(host, sid, f"{place}/target{sid}:0:0/{sid}:0:0:{disk.number}", disk)


def _add_disk(host: ScriptedHost, sid: int, place: str, disk: Disk) -> None:
    device = {
        "state": disk.state,
        "wwid": disk.wwid,
        "vendor": disk.vendor,
        "model": disk.model,
        "rev": "4.0 ",
        "type": "0",
    }
    host.files |= {f"{place}/{name}": f"{value}\n" for name, value in device.items()}
    block = f"{place}/block/{disk.name}"
    minor = 16 * (ord(disk.name[-1]) - ord("a"))
    attributes = {
        "dev": f"8:{minor}",
        "size": str(disk.sectors),
        "ro": "0",
        "diskseq": str(100 + sid),
    }
    host.files |= {f"{block}/{name}": f"{value}\n" for name, value in attributes.items()}
    host.folders |= {f"{block}/holders", f"{block}/slaves"}
    host.links[f"{block}/device"] = place
    host.links[f"/sys/class/block/{disk.name}"] = block


def describe(host: ScriptedHost, number: str, *lines: str) -> None:
    """What udev says of a device: lines such as `E:ID_FS_TYPE=ext4`."""
    host.files[f"/run/udev/data/b{number}"] = "\n".join((*lines, "V:1", ""))


def add_map(
    host: ScriptedHost, name: str, map_name: str, uuid: str, *slaves: str, sectors: int = 204800
) -> None:
    """A device-mapper device on some others, named on both sides as the kernel does."""
    block = f"/sys/class/block/{name}"
    minor = name.removeprefix("dm-")
    host.files |= {
        f"{block}/dev": f"254:{minor}\n",
        f"{block}/size": f"{sectors}\n",
        f"{block}/ro": "0\n",
        f"{block}/diskseq": f"{200 + int(minor)}\n",
        f"{block}/dm/name": f"{map_name}\n",
        f"{block}/dm/uuid": f"{uuid}\n",
        f"{block}/dm/suspended": "0\n",
    }
    host.folders.add(f"{block}/holders")
    for slave in slaves:
        host.folders |= {
            f"{block}/slaves/{slave}",
            f"{host.resolve(f'/sys/class/block/{slave}')}/holders/{name}",
        }
