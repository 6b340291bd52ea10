"""A problem on a screen: what happened, the likely cause, what to do next, and buttons that do it."""

from tui.storage.problem import Problem
from tui.words import translate as _
from widgets.notice import Notice, Offer

AGAIN = "again"
REMOVE_LOCK = "remove-lock"


def remedies(problem: Problem) -> tuple[Offer, ...]:
    """Return what the program itself can do about a problem; the most likely first."""
    if problem.code == "record.lock-stale":
        return (Offer(REMOVE_LOCK, _("Remove the lock and retry")),)
    return ()


def notice(problem: Problem, offered: tuple[Offer, ...] = (), *, so_far: str = "") -> Notice:
    """Return the dialog that tells of a problem and offers what can be done about it.

    Args:
        problem: what went wrong.
        offered: the buttons beside the one that only closes.
        so_far: what was done before it went wrong.
    """
    return Notice(
        problem.summary,
        happened=so_far,
        cause=problem.cause,
        next_step=problem.remedy,
        evidence=problem.evidence,
        offers=offered,
    )
