"""Two paths to one LUN: not joined, passed by, lost one by one and all together, and watched by nobody."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.lab.doctoring import healthy, look, mended, mounted_by_hand, repaired, sentinels
from tests.lab.operate import Performed, operate
from tests.lab.recovery_by_keys import Console
from tests.lab.test_doctor_iscsi import PORTAL, SECOND, T1, log_in, record
from tests.lab.test_doctor_network import becomes_healthy
from tests.lab.volumes import sh, wait_for
from tui.lab.faults import Fault
from tui.lab.guest import Guest
from tui.lab.san import read_description

pytestmark = [pytest.mark.lab, pytest.mark.xdist_group("doctor-paths")]

QUICK = ("node.conn[0].timeo.noop_out_interval=1", "node.conn[0].timeo.noop_out_timeout=1")
"""A lost connection is noticed within two seconds."""

CONFIGURATION = """
defaults {
    polling_interval 1
    fast_io_fail_tmo 1
}
overrides {
    no_path_retry queue
}
"""
"""The built-in table has LIO's LUNs wait for 12 looks at the paths; these wait without an end."""

FILL = """
vgcreate -q vg_a /dev/sda; lvcreate -qWn -n data -L 200M vg_a
mkfs.ext4 -q -E lazy_itable_init=0,lazy_journal_init=0 /dev/vg_a/data
mkdir -p /srv/data; mount -o noatime /dev/vg_a/data /srv/data
cd /srv/data; head -c 8M /dev/urandom > a; seq 100000 > b; sha256sum $PWD/a $PWD/b > /root/sums; sync
"""
APART = """
umount /srv/data; vgchange -qan vg_a; udevadm settle
multipath -w /dev/sda; multipath -f $(dmsetup ls --target multipath | cut -f 1); udevadm settle
"""
"""No map is there any more, and none is made by itself."""

LATE = ("sh", "-c", "head -c 4M /dev/zero > /srv/data/late && sync /srv/data/late")
MAP = """
from tui.storage.operations.multipath.maps import RemoveMultipathMap, CreateMultipathMap
from tui.storage.operations.multipath.queueing import ResumeQueueing, StopQueueing
from tui.storage.probe.narrow import look_at_devices
from tests.lab.volume_side import HOST
from tests.lab.guest_side import perform
(one,) = look_at_devices(HOST).multipath_maps
"""


@pytest.fixture(scope="module")
def statuses() -> list[str]:
    """What was said of the guest before anything was set up."""
    return []


@pytest.fixture(scope="module")
def guest(statuses: list[str]) -> Iterator[Guest]:
    """Logged in through one of two portals, with a volume that is mounted."""
    with Guest.boot(san=read_description("two_portals")) as running:
        running.write_text("/etc/multipath.conf", CONFIGURATION)
        running.check("multipathd", "reconfigure")
        statuses.append(look(running).status)
        mounted_by_hand(running)
        record(running, T1, PORTAL, "node.startup=automatic", *QUICK)
        record(running, T1, SECOND, *QUICK)
        log_in(running, T1, PORTAL)
        sh(running, "systemctl enable -q open-iscsi.service iscsid.socket" + FILL)
        yield running


@pytest.fixture
def mapped(guest: Guest) -> Guest:
    """The same, logged in through both, and the volume on the map that joins the paths."""
    if not sh(guest, "dmsetup ls --target multipath | grep '(' || true"):
        # Known as one that has several paths before the second comes: else LVM activates the group on that.
        disk = f"/dev/{path(guest, PORTAL)}"
        sh(guest, f"umount /srv/data; vgchange -qan vg_a; udevadm settle; multipath -a {disk}")
        where = ("iscsiadm", "-m", "node", "-T", T1, "-p", SECOND)
        guest.check(*where, "-o", "update", "-n", "node.startup", "-v", "automatic")
        log_in(guest, T1, SECOND)
        sh(guest, f"multipath {disk}; udevadm settle")
        used_paths(guest, 2)
        sh(guest, "vgchange -qan vg_a; vgchange -qay vg_a; mount -o noatime /dev/vg_a/data /srv/data")
    on_the_map(guest)
    return guest


def path(guest: Guest, portal: str) -> str:
    """The disk through one of the portals."""
    return sh(guest, f"basename $(readlink -f /dev/disk/by-path/ip-{portal}-iscsi-*-lun-0)")


def log_out_of(guest: Guest, portal: str) -> None:
    guest.check("iscsiadm", "-m", "node", "-T", T1, "-p", portal, "-u", timeout=120)
    guest.check("udevadm", "settle")


def lose(guest: Guest, *networks: str) -> None:
    """Cut these networks, and wait until the kernel has given up the sessions through them."""
    for network in networks:
        guest.fault(Fault.LINK_DOWN, network=network)
    wait_for(guest, f"test $(grep -lx FREE /sys/class/iscsi_session/*/state | wc -l) = {len(networks)}")


def bring_back(guest: Guest) -> None:
    """Mend both networks, and wait for the sessions."""
    for network in ("a", "b"):
        guest.fault(Fault.LINK_UP, network=network)
    wait_for(guest, "test $(grep -lx LOGGED_IN /sys/class/iscsi_session/*/state | wc -l) = 2")


def used_paths(guest: Guest, count: int) -> None:
    """Wait until the map uses so many paths."""
    wait_for(guest, f"test $(dmsetup status --target multipath | grep -o ':[0-9]* A' | wc -l) = {count}")


def on_the_map(guest: Guest) -> None:
    """See that the volume stands on a map of two paths."""
    slave = sh(guest, "ls /sys/block/$(basename $(readlink -f /dev/vg_a/data))/slaves")
    assert sh(guest, f"cat /sys/block/{slave}/dm/uuid").startswith("mpath-")
    assert len(sh(guest, f"ls /sys/block/{slave}/slaves").split()) == 2


def plan_of(finding: dict[str, Any]) -> dict[str, Any]:
    """The one plan that a finding offers."""
    (plan,) = [fix["plan"] for fix in finding["fixes"] if fix["plan"]]
    assert isinstance(plan, dict)
    return plan


def on_map(guest: Guest, *operations: str) -> list[Performed]:
    """Carry out operations with the map, each by itself."""
    return operate(guest, "\n".join((MAP, *(f"perform({operation})" for operation in operations))))


# Each test breaks something, and leaves everything well.


def test_without_iscsi_and_with_one_path_it_is_healthy(guest: Guest, statuses: list[str]) -> None:
    assert statuses == ["healthy"]
    healthy(guest)


def test_a_volume_on_one_of_two_paths_while_lvm_passes_over_both(guest: Guest, console: Console) -> None:
    log_in(guest, T1, SECOND)
    assert "vg_a" not in sh(guest, "vgs --noheadings -o vg_name")
    before = repaired(console, "F08.volume-on-one-path", -1)
    assert "/srv/data" in str(plan_of(before.finding("F08.volume-on-one-path"))["notes"])
    on_the_map(guest)


def test_a_volume_beside_the_map_of_its_paths(mapped: Guest, console: Console) -> None:
    sh(mapped, APART)
    log_out_of(mapped, SECOND)
    sh(mapped, "vgchange -qay vg_a; mount -o noatime /dev/vg_a/data /srv/data")
    healthy(mapped)
    log_in(mapped, T1, SECOND)
    disk = f"/dev/{path(mapped, PORTAL)}"
    sh(mapped, f"multipath -a {disk}; multipath {disk}; udevadm settle")
    assert "Device mismatch detected" in sh(mapped, "vgs 2>&1")
    repaired(console, "F08.volume-on-one-path", -1)
    on_the_map(mapped)


def test_two_paths_that_nothing_stands_on_and_no_map_joins(mapped: Guest, console: Console) -> None:
    sh(mapped, APART)
    found = look(mapped)
    assert found.codes == ["F08.paths-not-joined"]
    mended(console, found, "F08.paths-not-joined")
    # LVM saw the group on the map as it came, or nobody has activated it yet.
    assert set(look(mapped).codes) <= {"F22.not-active"}
    sh(mapped, "vgchange -qay vg_a; mount -o noatime /dev/vg_a/data /srv/data")
    on_the_map(mapped)
    healthy(mapped)


def test_one_lost_path_stops_nothing(mapped: Guest) -> None:
    lose(mapped, "a")
    found = look(mapped)
    assert (found.causes, found.others) == (["F05.session-lost"], [])
    assert "Other paths still reach the disks" in found.finding("F05.session-lost")["meaning"]
    sh(mapped, "date > /srv/data/late; sync /srv/data/late")
    sentinels(mapped)
    bring_back(mapped)
    used_paths(mapped, 2)
    healthy(mapped)


def test_all_paths_lost_and_waited_for(mapped: Guest) -> None:
    lose(mapped, "a", "b")
    used_paths(mapped, 0)
    writer = mapped.start(LATE)
    found = look(mapped)
    assert (found.causes, found.others) == (["F05.session-lost"] * 2, ["F34.holds-back"])
    holding = found.finding("F34.holds-back")
    assert holding["weight"] == "consequence"
    assert "/srv/data" in holding["meaning"]
    # Nobody may be told that requests fail while the map holds them.
    assert all("nothing is lost" in one["meaning"] for one in found.document["findings"])
    assert holding["fixes"][0]["plan"] is None
    plan = plan_of(holding)
    assert (plan["risk"], [step["kind"] for step in plan["steps"]]) == ("destroys", ["StopQueueing"])
    refused = on_map(mapped, "RemoveMultipathMap(one.wwid, one.paths)", "ResumeQueueing(one.wwid, one.name)")
    assert [one.codes for one in refused] == [["multipath.map-in-use"], [""]]
    bring_back(mapped)
    assert writer.wait(120) == 0
    used_paths(mapped, 2)
    healthy(mapped)
    (refused_now,) = on_map(mapped, "StopQueueing(one.wwid, one.name)")
    assert refused_now.codes == ["queueing.path-up"]


def test_all_paths_lost_and_given_up(mapped: Guest, console: Console) -> None:
    lose(mapped, "a", "b")
    used_paths(mapped, 0)
    writer = mapped.start(LATE)
    wait_for(mapped, "grep -q ' D ' /proc/[0-9]*/stat 2>/dev/null")
    mended(console, look(mapped), "F34.holds-back", place=1)
    assert writer.wait(120) != 0
    wait_for(mapped, "touch /srv/data/$i; sync /srv/data; dmesg | grep -q 'Aborting journal'")
    bring_back(mapped)
    used_paths(mapped, 2)
    repaired(console, "F06.filesystem-stopped", 0)
    # multipathd queues again by itself when it loads the map's table anew.
    sh(mapped, "multipathd disablequeueing maps")
    (resumed,) = on_map(mapped, "ResumeQueueing(one.wwid, one.name)")
    assert resumed.stages == ["done"]
    assert "queue_if_no_path" in sh(mapped, "dmsetup table --target multipath")
    on_the_map(mapped)


def test_maps_that_nobody_watches(mapped: Guest, console: Console) -> None:
    mapped.check("systemctl", "stop", "multipathd.socket", "multipathd.service")
    watched_again(console, "risk")
    mapped.check("systemctl", "stop", "multipathd.socket", "multipathd.service")
    # What is not on the disk by then would stop the file system.
    sh(mapped, "sync -f /srv/data")
    lose(mapped, "a", "b")
    sh(mapped, "! dd if=/dev/vg_a/data of=/dev/null bs=4k count=1 iflag=direct 2>&1")
    bring_back(mapped)
    used_paths(mapped, 0)
    watched_again(console, "cause")
    used_paths(mapped, 2)
    on_the_map(mapped)


def watched_again(console: Console, weight: str) -> None:
    """See that only the missing daemon is found, have it started, and wait until everything is well.

    A daemon that has just started loads the tables of its maps anew, which do not answer meanwhile.
    """
    found = look(console.guest)
    assert found.codes == ["F08.multipathd-down"]
    assert found.finding("F08.multipathd-down")["weight"] == weight
    mended(console, found, "F08.multipathd-down")
    becomes_healthy(console.guest)
