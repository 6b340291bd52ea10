"""Two paths to one disk, and a disk that LVM's devices file hides: both on a real kernel."""

from collections.abc import Iterator

import pytest

from tests.lab.operate import tell
from tests.lab.volumes import IMPORTS, answer, carry_out, each, log_in, sh
from tui.lab.guest import Guest
from tui.lab.image import Release
from tui.lab.san import read_description

pytestmark = [pytest.mark.lab, pytest.mark.xdist_group("volume-paths")]

AWAY = "from tui.storage.operations.lvm.devices_file import AddToDevicesFile, RemoveFromDevicesFile\n"


@pytest.fixture(scope="module")
def guest() -> Iterator[Guest]:
    with Guest.boot(Release.TRIXIE, san=read_description("two_portals")) as booted:
        log_in(booted, "192.0.2.10:3260", "198.51.100.10:3260")
        yield booted


def paths(guest: Guest) -> list[str]:
    """Kernel names of the disks."""
    return sorted(sh(guest, "ls /sys/class/iscsi_session/session*/device/target*/*/block").split()[1::2])


def test_two_paths_without_multipath_are_not_written_to(guest: Guest) -> None:
    sh(guest, "systemctl stop multipathd.socket multipathd.service; multipath -F || true; udevadm settle")
    found = answer(guest, "say_contents(0)")
    assert (found["empty"], found["refusal"], found["reuse_refusal"]) == (
        True,
        "device.twins",
        "device.twins",
    )
    refused = each(guest, "CreatePhysicalVolume(identity(0))", "WipeSignatures(identity(0), ())")
    assert refused[0].codes == ["device.twins"]
    assert not any(done.commands for done in refused)


JOIN = """
from tui.storage.operations.multipath.maps import CreateMultipathMap
luns = look_at_devices(HOST).luns
perform(CreateMultipathMap(luns[0].wwid, tuple(lun.disk for lun in luns)))
"""
MAKE = """
from msgspec.structs import replace
from tui.storage.devices.identity import identity_of
seen = identity(0)
inventory = look_at_devices(HOST)
for lun in inventory.luns:
    path = identity_of(inventory, inventory.device(lun.disk))
    assert (path.wwid, path.size, path.target, path.lun) == (seen.wwid, seen.size, seen.target, seen.lun)
    perform(CreatePhysicalVolume(path))
perform(CreatePhysicalVolume(seen), CreateVolumeGroup("vg", (seen,)), CreateLogicalVolume("vg", "a", 20),
    MakeFilesystem("/dev/vg/a", FilesystemKind.EXT4, "", "44444444-2222-4333-8444-555555555555"))
say({"path": seen.path})
"""


@pytest.fixture(scope="module")
def joined(guest: Guest) -> list[dict[str, object]]:
    """What was told when the paths were joined, and a group with a file system was made on the map."""
    return tell(guest, f"{IMPORTS}\n{JOIN}\n{MAKE}")


def test_the_map_is_used_and_its_paths_are_not(joined: list[dict[str, object]]) -> None:
    assert [one["stages"] for one in joined[:-1]] == [["done"], ["failed"], ["failed"], ["done"] * 4], joined
    for one in joined[1:3]:
        problems = one["problems"]
        assert isinstance(problems, list)
        assert problems[0]["code"] == "device.path-of-map"
    assert str(joined[-1]["path"]).startswith("/dev/mapper/")


@pytest.mark.usefixtures("joined")
def test_udev_knows_the_new_file_system_although_it_lies_on_a_map(guest: Guest) -> None:
    assert "/dev/dm-" in sh(guest, "readlink -f /dev/disk/by-uuid/44444444-2222-4333-8444-555555555555")


@pytest.fixture(scope="module")
def hidden(guest: Guest, joined: object) -> Guest:
    """The same with a devices file of LVM's that does not name the map."""
    sh(
        guest,
        """vgchange -q -an vg
        mkdir -p /etc/lvm/devices
        sed -i 's/^devices {/devices {\\nuse_devicesfile=1/' /etc/lvm/lvm.conf
        map=/dev/mapper/$(dmsetup ls --target multipath | cut -f 1)
        lvm lvmdevices --adddev $map; lvm lvmdevices --deldev $map
        test -e /etc/lvm/devices/system.devices; test -z "$(pvs --noheadings)" """,
    )
    return guest


def test_a_disk_that_the_devices_file_hides_is_not_called_free(hidden: Guest) -> None:
    found = answer(hidden, "say_contents(0)")
    assert (found["empty"], found["refusal"]) == (False, "contents.lvm-hidden")
    refused = each(
        hidden, "WipeSignatures(identity(0), look(0).signatures)", "CreatePhysicalVolume(identity(0))"
    )
    assert [done.codes for done in refused] == [["contents.lvm-hidden"]] * 2


def test_it_is_listed_and_used_as_it_is(hidden: Guest) -> None:
    done = carry_out(hidden, "AddToDevicesFile(identity(0)), ActivateVolumeGroup('vg')", AWAY)
    assert done.stages == ["done", "done"], done
    found = answer(hidden, "say_contents(0)")
    assert found["reusable"] is True
    held = carry_out(hidden, "RemoveFromDevicesFile(identity(0))", AWAY)
    assert held.codes == ["lvm-devices.active"]
    back = carry_out(hidden, "*ActivateVolumeGroup('vg').undo(), *AddToDevicesFile(identity(0)).undo()", AWAY)
    assert back.stages == ["done", "done"], back
