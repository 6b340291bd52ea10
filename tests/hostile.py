"""Names that try to take over a terminal, put into everything that a host may call something."""

import random
import types
import typing
import unicodedata
from collections.abc import Callable, Iterator
from enum import Enum

from msgspec import Struct
from msgspec.structs import replace

from tui.storage.operations import catalogue as _catalogue  # noqa: F401 (knows every operation)
from tui.storage.operations.operation import Operation
from tui.storage.secret import Secret

FORGED = "FORGED"
"""Begins a line of its own wherever a line break of a name is printed as one."""

NASTY = (
    "\x1b[2J",
    "\x1b]0;owned\x07",
    "\x9b31m",
    "\x90qpayload\x9c",
    "\r" + FORGED,
    "\n" + FORGED,
    "\v\f\b\x7f\x00",
    "\u202e\u2066",
    "\u2028\u2029\x85",
    "\udc9b\udcff",
    "\U000e0041\ufeff\u200b",
    "[bold red]markup[/]",
    "{0}{host}%s%n",
    "'\"`$(reboot)\\",
    "\N{CJK UNIFIED IDEOGRAPH-5B58}" * 3,
)

_UNSAFE = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}

Spoil = Callable[[str, str], str]
"""From `Class.field` and a text to the text in its place."""


def raw_controls(text: str) -> list[str]:
    """What must not be in a text on its way to a terminal: the lines that hold it, as Python shows them."""
    return [
        ascii(line)
        for line in text.split("\n")
        if line.strip().startswith(FORGED) or any(unicodedata.category(one) in _UNSAFE for one in line)
    ]


Value = typing.TypeVar("Value")


def spoiled(value: Value, spoil: Spoil, place: str = "") -> Value:
    """The value with every text of its structs replaced; enums and keys of the program's own stay."""
    return typing.cast("Value", _spoiled(value, spoil, place))


def _spoiled(value: object, spoil: Spoil, place: str) -> object:
    if isinstance(value, Enum | Secret):
        return value
    if isinstance(value, str):
        return spoil(place, value)
    if isinstance(value, tuple):
        items = [_spoiled(item, spoil, place) for item in value]
        return value._make(items) if hasattr(value, "_make") else tuple(items)
    if isinstance(value, frozenset):
        return frozenset(_spoiled(item, spoil, place) for item in value)
    if isinstance(value, Struct):
        kind = type(value).__name__
        changed = {
            name: _spoiled(getattr(value, name), spoil, f"{kind}.{name}") for name in value.__struct_fields__
        }
        return replace(value, **changed)
    return value


def places(value: object) -> set[str]:
    """Every `Class.field` below a value that holds a text."""
    found: set[str] = set()

    def note(place: str, text: str) -> str:
        if text:
            found.add(place)
        return text

    spoiled(value, note)
    return found


def spoil_with(nasty: str, chosen: frozenset[str] | None = None) -> Spoil:
    """Adds `nasty` to every text that is not empty; the same texts stay the same ones.

    Args:
        nasty: what is added.
        chosen: the `Class.field`s that are spoiled; all of them when not given.
    """

    def spoil(place: str, text: str) -> str:
        return text + nasty if text and (chosen is None or place in chosen) else text

    return spoil


def operations() -> list[str]:
    """The kinds of the program's operations; other tests make some of their own."""
    return sorted(name for name, kind in Operation.kinds.items() if kind.__module__.startswith("tui."))


class Maker:
    """Makes values of any frozen dataclass of the program, whose texts are hostile.

    Args:
        seed: of what is chosen.
    """

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def make(self, kind: type[Value]) -> Value:
        """A value of a type that `codec` can read."""
        return typing.cast("Value", self._make(kind))

    def _make(self, kind: object) -> object:
        origin = typing.get_origin(kind)
        if origin in (types.UnionType, typing.Union):
            return self._make(self.random.choice(typing.get_args(kind)))
        if origin is tuple:
            return tuple(self._items(typing.get_args(kind)))
        if origin is frozenset:
            return frozenset(self._make(typing.get_args(kind)[0]) for _turn in range(2))
        if kind is type(None):
            return None
        if kind is str:
            return self.text()
        if kind is bool:
            return self.random.random() < 0.5
        if kind is int:
            return self.random.choice((0, 1, 7, 4096, 2**40))
        if kind is float:
            return self.random.choice((0.0, 1.5, 1e9))
        assert isinstance(kind, type), kind
        if issubclass(kind, Secret):
            return Secret("planted")
        if issubclass(kind, Enum):
            return self.random.choice(list(kind))
        assert issubclass(kind, Struct), kind
        hints = typing.get_type_hints(kind)
        return kind(**{name: self._make(hints[name]) for name in kind.__struct_fields__})

    def text(self) -> str:
        """A hostile name, sometimes an empty one."""
        choose = self.random.choice
        start = choose(("", "sda", "/dev/sda", "vg_data", "iqn.2003-01.org.example:t1", "naa.60", "/srv/x"))
        name = start + choose(NASTY)
        return choose(("", name, name, choose(NASTY) + name))

    def _items(self, kinds: tuple[object, ...]) -> Iterator[object]:
        if len(kinds) == 2 and kinds[1] is Ellipsis:
            for _turn in range(self.random.randrange(3)):
                yield self._make(kinds[0])
        else:
            yield from map(self._make, kinds)
