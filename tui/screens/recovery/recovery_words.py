"""What the Recovery screen says of the host: the list, where it stands, what was looked at, help."""

import time
from collections.abc import Iterator

from msgspec.structs import replace

from tui.recovery.diagnosis import is_whole
from tui.recovery.evidence import Evidence, Item, item_words
from tui.recovery.finding import Finding
from tui.screens.pace import Kind
from tui.screens.paragraphs import Paragraph
from tui.screens.recovery.board import Board, Entry, Standing
from tui.screens.recovery.looking import Progress
from tui.screens.recovery.watching import MAP, MOUNT, SESSION, Unrest
from tui.storage.stacks.layer_words import layer_word
from tui.storage.untrusted import clean
from tui.words import labelled, prose, translate as _, translate_count
from widgets.help import HelpSection
from widgets.stack_view import Rung as Row
from widgets.state import Role, State
from widgets.text import cells, cut_words, duration

_LONGEST = 300

_NAME = 100
"""Characters of a name in what is told of it in passing."""

_DOT = 8
"""Cells of a line beside its words: cursor, dot, and what keeps the columns apart."""


def rows_of(board: Board, width: int, ellipsis: str, *, looking: bool) -> tuple[Row, ...]:
    """Return the list as rungs: a cause, what follows from it, risks, what is gone, what was looked at.

    Args:
        board: what was found.
        width: cells of a line; sentences are cut to it where they say least.
        ellipsis: stands for what was cut out.
        looking: a look goes on.
    """
    rows = tuple(_row(entry, board, looking=looking) for entry in board.entries())
    room = width - _DOT - max(cells(row.kind) for row in rows) - max(cells(row.state_word) for row in rows)
    return tuple(
        replace(row, name=cut_words(row.name, max(20, room - 2 * row.depth), ellipsis)) for row in rows
    )


def _row(entry: Entry, board: Board, *, looking: bool) -> Row:
    state, word = state_of(entry.standing), standing_word(entry.standing)
    if entry.standing is Standing.LOOKED:
        evidence = board.evidence
        state, word = _reading(evidence, looking=looking)
        name = _("What was checked")
        if evidence is not None and not looking:
            when = time.strftime("%H:%M:%S", time.localtime(evidence.now))
            words = _("What was checked ({time}, {seconds})")
            name = words.format(time=when, seconds=duration(evidence.seconds))
        return Row(entry.key, _("host"), name, state=state, state_word=word)
    if entry.rung is not None:
        name, reason = clean(entry.rung.name, _LONGEST), clean(entry.rung.reason, _LONGEST)
        name = labelled(name, reason) if name and reason else name or reason
        return Row(entry.key, layer_word(entry.rung.kind), name, state=state, state_word=word)
    finding = entry.finding
    summary = clean(finding.summary, _LONGEST) if finding is not None else ""
    return Row(entry.key, place_word(finding), summary, entry.depth, state=state, state_word=word)


def place_word(finding: Finding | None) -> str:
    """Return the layer that a finding is on, in a word."""
    return layer_word(finding.kind) if finding is not None and finding.kind is not None else _("host")


def _reading(evidence: Evidence | None, *, looking: bool) -> tuple[State, str]:
    if looking:
        return State.HERE, _("checking")
    if evidence is None:
        return State.BAD, _("not read")
    missing = len(evidence.unread) + len(evidence.inventory.unseen)
    if not missing:
        return State.GOOD, _("all read")
    return State.UNKNOWN, translate_count("{count} not read", "{count} not read", missing).format(
        count=missing
    )


def state_of(standing: Standing) -> State:
    """How an entry is drawn."""
    return {
        Standing.CAUSE: State.BAD,
        Standing.CONSEQUENCE: State.WAITING,
        Standing.RISK: State.WARN,
        Standing.UNEXPLAINED: State.BAD,
        Standing.ABSENT: State.ABSENT,
        Standing.ACCEPTED: State.INTENDED,
        Standing.REPAIRED: State.GOOD,
        Standing.GONE: State.GOOD,
        Standing.UNSURE: State.UNKNOWN,
        Standing.LOOKED: State.GOOD,
    }[standing]


def standing_word(standing: Standing) -> str:
    """The word for what an entry is."""
    return {
        Standing.CAUSE: _("to repair"),
        Standing.CONSEQUENCE: _("follows"),
        Standing.RISK: _("risk"),
        Standing.UNEXPLAINED: _("unknown"),
        Standing.ABSENT: _("not there"),
        Standing.ACCEPTED: _("accepted"),
        Standing.REPAIRED: _("repaired"),
        Standing.GONE: _("solved"),
        Standing.UNSURE: _("not seen now"),
        Standing.LOOKED: _("all read"),
    }[standing]


# Where it stands --------------------------------------------------------------------------------------


def standing(board: Board, *, tried: str = "", looked: bool = True) -> tuple[Paragraph, ...]:
    """Return where it stands, in a line or two.

    Args:
        board: what was found.
        tried: key of the finding one of whose plans ran before the last look, or empty.
        looked: False while only what was known before is shown.
    """
    evidence = board.evidence
    if evidence is None or not looked:
        return ()
    return (*_result(board, tried), _count(board))


def _result(board: Board, tried: str) -> Iterator[Paragraph]:
    """Yield what became of the finding that was to be repaired."""
    if not tried:
        return
    here = board.finding(tried)
    if here is not None:
        words = _("The plan ran to its end, and this is still there: {what}")
        yield Paragraph(words.format(what=clean(here.summary, _LONGEST)), state=State.WARN)
        return
    gone = next((finding for finding in reversed(board.gone) if finding.finding.key == tried), None)
    if gone is None:
        return
    what = clean(gone.finding.summary, _LONGEST)
    if gone.standing is Standing.UNSURE:
        words = _("It was not found again, but not everything could be read: {what}")
        yield Paragraph(words.format(what=what), state=State.UNKNOWN)
    else:
        yield Paragraph(_("Repaired, and checked again: {what}").format(what=what), state=State.GOOD)


def _count(board: Board) -> Paragraph:
    """Return how much there is to do."""
    found = [entry.standing for entry in board.entries()]
    causes, follow = found.count(Standing.CAUSE), found.count(Standing.CONSEQUENCE)
    risks, unclear = found.count(Standing.RISK), found.count(Standing.UNEXPLAINED)
    parts: list[str] = []
    if causes:
        words = translate_count("{count} thing is broken.", "{count} things are broken.", causes)
        parts.append(words.format(count=causes))
    if follow:
        words = translate_count("{count} more follows from it.", "{count} more follow from that.", follow)
        parts.append(words.format(count=follow))
    if unclear:
        words = translate_count(
            "{count} layer is broken for an unknown reason.",
            "{count} layers are broken for an unknown reason.",
            unclear,
        )
        parts.append(words.format(count=unclear))
    away = found.count(Standing.ABSENT)
    if away:
        words = translate_count(
            "{count} layer is missing for an unknown reason.",
            "{count} layers are missing for an unknown reason.",
            away,
        )
        parts.append(words.format(count=away))
    if risks:
        words = translate_count("{count} risk.", "{count} risks.", risks)
        words = words if parts else _("Nothing is broken now. {risks}").format(risks=words)
        parts.append(words.format(count=risks))
    if not parts:
        evidence = board.evidence
        if evidence is not None and not is_whole(evidence):
            words = _("Nothing wrong was found in what could be read.")
            return Paragraph(words, Role.STRONG, state=State.UNKNOWN)
        return Paragraph(_("Nothing wrong was found."), Role.STRONG, state=State.GOOD)
    state = State.BAD if causes or unclear or away else State.WARN
    return Paragraph(prose(*parts), Role.STRONG, state=state)


def looking_words(progress: Progress) -> tuple[Paragraph, ...]:
    """Return how far a look has come."""
    words = progress.why or _("Checking this host. What is known already is shown.")
    return (Paragraph(words, state=State.HERE, after=_how_far(progress)),)


def _how_far(progress: Progress) -> str:
    after = _("{read} of {all} read, {seconds} of {within} at most").format(
        read=len(progress.told),
        all=len(Item),
        seconds=duration(float(int(progress.seconds))),
        within=duration(progress.within),
    )
    if not progress.is_followed:
        return after
    return _("{progress}. One more follows.").format(progress=after)


def unrest_words(
    unrest: Unrest, progress: Progress | None, looks_at: float, now: float
) -> tuple[Paragraph, ...]:
    """Return what goes on changing by itself, and when it is looked at again, or how far that has come.

    Args:
        unrest: what goes on.
        progress: of the look that goes on, or None.
        looks_at: when it is looked at again at the latest, in seconds since the epoch.
        now: seconds since the epoch on the host.
    """
    if progress is not None:
        after = f"{progress.why} {_how_far(progress)}".strip()
    else:
        # What is seen now may be what was read last; then nothing is due.
        after = (
            _("It is checked again by {time}; F5 checks now.").format(time=_time(looks_at))
            if looks_at > now
            else _("F5 checks now.")
        )
    return (Paragraph(_goes_on(unrest), state=State.WAITING, after=after),)


def _goes_on(unrest: Unrest) -> str:
    since = _time(unrest.since)
    begun = unrest.begun.most_common(1)
    if begun and begun[0][1] > 1:
        kind, count = begun[0]
        words = _("This host is changing: a session to {name} was begun at least {count} times since {time}.")
        return words.format(name=_name(kind), count=count, time=since)
    kind, count = unrest.times.most_common(1)[0]
    about = {
        SESSION: _(
            "This host is changing: the session to {name} changed at least {count} times since {time}."
        ),
        MAP: _("This host is changing: the map {name} changed at least {count} times since {time}."),
        MOUNT: _("This host is changing: the mount {name} changed at least {count} times since {time}."),
    }
    disk = _("This host is changing: the disk {name} changed at least {count} times since {time}.")
    return about.get(kind[0], disk).format(name=_name(kind), count=count, time=since)


def _name(kind: Kind) -> str:
    return clean(next((part for part in kind[1:] if part), ""), _NAME)


def _time(when: float) -> str:
    return time.strftime("%H:%M:%S", time.localtime(when))


def about_looking(evidence: Evidence | None) -> tuple[Paragraph, ...]:
    """Return what stands over the list of what was looked at."""
    lines = [
        Paragraph(
            _(
                "Sessions, disks, maps, LVM, file systems and mounts were read, and the items listed "
                "here. Checking changes nothing, and no disk is read that would not answer."
            )
        )
    ]
    missing = len(evidence.unread) + len(evidence.inventory.unseen) if evidence is not None else 0
    if missing:
        words = _(
            "The reason is shown beside each item that could not be read. The findings do not depend "
            "on it; there may be more problems."
        )
        lines.append(Paragraph(words, state=State.UNKNOWN))
    return tuple(lines)


def looked_at(evidence: Evidence | None, progress: Progress | None) -> tuple[Paragraph, ...]:
    """Return every item with what became of it.

    Args:
        evidence: of the last look, or None.
        progress: of the look that goes on, or None.
    """
    looking = progress is not None
    why = dict(progress.told) if progress is not None else {}
    if not looking and evidence is not None:
        why = dict.fromkeys(Item, "") | {unread.item: unread.why for unread in evidence.unread}
    lines = [_item_line(item, why.get(item)) for item in Item]
    if not looking and evidence is not None:
        lines += [
            Paragraph(clean(unseen.what, _LONGEST), state=State.UNKNOWN, after=_because(unseen.why))
            for unseen in evidence.inventory.unseen
        ]
    return tuple(lines)


def _item_line(item: Item, why: str | None) -> Paragraph:
    if why is None:
        return Paragraph(item_words(item), Role.MUTED, state=State.WAITING)
    if why:
        return Paragraph(item_words(item), state=State.UNKNOWN, after=_because(why))
    return Paragraph(item_words(item), state=State.GOOD)


def _because(why: str) -> str:
    return _("could not be read: {why}").format(why=clean(why, _LONGEST) or "?")


# Help -------------------------------------------------------------------------------------------------


def help_sections() -> tuple[HelpSection, ...]:
    """Return what the screen is, in a newcomer's words."""
    return (
        HelpSection(
            _("What you see"),
            _(
                "Above is what is wrong, from the bottom of the stack up: what is broken in a lower "
                "layer makes everything above it look broken too. A consequence is indented below its "
                "cause, and is usually gone once the cause is repaired. Below is the finding under the "
                "cursor: what is wrong, what it means for your data, and how to fix it."
            ),
        ),
        HelpSection(
            _("What to do"),
            _(
                "Press Enter: it opens the first fix, which is the one to try first. The numbers open "
                "the others. A plan is shown before anything is done, asks for confirmation, runs, and "
                "then this host is checked again to see whether it helped. A message is ready to be sent "
                "to those who can repair what this host cannot. Waiting is a fix too: while the kernel "
                "still queues I/O, nothing is lost."
            ),
        ),
        HelpSection(
            _("Why it says so"),
            _(
                "Evidence is shown as it was read, with its source. Where several causes are possible, "
                "each is listed with the test that tells it apart. What was ruled out is listed with the "
                'reason. Dangerous commands that people often try are listed under "do not", with the '
                "reason."
            ),
        ),
        HelpSection(
            _("A host that goes on changing"),
            _(
                "Where something is tried again and again the host is never the same for long. A line says "
                "what it is, and the host is looked at less and less often while that brings nothing new. A "
                "look that has begun is always finished and shown. F5 looks at once; pressed while a look "
                "goes on, it adds one more after it."
            ),
        ),
        HelpSection(
            _("What could not be read"),
            _(
                "A broken host does not answer everything. The last line of the list shows what could "
                "not be read, and why; the findings do not depend on it."
            ),
        ),
    )
