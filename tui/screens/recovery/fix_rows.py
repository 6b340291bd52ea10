"""What can be done about an entry of the list, in the order in which it should be tried."""

from enum import StrEnum

from msgspec import Struct

from tui.recovery.finding import Finding, Fix
from tui.screens.access import Access
from tui.screens.recovery.board import OPEN, Board, Entry, Standing
from tui.storage.untrusted import clean
from tui.words import translate as _, translate_in
from widgets.table import PickRow
from widgets.text import duration

_LONGEST = 200


class WayKind(StrEnum):
    """What taking a way leads to."""

    PLAN = "plan"
    MESSAGE = "message"
    WAIT = "wait"
    HAND = "hand"
    CHECK = "check"
    """Something that only a person can find out."""
    CAUSE = "cause"
    """To the finding that this one follows from."""
    NEXT = "next"
    """To what is left."""
    AGAIN = "again"
    REPORT = "report"
    LEAVE = "leave"

    @property
    def word(self) -> str:
        """What stands in front of its title."""
        return {
            WayKind.PLAN: _("plan"),
            WayKind.MESSAGE: _("message"),
            WayKind.WAIT: _("wait"),
            WayKind.HAND: _("by hand"),
            WayKind.CHECK: _("find out"),
            WayKind.CAUSE: _("first"),
            WayKind.NEXT: translate_in("what to do after a repair", "next"),
            WayKind.AGAIN: _("check"),
            WayKind.REPORT: _("report"),
            WayKind.LEAVE: _("close"),
        }[self]

    @property
    def verb(self) -> str:
        """What the key that takes it does."""
        return {
            WayKind.PLAN: _("see the plan"),
            WayKind.MESSAGE: _("read the message"),
            WayKind.WAIT: _("wait for it"),
            WayKind.HAND: _("see how"),
            WayKind.CHECK: _("see what"),
            WayKind.CAUSE: _("go to the cause"),
            WayKind.NEXT: _("go there"),
            WayKind.AGAIN: _("check again"),
            WayKind.REPORT: _("write the report"),
            WayKind.LEAVE: _("close"),
        }[self]


class Way(Struct, frozen=True):
    """One way out.

    Attributes:
        kind: what it leads to.
        title: what is done, in a few words.
        fix: of the finding, or None for what the screen itself offers.
        to: key of the entry it goes to, or empty.
    """

    kind: WayKind
    title: str
    fix: Fix | None = None
    to: str = ""


def kind_of(fix: Fix) -> WayKind:
    """What a fix leads to."""
    if fix.proposal is not None:
        return WayKind.PLAN
    if fix.ask is not None:
        return WayKind.MESSAGE
    if fix.seconds_left is not None:
        return WayKind.WAIT
    return WayKind.HAND if fix.by_hand or not fix.confirm else WayKind.CHECK


def ways(entry: Entry, board: Board) -> tuple[Way, ...]:
    """What can be done about an entry; there is always something."""
    if entry.standing in {Standing.REPAIRED, Standing.GONE}:
        return (_onward(board),)
    if entry.standing is Standing.ABSENT:
        back = _("Back to the console: Enter on the layer lists what can be done with it")
        return (Way(WayKind.LEAVE, back), Way(WayKind.AGAIN, _("Check this host again")))
    if entry.standing in {Standing.UNEXPLAINED, Standing.LOOKED, Standing.UNSURE, Standing.ACCEPTED}:
        report = Way(WayKind.REPORT, _("Write everything to a file to send on"))
        again = Way(WayKind.AGAIN, _("Check this host again"))
        return (report, again) if entry.standing is Standing.UNEXPLAINED else (again, report)
    finding = entry.finding
    if finding is None:
        return ()
    fixes = tuple(Way(kind_of(fix), clean(fix.title, _LONGEST), fix) for fix in finding.fixes)
    cause = _cause(finding, board)
    behind = _("Repair the cause")
    first = () if cause is None else (Way(WayKind.CAUSE, behind, to=cause.key),)
    found = (*first, *fixes)
    return found or (Way(WayKind.REPORT, _("Write everything to a file to send on")),)


def _cause(finding: Finding, board: Board) -> Finding | None:
    return board.finding(finding.follows) if finding.follows else None


def _onward(board: Board) -> Way:
    left = next((entry for entry in board.entries() if entry.standing in OPEN), None)
    if left is None:
        return Way(WayKind.LEAVE, _("Nothing is left to repair"))
    words = left.finding.summary if left.finding is not None else left.rung.reason if left.rung else ""
    return Way(WayKind.NEXT, clean(words, _LONGEST), to=left.key)


def way_rows(found: tuple[Way, ...], access: Access, passed: float) -> tuple[PickRow, ...]:
    """The ways as numbered rows; a plan tells its risk, a wait the time that is left.

    Args:
        found: the ways.
        access: what may be done on the host.
        passed: seconds since the evidence was taken.
    """
    return tuple(
        PickRow(
            str(number),
            (str(number), way.kind.word, way.title),
            note=_note(way, access, passed),
        )
        for number, way in enumerate(found, start=1)
    )


def _note(way: Way, access: Access, passed: float) -> str:
    fix = way.fix
    if fix is None:
        return ""
    if fix.proposal is not None:
        if access.reason:
            return _("view only: {reason}").format(reason=access.reason)
        if fix.proposal.refusal is not None:
            return _("not possible now")
        risk = fix.proposal.plan.risk
        return risk.word if fix.proposal.plan.operations else ""
    if fix.seconds_left is not None:
        left = fix.seconds_left - passed
        return (
            _("at most {time}").format(time=duration(float(int(left) + 1))) if left > 0 else _("time is up")
        )
    return ""
