"""The captures of a directory, read in processes of their own.

A capture may come from anybody. One that ends or stops the process that reads it costs that file, and another
process reads the rest. Size and levels are limited as for `--recorded` (`tui.storage.documents`).
"""

import os
import queue
import selectors
import subprocess
import sys
import threading
import time
from collections.abc import Generator, Sequence
from pathlib import Path

import msgspec

from tui.fleet.facts import HostFacts, Unreadable
from tui.fleet.reader import HEAD, decoded, message
from tui.fleet.reading import read_capture
from tui.storage.problem import ConsoleError, Problem
from tui.storage.untrusted import clean
from tui.words import spoken, translate as _

MOST_FILES = 5000
"""Files that are read of one directory."""

LONGEST = 60.0
"""Seconds that reading one capture may take."""

_MOST_READERS = 8
_FEW = 3
"""So few captures are read before another process has started."""

_START = "import sys; sys.path[:] = sys.argv[2:]; from tui.fleet.reader import main; main(sys.argv[1])"
"""The program may have been started from a wheel, a package or one file: its path is passed on."""


def capture_files(directory: str) -> tuple[Path, ...]:
    """The files of a directory by name, without hidden ones and without what is below.

    Raises:
        ConsoleError: it cannot be listed, holds no file, or far too many.
    """
    try:
        with os.scandir(directory) as entries:
            found = [
                Path(entry.path) for entry in entries if not entry.name.startswith(".") and not entry.is_dir()
            ]
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else str(error)
        raise ConsoleError(_unreadable(directory, why or "")) from error
    if not 0 < len(found) <= MOST_FILES:
        raise ConsoleError(_wrong_count(directory, len(found)))
    return tuple(sorted(found))


def read_captures(files: Sequence[Path]) -> Generator[HostFacts | Unreadable]:
    """What each file says, in the order in which that is known; never raises. Close it to stop early."""
    if len(files) <= _FEW:
        yield from map(read_capture, files)
        return
    waiting: queue.SimpleQueue[Path] = queue.SimpleQueue()
    for file in files:
        waiting.put(file)
    answers: queue.SimpleQueue[HostFacts | Unreadable] = queue.SimpleQueue()
    left = threading.Event()
    for _reader in range(min(_MOST_READERS, len(os.sched_getaffinity(0)), len(files))):
        threading.Thread(target=_read_waiting, args=(waiting, answers, left), daemon=True).start()
    try:
        for _file in files:
            yield answers.get()
    finally:
        left.set()


def _read_waiting(
    waiting: "queue.SimpleQueue[Path]",
    answers: "queue.SimpleQueue[HostFacts | Unreadable]",
    left: threading.Event,
) -> None:
    """Have files read by one process after the other, until none waits."""
    reader: _Reader | None = None
    try:
        while not left.is_set():
            try:
                file = waiting.get_nowait()
            except queue.Empty:
                return
            try:
                reader = reader or _Reader()
            except OSError:
                # No process can be started here: this one has to do.
                answers.put(read_capture(file))
                continue
            try:
                answers.put(reader.read(file))
            except (OSError, msgspec.DecodeError) as error:
                reader.close()
                reader = None
                answers.put(Unreadable(clean(file.name), _lost_words(error)))
    finally:
        if reader is not None:
            reader.close()


def _lost_words(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return _("Reading it took longer than {seconds:g} s.").format(seconds=LONGEST)
    return _("The process that read it was ended.")


class _Reader:
    """A process that reads captures.

    Raises:
        OSError: it cannot be started.
    """

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            (sys.executable, "-IXutf8", "-c", _START, spoken(), *sys.path),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
        )

    def read(self, file: Path) -> HostFacts | Unreadable:
        """What a file says.

        Raises:
            TimeoutError: it did not answer in time.
            OSError: it has ended.
            msgspec.DecodeError: it answered nonsense.
        """
        end = time.monotonic() + LONGEST
        assert self._process.stdin is not None
        self._process.stdin.write(message(os.fsencode(file)))
        return decoded(self._some(int.from_bytes(self._some(HEAD, end)), end))

    def _some(self, count: int, end: float) -> bytes:
        """So many bytes of its answer."""
        assert self._process.stdout is not None
        found = bytearray()
        with selectors.DefaultSelector() as selector:
            selector.register(self._process.stdout, selectors.EVENT_READ)
            while len(found) < count:
                if not selector.select(max(0.0, end - time.monotonic())):
                    raise TimeoutError
                more = os.read(self._process.stdout.fileno(), count - len(found))
                if not more:
                    raise BrokenPipeError
                found += more
        return bytes(found)

    def close(self) -> None:
        """End it; it has nothing to lose."""
        self._process.kill()
        self._process.communicate()


def _unreadable(directory: str, why: str) -> Problem:
    return Problem(
        "fleet.unreadable",
        _("The directory {path} could not be read.").format(path=clean(directory)),
        remedy=_("Name a directory of captures; `iscsi-console capture FILE` makes one on each host."),
        evidence=(clean(why),),
    )


def _wrong_count(directory: str, count: int) -> Problem:
    if count:
        words = _("The directory {path} has {count} files; at most {most} are read.")
        return Problem(
            "fleet.too-many",
            words.format(path=clean(directory), count=count, most=MOST_FILES),
            remedy=_("Split it into several directories."),
        )
    return Problem(
        "fleet.empty",
        _("There is no file in the directory {path}.").format(path=clean(directory)),
        remedy=_("`iscsi-console capture FILE` makes a capture on each host."),
    )
