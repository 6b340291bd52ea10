"""fstab, mount units and rc.local on a made-up host: what is written, and what is left alone."""

import errno

import pytest

from tests.storage.fake_tree import Disk, add_map, add_session, bare_host, describe
from tests.storage.scripted_host import ScriptedHost
from tui.storage.files.fstab import OWN_NOTE
from tui.storage.files.mount_options import boot_options
from tui.storage.host.interface import Command, Outcome
from tui.storage.operations.boot.fstab_entry import AddFstabEntry, RemoveFstabEntry
from tui.storage.operations.boot.mount_unit import RemoveMountUnit, WriteMountUnit, device_path
from tui.storage.operations.boot.rc_local import RemoveRcLocalLines, RestoreRcLocalLines
from tui.storage.problem import CommandFailed, ConsoleError, Refused

ROOT_LINE = "UUID=0-0 / ext4 errors=remount-ro 0 1\n"
ENTRY = AddFstabEntry("UUID=1-2", "/srv/data", "ext4", ("rw", "_netdev", "nofail"), 2)
LINE = "UUID=1-2 /srv/data ext4 rw,_netdev,nofail 0 2"


def quiet(_line: str) -> None:
    """Nobody listens."""


@pytest.fixture
def host() -> ScriptedHost:
    made = bare_host()
    add_session(made, 1, Disk("sda"))
    add_map(made, "dm-0", "vg-data", f"LVM-{'a' * 64}", "sda")
    describe(made, "254:0", "E:ID_FS_TYPE=ext4", "E:ID_FS_UUID=1-2", "E:ID_FS_USAGE=filesystem")
    made.files["/etc/fstab"] = ROOT_LINE
    made.folders |= {"/srv/data"}
    made.replies = {("findmnt",): Outcome(0), ("systemctl",): Outcome(0), ("sh",): Outcome(0)}
    return made


def test_the_line_is_added_and_everything_else_stays(host: ScriptedHost) -> None:
    assert not ENTRY.is_done(host)
    ENTRY.check(host)
    ENTRY.run(host, quiet)
    assert host.files["/etc/fstab"] == f"{ROOT_LINE}{OWN_NOTE}\n{LINE}\n"
    assert ENTRY.is_done(host)
    assert host.replacements["/etc/fstab"].backup == ROOT_LINE.encode()
    assert host.changes[-1] == "replace /etc/fstab"
    ENTRY.run(host, quiet)
    assert host.files["/etc/fstab"].count(LINE) == 1
    (undo,) = ENTRY.undo()
    undo.run(host, quiet)
    assert undo.is_done(host)
    assert host.files["/etc/fstab"] == ROOT_LINE


def test_a_missing_file_and_a_linked_one(host: ScriptedHost) -> None:
    del host.files["/etc/fstab"]
    ENTRY.run(host, quiet)
    assert host.files["/etc/fstab"].endswith(f"{LINE}\n")
    host.files["/real/fstab"] = host.files.pop("/etc/fstab")
    host.links["/etc/fstab"] = "/real/fstab"
    assert ENTRY.is_done(host)
    RemoveFstabEntry(ENTRY.spec, ENTRY.mount_point, ENTRY.kind, ENTRY.options, 2).run(host, quiet)
    assert host.files["/real/fstab"] == ""


@pytest.mark.parametrize(
    "there",
    [
        "UUID=1-2 /srv/data ext4 defaults 0 0",
        "UUID=1-2 /srv/old ext4 defaults 0 0",
        "/dev/mapper/vg-data /srv/data ext4 defaults 0 0",
        f"{OWN_NOTE}\nUUID=9-9 /srv/data xfs defaults 0 0",
    ],
)
def test_a_line_for_the_same_volume_or_an_own_one_is_replaced(host: ScriptedHost, there: str) -> None:
    host.files["/etc/fstab"] = f"{ROOT_LINE}{there}\n# end"
    ENTRY.check(host)
    ENTRY.run(host, quiet)
    own = f"{OWN_NOTE}\n" if OWN_NOTE in there else ""
    assert host.files["/etc/fstab"] == f"{ROOT_LINE}{own}{LINE}\n# end"


@pytest.mark.parametrize(
    ("there", "code"),
    [
        ("UUID=9-9 /srv/data xfs defaults 0 0", "fstab.stranger"),
        ("/dev/mapper/other /srv/data/ xfs defaults 0 0", "fstab.stranger"),
        ("server:/x /srv/data nfs defaults 0 0", "fstab.stranger"),
        ("UUID=1-2 /srv/data ext4 ro 0 0\nUUID=1-2 /srv/data ext4 rw 0 0", "fstab.several"),
    ],
)
def test_a_strangers_line_is_shown_and_left_alone(host: ScriptedHost, there: str, code: str) -> None:
    host.files["/etc/fstab"] = f"{ROOT_LINE}{there}\n"
    with pytest.raises(Refused) as caught:
        ENTRY.check(host)
    assert caught.value.problem.code == code
    assert any(there.split("\n", maxsplit=1)[0] in line for line in caught.value.problem.evidence)
    assert any(LINE in line for line in caught.value.problem.evidence)
    assert not host.changes


def test_another_subvolume_of_one_btrfs_is_no_conflict(host: ScriptedHost) -> None:
    host.files["/etc/fstab"] = "UUID=1-2 /srv/one btrfs subvol=one 0 0\n"
    other = AddFstabEntry("UUID=1-2", "/srv/two", "btrfs", ("subvol=two",))
    other.check(host)
    other.run(host, quiet)
    assert "/srv/one btrfs subvol=one" in host.files["/etc/fstab"]
    assert "/srv/two btrfs subvol=two" in host.files["/etc/fstab"]


def test_what_findmnt_does_not_accept_never_reaches_fstab(host: ScriptedHost) -> None:
    host.replies["findmnt",] = Outcome(1, "   [E] unreachable on boot required source: UUID=1-2\n")
    with pytest.raises(CommandFailed) as caught:
        ENTRY.run(host, quiet)
    assert caught.value.problem.code == "fstab.not-accepted"
    assert host.files["/etc/fstab"] == ROOT_LINE
    assert "/run/iscsi-console-fstab" not in host.files


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS])
def test_a_file_that_cannot_be_written_stays_as_it_was(host: ScriptedHost, number: int) -> None:
    host.failures["/etc/fstab"] = OSError(number, "no", "/etc/fstab")
    with pytest.raises(OSError, match="no"):
        ENTRY.run(host, quiet)
    assert host.files["/etc/fstab"] == ROOT_LINE


def test_systemd_must_have_read_the_line(host: ScriptedHost) -> None:
    host.folders.add("/run/systemd/system")
    told = {
        "new": "LoadState=not-found\nSourcePath=\nFragmentPath=\nNeedDaemonReload=no\n",
        "old": "LoadState=loaded\nSourcePath=/etc/fstab\nFragmentPath=/run/x\nNeedDaemonReload=yes\n",
        "manual": "LoadState=loaded\nSourcePath=/proc/self/mountinfo\nFragmentPath=\nNeedDaemonReload=no\n",
        "read": "LoadState=loaded\nSourcePath=/etc/fstab\nFragmentPath=/run/x\nNeedDaemonReload=no\n",
    }
    ENTRY.run(host, quiet)
    assert host.shown[-1] == "systemctl daemon-reload"
    done = {}
    for name, properties in told.items():
        host.replies["systemctl", "show"] = Outcome(0, properties)
        done[name] = ENTRY.is_done(host)
    assert done == {"new": False, "old": False, "manual": False, "read": True}


def test_a_mount_unit_in_the_way(host: ScriptedHost) -> None:
    host.files["/etc/systemd/system/srv-data.mount"] = "[Mount]\n"
    with pytest.raises(Refused) as caught:
        ENTRY.check(host)
    assert caught.value.problem.code == "fstab.unit-exists"


def test_bad_places_and_links_to_them(host: ScriptedHost) -> None:
    host.links["/srv/link"] = "/etc"
    for place in ("/etc/x", "/srv/link", "relative"):
        with pytest.raises(Refused):
            AddFstabEntry("UUID=1-2", place, "ext4", ("rw",)).check(host)


UNIT = WriteMountUnit(
    "UUID=1-2", "/srv/a-b 100%", "xfs", boot_options(("noatime",), "open-iscsi.service", 45)
)
UNIT_PATH = r"/etc/systemd/system/srv-a\x2db\x20100\x25.mount"


def test_a_unit_says_what_the_line_would_say(host: ScriptedHost) -> None:
    UNIT.check(host)
    UNIT.run(host, quiet)
    text = host.files[UNIT_PATH]
    for line in (
        "After=open-iscsi.service",
        "What=/dev/disk/by-uuid/1-2",
        "Where=/srv/a-b 100%%",
        "Type=xfs",
        "Options=_netdev,noatime",
        "TimeoutSec=300s",
        "WantedBy=remote-fs.target",
    ):
        assert f"{line}\n" in text
    (timeout,) = [path for path in host.files if path.endswith("50-iscsi-console.conf")]
    assert r"dev-disk-by\x2duuid-1\x2d2.device.d" in timeout
    assert "JobRunningTimeoutSec=45s" in host.files[timeout]
    assert any(command.startswith("systemctl enable -- ") for command in host.shown)
    (undo,) = UNIT.undo()
    assert isinstance(undo, RemoveMountUnit)
    undo.check(host)
    undo.run(host, quiet)
    assert undo.is_done(host)
    assert not [path for path in host.files if path.startswith("/etc/systemd")]


def test_a_unit_is_done_when_systemd_says_so(host: ScriptedHost) -> None:
    UNIT.run(host, quiet)
    assert not UNIT.is_done(host)
    host.replies["systemctl", "show"] = Outcome(
        0, "LoadState=loaded\nUnitFileState=enabled\nNeedDaemonReload=no\n"
    )
    assert UNIT.is_done(host)


def test_a_strangers_unit_or_line_stays(host: ScriptedHost) -> None:
    host.files[UNIT_PATH] = "[Mount]\nWhat=/dev/other\n"
    with pytest.raises(Refused) as caught:
        UNIT.check(host)
    assert caught.value.problem.code == "unit.stranger"
    with pytest.raises(Refused):
        UNIT.undo()[0].check(host)
    host.files["/etc/fstab"] += "/dev/x /srv/a-b\\040100% xfs defaults 0 0\n"
    with pytest.raises(Refused) as caught:
        UNIT.check(host)
    assert caught.value.problem.code == "unit.fstab-exists"


def test_a_unit_waits_for_a_path() -> None:
    assert device_path("UUID=1-2") == "/dev/disk/by-uuid/1-2"
    assert device_path("/dev/mapper/vg-a=b") == "/dev/mapper/vg-a=b"


SCRIPT = "#!/bin/bash\nmount /dev/vg/data /srv/data\nexit 0\n"
LINES = ("mount /dev/vg/data /srv/data",)


def test_lines_are_taken_out_of_the_real_file_once(host: ScriptedHost) -> None:
    host.files["/etc/rc.d/rc.local"] = SCRIPT
    host.links["/etc/rc.local"] = "/etc/rc.d/rc.local"
    host.replies["bash",] = Outcome(0)
    operation = RemoveRcLocalLines(LINES)
    assert not operation.is_done(host)
    operation.run(host, quiet)
    assert operation.is_done(host)
    assert [change for change in host.changes if "rc.d" in change] == ["replace /etc/rc.d/rc.local"]
    assert host.replacements["/etc/rc.d/rc.local"].backup == SCRIPT.encode()
    (back,) = operation.undo()
    assert isinstance(back, RestoreRcLocalLines)
    assert not back.is_done(host)
    back.check(host)
    back.run(host, quiet)
    assert back.is_done(host)
    assert host.files["/etc/rc.d/rc.local"] == SCRIPT


def test_a_script_that_the_shell_could_not_read_is_not_written(host: ScriptedHost) -> None:
    host.files["/etc/rc.local"] = SCRIPT

    def only_the_old(command: Command) -> Outcome:
        text = host.files[command.argv[-1]]
        return Outcome(0) if text == SCRIPT else Outcome(2, "", "syntax error near unexpected token")

    host.replies["bash",] = only_the_old
    with pytest.raises(ConsoleError) as caught:
        RemoveRcLocalLines(LINES).run(host, quiet)
    assert caught.value.problem.code == "rc-local.syntax"
    assert host.files["/etc/rc.local"] == SCRIPT


def test_a_note_that_is_gone_cannot_come_back(host: ScriptedHost) -> None:
    host.files["/etc/rc.local"] = "#!/bin/sh\n"
    with pytest.raises(Refused) as caught:
        RestoreRcLocalLines(LINES).check(host)
    assert caught.value.problem.code == "rc-local.comment-gone"


def test_without_an_rc_local_there_is_nothing_to_do(host: ScriptedHost) -> None:
    assert RemoveRcLocalLines(LINES).is_done(host)
