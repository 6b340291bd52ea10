"""What the copy key took, whole and on one line, so that a terminal without a clipboard can select it too."""

import re
from collections.abc import Iterable

from textual import on
from textual.widget import Widget

from widgets.dialogs import Dialog, PushButton
from widgets.fields.text_field import LineInput
from widgets.widget_words import translate as _


class Copied(Dialog[None]):
    """Shows what was put on the clipboard. Left, right, Home and End move along a line that is too long.

    Args:
        text: What was copied.
    """

    DEFAULT_CSS = """
    Copied > .box {
        width: 100%;
        max-width: 100%;
    }
    Copied LineInput {
        margin-bottom: 1;
    }
    """

    def __init__(self, text: str) -> None:
        super().__init__(_("Copied"))
        self._text = text
        self._close = PushButton(_("Close"))

    def body(self) -> Iterable[Widget]:
        """Say where it is."""
        yield self.paragraph(
            _("It is on the clipboard of a terminal that accepts OSC 52. The whole of it, on one line:")
        )

    def below(self) -> Iterable[Widget]:
        """Return the line."""
        line = LineInput(self._text)
        # Nothing else can be typed into it.
        line.restrict = re.escape(line.value)
        yield line

    def buttons(self) -> Iterable[PushButton]:
        """Return what closes it."""
        yield self._close

    def on_mount(self) -> None:
        """Begin on the button."""
        self.set_focus(self._close)

    @on(PushButton.Pressed)
    def _pressed(self) -> None:
        self.dismiss(None)
