"""Since when sessions are without their connection, by what the logs of the evidence tell."""

from tui.recovery.evidence import Evidence
from tui.storage.model.iscsi import Session
from tui.storage.news.outages import Outage, Outages


def outages(evidence: Evidence) -> dict[int, Outage]:
    """The outage of every session that is not logged in, by its number."""
    told = Outages()
    told.take((*evidence.kernel, *evidence.daemon))
    told.look(evidence.now, {session.sid: session.state.value for session in evidence.inventory.sessions})
    found = {session.sid: told.outage(session.sid) for session in evidence.inventory.sessions}
    return {sid: outage for sid, outage in found.items() if outage is not None}


def seconds_left(session: Session, outage: Outage | None, now: float) -> float | None:
    """How long the kernel still holds requests back, at most; None for ever or where it is not known.

    Never below 0: the timer of the kernel may be a moment behind the log's clock.
    """
    timeout = session.recovery_timeout
    if timeout is None or timeout < 0:
        return None
    return float(timeout) if outage is None else max(0.0, outage.since + timeout - now)
