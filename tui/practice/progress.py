"""What a person has practised so far: one file, `$XDG_STATE_HOME/iscsi-console/practice.json`.

It is replaced atomically and under a lock, so that two programs at a time, or a kill, lose nothing. A file
that cannot be read counts as empty and is moved aside, never written over.
"""

import json
import os
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from msgspec import Struct

from tui.lab.places import locked
from tui.storage.codec import NotDecodable, Plain, decode, encode
from tui.storage.documents import parse_json, read_bounded

SCHEMA = 1


class Standing(Struct, frozen=True):
    """How far a person is with one scenario or lesson.

    Attributes:
        started: how often it was begun.
        solved: how often it was solved.
        solved_at: when it was solved last, in seconds since the epoch; 0 for never.
        hints: hints asked for in the run that is going on or was the last.
        steps: steps of a lesson that are done.
        seconds: time spent on it, all runs together.
    """

    started: int = 0
    solved: int = 0
    solved_at: float = 0.0
    hints: int = 0
    steps: int = 0
    seconds: float = 0.0


def state_folder() -> Path:
    """Where this person's state is kept (the XDG Base Directory Specification)."""
    named = os.environ.get("XDG_STATE_HOME", "")
    # The specification wants paths that are not absolute to be ignored.
    base = Path(named) if named.startswith("/") else Path.home() / ".local" / "state"
    return base / "iscsi-console"


class Progress:
    """The file.

    Args:
        folder: where it is; made when something is written.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder if folder is not None else state_folder()
        self._file = self._folder / "practice.json"

    def all(self) -> Mapping[str, Standing]:
        """The standing of everything that was ever begun, by its name."""
        return self._read(keep_broken=False)

    def of(self, identifier: str) -> Standing:
        """The standing of one scenario or lesson."""
        return self.all().get(identifier, Standing())

    def change(self, identifier: str, change: Callable[[Standing], Standing]) -> Standing:
        """Replace one standing by what a function makes of it.

        Raises:
            OSError: when the file cannot be written.
        """
        with locked(self._folder / "practice.lock"):
            known = dict(self._read(keep_broken=True))
            known[identifier] = change(known.get(identifier, Standing()))
            self._write(known)
            return known[identifier]

    def _read(self, *, keep_broken: bool) -> Mapping[str, Standing]:
        try:
            document = _known(parse_json(read_bounded(self._file)))
            return {name: decode(Standing, plain) for name, plain in document.items()}
        except FileNotFoundError:
            return {}
        except (OSError, ValueError):
            if keep_broken:
                self._file.replace(self._file.with_suffix(".unreadable"))
            return {}

    def _write(self, known: Mapping[str, Standing]) -> None:
        document = {"schema": SCHEMA, "practised": {name: encode(result) for name, result in known.items()}}
        handle, new = tempfile.mkstemp(dir=self._folder, prefix=".practice-")
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(json.dumps(document, indent=1) + "\n")
                file.flush()
                os.fsync(file.fileno())
            Path(new).replace(self._file)
        except BaseException:
            Path(new).unlink(missing_ok=True)
            raise


def _known(document: object) -> dict[str, Plain]:
    """The table of standings in the document. Raises NotDecodable."""
    if not isinstance(document, dict) or document.get("schema") != SCHEMA:
        raise NotDecodable(f"no schema {SCHEMA}")
    practised = document.get("practised")
    if not isinstance(practised, dict):
        raise NotDecodable("nothing practised")
    return practised
