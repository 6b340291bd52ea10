"""The words for a table of hosts: the same in text and on the screen."""

import time
from collections.abc import Iterator

from tui.fleet.comparing.host_names import listed
from tui.fleet.facts import Shown
from tui.fleet.finding import Weight
from tui.fleet.fleet import Age, Column, Fleet, RowKind
from tui.storage.stacks.judgement import Verdict
from tui.words import enumerated, translate as _, translate_count

MOST = 8
"""Names that are written out where many can be meant."""


def weight_word(weight: Weight) -> str:
    """The word for how bad a finding is."""
    return {
        Weight.DANGER: _("danger"),
        Weight.BROKEN: _("broken"),
        Weight.RISK: _("risk"),
        Weight.DIFFERENCE: _("difference"),
    }[weight]


def kind_title(kind: RowKind) -> str:
    """The title over the rows of a kind."""
    return {RowKind.LUN: _("LUNs"), RowKind.TARGET: _("Targets"), RowKind.PORTAL: _("Portals")}[kind]


def shown_word(shown: Shown) -> str:
    """The word for a state, where it stands for several cells."""
    return {
        Shown.USED: _("in use"),
        Shown.THERE: _("there"),
        Shown.WARNING: _("warning"),
        Shown.BROKEN: _("broken"),
        Shown.MISSING: _("missing"),
        Shown.INTENDED: _("intended"),
        Shown.NONE: _("not here"),
        Shown.UNKNOWN: _("unknown"),
    }[shown]


def heading(fleet: Fleet) -> str:
    """How many hosts, and what was found."""
    count = len(fleet.columns)
    hosts = translate_count("{count} host", "{count} hosts", count).format(count=count)
    counted = [
        _("{number} {weight}").format(number=number, weight=weight_word(weight))
        for weight in Weight
        if (number := sum(finding.weight is weight for finding in fleet.findings))
    ]
    if counted:
        words = enumerated(counted)
    elif is_certain(fleet):
        words = _("nothing is wrong")
    else:
        words = _("nothing was found, but not everything could be checked")
    return _("{hosts}: {words}.").format(hosts=hosts, words=words)


def is_certain(fleet: Fleet) -> bool:
    """Whether enough is known to say that nothing is wrong."""
    return not fleet.unreadable and all(
        column.age is Age.CURRENT and column.facts.verdict is not Verdict.INCOMPLETE
        for column in fleet.columns
    )


def limits(fleet: Fleet) -> Iterator[str]:
    """What is not known, and why."""
    old = [column for column in fleet.columns if column.age is Age.OLD]
    if old:
        words = translate_count(
            "Unknown, because the capture is older than {hours:g} hours: {names}.",
            "Unknown, because their captures are older than {hours:g} hours: {names}.",
            len(old),
        )
        names = _dated(old)
        yield words.format(hours=fleet.max_age / 3600, names=names)
    ahead = [column for column in fleet.columns if column.age is Age.AHEAD]
    if ahead:
        words = _("Unknown, because the clock there is ahead of this one: {names}.")
        yield words.format(names=_dated(ahead))
    partly = [column.name for column in fleet.columns if not column.facts.whole and column.age is Age.CURRENT]
    if partly:
        words = _("Captured without root, or not everything could be read: {names}.")
        yield words.format(names=listed(partly, MOST))
    newest = dict.fromkeys(newer for _file, newer in fleet.replaced)
    for newer in newest:
        older = [file for file, by in fleet.replaced if by == newer]
        yield _("Not used, because {newer} is a newer capture of the same host: {files}.").format(
            newer=newer, files=listed(older, MOST)
        )
    for one in fleet.unreadable:
        yield _("Not read: {file}: {why}").format(file=one.file, why=one.why)


def verdict_word(column: Column) -> str:
    """What a host comes to by itself, in a word or two."""
    if column.age is not Age.CURRENT:
        return _("unknown")
    facts = column.facts
    if facts.verdict is Verdict.BROKEN:
        count = max(1, facts.problems)
        return translate_count("{count} problem", "{count} problems", count).format(count=count)
    if facts.verdict is Verdict.HEALTHY:
        return _("healthy")
    risks = sum(told.is_risk for told in facts.told)
    if risks:
        return translate_count("{count} risk", "{count} risks", risks).format(count=risks)
    return _("incomplete")


def _dated(columns: list[Column]) -> str:
    names = [
        f"{column.name} ({time.strftime('%Y-%m-%d %H:%M UTC', time.gmtime(column.facts.taken_at))})"
        for column in columns
    ]
    return listed(names, MOST)
