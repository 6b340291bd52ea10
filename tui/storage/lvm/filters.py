"""The filters of LVM, as lvm.conf(5) describes them: which devices it looks at."""

import re
import warnings
from collections.abc import Iterator

_CLOSING = {"(": ")", "[": "]", "{": "}"}

_MOST_REPEATS = 4
"""Repeats in one pattern; with more of them Python may try for years, where LVM's automaton does not."""

_LONGEST = 1000
"""Characters of a pattern."""


def rejects(value: str, paths: tuple[str, ...]) -> bool:
    """Whether a filter of lvm.conf(5) rejects a device: the first pattern that fits a name decides.

    A device is taken when one of its names is, and also when no pattern fits any of them.

    Args:
        value: the list as lvmconfig prints it.
        paths: every name of the device.
    """
    patterns = filter_patterns(value)
    verdicts = [
        next((accepts for accepts, pattern in patterns if pattern.search(path)), None) for path in paths
    ]
    return False in verdicts and True not in verdicts


def filter_patterns(value: str) -> list[tuple[bool, re.Pattern[str]]]:
    """The patterns of a filter: whether each accepts, and what it fits. What is not a pattern is skipped."""
    found: list[tuple[bool, re.Pattern[str]]] = []
    for text in _texts(value):
        if len(text) < 3 or text[0] not in "ar":
            continue
        closing = text.rfind(_CLOSING.get(text[1], text[1]))
        inner = text[2:closing] if closing > 1 else text[2:]
        if not _is_quick(inner):
            continue
        try:
            with warnings.catch_warnings():
                # Python warns of "[[", which may mean something else one day.
                warnings.simplefilter("ignore", FutureWarning)
                found.append((text[0] == "a", re.compile(inner)))
        except (re.error, OverflowError, RecursionError):
            continue
    return found


def _texts(value: str) -> Iterator[str]:
    """The strings of the list, quoted or not, in one pass; the rest after one that has no end is left out."""
    at = 0
    while at < len(value):
        first = value[at]
        if first == '"':
            end = _end_of_quoted(value, at + 1)
            text = value[at + 1 : end]
        elif first in "ar" and at + 1 < len(value):
            end = _end_of_bare(value, at)
            text = value[at : end + 1]
        else:
            at += 1
            continue
        if end < 0:
            return
        yield text
        at = end + 1


def _end_of_quoted(value: str, at: int) -> int:
    while at < len(value):
        if value[at] == '"':
            return at
        at += 2 if value[at] == "\\" else 1
    return -1


def _end_of_bare(value: str, at: int) -> int:
    """Where `a|…|` ends: at its delimiter before a comma, a blank, the list's end, or nothing."""
    closing = _CLOSING.get(value[at + 1], value[at + 1])
    end = value.find(closing, at + 2)
    while end >= 0 and value[end + 1 : end + 2] not in ("", " ", ",", "]"):
        end = value.find(closing, end + 1)
    return end


def _is_quick(pattern: str) -> bool:
    """Whether trying the pattern cannot take long: few repeats, and none of what has a repeat in it."""
    if len(pattern) > _LONGEST:
        return False
    repeats = 0
    inside = [False]
    at = 0
    while at < len(pattern):
        character = pattern[at]
        if character == "\\":
            at += 2
            continue
        if character == "[":
            end = pattern.find("]", at + 2)
            at = end + 1 if end > 0 else len(pattern)
            continue
        if character == "(":
            inside.append(False)
        elif character == ")" and len(inside) > 1:
            repeated = inside.pop()
            if repeated and pattern[at + 1 : at + 2] in ("*", "+", "?", "{"):
                return False
            inside[-1] = inside[-1] or repeated
        elif character in "*+{":
            repeats += 1
            inside[-1] = True
        at += 1
    return repeats <= _MOST_REPEATS
