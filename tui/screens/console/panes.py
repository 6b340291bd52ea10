"""How the console's screen is shared out: the stacks first, then what the details and the events need."""

WIDE = 100
"""Cells from which the details are beside the stacks."""

_LEAST, _MOST = 40, 0.45
"""Cells that the details have there at least, and the share of the width that they get at most."""
_EDGES = 4
"""Cells beside the lines of the stacks: the padding, the cursor's mark, and the scroll bar."""

PANES = """
ConsoleScreen {
    #body {
        height: 1fr;
    }
    #left {
        width: 1fr;
        padding: 1 1 0 1;
    }
    #details {
        width: 44;
        height: 1fr;
        border-left: solid $line;
        padding: 1 2;
        scrollbar-size-vertical: 1;
    }
    #details:focus {
        border-left: solid $accent;
    }
    &.-narrow #details:focus {
        border-left: none;
        border-top: solid $accent;
    }
    #empty, #unseen {
        padding: 1 2;
        max-width: 76;
    }
    #title, #outage {
        margin-bottom: 1;
    }
    #plots, #offer {
        margin-bottom: 1;
    }
    #news-pane {
        height: auto;
        border-top: solid $line;
        padding: 0 2;
    }
    #news {
        max-height: 20vh;
    }
    &.-narrow #body {
        layout: vertical;
    }
    &.-narrow #details {
        width: 100%;
        height: auto;
        max-height: 8;
        border-left: none;
        padding: 0 2;
        border-top: solid $line;
    }
    &.-narrow #left {
        padding: 0 1;
    }
    &.-narrow #unseen {
        padding: 0 2;
    }
    &.-narrow #title, &.-narrow #outage, &.-narrow #plots, &.-narrow #offer {
        margin-bottom: 0;
    }
    &.-narrow #news {
        max-height: 3;
    }
    &.-narrow #news-title {
        display: none;
    }
}
"""


def details_width(width: int, stacks: int) -> int | None:
    """Return the cells for the details, or None where they are below the stacks and as wide as those.

    Args:
        width: of the screen.
        stacks: cells that the lines of the stacks need to be whole.
    """
    if width < WIDE:
        return None
    return max(_LEAST, min(width - stacks - _EDGES, int(width * _MOST)))
