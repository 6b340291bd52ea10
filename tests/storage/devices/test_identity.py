"""Which device exactly, and who uses it."""

import pytest
from msgspec.structs import replace

from tests.storage.fake_tree import TARGET, Disk, add_map, add_session, bare_host, describe
from tests.storage.scripted_host import ScriptedHost
from tui.storage.devices.device_use import twins, why_not_write
from tui.storage.devices.identity import DeviceIdentity, compare, identity_of, luns_below
from tui.storage.model.inventory import Inventory
from tui.storage.probe.narrow import device_behind, look_at_devices, mounted_elsewhere
from tui.storage.problem import Refused

WWID = "naa.6001405d16f77073e8f52bf8b4899727"


@pytest.fixture
def host() -> ScriptedHost:
    made = bare_host()
    add_session(made, 1, Disk("sda"), Disk("sdb", 1, wwid="naa.600000000000000b"))
    return made


def seen(host: ScriptedHost, name: str = "sda") -> DeviceIdentity:
    inventory = look_at_devices(host)
    device = inventory.device(name)
    assert device is not None
    return identity_of(inventory, device)


def why(host: ScriptedHost, name: str = "sda") -> str:
    inventory = look_at_devices(host)
    device = inventory.device(name)
    assert device is not None
    problem = why_not_write(inventory, device)
    return problem.code if problem else ""


def mount(host: ScriptedHost, number: str, target: str, source: str) -> None:
    host.files["/proc/self/mountinfo"] += f"30 1 {number} / {target} rw - ext4 {source} rw\n"


def test_what_is_kept_of_a_device(host: ScriptedHost) -> None:
    assert seen(host) == DeviceIdentity("/dev/sda", WWID, 512 * 1024 * 1024, TARGET, 0, "8:0")
    assert seen(host).words == f"/dev/sda, 512 MiB, LUN 0 of {TARGET}, {WWID}"


def test_the_same_device_passes(host: ScriptedHost) -> None:
    device, inventory = compare(host, seen(host))
    assert device.name == "sda"
    assert [lun.disk for lun in luns_below(inventory, device)] == ["sda"]


def test_the_same_lun_under_another_number_passes(host: ScriptedHost) -> None:
    identity = replace(seen(host), number="8:160")
    assert compare(host, identity)[0].name == "sda"


@pytest.mark.parametrize(
    "change",
    [{"wwid": "naa.6"}, {"wwid": ""}, {"size": 1}, {"target": "iqn.2003-01.org.example:t2"}, {"lun": 3}],
)
def test_any_difference_is_refused(host: ScriptedHost, change: dict[str, object]) -> None:
    identity = replace(seen(host), **change)
    with pytest.raises(Refused) as caught:
        compare(host, identity)
    assert caught.value.problem.code == "identity.changed"
    assert len(caught.value.problem.evidence) == 2


def test_a_device_that_is_gone(host: ScriptedHost) -> None:
    with pytest.raises(Refused) as caught:
        compare(host, replace(seen(host), path="/dev/sdq"))
    assert caught.value.problem.code == "identity.gone"


def test_without_a_wwid_the_number_counts() -> None:
    host = bare_host()
    add_session(host, 1, Disk("sda", wwid=""))
    identity = seen(host)
    assert identity.wwid == ""
    compare(host, identity)
    with pytest.raises(Refused):
        compare(host, replace(identity, number="8:16"))


def two_paths() -> ScriptedHost:
    host = bare_host()
    add_session(host, 1, Disk("sda"))
    add_session(host, 2, Disk("sdb"), address="198.51.100.10")
    return host


def test_two_paths_without_a_map_are_refused_with_advice() -> None:
    host = two_paths()
    inventory = look_at_devices(host)
    device = inventory.device("sda")
    assert device is not None
    assert twins(inventory, device) == ("sdb",)
    problem = why_not_write(inventory, device)
    assert problem is not None
    assert problem.code == "device.twins"
    assert "multipath" in problem.remedy


def test_a_path_of_a_map_is_refused_and_the_map_is_not() -> None:
    host = two_paths()
    add_map(host, "dm-0", "mpatha", f"mpath-3{WWID.removeprefix('naa.')}", "sda", "sdb", sectors=1048576)
    assert why(host, "sda") == "device.path-of-map"
    assert why(host, "dm-0") == ""
    identity = seen(host, "dm-0")
    assert (identity.path, identity.wwid, identity.target) == ("/dev/mapper/mpatha", WWID, TARGET)
    compare(host, identity)


def test_a_path_that_multipathd_has_claimed_is_refused_before_the_map_is_there(host: ScriptedHost) -> None:
    describe(host, "8:0", "E:DM_MULTIPATH_DEVICE_PATH=1")
    assert why(host) == "device.path-of-map"


def test_a_free_disk_may_be_written_to(host: ScriptedHost) -> None:
    assert why(host) == ""


@pytest.mark.parametrize("state", ["blocked", "transport-offline", "offline", "created", "quiesce"])
def test_a_disk_that_does_not_answer(state: str) -> None:
    host = bare_host()
    add_session(host, 1, Disk("sda", state=state))
    assert why(host) == "device.silent"


def test_a_disk_of_a_lost_session() -> None:
    host = bare_host()
    add_session(host, 1, Disk("sda"), state="FAILED")
    assert why(host) == "device.silent"


def test_a_disk_without_size_or_for_reading_only() -> None:
    host = bare_host()
    add_session(host, 1, Disk("sda", sectors=0), Disk("sdb", 1, wwid="naa.6b"))
    place = host.resolve("/sys/class/block/sdb")
    host.files[f"{place}/ro"] = "1\n"
    assert why(host, "sda") == "device.no-size"
    assert why(host, "sdb") == "device.read-only"


def test_a_disk_that_is_not_iscsi(host: ScriptedHost) -> None:
    add_map(host, "dm-5", "local", "CRYPT-x")
    assert why(host, "dm-5") == "device.not-iscsi"


@pytest.mark.parametrize(("target", "code"), [("/srv", "device.mounted"), ("/", "device.system")])
def test_a_mounted_disk(host: ScriptedHost, target: str, code: str) -> None:
    mount(host, "8:0", target, "/dev/sda")
    assert why(host) == code


def test_a_disk_whose_volume_is_mounted_or_only_active(host: ScriptedHost) -> None:
    add_map(host, "dm-0", "vg-lv", f"LVM-{'a' * 64}", "sda")
    assert why(host) == "device.held"
    mount(host, "254:0", "/boot", "/dev/mapper/vg-lv")
    assert why(host) == "device.system"


def test_swap(host: ScriptedHost) -> None:
    host.files["/proc/swaps"] += "/dev/sda partition 1024 0 -2\n"
    assert why(host) == "device.swap"


def test_mounts_of_other_namespaces_are_found(host: ScriptedHost) -> None:
    for process, space in (("self", 1), ("7", 1), ("8", 2), ("9", 2)):
        host.links[f"/proc/{process}/ns/mnt"] = f"/ns/{space}"
    host.files |= {
        "/proc/8/mountinfo": "30 1 8:0 / /hidden rw - ext4 /dev/sda rw\n",
        "/proc/9/mountinfo": "30 1 8:0 / /again rw - ext4 /dev/sda rw\n",
    }
    assert mounted_elsewhere(host, frozenset({"8:0"}), frozenset()) == ("/hidden (process 8)",)
    assert mounted_elsewhere(host, frozenset(), frozenset({"/dev/sda"})) == ("/hidden (process 8)",)
    assert mounted_elsewhere(host, frozenset({"8:16"}), frozenset()) == ()


def test_links_lead_to_the_device(host: ScriptedHost) -> None:
    describe(host, "8:0", "S:disk/by-id/wwn-0x6001405")
    inventory = look_at_devices(host)
    for path in ("/dev/sda", "/dev/disk/by-id/wwn-0x6001405"):
        device = device_behind(host, inventory, path)
        assert device is not None
        assert device.name == "sda"
    assert device_behind(host, inventory, "/dev/none") is None


def test_an_empty_host_has_no_devices() -> None:
    assert look_at_devices(bare_host()).devices == Inventory("db7").devices
