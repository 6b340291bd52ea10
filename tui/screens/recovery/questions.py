"""What only a person can know, asked one by one before a plan is shown."""

from typing import Any

from textual.app import App

from tui.recovery.finding import Fix
from tui.storage.untrusted import clean
from tui.words import translate as _
from widgets.dialogs import Confirm, Notice
from widgets.state import State

_LONGEST = 600


async def answered_yes(app: App[Any], fix: Fix) -> bool:
    """Ask every question of a fix; return whether all were answered yes. For a worker."""
    for number, question in enumerate(fix.confirm, start=1):
        dialog = Confirm(
            clean(question, _LONGEST),
            _(
                "Question {number} of {all}. No program can see this. Say yes only if you are sure of it. "
                "The plan is shown after that, and nothing is done before you have seen it."
            ).format(number=number, all=len(fix.confirm)),
            yes=_("Yes, it is so"),
            no=_("No, or not sure"),
        )
        if not await app.push_screen_wait(dialog):
            await app.push_screen_wait(_not_yet(question))
            return False
    return True


def _not_yet(question: str) -> Notice:
    return Notice(
        _("Not yet"),
        happened=_("This was not answered with yes: {question}").format(question=clean(question, _LONGEST)),
        cause=_("If it is not so, the repair could cost the data it is meant to save."),
        next_step=_(
            "Find it out, from those who run the storage or the other hosts, and choose this way again. "
            "Nothing was changed."
        ),
        state=State.WARN,
    )
