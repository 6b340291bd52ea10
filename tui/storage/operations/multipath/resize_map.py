"""Letting a multipath map follow the size of its paths."""

from dataclasses import dataclass
from typing import ClassVar

from tui.storage.devices.identity import DeviceIdentity
from tui.storage.host.interface import ChangingHost, Host
from tui.storage.model.block import BlockKind
from tui.storage.operations.calls import as_typed, change
from tui.storage.operations.guards.growth_guard import grown_device, paths_of, shrunk_problem
from tui.storage.operations.operation import CannotUndo, Operation, Progress, Risk
from tui.storage.probe.narrow import device_behind, look_at_devices
from tui.storage.problem import Problem, Refused
from tui.storage.size import size_words
from tui.storage.untrusted import clean
from tui.storage.waiting import wait_for
from tui.words import translate as _

_DEADLINE = 20.0
"""Seconds for multipathd to load the larger table after it said it would."""


@dataclass(frozen=True, slots=True)
class ResizeMap(Operation):
    """Have multipathd give a map the size that all of its paths show (multipathd(8), `resize map`).

    Attributes:
        device: the map.
        name: its name, as multipathd knows it.
    """

    risk: ClassVar[Risk] = Risk.CONFIGURES
    survives_reboot: ClassVar[bool] = False

    device: DeviceIdentity
    name: str

    def title(self) -> str:
        """What it does."""
        return _("Let the map {name} follow its paths").format(name=clean(self.name, 60))

    def why(self) -> str:
        """Why it is needed."""
        return _(
            "The map keeps the size it was made with. It is reloaded with the new one while requests wait for"
            " a moment; nothing is lost."
        )

    def shown(self) -> tuple[str, ...]:
        """The command."""
        return (as_typed(self._argv),)

    @property
    def _argv(self) -> tuple[str, ...]:
        return ("multipathd", "resize", "map", self.name)

    def is_done(self, host: Host) -> bool:
        """Whether the map is as large as each of its paths."""
        inventory = look_at_devices(host)
        device = device_behind(host, inventory, self.device.path)
        if device is None or device.kind is not BlockKind.MULTIPATH:
            return False
        paths = paths_of(inventory, device)
        return bool(paths) and {lun.size for lun in paths} == {device.size}

    def check(self, host: Host, *, interrupted: bool = False) -> None:  # noqa: ARG002 (see Operation.check)
        """See that it is this map, that every path is up, and that all show one size, not a smaller one."""
        inventory = look_at_devices(host)
        device, paths = grown_device(host, self.device, inventory)
        if device.map_name != self.name or device.kind is not BlockKind.MULTIPATH:
            raise Refused(
                Problem(
                    "growth.no-map",
                    _("{path} is not the multipath map {name}.").format(
                        path=clean(self.device.path), name=clean(self.name, 60)
                    ),
                    remedy=_("Look at the stack again."),
                )
            )
        smallest = min(paths, key=lambda lun: lun.size)
        if smallest.size < device.size:
            raise Refused(
                shrunk_problem(f"/dev/{smallest.disk}", smallest.size, device.size, self.device.path)
            )
        if len({lun.size for lun in paths}) > 1:
            raise Refused(
                Problem(
                    "growth.paths-differ",
                    _("The paths do not show the same size: {sizes}.").format(
                        sizes=", ".join(
                            f"{lun.disk} {size_words(lun.size, *(path.size for path in paths))}"
                            for lun in paths
                        )
                    ),
                    cause=_("They were not all asked again, or a controller of the array lags behind."),
                    remedy=_("Ask every path for its size first."),
                )
            )

    def run(self, host: ChangingHost, progress: Progress) -> None:
        """Tell multipathd, and wait until the map has the size."""
        change(host, self._argv, self.title(), deadline=60.0, progress=progress)
        wait_for(lambda: self.is_done(host), _DEADLINE, pause=0.25)

    def undo(self) -> CannotUndo:
        """It cannot be taken back."""
        return CannotUndo(_("A map is as large as its LUN; it is not made smaller than that."))
