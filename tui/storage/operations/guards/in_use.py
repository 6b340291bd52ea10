"""A map or a disk that cannot be removed, because something uses it."""

from tui.storage.problem import Problem
from tui.storage.untrusted import clean
from tui.words import enumerated, translate as _


def in_use(what: str, uses: tuple[str, ...]) -> Problem:
    """Something is used by what `uses` lists."""
    return Problem(
        "disk.in-use",
        _("{what} is in use.").format(what=what),
        _("Used by: {uses}.").format(uses=enumerated(clean(use) for use in uses[:6])),
        _("Unmount and deactivate what is on it first."),
    )
