"""How to reconnect what is about to be disconnected, saved in a file."""

from typing import ClassVar

from tui.storage.host.interface import ChangingHost, Host, Replacement
from tui.storage.operations.operation import Operation, Progress
from tui.storage.operations.system_files import text_or_empty
from tui.storage.untrusted import clean
from tui.words import translate as _

FOLDER = "/var/lib/iscsi-console/disconnected"
"""The directory of the JSON files, mode 0700; each has mode 0600."""


class SaveReconnectFile(Operation, frozen=True):
    """Save how everything is reconnected.

    Attributes:
        name: name of the file, made of the time.
        text: its content (`maintenance.reconnect`); it holds no secret.
    """

    only_stops: ClassVar[bool] = True
    name: str
    text: str

    @property
    def path(self) -> str:
        """The file."""
        return f"{FOLDER}/{self.name}.json"

    def title(self) -> str:
        return _("Save how to reconnect it")

    def why(self) -> str:
        return _("With this file one key reconnects everything, even after iscsi-console was closed.")

    def shown(self) -> tuple[str, ...]:
        return (_("write {path}").format(path=clean(self.path, 200)),)

    def is_done(self, host: Host) -> bool:
        return text_or_empty(host, self.path) == self.text

    def run(self, host: ChangingHost, progress: Progress) -> None:  # noqa: ARG002 (it is short)
        host.make_folder(FOLDER, 0o700)
        host.replace(self.path, self.text.encode(), Replacement(mode=0o600))

    def undo(self) -> tuple[Operation, ...]:
        return (DeleteReconnectFile(self.name),)


class DeleteReconnectFile(Operation, frozen=True):
    """Delete the file: everything is reconnected, or should not be."""

    name: str

    def title(self) -> str:
        return _("Delete the saved reconnect file")

    def why(self) -> str:
        return _("It is no longer needed.")

    def shown(self) -> tuple[str, ...]:
        return (f"rm {clean(self._path, 200)}",)

    @property
    def _path(self) -> str:
        return f"{FOLDER}/{self.name}.json"

    def is_done(self, host: Host) -> bool:
        return host.facts(self._path) is None

    def run(self, host: ChangingHost, progress: Progress) -> None:  # noqa: ARG002 (it is short)
        host.remove(self._path)

    def undo(self) -> tuple[Operation, ...]:
        return ()
