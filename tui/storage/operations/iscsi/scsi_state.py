"""A disk that the kernel took offline, set back to running after its path was repaired."""

from typing import ClassVar

from tui.storage.host.interface import ChangingHost, Host
from tui.storage.iscsi.luns import LunName
from tui.storage.model.iscsi import DeviceState, Lun, SessionState
from tui.storage.operations.operation import CannotUndo, Operation, Progress, Risk
from tui.storage.probe.narrow import look_at_devices
from tui.storage.problem import Problem, Refused
from tui.storage.untrusted import clean
from tui.storage.waiting import wait_for
from tui.words import translate as _

_RUNNING = 15.0
"""Seconds for the kernel to take it up."""


class SetDiskRunning(Operation, frozen=True):
    """Set a disk back to running that the kernel's error handling took offline.

    The kernel takes the word only from the state `offline` (scsi_sysfs.c, store_state_field). A disk in
    `transport-offline` comes back with its session and in no other way.

    Attributes:
        lun: the LUN; every path to it that is offline is set running.
        disks: their kernel names when this was planned.
    """

    risk: ClassVar[Risk] = Risk.INTERRUPTS
    survives_reboot: ClassVar[bool] = False
    lun: LunName
    disks: tuple[str, ...]

    def title(self) -> str:
        return _("Set {lun} back to running").format(lun=self.lun.words)

    def why(self) -> str:
        return _(
            "The kernel set the disk offline after errors and rejects all I/O to it, although the session"
            " is logged in again. Nothing on the disk changes."
        )

    def shown(self) -> tuple[str, ...]:
        return tuple(f"echo running > {_attribute(clean(disk, 40))}" for disk in self.disks)

    def is_done(self, host: Host) -> bool:
        paths = self.lun.paths(look_at_devices(host))
        return bool(paths) and all(lun.state is DeviceState.RUNNING for lun in paths)

    def check(self, host: Host) -> None:
        inventory = look_at_devices(host)
        paths = self.lun.paths(inventory)
        if not paths:
            raise Refused(
                Problem(
                    "disk.gone",
                    _("No session shows {lun} now.").format(lun=self.lun.words),
                    remedy=_("Log in to its target first."),
                )
            )
        for lun in _stopped(paths):
            session = inventory.session(lun.sid)
            if session is None or session.state is not SessionState.LOGGED_IN:
                raise Refused(_not_logged_in(lun))
            if lun.state is not DeviceState.OFFLINE:
                raise Refused(
                    Problem(
                        "disk.only-login-helps",
                        _("/dev/{disk} is in the state {state}.").format(
                            disk=clean(lun.disk, 40), state=lun.state.value
                        ),
                        cause=_("The kernel does not allow this state to be changed by hand."),
                        remedy=_("The disk runs again once its session has logged in again."),
                    )
                )

    def run(self, host: ChangingHost, progress: Progress) -> None:
        for lun in _stopped(self.lun.paths(look_at_devices(host))):
            progress(_("{disk}: {state}").format(disk=clean(lun.disk, 40), state=lun.state.value))
            host.write_attribute(_attribute(lun.disk), "running\n")
        wait_for(lambda: self.is_done(host), _RUNNING)

    def undo(self) -> CannotUndo:
        return CannotUndo(_("There is no reason to set a running disk offline again."))


def _attribute(disk: str) -> str:
    return f"/sys/block/{disk}/device/state"


def _stopped(paths: tuple[Lun, ...]) -> tuple[Lun, ...]:
    return tuple(lun for lun in paths if lun.disk and lun.state is not DeviceState.RUNNING)


def _not_logged_in(lun: Lun) -> Problem:
    return Problem(
        "disk.session-down",
        _("The session {sid} of /dev/{disk} is not logged in.").format(sid=lun.sid, disk=clean(lun.disk, 40)),
        cause=_("I/O would fail or hang again at once."),
        remedy=_("Repair the network or the target first, and wait for the session."),
    )
