"""Prepare a machine for `make`: Debian packages that are missing, and `.venv` with the locked dependencies.

Runs with the system's Python and nothing but its standard library, asks nothing, says what it installs,
and leaves at once when there is nothing to do: `python3 bootstrap.py run|check|test|dist|bench`.
"""

import argparse
import fcntl
import hashlib
import importlib.util
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from tui.words import translate as _, translate_count

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
INSTALLED = VENV / "installed"
"""Holds the fingerprint of what was installed last; written only after everything went well."""

PROGRAM = VENV / "bin" / "iscsi-console"

PIP = (str(VENV / "bin" / "python"), "-m", "pip", "--disable-pip-version-check", "--no-input")

RUN_LOCK = ROOT / "requirements-run.lock"
TEST_LOCK = ROOT / "requirements.lock"

OLDEST_PYTHON = (3, 11)
LAB_PROCESSORS = ("x86_64",)
"""The processors that can run the lab (see `tui.lab.kernel.missing`); others need none of its packages."""

APT_OPTIONS = ("-o", "DPkg::Lock::Timeout=300", "-o", "Dpkg::Use-Pty=0")


class SetupError(Exception):
    """Setting up cannot go on; the message says what happened and what to do next."""


class Need(NamedTuple):
    """A Debian package, and the fact that shows whether this machine has what is in it."""

    package: str
    present: Callable[[], bool]


class Level(NamedTuple):
    """What one `make` target needs.

    Attributes:
        lock: the file with the locked Python dependencies.
        needs: the system packages.
        lab_optional: whether the target still has something to do on a machine that cannot run the lab.
    """

    lock: Path
    needs: tuple[Need, ...]
    lab_optional: bool = False


def program(package: str, name: str) -> Need:
    """A package that is needed for one program, searched for in an administrator's PATH."""
    path = os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/sbin", "/sbin"])
    return Need(package, lambda: shutil.which(name, path=path) is not None)


def _can_make_venv() -> bool:
    importlib.invalidate_caches()
    return (VENV / "bin" / "pip").exists() or importlib.util.find_spec("ensurepip") is not None


BASE = (Need("python3-venv", _can_make_venv),)
LAB = (
    program("mmdebstrap", "mmdebstrap"),
    program("patchelf", "patchelf"),
    program("e2fsprogs", "mkfs.ext4"),
    *(() if os.geteuid() == 0 else (program("uidmap", "newuidmap"),)),
)
TESTS = (program("tmux", "tmux"),)
PACKAGING = (program("rpm", "rpmbuild"),)
COMPARED = (program("open-iscsi", "iscsiadm"), program("htop", "htop"))
LEVELS = {
    "run": Level(RUN_LOCK, BASE + LAB, lab_optional=True),
    "check": Level(TEST_LOCK, BASE + TESTS),
    "test": Level(TEST_LOCK, BASE + TESTS + LAB),
    "dist": Level(TEST_LOCK, BASE + LAB + PACKAGING),
    "bench": Level(TEST_LOCK, BASE + LAB + COMPARED, lab_optional=True),
}


def say(sentence: str) -> None:
    """Show a sentence at once, in order with what the tools write."""
    print(sentence, flush=True)


def missing(needs: Iterable[Need]) -> list[str]:
    """The packages of `needs` that this machine still lacks."""
    return [need.package for need in needs if not need.present()]


def as_root(command: Sequence[str]) -> list[str] | None:
    """The command as root may run it, or None when this user cannot become root.

    Without a terminal sudo must not ask for a password: nobody would answer.
    """
    if os.geteuid() == 0:
        return list(command)
    if shutil.which("sudo") is None:
        return None
    return ["sudo", *([] if sys.stdin.isatty() else ["-n"]), *command]


def with_candidate(policy: str) -> set[str]:
    """The packages that apt could install, read from the output of `apt-cache policy` in the C locale."""
    found: set[str] = set()
    package = ""
    for line in policy.splitlines():
        if line and not line.startswith(" "):
            package = line.rstrip(":")
        elif line.strip().startswith("Candidate:") and not line.strip().endswith("(none)"):
            found.add(package)
    return found


def _candidates(packages: Sequence[str]) -> set[str]:
    reply = subprocess.run(
        ["apt-cache", "policy", *packages],
        env={**os.environ, "LC_ALL": "C"},
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    return with_candidate(reply.stdout)


def _apt_get(*arguments: str) -> bool:
    # Packages may bring services; systemctl starts none of them while it takes systemd for absent (systemd's
    # ENVIRONMENT.md).
    settings = ("DEBIAN_FRONTEND=noninteractive", "SYSTEMD_OFFLINE=1")
    command = as_root(["env", *settings, "apt-get", *APT_OPTIONS, *arguments])
    return command is not None and subprocess.run(command, check=False).returncode == 0


def install_packages(packages: Sequence[str]) -> None:
    """Install Debian packages; what could not be installed stays missing, with the reason shown."""
    names = " ".join(packages)
    if shutil.which("apt-get") is None:
        say(_("Missing: {names} (names as on Debian). This machine has no apt-get.").format(names=names))
        return
    if as_root([]) is None:
        say(_("Missing: {names}. As root, run: apt-get install {names}").format(names=names))
        return
    say(
        translate_count(
            "A Debian package is missing; installing it: {names}",
            "Debian packages are missing; installing them: {names}",
            len(packages),
        ).format(names=names)
    )
    updated = False
    available = _candidates(packages)
    if not available.issuperset(packages):
        updated = True
        _apt_get("update")
        available = _candidates(packages)
    wanted = [package for package in packages if package in available]
    install = ("install", "--yes", "--no-install-recommends", *wanted)
    if wanted and not _apt_get(*install) and not updated and _apt_get("update"):
        # Package lists that are older than the archive name files that are no longer there.
        _apt_get(*install)


def prepare_system(level: Level) -> None:
    """Install the packages a level lacks.

    Raises:
        SetupError: something is still missing without which the level cannot work.
    """
    wanted = level.needs
    if level.lab_optional and platform.machine() not in LAB_PROCESSORS:
        wanted = tuple(need for need in level.needs if need not in LAB)
    lacking = missing(wanted)
    if lacking:
        install_packages(lacking)
        still = missing(wanted)
        if missing(BASE if level.lab_optional else wanted):
            raise SetupError(
                _("Still missing: {names}. Install them as root, then run make again.").format(
                    names=" ".join(still)
                )
            )


def fingerprint(lock: Path) -> str:
    """What an installation depends on: Python's version, this directory, project file and lock file."""
    content = hashlib.sha256()
    for part in (
        f"{sys.version_info.major}.{sys.version_info.minor}".encode(),
        os.fsencode(ROOT),
        (ROOT / "pyproject.toml").read_bytes(),
        lock.read_bytes(),
    ):
        content.update(hashlib.sha256(part).digest())
    return content.hexdigest()


def installed(lock: Path) -> bool:
    """Whether `.venv` already holds everything in `lock`; the test lock contains all of the run lock."""
    if not (VENV / "bin" / "iscsi-console").exists() or not INSTALLED.exists():
        return False
    return INSTALLED.read_text().strip() in {fingerprint(lock), fingerprint(TEST_LOCK)}


def _venv_usable() -> bool:
    """Whether `.venv` was made here, with this Python; a moved or upgraded one has to be made again."""
    pip = VENV / "bin" / "pip"
    try:
        # Where the path has a blank the first line names a shell, and the third one Python.
        start = pip.read_text()[:1000]
        version = (VENV / "pyvenv.cfg").read_text()
    except OSError:
        return False
    return f"{VENV}/bin/" in start and f"version = {platform.python_version().rpartition('.')[0]}." in version


def _run(command: Sequence[str], label: str, failure: str) -> None:
    """Run a step of the installation: on a terminal with the seconds it takes, its output only if it fails.

    Raises:
        SetupError: with `failure`, when the command fails.
    """
    on_terminal = sys.stdout.isatty()
    began = time.monotonic()
    with tempfile.TemporaryFile("w+") as output:
        say(label)
        child = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=output, stderr=output)
        while True:
            try:
                status = child.wait(timeout=0.5)
                break
            except subprocess.TimeoutExpired:
                if on_terminal:
                    print(f"\r  {time.monotonic() - began:.0f} s", end="", flush=True)
        if on_terminal:
            print("\r\033[K", end="", flush=True)
        if status != 0:
            output.seek(0)
            sys.stderr.write(output.read())
            raise SetupError(failure)


def install_python(lock: Path) -> None:
    """Make `.venv` and install the dependencies of `lock`, each checked against its hash, and the project.

    Raises:
        SetupError: `.venv` could not be made, or pip failed.
    """
    began = time.monotonic()
    INSTALLED.unlink(missing_ok=True)
    if not _venv_usable():
        _run(
            [sys.executable, "-m", "venv", "--clear", str(VENV)],
            _("Creating the Python environment in .venv"),
            _("Python could not create .venv; its message is above. Fix the cause, then run make again."),
        )
    _run(
        # The lock names every dependency already, so pip need not work them out again.
        [*PIP, "install", "--no-deps", "--require-hashes", "--requirement", str(lock)],
        _("Installing the Python packages of {lock}").format(lock=lock.name),
        _pip_failed(),
    )
    _run(
        [*PIP, "install", "--no-deps", "--no-build-isolation", "--editable", str(ROOT)],
        _("Installing iscsi-console"),
        _pip_failed(),
    )
    isolate(PROGRAM)
    if lock == TEST_LOCK:
        install_for_guests(lock)
    INSTALLED.write_text(fingerprint(lock) + "\n")
    say(_("The Python environment is ready after {seconds:.0f} s.").format(seconds=time.monotonic() - began))


def _pip_failed() -> str:
    return _("pip failed; its message is above. Check that this machine can reach its Python package index.")


def install_for_guests(lock: Path) -> None:
    """Lay the compiled part of msgspec for the oldest guest's Python beside that of this Python.

    A guest borrows this environment; Debian has no package of msgspec for the oldest release that is tested.

    Raises:
        SetupError: pip failed.
    """
    if sys.version_info[:2] == OLDEST_PYTHON or platform.machine() not in LAB_PROCESSORS:
        return
    version = "{}.{}".format(*OLDEST_PYTHON)
    with tempfile.TemporaryDirectory() as folder:
        needed = Path(folder) / "needed"
        needed.write_text(locked(lock, "msgspec"), encoding="utf-8")
        pip = (
            str(VENV / "bin" / "python"),
            "-m",
            "pip",
            "--disable-pip-version-check",
            "--no-input",
            "download",
        )
        kind = ("--only-binary=:all:", f"--python-version={version}", "--implementation=cp")
        _run(
            [*pip, *kind, "--no-deps", "--require-hashes", f"--dest={folder}", f"--requirement={needed}"],
            _("Fetching msgspec for practice machines with Python {version}").format(version=version),
            _pip_failed(),
        )
        (packages,) = VENV.glob("lib/python3.*/site-packages")
        for wheel in Path(folder).glob("*.whl"):
            with zipfile.ZipFile(wheel) as archive:
                archive.extractall(packages, [name for name in archive.namelist() if name.endswith(".so")])


def locked(lock: Path, package: str) -> str:
    """The lines of a lock file that are about one package: its version and hashes."""
    lines = lock.read_text(encoding="utf-8").splitlines(keepends=True)
    start = next(number for number, line in enumerate(lines) if line.startswith(f"{package}=="))
    end = next(
        (number for number, line in enumerate(lines[start + 1 :], start + 1) if not line.startswith(" ")),
        len(lines),
    )
    return "".join(lines[start:end])


def isolate(program: Path) -> None:
    """Have a script that pip installed start Python isolated from its caller, and in UTF-8 mode (python(1)).

    Neither PYTHONPATH and its like nor the current directory then decide what code root runs.
    """
    text = program.read_text(encoding="utf-8")
    first, rest = text.split("\n", 1)
    if first.endswith("/sh"):
        # Where the path has a blank pip writes: exec "PYTHON" "$0" "$@".
        text = text.replace('" "$0"', '" -IXutf8 "$0"', 1)
    else:
        text = f"{first.split(' ')[0]} -IXutf8\n{rest}"
    program.write_text(text, encoding="utf-8")


def prepare(level: Level) -> None:
    """Bring the machine to a level; does nothing where that is already so.

    Raises:
        SetupError: a person has to do something first.
    """
    if sys.version_info < OLDEST_PYTHON:
        raise SetupError(
            _(
                "This is Python {found}; version {oldest} or newer is required. Choose one: make PYTHON=…"
            ).format(found=platform.python_version(), oldest=".".join(map(str, OLDEST_PYTHON)))
        )
    with Path(__file__).open() as lock:
        # Two makes at once would install over each other.
        fcntl.flock(lock, fcntl.LOCK_EX)
        prepare_system(level)
        if not installed(level.lock):
            install_python(level.lock)


def main() -> int:
    """Prepare for the level named on the command line and return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("level", choices=LEVELS)
    chosen: str = parser.parse_args().level
    try:
        prepare(LEVELS[chosen])
    except SetupError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
