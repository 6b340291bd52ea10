"""Makes the files of a twin (records, multipath.conf, fstab, crypttab, units), and its mounts."""

import os
import re
from pathlib import Path

from tui.practice.rehearsal.array import SECRET, SECRET_IN
from tui.practice.rehearsal.building import Building, NotBuilt
from tui.practice.rehearsal.description import (
    CrypttabLine,
    File,
    Folder,
    FstabLine,
    Mount,
    MountUnit,
    Service,
)
from tui.practice.rehearsal.filesystems_made import KEY

_PLACES = ("/etc/iscsi/", "/var/lib/iscsi/", "/etc/multipath/", "/etc/lvm/devices/")
_FILES = ("/etc/multipath.conf",)
"""Where files of a host may be written."""

_MASKED = re.compile(r"(?m)^([^=\n#]*?(_in)?\s*=\s*)\*{8}\s*$")


def write_file(file: File) -> None:
    """Write a file, with the stand-ins for its secrets.

    Raises:
        NotBuilt: files are not written there.
    """
    if not file.path.startswith(_PLACES) and file.path not in _FILES:
        raise NotBuilt("the practice machine keeps its own file there")
    place = Path(file.path)
    place.parent.mkdir(parents=True, exist_ok=True)
    text = _MASKED.sub(lambda found: found[1] + (SECRET_IN if found[2] else SECRET), file.text)
    place.write_text(text, encoding="utf-8")
    place.chmod(file.mode)


def append_fstab(lines: tuple[FstabLine, ...]) -> None:
    """Add lines to fstab, below the practice machine's own."""
    with Path("/etc/fstab").open("a", encoding="utf-8") as file:
        for line in lines:
            words = (_escaped(line.spec), _escaped(line.mount_point), line.kind, ",".join(line.options))
            file.write(f"{' '.join(words)} {line.frequency} {line.pass_number}\n")


def append_crypttab(lines: tuple[CrypttabLine, ...]) -> None:
    """Add lines to crypttab; each key file has the stand-in key."""
    with Path("/etc/crypttab").open("a", encoding="utf-8") as file:
        for line in lines:
            words = (line.name, line.spec, line.key or "none", ",".join(line.options))
            file.write(" ".join(words).rstrip() + "\n")
            if line.key:
                key = Path(line.key)
                key.parent.mkdir(parents=True, exist_ok=True)
                key.write_text(KEY, encoding="ascii")
                key.chmod(0o600)


def _escaped(word: str) -> str:
    """A field of fstab(5): blanks are written in octal."""
    return word.replace("\\", "\\134").replace(" ", "\\040").replace("\t", "\\011")


def write_mount_unit(building: Building, unit: MountUnit) -> None:
    """Write a mount unit, and enable it where the host has.

    Raises:
        NotBuilt: systemd does not enable it.
    """
    lines = ["[Unit]", "[Mount]", f"What={_unit(unit.what)}", f"Where={_unit(unit.where)}"]
    lines += [f"Type={unit.kind}"] if unit.kind else []
    lines += [f"Options={_unit(','.join(unit.options))}"] if unit.options else []
    lines += ["[Install]", "WantedBy=remote-fs.target"]
    Path("/etc/systemd/system", unit.name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    building.run("systemctl", "daemon-reload")
    if unit.enabled:
        building.run("systemctl", "enable", "--quiet", unit.name)


def _unit(word: str) -> str:
    return word.replace("\\", "\\\\").replace("%", "%%")


def set_service(building: Building, service: Service) -> None:
    """Enable a service or not, as the host has it, and start it where it is active.

    Raises:
        NotBuilt: systemd does not know it.
    """
    building.run("systemctl", "enable" if service.enabled else "disable", "--quiet", service.unit)
    if service.active:
        building.run("systemctl", "start", service.unit)


def make_folder(folder: Folder) -> None:
    """Make a mount point, or the root of what is mounted there, as the host's is."""
    place = Path(folder.path)
    place.mkdir(parents=True, exist_ok=True)
    os.chown(place, folder.owner, folder.group)
    place.chmod(folder.mode)


def mount(building: Building, mounted: Mount) -> None:
    """Mount what is mounted on the host.

    Raises:
        NotBuilt: mount(8) refused.
    """
    Path(mounted.target).mkdir(parents=True, exist_ok=True)
    if mounted.folder != "/":
        _bind(building, mounted)
        return
    options = ("-o", ",".join(mounted.options)) if mounted.options else ()
    building.run("mount", "-t", mounted.kind, *options, building.path(mounted.place), mounted.target)


def _bind(building: Building, mounted: Mount) -> None:
    whole = next(
        (
            other
            for other in building.description.mounts
            if other.place == mounted.place and other.folder == "/"
        ),
        None,
    )
    if whole is None:
        raise NotBuilt("a part of a file system that is mounted nowhere else")
    source = Path(whole.target + mounted.folder)
    source.mkdir(parents=True, exist_ok=True)
    building.run("mount", "--bind", str(source), mounted.target)
