"""How hosts are named in sentences."""

from collections.abc import Iterable, Sequence

from tui.fleet.facts import HostFacts
from tui.words import enumerated, translate_count

_MOST = 4


def host_names(hosts: Sequence[HostFacts], most: int = _MOST) -> str:
    """Some hosts by their names; of many the first, and how many others there are."""
    return listed([host.name for host in hosts], most)


def listed(names: Sequence[str], most: int = _MOST) -> str:
    """Some names; of many the first, and how many others there are."""
    shown = enumerated(names[:most])
    others = len(names) - most
    if others <= 0:
        return shown
    words = translate_count("{names} and {count} other", "{names} and {count} others", others)
    return words.format(names=shown, count=others)


def files(hosts: Iterable[HostFacts]) -> tuple[str, ...]:
    """The captures of some hosts."""
    return tuple(host.file for host in hosts)


def when_captured(hosts: Sequence[HostFacts]) -> str:
    """A warning where captures are of different moments: between them storage may have been moved."""
    between = max(host.taken_at for host in hosts) - min(host.taken_at for host in hosts)
    if between <= _TOGETHER:
        return ""
    minutes = round(between / 60)
    return translate_count(
        "The captures are {count} minute apart: if it was moved in between, capture both hosts again.",
        "The captures are {count} minutes apart: if it was moved in between, capture both hosts again.",
        minutes,
    ).format(count=minutes)


_TOGETHER = 60.0
"""Seconds within which nobody moves a file system to another host."""
