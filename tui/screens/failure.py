"""A mistake of the program itself, in words, with the place but never with the values it worked on."""

import traceback

from tui.storage.problem import Problem
from tui.storage.untrusted import clean
from tui.words import translate as _


def unexpected(error: BaseException | None) -> Problem:
    """Return the problem for an exception that nothing in the program expected.

    Its message is left out: it may repeat what was typed.
    """
    frames = traceback.extract_tb(error.__traceback__) if error is not None else []
    places = tuple(clean(f"{frame.filename}:{frame.lineno} {frame.name}") for frame in frames[-4:])
    return Problem(
        "program.mistake",
        _("The program made a mistake ({kind}).").format(kind=type(error).__name__),
        _("This is not your doing, and nothing further was changed."),
        _("Try again. If it comes back, report the lines below; what was done so far is in the journal."),
        evidence=places,
    )
