"""Texts to hand on, written to a file of the person who runs the program; said is where."""

import itertools
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from textual.message import Message

from tui.storage.files.owner_file import not_written_problem, write_for_owner
from tui.storage.problem import Refused
from tui.storage.untrusted import clean
from tui.words import prose, translate as _
from widgets.state import State


def places() -> tuple[Path, ...]:
    """Return the folders to write to, the first that takes the file wins.

    The home folder may be on the very storage that is broken, or read-only by now.
    """
    return (Path.home(), Path(tempfile.gettempdir()))


@dataclass
class Saved(Message):
    """A text was written to a file, or could not be: what to tell the person."""

    words: str
    is_written: bool

    @property
    def state(self) -> State:
        """How it is drawn."""
        return State.GOOD if self.is_written else State.BAD


def save(what: str, text: str, ending: str = "txt") -> Saved:
    """Write a text under a new name, readable for its owner only.

    Args:
        what: begins the name: `message`, `report`.
        text: what is written.
        ending: of the name of the file.
    """
    stamp = time.strftime("%Y%m%d-%H%M%S")
    failure: OSError | None = None
    for folder in places():
        for number in itertools.count():
            name = f"iscsi-console-{what}-{stamp}{f'-{number}' if number else ''}.{ending}"
            path = str(folder / name)
            try:
                write_for_owner(path, text, force=False)
            except Refused:
                continue  # Written within the same second, or somebody has put a link there.
            except OSError as error:
                failure = error
                break
            return Saved(_("Written to {path}; only you can read it.").format(path=clean(path)), True)
    problem = not_written_problem(path, failure or OSError())
    said = problem.evidence[0] if problem.evidence else ""
    return Saved(prose(problem.summary, said), False)
