"""Stand-ins for services and processes: they hold what those of the host hold, and do nothing else."""

import subprocess
from collections.abc import Sequence
from pathlib import Path

from tui.practice.rehearsal.building import FOLDER, Building, NotBuilt
from tui.practice.rehearsal.description import Holder, KernelHolder
from tui.storage.model.users import Hold as How, KernelHold

UNITS = Path("/etc/systemd/system")
_OPENED = (How.OPEN_FILE, How.MAPPED_FILE, How.SOCKET)
_FOLDERS = (How.CURRENT_FOLDER,)


def stand_in(building: Building, holder: Holder) -> None:
    """Have something hold what a process holds: a service of that name, or a process in its scope.

    Raises:
        NotBuilt: systemd did not start it.
    """
    opened = [_file(one.path) for one in holder.holds if one.how in _OPENED]
    folders = [one.path for one in holder.holds if one.how in _FOLDERS]
    if not opened and not folders:
        raise NotBuilt("it holds in a way that has no stand-in")
    command = (_program(holder.command), "--follow", "--lines=0", *opened) if opened else None
    command = command or (_program(holder.command, "sleep"), "infinity")
    if holder.unit.endswith(".service"):
        _serve(building, holder.unit, command, folders)
    else:
        _run_in_scope(building, holder, command, folders)


def _file(path: str) -> str:
    """What is opened, made when missing."""
    place = Path(path.removesuffix(" (deleted)"))
    place.parent.mkdir(parents=True, exist_ok=True)
    place.touch()
    return str(place)


def _program(name: str, real: str = "tail") -> str:
    """A program of that name: the kernel shows it as that of the process."""
    folder = FOLDER / real
    folder.mkdir(exist_ok=True)
    link = folder / name
    if not link.is_symlink():
        link.symlink_to(f"/usr/bin/{real}")
    return str(link)


def _serve(building: Building, unit: str, command: Sequence[str], folders: Sequence[str]) -> None:
    file = UNITS / unit
    if file.exists() or Path("/lib/systemd/system", unit).exists():
        raise NotBuilt(f"{unit} is a service of the practice machine itself")
    words = " ".join(_quoted(word) for word in command)
    where = f"WorkingDirectory={_escaped(folders[0])}\n" if folders else ""
    file.write_text(
        f"[Unit]\nDescription=Stand-in for {unit.replace('%', '%%')}\n"
        f"[Service]\nExecStart={words}\n{where}"
        "[Install]\nWantedBy=multi-user.target\n",
        encoding="utf-8",
    )
    building.run("systemctl", "daemon-reload")
    building.run("systemctl", "enable", "--quiet", "--now", unit)


def _run_in_scope(building: Building, holder: Holder, command: Sequence[str], folders: Sequence[str]) -> None:
    """Start it in a scope, which systemd-run(1) does not leave before it ends."""
    unit = holder.unit or f"twin-{holder.command}.scope"
    if not unit.endswith(".scope"):
        raise NotBuilt(f"{unit} has no stand-in")
    subprocess.Popen(
        ("systemd-run", "--quiet", "--scope", f"--unit={unit}", *command),
        cwd=folders[0] if folders else "/",
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    building.wait_for(lambda: building.succeeds("systemctl", "--quiet", "is-active", unit), unit)


def hold_in_kernel(building: Building, holder: KernelHolder) -> None:
    """Have the kernel hold a file, as it does on the host; loop devices only.

    Raises:
        NotBuilt: it cannot be held here.
    """
    if holder.how != KernelHold.LOOP:
        raise NotBuilt("what holds it has no stand-in")
    file = Path(holder.name)
    if not file.exists():
        with file.open("wb") as made:
            made.truncate(2**20)
    building.run("losetup", "--find", str(file))


def _quoted(word: str) -> str:
    return f'"{_escaped(word)}"'


def _escaped(word: str) -> str:
    """A word of a unit file (systemd.service(5)): %, $ and backslash mean something there."""
    return word.replace("\\", "\\\\").replace("%", "%%").replace("$", "$$").replace('"', '\\"')
