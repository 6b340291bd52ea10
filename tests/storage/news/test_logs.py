"""The logs as they are read: records of the kernel, entries of the journal."""

import json
import os
import select
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.waiting import Stopwatch, turns, until
from tui.storage.news.daemon_log import DaemonLog, daemon_line
from tui.storage.news.happening import Happening, Source
from tui.storage.news.kernel_log import KMSG, KernelLog, kernel_line


def test_a_record_of_the_kernel() -> None:
    record = "6,1234,90000000,-; connection1:0: detected conn error (1020)\n SUBSYSTEM=iscsi_connection\n"
    told = kernel_line(record, 1000.0)
    assert told is not None
    happening, session = told
    assert happening.when == 1090.0
    assert happening.text == "connection1:0: detected conn error (1020)"
    assert happening.source is Source.KERNEL
    assert session


@pytest.mark.parametrize(
    "record",
    [
        "30,1,5,-;systemd[1]: connection1:0: detected conn error (1020)",
        "6,1,5,-;usb 1-1: new device",
        "garbage",
        "x,1,y,-;sd 0:0:0:0: rejecting I/O to offline device",
        "",
    ],
)
def test_records_of_others_and_about_others_are_left_out(record: str) -> None:
    assert kernel_line(record, 0.0) is None


def test_a_log_that_cannot_be_read_is_an_error() -> None:
    with pytest.raises(FileNotFoundError):
        KernelLog("/nowhere/kmsg")


@pytest.mark.skipif(not os.access(KMSG, os.R_OK) or os.geteuid() != 0, reason="the kernel's log is closed")
def test_this_machine_s_own_log_is_read_to_its_end() -> None:
    log = KernelLog()
    for _turn in range(10_000):
        told = log.take()
        assert told is not None
        if not told.more:
            break
    else:
        raise AssertionError("no end")
    log.close()


def entry(message: object, stamp: str = "1700000000000000") -> bytes:
    return json.dumps({"MESSAGE": message, "__REALTIME_TIMESTAMP": stamp}).encode()


def test_an_entry_of_the_journal() -> None:
    told = daemon_line(entry("connection1:0 is operational after recovery (2 attempts)"))
    assert told is not None
    happening, session = told
    assert (happening.when, happening.source, happening.subject) == (1.7e9, Source.DAEMON, "sid:1")
    assert session
    raw = daemon_line(entry(list(b"connection2:0 \xff is shutdown")))
    assert raw is not None
    assert raw[0].subject == "sid:2"


@pytest.mark.parametrize(
    "line", [b"", b"{", b"[]", entry(None), entry([1000]), entry("x", "soon"), entry("   ")]
)
def test_entries_that_are_none_are_left_out(line: bytes) -> None:
    assert daemon_line(line) is None


def read_all(log: DaemonLog) -> list[Happening]:
    found: list[Happening] = []
    for wait in turns("the end of the log", turn=1.0):
        select.select([log.fileno()], [], [], wait)
        told = log.take()
        if told is None:
            return found
        found += told.happenings
    raise AssertionError("no end")


def test_a_child_is_read_line_by_line_and_ended(tmp_path: Path) -> None:
    lines = tmp_path / "lines"
    lines.write_bytes(
        b"\n".join((entry("connection1:0 is operational now"), b"{broken", entry("hello"))) + b"\n"
    )
    script = "import sys; sys.stdout.buffer.write(open(sys.argv[1], 'rb').read())"
    log = DaemonLog((sys.executable, "-c", script, str(lines)))
    assert [one.text for one in read_all(log)] == ["connection1:0 is operational now", "hello"]
    log.close()
    waiting = DaemonLog((sys.executable, "-c", "import time; time.sleep(60)"))
    watch = Stopwatch()
    waiting.close()
    assert watch.seconds() < 30


OWNER = """
import sys, time
from tui.storage.news.daemon_log import DaemonLog, follow_command
command = follow_command()
assert command is not None and command[0].endswith("setpriv")
log = DaemonLog((*command[:3], "sleep", "1000"))
print(log._child.pid, flush=True)
time.sleep(1000)
"""


@pytest.mark.skipif(
    not shutil.which("setpriv") or not shutil.which("journalctl"), reason="no setpriv or no journalctl here"
)
def test_the_child_ends_with_a_program_that_is_killed() -> None:
    with subprocess.Popen((sys.executable, "-c", OWNER), stdout=subprocess.PIPE, text=True) as owner:
        assert owner.stdout is not None
        child = Path(f"/proc/{int(owner.stdout.readline())}/stat")
        until(lambda: "(sleep)" in child.read_text(), "the child is what it shall be")
        owner.kill()
        owner.wait()
        until(lambda: not child.exists() or child.read_text().split()[2] == "Z", "the end of the child")
