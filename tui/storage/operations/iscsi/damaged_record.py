"""A file in the record database that is not a record, moved out of it."""

from tui.storage.host.interface import BACKUPS, ChangingHost, FileKind, Host
from tui.storage.iscsi.record_file import database_of, move_out
from tui.storage.operations.operation import CannotUndo, Operation, Progress
from tui.storage.probe.iscsi.records import read_records
from tui.storage.probe.reading import names
from tui.storage.problem import Problem, Refused
from tui.storage.untrusted import as_typed, clean
from tui.words import translate as _


class RemoveDamagedRecord(Operation, frozen=True):
    """Remove one file from the record database that open-iscsi cannot read; a copy without secrets is kept.

    Directories that are empty afterwards are removed too: iscsiadm lists them as records without a name.

    Attributes:
        path: the file.
    """

    path: str

    def title(self) -> str:
        return _("Move {path} out of the record database").format(path=clean(self.path))

    def why(self) -> str:
        return _(
            "It is not a valid record: a crash left it empty, or someone put it there. It can keep"
            " iscsiadm from listing any record."
        )

    def shown(self) -> tuple[str, ...]:
        return (as_typed(("mv", self.path, f"{BACKUPS}/")),)

    def is_done(self, host: Host) -> bool:
        return host.facts(self.path) is None

    def check(self, host: Host) -> None:
        database = database_of(host)
        facts = host.facts(self.path)
        if facts is None:
            return
        damaged = self.path in read_records(host, database.root).damaged
        folder = facts.kind is FileKind.FOLDER and not names(host, self.path)
        if not damaged or not (facts.kind is FileKind.FILE or folder):
            raise Refused(
                Problem(
                    "record.not-damaged",
                    _("{path} was not moved: it may hold a valid record now.").format(path=clean(self.path)),
                    _("It was written in the meantime, or is not a regular file of the database."),
                    _("Check the records again."),
                )
            )

    def run(self, host: ChangingHost, progress: Progress) -> None:
        """Under the database's lock; directories that are empty afterwards are removed too."""
        move_out(host, self.path, "damaged", progress)

    def undo(self) -> CannotUndo:
        return CannotUndo(_("A file that is not a record has no use in the database; a copy is kept."))
