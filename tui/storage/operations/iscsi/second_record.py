"""A second record of one place, which writes its portal differently, moved out of the record database."""

from tui.storage.host.interface import BACKUPS, ChangingHost, Host
from tui.storage.iscsi.record_file import database_of, move_out
from tui.storage.model.iscsi import NodeRecord, Portal
from tui.storage.operations.operation import CannotUndo, Operation, Progress
from tui.storage.probe.iscsi.records import read_records
from tui.storage.problem import Problem, Refused
from tui.storage.untrusted import as_typed, clean
from tui.words import translate as _


class RemoveSecondRecord(Operation, frozen=True):
    """Remove one of two records of a place; a copy without secrets is kept.

    It is done with the file: iscsiadm resolves the portals of all records and compares addresses
    (usr/iscsi_util.c, iscsi_addr_match), so that its `-o delete` deletes both.

    Attributes:
        target: the target's name.
        portal: as it is written in the record that goes.
        iface: name of the iface record.
        kept: the portal as it is written in the record that stays.
    """

    target: str
    portal: Portal
    iface: str
    kept: Portal

    def title(self) -> str:
        return _("Move the record of {target} at {portal} out of the record database").format(
            target=clean(self.target), portal=clean(self.portal.label)
        )

    def why(self) -> str:
        return _(
            "iscsiadm takes both records for one: a login by the second fails, and a deletion by iscsiadm"
            " deletes both."
        )

    def shown(self) -> tuple[str, ...]:
        return (as_typed(("mv", f"nodes/{self.target}/{self.portal.address},{self.portal.port}*", BACKUPS)),)

    def is_done(self, host: Host) -> bool:
        return self._record(host, self.portal) is None

    def check(self, host: Host) -> None:
        goes, stays = self._record(host, self.portal), self._record(host, self.kept)
        if goes is None:
            return
        if stays is None or not stays.portal.is_same_place(goes.portal):
            raise Refused(
                Problem(
                    "record.not-second",
                    _("The record of {target} at {portal} is the only one of its place.").format(
                        target=clean(self.target), portal=clean(self.portal.label)
                    ),
                    _("The other was deleted, or its host name does not resolve to the same address now."),
                    _("Check the records again."),
                )
            )

    def run(self, host: ChangingHost, progress: Progress) -> None:
        record = self._record(host, self.portal)
        if record is not None:
            move_out(host, record.path, "second", progress)

    def undo(self) -> CannotUndo:
        return CannotUndo(_("Its secrets are not kept. A copy without them is."))

    def _record(self, host: Host, portal: Portal) -> NodeRecord | None:
        """The record that writes its portal so, with the addresses that its host name stands for."""
        return next(
            (
                record
                for record in read_records(host, database_of(host).root).nodes
                if (record.target, record.iface) == (self.target, self.iface)
                and record.portal.is_written_as(portal)
            ),
            None,
        )
