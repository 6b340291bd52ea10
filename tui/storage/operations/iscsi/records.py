"""Settings of node records, and their deletion."""

from tui.storage.host.interface import ChangingHost, Command, Host
from tui.storage.iscsi.iscsiadm import Action, Context
from tui.storage.iscsi.iscsiadm_call import DATABASE_DEADLINE, carry_out, node
from tui.storage.iscsi.record_file import database_of, is_anybody_at_work, lock_path
from tui.storage.iscsi.records import find_record, no_record_problem, record_words
from tui.storage.iscsi.sessions import find_session
from tui.storage.model.iscsi import Portal
from tui.storage.operations.operation import CannotUndo, Operation, Progress
from tui.storage.probe.iscsi.records import read_records
from tui.storage.probe.iscsi.settings import Settings, is_secret_key, parse_settings
from tui.storage.problem import Problem, Refused
from tui.storage.untrusted import clean
from tui.words import enumerated, translate as _


class SetRecordValues(Operation, frozen=True):
    """Change settings of one node record that are not secret: startup at boot, timers.

    Attributes:
        target: the target's name.
        portal: address and port.
        iface: name of the iface record.
        values: what to set, as (key, value); keys as in the record, `node.startup`.
        previous: what they were, for undoing; empty when that is not known.
    """

    target: str
    portal: Portal
    iface: str
    values: tuple[tuple[str, str], ...]
    previous: tuple[tuple[str, str], ...] = ()

    def title(self) -> str:
        return _("Change the node record of {target} at {portal}").format(
            target=clean(self.target), portal=clean(self.portal.label)
        )

    def why(self) -> str:
        return _(
            "The record says whether to log in to the target at boot, and how long a lost connection may"
            " take to recover. Timers apply from the next login."
        )

    def shown(self) -> tuple[str, ...]:
        return (self._update.shown,)

    def is_done(self, host: Host) -> bool:
        record = find_record(host, self.target, self.portal, self.iface)
        if record is None:
            return False
        settings = Settings(parse_settings(host.read(record.path)))
        return all(settings.text(key) == value for key, value in self.values)

    def check(self, host: Host) -> None:
        if any(is_secret_key(key) for key, _value in self.values):
            raise Refused(
                Problem(
                    "record.secret-in-argv",
                    _("A secret cannot be set this way: any user can read the arguments of a command."),
                    remedy=_("Set it with the CHAP settings."),
                )
            )
        if find_record(host, self.target, self.portal, self.iface) is None:
            raise Refused(no_record_problem(self.target, self.portal))

    def run(self, host: ChangingHost, progress: Progress) -> None:  # noqa: ARG002 (it is short)
        carry_out(host, self._update, Context(Action.RECORD, self.target, self.portal))

    def undo(self) -> "tuple[Operation, ...] | CannotUndo":
        if not self.previous:
            return CannotUndo(_("The previous values were not saved."))
        return (SetRecordValues(self.target, self.portal, self.iface, self.previous, self.values),)

    @property
    def _update(self) -> Command:
        pairs = tuple(word for key, value in self.values for word in ("-n", key, "-v", value))
        return node(self.target, self.portal, self.iface, "-o", "update", *pairs, deadline=DATABASE_DEADLINE)


class DeleteNodeRecord(Operation, frozen=True):
    """Delete one node record."""

    target: str
    portal: Portal
    iface: str = "default"

    def title(self) -> str:
        return _("Delete the node record of {record}").format(
            record=record_words(self.target, self.portal, self.iface)
        )

    def why(self) -> str:
        return _("Without the record, nothing logs in to the target any more, neither at boot nor by hand.")

    def shown(self) -> tuple[str, ...]:
        return (self._delete.shown,)

    def is_done(self, host: Host) -> bool:
        return find_record(host, self.target, self.portal, self.iface) is None

    def check(self, host: Host) -> None:
        session = find_session(host, self.target, self.portal, self.iface)
        if session is not None:
            raise Refused(
                Problem(
                    "record.in-use",
                    _("The record is in use by session {sid}.").format(sid=session.sid),
                    remedy=_("Log out of {target} at {portal} first.").format(
                        target=clean(self.target), portal=clean(self.portal.label)
                    ),
                )
            )
        self._refuse_two(host)

    def _refuse_two(self, host: Host) -> None:
        """Iscsiadm resolves and compares addresses (iscsi_addr_match): it would delete every spelling."""
        others = [
            record.portal.label
            for record in read_records(host, database_of(host).root).nodes
            if (record.target, record.iface) == (self.target, self.iface)
            and record.portal.is_same_place(self.portal)
            and not record.portal.is_written_as(self.portal)
        ]
        if others:
            raise Refused(
                Problem(
                    "record.two-spellings",
                    _("iscsiadm would also delete the record of {others}, which is the same place.").format(
                        others=clean(enumerated(others[:4]))
                    ),
                    remedy=_("Repair that first: Recovery (F16) removes one of them."),
                )
            )

    def run(self, host: ChangingHost, progress: Progress) -> None:  # noqa: ARG002 (it is short)
        carry_out(host, self._delete, Context(Action.RECORD, self.target, self.portal))

    def undo(self) -> CannotUndo:
        return CannotUndo(_("Its settings and secrets are not kept. Run discovery again instead."))

    @property
    def _delete(self) -> Command:
        return node(self.target, self.portal, self.iface, "-o", "delete", deadline=DATABASE_DEADLINE)


class RemoveStaleLock(Operation, frozen=True):
    """Remove a lock of the record database whose owner is gone."""

    def title(self) -> str:
        return _("Remove the stale lock of the record database")

    def why(self) -> str:
        return _("An iscsiadm was killed while it held the lock. Other calls now wait for it or fail.")

    def shown(self) -> tuple[str, ...]:
        return (_("remove lock.write from open-iscsi's lock directory (/run/lock/iscsi)"),)

    def is_done(self, host: Host) -> bool:
        return host.facts(lock_path(database_of(host))) is None

    def check(self, host: Host) -> None:
        if is_anybody_at_work(host):
            raise Refused(
                Problem(
                    "record.database-busy",
                    _("An iscsiadm is running, so its lock is not stale."),
                    remedy=_("Wait until it has ended."),
                )
            )

    def run(self, host: ChangingHost, progress: Progress) -> None:  # noqa: ARG002 (it is short)
        host.remove(lock_path(database_of(host)))

    def undo(self) -> CannotUndo:
        return CannotUndo(_("A stale lock has no use."))
