"""What a target said when it turned this host away: from iscsid's lines, which iscsiadm's codes blur.

iscsid notes a refused login as `login rejected: REASON (CLASS/DETAIL)` or `session N login rejected: REASON`
(open-iscsi usr/initiator.c, usr/login.c); class and detail are those of RFC 7143 11.13.5.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from tui.recovery.evidence import Evidence
from tui.storage.model.iscsi import Session, SessionState
from tui.storage.news.happening import Happening


class Refusal(StrEnum):
    """Why, as far as it was told."""

    AUTHENTICATION = "authentication"
    """0201: user or secret is wrong, or there is none."""
    AUTHORIZATION = "authorization"
    """0202: the initiator name is on no access list."""
    NO_TARGET = "no-target"
    """0203: the portal knows no such target."""
    REMOVED = "removed"
    """0204: the target is gone for good."""
    MUTUAL = "mutual"
    """The target could not prove itself: mutual CHAP."""
    OTHER = "other"


_SAID: tuple[tuple[re.Pattern[str], Refusal], ...] = (
    (re.compile(r"incorrect CHAP response|authentication failed with target"), Refusal.MUTUAL),
    (re.compile(r"target not found|\(02/03\)"), Refusal.NO_TARGET),
    (re.compile(r"target (?:has been )?removed|\(02/04\)"), Refusal.REMOVED),
    (re.compile(r"failed authentication|failed to authenticate|\(02/01\)"), Refusal.AUTHENTICATION),
    (re.compile(r"failed authorization|\(02/02\)"), Refusal.AUTHORIZATION),
    (re.compile(r"login rejected"), Refusal.OTHER),
)


@dataclass(frozen=True, slots=True)
class Refused:
    """A refused login: why, and the line that tells it."""

    why: Refusal
    line: Happening


def refusal_in(text: str) -> Refusal | None:
    """What a line of iscsid says of a refused login, or None."""
    return next((why for pattern, why in _SAID if pattern.search(text) is not None), None)


def refusal_of(evidence: Evidence, session: Session) -> Refused | None:
    """Why the target turns a session away that iscsid tries to bring back, or None.

    Only what came after the session was last up counts.
    """
    if session.state is SessionState.LOGGED_IN:
        return None
    found: Refused | None = None
    for line in evidence.daemon_about(f"sid:{session.sid}"):
        if "is operational" in line.text:
            found = None
        elif (why := refusal_in(line.text)) is not None:
            found = Refused(why, line)
    return found
