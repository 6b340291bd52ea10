"""What the cursor is on, and what the host has there: what the keys of the console ask."""

from typing import TYPE_CHECKING

from msgspec import Struct

from tui.maintenance.dependents import Subject as Part, subject_of, subject_of_target
from tui.maintenance.growth_targets import Subject as Grows, subjects_of
from tui.maintenance.records import why_no_deletion
from tui.maintenance.sessions import record_of, why_no_login, why_no_logout
from tui.storage.model.inventory import Inventory
from tui.storage.model.iscsi import NodeRecord, Session, SessionState
from tui.storage.model.lvm import VolumeGroup
from tui.storage.stacks.iscsi_rungs import portal_key, record_key
from tui.storage.stacks.rung import Rung, RungKind
from tui.storage.stacks.stack import Stack
from tui.words import translate as _

if TYPE_CHECKING:
    from tui.recovery.diagnosis import Diagnosis

Subject = Rung | Stack | None
"""What the cursor is on: a rung, the heading of a stack, or nothing on a host without storage."""


class Here(Struct, frozen=True):
    """What the cursor is on, on the host as it was read last, and what it was diagnosed with, if it was."""

    subject: Subject
    inventory: Inventory
    diagnosis: "Diagnosis | None" = None

    @property
    def part(self) -> Part | None:
        """What can be disconnected: a rung, or the only target of a stack that has sessions."""
        if isinstance(self.subject, Rung):
            return subject_of(self.subject, self.inventory)
        targets = self.subject.targets if self.subject else ()
        connected = [target for target in targets if self.inventory.sessions_of(target)]
        return subject_of_target(connected[0]) if len(connected) == 1 else None

    @property
    def session(self) -> Session | None:
        """The session that a portal, session or LUN belongs to, where there is exactly one."""
        rung = self._rung(RungKind.PORTAL, RungKind.SESSION, RungKind.LUN)
        if rung is None:
            return None
        if rung.sid is not None:
            return self.inventory.session(rung.sid)
        if rung.kind is not RungKind.PORTAL:
            return None
        sessions = self.inventory.sessions_of(rung.target)
        keys = {rung.key, *rung.also}
        through = [session for session in sessions if portal_key(session.target, session.portal) in keys]
        return through[0] if len(through) == 1 else None

    @property
    def records(self) -> tuple[NodeRecord, ...]:
        """The node records of a portal or session, one for each iface."""
        rung = self._rung(RungKind.PORTAL, RungKind.SESSION)
        if rung is None:
            return ()
        if self.session is not None:
            own = record_of(self.inventory, self.session)
            return () if own is None else (own,)
        keys = {rung.key, *rung.also}
        return tuple(
            record
            for record in self.inventory.node_records
            if record.target == rung.target and keys & {record_key(record), _session_key(record)}
        )

    @property
    def growing(self) -> tuple[Grows, ...]:
        """What can grow here: volumes, and file systems without LVM."""
        if isinstance(self.subject, Rung):
            return subjects_of(self.inventory, self.subject)
        rungs = self.subject.rungs if self.subject else ()
        whole = (rung for rung in rungs if rung.kind in {RungKind.LUN, RungKind.VOLUME_GROUP})
        return tuple(dict.fromkeys(grows for rung in whole for grows in subjects_of(self.inventory, rung)))

    @property
    def groups(self) -> tuple[VolumeGroup, ...]:
        """The volume groups here that LVM has reported."""
        found = {(grows.group, grows.group_uuid) for grows in self.growing if grows.group}
        return tuple(
            group
            for group in self.inventory.volume_groups
            if found & {(group.name, group.uuid), (group.name, "")} and group.extent_size
        )

    @property
    def why_no_login(self) -> str:
        """Why no session can be logged in or out here; empty when it can."""
        if self.session is not None:
            return why_no_logout(self.session, self.inventory)
        return why_no_login(self.records[0], self.inventory)

    @property
    def why_no_scan(self) -> str:
        """Why the session cannot be scanned for LUNs; empty when it can."""
        logged_in = self.session is not None and self.session.state is SessionState.LOGGED_IN
        return "" if logged_in else _("the session is not logged in")

    @property
    def why_no_deletion(self) -> str:
        """Why the node records cannot be deleted; empty when they can."""
        reasons = (why_no_deletion(record, self.inventory) for record in self.records)
        return next(filter(None, reasons), "")

    @property
    def why_no_growth(self) -> str:
        """Why nothing can grow here; empty when something can."""
        return "" if self.growing else _("there is no volume and no file system here")

    @property
    def why_no_volumes(self) -> str:
        """Why no volume can be created or changed here; empty when one can."""
        groups = self.groups
        if len(groups) == 1:
            return ""
        if groups:
            return _("there are several volume groups here; go to one of them")
        return _("there is no volume group here; the set-up (s) creates one")

    def _rung(self, *kinds: RungKind) -> Rung | None:
        """The rung under the cursor, if it is of one of these kinds."""
        return self.subject if isinstance(self.subject, Rung) and self.subject.kind in kinds else None


def _session_key(record: NodeRecord) -> str:
    return f"session:{record.target}|{record.portal.label}|{record.iface}"
