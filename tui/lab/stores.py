"""The files behind the LUNs: sparse, on the guest's own disk, so that they survive the guest's reboot."""

import uuid
from pathlib import Path

from tui.lab.san import Lun, Target

FOLDER = Path("/var/lib/lab-san")


def plain(name: str) -> str:
    """A target's name as one part of a file name."""
    return name.replace(":", "_").replace("/", "_")


def backing_file(target: Target, lun: Lun) -> Path:
    """The file that holds a LUN's data, made when missing."""
    file = FOLDER / f"{plain(target.name)}-lun{lun.number}"
    if not file.exists():
        FOLDER.mkdir(exist_ok=True)
        with file.open("wb") as created:
            created.truncate(lun.size)
    return file


def recreate(target: Target, lun: Lun) -> None:
    """Replace a LUN's file by an empty one, which is another disk: its serial number changes."""
    file = backing_file(target, lun)
    generation = _generation_file(file)
    generation.write_text(str(_generation(file) + 1))
    file.unlink()
    backing_file(target, lun)


def serial(target: Target, lun: Lun) -> str:
    """A LUN's unit serial number, the same after a reboot of the array; the WWID is made of it."""
    generation = _generation(backing_file(target, lun))
    return str(uuid.uuid5(uuid.NAMESPACE_OID, f"{target.name} {lun.number} {generation}"))


def _generation_file(file: Path) -> Path:
    return file.with_name(f"{file.name}.generation")


def _generation(file: Path) -> int:
    record = _generation_file(file)
    return int(record.read_text()) if record.exists() else 0
