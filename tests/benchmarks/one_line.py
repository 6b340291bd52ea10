"""The least that Textual can do: an App that shows one line. What starting the console is compared with."""

from textual.app import App, ComposeResult
from textual.widgets import Static

LINE = "One line."


class OneLine(App[None]):
    """One line."""

    def compose(self) -> ComposeResult:
        """Yield it."""
        yield Static(LINE)


if __name__ == "__main__":
    OneLine().run()
