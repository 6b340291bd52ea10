"""Arrays: what the kernel says of their legs, when they work without some, and what is then no stale map."""

import pytest
from msgspec.structs import replace

from tests.storage.scripted_host import ScriptedHost
from tui.storage.model.block import BlockDevice, BlockKind, LegState, Raid, RaidLeg
from tui.storage.model.inventory import Inventory
from tui.storage.operations.lvm.stale_map import is_stale
from tui.storage.probe.devices.blocks import mark_silent
from tui.storage.probe.devices.raid import STATUS, parse_status, with_raids

PARTS: dict[int, tuple[str, ...]] = {0: ("dm-0", "dm-1"), 1: ("dm-2", "dm-3")}


def raid_of(level: str, health: str) -> Raid:
    """An array with one letter for each leg: good, lost."""
    legs = (
        RaidLeg((f"sd{number}",), LegState.IN_SYNC if letter == "A" else LegState.FAULTY, good=letter == "A")
        for number, letter in enumerate(health)
    )
    return Raid(level, tuple(legs))


@pytest.mark.parametrize(
    ("level", "health", "works"),
    [
        ("raid1", "AD", True),
        ("raid1", "DD", False),
        ("raid1", "DAD", True),
        ("raid0", "AD", False),
        ("raid5_ls", "AAD", True),
        ("raid5_ls", "ADD", False),
        ("raid4", "AAD", True),
        ("raid6_zr", "AADAD", True),
        ("raid6_zr", "DADAD", False),
        ("raid10", "DAAD", True),
        ("raid10", "DDAA", False),
        ("raid10", "DAA", True),
        ("raid10", "DAD", False),
        ("linear", "D", False),
    ],
)
def test_an_array_works_while_every_part_of_its_data_has_a_leg(level: str, health: str, works: bool) -> None:
    assert raid_of(level, health).works is works
    assert raid_of(level, health).degraded is works
    assert not raid_of(level, "A" * len(health)).degraded


def test_the_device_mapper_tells_of_each_leg() -> None:
    found = parse_status("0 131072 raid raid1 2 AD 131072/131072 idle 0 0 -", PARTS)
    assert found == Raid(
        "raid1",
        (
            RaidLeg(("dm-0", "dm-1"), LegState.IN_SYNC, good=True),
            RaidLeg(("dm-2", "dm-3"), LegState.FAULTY, good=False),
        ),
        "idle",
    )
    rebuilding = parse_status("0 131072 raid raid1 2 Aa 65536/131072 recover 0 0 -", PARTS)
    assert rebuilding is not None
    assert (rebuilding.lost[0].state, rebuilding.done) == (LegState.REBUILDING, 50)
    fresh = parse_status("0 131072 raid raid1 2 aa 0/131072 resync 0 0 -", PARTS)
    assert fresh is not None
    assert not fresh.lost
    absent = parse_status("0 131072 raid raid1 2 AD 131072/131072 idle 0 0 -", {0: ("dm-0", "dm-1")})
    assert absent is not None
    assert absent.lost[0].state is LegState.MISSING


@pytest.mark.parametrize("line", ["", "0 1 linear", "0 131072 raid raid1 2 AA", "0 8 thin 1 2 3 4 5 6"])
def test_what_is_no_status_of_an_array_is_none(line: str) -> None:
    assert parse_status(line, PARTS) is None


MD = {
    "level": "raid1",
    "raid_disks": "2",
    "sync_action": "idle",
    "sync_completed": "none",
    "dev-sda/state": "in_sync",
    "dev-sda/slot": "0",
}
ARRAY = BlockDevice("md0", "/dev/md0", "9:0", BlockKind.RAID, 1, slaves=("sda", "sdb"))


@pytest.mark.parametrize(
    ("more", "second"),
    [
        ({"dev-sdb/state": "faulty", "dev-sdb/slot": "none"}, RaidLeg(("sdb",), LegState.FAULTY, good=False)),
        ({}, RaidLeg((), LegState.MISSING, good=False)),
        ({"dev-sdb/state": "spare", "dev-sdb/slot": "1"}, RaidLeg(("sdb",), LegState.REBUILDING, good=False)),
        ({"dev-sdb/state": "in_sync", "dev-sdb/slot": "1"}, RaidLeg(("sdb",), LegState.IN_SYNC, good=True)),
    ],
)
def test_md_tells_of_each_leg_in_sysfs(more: dict[str, str], second: RaidLeg) -> None:
    host = ScriptedHost()
    for name, value in (MD | more).items():
        host.files[f"/sys/class/block/md0/md/{name}"] = f"{value}\n"
    (found,) = with_raids(host, (ARRAY,))
    assert found.raid is not None
    assert found.raid.places == (RaidLeg(("sda",), LegState.IN_SYNC, good=True), second)


def test_the_device_mapper_is_asked_only_where_a_volume_has_images() -> None:
    host = ScriptedHost()
    plain = BlockDevice("dm-0", "/dev/mapper/vg-lv", "253:0", BlockKind.LOGICAL_VOLUME, 1, map_name="vg-lv")
    with_raids(host, (plain,))
    assert STATUS not in host.commands


def _volume(*health: LegState) -> tuple[BlockDevice, ...]:
    """A RAID1 LV on two disks, with its images."""
    legs = tuple(
        RaidLeg((f"dm-{number}",), state, good=state is LegState.IN_SYNC)
        for number, state in enumerate(health)
    )
    return (
        *(
            BlockDevice(name, f"/dev/{name}", f"8:{number}", BlockKind.DISK, 1, holders=(f"dm-{number}",))
            for number, name in enumerate(("sda", "sdb"))
        ),
        *(
            BlockDevice(
                f"dm-{number}",
                f"/dev/dm-{number}",
                f"253:{number}",
                BlockKind.LOGICAL_VOLUME,
                1,
                slaves=(name,),
                holders=("dm-9",),
                map_name=f"vg-r_rimage_{number}",
            )
            for number, name in enumerate(("sda", "sdb"))
        ),
        BlockDevice(
            "dm-9",
            "/dev/mapper/vg-r",
            "253:9",
            BlockKind.LOGICAL_VOLUME,
            1,
            slaves=("dm-0", "dm-1"),
            map_name="vg-r",
            raid=Raid("raid1", legs, "idle"),
        ),
    )


def _inventory(devices: tuple[BlockDevice, ...], waiting: frozenset[str] = frozenset()) -> Inventory:
    return Inventory("here", devices=mark_silent(devices, waiting))


def test_an_array_answers_without_a_leg_that_is_gone_and_no_map_of_it_is_stale() -> None:
    found = _inventory(tuple(one for one in _volume(LegState.IN_SYNC, LegState.IN_SYNC) if one.name != "sdb"))
    top, image = found.device("dm-9"), found.device("dm-1")
    assert top is not None
    assert image is not None
    assert (image.lost_slaves, image.answers) == (("sdb",), False)
    assert top.answers
    assert top.raid is not None
    assert top.raid.degraded
    assert not any(is_stale(found, one) for one in found.devices)


def test_an_array_without_any_leg_is_stale_with_its_images() -> None:
    found = _inventory(
        tuple(one for one in _volume(LegState.IN_SYNC, LegState.IN_SYNC) if one.kind is not BlockKind.DISK)
    )
    assert {one.name for one in found.devices if is_stale(found, one)} == {"dm-0", "dm-1", "dm-9"}


def test_an_array_waits_while_a_leg_of_it_waits_and_goes_on_once_the_kernel_gave_the_leg_up() -> None:
    both = tuple(
        replace(one, answers=False) if one.name == "sdb" else one
        for one in _volume(LegState.IN_SYNC, LegState.IN_SYNC)
    )
    top = _inventory(both, frozenset({"sdb"})).device("dm-9")
    assert top is not None
    assert not top.answers
    top = _inventory(both).device("dm-9")
    assert top is not None
    assert top.answers
