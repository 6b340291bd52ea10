"""How a LUN, a target and a portal stand on one host, from the states that the diagnosis gives its layers."""

from collections.abc import Sequence

from tui.fleet.facts import Cell, Shown
from tui.storage.host.interface import Answer
from tui.storage.stacks.rung import Health, Rung
from tui.storage.untrusted import clean
from tui.words import enumerated, prose, translate as _

_BROKEN = frozenset({Health.BAD, Health.DEGRADED})


def lun_cell(paths: Sequence[Rung], used: Sequence[str]) -> Cell:
    """How a LUN stands.

    Args:
        paths: its layer in each session that shows it.
        used: what is mounted, swap space or active on it, in words.
    """
    places = enumerated(dict.fromkeys(used))
    bad = [path for path in paths if path.health in _BROKEN or not path.is_there]
    if bad and len(bad) == len(paths):
        state = clean(bad[0].state, 20)
        words = state if state != "running" else _("session lost")
        return Cell(Shown.BROKEN, words, _joined(bad[0].reason, places))
    if bad:
        words = _("{up} of {count} paths").format(up=len(paths) - len(bad), count=len(paths))
        return Cell(Shown.WARNING, words, _joined(bad[0].reason, places))
    for path in paths:
        if path.health is Health.WARN:
            return Cell(Shown.WARNING, _("warning"), _joined(path.reason, places))
    if not paths or all(path.health is Health.UNKNOWN for path in paths):
        return Cell(Shown.UNKNOWN, _("unknown"), places)
    if not places:
        return Cell(Shown.THERE, _("unused"))
    return Cell(Shown.USED, _("in use") if places.startswith("LV ") else _("mounted"), places)


def target_cell(sessions: Sequence[Rung]) -> Cell:
    """How a target stands.

    Args:
        sessions: its sessions, and those that a record could log in to.
    """
    wanted = [one for one in sessions if one.health is not Health.AS_WISHED]
    up = [one for one in wanted if one.health in {Health.GOOD, Health.WARN}]
    reason = _joined(*(one.reason for one in wanted if one not in up))
    if wanted and len(up) == len(wanted):
        reasons = _joined(*(one.reason for one in up))
        words = _("{up} of {count}").format(up=len(up), count=len(wanted))
        return Cell(Shown.WARNING if reasons else Shown.THERE, words, reasons)
    if up:
        words = _("{up} of {count}").format(up=len(up), count=len(wanted))
        return Cell(Shown.WARNING, words, reason)
    if any(one.health in _BROKEN for one in wanted):
        return Cell(Shown.BROKEN, _("lost"), reason)
    if any(one.health is Health.ABSENT for one in wanted):
        return Cell(Shown.MISSING, _("missing"), reason)
    if wanted:
        return Cell(Shown.UNKNOWN, _("unknown"), reason)
    return Cell(Shown.INTENDED, _("logged out"), _joined(*(one.reason for one in sessions)))


def portal_cell(sessions: Sequence[Rung], answer: Answer | None, *, reached: bool | None) -> Cell:
    """How a portal stands.

    Args:
        sessions: the sessions through it, and those that a record could log in to.
        answer: how it took a connection, or None where nobody tried.
        reached: a session through it is up, or it took a connection; None where nobody tried.
    """
    healths = {one.health for one in sessions}
    reason = _joined(*(one.reason for one in sessions))
    if reached:
        if healths & {Health.GOOD, Health.WARN}:
            return Cell(Shown.THERE, _("logged in"))
        lost = healths & {*_BROKEN, Health.ABSENT}
        return Cell(Shown.WARNING if lost else Shown.INTENDED, _("answers"), reason)
    if reached is False:
        asked = healths & {*_BROKEN, Health.ABSENT}
        return Cell(Shown.BROKEN if asked else Shown.WARNING, _answer_words(answer), reason)
    if healths & _BROKEN:
        return Cell(Shown.BROKEN, _("lost"), reason)
    if Health.ABSENT in healths:
        return Cell(Shown.MISSING, _("no session"), reason)
    if Health.AS_WISHED in healths:
        return Cell(Shown.INTENDED, _("not tried"), reason)
    return Cell(Shown.UNKNOWN, _("unknown"), reason)


def _answer_words(answer: Answer | None) -> str:
    return {
        Answer.REFUSED: _("refused"),
        Answer.UNREACHABLE: _("unreachable"),
        Answer.NO_SUCH_HOST: _("no such host"),
    }.get(answer or Answer.SILENT, _("no answer"))


def _joined(*words: str) -> str:
    return prose(*dict.fromkeys(clean(word, 400) for word in words))
