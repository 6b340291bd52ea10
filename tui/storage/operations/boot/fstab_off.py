"""Lines of /etc/fstab commented out in place, and restored byte for byte."""

from tui.storage.host.interface import ChangingHost, Host
from tui.storage.operations.operation import Operation, Progress
from tui.storage.operations.system_files import put, reload_systemd, text_or_empty
from tui.storage.probe.mounts.fstab import FSTAB
from tui.storage.untrusted import clean
from tui.words import translate as _

MARK = "# disconnected by iscsi-console: "
"""The prefix of a line that was commented out; the line follows as it was."""


class CommentOutFstabLines(Operation, frozen=True):
    """Comment out some lines, so that the next boot ignores them.

    Attributes:
        lines: as they are in the file.
    """

    lines: tuple[str, ...]

    def title(self) -> str:
        return _("Do not mount it at the next boot")

    def takes_away(self) -> str:
        return _("Lines of fstab are commented out: the next boot does not mount what they name.")

    def why(self) -> str:
        return _(
            "The lines are commented out where they are, and a dated backup of the file is kept."
            " Otherwise the next boot would wait for the volume."
        )

    def shown(self) -> tuple[str, ...]:
        return (
            *(
                _("edit {path}: {values}").format(path=FSTAB, values=MARK + clean(line, 200))
                for line in self.lines
            ),
            "systemctl daemon-reload",
        )

    def is_done(self, host: Host) -> bool:
        return not set(self.lines) & set(text_or_empty(host, FSTAB).split("\n"))

    def run(self, host: ChangingHost, progress: Progress) -> None:  # noqa: ARG002 (it is short)
        replace_lines(host, FSTAB, {line: MARK + line for line in self.lines}, self.title())

    def undo(self) -> tuple[Operation, ...]:
        return (RestoreFstabLines(self.lines),)


class RestoreFstabLines(Operation, frozen=True):
    """Restore lines that `CommentOutFstabLines` commented out."""

    lines: tuple[str, ...]

    def title(self) -> str:
        return _("Mount it at boot again")

    def why(self) -> str:
        return _("The lines of fstab are made active again, unchanged.")

    def shown(self) -> tuple[str, ...]:
        return (
            *(_("edit {path}: {values}").format(path=FSTAB, values=clean(line, 200)) for line in self.lines),
            "systemctl daemon-reload",
        )

    def is_done(self, host: Host) -> bool:
        """None is a comment of this program; a line that someone removed is not restored."""
        marked = {MARK + line for line in self.lines}
        return not marked & set(text_or_empty(host, FSTAB).split("\n"))

    def run(self, host: ChangingHost, progress: Progress) -> None:  # noqa: ARG002 (it is short)
        replace_lines(host, FSTAB, {MARK + line: line for line in self.lines}, self.title())

    def undo(self) -> tuple[Operation, ...]:
        return (CommentOutFstabLines(self.lines),)


def replace_lines(host: ChangingHost, path: str, changes: dict[str, str], what: str) -> None:
    """Replace whole lines of a file that systemd makes units of, and have it read that again.

    Args:
        host: the host.
        path: the file.
        changes: new lines by those that are there.
        what: for the message if that fails.
    """
    old = text_or_empty(host, path)
    new = "\n".join(changes.get(line, line) for line in old.split("\n"))
    if new != old:
        put(host, path, old, new)
    reload_systemd(host, what)
