"""What the task sheet inside the machine reports to the program outside: a line for everything to keep.

The sheet appends to a file of the machine; outside, `tui.practice.following` reads it as it grows, so that
nothing is lost when the program is killed.
"""

import json
from pathlib import Path

from msgspec import Struct

from tui.storage.codec import decode, encode
from tui.storage.documents import parse_json

FILE = "/run/practice/notes"


class Note(Struct, frozen=True):
    """How far the learner is.

    Attributes:
        hints: how many hints were asked for.
        steps: how many steps of a lesson were taken.
        held: everything held that is checked before a restart.
        solved: everything holds.
    """

    hints: int = 0
    steps: int = 0
    held: bool = False
    solved: bool = False


def write_note(note: Note, file: str = FILE) -> None:
    """Tell how far the learner is."""
    path = Path(file)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as notes:
        notes.write(json.dumps(encode(note)) + "\n")


def read_note(line: str) -> Note | None:
    """The note in a line, or None for a line that is none."""
    try:
        return decode(Note, parse_json(line))
    except ValueError:
        return None
