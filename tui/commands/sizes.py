"""Sizes that are typed on the command line."""

from tui.setup.size_text import Bytes, Share, parse, problems
from tui.storage.problem import Refused


def size_or_refused(typed: str) -> Bytes | Share:
    """A size or a share.

    Raises:
        Refused: it is neither.
    """
    size = parse(typed)
    if size is None:
        raise Refused(problems(typed, "size")[0])
    return size


def bytes_of(typed: str, free: int) -> int:
    """Bytes of what is typed; a share counts of what is free, rounded down.

    Raises:
        Refused: it is no size.
    """
    size = size_or_refused(typed)
    return size.count if isinstance(size, Bytes) else int(free * size.part)
