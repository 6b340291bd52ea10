"""Lines of /etc/crypttab commented out in place, and restored byte for byte."""

from tui.storage.host.interface import ChangingHost, Host
from tui.storage.operations.boot.fstab_off import MARK, replace_lines
from tui.storage.operations.operation import Operation, Progress
from tui.storage.operations.system_files import text_or_empty
from tui.storage.probe.mounts.crypttab import CRYPTTAB
from tui.storage.untrusted import clean
from tui.words import translate as _


class CommentOutCrypttabLines(Operation, frozen=True):
    """Comment out some lines, so that the next boot does not wait for their devices.

    Attributes:
        lines: as they are in the file.
    """

    lines: tuple[str, ...]

    def title(self) -> str:
        return _("Do not open it at the next boot")

    def takes_away(self) -> str:
        return _("Lines of crypttab are commented out: the next boot does not open what they name.")

    def why(self) -> str:
        return _(
            "The lines are commented out where they are, and a dated backup of the file is kept."
            " Otherwise the next boot would wait for the encrypted device."
        )

    def shown(self) -> tuple[str, ...]:
        return (
            *(
                _("edit {path}: {values}").format(path=CRYPTTAB, values=MARK + clean(line, 200))
                for line in self.lines
            ),
            "systemctl daemon-reload",
        )

    def is_done(self, host: Host) -> bool:
        return not set(self.lines) & set(text_or_empty(host, CRYPTTAB).split("\n"))

    def run(self, host: ChangingHost, progress: Progress) -> None:  # noqa: ARG002 (it is short)
        replace_lines(host, CRYPTTAB, {line: MARK + line for line in self.lines}, self.title())

    def undo(self) -> tuple[Operation, ...]:
        return (RestoreCrypttabLines(self.lines),)


class RestoreCrypttabLines(Operation, frozen=True):
    """Restore lines that `CommentOutCrypttabLines` commented out."""

    lines: tuple[str, ...]

    def title(self) -> str:
        return _("Open it at boot again")

    def why(self) -> str:
        return _("The lines of crypttab are made active again, unchanged.")

    def shown(self) -> tuple[str, ...]:
        return (
            *(
                _("edit {path}: {values}").format(path=CRYPTTAB, values=clean(line, 200))
                for line in self.lines
            ),
            "systemctl daemon-reload",
        )

    def is_done(self, host: Host) -> bool:
        """None is a comment of this program; a line that someone removed is not restored."""
        marked = {MARK + line for line in self.lines}
        return not marked & set(text_or_empty(host, CRYPTTAB).split("\n"))

    def run(self, host: ChangingHost, progress: Progress) -> None:  # noqa: ARG002 (it is short)
        replace_lines(host, CRYPTTAB, {MARK + line: line for line in self.lines}, self.title())

    def undo(self) -> tuple[Operation, ...]:
        return (CommentOutCrypttabLines(self.lines),)
