"""What two looks at the sessions tell: who came, who went, whose state changed."""

from collections.abc import Mapping

from tui.storage.model.iscsi import SessionState
from tui.storage.news.happening import Happening, Source, Tone
from tui.words import translate as _

SessionStates = Mapping[int, str]
"""The word of `state` in sysfs by session number; empty while it cannot be read."""


def session_happenings(when: float, before: SessionStates, after: SessionStates) -> tuple[Happening, ...]:
    """What happened between two looks, by session number."""
    found: list[Happening] = []
    for sid in sorted({*before, *after}):
        old, new = before.get(sid), after.get(sid)
        if old == new:
            continue
        subject = f"sid:{sid}"
        if new is None:
            found.append(Happening(when, Source.SESSION, f"{sid} {old} →", _("logged out"), subject))
        elif old is None:
            words = _("a new session") if new == SessionState.LOGGED_IN else _("a session is being created")
            tone = Tone.GOOD if new == SessionState.LOGGED_IN else Tone.PLAIN
            found.append(Happening(when, Source.SESSION, f"{sid} → {new}".rstrip(), words, subject, tone))
        else:
            words, tone = _became(old, new)
            found.append(Happening(when, Source.SESSION, f"{sid} {old} → {new}", words, subject, tone))
    return tuple(found)


def _became(before: str, state: str) -> tuple[str, Tone]:
    if state == SessionState.LOGGED_IN:
        if before == SessionState.FAILED:
            return _("the session has reconnected; queued I/O continues"), Tone.GOOD
        # FREE is also what a session is until its first login (libiscsi's iscsi_session_setup).
        return _("logged in"), Tone.GOOD
    if state == SessionState.FAILED:
        return _("the connection is lost; I/O is queued"), Tone.BAD
    if state == SessionState.FREE:
        return _("replacement_timeout is over: I/O fails"), Tone.BAD
    return "", Tone.PLAIN
