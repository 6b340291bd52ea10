"""What a target said when it turned this host away: from iscsid's lines, which iscsiadm's codes blur.

iscsid notes a refused login as `connectionN:0 login rejected: REASON` or `session N login rejected: REASON`
(open-iscsi usr/initiator.c, usr/login.c); class and detail are those of RFC 7143 11.13.5. It names no
target: where there is a session with that number the number tells, else what iscsid says when it gives that
number up, and else what iscsiadm said beside it.
"""

import re
from collections.abc import Sequence
from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace

from tui.maintenance.sessions import session_of
from tui.recovery.evidence import Evidence
from tui.storage.host.interface import Answer
from tui.storage.model.iscsi import NodeRecord, Session, SessionState
from tui.storage.news.happening import Happening

_RECENT = 3600.0
"""Seconds for which a refused login counts that nobody has repeated since."""


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
    UNAVAILABLE = "unavailable"
    """03xx: the target cannot be served now. LIO says so also of one that it does not know."""
    MUTUAL = "mutual"
    """The target could not prove itself: mutual CHAP."""
    NOT_ASKED = "not-asked"
    """The target ended the security phase without a word of CHAP, which this host wants to do."""
    OTHER = "other"


_SAID: tuple[tuple[re.Pattern[str], Refusal], ...] = (
    # open-iscsi's own spelling (usr/login.c).
    (re.compile(r"T bit set on response, but authenti\w+ not complete"), Refusal.NOT_ASKED),
    (re.compile(r"incorrect CHAP response|authentication failed with target"), Refusal.MUTUAL),
    (re.compile(r"target not found|\(02/03\)"), Refusal.NO_TARGET),
    (re.compile(r"target (?:has been )?removed|\(02/04\)"), Refusal.REMOVED),
    (re.compile(r"failed authentication|failed to authenticate|\(02/01\)"), Refusal.AUTHENTICATION),
    (re.compile(r"failed authorization|\(02/02\)"), Refusal.AUTHORIZATION),
    (re.compile(r"target error|\(03/\d\d\)"), Refusal.UNAVAILABLE),
    (re.compile(r"login rejected"), Refusal.OTHER),
)

_NAMED = re.compile(r"Could not login to \[iface: (\S+), target: (\S+), portal: (\S+),(\d+)\]")
_UP = re.compile(r"\[target: (\S+), portal: (\S+),(\d+)\] through \[iface: (\S+)\] is operational")
_OWN = re.compile(r"\[target: (\S+), portal: (\S+),(\d+)\] through \[iface: (\S+)\] is ")


class Refused(Struct, frozen=True):
    """A refused login: why, the line that tells it, and when it was refused like that, each time."""

    why: Refusal
    line: Happening
    times: tuple[float, ...] = ()


def refusal_in(text: str) -> Refusal | None:
    """What a line of iscsid says of a refused login, or None."""
    return next((why for pattern, why in _SAID if pattern.search(text) is not None), None)


def refusal_of(evidence: Evidence, session: Session) -> Refused | None:
    """Why the target turns a session away that iscsid tries to bring back, or None.

    Only what came after the session was last up counts.
    """
    if session.state is SessionState.LOGGED_IN:
        return None
    found: list[Refused] = []
    for line in evidence.daemon_about(f"sid:{session.sid}"):
        if "is operational" in line.text:
            found.clear()
        elif (why := refusal_in(line.text)) is not None:
            found.append(Refused(why, line))
    return _last(found)


def refused_records(evidence: Evidence) -> tuple[tuple[NodeRecord, Refused], ...]:
    """The records without a session whose last login was refused, as far as the lines tell which it was."""
    inventory = evidence.inventory
    numbers = {f"sid:{session.sid}" for session in inventory.sessions}
    since = evidence.now - _RECENT
    refused = [
        Refused(why, line)
        for line in evidence.daemon
        if line.when >= since and line.subject not in numbers and (why := refusal_in(line.text)) is not None
    ]
    if not refused:
        return ()
    last = _last(refused) or refused[-1]
    absent = [
        record
        for record in inventory.node_records
        if session_of(inventory, record) is None and _may_have_been(evidence, record, last)
    ]
    own = {
        (match[4], match[1], match[2], match[3])
        for line in evidence.daemon_about(last.line.subject, since=since)
        if last.line.subject and (match := _OWN.search(line.text)) is not None
    }
    named = own or {
        (match[1], match[2], match[3], match[4])
        for line in evidence.daemon
        if line.when >= since and (match := _NAMED.search(line.text)) is not None
    }
    # Where its number tells whose it was, nobody else is blamed.
    only = absent if len(absent) == 1 and not own and not _is_up_since(evidence, absent[0], last) else []
    meant = [record for record in absent if _name_of(record) in named] or only
    return tuple((record, last) for record in meant)


def _last(refused: Sequence[Refused]) -> Refused | None:
    """The last of some refusals, with when each like it was; iscsid may say one in two lines."""
    if not refused:
        return None
    like = [
        refusal.line
        for refusal in refused
        if refusal.why is refused[-1].why and "login rejected" in refusal.line.text
    ]
    return replace(refused[-1], times=tuple(refusal.when for refusal in like))


def _name_of(record: NodeRecord) -> tuple[str, str, str, str]:
    return (record.iface, record.target, record.portal.address, str(record.portal.port))


def _is_up_since(evidence: Evidence, record: NodeRecord, refused: Refused) -> bool:
    """Whether somebody logged in to a record's target and portal since, through whichever iface."""
    place = _name_of(record)[1:]
    return any(
        match is not None and match.groups()[:3] == place
        for line in evidence.daemon
        if line.when >= refused.line.when
        for match in (_UP.search(line.text),)
    )


def _may_have_been(evidence: Evidence, record: NodeRecord, refused: Refused) -> bool:
    """Whether a record's portal answers, and nobody has logged in by it since it was refused."""
    answer = evidence.answer_of(record.portal)
    if answer is not None and answer.answer is not Answer.OPEN:
        return False
    iface, target, address, port = _name_of(record)
    return not any(
        match is not None and match.groups() == (target, address, port, iface)
        for line in evidence.daemon
        if line.when >= refused.line.when
        for match in (_UP.search(line.text),)
    )
