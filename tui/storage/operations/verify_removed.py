"""Verifying that what was disconnected is removed: no session, no disk, no map is left."""

from typing import ClassVar

from msgspec import Struct

from tui.storage.host.interface import ChangingHost, Host
from tui.storage.iscsi.luns import LunName
from tui.storage.model.inventory import Inventory
from tui.storage.model.iscsi import Portal
from tui.storage.operations.operation import Operation, Progress, Risk
from tui.storage.probe.narrow import look_at_devices
from tui.storage.problem import NotVerified, Problem
from tui.storage.untrusted import clean
from tui.storage.waiting import wait_for
from tui.words import enumerated, translate as _

_GOING = 15.0
"""Seconds for the kernel to finish."""


class SessionName(Struct, frozen=True):
    """One session, whatever its number is: target, portal, iface."""

    target: str
    portal: Portal
    iface: str = "default"


class VerifyRemoved(Operation, frozen=True):
    """Read the kernel and see that nothing is left.

    Attributes:
        sessions: that must not be there.
        luns: of which no disk and no map may be there.
        map_uuids: dm uuids that no map may have: of LVM's volumes and of multipath maps.
    """

    risk: ClassVar[Risk] = Risk.READS
    survives_reboot: ClassVar[bool] = False
    sessions: tuple[SessionName, ...] = ()
    luns: tuple[LunName, ...] = ()
    map_uuids: tuple[str, ...] = ()

    def title(self) -> str:
        return _("Verify that they are removed")

    def why(self) -> str:
        return _("A leftover map or disk would hang any process that opens it later.")

    def shown(self) -> tuple[str, ...]:
        return (_("read /sys/class/iscsi_session, /sys/class/block and /sys/block/dm-*/dm/uuid"),)

    def is_done(self, host: Host) -> bool:
        return not self._left(look_at_devices(host))

    def run(self, host: ChangingHost, progress: Progress) -> None:  # noqa: ARG002 (it only reads)
        wait_for(lambda: self.is_done(host), _GOING)

    def verify(self, host: Host) -> None:
        left = self._left(look_at_devices(host))
        if left:
            raise NotVerified(
                Problem(
                    "disconnect.left-behind",
                    _("Still there: {what}.").format(what=clean(enumerated(left[:4]))),
                    _("It came back in the meantime: by a rescan, multipathd, or another login."),
                    _("Check the console, then continue; steps already done are not run again."),
                    evidence=tuple(clean(name) for name in left[:12]),
                )
            )

    def undo(self) -> tuple[Operation, ...]:
        return ()

    def _left(self, inventory: Inventory) -> tuple[str, ...]:
        found: list[str] = []
        for name in self.sessions:
            found += [
                _("session {sid}").format(sid=session.sid)
                for session in inventory.sessions_of(name.target)
                if session.portal.is_same_place(name.portal) and session.iface == name.iface
            ]
        for lun in self.luns:
            found += [f"/dev/{path.disk}" for path in lun.paths(inventory) if path.disk]
        found += [
            device.path
            for device in inventory.devices
            if device.map_uuid and device.map_uuid in self.map_uuids
        ]
        return tuple(dict.fromkeys(found))
