"""More volumes on a real kernel: disks join and leave a group in use, new names, snapshots, thin volumes."""

import json
from collections.abc import Iterator

import pytest

from tests.lab.on_console import on_console
from tests.lab.operate import Performed, performed, tell
from tests.lab.terminal import Terminal
from tests.lab.volumes import IMPORTS, THREE_LUNS, UUID, log_in, sh, wait_for
from tui.lab.channel import Running
from tui.lab.guest import Guest
from tui.lab.image import Release

pytestmark = pytest.mark.lab

SIDE = """
from tests.lab.guest_side import perform
from tui.maintenance import renaming, volumes
from tui.storage.operations.lvm.destroy_volume import DestroyVolume
from tui.storage.operations.lvm.extend_logical_volume import ExtendLogicalVolume
from tui.storage.operations.lvm.move_data import MoveData, StopMoving
from tui.storage.operations.lvm.volume_group import ReduceVolumeGroup
from tui.storage.probe.devices.fill import read_fills
from tui.storage.probe.inventory import take_inventory

def look_again():
    global seen
    seen = take_inventory(HOST)
look_again()
def group(name): return next(one for one in seen.volume_groups if one.name == name)
def volume(name): return next(one for one in seen.logical_volumes if one.name == name)
def physical(lun): return next(one for one in seen.physical_volumes if one.device == disk(lun).name)
def do(proposal):
    assert proposal.refusal is None, proposal.refusal
    perform(*proposal.plan.operations)
def undo(proposal):
    perform(*proposal.way_back.operations)
"""
MIB = 1024**2
PLACE = "/srv/data"
THROTTLE = "/sys/module/dm_mirror/parameters/raid1_resync_throttle"
"""Per cent of the time that the kernel may copy the data of a mirror, which is how pvmove moves it."""


@pytest.fixture(scope="module")
def guest() -> Iterator[Guest]:
    with Guest.boot(Release.BOOKWORM, san=THREE_LUNS) as booted:
        log_in(booted)
        sh(
            booted,
            f"""disk=$(readlink -f /dev/disk/by-path/*-lun-0)
            pvcreate -q $disk; vgcreate -q vg $disk; lvcreate -q -L 320M -n data vg
            mkfs.ext4 -q -U {UUID} /dev/vg/data; udevadm settle; mkdir -p {PLACE}
            echo '/dev/mapper/vg-data  {PLACE}\text4 noatime,nofail 0 2' >> /etc/fstab
            systemctl daemon-reload; mount {PLACE}
            dd if=/dev/urandom of={PLACE}/sentinel bs=1M count=160 status=none
            cd {PLACE}; sha256sum sentinel > /root/sum; sync""",
        )
        yield booted


def run(guest: Guest, script: str) -> Performed:
    """The last plan of a script."""
    return performed(tell(guest, IMPORTS + SIDE + script)[-1])


def told(guest: Guest, script: str) -> dict[str, object]:
    """What a script says last."""
    return tell(guest, IMPORTS + SIDE + script)[-1]


def refusals(guest: Guest, *operations: str) -> list[str]:
    """Why operations are refused; none may have changed anything."""
    script = "\n".join(f"perform({one})" for one in operations)
    found = [performed(one) for one in tell(guest, IMPORTS + SIDE + script)]
    assert all(done.stages == ["failed"] and not done.commands for done in found), found
    return [done.codes[0] for done in found]


def more(name: str) -> str:
    """The line of a script that makes a volume larger by two extents."""
    one = f'volume("{name}")'
    size = f"{one}.size, {one}.size // (4 << 20) + 2"
    return f'perform(ExtendLogicalVolume("vg", group("vg").uuid, "{name}", {one}.uuid, {size}))'


def write(guest: Guest) -> Running:
    """Begin to write."""
    sh(guest, f"rm -f {PLACE}/stop {PLACE}/writer.pid")
    writer = guest.start(("python3", "-m", "tests.lab.writer", PLACE))
    wait_for(guest, f"test -e {PLACE}/writer.pid")
    return writer


def stop(guest: Guest, writer: Running) -> dict[str, object]:
    """End the writing; nothing was lost, and everything else is as it was."""
    sh(guest, f"kill -0 $(cat {PLACE}/writer.pid); touch {PLACE}/stop")
    ended = writer.complete(60)
    assert ended.status == 0, ended.error_text
    said: dict[str, object] = json.loads(ended.text)
    assert (said["errors"], said["damaged"]) == ([], [])
    check(guest)
    return said


def check(guest: Guest) -> None:
    """Read the sentinel from the disk and compare it."""
    sh(guest, f"sync; echo 3 > /proc/sys/vm/drop_caches; cd {PLACE}; sha256sum --check --status /root/sum")


def cut_off_a_move(guest: Guest, lun: int) -> None:
    """Start moving data off a disk, and kill everything that drives it while it is under way.

    The kernel copies on by itself, though slowly, until `let_copy` is called.
    """
    sh(guest, f"modprobe dm_mirror; echo 1 > {THROTTLE}")
    mover = guest.start(("python3", "-"))
    mover.give(f"{IMPORTS}{SIDE}\ndo(volumes.move_off(seen, physical({lun}), leave=False))".encode())
    mover.close_input()
    wait_for(guest, "test -e /dev/mapper/vg-pvmove0")
    sh(guest, "kill -9 $(pidof lvmpolld lvm pvmove) || true")
    mover.complete(60)
    sh(guest, "test -e /dev/mapper/vg-pvmove0")


def let_copy(guest: Guest) -> None:
    """Let the kernel copy as fast as it can again."""
    sh(guest, f"echo 100 > {THROTTLE}")


# The tests below follow each other on one machine.


def test_a_disk_joins_a_group_and_can_leave_it_again(guest: Guest) -> None:
    names = told(guest, 'say({"free": [one.name for one in volumes.free_disks(seen)]})')["free"]
    luns = [sh(guest, f"basename $(readlink -f /dev/disk/by-path/*-lun-{lun})") for lun in (1, 2)]
    assert names == sorted(luns)
    both = told(
        guest,
        'proposal = volumes.add_disk(seen, group("vg"), disk(1))\ndo(proposal)\nundo(proposal)',
    )
    assert both["stages"] == ["done", "done"], both
    assert sh(guest, "vgs --noheadings -o pv_count vg") == "1"
    refused = run(guest, 'do(volumes.add_disk(seen, group("vg"), disk(1)))')
    assert refused.codes[0] == "pv.not-empty", refused
    # What pvremove leaves is recognized and has to be confirmed: the first step destroys.
    done = run(guest, 'do(volumes.add_disk(seen, group("vg"), disk(1), look(1)))')
    assert done.stages == ["already", "done", "done"], done
    assert sh(guest, "vgs --noheadings -o pv_count vg") == "2"


def test_data_moves_to_another_disk_while_it_is_written_to_and_the_mover_is_killed(guest: Guest) -> None:
    writer = write(guest)
    cut_off_a_move(guest, 0)
    let_copy(guest)
    again = run(guest, "do(volumes.move_off(seen, physical(0)))")
    assert again.stages == ["done", "done", "done"], again
    assert any("% moved" in line for line in again.lines)
    said = stop(guest, writer)
    print(f"moved under a writer: {said}")
    assert not sh(guest, "dmsetup ls | grep pvmove || true")
    assert sh(guest, "vgs --noheadings -o pv_count vg") == "1"
    assert not sh(guest, "lsblk -no FSTYPE $(readlink -f /dev/disk/by-path/*-lun-0)")


def test_a_move_can_be_stopped_half_way(guest: Guest) -> None:
    assert run(guest, 'do(volumes.add_disk(seen, group("vg"), disk(2)))').stages == ["done", "done"]
    old, new = (f"$(readlink -f /dev/disk/by-path/*-lun-{lun})" for lun in (1, 2))
    for _try in range(3):
        cut_off_a_move(guest, 1)
        stopped = run(guest, 'perform(StopMoving("vg", group("vg").uuid, identity(1)))')
        let_copy(guest)
        assert stopped.stages == ["done"], stopped
        if sh(guest, f"pvs --noheadings --units b --nosuffix -o pv_used {old}") != "0":
            break
        # On a busy machine the kernel may have copied everything by then: that is no half way.
        sh(guest, f"pvmove -qq -i 1 {new} {old}")
    assert not sh(guest, "dmsetup ls | grep pvmove || true")
    check(guest)
    assert refusals(guest, 'ReduceVolumeGroup("vg", (identity(1),))') == ["pv.has-volumes"]


def test_a_disk_without_room_elsewhere_is_not_moved(guest: Guest) -> None:
    sh(guest, "lvcreate -q -y -l 100%FREE -n full vg $(readlink -f /dev/disk/by-path/*-lun-2)")
    moves = ('MoveData("vg", group("vg").uuid, identity(1))', 'MoveData("vg", "other", identity(1))')
    assert refusals(guest, *moves) == ["move.no-room", "identity.changed"]
    sh(guest, "lvremove -q -y vg/full")


def test_a_volume_is_renamed_with_its_line_in_fstab(guest: Guest) -> None:
    done = run(guest, 'do(renaming.rename_volume(seen, volume("data"), "archive"))')
    assert done.stages == ["done"] * 4, done
    assert sh(guest, f"findmnt -no SOURCE {PLACE}") == "/dev/mapper/vg-archive"
    assert f"/dev/mapper/vg-archive  {PLACE}\text4 noatime,nofail 0 2" in guest.read_text("/etc/fstab")
    assert sh(guest, f"systemctl is-active {PLACE[1:].replace('/', '-')}.mount") == "active"
    check(guest)
    back = run(
        guest,
        'perform(*renaming.rename_volume(seen, volume("archive"), "data").plan.operations)',
    )
    assert back.stages == ["done"] * 4, back
    check(guest)
    same = 'RenameLogicalVolume("vg", "data", volume("data").uuid, "pvmove9")'
    imports = "from tui.storage.operations.lvm.rename import RenameLogicalVolume\n"
    named = run(guest, f"{imports}perform({same})")
    assert named.codes == ["lvm-name.reserved"], named


def test_a_group_is_renamed_while_its_volume_is_written_to(guest: Guest) -> None:
    sh(guest, f"sed -i 's|^/dev/mapper/vg-data|UUID={UUID}|' /etc/fstab; systemctl daemon-reload")
    writer = write(guest)
    proposal = 'proposal = renaming.rename_group(seen, group("vg"), "store")\n'
    done = run(guest, f"{proposal}do(proposal)")
    assert done.stages == ["done"], done
    sh(guest, f"test -e /dev/store/data; findmnt {PLACE}")
    stop(guest, writer)
    back = run(guest, 'perform(*renaming.rename_group(seen, group("store"), "vg").plan.operations)')
    assert back.stages == ["done"], back
    check(guest)


def test_a_snapshot_keeps_a_state_and_says_how_full_it_is(guest: Guest) -> None:
    sh(guest, f"echo before > {PLACE}/state; sync")
    done = run(guest, f'do(volumes.snapshot(seen, volume("data"), "night", {64 * MIB}))')
    assert done.stages == ["done"], done
    sh(
        guest,
        f"""echo after > {PLACE}/state; dd if=/dev/urandom of={PLACE}/more bs=1M count=16 status=none; sync
        mkdir -p /mnt/night; mount -o ro /dev/vg/night /mnt/night; grep -q before /mnt/night/state""",
    )
    destroy = 'volumes.remove_volume(seen, volume("night")).plan.operations[0]'
    origin = 'DestroyVolume("vg", group("vg").uuid, "data", volume("data").uuid, volume("data").size, "ext4")'
    assert refusals(guest, destroy, origin) == ["volume.in-use", "volume.needed"]
    sh(guest, "umount /mnt/night")
    fill = 'say({"used": [one.used for one in read_fills(HOST) if one.volume == "night"]})'
    larger = more("night")
    used, extended, removed = tell(
        guest, f"{IMPORTS}{SIDE}{fill}\n{larger}\nlook_again()\nperform({destroy})"
    )
    assert performed(extended).stages == ["done"], extended
    assert isinstance(used["used"], list)
    assert 0 < float(used["used"][0]) < 100
    assert performed(removed).stages == ["done"]
    check(guest)


def test_a_volume_with_data_is_removed_only_unused_and_as_it_was_confirmed(guest: Guest) -> None:
    made = run(guest, f'do(volumes.new_volume(group("vg"), "spare", {48 * MIB}))')
    assert made.stages == ["done"], made
    sh(guest, "mkfs.ext4 -q -L spare /dev/vg/spare; udevadm settle")
    assert refusals(
        guest,
        'RemoveLogicalVolume("vg", "spare")',
        'DestroyVolume("vg", group("vg").uuid, "data", volume("data").uuid, volume("data").size, "ext4")',
        'DestroyVolume("vg", group("vg").uuid, "spare", volume("data").uuid, volume("spare").size)',
        'DestroyVolume("vg", group("vg").uuid, "spare", volume("spare").uuid, 1)',
    ) == ["volume.not-empty", "volume.in-use", "identity.changed", "identity.changed"]
    loses = 'say({"loses": volumes.remove_volume(seen, volume("spare")).plan.loses()})'
    remove = 'do(volumes.remove_volume(seen, volume("spare")))'
    lost, done = tell(guest, f"{IMPORTS}{SIDE}{loses}\n{remove}")
    assert lost["loses"] == ["vg/spare, 48 MiB: ext4 spare"]
    assert performed(done).stages == ["done"], done
    assert "spare" not in sh(guest, "lvs --noheadings -o lv_name vg")


def test_thin_volumes_are_made_and_removed(guest: Guest) -> None:
    make = f"""
do(volumes.thin_pool(group("vg"), "pool", {128 * MIB}))
look_again()
do(volumes.thin_volume(seen, volume("pool"), "thin", {256 * MIB}))
"""
    made = tell(guest, IMPORTS + SIDE + make)
    assert [one["stages"] for one in made] == [["done"], ["done"]], made
    sh(
        guest,
        """mkfs.ext4 -q -E nodiscard /dev/vg/thin; mkdir -p /mnt/thin; mount /dev/vg/thin /mnt/thin
        dd if=/dev/urandom of=/mnt/thin/file bs=1M count=16 status=none; sync; udevadm settle""",
    )
    fill = f"""
found = next(one for one in read_fills(HOST) if one.volume == "pool")
say({{"fill": [found.used, found.notes, found.trouble]}})
do(volumes.snapshot(seen, volume("thin"), "thin_night", 0))
{more("pool")}
look_again()
perform(volumes.remove_volume(seen, volume("pool")).plan.operations[0])
"""
    full, shot, larger, pool = tell(guest, IMPORTS + SIDE + fill)
    assert isinstance(full["fill"], list)
    assert 10 < float(full["fill"][0]) < 60
    assert full["fill"][2] == ""
    assert shot["stages"] == ["done"], shot
    assert larger["stages"] == ["done"], larger
    assert performed(pool).codes == ["volume.needed"]
    sh(guest, "umount /mnt/thin")
    clear = """
for name in ("thin_night", "thin", "pool"):
    do(volumes.remove_volume(seen, volume(name)))
    look_again()
"""
    cleared = tell(guest, IMPORTS + SIDE + clear)
    assert [one["stages"] for one in cleared] == [["done"]] * 3, cleared
    assert sh(guest, "lvs --noheadings -o lv_name vg") == "data"
    check(guest)


def test_growing_and_a_new_volume_are_one_key_away(guest: Guest) -> None:
    before = int(sh(guest, "lvs --noheadings --units m --nosuffix -o lv_size vg/data").partition(".")[0])
    with on_console(guest, "iscsi-console", rows=40, scale=2.0) as terminal:
        terminal.wait_for("q leave", "LV", "ext4")
        terminal.press("g")
        terminal.wait_for("Sizes of vg/data", "next: vg has")
        retype(terminal, "64M")
        say_yes(terminal, "Grow vg/data")
        terminal.wait_for("Sizes of vg/data")
        terminal.press("Escape")
        terminal.wait_for("q leave", "LV", "ext4")
        terminal.press("n")
        terminal.wait_for("Volumes of vg", "New volume")
        terminal.press("n")
        terminal.wait_for("Name", "Size")
        terminal.write("typed")
        terminal.wait_for("typed")
        retype(terminal, "32M")
        say_yes(terminal, "Create the LV typed")
        terminal.wait_for("Volumes of vg", "typed 32 MiB")
    sizes = sh(guest, "lvs --noheadings --units m --nosuffix -o lv_name,lv_size vg | sort").split()
    assert sizes == ["data", f"{before + 64}.00", "typed", "32.00"]
    block = "-F: '/^Block count/{c=$2} /^Block size/{s=$2} END{print c*s/1048576}'"
    assert sh(guest, f"dumpe2fs -h /dev/vg/data 2>/dev/null | awk {block}") == str(before + 64)
    check(guest)


def retype(terminal: Terminal, text: str) -> None:
    """Go to the next field, which says 100%, and write something else when it is empty."""
    terminal.press("Tab")
    terminal.press(*["BSpace"] * 4)
    terminal.wait_until(lambda screen: "100%" not in screen, "an empty field")
    terminal.write(text)
    terminal.wait_for(text)


def say_yes(terminal: Terminal, title: str) -> None:
    """Go from a form over its plan to the end of it."""
    terminal.press("Enter")
    terminal.wait_for(title, "Runs")
    terminal.press("Enter")
    terminal.wait_for("No, go back")
    terminal.press("y", "Enter")
    terminal.wait_for("Done and verified.", deadline=120)
    terminal.press("Enter")
