"""Resizing a multipath map to the size of its paths."""

from typing import ClassVar

from tui.storage.devices.identity import DeviceIdentity
from tui.storage.host.interface import ChangingHost, Host
from tui.storage.model.block import BlockKind
from tui.storage.operations.command import CommandOperation
from tui.storage.operations.guards.growth_guard import grown_device, paths_differ, paths_of, shrunk_problem
from tui.storage.operations.multipath.map_daemon import ask_multipathd
from tui.storage.operations.operation import CannotUndo, Progress
from tui.storage.probe.narrow import device_behind, look_at_devices
from tui.storage.problem import Problem, Refused
from tui.storage.untrusted import clean
from tui.words import translate as _


class ResizeMap(CommandOperation, frozen=True):
    """Have multipathd give a map the size that all of its paths show (multipathd(8), `resize map`).

    Attributes:
        device: the map.
        name: its name, as multipathd knows it.
    """

    deadline: ClassVar[float] = 60.0
    survives_reboot: ClassVar[bool] = False

    device: DeviceIdentity
    name: str

    def title(self) -> str:
        return _("Resize the multipath map {name}").format(name=clean(self.name, 60))

    def why(self) -> str:
        return _(
            "The map keeps the size it was created with. It is reloaded with the new size while I/O is"
            " queued for a moment; nothing is lost."
        )

    @property
    def argv(self) -> tuple[str, ...]:
        return ("multipathd", "resize", "map", self.name)

    def is_done(self, host: Host) -> bool:
        inventory = look_at_devices(host)
        device = device_behind(host, inventory, self.device.path)
        if device is None or device.kind is not BlockKind.MULTIPATH:
            return False
        paths = paths_of(inventory, device)
        return bool(paths) and {lun.size for lun in paths} == {device.size}

    def check(self, host: Host) -> None:
        inventory = look_at_devices(host)
        device, paths = grown_device(host, self.device, inventory)
        if device.map_name != self.name or device.kind is not BlockKind.MULTIPATH:
            raise Refused(
                Problem(
                    "growth.no-map",
                    _("{path} is not the multipath map {name}.").format(
                        path=clean(self.device.path), name=clean(self.name, 60)
                    ),
                    remedy=_("Check the stack again."),
                )
            )
        smallest = min(paths, key=lambda lun: lun.size)
        if smallest.size < device.size:
            raise Refused(
                shrunk_problem(f"/dev/{smallest.disk}", smallest.size, device.size, self.device.path)
            )
        if len({lun.size for lun in paths}) > 1:
            raise Refused(
                paths_differ(
                    paths,
                    _("Not every path was rescanned, or an array controller lags behind."),
                    _("Rescan every path first."),
                )
            )

    def run(self, host: ChangingHost, progress: Progress) -> None:
        ask_multipathd(host, self.argv, self.title(), lambda: self.is_done(host), progress)

    def undo(self) -> CannotUndo:
        return CannotUndo(_("A map has the size of its LUN; it is not shrunk below that."))
