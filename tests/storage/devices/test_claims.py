"""Whether something claims a device that nothing else on the host explains."""

import pytest

from tests.storage.fake_tree import Disk, add_map, add_session, bare_host
from tests.storage.scripted_host import ScriptedHost
from tui.storage.devices.claims import claim_problem, read_claims
from tui.storage.host.interface import Opening
from tui.storage.probe.narrow import look_at_devices

MOUNTED = "29 1 {number} / /srv rw shared:1 - ext4 {source} rw\n"


def host_with(*openings: str) -> ScriptedHost:
    """Two disks of a session, a multipath map over the first, an LV on the map; some cannot be opened."""
    host = bare_host()
    add_session(host, 1, Disk("sda"), Disk("sdb", 1, wwid="naa.2"))
    add_map(host, "dm-0", "mpatha", "mpath-x", "sda")
    add_map(host, "dm-1", "vg-lv", "LVM-" + "a" * 64, "dm-0")
    host.openings = dict.fromkeys(openings, Opening.CLAIMED)
    return host


def claimed(host: ScriptedHost, *names: str) -> list[str]:
    return [claim.device.name for claim in read_claims(host, look_at_devices(host), names)]


def test_a_path_of_a_map_is_claimed_by_the_map_and_that_by_the_volume() -> None:
    host = host_with("/dev/sda", "/dev/mapper/mpatha")
    assert claimed(host, "sda", "sdb") == []


def test_what_claims_the_volume_on_top_is_found_from_the_disk_below() -> None:
    host = host_with("/dev/sda", "/dev/mapper/mpatha", "/dev/mapper/vg-lv")
    assert claimed(host, "sda") == ["dm-1"]


@pytest.mark.parametrize(("number", "source"), [("254:1", "/dev/mapper/vg-lv"), ("0:44", "/dev/dm-1")])
def test_a_mount_explains_a_claim(number: str, source: str) -> None:
    host = host_with("/dev/mapper/vg-lv")
    host.files["/proc/self/mountinfo"] = MOUNTED.format(number=number, source=source)
    assert claimed(host, "sda") == []


def test_so_does_swap_space() -> None:
    host = host_with("/dev/sdb")
    host.files["/proc/swaps"] += "/dev/sdb partition 1024 0 -2\n"
    assert claimed(host, "sdb") == []


def test_a_mount_of_a_container_explains_it_too() -> None:
    host = host_with("/dev/sdb")
    host.links |= {"/proc/self/ns/mnt": "mnt:1", "/proc/77/ns/mnt": "mnt:2"}
    host.files["/proc/77/mountinfo"] = MOUNTED.format(number="8:16", source="/dev/sdb")
    assert claimed(host, "sdb") == []


def test_a_held_partition_holds_its_disk() -> None:
    host = host_with("/dev/sdb")
    place = "/sys/class/block/sdb"
    real = host.resolve(place)
    host.files |= {f"{real}/sdb1/partition": "1\n", f"{real}/sdb1/dev": "8:17\n", f"{real}/sdb1/size": "99\n"}
    host.links["/sys/class/block/sdb1"] = f"{real}/sdb1"
    assert claimed(host, "sdb") == ["sdb"]
    host.files["/proc/swaps"] += "/dev/sdb1 partition 1024 0 -2\n"
    assert claimed(host, "sdb") == []


def test_what_does_not_answer_is_not_opened() -> None:
    host = bare_host()
    add_session(host, 1, Disk("sda"), state="FAILED")
    host.openings = {"/dev/sda": Opening.CLAIMED}
    assert claimed(host, "sda") == []


@pytest.mark.parametrize(
    ("opening", "code"), [(Opening.CLAIMED, "device.claimed"), (Opening.SILENT, "device.silent")]
)
def test_what_is_said_of_it(opening: Opening, code: str) -> None:
    host = host_with()
    host.openings["/dev/sdb"] = opening
    (claim,) = read_claims(host, look_at_devices(host), ("sdb",))
    problem = claim_problem(claim)
    assert problem.code == code
    assert "/dev/sdb" in problem.summary
    assert problem.remedy


@pytest.mark.parametrize("opening", [Opening.FREE, Opening.FAILED, Opening.UNTRIED])
def test_anything_else_is_no_claim(opening: Opening) -> None:
    host = host_with()
    host.openings["/dev/sdb"] = opening
    assert claimed(host, "sdb") == []
