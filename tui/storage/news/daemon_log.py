"""What iscsid writes into the journal, followed by a `journalctl` of its own that ends with the program."""

import contextlib
import os
import shutil
import signal
import subprocess

from tui.storage.news.daemon_words import meaning_of_daemon_line
from tui.storage.news.happening import Happening, Source
from tui.storage.news.journal_entry import journal_entry
from tui.storage.news.log_source import Told
from tui.storage.untrusted import clean

_BEFORE = 60
"""Lines of this boot that are reported at the beginning."""

_BLOCK = 65536
_LONGEST_LINE = 64 * 1024

_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


def follow_command() -> tuple[str, ...] | None:
    """The call that follows the journal, or None where there is no journalctl.

    `setpriv --pdeathsig` (util-linux) ends it when the thread that started it is gone, killed or not.
    """
    journalctl = shutil.which("journalctl", path=_PATH)
    if journalctl is None:
        return None
    follow = (
        journalctl,
        "--unit=iscsid.service",
        "--boot",
        "--follow",
        f"--lines={_BEFORE}",
        "--output=json",
        "--output-fields=MESSAGE,_COMM,SYSLOG_IDENTIFIER",
        "--quiet",
        "--no-pager",
    )
    setpriv = shutil.which("setpriv", path=_PATH)
    return follow if setpriv is None else (setpriv, "--pdeathsig=TERM", "--", *follow)


class DaemonLog:
    """The lines of iscsid on this machine, the newest of this boot first of all.

    Must be made, read and closed in one thread, which the child follows into its end.

    Args:
        command: what writes the journal's entries as JSON, one a line.

    Raises:
        OSError: it cannot be started.
    """

    def __init__(self, command: tuple[str, ...]) -> None:
        self._child = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={"PATH": _PATH, "LC_ALL": "C.UTF-8", "SYSTEMD_COLORS": "0"},
            start_new_session=True,
            cwd="/",
        )
        assert self._child.stdout is not None
        self._handle = self._child.stdout.fileno()
        os.set_blocking(self._handle, False)
        self._rest = b""

    def fileno(self) -> int:
        """The pipe."""
        return self._handle

    def take(self) -> Told | None:
        """The lines that have come; None when the child is gone."""
        try:
            block = os.read(self._handle, _BLOCK)
        except BlockingIOError:
            return Told()
        if not block:
            return None
        *whole, rest = (self._rest + block).split(b"\n")
        self._rest = rest[-_LONGEST_LINE:]
        found = [line for line in map(daemon_line, whole) if line is not None]
        return Told(
            tuple(line for line, _session in found),
            any(session for _one, session in found),
            more=len(block) == _BLOCK,
        )

    def close(self) -> None:
        """End the child and wait for it."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._child.pid, signal.SIGTERM)
        if self._child.stdout is not None:
            self._child.stdout.close()
        try:
            self._child.wait(1.0)
        except subprocess.TimeoutExpired:
            self._child.kill()
            self._child.wait()


def daemon_line(entry: bytes) -> tuple[Happening, bool] | None:
    """What a journal entry says, and whether it is about a session; None when it says nothing.

    Args:
        entry: one line of `journalctl --output=json`.
    """
    read = journal_entry(entry)
    meaning = meaning_of_daemon_line(read.text) if read is not None else None
    if read is None or meaning is None:
        return None
    told = Happening(
        read.when,
        Source.DAEMON,
        clean(read.text),
        meaning.words,
        meaning.subject,
        meaning.tone,
    )
    return told, meaning.session
