"""A glance finds what files tell and leaves what they do not."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.storage.fake_tree import Disk, add_map, add_session, bare_host, describe
from tui.storage.host.recorded import RecordedHost
from tui.storage.model.block import MapPolicy
from tui.storage.model.iscsi import DeviceState, SessionState
from tui.storage.model.lvm import LogicalVolume, PhysicalVolume, VolumeGroup
from tui.storage.probe.glance import glance
from tui.storage.probe.inventory import take_inventory

MACHINES = Path(__file__).parents[2] / "machines"
NAMES = sorted(path.stem for path in MACHINES.glob("*.json"))


@pytest.mark.parametrize("name", NAMES)
def test_nothing_changes_where_nothing_changed(name: str) -> None:
    host = RecordedHost(str(MACHINES / f"{name}.json"))
    taken = take_inventory(host)
    seen = glance(host, taken)
    assert seen == taken


def test_a_session_that_fails_is_seen_without_a_command() -> None:
    host = bare_host()
    add_session(host, 1, Disk("sda"))
    taken = take_inventory(host)
    commands = len(host.commands)
    host.files["/sys/class/iscsi_session/session1/state"] = "FAILED\n"
    host.files["/sys/devices/platform/host1/session1/target1:0:0/1:0:0:0/state"] = "blocked\n"
    seen = glance(host, taken)
    assert len(host.commands) == commands
    assert seen.sessions[0].state is SessionState.FAILED
    assert seen.luns[0].state is DeviceState.BLOCKED
    assert not seen.devices[0].answers
    assert seen.initiator == taken.initiator
    assert seen.services == taken.services


def test_volumes_of_a_disk_that_is_gone_have_no_device() -> None:
    host = bare_host()
    add_session(host, 1, Disk("sda"))
    group_uuid, volume_uuid = "a" * 32, "b" * 32
    add_map(host, "dm-0", "vg-lv", f"LVM-{group_uuid}{volume_uuid}", "sda")
    taken = replace(
        take_inventory(host),
        physical_volumes=(PhysicalVolume("/dev/sda", "sda", "pv", "vg"),),
        volume_groups=(VolumeGroup("vg", group_uuid),),
        logical_volumes=(
            LogicalVolume("lv", "vg", volume_uuid, 1, "/dev/vg/lv", device="dm-0", active=True),
        ),
    )
    same = glance(host, taken)
    assert same.logical_volumes[0].device == "dm-0"
    for table in (host.files, host.links):
        for path in [path for path in table if "dm-0" in path]:
            del table[path]
    host.folders = {path for path in host.folders if "dm-0" not in path}
    seen = glance(host, taken)
    assert seen.physical_volumes[0].device == "sda"
    assert (seen.logical_volumes[0].device, seen.logical_volumes[0].active) == ("", False)


def test_what_blkid_found_is_kept_for_the_same_device() -> None:
    host = bare_host()
    add_session(host, 1, Disk("sda"))
    describe(host, "8:0", "E:ID_SERIAL=x")
    taken = take_inventory(host)
    device = replace(taken.devices[0], content="ext4", content_uuid="u")
    seen = glance(host, replace(taken, devices=(device,)))
    assert seen.devices[0].content == "ext4"
    grown = replace(device, size=device.size + 512)
    assert glance(host, replace(taken, devices=(grown,))).devices[0].content == ""


def test_the_policy_of_a_map_is_kept_while_its_paths_are_as_they_were() -> None:
    host = bare_host()
    add_session(host, 1, Disk("sda"))
    add_map(host, "dm-0", "mpatha", "mpath-36001405d16f77073e8f52bf8b4899727", "sda")
    taken = take_inventory(host)
    (joined,) = taken.multipath_maps
    policy = MapPolicy("service-time", "alua", 1, queues=True)
    known = replace(taken, multipath_maps=(replace(joined, policy=policy),))
    assert glance(host, known).multipath_maps[0].policy == policy
    lost = replace(known, multipath_maps=(replace(known.multipath_maps[0], good_paths=()),))
    assert glance(host, lost).multipath_maps[0].policy is None
