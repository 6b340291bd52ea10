"""What a rehearsal showed: a file, a page made from it, and what it says of the same plan on the host itself.

The file is JSON: `schema`, and the fields of `Rehearsal`. A copy of each is kept in
`$XDG_STATE_HOME/iscsi-console/rehearsals`, where the review of a plan finds it.
"""

import json
import re
import time
from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from tui.maintenance.proposal import Proposal
from tui.practice.progress import state_folder
from tui.practice.rehearsal.compared import Comparison
from tui.practice.rehearsal.description import Unlike
from tui.storage.changing.journal import Journal, Progressed
from tui.storage.changing.plan import Plan, Stage
from tui.storage.codec import NotDecodable, decode, encode
from tui.storage.documents import parse_json, read_bounded
from tui.storage.files.owner_file import write_for_owner
from tui.storage.problem import Refused
from tui.storage.untrusted import clean
from tui.words import labelled, translate as _, translate_count

SCHEMA = 1


class Rehearsed(Struct, frozen=True):
    """One operation of a plan that ran in the twin.

    Attributes:
        title: what it does.
        commands: as the plan showed them, secrets masked.
        stage: done, already, failed, or waiting where it never began.
        failure: why it failed, or empty.
    """

    title: str
    commands: tuple[str, ...]
    stage: Stage
    failure: str = ""


class RehearsedPlan(Struct, frozen=True):
    """A plan that ran in the twin, with its operations in order; `began_at` is in seconds since the epoch."""

    title: str
    began_at: float
    operations: tuple[Rehearsed, ...]

    @property
    def stopped_at(self) -> int:
        """The number of the operation that it stopped at, from 1; 0 where it went through."""
        for number, operation in enumerate(self.operations, 1):
            if operation.stage not in (Stage.DONE, Stage.ALREADY):
                return number
        return 0


class Rehearsal(Struct, frozen=True):
    """All that ran in one twin.

    Attributes:
        host: the name of the host.
        captured_at: when it was captured, in seconds since the epoch.
        ended_at: when the rehearsal ended, likewise.
        unlike: in what the twin was not like the host.
        plans: what ran, in the order in which it began.
        comparison: the inventories of both before anything ran, or None.
    """

    host: str
    captured_at: float
    ended_at: float
    unlike: tuple[Unlike, ...]
    plans: tuple[RehearsedPlan, ...]
    comparison: Comparison | None = None


def folder() -> Path:
    """Where the results of rehearsals are kept."""
    return state_folder() / "rehearsals"


def plans_in(journals: Path) -> tuple[RehearsedPlan, ...]:
    """The plans whose journals a folder has, the first begun first; those of other versions are left out."""
    found = []
    for journal in reversed(Journal.all_of(journals)):
        try:
            plan = journal.plan()
        except Refused:
            continue
        found.append(
            RehearsedPlan(
                plan.title,
                journal.began_at,
                tuple(
                    Rehearsed(
                        clean(operation.title()),
                        tuple(map(clean, operation.shown())),
                        _stage(journal, number),
                        journal.failure(number),
                    )
                    for number, operation in enumerate(plan.operations)
                ),
            )
        )
    return tuple(found)


def _stage(journal: Journal, number: int) -> Stage:
    if journal.progressed(number) is Progressed.DONE:
        return Stage.DONE if journal.changed(number) else Stage.ALREADY
    return (
        Stage.FAILED
        if journal.progressed(number) is Progressed.BEGUN or journal.failure(number)
        else Stage.WAITING
    )


def keep_result(rehearsal: Rehearsal, path: Path) -> None:
    """Write the file of a rehearsal, for its owner alone.

    Raises:
        Refused: it exists already.
        OSError: it cannot be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    plain = encode(rehearsal)
    assert isinstance(plain, dict)
    write_for_owner(str(path), json.dumps({"schema": SCHEMA, **plain}, indent=1) + "\n", force=False)


def read_result(path: Path) -> Rehearsal:
    """The rehearsal in a file.

    Raises:
        OSError: it cannot be read.
        NotDecodable: it holds something else.
    """
    document = parse_json(read_bounded(path))
    if not isinstance(document, dict) or document.pop("schema", None) != SCHEMA:
        raise NotDecodable(f"no schema {SCHEMA}")
    return decode(Rehearsal, document)


def results(host: str) -> Iterator[Rehearsal]:
    """The kept results of a host, the latest first; what cannot be read is left out."""
    for path in sorted(folder().glob("*.json"), reverse=True):
        try:
            found = read_result(path)
        except (OSError, ValueError):
            continue
        if found.host == host:
            yield found


def result_text(rehearsal: Rehearsal) -> str:
    """The page: what was not the same, each plan with its operations, and what that is worth."""
    return "\n".join(_page(rehearsal))


def _page(rehearsal: Rehearsal) -> Iterator[str]:
    yield _("Rehearsal for {host}, captured {captured}, rehearsed {ended}").format(
        host=clean(rehearsal.host), captured=_moment(rehearsal.captured_at), ended=_moment(rehearsal.ended_at)
    )
    yield ""
    yield from unlike_lines(rehearsal.unlike)
    if rehearsal.comparison is not None:
        yield ""
        yield from comparison_lines(rehearsal.comparison)
    for plan in rehearsal.plans:
        yield ""
        yield clean(plan.title)
        for number, operation in enumerate(plan.operations, 1):
            yield f"  {number}. " + labelled(operation.title, _stage_word(operation.stage))
            yield from (f"       $ {command}" for command in operation.commands)
            if operation.failure:
                yield f"       {operation.failure}"
        yield "  " + _outcome(plan)
    if not rehearsal.plans:
        yield ""
        yield _("No plan ran in the twin.")
    yield ""
    yield _("A plan that went through in the twin may still fail on the host.")


def unlike_lines(unlike: tuple[Unlike, ...]) -> Iterator[str]:
    """In what a twin is not like its host, as lines."""
    yield _("Not the same in the twin:")
    for one in unlike:
        yield "  " + labelled(clean(one.what), clean(one.why))
    if not unlike:
        yield "  -"


def comparison_lines(comparison: Comparison) -> Iterator[str]:
    """How alike a host and its twin are, as lines."""
    yield translate_count(
        "{count} field of the inventory is equal.",
        "{count} fields of the inventory are equal.",
        comparison.equal,
    ).format(count=comparison.equal)
    for kind, count in comparison.ignored:
        yield "  " + translate_count(
            "{count} field differs only in {what}.", "{count} fields differ only in {what}.", count
        ).format(count=count, what=kind.words)
    for one in comparison.differences:
        what = " ".join(filter(None, (one.section, one.thing, one.field)))
        yield "  " + _("{what}: on the host {host}, in the twin {twin}").format(
            what=clean(what), host=clean(one.host) or "-", twin=clean(one.twin) or "-"
        )


def _stage_word(stage: Stage) -> str:
    return {
        Stage.DONE: _("done"),
        Stage.ALREADY: _("already so"),
        Stage.FAILED: _("failed"),
        Stage.RUNNING: _("running"),
        Stage.WAITING: _("not begun"),
    }[stage]


def _outcome(plan: RehearsedPlan) -> str:
    number = plan.stopped_at
    if not number:
        return _("It went through.")
    stopped = plan.operations[number - 1]
    return _("It stopped at operation {number}: {title}").format(number=number, title=stopped.title)


def _moment(at: float) -> str:
    return time.strftime("%Y-%m-%d %H:%M", time.localtime(at))


def rehearsed_note(host: str, plan: Plan) -> str:
    """What the latest rehearsal says of a plan, for its review on the host; empty where none ran it."""
    for rehearsal in results(host):
        for rehearsed in reversed(rehearsal.plans):
            if rehearsed.title == plan.title:
                return _note(rehearsal, rehearsed, plan)
    return ""


def noted(proposal: Proposal, host: str) -> Proposal:
    """A proposal for a host, with what its latest rehearsal showed among the notes."""
    note = rehearsed_note(host, proposal.plan)
    return replace(proposal, notes=(*proposal.notes, note)) if note else proposal


_PASSING = re.compile(r"\b(sd[a-z]+|dm-\d+|session\d+|\d{8}-\d{6}-\d+)\b")
"""Names that differ from boot to boot, and those of files with the moment in their names."""


def _lasting(title: str, commands: tuple[str, ...]) -> tuple[str, ...]:
    """What an operation does, without the names that differ between two hosts that are alike."""
    return tuple(_PASSING.sub("*", clean(line)) for line in (title, *commands))


def _note(rehearsal: Rehearsal, rehearsed: RehearsedPlan, plan: Plan) -> str:
    begun = _("Rehearsed on {date}:").format(date=_moment(rehearsal.ended_at))
    here = [_lasting(operation.title(), operation.shown()) for operation in plan.operations]
    there = [_lasting(operation.title, operation.commands) for operation in rehearsed.operations]
    if here != there:
        number = next(
            (place for place, pair in enumerate(zip(here, there, strict=False)) if pair[0] != pair[1]),
            min(len(here), len(there)),
        )
        words = _("the host differs from the twin in operation {number}.").format(number=number + 1)
    elif rehearsed.stopped_at:
        stopped = rehearsed.operations[rehearsed.stopped_at - 1]
        words = _("it stopped at operation {number}, {title}: {failure}").format(
            number=rehearsed.stopped_at,
            title=stopped.title,
            failure=stopped.failure or _stage_word(stopped.stage),
        )
    else:
        words = _("it went through. The host may still behave differently.")
    return f"{begun} {words}"
