"""SCSI devices removed from this host cleanly, and added again; the data stays on the storage."""

from typing import ClassVar

from tui.storage.host.interface import ChangingHost, Host
from tui.storage.iscsi.luns import LunName
from tui.storage.iscsi.sessions import uses_of_disk
from tui.storage.model.inventory import Inventory
from tui.storage.model.iscsi import Lun, Portal, Session
from tui.storage.operations.guards.in_use import in_use
from tui.storage.operations.operation import Operation, Progress, Risk
from tui.storage.probe.narrow import look_at_devices
from tui.storage.problem import CommandFailed, Problem, Refused
from tui.storage.untrusted import clean
from tui.storage.waiting import wait_for
from tui.words import translate as _

_GOING = 30.0
"""Seconds for a map or a disk to be gone after it was told to go, or to come after it was asked for."""


class RemoveDisk(Operation, frozen=True):
    """Remove one disk of a session from this host; the session and its other disks stay.

    Attributes:
        target: the session's target.
        portal: its portal.
        iface: its iface record.
        lun: the LUN.
        disk: the disk's kernel name when this was planned.
    """

    risk: ClassVar[Risk] = Risk.INTERRUPTS
    survives_reboot: ClassVar[bool] = False
    target: str
    portal: Portal
    iface: str
    lun: LunName
    disk: str

    def title(self) -> str:
        return _("Delete the SCSI device /dev/{disk}").format(disk=clean(self.disk, 40))

    def takes_away(self) -> str:
        return _("The disk /dev/{disk} is removed from this host.").format(disk=clean(self.disk, 40))

    def why(self) -> str:
        return _("The kernel removes the disk cleanly. The data stays on the storage.")

    def shown(self) -> tuple[str, ...]:
        return (f"echo 1 > {_delete_attribute(clean(self.disk, 40))}",)

    def is_done(self, host: Host) -> bool:
        return self._found(look_at_devices(host)) is None

    def check(self, host: Host) -> None:
        inventory = look_at_devices(host)
        found = self._found(inventory)
        if found is None:
            return
        if self.lun.wwid != found.wwid:
            raise Refused(
                Problem(
                    "identity.changed",
                    _("/dev/{disk} is not the disk that was chosen. Nothing was done to it.").format(
                        disk=clean(found.disk, 40)
                    ),
                    cause=_("The target now shows another LUN with this number."),
                    remedy=_("Check the disks again."),
                    evidence=(
                        _("chosen: {wwid}").format(wwid=clean(self.lun.wwid)),
                        _("now: {wwid}").format(wwid=clean(found.wwid)),
                    ),
                )
            )
        device = inventory.device(found.disk)
        uses = uses_of_disk(inventory, found.disk)
        if device is not None and device.holders and not uses:
            uses = device.holders
        if uses:
            raise Refused(in_use(f"/dev/{clean(found.disk, 40)}", uses))

    def takes(self, inventory: Inventory) -> tuple[str, ...]:
        found = self._found(inventory)
        return (found.disk,) if found is not None else ()

    def run(self, host: ChangingHost, progress: Progress) -> None:
        """The disk is the one that the LUN has now, whatever its name was."""
        found = self._found(look_at_devices(host))
        if found is None:
            return
        if found.disk != self.disk:
            progress(_("The disk is now named {disk}.").format(disk=clean(found.disk, 40)))
        host.write_attribute(_delete_attribute(found.disk), "1\n")
        wait_for(lambda: self.is_done(host), _GOING)

    def undo(self) -> tuple[Operation, ...]:
        return (FindDisk(self.target, self.portal, self.iface, self.lun),)

    def _found(self, inventory: Inventory) -> Lun | None:
        return _lun_in(inventory, self.target, self.portal, self.iface, self.lun)


class FindDisk(Operation, frozen=True):
    """Add a LUN again that was removed. The attributes are those of `RemoveDisk`."""

    survives_reboot: ClassVar[bool] = False
    target: str
    portal: Portal
    iface: str
    lun: LunName

    def title(self) -> str:
        return _("Add {lun} again").format(lun=self.lun.words)

    def why(self) -> str:
        return _("The kernel scans for this LUN only; other disks are not affected.")

    def shown(self) -> tuple[str, ...]:
        return (f'echo "0 0 {self.lun.number}" > /sys/class/scsi_host/hostN/scan',)

    def is_done(self, host: Host) -> bool:
        inventory = look_at_devices(host)
        found = _lun_in(inventory, self.target, self.portal, self.iface, self.lun)
        return found is not None and bool(found.disk) and found.wwid == self.lun.wwid

    def check(self, host: Host) -> None:
        if _session(look_at_devices(host), self.target, self.portal, self.iface) is None:
            raise Refused(
                Problem(
                    "disk.no-session",
                    _("There is no session to {target} at {portal}.").format(
                        target=clean(self.target), portal=clean(self.portal.label)
                    ),
                    remedy=_("Log in first."),
                )
            )

    def run(self, host: ChangingHost, progress: Progress) -> None:  # noqa: ARG002 (it is short)
        session = _session(look_at_devices(host), self.target, self.portal, self.iface)
        if session is None:
            return
        host.write_attribute(
            f"/sys/class/scsi_host/host{session.host_number}/scan", f"0 0 {self.lun.number}\n"
        )
        if not wait_for(lambda: self.is_done(host), _GOING):
            raise CommandFailed(
                Problem(
                    "disk.not-found",
                    _("The target does not show {lun} to this host.").format(lun=self.lun.words),
                    _("The storage administrator may have unmapped it or reassigned its number."),
                    _("Ask for it to be mapped, then retry."),
                )
            )

    def undo(self) -> tuple[Operation, ...]:
        return ()


def _delete_attribute(disk: str) -> str:
    return f"/sys/block/{disk}/device/delete"


def _session(inventory: Inventory, target: str, portal: Portal, iface: str) -> Session | None:
    return next(
        (
            session
            for session in inventory.sessions_of(target)
            if session.portal.is_same_place(portal) and session.iface == iface
        ),
        None,
    )


def _lun_in(inventory: Inventory, target: str, portal: Portal, iface: str, lun: LunName) -> Lun | None:
    """The LUN of that number in that session, whatever its identity is."""
    session = _session(inventory, target, portal, iface)
    if session is None:
        return None
    return next((path for path in inventory.luns_of(session.sid) if path.number == lun.number), None)
