"""What F1 says on every page of the set-up."""

from tui.words import translate as _
from widgets.help import HelpSection


def general_help() -> tuple[HelpSection, ...]:
    """What F1 says on every page, after what it says of the page."""
    return (
        HelpSection(
            _("How to use the set-up"),
            _(
                "Enter does the obvious next thing, Tab and the arrow keys go from field to "
                "field. You can go back at any time; answers stay. The first five steps change "
                "only settings and the network and run as you reach them. Everything that writes "
                "to a disk is collected, listed on the page Review, and run only after you "
                "confirm it there."
            ),
        ),
        HelpSection(
            _("Leaving"),
            _(
                "Esc goes to the step before, q leaves the program (^Q while you type into a field). Your "
                "answers are kept for the next start, except for secrets. An interrupted plan can be "
                "resumed; steps already done are not run again."
            ),
        ),
    )
