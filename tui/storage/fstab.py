"""Editing /etc/fstab as text (fstab(5)): what is not touched stays byte for byte. `probe.fstab` reads it."""

from tui.storage.model.files import FstabEntry
from tui.storage.probe.fstab import print_entry

OWN_NOTE = "# iscsi-console: a volume over iSCSI, mounted when the network and the login are up"
"""The comment line above every entry that this program writes; an entry below it is its own."""


def same_entry(one: FstabEntry, other: FstabEntry) -> bool:
    """Whether two entries say the same, wherever they stand and whatever their device is called today."""
    return print_entry(one) == print_entry(other)


def is_own(text: str, entry: FstabEntry) -> bool:
    """Whether this program wrote the entry: its note stands in the line above."""
    lines = text.split("\n")
    return entry.line >= 2 and lines[entry.line - 2].strip() == OWN_NOTE


def with_entry(text: str, entry: FstabEntry, replaced: FstabEntry | None = None) -> str:
    """The file with an entry in it: in the place of `replaced`, or at the end under the program's note."""
    if replaced is not None:
        lines = text.split("\n")
        end = "\r" if lines[replaced.line - 1].endswith("\r") else ""
        lines[replaced.line - 1] = print_entry(entry) + end
        return "\n".join(lines)
    separator = "" if not text or text.endswith("\n") else "\n"
    return f"{text}{separator}{OWN_NOTE}\n{print_entry(entry)}\n"


def without_entry(text: str, entry: FstabEntry) -> str:
    """The file without an entry, and without the program's note above it."""
    lines = text.split("\n")
    first = entry.line - 2 if is_own(text, entry) else entry.line - 1
    del lines[first : entry.line]
    return "\n".join(lines)


def line_of(text: str, entry: FstabEntry) -> str:
    """The line of an entry, as it stands in the file."""
    return text.split("\n")[entry.line - 1].rstrip("\r")
