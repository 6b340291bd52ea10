"""One finding in words: what is wrong and what it means, and how that is known."""

from collections.abc import Iterator

from tui.recovery.finding import Finding
from tui.recovery.findings.iscsi.outage import outages
from tui.screens.access import Access
from tui.screens.console.figures import outage_lines
from tui.screens.paragraphs import Paragraph
from tui.screens.recovery.board import OPEN, Board, Entry, Standing
from tui.screens.recovery.recovery_words import state_of
from tui.storage.model.iscsi import Session, SessionState
from tui.storage.stacks.iscsi_rungs import session_key
from tui.storage.stacks.layer_words import layer_word
from tui.storage.stacks.rung import Rung
from tui.storage.untrusted import clean
from tui.words import translate as _
from widgets.bars.countdown import CountLine
from widgets.state import Role, State

LABELS = 9
"""Cells of the label column: `never do`, `it is not`, `gives up`."""

_SUMMARY, _SENTENCE, _LINE = 320, 480, 400
_LINES = 12
"""Verbatim lines shown of one source; its newest."""


def what(entry: Entry, board: Board) -> tuple[Paragraph, ...]:
    """Return what is wrong, and what it means for the data."""
    if entry.rung is not None:
        return tuple(_without_finding(entry, entry.rung))
    finding = entry.finding
    if finding is None:
        return ()
    lines = [Paragraph(clean(finding.summary, _SUMMARY), Role.STRONG, state=state_of(entry.standing))]
    if entry.standing in {Standing.REPAIRED, Standing.GONE, Standing.UNSURE}:
        return (*lines, *_gone(entry.standing))
    if entry.reason:
        lines.append(Paragraph(clean(entry.reason, _SENTENCE), label=_("accepted")))
    cause = board.finding(finding.follows) if finding.follows else None
    if cause is not None:
        lines.append(Paragraph(clean(cause.summary, _SUMMARY), label=_("cause")))
    lines.append(Paragraph(clean(finding.meaning, _SENTENCE), label=_("means")))
    return tuple(lines)


def _gone(standing: Standing) -> Iterator[Paragraph]:
    if standing is Standing.UNSURE:
        yield Paragraph(
            _(
                "It was not found again, but less could be read this time than before. Check again, or "
                "see under what was checked why."
            ),
            label=_("now"),
        )
    elif standing is Standing.REPAIRED:
        yield Paragraph(_("The plan ran, this host was checked again, and it is fixed."), label=_("now"))
    else:
        yield Paragraph(_("It is solved: it was not found again. Nothing was done here."), label=_("now"))


def _without_finding(entry: Entry, rung: Rung) -> Iterator[Paragraph]:
    name = f"{layer_word(rung.kind)} {clean(rung.name, _SENTENCE)} {clean(rung.state)}".strip()
    yield Paragraph(name, Role.STRONG, state=state_of(entry.standing))
    if rung.target:
        yield Paragraph(clean(rung.target, _SENTENCE), label=_("target"))
    if rung.reason:
        yield Paragraph(clean(rung.reason, _SENTENCE), label=_("state"))
    words = (
        _("It is not there, and no evidence says why, or whether it should be.")
        if entry.standing is Standing.ABSENT
        else _(
            "This layer is broken, and none of the failures that this program knows matches the "
            "evidence. Nothing is done to it. The console lists what can be done with the layer itself: "
            "Escape, then Enter."
        )
    )
    yield Paragraph(words, label=_("means"))


def never(finding: Finding) -> tuple[Paragraph, ...]:
    """Return what not to do, and why."""
    return tuple(
        Paragraph(
            clean(warning.what, _SENTENCE),
            Role.WARN,
            label=_("do not") if number == 0 else " ",
            after=clean(warning.why, _SENTENCE),
        )
        for number, warning in enumerate(finding.never)
    )


def how_it_is_known(entry: Entry) -> tuple[Paragraph, ...]:
    """Return what was seen, what may be behind it, what it is not, and what only a person knows.

    Of what is gone, what was seen while it was there.
    """
    finding = entry.finding
    if finding is None:
        return ()
    if entry.standing not in OPEN:
        return tuple(_seen(finding))
    return (*_seen(finding), *_may_be(finding), *_is_not(finding), *_only_you(finding))


def _seen(finding: Finding) -> Iterator[Paragraph]:
    for number, seen in enumerate(finding.seen):
        label = _("evidence") if number == 0 else " "
        yield Paragraph(clean(seen.source, _SENTENCE), Role.MUTED, label=label)
        for line in seen.lines[-_LINES:]:
            yield Paragraph(clean(line, _LINE), label=" ", hanging=2)


def _may_be(finding: Finding) -> Iterator[Paragraph]:
    for number, hypothesis in enumerate(finding.hypotheses):
        yield Paragraph(
            clean(hypothesis.cause, _SENTENCE),
            label=_("possible") if number == 0 else " ",
            state=State.UNKNOWN,
            after=_("Test: {test}").format(test=clean(hypothesis.test, _SENTENCE)),
        )


def _is_not(finding: Finding) -> Iterator[Paragraph]:
    for number, excluded in enumerate(finding.ruled_out):
        yield Paragraph(
            clean(excluded.what, _SENTENCE),
            label=_("ruled out") if number == 0 else " ",
            after=clean(excluded.how, _SENTENCE),
        )


def _only_you(finding: Finding) -> Iterator[Paragraph]:
    questions = dict.fromkeys(question for fix in finding.fixes for question in fix.confirm)
    for number, question in enumerate(questions):
        yield Paragraph(clean(question, _SENTENCE), label=_("you know") if number == 0 else " ")


def not_possible(finding: Finding, access: Access) -> tuple[Paragraph, ...]:
    """Return why plans are only looked at, where there are any."""
    if not access.reason or all(fix.proposal is None for fix in finding.fixes):
        return ()
    words = _("Plans can be viewed, not run: {reason}.").format(reason=access.reason)
    return (Paragraph(words, Role.MUTED, label=" ", state=State.UNKNOWN),)


def countdown(finding: Finding, board: Board, now: float) -> tuple[CountLine, ...]:
    """Return since when the session of a finding is lost, and when the kernel gives up; ticks.

    Args:
        finding: the finding.
        board: what it was found in.
        now: seconds since the epoch on the host.
    """
    evidence = board.evidence
    if evidence is None:
        return ()
    lost = [
        session
        for session in evidence.inventory.sessions
        if session_key(session) in finding.rungs and session.state in {SessionState.FAILED, SessionState.FREE}
    ]
    since = outages(evidence)
    lost.sort(
        key=lambda session: _gives_up(session, since[session.sid].since if session.sid in since else now)
    )
    return tuple(outage_lines(lost[0], since.get(lost[0].sid), now)) if lost else ()


def _gives_up(session: Session, since: float) -> float:
    timer = session.recovery_timeout
    waits = session.state is SessionState.FAILED and timer is not None and timer >= 0
    return since + timer if waits and timer is not None else float("inf")
