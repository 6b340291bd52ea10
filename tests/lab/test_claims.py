"""What the kernel holds without saying so is a user like any other: nothing is taken from under it."""

import json
import re
from collections.abc import Iterator

import pytest

from tests.lab.bcache import MAKE as MAKE_BCACHE
from tests.lab.doctoring import look
from tests.lab.operate import run_script, tell
from tests.lab.test_disconnect import in_background, told
from tests.lab.volumes import (
    TARGET,
    THREE_LUNS,
    answer,
    blank,
    carry_out,
    disks_are_here,
    log_in,
    path_of,
    sh,
    wait_for,
)
from tui.lab.guest import Guest
from tui.lab.image import Release

pytestmark = pytest.mark.lab

SMALL_LUNS = re.sub(r'size = "[^"]*"', 'size = "330M"', THREE_LUNS)
"""What is written to them is zeroed after each test; XFS takes no less than 300 MiB."""

OF_THE_TEST = {"F51.not-in-fstab", "F13.doubled-name"}
"""What doctor may find: these tests mount without a line in fstab, and log out and in again and again."""

KEEP = "Choices(AboutUsers.WAIT, AtBoot.KEEP, 5)"

JOURNALS = {
    "journal": "mke2fs -q -O journal_dev {1}; mkfs.ext4 -q -J device={1} {0}; mount {0} /srv/two",
    "log": "mkfs.xfs -q -l logdev={1},size=64m {0}; mount -o logdev={1} {0} /srv/two",
}
"""File systems on one device with a journal or a log on another, mounted at /srv/two."""


@pytest.fixture(scope="module")
def guest() -> Iterator[Guest]:
    with Guest.boot(Release.BOOKWORM, san=SMALL_LUNS) as booted:
        log_in(booted)
        yield booted


@pytest.fixture
def disks(guest: Guest) -> Iterator[tuple[str, str, str]]:
    """The three disks, blank before and after; the third stays so."""
    found = (path_of(guest, 0), path_of(guest, 1), path_of(guest, 2))
    yield found
    for disk in found[:2]:
        blank(guest, disk)
    disks_are_here(guest)


def refusal(guest: Guest, lun: int) -> tuple[str, str, list[str]]:
    """What disconnecting one LUN is refused with: code, evidence, and the commands that ran."""
    (done,) = told(guest, f'disconnect(of_rung(RungKind.LUN, "{lun}"))')
    assert not done.ok, done
    return done.code, done.evidence, done.commands


def contents_of(guest: Guest, lun: int) -> dict[str, object]:
    """What the Volumes page would say of a LUN."""
    return answer(guest, f"say_contents({lun})")


def wiped(guest: Guest, lun: int) -> tuple[str, list[str]]:
    """What erasing a LUN is refused with, and the commands that ran."""
    done = carry_out(guest, f"WipeSignatures(identity({lun}))")
    return done.codes[0], done.commands


def below_mount(guest: Guest, target: str) -> list[str]:
    """Names of all that a mount stands on, by the stacks; LUNs with their numbers."""
    said = tell(
        guest,
        f"""
import json
from tests.lab.volume_side import HOST
from tui.storage.probe.inventory import take_inventory
from tui.storage.stacks.stack import stacks
rungs = {{rung.key: rung for stack in stacks(take_inventory(HOST)) for rung in stack.rungs}}
(top,) = [rung for rung in rungs.values() if rung.name == "{target}"]
found, waiting = [], [top]
while waiting:
    rung = waiting.pop()
    found.append(f"LUN {{rung.name}}" if rung.kind.value == "lun" else rung.name)
    waiting += [rungs[key] for key in rung.stands_on]
print(json.dumps({{"names": found}}))
""",
    )
    names = said[-1]["names"]
    assert isinstance(names, list)
    return [str(name) for name in names]


def sentinel(guest: Guest, folder: str) -> str:
    """A file with random content that is on the disk; its checksum."""
    return sh(
        guest,
        f"head -c 5000000 /dev/urandom > {folder}/kept; sync -f {folder}; echo 3 > /proc/sys/vm/drop_caches;"
        f" sha256sum < {folder}/kept",
    )


def checksum(guest: Guest, folder: str) -> str:
    """The checksum of that file, read from the disk."""
    return sh(guest, f"echo 3 > /proc/sys/vm/drop_caches; sha256sum < {folder}/kept")


def claimed(guest: Guest, disk: str) -> None:
    """Start a program that opens a disk exclusively and keeps it."""
    opened = f"os.open('{disk}', os.O_RDONLY | os.O_EXCL)"
    script = f"import os, time; {opened}; open('/tmp/held', 'w'); time.sleep(900)"
    in_background(guest, f'exec python3 -c "{script}"')
    wait_for(guest, "test -e /tmp/held")


def let_go(guest: Guest) -> None:
    """End that program."""
    sh(guest, "pkill -f 'os[.]O_EXCL'; rm /tmp/held")
    wait_for(guest, "! pgrep -f 'os[.]O_EXCL'")


def test_a_program_that_claims_a_disk_is_not_robbed_of_it(guest: Guest, disks: tuple[str, str, str]) -> None:
    claimed(guest, disks[1])
    try:
        assert contents_of(guest, 1)["refusal"] == "device.claimed"
        assert wiped(guest, 1) == ("device.claimed", [])
    finally:
        let_go(guest)
    assert contents_of(guest, 1)["refusal"] == ""


def test_a_claim_between_the_making_of_a_plan_and_its_running_is_seen(
    guest: Guest, disks: tuple[str, str, str]
) -> None:
    """Before anything of the plan runs: the mount on another disk of the same session stays."""
    sh(guest, f"mkfs.ext4 -q {disks[0]}; mkdir -p /srv/one; mount {disks[0]} /srv/one")
    kept = sentinel(guest, "/srv/one")
    output = run_script(
        guest,
        f"""
from tests.lab.disconnect_side import *
import os
subject = subject_of_target(TARGET)
seen = see(HOST, subject)
proposal = propose(seen, subject, Choices(AboutUsers.WAIT, AtBoot.KEEP, 2))
assert proposal.refusal is None, proposal.refusal
kept = os.open("{disks[2]}", os.O_RDONLY | os.O_EXCL)
play(proposal, ())
""",
        200,
    )
    done = json.loads(output.splitlines()[-1])
    assert not done["ok"], done
    assert done["commands"] == []
    assert checksum(guest, "/srv/one") == kept
    sh(guest, "umount /srv/one")


def test_a_btrfs_on_two_luns_is_a_user_of_both(guest: Guest, disks: tuple[str, str, str]) -> None:
    """Neither is erased under it, and disconnecting one unmounts it first."""
    first, second, _third = disks
    sh(guest, f"mkfs.btrfs -q -m raid1 -d raid0 {first} {second}; udevadm settle; mkdir -p /srv/two")
    sh(guest, f"mount {first} /srv/two")
    kept = sentinel(guest, "/srv/two")
    assert "/srv/two" in str(contents_of(guest, 1)["words"])
    for lun in (0, 1):
        assert contents_of(guest, lun)["refusal"] == "device.mounted"
        assert wiped(guest, lun) == ("device.mounted", [])
        assert "/srv/two" in (on := below_mount(guest, "/srv/two")), on
        assert {f"LUN {lun}" for lun in (0, 1)} <= set(on), on
    assert set(look(guest).codes) <= OF_THE_TEST
    gone, back = told(guest, f'disconnect(of_rung(RungKind.LUN, "1"), {KEEP})\nreconnect()')
    assert gone.ok, gone
    assert any("umount" in command for command in gone.commands), gone.commands
    assert first in gone.notes
    assert back.ok, back
    assert checksum(guest, "/srv/two") == kept
    sh(guest, "umount /srv/two")


@pytest.mark.parametrize("kind", ["journal", "log"])
def test_a_journal_on_a_second_lun_is_used_by_the_file_system_on_the_first(
    guest: Guest, disks: tuple[str, str, str], kind: str
) -> None:
    first, second, _third = disks
    sh(guest, "mkdir -p /srv/two; " + JOURNALS[kind].format(first, second))
    kept = sentinel(guest, "/srv/two")
    assert contents_of(guest, 1)["refusal"] == "device.mounted"
    assert wiped(guest, 1) == ("device.mounted", [])
    on = below_mount(guest, "/srv/two")
    assert {"LUN 0", "LUN 1"} <= set(on), on
    assert set(look(guest).codes) <= OF_THE_TEST
    (gone,) = told(guest, f'disconnect(of_rung(RungKind.LUN, "1"), {KEEP})')
    assert gone.ok, gone
    assert any("umount" in command for command in gone.commands), gone.commands
    (back,) = told(guest, "reconnect()")
    assert back.ok, back
    assert checksum(guest, "/srv/two") == kept
    sh(guest, "umount /srv/two")


_BLANKED = "; dd if=/dev/zero of={0} bs=1M count=1 conv=notrunc,fsync status=none"

LEFTOVERS = {
    "ext4 behind a lost table": "mkfs.ext4 -q -L payroll -E offset=1048576 {0} 300M",
    "ext4": "mkfs.ext4 -q -L payroll {0}" + _BLANKED,
    "xfs": "mkfs.xfs -q -f -L payroll {0}" + _BLANKED,
    "btrfs": "mkfs.btrfs -q -L payroll {0}" + _BLANKED,
    "LVM2_member": "pvcreate -q {0}; vgcreate -q payroll {0}; lvcreate -q -y -L 20M -n a payroll;"
    " vgchange -q -an payroll; dd if=/dev/zero of={0} bs=1024 count=4 conv=notrunc,fsync status=none",
}
"""Ways to lose what leads to the content of a disk, and the content not."""


@pytest.mark.parametrize("kind", LEFTOVERS)
def test_a_disk_whose_table_or_first_blocks_are_lost_is_not_empty(
    guest: Guest, disks: tuple[str, str, str], kind: str
) -> None:
    """What is on it is named, and a PV is made on it only after it was confirmed that all is lost."""
    disk = disks[1]
    sh(guest, LEFTOVERS[kind].format(disk) + "; udevadm settle")
    before = sh(guest, f"sha256sum < {disk}")
    found = contents_of(guest, 1)
    assert found["empty"] is False, found
    assert kind.partition(" ")[0] in str(found["words"]), found
    assert kind == "LVM2_member" or "payroll" in str(found["words"]), found
    done = carry_out(guest, "CreatePhysicalVolume(identity(1))")
    assert done.codes[0] == "pv.not-empty", done
    assert done.commands == []
    assert sh(guest, f"sha256sum < {disk}") == before


ANSWERS = """
[discover]
address = "192.0.2.10"
[volumes]
{volumes}
[[mount]]
volume = "data"
kind = "ext4"
mount_point = "/srv/x"
"""
NEW_GROUP = """
way = "new-group"
group = "vg_data"
{disks} = ["{target}/1"]
[[volumes.volume]]
name = "data"
size = "100%"
"""


def set_up(guest: Guest, volumes: str) -> str:
    """Run the unattended set-up, which must not end well; what it said."""
    answers = ANSWERS.format(volumes=volumes).encode()
    guest.check("sh", "-c", "cat > /root/a.toml; chmod 600 /root/a.toml", stdin=answers)
    done = guest.run(("iscsi-console", "setup", "--answers", "/root/a.toml"), timeout=300)
    assert done.status != 0, done.text
    assert "/srv/x" not in sh(guest, "cat /proc/mounts")
    return done.text + done.error_text


def test_an_unattended_set_up_takes_no_disk_from_a_btrfs_on_several(
    guest: Guest, disks: tuple[str, str, str]
) -> None:
    """Even where the answers name the disk as one that may be erased."""
    sh(
        guest,
        f"mkfs.btrfs -q -f -m raid1 -d raid0 {disks[0]} {disks[1]}; mkdir -p /srv/a; mount {disks[0]} /srv/a",
    )
    kept = sentinel(guest, "/srv/a")
    said = set_up(guest, NEW_GROUP.format(disks="erase", target=TARGET))
    assert "/srv/a" in said, said
    assert checksum(guest, "/srv/a") == kept
    assert sh(guest, "pvs --noheadings") == ""
    sh(guest, "umount /srv/a")


@pytest.mark.parametrize("kind", ["ext4 behind a lost table", "xfs"])
def test_an_unattended_set_up_does_not_take_a_disk_with_leftovers_for_empty(
    guest: Guest, disks: tuple[str, str, str], kind: str
) -> None:
    sh(guest, LEFTOVERS[kind].format(disks[1]) + "; udevadm settle")
    before = sh(guest, f"sha256sum < {disks[1]}")
    said = set_up(guest, NEW_GROUP.format(disks="disks", target=TARGET))
    assert "payroll" in said, said
    assert sh(guest, f"sha256sum < {disks[1]}") == before


@pytest.mark.parametrize("kind", ["ext4", "btrfs"])
def test_no_file_system_is_made_on_an_existing_volume_with_leftovers(
    guest: Guest, disks: tuple[str, str, str], kind: str
) -> None:
    """A volume is empty only after samples, like a disk."""
    sh(guest, f"vgcreate -qq vgl {disks[1]}; lvcreate -qq -y -Wn -l 100%FREE -n old vgl")
    sh(guest, LEFTOVERS[kind].format("/dev/vgl/old") + "; udevadm settle")
    before = sh(guest, "sha256sum < /dev/vgl/old")
    done = carry_out(guest, "MakeFilesystem('/dev/vgl/old', FilesystemKind.EXT4, existed=True)")
    assert (done.codes[0], done.commands) == ("filesystem.not-blank", [])
    assert "payroll" in done.evidence, done
    assert sh(guest, "sha256sum < /dev/vgl/old") == before
    sh(guest, "vgremove -qq -f vgl; pvremove -qq " + disks[1])


def test_a_disk_that_is_zero_is_empty(guest: Guest, disks: tuple[str, str, str]) -> None:
    assert disks
    for lun in range(3):
        found = contents_of(guest, lun)
        assert (found["empty"], found["refusal"]) == (True, ""), found
    done = carry_out(guest, "CreatePhysicalVolume(identity(1)), RemovePhysicalVolume(identity(1))")
    assert done.stages == ["done", "done"], done


def test_a_lun_that_this_host_exports_is_used(guest: Guest, disks: tuple[str, str, str]) -> None:
    place = "/sys/kernel/config/target/core/iblock_9/again"
    sh(
        guest,
        f"""modprobe target_core_iblock; mkdir -p {place}
        echo udev_path={disks[1]} > {place}/control; echo {disks[1]} > {place}/udev_path
        echo 1 > {place}/enable""",
    )
    try:
        assert wiped(guest, 1) == ("device.claimed", [])
        code, evidence, commands = refusal(guest, 1)
        assert (code, commands) == ("disconnect.held-by-kernel", [])
        assert "iblock_9/again" in evidence
    finally:
        sh(guest, f"rmdir {place} {place.rpartition('/')[0]}")
    (gone,) = told(guest, f'disconnect(of_rung(RungKind.LUN, "1"), {KEEP})')
    assert gone.ok, gone
    (back,) = told(guest, "reconnect()")
    assert back.ok, back


def test_a_device_of_bcache_is_a_layer_with_its_state_and_its_tool(
    guest: Guest, disks: tuple[str, str, str]
) -> None:
    guest.check("python3", "-c", MAKE_BCACHE, disks[1])
    sh(guest, f"modprobe bcache; echo {disks[1]} > /sys/fs/bcache/register")
    wait_for(guest, "test -b /dev/bcache0 && [ $(cat /sys/block/bcache0/bcache/running) = 1 ]")
    sh(guest, "udevadm settle; mkfs.ext4 -q /dev/bcache0; mkdir -p /srv/b; mount /dev/bcache0 /srv/b")
    said = [line.split() for line in sh(guest, "iscsi-console status").splitlines()]
    assert ["ok", "device", "bcache0", "no", "cache"] in [line[:5] for line in said], said
    code, evidence, commands = refusal(guest, 1)
    assert (code, commands) == ("disconnect.held-by-kernel", [])
    assert "echo 1 > /sys/block/bcache0/bcache/stop" in evidence
    sh(guest, "umount /srv/b; echo 1 > /sys/block/bcache0/bcache/stop")
    wait_for(guest, "! test -e /sys/block/bcache0")


def test_swap_space_and_a_mount_are_taken_down_as_before(guest: Guest, disks: tuple[str, str, str]) -> None:
    first, second, _third = disks
    sh(guest, f"mkswap -q {second} >/dev/null; swapon {second}; mkfs.ext4 -q {first}; mkdir -p /srv/one")
    sh(guest, f"mount {first} /srv/one")
    kept = sentinel(guest, "/srv/one")
    gone, back = told(guest, f"disconnect(subject_of_target(TARGET), {KEEP})\nreconnect()")
    assert gone.ok, gone
    assert back.ok, back
    assert second in sh(guest, "cat /proc/swaps")
    assert checksum(guest, "/srv/one") == kept
    sh(guest, f"umount /srv/one; swapoff {second}")


def test_looking_does_not_rewrite_the_devices_file(guest: Guest, disks: tuple[str, str, str]) -> None:
    """A report of LVM's by itself brings the names in it up to date."""
    folder, file = "/etc/lvm/devices", "/etc/lvm/devices/system.devices"
    used = "devices/use_devicesfile=1"
    sh(
        guest,
        f"""mkdir -p {folder};
        pvcreate -q --config {used} {disks[1]}; vgcreate -q --config {used} vg {disks[1]}
        echo 'devices {{ use_devicesfile = 1 }}' >> /etc/lvm/lvmlocal.conf
        sed -i 's|DEVNAME=[^ ]*|DEVNAME=/dev/sdz|' {file}; sha256sum < {file} > /root/listed""",
    )
    try:
        told_of = tell(
            guest,
            """
import json
from tests.lab.volume_side import HOST
from tui.storage.probe.inventory import take_inventory
print(json.dumps({"pvs": [one.device for one in take_inventory(HOST).physical_volumes]}))
""",
        )[-1]["pvs"]
        assert f"/dev/{told_of[0]}" == disks[1]  # type: ignore[index]  # a list
        guest.run(("iscsi-console", "status"), timeout=100)
        sh(guest, f"sha256sum < {file} | cmp - /root/listed")
        sh(guest, f"lvm fullreport >/dev/null 2>&1; ! sha256sum < {file} | cmp -s - /root/listed")
    finally:
        sh(guest, f"vgremove -f -qq vg; rm -r {folder}; sed -i /use_devicesfile/d /etc/lvm/lvmlocal.conf")
