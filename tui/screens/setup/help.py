"""What F1 says on every page of the set-up."""

from tui.words import translate as _
from widgets.help import HelpSection


def general_help() -> tuple[HelpSection, ...]:
    """What F1 says on every page, after what it says of the page."""
    return (
        HelpSection(
            _("Finding your way"),
            _(
                "Enter does the obvious next thing, Tab and the arrow keys go from field to field. You can "
                "go back at any time; answers stay. The first five steps touch only settings and the network "
                "and run as you reach them. Everything that writes to a disk is collected, shown as one list "
                "on the page Review, and run only after you say yes there."
            ),
        ),
        HelpSection(
            _("Leaving"),
            _(
                "Escape leaves. Your answers are kept for the next start, except for secrets. A plan that "
                "was interrupted can be carried on; what is done already is not repeated."
            ),
        ),
    )
