"""Sizes as a person types them: `10G`, `512 MiB`, `1.5 TB`, `50%`."""

import re
from fractions import Fraction

from msgspec import Struct

from tui.storage.problem import Problem
from tui.storage.untrusted import clean
from tui.words import translate as _

_POWERS = "KMGTPE"
_SIZE = re.compile(r"\s*(\d{1,18})(?:[.,](\d{1,6}))?\s*([KMGTPE]?)(i?B)?\s*", re.IGNORECASE)
_SHARE = re.compile(r"\s*(\d{1,3})(?:[.,](\d{1,2}))?\s*%\s*(?:FREE)?\s*", re.IGNORECASE)


class Bytes(Struct, frozen=True):
    """A size; K, M, G … are powers of 1024, as LVM has them."""

    count: int


class Share(Struct, frozen=True):
    """A part of what is free, more than 0 and at most 1."""

    part: Fraction


def parse(text: str) -> Bytes | Share | None:
    """What a person typed, or None when it is not a size. A bare number is refused: nobody means bytes."""
    share = _SHARE.fullmatch(text)
    if share:
        part = _number(share[1], share[2]) / 100
        return Share(part) if 0 < part <= 1 else None
    size = _SIZE.fullmatch(text)
    if not size or not size[3]:
        return None
    count = int(_number(size[1], size[2]) * 1024 ** (_POWERS.index(size[3].upper()) + 1))
    return Bytes(count) if count > 0 else None


def problems(text: str, field: str) -> tuple[Problem, ...]:
    """What is wrong with a typed size."""
    if parse(text) is not None:
        return ()
    return (
        Problem(
            "size.form",
            _("{text} is not a valid size.").format(text=clean(text, 40) or _("Nothing")),
            remedy=_(
                "Write a number with M, G or T, such as 10G, or a share of the free space, such as 50%."
            ),
            field=field,
        ),
    )


def _number(whole: str, decimals: str | None) -> Fraction:
    return Fraction(f"{whole}.{decimals}") if decimals else Fraction(whole)
