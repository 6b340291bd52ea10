"""F35: a logout that iscsid or the kernel refused."""

import re
from collections.abc import Iterator

from tui.maintenance.sessions import log_out
from tui.recovery.evidence import Evidence
from tui.recovery.finding import Finding, Fix, Never, RuledOut, Seen, Weight
from tui.recovery.findings.evidence_text import listed, place_of
from tui.storage.iscsi.sessions import uses_of
from tui.storage.model.iscsi import Session, SessionState
from tui.storage.news.happening import Happening
from tui.storage.stacks.iscsi_rungs import session_key
from tui.storage.stacks.rung import RungKind
from tui.words import translate as _

_RECENT = 3600.0
"""Seconds for which a refused logout counts."""


def refused_logouts(evidence: Evidence) -> Iterator[Finding]:
    """F35: somebody wanted to end a session, and it was refused."""
    sessions = [known for known in evidence.inventory.sessions if known.target]
    used = [known for known in sessions if uses_of(evidence.inventory, known.sid)]
    for session in sessions:
        own = evidence.daemon_about(f"sid:{session.sid}")
        came = max((line.when for line in own if "is operational now" in line.text), default=0.0)
        lines = [
            line
            for line in evidence.daemon
            if line.when >= max(came, evidence.now - _RECENT)
            and any(words in line.text for words in _REFUSALS)
            and _is_about(line, session, alone=used == [session])
        ]
        if lines:
            yield _refused(evidence, session, lines[-1].text)


def _is_about(line: Happening, session: Session, *, alone: bool) -> bool:
    """Whether a refusal is one of this session; one without a number only where no other could be meant.

    A session that has come since has another number.
    """
    if line.subject:
        return line.subject == f"sid:{session.sid}"
    numbers = [int(number) for number in _NUMBER.findall(line.text)]
    return session.sid in numbers if numbers else alone


_NUMBER = re.compile(r"\b(?:[Ss]ession |sid: )(\d{1,18})")
_REFUSALS = (
    "cannot be termin",
    "in invalid state for logout",
    "actively in use",
    "Could not logout",
)


def _refused(evidence: Evidence, session: Session, line: str) -> Finding:
    uses = uses_of(evidence.inventory, session.sid)
    coming = session.state is not SessionState.LOGGED_IN
    if coming:
        meaning = _("iscsid is trying to reconnect it, and does not end a session during that.")
        fix = Fix(
            _("Bring the target back for a moment, or try again"),
            _("The logout succeeds once the session is logged in, or between two attempts."),
            log_out((session,), evidence.inventory),
        )
    else:
        meaning = (
            _("It is in use: {uses}.").format(uses=listed(uses))
            if uses
            else _("What uses its disks cannot be seen from here: a container, a virtual machine, a target.")
        )
        fix = Fix(
            _("Disconnect in the right order"),
            _(
                "Disconnect (d in the console) unmounts, deactivates and logs out, and lists the "
                "processes that block it."
            ),
            log_out((session,), evidence.inventory),
        )
    return Finding(
        "F35.logout-refused",
        _("A logout of session {sid} was refused: {place}.").format(sid=session.sid, place=place_of(session)),
        meaning,
        RungKind.SESSION,
        (session_key(session),),
        seen=(
            Seen(_("iscsid in the journal"), (line,)),
            Seen(f"/sys/class/iscsi_session/session{session.sid}", (f"state: {session.state.value}",)),
        ),
        ruled_out=(RuledOut(_("a hung iscsid"), _("It answered: it refused.")),),
        fixes=(fix,),
        never=(
            Never(_("Kill iscsid"), _("The kernel keeps the session, and then nothing can end it.")),
            Never(
                _("umount -l, then log out"),
                _("It hides the processes that still write, and takes the disk away from them."),
            ),
        ),
        weight=Weight.RISK,
    )
