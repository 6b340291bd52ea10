"""A bug in the program, as a problem with its place in the code but never the values it worked on."""

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
        _("iscsi-console failed unexpectedly ({kind}).").format(kind=type(error).__name__),
        _("This is a bug in iscsi-console, not your mistake. Nothing else was changed."),
        _("Retry. If it fails again, report the lines below; what was done so far is in the journal."),
        evidence=places,
    )
