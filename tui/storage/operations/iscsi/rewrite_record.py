"""A record that iscsiadm refuses, rewritten by iscsiadm itself without the lines it does not know."""

import time

from tui.storage.host.interface import BACKUPS, ChangingHost, Command, Host
from tui.storage.iscsi.iscsiadm import Action, Context
from tui.storage.iscsi.iscsiadm_call import DATABASE_DEADLINE, carry_out, node
from tui.storage.iscsi.record_file import database_of, is_anybody_at_work, lock_path, without_secrets
from tui.storage.iscsi.records import record_words
from tui.storage.iscsi.refused_settings import read_listing
from tui.storage.model.iscsi import Portal
from tui.storage.operations.operation import CannotUndo, Operation, Progress
from tui.storage.probe.reading import text
from tui.storage.problem import Problem, Refused
from tui.storage.untrusted import clean
from tui.words import translate as _


class RewriteRecord(Operation, frozen=True):
    """Have iscsiadm rewrite one node or iface record; a copy of the file without secrets is kept.

    `-o update` passes over the lines that it does not know, and writes the whole record.

    Attributes:
        path: the file.
        values: what is set on this occasion, as (key, value): at least one, which may be there already.
        target: of a node record; empty for an iface record.
        portal: of a node record.
        iface: name of the iface.
    """

    path: str
    values: tuple[tuple[str, str], ...]
    target: str = ""
    portal: Portal | None = None
    iface: str = "default"

    def title(self) -> str:
        return _("Rewrite the record of {name} with iscsiadm").format(
            name=clean(self.iface)
            if self.portal is None
            else record_words(self.target, self.portal, self.iface)
        )

    def why(self) -> str:
        return _(
            "iscsiadm stops at this record and lists none. When it updates the record, it writes it without "
            "the lines that it does not know. Secrets and all other settings stay."
        )

    def shown(self) -> tuple[str, ...]:
        return (
            _("cp {path} {directory}/ (without secrets)").format(path=clean(self.path), directory=BACKUPS),
            self._update.shown,
        )

    def is_done(self, host: Host) -> bool:
        return all(line.path != self.path for line in read_listing(host).refused)

    def check(self, host: Host) -> None:
        if host.facts(lock_path(database_of(host))) is not None and not is_anybody_at_work(host):
            raise Refused(
                Problem(
                    "record.lock-stale",
                    _("The record database is locked, but no process uses it."),
                    remedy=_("Remove the stale lock, then retry."),
                )
            )
        if not text(host, self.path):
            raise Refused(
                Problem(
                    "record.missing",
                    _("There is no record {path} any more.").format(path=clean(self.path)),
                    remedy=_("Check the records again."),
                )
            )

    def run(self, host: ChangingHost, progress: Progress) -> None:
        """Keep a copy, then have iscsiadm write the record."""
        stamp = time.strftime("%Y%m%d-%H%M%S", time.gmtime(host.now()))
        kept = f"{BACKUPS}/{self.path.strip('/').replace('/', '-')[-180:]}-{stamp}"
        host.make_folder(BACKUPS, 0o700)
        host.claim(kept, without_secrets(host.read(self.path)).encode(errors="surrogateescape"))
        progress(_("The file is kept as {path}.").format(path=clean(kept)))
        carry_out(host, self._update, Context(Action.RECORD, self.target, self.portal))

    def undo(self) -> CannotUndo:
        return CannotUndo(_("iscsiadm does not take the old record; a copy is kept."))

    @property
    def _update(self) -> Command:
        pairs = tuple(word for key, value in self.values for word in ("-n", key, "-v", value))
        if self.portal is None:
            argv = ("iscsiadm", "-m", "iface", "-I", self.iface, "-o", "update", *pairs)
            return Command(argv, deadline=DATABASE_DEADLINE, changes=True)
        return node(self.target, self.portal, self.iface, "-o", "update", *pairs, deadline=DATABASE_DEADLINE)
