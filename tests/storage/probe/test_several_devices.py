"""File systems that stand on more devices than the one they are mounted from."""

import pytest

from tests.storage.fake_tree import Disk, add_map, add_session, bare_host, describe
from tests.storage.scripted_host import ScriptedHost
from tui.storage.model.inventory import Inventory
from tui.storage.probe.inventory import take_inventory
from tui.storage.stacks.rung import Health, RungKind
from tui.storage.stacks.stack import stacks


def host_with(*mounts: str) -> ScriptedHost:
    """Three disks of a session, mounts of them, and root."""
    host = bare_host()
    add_session(host, 1, *(Disk(f"sd{letter}", n, wwid=f"naa.{n}") for n, letter in enumerate("abc")))
    host.files["/proc/self/mountinfo"] = "".join(f"{line}\n" for line in mounts)
    return host


def btrfs(host: ScriptedHost, number: str, part: str, fsid: str = "f-f") -> None:
    describe(
        host,
        number,
        "E:ID_FS_TYPE=btrfs",
        "E:ID_FS_USAGE=filesystem",
        f"E:ID_FS_UUID={fsid}",
        f"E:ID_FS_UUID_SUB={part}",
    )


def others(inventory: Inventory, target: str = "/srv") -> tuple[str, ...]:
    return next(mount.others for mount in inventory.mounts if mount.target == target)


def test_a_mounted_btrfs_stands_on_every_device_that_the_kernel_names() -> None:
    host = host_with("9 1 0:44 / /srv rw - btrfs /dev/sdb rw")
    host.folders |= {f"/sys/fs/btrfs/f-f/devices/{name}" for name in ("sda", "sdb")}
    host.folders |= {"/sys/fs/btrfs/g-g/devices/sdc", "/sys/fs/btrfs/features"}
    inventory = take_inventory(host)
    assert others(inventory) == ("sda",)
    assert [inventory.is_in_use(name) for name in ("sda", "sdb", "sdc")] == [True, True, False]


def test_an_external_journal_is_known_by_the_thread_that_writes_it() -> None:
    host = host_with("9 1 8:0 / /srv rw - ext4 /dev/sda rw", "8 1 8:32 / /own rw - ext4 /dev/sdc rw")
    host.folders |= {"/proc/fs/jbd2/sdb", "/proc/fs/jbd2/sdc-8"}
    host.files |= {
        "/sys/fs/ext4/sda/journal_task": "301\n",
        "/proc/301/comm": "jbd2/sdb\n",
        "/sys/fs/ext4/sdc/journal_task": "302\n",
        "/proc/302/comm": "jbd2/sdc-8\n",
    }
    inventory = take_inventory(host)
    assert others(inventory) == ("sdb",)
    assert others(inventory, "/own") == ()


@pytest.mark.parametrize("option", ["logdev=/dev/sdb", "rtdev=/dev/sdb"])
def test_log_and_realtime_device_of_an_xfs_are_among_its_options(option: str) -> None:
    inventory = take_inventory(host_with(f"9 1 8:0 / /srv rw - xfs /dev/sda rw,attr2,{option},noquota"))
    assert others(inventory) == ("sdb",)


def test_the_stack_shows_one_file_system_on_both_disks() -> None:
    host = host_with("9 1 0:44 / /srv rw - btrfs /dev/sda rw")
    host.folders |= {f"/sys/fs/btrfs/f-f/devices/{name}" for name in ("sda", "sdb")}
    btrfs(host, "8:0", "p-1")
    btrfs(host, "8:16", "p-2")
    (stack,) = stacks(take_inventory(host))
    (filesystem,) = [rung for rung in stack.rungs if rung.kind is RungKind.FILESYSTEM]
    (mount,) = [rung for rung in stack.rungs if rung.kind is RungKind.MOUNT]
    luns = [rung.key for rung in stack.rungs if rung.kind is RungKind.LUN]
    assert list(filesystem.stands_on) == luns[:2]
    assert mount.stands_on == (filesystem.key,)
    assert "on 2 devices" in filesystem.detail


def test_devices_of_one_unmounted_btrfs_are_joined_and_clones_are_not() -> None:
    host = host_with()
    btrfs(host, "8:0", "p-1")
    btrfs(host, "8:16", "p-2")
    btrfs(host, "8:32", "p-1")
    inventory = take_inventory(host)
    found = {filesystem.device: filesystem.others for filesystem in inventory.filesystems}
    assert found["sdb"] in {("sda",), ("sdc",)}
    assert found["sda"] == found["sdc"] == ("sdb",)


def test_a_btrfs_on_one_device_has_no_others() -> None:
    host = host_with("9 1 0:44 / /srv rw - btrfs /dev/sda rw")
    btrfs(host, "8:0", "p-1")
    host.folders.add("/sys/fs/btrfs/f-f/devices/sda")
    inventory = take_inventory(host)
    assert others(inventory) == ()
    assert [filesystem.others for filesystem in inventory.filesystems] == [()]


def test_a_map_whose_disks_are_all_gone_keeps_what_stands_on_it() -> None:
    """From udev, which forgets the UUID of the PV, the device-mapper and mountinfo: LVM does not read it."""
    host = bare_host()
    add_map(host, "dm-0", "mpatha", "mpath-36001405")
    describe(host, "254:0", "E:ID_FS_TYPE=LVM2_member")
    add_map(host, "dm-1", "vg-lv", "LVM-" + "a" * 32 + "b" * 32, "dm-0")
    describe(host, "254:1", "E:ID_FS_TYPE=ext4", "E:ID_FS_USAGE=filesystem", "E:ID_FS_UUID=f-s")
    host.files["/proc/self/mountinfo"] = "9 1 254:1 / /srv rw - ext4 /dev/mapper/vg-lv rw\n"
    inventory = take_inventory(host)
    assert not any(device.answers for device in inventory.devices)
    (stack,) = stacks(inventory)
    assert [(rung.kind, rung.health) for rung in stack.rungs] == [
        (RungKind.MULTIPATH, Health.BAD),
        (RungKind.PHYSICAL_VOLUME, Health.BAD),
        (RungKind.VOLUME_GROUP, Health.BAD),
        (RungKind.LOGICAL_VOLUME, Health.BAD),
        (RungKind.FILESYSTEM, Health.BAD),
        (RungKind.MOUNT, Health.BAD),
    ]
