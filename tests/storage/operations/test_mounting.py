"""Mounting, owners and the write test on a made-up host: what is refused and in which words."""

import hashlib

import pytest
from msgspec.structs import replace

from tests.storage.fake_tree import Disk, add_map, add_session, bare_host, describe
from tests.storage.scripted_host import ScriptedHost
from tui.storage.files.filesystem_kind import FilesystemKind
from tui.storage.host.interface import Command, FileFacts, FileKind, Outcome
from tui.storage.operations.calls import change, refuse_when_busy
from tui.storage.operations.filesystem.make_filesystem import MakeFilesystem
from tui.storage.operations.filesystem.write_test import WriteTest
from tui.storage.operations.mounts.label_root import LabelRoot
from tui.storage.operations.mounts.mount import MountFilesystem, UnmountFilesystem
from tui.storage.operations.mounts.mount_point import MakeMountPoint, RemoveMountPoint
from tui.storage.operations.mounts.owner import SetOwner, identifier
from tui.storage.operations.operation import CannotUndo
from tui.storage.problem import CommandFailed, ConsoleError, OutcomeUnknown, Refused

MOUNT = MountFilesystem(
    "/dev/vg/data", "/srv/data", "ext4", ("acl", "_netdev", "nofail", "x-systemd.after=a")
)
EXT4 = Outcome(0, "DEVNAME=/dev/mapper/vg-data\nUUID=1-2\nTYPE=ext4\n")


def quiet(_line: str) -> None:
    """Nobody listens."""


@pytest.fixture
def host() -> ScriptedHost:
    made = bare_host()
    add_session(made, 1, Disk("sda"))
    add_map(made, "dm-0", "vg-data", f"LVM-{'a' * 64}", "sda", sectors=1048576)
    describe(made, "254:0", "S:vg/data", "E:ID_FS_TYPE=ext4", "E:ID_FS_UUID=1-2")
    made.folders |= {"/srv/data"}
    made.replies = {("blkid",): EXT4, ("mount",): Outcome(0), ("wipefs",): Outcome(0)}
    made.links["/proc/self/ns/mnt"] = "/ns/1"
    return made


def mounted(host: ScriptedHost, target: str = "/srv/data", options: str = "rw") -> None:
    host.files["/proc/self/mountinfo"] += (
        f"30 1 254:0 / {target} {options} - ext4 /dev/mapper/vg-data {options}\n"
    )


def refusal(operation: MountFilesystem | MakeMountPoint | SetOwner | WriteTest, host: ScriptedHost) -> str:
    with pytest.raises(Refused) as caught:
        operation.check(host)
    assert caught.value.problem.remedy
    return caught.value.problem.code


def test_only_what_speaks_to_the_mount_is_given_to_it(host: ScriptedHost) -> None:
    MOUNT.check(host)
    MOUNT.run(host, quiet)
    assert host.shown == ["mount -t ext4 -o acl /dev/vg/data /srv/data"]
    assert not MOUNT.is_done(host)
    mounted(host)
    assert MOUNT.is_done(host)


@pytest.mark.parametrize("place", ["/etc/x", "/srv/link", "/srv/none", "/srv/file"])
def test_places_that_do_not_do(host: ScriptedHost, place: str) -> None:
    host.links["/srv/link"] = "/usr/lib"
    host.files["/srv/file"] = ""
    code = refusal(MountFilesystem("/dev/vg/data", place, "ext4"), host)
    assert code in ("mount-point.system", "mount-point.no-directory")


def test_a_place_or_volume_that_is_taken(host: ScriptedHost) -> None:
    mounted(host)
    assert refusal(MOUNT, host) == "mount-point.taken"
    host.folders.add("/srv/other")
    assert refusal(MountFilesystem("/dev/vg/data", "/srv/other", "ext4"), host) == "mount.elsewhere"


def test_a_volume_that_is_gone_or_carries_something_else(host: ScriptedHost) -> None:
    assert refusal(MountFilesystem("/dev/vg/none", "/srv/data", "ext4"), host) == "mount.no-device"
    assert refusal(MountFilesystem("/dev/vg/data", "/srv/data", "xfs"), host) == "mount.other-kind"
    assert refusal(MountFilesystem("/dev/vg/data", "/srv/data", "ext4", ("inode64",)), host) == (
        "mount-option.not-here"
    )


def test_an_older_kind_that_is_there_can_be_mounted(host: ScriptedHost) -> None:
    host.replies["blkid",] = Outcome(0, "DEVNAME=/dev/mapper/vg-data\nTYPE=ext3\n")
    MountFilesystem("/dev/vg/data", "/srv/data", "ext3", ("rw",)).check(host)


@pytest.mark.parametrize(
    ("stderr", "word"),
    [
        ("mount: /srv/data: wrong fs type, bad option, bad superblock on /dev/x.", "options"),
        ("mount: /srv/data: unknown filesystem type 'ext4'.", "modprobe"),
        ("mount: something else", "message"),
    ],
)
def test_a_mount_that_fails_says_what_the_kernel_said(host: ScriptedHost, stderr: str, word: str) -> None:
    host.replies["mount",] = Outcome(32, "", stderr)
    host.replies["dmesg",] = Outcome(0, "EXT4-fs (dm-0): \x1b[31mbad\n")
    with pytest.raises(CommandFailed) as caught:
        MOUNT.run(host, quiet)
    assert word in caught.value.problem.remedy
    assert any("EXT4-fs" in line for line in caught.value.problem.evidence)
    assert not any("\x1b" in line for line in caught.value.problem.evidence)


def test_a_tool_that_hangs_or_is_missing(host: ScriptedHost) -> None:
    host.replies["slow",] = Outcome(None)
    with pytest.raises(OutcomeUnknown) as hung:
        change(host, ("slow", "x"), "Try it", deadline=3)
    assert hung.value.problem.summary == "Try it: slow did not end within 3 seconds."
    with pytest.raises(CommandFailed) as missing:
        change(host, ("env", "HOME=/x", "none"), "Try it")
    assert missing.value.problem.code == "command.missing"
    assert "none" in missing.value.problem.summary


def test_folders_are_made_and_removed_only_when_empty(host: ScriptedHost) -> None:
    make = MakeMountPoint("/srv/new/deep")
    assert not make.is_done(host)
    make.check(host)
    make.run(host, quiet)
    assert make.is_done(host)
    remove = RemoveMountPoint("/srv/new/deep")
    host.files["/srv/new/deep/file"] = ""
    with pytest.raises(Refused) as caught:
        remove.check(host)
    assert caught.value.problem.code == "directory.not-empty"
    del host.files["/srv/new/deep/file"]
    remove.check(host)
    remove.run(host, quiet)
    assert remove.is_done(host)
    host.files["/srv/file"] = ""
    assert refusal(MakeMountPoint("/srv/file"), host) == "mount-point.no-directory"


def test_what_is_mounted_below_comes_first(host: ScriptedHost) -> None:
    mounted(host)
    mounted(host, "/srv/data/deeper")
    unmount = UnmountFilesystem("/dev/vg/data", "/srv/data", "ext4")
    with pytest.raises(Refused) as caught:
        unmount.check(host)
    assert caught.value.problem.code == "unmount.below"


def test_a_file_system_that_nobody_is_seen_to_hold_is_asked_for_again(
    host: ScriptedHost, monkeypatch: pytest.MonkeyPatch
) -> None:
    mounted(host)
    unmount = UnmountFilesystem("/dev/vg/data", "/srv/data", "ext4")
    busy = Outcome(32, "", "umount: /srv/data: target is busy.\n")
    answers = [busy, busy, Outcome(0)]
    host.replies["umount",] = lambda _command: answers.pop(0)
    unmount.run(host, quiet)
    assert answers == []
    holders: list[str] = []
    monkeypatch.setattr(
        "tui.storage.operations.mounts.mount.holders_of", lambda _host, _devices: tuple(holders)
    )
    holders.append("process 7: less")
    answers += [busy, Outcome(0)]
    with pytest.raises(CommandFailed) as caught:
        unmount.run(host, quiet)
    assert caught.value.problem.evidence[-1] == "process 7: less"
    assert len(answers) == 1, "whoever is seen is told of at once"


def test_owners(host: ScriptedHost) -> None:
    host.replies["getent", "--", "passwd", "postgres"] = Outcome(0, "postgres:x:105:113::/:/bin/sh\n")
    host.replies["getent", "--", "group", "postgres"] = Outcome(0, "postgres:x:113:\n")
    host.replies["getent",] = Outcome(2)
    assert identifier(host, "passwd", "postgres") == 105
    assert identifier(host, "passwd", "70000") == 70000
    assert identifier(host, "group", "none") is None
    owner = SetOwner("/srv/data", "postgres", "postgres", "0750")
    assert refusal(owner, host) == "mount.not-there"
    mounted(host)
    owner.check(host)
    assert owner.shown() == ("chown -- postgres:postgres /srv/data", "chmod -- 0750 /srv/data")
    assert not owner.is_done(host)
    host.facts_of["/srv/data"] = FileFacts(FileKind.FOLDER, 0o750, 105, 113, 0, 0)
    assert owner.is_done(host)
    assert refusal(SetOwner("/srv/data", "nobody-here"), host) == "owner.unknown"
    assert refusal(SetOwner("/srv/data", mode="0999"), host) == "owner.mode"
    assert refusal(SetOwner("/srv/data", mode="77777"), host) == "owner.mode"
    assert isinstance(owner.undo(), CannotUndo)
    assert SetOwner("/srv/data", "postgres").shown() == ("chown -- postgres /srv/data",)
    assert SetOwner("/srv/data", group="postgres").shown() == ("chown -- :postgres /srv/data",)


TEST = WriteTest("/srv/data")
TEST_FILE = "/srv/data/.iscsi-console-write-test"


def test_a_file_is_written_read_back_and_removed(host: ScriptedHost) -> None:
    mounted(host)
    host.replies["dd",] = lambda command: Outcome(0, host.files[TEST_FILE])
    TEST.check(host)
    TEST.run(host, quiet)
    TEST.verify(host)
    assert TEST_FILE not in host.files
    assert not TEST.is_done(host)
    assert TEST.undo() == ()


@pytest.mark.parametrize("spoil", [lambda text: text[:-1] + "x", lambda text: text[:-1], lambda text: ""])
def test_what_comes_back_changed_is_a_failure(host: ScriptedHost, spoil: "object") -> None:
    assert callable(spoil)
    mounted(host)

    def read(command: Command) -> Outcome:
        return Outcome(0, spoil(host.files[TEST_FILE]))

    host.replies["dd",] = read
    with pytest.raises(ConsoleError) as caught:
        TEST.run(host, quiet)
    assert caught.value.problem.code == "write-test.differs"
    assert TEST_FILE not in host.files


def test_every_test_writes_something_new(host: ScriptedHost) -> None:
    mounted(host)
    written: list[str] = []

    def read(command: Command) -> Outcome:
        written.append(hashlib.sha256(host.files[TEST_FILE].encode()).hexdigest())
        assert len(host.files[TEST_FILE]) == 1024 * 1024
        return Outcome(0, host.files[TEST_FILE])

    host.replies["dd",] = read
    for _turn in range(2):
        TEST.run(host, quiet)
        host.clock += 1
    assert len(set(written)) == 2


def test_where_nothing_may_be_written(host: ScriptedHost) -> None:
    assert refusal(TEST, host) == "mount.not-there"
    mounted(host, options="ro")
    assert refusal(TEST, host) == "write-test.read-only"


def test_a_strangers_file_is_not_overwritten_and_an_own_rest_is(host: ScriptedHost) -> None:
    mounted(host)
    host.files[TEST_FILE] = "precious"
    assert refusal(TEST, host) == "write-test.name-taken"
    host.files[TEST_FILE] = ""
    TEST.check(host)


MAKE = MakeFilesystem("/dev/vg/data", FilesystemKind.XFS, "data", "1-2")


def test_an_unfinished_xfs_of_an_interrupted_run_is_begun_anew_and_no_other(host: ScriptedHost) -> None:
    listing = '{"signatures": [{"device": "dm-0", "offset": "0x0", "type": "xfs"}]}'
    host.replies |= {
        ("blkid",): Outcome(0, "DEVNAME=/dev/mapper/vg-data\nTYPE=xfs\nUUID=1-2\nLABEL=data\n"),
        ("wipefs", "-J"): Outcome(0, listing),
        ("xfs_db",): Outcome(0, "inprogress = 1\n"),
        ("mkfs.xfs",): Outcome(0),
        ("udevadm",): Outcome(0),
    }
    assert not MAKE.is_done(host)
    with pytest.raises(Refused):
        MAKE.check(host)
    MAKE.check_interrupted(host)
    MAKE.run(host, quiet)
    assert host.shown[0] == "mkfs.xfs -f -K -m uuid=1-2 -L data /dev/vg/data"
    host.replies["xfs_db",] = Outcome(0, "inprogress = 0\n")
    assert MAKE.is_done(host)
    with pytest.raises(Refused) as caught:
        MakeFilesystem("/dev/vg/data", FilesystemKind.XFS, "", "3-4").check_interrupted(host)
    assert caught.value.problem.code == "filesystem.not-empty"


@pytest.mark.parametrize(
    ("operation", "code"),
    [
        (MakeFilesystem("/dev/sda", FilesystemKind.EXT4), "volume.other"),
        (MakeFilesystem("/dev/vg/none", FilesystemKind.EXT4), "volume.gone"),
        (MakeFilesystem("/dev/vg/data", FilesystemKind.XFS, "a label too long"), "label.too-long"),
    ],
)
def test_where_no_file_system_is_made(host: ScriptedHost, operation: MakeFilesystem, code: str) -> None:
    with pytest.raises(Refused) as caught:
        operation.check(host)
    assert caught.value.problem.code == code


def test_a_busy_or_unreadable_volume_is_refused(host: ScriptedHost) -> None:
    plain = MakeFilesystem("/dev/vg/data", FilesystemKind.EXT4)
    host.replies["wipefs", "--all"] = Outcome(1, "", "probing initialization failed: Device or resource busy")
    with pytest.raises(Refused) as caught:
        plain.check(host)
    assert caught.value.problem.code == "device.busy"
    host.replies["wipefs", "--all"] = Outcome(0)
    host.replies["blkid",] = Outcome(None)
    with pytest.raises(Refused) as caught:
        plain.check(host)
    assert caught.value.problem.code == "filesystem.not-empty"
    assert not host.shown


def test_a_volume_that_existed_before_the_plan_has_to_be_blank(host: ScriptedHost) -> None:
    """No signature leads to a file system whose beginning was lost."""
    host.replies |= {("blkid",): Outcome(2), ("wipefs",): Outcome(0)}
    fresh = MakeFilesystem("/dev/vg/data", FilesystemKind.EXT4)
    there = replace(fresh, existed=True)
    there.check(host)
    host.disks["/dev/mapper/vg-data"] = {304 << 20: b"\1"}
    fresh.check(host)
    with pytest.raises(Refused) as caught:
        there.check(host)
    assert caught.value.problem.code == "filesystem.not-blank"
    there.check_interrupted(host)


def test_the_root_of_a_new_file_system_gets_its_label(host: ScriptedHost) -> None:
    label = LabelRoot("/srv/data")
    with pytest.raises(Refused):
        label.check(host)
    mounted(host)
    label.check(host)
    wrong = "Would relabel /srv/data from system_u:object_r:unlabeled_t:s0 to system_u:object_r:var_t:s0\n"
    host.replies[("restorecon", "-n")] = Outcome(0, wrong)
    host.replies[("restorecon", "-v")] = Outcome(0)
    assert not label.is_done(host)
    label.run(host, quiet)
    assert host.shown == ["restorecon -v /srv/data"]
    host.replies[("restorecon", "-n")] = Outcome(0)
    assert label.is_done(host)


class Forgetful(ScriptedHost):
    """A host whose disk tells an error of an earlier write once, or for as long as it is asked."""

    def __init__(self, errors: int) -> None:
        super().__init__()
        self.errors = errors

    def run(self, command: Command, progress: object = None) -> Outcome:
        self.errors -= 1
        told = Outcome(1, "", "wipefs: /dev/sda: cannot flush modified buffers: Input/output error\n")
        return told if self.errors >= 0 else Outcome(0)


def test_an_error_of_an_earlier_write_is_told_once_and_is_no_user() -> None:
    refuse_when_busy(Forgetful(1), "/dev/sda")
    with pytest.raises(Refused) as caught:
        refuse_when_busy(Forgetful(2), "/dev/sda")
    assert caught.value.problem.code == "device.errors"
    assert "flush" in caught.value.problem.evidence[0]
