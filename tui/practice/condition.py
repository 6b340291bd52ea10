"""Conditions on the fields of an inventory's things: the `where` of a goal.

A field is named by its path (`portal.address`); the fields and their types are those of the structs in
`tui.storage.model`, so that a goal that asks for a field which does not exist is found when it is loaded, not
when it is checked. `stack.…` asks for the stack that a thing belongs to (`tui.storage.stacks.stack.Stack`).
"""

import re
import types
import typing
from collections.abc import Mapping
from enum import Enum, StrEnum
from functools import cache

from msgspec import Struct

from tui.storage.model.inventory import Inventory
from tui.storage.stacks.rung import Rung
from tui.storage.stacks.stack import Stack
from tui.storage.status import MEMBERSHIP
from tui.words import enumerated, translate as _

STACK = "stack"
"""First part of the path of a field of the stack that a thing belongs to."""

UNITS = {"K": 2**10, "M": 2**20, "G": 2**30}

Value = str | int | bool | tuple[str, ...]
"""What a field is compared with."""


class NotACondition(ValueError):
    """A condition that cannot be asked. The message says what is wrong and what there is."""


class Kind(StrEnum):
    """What a field holds."""

    TEXT = "string"
    NUMBER = "number"
    FLAG = "boolean"
    TEXTS = "list of strings"


class Comparison(StrEnum):
    """How a field is compared."""

    IS = "is"
    NOT = "not"
    ONE_OF = "one_of"
    LIKE = "like"
    """A regular expression for the whole text (re.fullmatch)."""
    AT_LEAST = "at_least"
    AT_MOST = "at_most"
    HAS = "has"
    LACKS = "lacks"


_TESTS = {
    Kind.TEXT: (Comparison.IS, Comparison.NOT, Comparison.ONE_OF, Comparison.LIKE),
    Kind.NUMBER: (Comparison.IS, Comparison.NOT, Comparison.AT_LEAST, Comparison.AT_MOST),
    Kind.FLAG: (Comparison.IS,),
    Kind.TEXTS: (Comparison.HAS, Comparison.LACKS),
}


class Condition(Struct, frozen=True):
    """One field, and how it has to be."""

    path: tuple[str, ...]
    test: Comparison
    value: Value

    def holds(self, thing: object, stack: Stack | None) -> bool:
        """Whether a thing of a stack, or of none, meets it. What is not known meets nothing."""
        thing, path = (stack, self.path[1:]) if self.path[0] == STACK else (thing, self.path)
        for name in path:
            thing = None if thing is None else getattr(thing, name)
        if thing is None:
            return False
        return _compare(self.test, thing.value if isinstance(thing, Enum) else thing, self.value)


def _compare(test: Comparison, found: object, wanted: Value) -> bool:
    match test:
        case Comparison.IS:
            return found == wanted
        case Comparison.NOT:
            return found != wanted
        case Comparison.ONE_OF:
            return isinstance(wanted, tuple) and found in wanted
        case Comparison.LIKE:
            return re.fullmatch(str(wanted), str(found)) is not None
        case Comparison.HAS:
            return isinstance(found, tuple) and wanted in found
        case Comparison.LACKS:
            return isinstance(found, tuple) and wanted not in found
        case Comparison.AT_LEAST:
            return isinstance(found, int | float) and isinstance(wanted, int) and found >= wanted
        case Comparison.AT_MOST:
            return isinstance(found, int | float) and isinstance(wanted, int) and found <= wanted


@cache
def collections() -> Mapping[str, type]:
    """What goals can ask about: the lists of an inventory by name, its single parts, layers and stacks."""
    found: dict[str, type] = {"rungs": Rung, "stacks": Stack}
    for name, hint in typing.get_type_hints(Inventory).items():
        item = typing.get_args(hint)[0] if typing.get_origin(hint) is tuple else hint
        if not name.startswith("_") and isinstance(item, type) and issubclass(item, Struct):
            found[name] = item
    return found


def conditions(collection: str, where: Mapping[str, object]) -> tuple[Condition, ...]:
    """The conditions that a `where` table asks of the things of a collection.

    Raises:
        NotACondition: at the first thing that does not fit.
    """
    item = collections().get(collection)
    if item is None:
        known = enumerated(sorted(collections()))
        raise NotACondition(
            _("{name} is not a known collection; valid names: {known}.").format(name=collection, known=known)
        )
    return tuple(
        condition for name, asked in where.items() for condition in _of_field(collection, item, name, asked)
    )


def _of_field(collection: str, item: type, name: str, asked: object) -> list[Condition]:
    path = tuple(name.split("."))
    if path[0] == STACK and collection not in MEMBERSHIP:
        raise NotACondition(_("{name}: it has no stack.").format(name=name))
    kind = _kind(Stack, path[1:], name) if path[0] == STACK else _kind(item, path, name)
    tests = asked if isinstance(asked, dict) else {_TESTS[kind][0].value: asked}
    found = []
    for word, value in tests.items():
        if word not in {test.value for test in _TESTS[kind]}:
            raise NotACondition(
                _("{name} cannot be compared by {word}; valid comparisons: {known}.").format(
                    name=name, word=word, known=enumerated(_TESTS[kind])
                )
            )
        found.append(Condition(path, Comparison(word), _value(kind, Comparison(word), value, name)))
    return found


def _value(kind: Kind, test: Comparison, value: object, name: str) -> Value:
    if (
        test is Comparison.ONE_OF
        and isinstance(value, list)
        and all(isinstance(choice, str) for choice in value)
    ):
        return tuple(value)
    if kind is Kind.FLAG and isinstance(value, bool):
        return value
    if kind is Kind.NUMBER and isinstance(value, int) and not isinstance(value, bool):
        return value
    if kind is Kind.NUMBER and isinstance(value, str) and (size := re.fullmatch(r"(\d{1,10})([KMG])", value)):
        return int(size[1]) * UNITS[size[2]]
    if kind in (Kind.TEXT, Kind.TEXTS) and isinstance(value, str) and test is not Comparison.ONE_OF:
        if test is Comparison.LIKE:
            _require_pattern(value, name)
        return value
    raise NotACondition(
        _("{name} is a {kind}; {value} is not.").format(name=name, kind=kind, value=repr(value))
    )


def _require_pattern(value: str, name: str) -> None:
    try:
        re.compile(value)
    except re.error as error:
        raise NotACondition(
            _("{name}: {value} is not a valid regular expression: {reason}").format(
                name=name, value=value, reason=error
            )
        ) from error


def _kind(item: type, path: tuple[str, ...], name: str) -> Kind:
    hint: object = item
    for part in path:
        if not (isinstance(hint, type) and issubclass(hint, Struct)):
            raise NotACondition(_("{name} names a field of a value that has no fields.").format(name=name))
        hints = typing.get_type_hints(hint) | _properties(hint)
        known = [*hint.__struct_fields__, *_properties(hint)]
        if part not in known:
            raise NotACondition(
                _("{name}: {part} is not a field; valid fields: {known}.").format(
                    name=name, part=part, known=enumerated(known)
                )
            )
        hint = _without_none(hints[part])
    if hint is bool:
        return Kind.FLAG
    if hint in (int, float):
        return Kind.NUMBER
    if isinstance(hint, type) and issubclass(hint, str):
        return Kind.TEXT
    if typing.get_origin(hint) is tuple and typing.get_args(hint)[0] is str:
        return Kind.TEXTS
    raise NotACondition(_("{name} is not a single value; name one of its fields.").format(name=name))


def _properties(item: type) -> dict[str, object]:
    """The types of a struct's properties, such as a stack's health."""
    properties = {name: value.fget for name, value in vars(item).items() if isinstance(value, property)}
    return {
        name: typing.get_type_hints(getter).get("return")
        for name, getter in properties.items()
        if getter is not None and not name.startswith("_")
    }


def _without_none(hint: object) -> object:
    """The type of a field that may also be None."""
    if typing.get_origin(hint) in (types.UnionType, typing.Union):
        kinds = [kind for kind in typing.get_args(hint) if kind is not type(None)]
        return kinds[0] if len(kinds) == 1 else hint
    return hint
