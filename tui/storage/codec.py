"""Frozen structs to plain JSON values and back, by their annotations; secrets never leave."""

import types
import typing
from enum import Enum

from msgspec import Struct

from tui.storage.secret import Secret

Plain = None | bool | int | float | str | list["Plain"] | dict[str, "Plain"]
"""What json.dumps takes."""


class NotDecodable(ValueError):
    """The plain value does not have the shape that the annotation asks for."""


def encode(value: object) -> Plain:
    """The plain form of a struct, enum, tuple or scalar. A `Secret` becomes None."""
    if isinstance(value, Secret):
        return None
    if isinstance(value, Enum):
        return encode(value.value)
    if isinstance(value, Struct):
        return {name: encode(getattr(value, name)) for name in value.__struct_fields__}
    if isinstance(value, tuple | list | frozenset):
        return [encode(item) for item in value]
    if value is None or isinstance(value, bool | int | float | str):
        return value
    raise TypeError(f"not a plain value: {type(value).__name__}")


T = typing.TypeVar("T")


def decode(kind: type[T], plain: object) -> T:
    """The value of that type. Unknown keys are refused, missing ones take their defaults.

    Raises:
        NotDecodable: the plain value has another shape.
    """
    return typing.cast("T", _decode(kind, plain))


def _decode(kind: object, plain: object) -> object:
    origin = typing.get_origin(kind)
    if origin in (types.UnionType, typing.Union):
        return _decode_union(typing.get_args(kind), plain)
    if origin is tuple:
        return _decode_tuple(typing.get_args(kind), plain)
    if isinstance(kind, type):
        if kind is type(None) and plain is None:
            return None
        if issubclass(kind, Secret):
            return Secret("")
        if issubclass(kind, Enum):
            return _decode_enum(kind, plain)
        if issubclass(kind, Struct):
            return _decode_struct(kind, plain)
        if kind is float and isinstance(plain, int) and not isinstance(plain, bool):
            return _float(plain)
        if kind in (str, int, float, bool) and type(plain) is kind:
            return plain
    raise NotDecodable(f"{plain!r:.80} is not a {kind}")


def _float(number: int) -> float:
    try:
        return float(number)
    except OverflowError as error:
        raise NotDecodable("a number that is too large") from error


def _decode_union(kinds: tuple[object, ...], plain: object) -> object:
    if plain is None and type(None) in kinds:
        return None
    for kind in kinds:
        try:
            return _decode(kind, plain)
        except NotDecodable:
            continue
    raise NotDecodable(f"{plain!r:.80} fits none of {kinds}")


def _decode_tuple(kinds: tuple[object, ...], plain: object) -> tuple[object, ...]:
    if not isinstance(plain, list):
        raise NotDecodable(f"{plain!r:.80} is not a list")
    if len(kinds) == 2 and kinds[1] is Ellipsis:
        return tuple(_decode(kinds[0], item) for item in plain)
    if len(kinds) != len(plain):
        raise NotDecodable(f"{len(plain)} items instead of {len(kinds)}")
    return tuple(_decode(kind, item) for kind, item in zip(kinds, plain, strict=True))


def _decode_enum(kind: type[Enum], plain: object) -> Enum:
    try:
        return kind(plain)
    except ValueError as error:
        raise NotDecodable(str(error)) from error


def _decode_struct(kind: type[Struct], plain: object) -> object:
    if not isinstance(plain, dict):
        raise NotDecodable(f"{plain!r:.80} is not a {kind.__name__}")
    hints = typing.get_type_hints(kind)
    strangers = set(plain) - set(kind.__struct_fields__)
    if strangers:
        raise NotDecodable(f"{kind.__name__} has no {sorted(map(str, strangers))}")
    values = {name: _decode(hints[name], item) for name, item in plain.items()}
    try:
        return kind(**values)
    except TypeError as error:
        raise NotDecodable(str(error)) from error
