"""Writing data in memory to the disks: sync(1) of a file system, flush of a disk."""

from typing import ClassVar

from tui.storage.host.interface import ChangingHost, Host
from tui.storage.iscsi.luns import LunName
from tui.storage.model.inventory import Inventory
from tui.storage.operations.calls import change
from tui.storage.operations.command import CommandOperation
from tui.storage.operations.guards.mounted import mount_at
from tui.storage.operations.mounts.mount import MOUNTING
from tui.storage.operations.operation import Operation, Progress, Risk
from tui.storage.probe.narrow import look_at_devices
from tui.storage.problem import Problem, Refused
from tui.storage.untrusted import as_typed, clean
from tui.words import enumerated, translate as _


class SyncFilesystem(CommandOperation, frozen=True):
    """Write everything of one file system that is still in memory onto its disk (syncfs(2))."""

    deadline: ClassVar[float] = MOUNTING
    risk: ClassVar[Risk] = Risk.READS
    only_stops: ClassVar[bool] = True
    survives_reboot: ClassVar[bool] = False
    mount_point: str

    def title(self) -> str:
        return _("Sync {path}").format(path=clean(self.mount_point, 80))

    def why(self) -> str:
        return _("Unmounting syncs too; doing it first keeps the unmount short.")

    @property
    def argv(self) -> tuple[str, ...]:
        return ("sync", "--file-system", self.mount_point)

    def is_done(self, host: Host) -> bool:
        return mount_at(host, host.resolve(self.mount_point)) is None

    def verify(self, host: Host) -> None:
        """The exit status is all there is."""

    def undo(self) -> tuple[Operation, ...]:
        return ()


class FlushDisk(Operation, frozen=True):
    """Flush the buffers of a disk (blockdev(8)): of its map first, then of every path.

    Attributes:
        lun: the LUN.
        paths: names of its map and disks when this was planned.
    """

    risk: ClassVar[Risk] = Risk.READS
    only_stops: ClassVar[bool] = True
    survives_reboot: ClassVar[bool] = False
    lun: LunName
    paths: tuple[str, ...]

    def title(self) -> str:
        return _("Flush {lun}").format(lun=self.lun.words)

    def why(self) -> str:
        return _("Everything written to the disk must reach it before it is removed.")

    def shown(self) -> tuple[str, ...]:
        return tuple(as_typed(_flush(path)) for path in self.paths)

    def is_done(self, host: Host) -> bool:
        return not names_of(look_at_devices(host), self.lun)

    def check(self, host: Host) -> None:
        """Every one of its disks responds: flushing one that does not would hang."""
        inventory = look_at_devices(host)
        silent = [lun.disk for lun in self.lun.paths(inventory) if lun.disk and not lun.state.answers]
        if silent:
            raise Refused(_silent(self.lun, silent))

    def run(self, host: ChangingHost, progress: Progress) -> None:
        for path in names_of(look_at_devices(host), self.lun):
            change(host, _flush(path), self.title(), deadline=MOUNTING, progress=progress)

    def verify(self, host: Host) -> None:
        """The exit status is all there is."""

    def undo(self) -> tuple[Operation, ...]:
        return ()


def _flush(path: str) -> tuple[str, ...]:
    return ("blockdev", "--flushbufs", path)


def names_of(inventory: Inventory, lun: LunName) -> tuple[str, ...]:
    """The map over a LUN and its disks now, as paths, the map first."""
    found: dict[str, None] = {}
    disks = [path.disk for path in lun.paths(inventory) if path.disk]
    for disk in disks:
        joined = inventory.map_over(disk)
        if joined is not None:
            found[f"/dev/mapper/{joined.name}"] = None
    return (*found, *(f"/dev/{disk}" for disk in disks))


def _silent(lun: LunName, disks: list[str]) -> Problem:
    return Problem(
        "disk.silent",
        _("{lun} does not respond now ({disks}).").format(lun=lun.words, disks=enumerated(disks)),
        _("Its session is lost. Data still in memory could not be written to it."),
        _("Wait until the session is back, or repair it, then continue."),
    )
