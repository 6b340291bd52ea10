"""The operations of a disconnect: their words, what they refuse, and files that come back byte for byte."""

import json

import pytest

from tests.storage.fake_tree import TARGET, Disk, add_map, add_session, bare_host
from tests.storage.scripted_host import ScriptedHost
from tui.storage.codec import decode, encode
from tui.storage.host.interface import Command, Outcome
from tui.storage.iscsi.luns import LunName
from tui.storage.model.iscsi import Portal
from tui.storage.operations.boot.fstab_off import CommentOutFstabLines, RestoreFstabLines
from tui.storage.operations.filesystem.flush import FlushDisk, SyncFilesystem
from tui.storage.operations.iscsi.remove_disks import FindDisk, RemoveDisk
from tui.storage.operations.lvm.activation import ActivateLogicalVolume, DeactivateLogicalVolume
from tui.storage.operations.mounts.bind_mount import BindMount
from tui.storage.operations.mounts.release import EndProcesses, ProcessName, WaitUntilUnused
from tui.storage.operations.mounts.swap import MARGIN, SwapOff, SwapOn
from tui.storage.operations.multipath.flush_map import FlushMultipathMap
from tui.storage.operations.operation import CannotUndo, Operation
from tui.storage.operations.reconnect_file import FOLDER, DeleteReconnectFile, SaveReconnectFile
from tui.storage.operations.services.stop_service import StopService
from tui.storage.operations.verify_removed import SessionName, VerifyRemoved
from tui.storage.problem import ConsoleError

PORTAL = Portal("192.0.2.10", 3260, 1)
WWID = Disk("sda").wwid
LUN = LunName(TARGET, 0, WWID)
REMOVE = RemoveDisk(TARGET, PORTAL, "default", LUN, "sda")

OPERATIONS: tuple[Operation, ...] = (
    StopService("app.service", ("app.socket",)),
    WaitUntilUnused(("/dev/vg/data",), 5),
    EndProcesses((ProcessName(10, 1000, "thing"),)),
    SwapOff("/dev/vg/swap"),
    SwapOn("/dev/vg/swap", 5),
    BindMount("/dev/vg/data", "/srv/data/part", "/srv/again", "ext4", ("ro",)),
    DeactivateLogicalVolume("vg", "data"),
    ActivateLogicalVolume("vg", "data"),
    SyncFilesystem("/srv/data"),
    FlushDisk(LUN, ("/dev/mapper/mpatha", "/dev/sda")),
    FlushMultipathMap(LUN, "mpatha", ("sda", "sdb")),
    REMOVE,
    FindDisk(TARGET, PORTAL, "default", LUN),
    VerifyRemoved((SessionName(TARGET, PORTAL),), (LUN,), ("LVM-x",)),
    CommentOutFstabLines(("/dev/vg/data /srv/data ext4",)),
    RestoreFstabLines(("/dev/vg/data /srv/data ext4",)),
    SaveReconnectFile("20261122-140000-000", "{}"),
    DeleteReconnectFile("20261122-140000-000"),
)


def name_of(operation: Operation) -> str:
    return type(operation).__name__


def code_of(operation: Operation, host: ScriptedHost) -> str:
    with pytest.raises(ConsoleError) as told:
        operation.check(host)
    assert told.value.problem.remedy.endswith(".")
    return told.value.problem.code


@pytest.mark.parametrize("operation", OPERATIONS, ids=name_of)
def test_words_are_whole_and_the_journal_reads_it_back(operation: Operation) -> None:
    assert operation.title()
    assert not operation.title().endswith(".")
    assert operation.why().endswith(".")
    assert operation.shown()
    assert "{" not in " ".join((operation.title(), operation.why(), *operation.shown()))
    undo = operation.undo()
    assert not isinstance(undo, CannotUndo) or undo.reason.endswith(".")
    read = decode(type(operation), json.loads(json.dumps(encode(operation))))
    assert read == operation
    assert Operation.kinds[name_of(operation)] is type(operation)


def test_what_is_shown_is_what_a_person_would_type() -> None:
    shown = {name_of(candidate): candidate.shown() for candidate in OPERATIONS}
    assert shown["StopService"] == ("systemctl stop app.socket", "systemctl stop app.service")
    assert shown["EndProcesses"] == ("kill -TERM 10",)
    assert shown["SwapOff"] == ("swapoff /dev/vg/swap",)
    assert shown["SwapOn"] == ("swapon --priority 5 /dev/vg/swap",)
    assert shown["BindMount"] == (
        "mount --bind /srv/data/part /srv/again",
        "mount -o remount,bind,ro /srv/again",
    )
    assert shown["SyncFilesystem"] == ("sync --file-system /srv/data",)
    assert shown["FlushDisk"] == ("blockdev --flushbufs /dev/mapper/mpatha", "blockdev --flushbufs /dev/sda")
    assert shown["FlushMultipathMap"] == ("multipath -f mpatha",)
    assert shown["RemoveDisk"] == ("echo 1 > /sys/block/sda/device/delete",)
    assert not any("force" in line or " -l " in line for lines in shown.values() for line in lines)


def one_disk(**more: str) -> ScriptedHost:
    host = bare_host()
    add_session(host, 1, Disk("sda", **more))  # type: ignore[arg-type]  # fields by name
    return host


def test_a_disk_is_taken_away_only_when_it_is_the_one_that_was_meant_and_unused() -> None:
    host = one_disk()
    REMOVE.check(host)
    assert not REMOVE.is_done(host)
    assert code_of(REMOVE, one_disk(wwid="naa.other")) == "identity.changed"
    add_map(host, "dm-0", "vg-lv", "LVM-" + "a" * 64, "sda")
    assert code_of(REMOVE, host) == "disk.in-use"
    assert REMOVE.is_done(bare_host())


def test_a_disk_that_has_another_name_by_now_is_found_by_its_lun() -> None:
    host = bare_host()
    add_session(host, 7, Disk("sdq"))
    REMOVE.check(host)
    assert not REMOVE.is_done(host)
    assert FindDisk(TARGET, PORTAL, "default", LUN).is_done(host)
    assert code_of(FindDisk(TARGET, PORTAL, "san-a", LUN), host) == "disk.no-session"


def test_flushing_a_disk_that_does_not_answer_is_refused() -> None:
    flush = FlushDisk(LUN, ("/dev/sda",))
    flush.check(one_disk())
    assert code_of(flush, one_disk(state="blocked")) == "disk.silent"
    assert flush.is_done(bare_host())


def test_what_is_left_behind_is_named() -> None:
    host = one_disk()
    gone = VerifyRemoved((SessionName(TARGET, PORTAL),), (LUN,))
    assert gone.is_done(bare_host())
    assert not gone.is_done(host)
    with pytest.raises(ConsoleError) as told:
        gone.verify(host)
    assert told.value.problem.evidence == ("session 1", "/dev/sda")


def test_swap_without_room_is_refused_and_its_priority_comes_back() -> None:
    host = bare_host()
    host.files["/proc/swaps"] += "/swap\tfile\t204800\t102400\t7\n"
    host.files["/proc/meminfo"] = "MemTotal: 1 kB\nMemAvailable: 110000 kB\n"
    off = SwapOff("/swap", 7)
    assert not off.is_done(host)
    assert code_of(off, host) == "swap.no-room"
    host.files["/proc/meminfo"] = f"MemAvailable: {102400 + MARGIN // 1024} kB\n"
    off.check(host)
    assert off.undo() == (SwapOn("/swap", 7),)


@pytest.mark.parametrize("unit", ["open-iscsi.service", "systemd-udevd.service", "user@0.service", "x.mount"])
def test_what_the_system_needs_is_not_stopped(unit: str) -> None:
    assert code_of(StopService(unit), bare_host()) == "service.not-to-be-stopped"


def test_the_service_this_program_runs_in_is_not_stopped() -> None:
    host = bare_host()
    StopService("app.service").check(host)
    host.files["/proc/self/cgroup"] = "0::/system.slice/app.service\n"
    assert code_of(StopService("app.service"), host) == "service.not-to-be-stopped"


def add_process(host: ScriptedHost, place: str, pid: int, parent: int, started: int) -> None:
    rest = f"S {parent} 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 {started} 1 1"
    host.files[f"/proc/{place}/stat"] = f"{pid} (sh) {rest}"


def test_only_the_very_process_is_asked_to_end_and_never_those_we_run_under() -> None:
    host = bare_host()
    add_process(host, "10", 10, 1, 1000)
    ends = EndProcesses((ProcessName(10, 1000, "sh"), ProcessName(11, 1100, "gone")), 0)
    ends.check(host)
    assert EndProcesses((ProcessName(10, 999),)).is_done(host)
    host.replies[("kill", "-TERM", "10")] = Outcome(0)
    with pytest.raises(ConsoleError) as told:
        ends.run(host, lambda _line: None)
    assert told.value.problem.code == "process.does-not-end"
    assert host.shown == ["kill -TERM 10"]
    add_process(host, "self", 12, 10, 1200)
    assert code_of(ends, host) == "process.our-own"


def test_a_process_that_ends_before_its_signal_is_no_failure() -> None:
    host = bare_host()
    for pid in (10, 11):
        add_process(host, str(pid), pid, 1, 100 * pid)
    ends = EndProcesses((ProcessName(10, 1000, "sh"), ProcessName(11, 1100, "sleep")), 0)
    ended = Outcome(1, "", "kill: (11): No such process")

    def kill(_command: Command) -> Outcome:
        del host.files["/proc/10/stat"], host.files["/proc/11/stat"]
        return ended

    host.replies[("kill",)] = kill
    ends.run(host, lambda _line: None)
    assert ends.is_done(host)

    add_process(host, "10", 10, 1, 1000)
    host.replies[("kill",)] = Outcome(1, "", "kill: (10): Operation not permitted")
    with pytest.raises(ConsoleError) as told:
        ends.run(host, lambda _line: None)
    assert told.value.problem.code == "command.failed.kill"


FSTAB = """\
# comment\t
/dev/vg/data  /srv/data\text4 _netdev 0 2
UUID=x / ext4 defaults 0 1
/dev/vg/data  /srv/data\text4 _netdev 0 2 # twice
"""


def test_fstab_comes_back_byte_for_byte() -> None:
    host = bare_host()
    host.files["/etc/fstab"] = FSTAB
    off = CommentOutFstabLines((FSTAB.split("\n")[1],))
    assert not off.is_done(host)
    off.run(host, lambda _line: None)
    assert off.is_done(host)
    text = host.files["/etc/fstab"]
    assert text.split("\n")[1].startswith("# disconnected by iscsi-console: /dev/vg/data")
    assert text.split("\n")[3] == FSTAB.split("\n")[3]
    assert host.replacements["/etc/fstab"].backup == FSTAB.encode()
    (on,) = off.undo()
    assert not on.is_done(host)
    on.run(host, lambda _line: None)
    assert on.is_done(host)
    assert host.files["/etc/fstab"] == FSTAB


def test_the_note_is_only_for_root_and_goes_again() -> None:
    host = bare_host()
    note = SaveReconnectFile("20261122-140000-000", "{}")
    note.run(host, lambda _line: None)
    assert note.is_done(host)
    assert host.modes[FOLDER] == 0o700
    assert host.modes[note.path] == 0o600
    (forget,) = note.undo()
    assert not forget.is_done(host)
    forget.run(host, lambda _line: None)
    assert forget.is_done(host)
