"""The shapes of the documents that the program prints, as types; `schemas/` has them as JSON Schemas.

Every field is there, and no other: a field that goes or changes is found by decoding what is printed.
"""

import types
import typing
from typing import Any, Literal

from msgspec import Struct, defstruct, json
from msgspec.structs import fields

from tui.commands.identities import Device
from tui.fleet.facts import Cell, Unreadable
from tui.recovery.evidence import Unread
from tui.recovery.expectations.expectation import Expectation
from tui.recovery.finding import Ask, Hypothesis, Never, RuledOut, Seen
from tui.recovery.history.outage import History
from tui.storage.model.inventory import Inventory, Unseen
from tui.storage.problem import Problem
from tui.storage.secret import Secret
from tui.storage.stacks.judgement import Told
from tui.storage.stacks.rung import Rung
from tui.storage.status import MEMBERSHIP

Fields = list[str | tuple[str, type] | tuple[str, type, Any]]

_made: dict[type, type[Struct]] = {}

TEXTS = list[str]


def shape(kind: object, **more: object) -> object:
    """The type of what `tui.storage.codec.encode` makes of a value of a type, and more fields."""
    origin, inner = typing.get_origin(kind), typing.get_args(kind)
    if origin in (types.UnionType, typing.Union):
        return either(*map(shape, inner))
    if origin is tuple and inner[-1] is not Ellipsis:
        return types.GenericAlias(tuple, tuple(map(shape, inner)))
    if origin in (tuple, frozenset):
        return many(shape(inner[0]))
    if isinstance(kind, type) and issubclass(kind, Struct):
        return (
            _of_struct(kind, more)
            if more
            else _made.get(kind) or _made.setdefault(kind, _of_struct(kind, {}))
        )
    return None if kind is Secret else kind


def _of_struct(kind: type[Struct], more: dict[str, object]) -> type[Struct]:
    hints = typing.get_type_hints(kind)
    names = [field.name for field in fields(kind) if not field.name.startswith("_")]
    return made(kind.__name__, **{name: shape(hints[name]) for name in names}, **more)


def many(kind: object) -> object:
    """A list of these."""
    return types.GenericAlias(list, (kind,))


def either(*kinds: object) -> object:
    """One of these."""
    return typing.Union.__getitem__(kinds)


def made(name: str, /, **named: object) -> type[Struct]:
    """A struct with these fields, all of them needed, and no others."""
    return defstruct(name, typing.cast("Fields", list(named.items())), forbid_unknown_fields=True)


def event(name: str, **named: object) -> type[Struct]:
    """An event of a verb: an object that has its name in `event`."""
    found = typing.cast("Fields", list(named.items()))
    return defstruct(f"{name.title()}Event", found, forbid_unknown_fields=True, tag_field="event", tag=name)


Risk = Literal["reads", "configures", "interrupts", "rewrites", "destroys"]
PROBLEM = shape(Problem)


def status() -> object:
    """`status --json`."""
    hints = typing.get_type_hints(Inventory)
    named: dict[str, object] = {"schema": Literal[1]}
    for field in fields(Inventory):
        if field.name.startswith("_"):
            continue
        kind = hints[field.name]
        if field.name in MEMBERSHIP:
            named[field.name] = many(shape(typing.get_args(kind)[0], stack=str | None))
        else:
            named[field.name] = shape(kind)
    stack = made(
        "Stack",
        key=str,
        health=str,
        targets=TEXTS,
        volume_groups=TEXTS,
        first_broken=str | None,
        rungs=many(shape(Rung)),
    )
    diagnosis = made(
        "Diagnosis",
        verdict=str,
        problems=int,
        risks=int,
        told=many(shape(Told)),
        unread=TEXTS,
    )
    return made("Status", **named, stacks=many(stack), diagnosis=either(diagnosis, None))


def doctor() -> object:
    """`doctor --json`."""
    step = made("Step", kind=str, title=str, why=str, risk=Risk, commands=TEXTS)
    plan = made(
        "Plan", title=str, why=str, risk=Risk, notes=TEXTS, refusal=either(PROBLEM, None), steps=many(step)
    )
    fix = made(
        "Fix",
        title=str,
        why=str,
        confirm=TEXTS,
        by_hand=TEXTS,
        seconds_left=float | None,
        ask=either(shape(Ask), None),
        plan=either(plan, None),
    )
    finding = made(
        "Finding",
        key=str,
        code=str,
        number=str,
        weight=str,
        follows=str,
        kind=str | None,
        rungs=TEXTS,
        device=str,
        summary=str,
        meaning=str,
        seen=many(shape(Seen)),
        ruled_out=many(shape(RuledOut)),
        hypotheses=many(shape(Hypothesis)),
        fixes=many(fix),
        never=many(shape(Never)),
        accepted=str | None,
    )
    rung = made("Layer", key=str, kind=str, name=str, health=str, reason=str)
    hints = typing.get_type_hints(Expectation)
    account = made(
        "Account", subject=str, name=str, source=shape(hints["source"]), standing=str, explained_by=str
    )
    return made(
        "Doctor",
        schema=Literal[1],
        host=str,
        taken_at=float,
        seconds=float,
        status=Literal["healthy", "findings", "incomplete"],
        verdict=str,
        findings=many(finding),
        stacks=many(made("LayersOfStack", key=str, health=str, rungs=many(rung))),
        unexplained=many(shape(Rung)),
        expected=many(account),
        unread=many(shape(Unread)),
        unseen=many(shape(Unseen)),
    )


def plan() -> object:
    """A plan file (`--out`)."""
    operation = made("Operation", kind=str, fields=dict[str, Any])
    shown = made("ShownOperation", kind=str, fields=dict[str, Any], title=str, risk=Risk, commands=TEXTS)
    return made(
        "PlanFile",
        format=Literal["iscsi-console plan"],
        version=Literal[1],
        program=str,
        host=str,
        machine=str,
        boot=str,
        made_at=float,
        title=str,
        why=str,
        yes=str,
        notes=TEXTS,
        risk=Risk,
        loses=TEXTS,
        word=str,
        together=bool,
        confirmed=TEXTS,
        secrets=TEXTS,
        devices=many(shape(Device)),
        operations=many(shown),
        back=either(made("Back", title=str, operations=many(operation)), None),
    )


def events() -> object:
    """One line of a verb's `--json`."""
    operation = made(
        "PlannedOperation", number=int, operation=str, title=str, why=str, risk=Risk, commands=TEXTS
    )
    return either(
        event(
            "plan",
            title=str,
            why=str,
            notes=TEXTS,
            risk=Risk,
            loses=TEXTS,
            word=str,
            questions=TEXTS,
            refusal=either(PROBLEM, None),
            operations=many(operation),
        ),
        event(
            "step",
            number=int,
            operation=str,
            title=str,
            stage=Literal["running", "done", "already", "failed", "waiting"],
            seconds=float,
            line=str,
            problem=str,
        ),
        event("line", text=str),
        event("problem", problem=PROBLEM),
        event("left", states=TEXTS, back=TEXTS),
        event("end", schema=Literal[1], status=int, changed=bool, problem=str, journal=str, file=str),
    )


def history() -> object:
    """`history --json`."""
    return shape(History, schema=Literal[1])


def fleet() -> object:
    """`fleet --json`."""
    host = made(
        "CapturedHost",
        file=str,
        name=str,
        taken_at=float,
        age=Literal["current", "old", "ahead"],
        whole=bool,
        verdict=str,
        problems=int,
        initiator=str,
        machine=str,
        system=str,
        versions=dict[str, str],
    )
    row = made(
        "Row", kind=Literal["lun", "target", "portal"], key=str, name=str, detail=str, cells=many(shape(Cell))
    )
    finding = made(
        "FleetFinding",
        code=str,
        weight=Literal["danger", "broken", "risk", "difference"],
        summary=str,
        hosts=TEXTS,
        subject=str,
        meaning=str,
        seen=many(made("SeenOnHost", host=str, words=str)),
        advice=TEXTS,
        own=bool,
    )
    return made(
        "Fleet",
        schema=Literal[1],
        now=float,
        max_age=float,
        hosts=many(host),
        rows=many(row),
        findings=many(finding),
        unreadable=many(shape(Unreadable)),
        replaced=many(made("Replaced", file=str, newer=str)),
    )


DOCUMENTS = {
    "status": status,
    "doctor": doctor,
    "plan": plan,
    "events": events,
    "history": history,
    "fleet": fleet,
}


def schema_text(name: str) -> str:
    """The JSON Schema of a document, as it is in `schemas/`."""
    from json import dumps

    (found,), parts = json.schema_components([DOCUMENTS[name]()], ref_template="#/$defs/{name}")
    document = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": name,
        **found,
        "$defs": parts,
    }
    return dumps(document, indent=1, sort_keys=True) + "\n"
