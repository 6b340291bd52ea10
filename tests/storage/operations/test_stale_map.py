"""When a device-mapper map is stale: by itself, or by what the maps below it have lost."""

import msgspec
import pytest

from tui.storage.model.block import BlockDevice, BlockKind
from tui.storage.model.inventory import Inventory
from tui.storage.operations.lvm.stale_map import is_stale

UPPER = BlockDevice(
    "dm-2",
    "/dev/mapper/vg-snap",
    "253:2",
    BlockKind.LOGICAL_VOLUME,
    1 << 30,
    slaves=("dm-1",),
    map_name="vg-snap",
)
MIDDLE = BlockDevice(
    "dm-1",
    "/dev/mapper/vg-cow",
    "253:1",
    BlockKind.LOGICAL_VOLUME,
    1 << 30,
    slaves=("sda",),
    map_name="vg-cow",
)
DISK = BlockDevice("sda", "/dev/sda", "8:0", BlockKind.DISK, 1 << 30)


def inventory(*devices: BlockDevice) -> Inventory:
    return Inventory("db7", devices=devices)


def test_a_map_over_disks_that_are_there_is_not_stale() -> None:
    assert not is_stale(inventory(DISK, MIDDLE, UPPER), UPPER)
    assert not is_stale(inventory(DISK, MIDDLE, UPPER), MIDDLE)


@pytest.mark.parametrize("slaves", [("sda",), ()])
def test_a_map_that_lost_a_disk_is_stale_whatever_it_has_left(slaves: tuple[str, ...]) -> None:
    lost = msgspec.structs.replace(MIDDLE, slaves=slaves, lost_slaves=("sdz",))
    assert is_stale(inventory(DISK, lost), lost)


def test_a_map_over_a_map_that_lost_its_disk_is_stale_too() -> None:
    lost = msgspec.structs.replace(MIDDLE, slaves=(), lost_slaves=("sdz",))
    assert is_stale(inventory(lost, UPPER), UPPER)


def test_a_lower_device_that_is_not_read_makes_no_map_stale() -> None:
    assert not is_stale(inventory(UPPER), UPPER)


def test_only_a_map_is_stale() -> None:
    assert not is_stale(inventory(DISK), msgspec.structs.replace(DISK, lost_slaves=("sdz",)))


def test_maps_that_name_each_other_end() -> None:
    ring = msgspec.structs.replace(MIDDLE, slaves=("dm-2",))
    assert not is_stale(inventory(ring, UPPER), UPPER)
