"""`iscsi-console lab` as a person calls it: with a terminal, without one, and without any right."""

import os
import pty
import select
import shutil
import subprocess
import sys
import tempfile
import termios
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from tui.lab.image import Release, build
from tui.lab.kept import forget
from tui.lab.kernel import known
from tui.lab.places import Places, packages_folder, project_folder

pytestmark = pytest.mark.lab

LAB = (sys.executable, "-m", "tui", "lab")


def call(words: Sequence[str], *, typed: bytes = b"") -> "subprocess.CompletedProcess[bytes]":
    return subprocess.run(
        (*LAB, *words), input=typed, capture_output=True, timeout=300, cwd=project_folder(), check=False
    )


def test_exec_passes_on_input_both_outputs_and_the_status() -> None:
    done = call(
        ("exec", "--san", "chap", "--", "sh", "-c", "cat; id -u; echo err >&2; exit 9"), typed=b"in\n"
    )
    assert (done.returncode, done.stdout, done.stderr) == (9, b"in\n0\n", b"err\n")


def test_what_the_lab_itself_cannot_do_has_a_status_of_its_own() -> None:
    done = call(("exec", "--san", "nowhere", "--", "true"))
    assert done.returncode == 125
    assert b"two_portals" in done.stderr
    assert call(("forget", "never-kept")).returncode == 125


def test_exec_twice_with_a_name_is_a_reboot() -> None:
    name = f"exec-{os.getpid()}"
    try:
        first = call(
            (
                "exec",
                "--keep",
                name,
                "--",
                "sh",
                "-c",
                "echo note > /root/note; cat /proc/sys/kernel/random/boot_id",
            )
        )
        second = call(
            ("exec", "--keep", name, "--", "sh", "-c", "cat /root/note /proc/sys/kernel/random/boot_id")
        )
        assert second.returncode == 0, second.stderr
        assert second.stdout.startswith(b"note\n")
        assert first.stdout not in second.stdout
        assert name.encode() in call(("list",)).stdout
    finally:
        forget(Places.of_environment(), name)


def read_until(terminal: int, end: bytes) -> bytes:
    shown = b""
    while end not in shown:
        assert select.select([terminal], [], [], 120)[0], shown
        shown += os.read(terminal, 4096)
    return shown


def test_run_gives_the_terminal_to_the_guest_and_takes_it_back() -> None:
    script = (
        "stty size; echo $TERM; trap 'stty size; exit 6' WINCH; read line; echo got:$line; "
        "while :; do sleep 0.1; done"
    )
    terminal, inner = pty.openpty()
    set_size(terminal, 31, 99)
    before = termios.tcgetattr(inner)
    program = subprocess.Popen(
        ("setsid", "--ctty", *LAB, "run", "--", "sh", "-c", script),
        stdin=inner,
        stdout=inner,
        stderr=inner,
        cwd=project_folder(),
        env={**os.environ, "TERM": "xterm-256color"},
    )
    try:
        assert b"31 99" in read_until(terminal, b"xterm-256color")
        os.write(terminal, b"hello\r")
        read_until(terminal, b"got:hello")
        set_size(terminal, 42, 130)
        read_until(terminal, b"42 130")
        assert program.wait(60) == 6
        assert termios.tcgetattr(inner) == before
    finally:
        program.kill()
        program.wait()
        os.close(terminal)
        os.close(inner)


def set_size(terminal: int, rows: int, columns: int) -> None:
    subprocess.run(("stty", "rows", str(rows), "cols", str(columns)), stdin=terminal, check=True)


def test_run_without_a_terminal_says_so() -> None:
    done = call(("run", "--", "true"))
    assert done.returncode == 125
    assert b"lab exec" in done.stderr


@pytest.fixture
def open_lab() -> Iterator[Path]:
    """The image in a folder that everyone may read and nobody else may write."""
    image = build(Release.BOOKWORM, Places.of_environment(), lambda _said: None)
    kernel = known(Places.of_environment().root)
    assert kernel is not None
    # usr/bin/linux.uml below the folder of the kernel.
    kernels = kernel.program.parents[2]
    folder = Path(tempfile.mkdtemp(prefix="lab-for-everyone-"))
    folder.chmod(0o755)
    try:
        for part in (image.folder, kernels):
            there = folder / part.relative_to(Places.of_environment().root)
            shutil.copytree(part, there, copy_function=link_or_copy)
        yield folder
    finally:
        shutil.rmtree(folder)


def link_or_copy(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:
        subprocess.run(("cp", "--sparse=always", source, target), check=True)


@pytest.mark.skipif(os.geteuid() != 0, reason="everything here runs without root already")
def test_a_guest_needs_no_right_at_all(open_lab: Path) -> None:
    done = subprocess.run(
        (
            *("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--no-new-privs"),
            *("/usr/bin/python3", "-m", "tui", "lab", "exec", "--"),
            *("sh", "-c", "id -u; iscsiadm -m discovery -t st -p 192.0.2.10; iscsi-console --help | head -1"),
        ),
        cwd=project_folder(),
        env={
            "PATH": os.environ["PATH"],
            "PYTHONPATH": f"{project_folder()}:{packages_folder()}",
            "ISCSI_CONSOLE_LAB": str(open_lab),
        },
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[:2] == ["0", "192.0.2.10:3260,1 iqn.2003-01.org.linux-iscsi.lab:t1"]
    assert "usage" in done.stdout
