"""How often a session was dropped and logged in again, from the logs."""

from msgspec import Struct

from tui.recovery.evidence import Evidence
from tui.storage.model.iscsi import Session, SessionState
from tui.storage.news.happening import Happening

WINDOW = 600.0
"""Seconds looked back over."""
FRESH = 120.0
"""Seconds since the last time, past which it has ended by itself."""
TIMES = 3
"""Losses with a return between them that make a pattern; a switch that restarts makes one or two."""
_AT_ONCE = 20.0
"""Seconds between a return and the next loss that are too few for an ordinary fault."""
_SETTLED = 30.0
"""Seconds for which a session that came back must have stayed before the pattern has ended."""


class Cycle(Struct, frozen=True):
    """A session that was lost and came back several times.

    Attributes:
        session: which.
        closed: times it was lost because the target closed the connection.
        silent: times because the target did not answer a ping or a request.
        lines: what was said, in order.
    """

    session: Session
    closed: int
    silent: int
    lines: tuple[Happening, ...]


def cycles(evidence: Evidence) -> tuple[Cycle, ...]:
    """The sessions that flap now: lost at once after they came back, several times, and just now."""
    found = (_cycle(evidence, session) for session in evidence.inventory.sessions if session.target)
    return tuple(cycle for cycle in found if cycle is not None)


def _cycle(evidence: Evidence, session: Session) -> Cycle | None:
    subject = f"sid:{session.sid}"
    since = evidence.now - WINDOW
    lines = sorted(
        (*evidence.kernel_about(subject, since=since), *evidence.daemon_about(subject, since=since)),
        key=lambda line: line.when,
    )
    back: float | None = None
    closed = silent = 0
    last = 0.0
    for line in lines:
        if "is operational" in line.text:
            back = line.when
        elif "detected conn error" in line.text and back is not None:
            if line.when - back <= _AT_ONCE:
                last = line.when
                closed += "(1020)" in line.text
                silent += "(1020)" not in line.text
            back = None
    over = back is not None and session.state is SessionState.LOGGED_IN and back < evidence.now - _SETTLED
    if closed + silent < TIMES - 1 or last < evidence.now - FRESH or over:
        return None
    return Cycle(session, closed, silent, tuple(lines))
