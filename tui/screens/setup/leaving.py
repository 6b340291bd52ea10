"""What the set-up says and asks when it is left or stopped."""

from tui.setup.answers import ChapAnswer
from tui.setup.state import SetupState
from tui.setup.step import Step
from tui.setup.steps import by_name
from tui.words import translate as _
from widgets.dialogs import Confirm


def stop_question(*, quits: bool) -> Confirm:
    """What is asked while an operation runs: whether to stop, or to leave the program, after it."""
    if not quits:
        return Confirm(
            _("Stop after the running operation?"),
            _(
                "The running operation is completed first, so that nothing is left half-done. Enter "
                "runs the rest; steps already done are not run again."
            ),
            yes=_("Finish it and stop"),
            no=_("Continue"),
        )
    return Confirm(
        _("Leave while an operation is running?"),
        _(
            "The running operation is completed first, so that nothing is left half-done. "
            "Then the program ends, and the next start offers to resume."
        ),
        yes=_("Finish and leave"),
        no=_("Stay"),
    )


def lost_by_leaving(state: SetupState) -> str:
    """That typed secrets are not kept, or empty: the other answers are."""
    chap = by_name.answer(state, Step.CHAP)
    typed = isinstance(chap, ChapAnswer) and any(
        choice.password or choice.password_in for choice in (chap.session, chap.discovery)
    )
    if not typed or state.step is Step.DONE:
        return ""
    return _("The CHAP secrets you typed are not kept; all other answers are.")


def farewell_words(state: SetupState) -> str:
    """What the terminal shows after the set-up."""
    if state.step is Step.DONE:
        return _("The storage is set up. View it any time with: iscsi-console")
    return _("Your answers are kept, secrets are not. Continue with: iscsi-console setup")
