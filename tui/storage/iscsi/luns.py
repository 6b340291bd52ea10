"""Naming a LUN so that it is found again after a login, a reboot, and under another disk name."""

from msgspec import Struct

from tui.storage.model.inventory import Inventory
from tui.storage.model.iscsi import Lun
from tui.storage.untrusted import clean
from tui.words import translate as _


class LunName(Struct, frozen=True):
    """One LUN, whatever the disks are called by which it is reached.

    Attributes:
        target: the target's name.
        number: the LUN.
        wwid: its identity, or empty where the target gives none; then target and number must do.
    """

    target: str
    number: int
    wwid: str = ""

    @property
    def words(self) -> str:
        """What people call it."""
        return _("LUN {number} of {target}").format(number=self.number, target=clean(self.target, 120))

    def paths(self, inventory: Inventory) -> tuple[Lun, ...]:
        """The ways by which this host reaches it now, by their SCSI address."""
        found = [lun for lun in inventory.luns if self.is_reached_by(lun, inventory)]
        return tuple(sorted(found, key=lambda lun: lun.address))

    def is_reached_by(self, lun: Lun, inventory: Inventory) -> bool:
        """Whether a LUN of some session is this one."""
        if self.wwid:
            return lun.wwid == self.wwid
        session = inventory.session(lun.sid)
        return session is not None and (session.target, lun.number) == (self.target, self.number)


def name_of(lun: Lun, inventory: Inventory) -> LunName:
    """The lasting name of a LUN of some session."""
    session = inventory.session(lun.sid)
    return LunName(session.target if session is not None else "", lun.number, lun.wwid)
