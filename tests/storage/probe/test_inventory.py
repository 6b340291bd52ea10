"""Sessions, LUNs, blocks and maps on made-up trees, and the whole inventory."""

import pytest

from tests.storage.fake_tree import TARGET, Disk, add_map, add_session, bare_host, describe
from tests.storage.scripted_host import ScriptedHost
from tui.storage.host.interface import Command, Outcome
from tui.storage.model.block import BlockKind, MapPolicy
from tui.storage.model.iscsi import DeviceState, Portal, SessionState
from tui.storage.probe.devices.blocks import read_blocks
from tui.storage.probe.devices.multipath import multipath_maps, parse_policy, wwid_of_map
from tui.storage.probe.inventory import has_root_rights, take_inventory
from tui.storage.probe.iscsi.sessions import read_sessions, seconds


def test_a_session_and_its_lun() -> None:
    host = bare_host()
    add_session(host, 1, Disk("sda", number=3))
    (session,), (lun,) = read_sessions(host)
    assert session.target == TARGET
    assert session.portal == Portal("192.0.2.10", 3260, 1)
    assert session.peer == "192.0.2.10:3260"
    assert session.state is SessionState.LOGGED_IN
    assert session.recovery_timeout == 120
    assert session.noop_interval == 5
    assert session.host_number == 1
    assert session.creator == 844
    assert session.transport == "tcp"
    assert (lun.address, lun.number, lun.disk) == ("1:0:0:3", 3, "sda")
    assert lun.vendor == "LIO-ORG"
    assert lun.size == 512 * 1048576
    assert lun.state is DeviceState.RUNNING


def test_a_session_without_a_name_or_a_connection_is_still_one() -> None:
    host = bare_host()
    add_session(host, 30, target="(null)", address="2001:db8::1", state="FREE", recovery="off")
    (session,), luns = read_sessions(host)
    assert session.target == ""
    assert session.peer == ""
    assert session.portal.label == "[2001:db8::1]:3260"
    assert session.recovery_timeout == -1
    assert luns == ()


@pytest.mark.parametrize("number", [2, 5, 19, 107])
def test_every_attribute_may_vanish(number: int) -> None:
    class Vanishing(ScriptedHost):
        def read(self, path: str) -> str:
            if "iscsi" in path or "/devices/" in path:
                raise OSError(number, "gone", path)
            return super().read(path)

    host = Vanishing(**{name: getattr(bare_host(), name) for name in ("files", "folders")})
    add_session(host, 7, Disk("sda"))
    (session,), (lun,) = read_sessions(host)
    assert (session.sid, session.target, session.state) == (7, "", SessionState.UNKNOWN)
    assert lun.state is DeviceState.UNKNOWN
    inventory = take_inventory(host)
    assert [one.sid for one in inventory.sessions] == [7]


def test_password_attributes_are_never_opened() -> None:
    read: list[str] = []

    class Noting(ScriptedHost):
        def read(self, path: str) -> str:
            read.append(path)
            return super().read(path)

    host = Noting(**{name: getattr(bare_host(), name) for name in ("files", "folders")})
    add_session(host, 1, Disk("sda"))
    host.files["/sys/class/iscsi_session/session1/password"] = "secret"
    take_inventory(host)
    assert read
    assert not [path for path in read if "password" in path]


@pytest.mark.parametrize(("text", "value"), [("120", 120), ("off", -1), ("-1", -1), ("", None), ("x", None)])
def test_timers(text: str, value: int | None) -> None:
    assert seconds(text) == value


def two_paths(second: str = "running", state: str = "LOGGED_IN") -> ScriptedHost:
    host = bare_host()
    add_session(host, 1, Disk("sda"))
    add_session(host, 2, Disk("sdb", state=second), address="198.51.100.10", state=state)
    add_map(host, "dm-0", "mpatha", "mpath-36001405d16f77073e8f52bf8b4899727", "sda", "sdb")
    add_map(host, "dm-1", "vg-lv", "LVM-" + "a" * 64, "dm-0")
    return host


@pytest.mark.parametrize(
    ("second", "state", "good"),
    [
        ("running", "LOGGED_IN", ("sda", "sdb")),
        ("blocked", "FAILED", ("sda",)),
        ("running", "FAILED", ("sda",)),
        ("transport-offline", "FREE", ("sda",)),
    ],
)
def test_a_map_answers_while_one_path_does(second: str, state: str, good: tuple[str, ...]) -> None:
    host = two_paths(second, state)
    sessions, luns = read_sessions(host)
    devices = read_blocks(host, sessions, luns).devices
    (multipath,) = multipath_maps(devices, luns)
    assert multipath.good_paths == good
    assert multipath.wwid == "naa.6001405d16f77073e8f52bf8b4899727"
    answers = {device.name: device.answers for device in devices}
    assert answers == {"sda": True, "sdb": len(good) == 2, "dm-0": True, "dm-1": True}
    assert {device.name: device.kind for device in devices}["dm-0"] is BlockKind.MULTIPATH


def test_silence_goes_up_and_so_does_a_suspended_map() -> None:
    host = two_paths("blocked", "FAILED")
    host.files["/sys/class/block/dm-0/dm/suspended"] = "1\n"
    sessions, luns = read_sessions(host)
    answers = {device.name: device.answers for device in read_blocks(host, sessions, luns).devices}
    assert answers["dm-1"] is False


def test_a_new_disk_of_the_same_name_is_not_the_lost_one() -> None:
    host = bare_host()
    add_session(host, 1, Disk("sda"))
    add_map(host, "dm-0", "vg-lv", "LVM-" + "a" * 64, "sda")
    host.folders = {folder for folder in host.folders if not folder.endswith("holders/dm-0")}
    sessions, luns = read_sessions(host)
    device = {one.name: one for one in read_blocks(host, sessions, luns).devices}["dm-0"]
    assert device.lost_slaves == ("sda",)
    assert not device.answers


def test_wwids_of_maps() -> None:
    assert wwid_of_map("mpath-36001405ab") == "naa.6001405ab"
    assert wwid_of_map("mpath-2abc") == "eui.abc"
    assert wwid_of_map("mpath-other") == "other"
    assert wwid_of_map("") == ""


def test_the_whole_inventory_and_its_questions() -> None:
    host = two_paths()
    describe(host, "254:1", "E:ID_FS_TYPE=xfs", "E:ID_FS_USAGE=filesystem", "E:ID_FS_UUID=u", "S:vg/lv")
    host.files["/proc/self/mountinfo"] = "1 0 254:1 / /data rw - xfs /dev/mapper/vg-lv rw\n"
    inventory = take_inventory(host)
    assert inventory.root
    assert inventory.daemon_answers
    assert inventory.luns_of(2)[0].disk == "sdb"
    assert inventory.session(2) in inventory.sessions_of(TARGET)
    upper = inventory.map_over("sdb")
    assert upper is not None
    assert upper.name == "mpatha"
    assert [device.name for device in inventory.above("sda")] == ["dm-0", "dm-1"]
    assert inventory.is_in_use("sda")
    volume = inventory.device_at("/dev/vg/lv")
    assert volume is not None
    assert inventory.mounts_of(volume.name)[0].target == "/data"
    assert inventory == take_inventory(host)


def test_no_command_lacks_a_deadline_or_changes_anything() -> None:
    host = two_paths()
    for tool in ("lvm", "systemctl", "blkid", "iscsiadm"):
        host.files[f"/usr/sbin/{tool}"] = ""
    seen: list[Command] = []

    def reply(command: Command) -> Outcome:
        seen.append(command)
        return Outcome(None)

    for tool in ("lvm", "systemctl", "blkid", "grep"):
        host.replies[(tool,)] = reply
    inventory = take_inventory(host)
    assert {command.argv[0] for command in seen} == {"lvm", "systemctl", "blkid", "grep"}
    assert all(0 < command.deadline <= 20 and not command.changes for command in seen)
    assert {unseen.what for unseen in inventory.unseen} >= {"lvm", "systemctl"}
    assert inventory.logical_volumes[0].name == "lv"


def test_an_empty_machine_is_an_empty_inventory() -> None:
    inventory = take_inventory(ScriptedHost())
    assert inventory.sessions == ()
    assert not inventory.root
    assert inventory.initiator.name == ""


@pytest.mark.parametrize(
    ("status", "root"), [("Uid:\t0\t0\t0\t0", True), ("Uid:\t0\t5\t0\t0", False), ("", False)]
)
def test_rights(status: str, *, root: bool) -> None:
    assert has_root_rights(status) is root


@pytest.mark.parametrize(
    ("line", "policy"),
    [
        (
            "0 1048576 multipath 0 1 alua 1 1 service-time 0 2 2 8:0 1 1 8:16 1 1",
            MapPolicy("service-time", "alua", 1, queues=False),
        ),
        (
            "0 1048576 multipath 1 queue_if_no_path 0 2 1 queue-length 0 1 1 8:0 1 queue-length 0 1 1 8:16 1",
            MapPolicy("queue-length", "", 2, queues=True),
        ),
        (
            "0 1048576 multipath 3 queue_if_no_path queue_mode mq 0 0 0",
            MapPolicy("", "", 0, queues=True),
        ),
        ("0 1048576 linear 8:0 0", None),
        ("0 1048576 multipath", None),
        ("", None),
    ],
)
def test_how_the_kernel_uses_the_paths_of_a_map(line: str, policy: MapPolicy | None) -> None:
    assert parse_policy(line) == policy
