"""The states of all sessions, read each second: each attribute is opened once and read again on its handle.

The kernel numbers sessions upwards and uses no number twice while its module is loaded
(scsi_transport_iscsi.c, iscsi_session_nr), so a handle is of the session it was opened for. That of a session
that is gone says ENODEV, and is given up.
"""

import contextlib
import re

from msgspec import Struct

from tui.storage.host.interface import Host, Kept
from tui.storage.news.session_words import SessionStates
from tui.storage.probe.reading import meant, names, text

_SESSIONS = "/sys/class/iscsi_session"
_SESSION = re.compile(r"^session(\d{1,9})$")


class _Session(Struct):
    """A session that is read.

    Attributes:
        sid: its number.
        path: of its state.
        kept: that attribute, held open; None where it is opened each time.
        said: what was read of it last.
    """

    sid: int
    path: str
    kept: Kept | None = None
    said: str = ""


class PolledStates:
    """The states of a host's sessions, as often as they are asked for. For one thread at a time.

    Args:
        host: the host.
    """

    def __init__(self, host: Host) -> None:
        self._host = host
        self._names: tuple[str, ...] = ()
        self._sessions: dict[str, _Session] = {}
        self._states: SessionStates = {}

    def look(self) -> SessionStates:
        """The state of every session now; the same object as before where nothing has changed."""
        listed = names(self._host, _SESSIONS)
        changed = listed != self._names
        if changed:
            self._follow(listed)
        for session in self._sessions.values():
            try:
                said = session.kept.read() if session.kept is not None else text(self._host, session.path)
            except OSError:
                _let_go(session)
                said = text(self._host, session.path)
            if said != session.said:
                session.said, changed = said, True
        if changed:
            self._states = {session.sid: meant(session.said) for session in self._sessions.values()}
        return self._states

    def close(self) -> None:
        """Let go of every attribute."""
        self._follow(())

    def _follow(self, listed: tuple[str, ...]) -> None:
        """Read these sessions from now on, each on a handle where there is one."""
        for name in self._sessions.keys() - set(listed):
            _let_go(self._sessions.pop(name))
        before, self._sessions, self._names = self._sessions, {}, listed
        for name in listed:
            match = _SESSION.match(name)
            if match is None:
                continue
            session = before.get(name) or _Session(int(match[1]), f"{_SESSIONS}/{name}/state")
            if session.kept is None:
                with contextlib.suppress(OSError, ValueError):
                    session.kept = self._host.keep(session.path)
            self._sessions[name] = session


def _let_go(session: _Session) -> None:
    if session.kept is not None:
        session.kept.close()
    session.kept = None
