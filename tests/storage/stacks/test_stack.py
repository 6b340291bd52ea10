from pathlib import Path

import msgspec
import pytest

from tests.setup.building import known, record
from tests.storage.fake_tree import Disk, add_map, add_session, bare_host
from tui.storage.host.recorded import RecordedHost
from tui.storage.model.block import BlockDevice, BlockKind
from tui.storage.model.files import Mount
from tui.storage.model.inventory import Inventory
from tui.storage.model.iscsi import Lun, Portal, Session, SessionState
from tui.storage.model.lvm import LogicalVolume
from tui.storage.probe.inventory import take_inventory
from tui.storage.stacks.file_rungs import turned_read_only
from tui.storage.stacks.stack import Health, RungKind, Stack, broken_first, first_broken, stacks
from tui.storage.stacks.volume_rungs import logical_health

MACHINES = Path(__file__).parents[2] / "machines"


def recorded(name: str) -> tuple[Stack, ...]:
    return stacks(take_inventory(RecordedHost(str(MACHINES / f"{name}.json"))))


def kinds(stack: Stack) -> list[str]:
    return [rung.kind.value for rung in stack.rungs]


def test_a_single_path_is_one_ladder_from_portal_to_mount() -> None:
    (stack,) = recorded("single-path-ext4")
    assert kinds(stack) == [
        "portal",
        "session",
        "lun",
        "physical-volume",
        "volume-group",
        "logical-volume",
        "filesystem",
        "mount",
        "logical-volume",
    ]
    assert stack.health is Health.GOOD
    assert first_broken(stack) is None
    assert stack.volume_groups == ("vg_ittest",)
    mount = next(rung for rung in stack.rungs if rung.kind is RungKind.MOUNT)
    assert mount.name == "/iscsi data"
    assert [rung.depth for rung in stack.rungs] == [0, 0, 0, 0, 0, 1, 1, 1, 1]


def test_two_paths_meet_in_the_map() -> None:
    (stack,) = recorded("multipath-xfs")
    assert kinds(stack)[:9] == [
        *("portal", "session", "lun"),
        *("portal", "session", "lun"),
        *("multipath", "physical-volume", "volume-group"),
    ]
    multipath = stack.rungs[6]
    assert len(multipath.stands_on) == 2
    assert [rung.depth for rung in stack.rungs[:9]] == [0, 0, 0, 1, 1, 1, 0, 0, 0]
    assert {rung.kind for rung in stack.rungs} >= {RungKind.FILESYSTEM, RungKind.MOUNT, RungKind.SWAP}
    assert stack.health is Health.GOOD


def test_a_lost_path_is_the_first_broken_rung_and_the_map_carries_on() -> None:
    (stack,) = recorded("multipath-one-path")
    broken = first_broken(stack)
    assert broken is not None
    assert (broken.kind, broken.name, broken.state) == (RungKind.SESSION, "2", "FREE")
    health = {rung.kind: rung.health for rung in stack.rungs}
    assert health[RungKind.MULTIPATH] is Health.DEGRADED
    assert health[RungKind.MOUNT] is Health.GOOD


def test_nothing_on_a_blocked_disk_is_called_good() -> None:
    (stack,) = recorded("failed-session")
    broken = first_broken(stack)
    assert broken is not None
    assert broken.kind is RungKind.SESSION
    assert "60 s" in broken.reason
    assert broken_first(stack) == (broken,)
    assert all(rung.health is Health.BAD for rung in stack.rungs if rung.kind is not RungKind.PORTAL)
    assert "volume-group" in kinds(stack)


def test_a_removed_disk_under_a_mounted_volume() -> None:
    target, group = recorded("lost-disk")
    assert target.health is Health.WARN
    assert group.key.startswith("vg:")
    assert group.health is Health.BAD
    assert "mount" in kinds(group)


def test_a_record_without_a_session_is_half_a_stack() -> None:
    (stack,) = recorded("record-only")
    assert kinds(stack) == ["portal", "session"]
    assert first_broken(stack) is None
    assert stack.rungs[-1].health is Health.AS_WISHED
    assert not stack.rungs[-1].is_there
    assert stack.health is Health.AS_WISHED


def test_a_record_that_asks_for_a_login_at_boot_misses_its_session() -> None:
    at_boot = record(startup="automatic")
    (stack,) = stacks(msgspec.structs.replace(known(), node_records=(at_boot,)))
    broken = first_broken(stack)
    assert broken is not None
    assert broken.health is Health.ABSENT
    hidden = msgspec.structs.replace(at_boot, readable=False)
    (stack,) = stacks(msgspec.structs.replace(known(), node_records=(hidden,)))
    assert stack.health is Health.UNKNOWN


def test_a_foreign_group_is_a_warning() -> None:
    (stack,) = recorded("foreign-group")
    group = next(rung for rung in stack.rungs if rung.kind is RungKind.VOLUME_GROUP)
    assert group.health is Health.WARN
    assert group.reason


def test_two_paths_without_a_map_are_a_warning() -> None:
    (stack,) = recorded("two-paths-unjoined")
    assert [rung.health for rung in stack.rungs if rung.kind is RungKind.LUN] == [Health.WARN, Health.WARN]


def test_a_nameless_session_stands_alone() -> None:
    named, nameless = recorded("orphan-session")
    assert len(named.targets) == 1
    assert nameless.targets == ("",)
    broken = first_broken(nameless)
    assert broken is not None
    assert broken.sid == 30


def test_a_bare_host_has_no_stack() -> None:
    assert recorded("bare") == ()


@pytest.mark.parametrize("name", [path.stem for path in sorted(MACHINES.glob("*.json"))])
def test_every_rung_comes_after_what_it_stands_on(name: str) -> None:
    found = recorded(name)
    keys = [rung.key for stack in found for rung in stack.rungs]
    assert len(keys) == len(set(keys))
    for stack in found:
        seen: set[str] = set()
        for rung in stack.rungs:
            assert set(rung.stands_on) <= seen
            assert rung.depth >= 0
            assert bool(rung.reason) or rung.health in {Health.GOOD, Health.UNKNOWN}
            seen.add(rung.key)


def test_keys_stay_when_the_disk_gets_another_name() -> None:
    first, second = bare_host(), bare_host()
    add_session(first, 1, Disk("sda"))
    add_session(second, 9, Disk("sdf"))
    keys = [
        [rung.key for stack in stacks(take_inventory(host)) for rung in stack.rungs]
        for host in (first, second)
    ]
    assert keys[0] == keys[1]


def test_a_volume_on_an_encrypted_volume_is_found() -> None:
    host = bare_host()
    add_session(host, 1, Disk("sda"))
    add_map(host, "dm-0", "vg-lv", "LVM-" + "a" * 64, "sda")
    add_map(host, "dm-1", "secret", "CRYPT-LUKS2-x", "dm-0")
    host.files["/run/udev/data/b8:0"] = "E:ID_FS_TYPE=LVM2_member\nE:ID_FS_UUID=p1\n"
    host.files["/run/udev/data/b254:1"] = "E:ID_FS_TYPE=ext4\nE:ID_FS_USAGE=filesystem\n"
    (stack,) = stacks(take_inventory(host))
    assert kinds(stack)[3:] == [
        "physical-volume",
        "volume-group",
        "logical-volume",
        "crypt",
        "filesystem",
    ]


def test_a_circle_does_not_hang() -> None:
    devices = (
        BlockDevice("sda", "/dev/sda", "8:0", BlockKind.DISK, 1, slaves=("dm-0",), holders=("dm-0",)),
        BlockDevice("dm-0", "/dev/dm-0", "254:0", BlockKind.OTHER_MAP, 1, slaves=("sda",), holders=("sda",)),
    )
    session = Session(1, "t", Portal("a"), state=SessionState.LOGGED_IN)
    inventory = Inventory("h", sessions=(session,), luns=(Lun("1:0:0:0", 1, 0, "sda"),), devices=devices)
    (stack,) = stacks(inventory)
    assert kinds(stack) == ["portal", "session", "lun", "other-device"]


@pytest.mark.parametrize(
    ("options", "turned"),
    [
        (("rw", "noatime", "ro"), True),
        (("ro", "rw"), False),
        (("ro",), False),
        (("rw",), False),
    ],
)
def test_a_file_system_that_was_made_read_only(options: tuple[str, ...], *, turned: bool) -> None:
    assert turned_read_only(Mount("/dev/x", "x", "/x", "ext4", options)) is turned


def test_an_active_volume_is_judged_by_its_disks() -> None:
    volume = LogicalVolume("lv", "vg", "u", active=True, device="dm-0")
    device = BlockDevice("dm-0", "/dev/mapper/vg-lv", "254:0", BlockKind.LOGICAL_VOLUME, 1)
    assert logical_health(volume, device)[0] is Health.GOOD
    assert logical_health(volume, msgspec.structs.replace(device, answers=False))[0] is Health.BAD
    assert logical_health(volume, msgspec.structs.replace(device, lost_slaves=("sda",)))[0] is Health.BAD
    assert logical_health(msgspec.structs.replace(volume, health="partial"), device)[0] is Health.BAD
    assert logical_health(msgspec.structs.replace(volume, health="refresh needed"), device)[0] is Health.WARN
    assert logical_health(msgspec.structs.replace(volume, active=False, device=""), None)[0] is Health.ABSENT
