"""Why nothing may be written to a device, by what the kernel shows: the first reason counts."""

import msgspec
import pytest

from tui.storage.devices.device_use import twins, why_not_write
from tui.storage.model.block import BlockDevice, BlockKind, MultipathMap
from tui.storage.model.files import Mount, Swap
from tui.storage.model.inventory import Inventory
from tui.storage.model.iscsi import DeviceState, Lun

WWID = "naa.6001405000000000000000000000000a"
SIZE = 1 << 30
DISK = BlockDevice("sda", "/dev/sda", "8:0", BlockKind.DISK, SIZE)
PART = BlockDevice("sda1", "/dev/sda1", "8:1", BlockKind.PARTITION, SIZE)
OTHER = BlockDevice("sdb", "/dev/sdb", "8:16", BlockKind.DISK, SIZE)
MAP = BlockDevice("dm-0", "/dev/mapper/mpatha", "253:0", BlockKind.MULTIPATH, SIZE, slaves=("sda", "sdb"))


def lun(disk: str, wwid: str = WWID) -> Lun:
    return Lun(f"{disk}:0", 1, 0, disk, wwid, SIZE, "LIO-ORG", "lun0", state=DeviceState.RUNNING)


def host(*devices: BlockDevice, luns: tuple[Lun, ...] = (lun("sda"),), **facts: object) -> Inventory:
    return msgspec.structs.replace(Inventory("db7", devices=devices, luns=luns), **facts)


def code(inventory: Inventory, device: BlockDevice, *allowed: str) -> str:
    problem = why_not_write(inventory, device, allowed)
    return problem.code if problem is not None else ""


def test_nothing_speaks_against_a_free_disk_of_a_session() -> None:
    assert code(host(DISK), DISK) == ""


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"answers": False}, "device.silent"),
        ({"size": 0}, "device.no-size"),
        ({"size": 1}, ""),
        ({"read_only": True}, "device.read-only"),
        ({"multipath_member": True}, "device.path-of-map"),
        ({"holders": ("dm-5",)}, "device.held"),
    ],
    ids=str,
)
def test_the_disk_itself(changes: dict[str, object], expected: str) -> None:
    disk = msgspec.structs.replace(DISK, **changes)
    assert code(host(disk), disk) == expected


def test_a_local_disk_is_never_written_to() -> None:
    assert code(host(DISK, luns=()), DISK) == "device.not-iscsi"


def test_what_stands_on_a_partition_holds_the_whole_disk() -> None:
    disk = msgspec.structs.replace(DISK, partitions=("sda1",))
    assert code(host(disk, PART), disk) == ""
    held = msgspec.structs.replace(PART, holders=("dm-5",))
    assert code(host(disk, held), disk) == "device.held"
    assert code(host(disk, held), disk, "dm-5") == ""
    assert code(host(msgspec.structs.replace(disk, holders=("dm-6",)), held), disk, "dm-5") == ""


def test_the_volumes_of_its_own_group_may_stand_on_it() -> None:
    disk = msgspec.structs.replace(DISK, holders=("dm-5", "dm-6"))
    assert code(host(disk), disk, "dm-5", "dm-6") == ""
    assert code(host(disk), disk, "dm-5") == "device.held"


def test_two_paths_without_a_map_are_twins_and_with_one_the_map_is_used() -> None:
    both = (lun("sda"), lun("sdb"))
    assert twins(host(DISK, OTHER, luns=both), DISK) == ("sdb",)
    assert code(host(DISK, OTHER, luns=both), DISK) == "device.twins"
    joined = (MultipathMap("mpatha", "dm-0", WWID, SIZE, ("sda", "sdb"), ("sda", "sdb")),)
    inventory = host(DISK, OTHER, MAP, luns=both, multipath_maps=joined)
    assert code(inventory, DISK) == "device.path-of-map"
    assert code(inventory, MAP) == ""


def test_disks_without_a_wwid_are_not_twins() -> None:
    assert twins(host(DISK, OTHER, luns=(lun("sda", ""), lun("sdb", ""))), DISK) == ()


@pytest.mark.parametrize(
    ("target", "expected"), [("/", "device.system"), ("/srv/data", "device.mounted")], ids=str
)
def test_what_is_mounted_is_not_written_to(target: str, expected: str) -> None:
    mount = Mount("/dev/sda", "sda", target, "ext4")
    assert code(host(DISK, mounts=(mount,)), DISK) == expected
    assert code(host(DISK, mounts=(msgspec.structs.replace(mount, device="sdb"),)), DISK) == ""


def test_swap_space_is_not_written_to() -> None:
    assert code(host(DISK, swaps=(Swap("/dev/sda", "sda", SIZE, 0, 0),)), DISK) == "device.swap"
