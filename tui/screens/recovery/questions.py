"""What only a person can know, asked one by one before a plan is shown."""

from typing import Any

from textual.app import App

from tui.recovery.finding import Fix
from tui.storage.untrusted import clean
from tui.words import translate as _
from widgets.dialogs import Confirm
from widgets.notice import Notice
from widgets.state import State

_LONGEST = 600


async def answered_yes(app: App[Any], fix: Fix) -> bool:
    """Ask every question of a fix; return whether all were answered yes. For a worker."""
    for number, question in enumerate(fix.confirm, start=1):
        dialog = Confirm(
            clean(question, _LONGEST),
            _(
                "Question {number} of {all}. No program can know this. Answer yes only if you are sure. "
                "The plan is shown after that, and nothing is done before you have seen it."
            ).format(number=number, all=len(fix.confirm)),
            yes=_("Yes, this is true"),
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
        cause=_("If this is not true, the repair may destroy the data."),
        next_step=_(
            "Find it out from the administrators of the storage or of the other hosts, and choose this "
            "fix again. Nothing was changed."
        ),
        state=State.WARN,
    )
