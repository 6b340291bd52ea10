"""Editing /etc/fstab as text (fstab(5)): what is not touched stays byte for byte. `probe.fstab` reads it."""

from msgspec import Struct

from tui.storage.model.files import FstabEntry
from tui.storage.probe.mounts.fstab import print_entry

OWN_NOTE = "# iscsi-console: a volume over iSCSI, mounted when the network and the login are up"
"""The comment line above every entry that this program writes; an entry below it is its own."""


class BootLine(Struct, frozen=True):
    """What an entry says, before it has a place in the file."""

    spec: str
    mount_point: str
    kind: str
    options: tuple[str, ...] = ()
    pass_number: int = 0

    @property
    def entry(self) -> FstabEntry:
        """It as an entry without a place."""
        options = self.options or ("defaults",)
        return FstabEntry(0, self.spec, self.mount_point, self.kind, options, 0, self.pass_number)

    @property
    def text(self) -> str:
        """The line, without its end."""
        return print_entry(self.entry)

    def is_same_as(self, entry: FstabEntry) -> bool:
        """Whether an entry of the file says exactly this, wherever it stands."""
        return self.text == print_entry(entry)


def is_own(text: str, entry: FstabEntry) -> bool:
    """Whether this program wrote the entry: its note stands in the line above."""
    lines = text.split("\n")
    return entry.line >= 2 and lines[entry.line - 2].strip() == OWN_NOTE


def with_line(text: str, line: BootLine, replaced: FstabEntry | None = None) -> str:
    """The file with an entry in it: in the place of `replaced`, or at the end under the program's note."""
    if replaced is not None:
        lines = text.split("\n")
        end = "\r" if lines[replaced.line - 1].endswith("\r") else ""
        lines[replaced.line - 1] = line.text + end
        return "\n".join(lines)
    separator = "" if not text or text.endswith("\n") else "\n"
    return f"{text}{separator}{OWN_NOTE}\n{line.text}\n"


def without_entry(text: str, entry: FstabEntry) -> str:
    """The file without an entry, and without the program's note above it."""
    lines = text.split("\n")
    first = entry.line - 2 if is_own(text, entry) else entry.line - 1
    del lines[first : entry.line]
    return "\n".join(lines)


def line_of(text: str, entry: FstabEntry) -> str:
    """The line of an entry, as it stands in the file."""
    return text.split("\n")[entry.line - 1].rstrip("\r")
