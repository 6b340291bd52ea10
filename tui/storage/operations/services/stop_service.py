"""Stopping a service that uses a file system or a disk."""

from typing import ClassVar

from tui.storage.files.systemd import do, systemctl, unit_property
from tui.storage.host.interface import ChangingHost, Host
from tui.storage.operations.operation import CannotUndo, Operation, Progress, Risk
from tui.storage.operations.services.prerequisites import StartService
from tui.storage.probe.holders.cgroup import parse_cgroup
from tui.storage.probe.reading import text
from tui.storage.problem import Problem, Refused
from tui.storage.untrusted import clean
from tui.words import translate as _

_STOPPED = {"inactive", "failed", ""}
"""ActiveState of a unit that does nothing (systemctl(1)); empty where systemd knows no such unit."""

_STORAGE = {
    "blk-availability.service",
    "iscsi.service",
    "iscsid.service",
    "lvm2-monitor.service",
    "multipathd.service",
    "open-iscsi.service",
}
_SYSTEM = ("dbus", "init.scope", "systemd-", "user@")


def may_be_stopped(unit: str) -> bool:
    """Whether a unit is a service that can be spared: no part of the system and none of storage itself.

    Stopping the login service would unmount and log out of everything; stopping systemd's own or D-Bus
    takes the machine down.
    """
    if unit in _STORAGE:
        return False
    return unit.endswith((".service", ".automount")) and not unit.startswith(_SYSTEM)


class StopService(Operation, frozen=True):
    """Stop a unit, and before it those that would start it again when somebody asks for it.

    Attributes:
        unit: the unit.
        triggers: sockets, paths and timers that start it (TriggeredBy of systemd.unit(5)) and are active.
        is_transient: no file defines it (systemd-run(1)): once stopped it is gone.
    """

    risk: ClassVar[Risk] = Risk.INTERRUPTS
    only_stops: ClassVar[bool] = True
    frees_devices: ClassVar[bool] = True
    survives_reboot: ClassVar[bool] = False
    unit: str
    triggers: tuple[str, ...] = ()
    is_transient: bool = False

    def title(self) -> str:
        return _("Stop {unit}").format(unit=clean(self.unit, 120))

    def takes_away(self) -> str:
        return _("{unit} is stopped.").format(unit=clean(self.unit, 120))

    def why(self) -> str:
        if self.is_transient:
            return _(
                "It has files open there. It is a transient unit (systemd-run): once stopped it cannot be"
                " started again with systemctl."
            )
        return _("It has files open there. It shuts down cleanly, and is started again when you reconnect.")

    def shown(self) -> tuple[str, ...]:
        return tuple(systemctl("stop", unit).shown for unit in (*self.triggers, self.unit))

    def is_done(self, host: Host) -> bool:
        return all(
            unit_property(host, unit, "ActiveState") in _STOPPED for unit in (self.unit, *self.triggers)
        )

    def check(self, host: Host) -> None:
        own, _container = parse_cgroup(text(host, "/proc/self/cgroup"))
        if own == self.unit or not may_be_stopped(self.unit):
            raise Refused(
                Problem(
                    "service.not-to-be-stopped",
                    _("iscsi-console does not stop {unit}.").format(unit=clean(self.unit, 120)),
                    _("iscsi-console runs in it.")
                    if own == self.unit
                    else _("The system or other storage depends on it."),
                    _("Find out what it uses, and have it close that in its own way."),
                )
            )

    def run(self, host: ChangingHost, progress: Progress) -> None:  # noqa: ARG002 (systemctl says nothing)
        for unit in (*self.triggers, self.unit):
            do(host, systemctl("stop", unit), unit)

    def undo(self) -> tuple[Operation, ...] | CannotUndo:
        if self.is_transient:
            return CannotUndo(
                _("No file defines {unit}: run again what started it.").format(unit=clean(self.unit, 120))
            )
        return tuple(StartService(unit) for unit in (self.unit, *self.triggers))
