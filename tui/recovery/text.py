"""A diagnosis as text for people, in the order in which they should act on it."""

from collections.abc import Iterable, Iterator

from tui.maintenance.proposal import Proposal
from tui.recovery.diagnosis import Diagnosis, is_whole
from tui.recovery.evidence import item_words
from tui.recovery.expectations.expectation import Standing
from tui.recovery.finding import Finding, Fix, Weight
from tui.storage.cells import wrapped
from tui.storage.host_limits import limits
from tui.storage.stacks.layer_words import layer_word
from tui.storage.untrusted import clean
from tui.words import enumerated, labelled, prose, remarked, translate as _, translate_count

WIDTH = 79


def diagnosis_text(diagnosis: Diagnosis) -> str:
    """The whole diagnosis."""
    lines = _wrapped(_heading(diagnosis))
    for limit in limits(diagnosis.evidence.inventory):
        lines += _wrapped(prose(limit.summary, limit.cause, limit.remedy))
    for number, finding in enumerate(diagnosis.counted, start=1):
        lines += ["", *_finding(finding, number, diagnosis)]
    lines += _unexplained(diagnosis)
    lines += _explained(diagnosis)
    lines += _accepted(diagnosis)
    lines += _not_seen(diagnosis)
    return "\n".join(lines)


def _heading(diagnosis: Diagnosis) -> str:
    host = clean(diagnosis.evidence.inventory.host, 100)
    if diagnosis.counted or diagnosis.unexplained:
        counts = [
            (sum(finding.weight is weight for finding in diagnosis.counted), weight)
            for weight in (Weight.CAUSE, Weight.CONSEQUENCE, Weight.RISK)
        ]
        parts = [_count_words(count, weight) for count, weight in counts if count]
        if unknown := len(diagnosis.unexplained):
            parts.append(
                translate_count(
                    "{count} layer broken or missing for an unknown reason",
                    "{count} layers broken or missing for an unknown reason",
                    unknown,
                ).format(count=unknown)
            )
        words = enumerated(parts)
        return _("Storage on {host}: {words}.").format(host=host, words=words)
    if is_whole(diagnosis.evidence):
        return _("Storage on {host}: nothing is wrong.").format(host=host)
    return _("Storage on {host}: nothing was found, but not everything could be checked.").format(host=host)


def _count_words(count: int, weight: Weight) -> str:
    words = {
        Weight.CAUSE: translate_count("{count} cause", "{count} causes", count),
        Weight.CONSEQUENCE: translate_count("{count} consequence", "{count} consequences", count),
        Weight.RISK: translate_count("{count} risk for later", "{count} risks for later", count),
    }
    return words[weight].format(count=count)


def _finding(finding: Finding, number: int, diagnosis: Diagnosis) -> Iterator[str]:
    yield from _wrapped(f"{number}. {finding.summary}", hanging=3)
    yield from _wrapped(_standing(finding, diagnosis), 3)
    yield from _wrapped(finding.meaning, 3)
    if finding.seen:
        yield "   " + _("Evidence:")
    for seen in finding.seen:
        yield f"     {seen.source}"
        yield from (f"       {line}" for line in seen.lines)
    if finding.ruled_out:
        yield "   " + _("Ruled out:")
    for excluded in finding.ruled_out:
        yield from _wrapped("- " + labelled(excluded.what, excluded.how), 5, hanging=2)
    if finding.hypotheses:
        yield "   " + _("Possible causes:")
    for hypothesis in finding.hypotheses:
        yield from _wrapped(f"- {hypothesis.cause}", 5, hanging=2)
        yield from _wrapped(_("Test: {test}").format(test=hypothesis.test), 7)
    if finding.fixes:
        yield "   " + _("What to do:")
    for place, fix in enumerate(finding.fixes, start=1):
        yield from _fix(fix, place)
    if finding.never:
        yield "   " + _("Do not:")
    for never in finding.never:
        yield from _wrapped("- " + _("{what}. {why}").format(what=never.what, why=never.why), 5, hanging=2)


def _standing(finding: Finding, diagnosis: Diagnosis) -> str:
    if finding.weight is Weight.RISK:
        return _("[{code}] Nothing is broken because of it now.").format(code=finding.code)
    if finding.weight is Weight.CONSEQUENCE:
        number = next(
            (at for at, other in enumerate(diagnosis.counted, start=1) if other.key == finding.follows),
            0,
        )
        if not number:
            return _("[{code}] A consequence of a finding that is accepted.").format(code=finding.code)
        words = _("[{code}] A consequence of number {number}: repair that one first.")
        return words.format(code=finding.code, number=number)
    return f"[{finding.code}]"


def _fix(fix: Fix, place: int) -> Iterator[str]:
    title = f"{place}. {fix.title}"
    if fix.seconds_left is not None:
        title = _("{title} ({seconds} s left)").format(title=title, seconds=round(fix.seconds_left))
    yield from _wrapped(title, 5, hanging=3)
    yield from _wrapped(fix.why, 8)
    for question in fix.confirm:
        yield from _wrapped(_("Make sure first: {question}").format(question=question), 8, hanging=2)
    if fix.ask is not None:
        yield "        " + _("Send to {who}:").format(who=fix.ask.who)
        for text in fix.ask.words.split("\n"):
            yield from (f"        | {line}".rstrip() for line in wrapped(text, WIDTH - 10) or [""])
    yield from (f"        $ {line}" for line in fix.by_hand)
    if fix.proposal is not None:
        yield from _plan(fix.proposal)


def _plan(proposal: Proposal) -> Iterator[str]:
    for note in proposal.notes:
        yield from _wrapped(note, 8)
    if proposal.refusal is not None:
        refusal = proposal.refusal
        words = prose(refusal.summary, refusal.cause, refusal.remedy)
        yield from _wrapped(_("Not possible now: {why}").format(why=words), 8)
    for operation in proposal.plan.operations:
        yield from _wrapped("- " + remarked(operation.title(), operation.risk.word), 8, hanging=2)
        yield from (f"          $ {line}" for line in operation.shown())


def _explained(diagnosis: Diagnosis) -> Iterator[str]:
    """What is expected and not there because of a finding that is about something else."""
    numbers = {finding.key: number for number, finding in enumerate(diagnosis.counted, start=1)}
    lines = [
        _("{name} ({source}): after number {number} is repaired, check again").format(
            name=clean(expectation.name, 80), source=expectation.source.source, number=number
        )
        for account in diagnosis.accounts
        if (expectation := account.expectation).standing is Standing.UNMET
        and (number := numbers.get(account.explained_by)) is not None
        and (expectation.told is None or expectation.told.key != account.explained_by)
    ]
    if lines:
        yield from ("", _("Expected, and not there because of what is listed above:"))
        for line in lines:
            yield from _wrapped(line, 2, hanging=2)


def _unexplained(diagnosis: Diagnosis) -> Iterator[str]:
    if not diagnosis.unexplained:
        return
    yield from ("", _("Broken or missing, and no known failure explains it:"))
    for rung in diagnosis.unexplained:
        words = labelled(f"{layer_word(rung.kind)} {clean(rung.name, 80)}", clean(rung.reason, 200))
        yield from _wrapped(words, 2, hanging=2)


def _accepted(diagnosis: Diagnosis) -> Iterator[str]:
    reasons = dict(diagnosis.accepted)
    found = [finding for finding in diagnosis.findings if finding.key in reasons]
    if not found:
        return
    yield from ("", _("Accepted, and not counted:"))
    for finding in found:
        words = _("[{key}] {summary} Reason: {reason}").format(
            key=clean(finding.key, 160), summary=finding.summary, reason=reasons[finding.key]
        )
        yield from _wrapped(words, 2, hanging=2)


def _not_seen(diagnosis: Diagnosis) -> Iterable[str]:
    evidence = diagnosis.evidence
    found = [
        *(labelled(clean(unseen.what), clean(unseen.why)) for unseen in evidence.inventory.unseen),
        *(labelled(item_words(unread.item), unread.why) for unread in evidence.unread),
    ]
    if not found:
        return ()
    lines = (line for text in found for line in _wrapped(text, 2, hanging=2))
    return ("", _("Not checked, so nothing is known about it:"), *lines)


def _wrapped(text: str, indent: int = 0, hanging: int = 0) -> list[str]:
    return wrapped(text, WIDTH, indent, hanging)
