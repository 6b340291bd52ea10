"""The filters of LVM, as lvm.conf(5) describes them: which devices it looks at."""

import re

_PATTERN = re.compile(r'"((?:[^"\\]|\\.)*)"|([ar])(.)(.*?)\3(?=[ ,\]]|$)')


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
    for quoted, verdict, _sign, body in _PATTERN.findall(value):
        text = quoted or f"{verdict}|{body}|"
        if len(text) < 3 or text[0] not in "ar":
            continue
        closing = {"(": ")", "[": "]", "{": "}"}.get(text[1], text[1])
        inner = text[2 : text.rfind(closing)] if text.rfind(closing) > 1 else text[2:]
        try:
            found.append((text[0] == "a", re.compile(inner)))
        except re.error:
            continue
    return found
