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
from msgspec import Struct

from tests.waiting import AT_MOST
from tui.lab.image import Release, build
from tui.lab.kept import forget
from tui.lab.kernel import known
from tui.lab.places import Places, packages_folder, project_folder

pytestmark = pytest.mark.lab

LAB = (sys.executable, "-m", "tui", "lab")


def call(words: Sequence[str], *, typed: bytes = b"") -> "subprocess.CompletedProcess[bytes]":
    return subprocess.run(
        (*LAB, *words), input=typed, capture_output=True, timeout=AT_MOST, cwd=project_folder(), check=False
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
        assert select.select([terminal], [], [], AT_MOST)[0], shown
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
        assert program.wait(AT_MOST) == 6
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


class ForEveryone(Struct, frozen=True):
    """What everyone may read and nobody else may write, wherever the originals lie and whatever the umask is.

    Attributes:
        lab: the folder of a lab with one image.
        project: this project.
        packages: the Python packages beside it.
    """

    lab: Path
    project: Path
    packages: Path


@pytest.fixture
def for_everyone() -> Iterator[ForEveryone]:
    """Copies, as root's own home is closed to others, and so is what it made with a umask of 077."""
    places = Places.of_environment()
    image = build(Release.BOOKWORM, places, lambda _said: None)
    kernel = known(places.root)
    assert kernel is not None
    # usr/bin/linux.uml below the folder of the kernel.
    kernels = kernel.program.parents[2]
    # A folder for temporary files may be its owner's alone (pam_tmpdir), this one is not.
    folder = Path(tempfile.mkdtemp(prefix="lab-for-everyone-", dir="/var/tmp"))
    there = ForEveryone(folder / "lab", folder / "project", folder / "packages")
    try:
        for part in (image.folder, kernels):
            copy(part, there.lab / part.relative_to(places.root))
        for package in ("tui", "widgets"):
            copy(project_folder() / package, there.project / package)
        copy(packages_folder(), there.packages)
        subprocess.run(("chmod", "-R", "a+rX,go-w", folder), check=True)
        yield there
    finally:
        shutil.rmtree(folder)


def copy(source: Path, target: Path) -> None:
    """Copy a folder; the disk in it stays sparse."""
    target.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run(
        ("cp", "--recursive", "--sparse=always", "--preserve=mode", "--", source, target), check=True
    )


@pytest.mark.skipif(os.geteuid() != 0, reason="everything here runs without root already")
def test_a_guest_needs_no_right_at_all(for_everyone: ForEveryone) -> None:
    done = subprocess.run(
        (
            *("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--no-new-privs"),
            *("/usr/bin/python3", "-m", "tui", "lab", "exec", "--"),
            *("sh", "-c", "id -u; iscsiadm -m discovery -t st -p 192.0.2.10; iscsi-console --help | head -1"),
        ),
        cwd=for_everyone.project,
        env={
            "PATH": os.environ["PATH"],
            "PYTHONPATH": f"{for_everyone.project}:{for_everyone.packages}",
            "ISCSI_CONSOLE_LAB": str(for_everyone.lab),
        },
        capture_output=True,
        text=True,
        timeout=AT_MOST,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[:2] == ["0", "192.0.2.10:3260,1 iqn.2003-01.org.linux-iscsi.lab:t1"]
    assert "usage" in done.stdout
