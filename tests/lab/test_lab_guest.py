"""A guest boots, runs commands, keeps its disk and leaves nothing behind."""

import contextlib
import hashlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lab.conftest import GuestFactory
from tests.waiting import AT_MOST, until
from tui.lab.channel import GuestGone
from tui.lab.errors import LabError
from tui.lab.guest import Guest
from tui.lab.image import Release
from tui.lab.kept import forget, kept_machines
from tui.lab.kernel import known
from tui.lab.places import Places, project_folder

pytestmark = pytest.mark.lab


@pytest.fixture(scope="module", params=list(Release))
def guest(request: pytest.FixtureRequest, guest_factory: GuestFactory) -> Guest:
    return guest_factory("open", release=request.param)


def test_everything_the_machine_starts_has_started(guest: Guest) -> None:
    assert guest.state == "running", guest.check("systemctl", "--failed")
    assert guest.read_text("/proc/1/comm").strip() == "systemd"


def test_it_is_the_release_that_was_asked_for(guest: Guest) -> None:
    lines = guest.read_text("/etc/os-release").splitlines()
    assert "VERSION_CODENAME=bookworm" in lines or "VERSION_CODENAME=trixie" in lines


def test_the_kernel_is_the_same_whatever_the_release(guest: Guest) -> None:
    used = known(Places.of_environment().root)
    assert used is not None
    assert guest.check("uname", "-r").strip() == used.version


def test_multipathd_runs_and_iscsid_waits_behind_its_socket(guest: Guest) -> None:
    assert (
        guest.check("systemctl", "is-active", "multipathd.service", "iscsid.socket").split() == ["active"] * 2
    )


def test_boot_reaches_the_network_without_delay(guest: Guest) -> None:
    assert guest.check("systemctl", "is-active", "network-online.target") == "active"


def test_a_command_passes_on_status_and_both_outputs(guest: Guest) -> None:
    done = guest.run(("sh", "-c", "echo out; echo err >&2; exit 7"))
    assert (done.status, done.stdout, done.stderr) == (7, b"out\n", b"err\n")


def test_a_killed_command_says_by_which_signal(guest: Guest) -> None:
    assert guest.run(("sh", "-c", "kill -TERM $$")).status == -signal.SIGTERM


def test_bytes_of_every_kind_go_in_and_come_out(guest: Guest) -> None:
    data = bytes(range(256)) * 2000
    assert guest.run(("cat",), stdin=data).stdout == data


def test_the_line_survives_more_input_than_its_buffer_holds(guest: Guest) -> None:
    hungry = guest.start(("sh", "-c", "sleep 1; sha256sum"))
    hungry.give(b"x" * 200_000)
    hungry.close_input()
    assert hungry.complete(30).text.startswith(hashlib.sha256(b"x" * 200_000).hexdigest())
    assert guest.check("echo", "still there") == "still there"


def test_a_command_that_is_not_there_is_said_to_be_so(guest: Guest) -> None:
    with pytest.raises(LabError, match="no-such-command"):
        guest.run(("no-such-command",))


def test_a_command_that_hangs_is_killed_in_time(guest: Guest) -> None:
    with pytest.raises(TimeoutError, match="half an answer"):
        guest.run(("sh", "-c", "echo half an answer; exec sleep 987"), timeout=2)
    until(lambda: guest.run(("pgrep", "-f", "^sleep 987")).status == 1, "its end")


def test_commands_run_side_by_side(guest: Guest) -> None:
    slow = guest.start(("cat",))
    assert guest.check("echo", "meanwhile") == "meanwhile"
    slow.give(b"done")
    slow.close_input()
    assert slow.complete(30).stdout == b"done"


def test_a_command_that_has_ended_holds_nothing_in_the_guest(guest: Guest) -> None:
    agent = guest.check("pgrep", "-f", "tui[.]lab[.]agent").split()[0]

    def held() -> int:
        return len(guest.check("ls", f"/proc/{agent}/fd").split())

    held()
    before = held()
    for _number in range(20):
        guest.check("true")
    until(lambda: held() <= before, lambda: f"{held()} files instead of {before}")


def test_files_are_written_and_read_back(guest: Guest) -> None:
    guest.write_text("/tmp/note", "ein Gruß\n")
    assert guest.read_text("/tmp/note") == "ein Gruß\n"
    with pytest.raises(LabError, match="/tmp/missing"):
        guest.read_text("/tmp/missing")


def test_the_guest_runs_this_project_and_its_dependencies(guest: Guest) -> None:
    program = "import tui.lab, tests.lab, textual, psutil, pyudev; print(tui.lab.__file__, pyudev.Context())"
    assert "/opt/iscsi-console/project/tui/lab/__init__.py" in guest.check("python3", "-c", program)
    assert "lab" in guest.check("iscsi-console", "--help")


def test_the_project_cannot_be_changed_from_inside(guest: Guest) -> None:
    assert guest.run(("touch", "/opt/iscsi-console/project/tui/x")).status == 1
    assert not (project_folder() / "tui/x").exists()


def test_a_program_owns_the_console_with_its_size(guest: Guest) -> None:
    guest.resize_terminal(33, 101)
    script = (
        "stty size; tty; read line; echo got:$line; "
        "trap 'stty size; exit 5' WINCH; echo go; while :; do sleep 0.1; done"
    )
    running = guest.start(("sh", "-c", script), terminal=True)
    guest.terminal.settimeout(AT_MOST)
    shown = read_until(guest, b"/dev/tty1")
    assert b"33 101" in shown
    guest.type_keys(b"hello\n")
    read_until(guest, b"got:hello\r\ngo")
    guest.resize_terminal(40, 132)
    assert running.wait(30) == 5
    read_until(guest, b"40 132")


def test_nothing_written_to_the_console_is_lost_at_the_end(guest: Guest) -> None:
    guest.terminal.settimeout(AT_MOST)
    running = guest.start(("seq", "1", "3000"), terminal=True)
    shown = read_until(guest, b"3000\r\n")
    assert running.wait(30) == 0
    assert shown.split() == [str(number).encode() for number in range(1, 3001)]


def read_until(guest: Guest, end: bytes) -> bytes:
    shown = b""
    while end not in shown:
        shown += guest.terminal.recv(4096)
    return shown


def test_memory_stays_under_a_gibibyte(guest: Guest) -> None:
    total = next(
        line for line in guest.read_text("/proc/meminfo").splitlines() if line.startswith("MemTotal")
    )
    assert int(total.split()[1]) < 1024 * 1024


@pytest.fixture
def kept_name() -> Iterator[str]:
    name = f"test-{os.getpid()}"
    yield name
    places = Places.of_environment()
    if (places.kept / name).exists():
        forget(places, name)


@pytest.mark.parametrize("release", list(Release))
def test_a_kept_machine_is_the_same_after_a_reboot(release: Release, kept_name: str) -> None:
    with Guest.boot(release, keep=kept_name) as guest:
        guest.write_text("/root/note", "before")
        with pytest.raises(LabError, match="already running"):
            Guest.boot(release, keep=kept_name)
        guest.reboot()
        assert guest.read_text("/root/note") == "before"
        guest.write_text("/root/note", "after")
        guest.power_off()
        with pytest.raises(LabError, match="switched off"):
            guest.check("true")
    assert kept_name in [kept.name for kept in kept_machines(Places.of_environment())]
    other = Release.TRIXIE if release is Release.BOOKWORM else Release.BOOKWORM
    with pytest.raises(LabError, match=release):
        Guest.boot(other, keep=kept_name)
    with Guest.boot(keep=kept_name) as guest:
        assert guest.read_text("/root/note") == "after"


def test_a_power_cut_loses_only_what_was_not_synced(guest_factory: GuestFactory) -> None:
    guest = guest_factory(None)
    guest.check("sh", "-c", "echo safe > /root/synced; sync")
    running = guest.start(("sleep", "60"))
    guest.cut_power()
    with pytest.raises(GuestGone):
        running.wait()
    guest.power_on()
    assert guest.read_text("/root/synced") == "safe\n"


def sessions_with(word: str) -> set[int]:
    """The sessions of this host's processes whose command line holds a word."""
    return {os.getsid(pid) for pid in processes() if word.encode() in command_line(pid)}


def processes() -> list[int]:
    return [int(folder.name) for folder in Path("/proc").glob("[0-9]*")]


def command_line(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def members(sessions: set[int]) -> list[int]:
    found = []
    for pid in processes():
        with contextlib.suppress(ProcessLookupError):
            if os.getsid(pid) in sessions:
                found.append(pid)
    return found


def processors(pids: list[int]) -> set[int]:
    """Where these may run, all together."""
    found: set[int] = set()
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            found |= os.sched_getaffinity(pid)
    return found


def test_killing_the_program_leaves_nothing_behind(tmp_path: Path) -> None:
    script = (
        "import time; from tui.lab.guest import Guest\n"
        "with Guest.boot(san=None) as guest: print(guest.check('hostname'), flush=True); time.sleep(600)"
    )
    program = subprocess.Popen(
        (sys.executable, "-c", script),
        stdout=subprocess.PIPE,
        cwd=project_folder(),
        env={**os.environ, "TMPDIR": str(tmp_path)},
    )
    assert program.stdout is not None
    with program.stdout:
        assert program.stdout.readline() == b"lab\n"
        sessions = sessions_with(str(tmp_path))
        assert len(members(sessions)) > 10
        assert len(processors(members(sessions))) == 1
        program.kill()
        program.wait()
    until(lambda: not members(sessions), lambda: members(sessions))
    assert not list(tmp_path.glob("iscsi-lab-*"))
