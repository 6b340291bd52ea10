"""The top bar of every screen that opens from the console."""

from tui.screens.access import Access
from tui.storage.untrusted import clean
from widgets.header import TopBar, TopFacts


def top_bar(host: str, access: Access) -> TopBar:
    """Return the bar: the program, the name of the host, and what may be done on it."""
    return TopBar(
        TopFacts("iscsi-console", clean(host), access=access.words, access_state=access.state), id="top"
    )
