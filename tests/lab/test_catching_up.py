"""A udev that is slow, stopped or does not notice, and a multipathd that is busy: each on purpose."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.lab.operate import Performed
from tests.lab.volumes import carry_out, log_in, sh, wait_for
from tui.lab.guest import Guest
from tui.lab.image import Release
from tui.lab.san import read_description

pytestmark = pytest.mark.lab

CONFIGURATION = """
defaults {
    polling_interval 5
}
overrides {
    no_path_retry queue
}
"""
"""What multipathd believes of a map may be 5 seconds old and more."""

ON_MAP = """
from tui.storage.operations.multipath.maps import RemoveMultipathMap, CreateMultipathMap
from tui.storage.operations.multipath.queueing import ResumeQueueing, StopQueueing
luns = look_at_devices(HOST).luns
wwid, disks = luns[0].wwid, tuple(lun.disk for lun in luns)
joined = next((one.name for one in look_at_devices(HOST).multipath_maps), "")
"""

LONGER_THAN_ITS_CLIENT_WAITS = 15
"""Seconds."""

MAP = "map=$(dmsetup ls --target multipath | cut -f 1)"
STOP_UDEV = "udevadm settle; udevadm control --stop-exec-queue"
START_UDEV = "udevadm control --start-exec-queue"
STOP_MULTIPATHD = "kill -STOP $(pidof multipathd)"
RESUME_MULTIPATHD = "kill -CONT $(pidof multipathd)"
QUEUES = "dmsetup table --target multipath | grep -q queue_if_no_path"
STOP_WITHOUT_QUEUEING = (
    "for attempt in 1 2 3 4 5; do "
    f"multipathd disablequeueing maps; {STOP_MULTIPATHD}; {QUEUES} || break; {RESUME_MULTIPATHD}; "
    f"done; ! {QUEUES}"
)
"""multipathd may have a map queue again, after a check of its paths, before it is stopped."""

RULE = "/run/udev/rules.d/99-zz-lab.rules"
OVERSEES = 'SUBSYSTEM=="block", KERNEL=="sd*|dm-*", OPTIONS+="nowatch"\n'
"""udev learns nothing of what is written to a disk, as when that falls into its work on an event of it."""
SLOW = 'SUBSYSTEM=="block", KERNEL=="sd*|dm-*", PROGRAM="/bin/sleep 2"\n'

AS_IT_WAS = f"""
systemctl kill -q -s CONT multipathd; udevadm control --start-exec-queue
rm -f {RULE}; udevadm control --reload; udevadm settle
for map in $(dmsetup ls --target multipath | grep -v '^No devices' | cut -f 1); do dmsetup resume $map; done
multipath -a /dev/sda > /dev/null; multipath /dev/sda > /dev/null || true; udevadm settle
map=$(dmsetup ls --target multipath | cut -f 1)
vgremove -qq -y vg > /dev/null 2>&1 || true
wipefs -qa /dev/mapper/$map
multipathd restorequeueing map $map > /dev/null
udevadm trigger --settle --subsystem-match=block --action=change
"""


@pytest.fixture(scope="module", params=list(Release))
def guest(request: pytest.FixtureRequest) -> Iterator[Guest]:
    with Guest.boot(request.param, san=read_description("two_portals")) as booted:
        booted.write_text("/etc/multipath.conf", CONFIGURATION)
        booted.check("multipathd", "reconfigure")
        log_in(booted, "192.0.2.10:3260", "198.51.100.10:3260")
        yield booted


@pytest.fixture(autouse=True)
def _two_paths_joined_and_empty(guest: Guest) -> None:
    """Whatever the test before it left: nothing is slow, one map is over both paths, and nothing is on it."""
    sh(guest, AS_IT_WAS)


def with_rule(guest: Guest, rule: str) -> None:
    """Have udev follow one more rule; it looks at every disk anew."""
    guest.check("mkdir", "-p", "/run/udev/rules.d")
    guest.write_text(RULE, rule)
    sh(guest, "udevadm control --reload; udevadm trigger --settle --subsystem-match=block --action=change")


@contextmanager
def later(guest: Guest, seconds: int, script: str) -> Iterator[None]:
    """Have the guest run a script after some seconds, whatever it does until then; at the end it has run."""
    guest.check("systemd-run", "--quiet", "--unit=later", "sh", "-c", f"sleep {seconds}; {script}")
    try:
        yield
    finally:
        wait_for(guest, "! systemctl is-active --quiet later")


def on_map(guest: Guest, operations: str) -> Performed:
    """Run a plan that names the LUN's map."""
    return carry_out(guest, operations, ON_MAP)


def udev_says(guest: Guest) -> str:
    """What udev's database tells at this moment of the map, or of the first disk, as lsblk reads it."""
    return sh(guest, f"{MAP}; lsblk -dno FSTYPE /dev/mapper/${{map:-../sda}}")


def test_a_map_that_udev_is_slow_to_look_at_is_usable_when_it_is_done(guest: Guest) -> None:
    sh(guest, "multipath -F || true; udevadm settle")
    with_rule(guest, SLOW)
    done = on_map(guest, "CreateMultipathMap(wwid, disks), CreateMultipathMap(wwid, disks)")
    assert done.stages == ["done", "already"], done
    told = carry_out(guest, "CreatePhysicalVolume(identity(0), over=True)")
    assert told.stages == ["done"], told
    assert udev_says(guest) == "LVM2_member"
    gone = carry_out(guest, "RemovePhysicalVolume(identity(0))")
    assert gone.stages == ["done"], gone
    assert udev_says(guest) == ""


def test_a_map_that_is_just_loaded_anew_is_waited_for(guest: Guest) -> None:
    sh(guest, f"{MAP}; dmsetup suspend --noflush $map")
    with later(guest, 5, f"{MAP}; dmsetup resume $map"):
        done = carry_out(
            guest, "CreatePhysicalVolume(identity(0), over=True), CreateVolumeGroup('vg', (identity(0),))"
        )
    assert done.stages == ["done", "done"], done
    sh(guest, f"{MAP}; udevadm settle; dmsetup suspend --noflush $map")
    undo = "RemoveVolumeGroup('vg'), RemovePhysicalVolume(identity(0))"
    with later(guest, 5, f"{MAP}; dmsetup resume $map"):
        undone = carry_out(
            guest, undo, "from tui.storage.operations.lvm.volume_group import RemoveVolumeGroup\n"
        )
    assert undone.stages == ["done", "done"], undone
    assert udev_says(guest) == ""


def test_what_udev_did_not_notice_it_is_told(guest: Guest) -> None:
    with_rule(guest, OVERSEES)
    made = carry_out(guest, "CreatePhysicalVolume(identity(0), over=True)")
    assert (made.stages, udev_says(guest)) == (["done"], "LVM2_member"), made
    removed = carry_out(guest, "RemovePhysicalVolume(identity(0))")
    assert (removed.stages, udev_says(guest)) == (["done"], ""), removed
    sh(guest, f"{MAP}; mkfs.ext4 -q /dev/mapper/$map; udevadm trigger --settle /dev/mapper/$map")
    assert udev_says(guest) == "ext4"
    wiped = carry_out(guest, "WipeSignatures(identity(0), look(0).signatures)")
    assert (wiped.stages, udev_says(guest)) == (["done"], ""), wiped


def test_a_udev_that_stood_still_has_caught_up_before_a_step_is_done(guest: Guest) -> None:
    made = carry_out(guest, "CreatePhysicalVolume(identity(0), over=True)")
    assert (made.stages, udev_says(guest)) == (["done"], "LVM2_member"), made
    sh(guest, STOP_UDEV)
    with later(guest, 8, START_UDEV):
        removed = carry_out(guest, "RemovePhysicalVolume(identity(0))")
        assert (removed.stages, udev_says(guest)) == (["done"], ""), removed


def test_a_map_queues_again_although_multipathd_believes_that_it_never_stopped(guest: Guest) -> None:
    sh(guest, f"{MAP}; multipathd restorequeueing map $map; multipathd show maps")
    held = on_map(guest, "ResumeQueueing(wwid, joined)")
    assert held.stages in (["already"], ["done"]), held
    # multipathd looks at its own copy of the table, which is from before.
    sh(guest, STOP_WITHOUT_QUEUEING)
    with later(guest, 4, RESUME_MULTIPATHD):
        resumed = on_map(guest, "ResumeQueueing(wwid, joined)")
    assert resumed.stages == ["done"], resumed
    assert "queue_if_no_path" in sh(guest, "dmsetup table --target multipath")


def test_a_multipathd_that_is_busy_is_asked_again(guest: Guest) -> None:
    sh(guest, STOP_WITHOUT_QUEUEING)
    with later(guest, LONGER_THAN_ITS_CLIENT_WAITS, RESUME_MULTIPATHD):
        resumed = on_map(guest, "ResumeQueueing(wwid, joined)")
    assert resumed.stages == ["done"], resumed
    assert "queue_if_no_path" in sh(guest, "dmsetup table --target multipath")


def test_a_map_is_parted_and_joined_while_multipathd_is_busy(guest: Guest) -> None:
    sh(guest, STOP_MULTIPATHD)
    with later(guest, 3, RESUME_MULTIPATHD):
        parted = on_map(guest, "RemoveMultipathMap(wwid, disks)")
    assert parted.stages == ["done"], parted
    assert sh(guest, "dmsetup ls --target multipath") == "No devices found"
    sh(guest, STOP_MULTIPATHD)
    with later(guest, 3, RESUME_MULTIPATHD):
        joined = on_map(guest, "CreateMultipathMap(wwid, disks)")
    assert joined.stages == ["done"], joined
    made = carry_out(
        guest,
        "CreatePhysicalVolume(identity(0), over=True), *CreatePhysicalVolume(identity(0), over=True).undo()",
    )
    assert made.stages == ["done", "done"], made


def test_a_multipathd_that_does_not_answer_is_told_with_the_state_of_the_map(guest: Guest) -> None:
    sh(guest, STOP_WITHOUT_QUEUEING)
    shorter = "from tui.storage.operations.multipath import map_daemon\nmap_daemon.ASKING = 5.0\n"
    failed = carry_out(guest, "ResumeQueueing(wwid, joined)", ON_MAP + shorter)
    sh(guest, RESUME_MULTIPATHD)
    assert failed.codes == ["multipath.not-changed"], failed
    for part in ("table: ", "status: ", "sda: running", "sdb: running", "LOGGED_IN", "exit status 1"):
        assert part in failed.evidence
