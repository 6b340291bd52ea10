"""A field for a secret: masked, shown on request, and never part of a message, a repr or a log.

Textual's own input keeps its text in an attribute and in messages that a traceback with local variables
would print. Here the characters live in a `Hidden` only, and the field's messages carry no value.
"""

from collections.abc import Callable, Iterable
from typing import ClassVar

from textual import events, on
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget
from textual.widgets import Static

from widgets.fields.form import Field
from widgets.look import look_of
from widgets.state import Role
from widgets.widget_words import marked


class Hidden:
    """Text that does not show itself: `str()` and `repr()` give stars. `reveal()` gives the text."""

    __slots__ = ("_text",)

    def __init__(self, text: str = "") -> None:
        self._text = text

    def reveal(self) -> str:
        """Return the text itself."""
        return self._text

    def __repr__(self) -> str:
        return "Hidden(***)" if self._text else "Hidden()"

    __str__ = __repr__

    def __len__(self) -> int:
        return len(self._text)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Hidden) and other.reveal() == self._text

    def __hash__(self) -> int:
        return hash(self._text)

    def replaced(self, start: int, end: int, text: str) -> "Hidden":
        """Return a copy with the characters from `start` up to `end` replaced."""
        return Hidden(self._text[:start] + text + self._text[end:])


class SecretInput(Widget, can_focus=True):
    """One line to type a secret into."""

    DEFAULT_CSS = """
    SecretInput {
        width: 1fr;
        height: 1;
        background: $field;
        text-wrap: nowrap;
        text-overflow: clip;
        &:focus {
            background: $field-focus;
        }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "to(-1)", "Left", show=False),
        Binding("right", "to(1)", "Right", show=False),
        Binding("home", "edge(0)", "Start", show=False),
        Binding("end", "edge(1)", "End", show=False),
        Binding("backspace", "delete(-1)", "Delete left", show=False),
        Binding("delete", "delete(0)", "Delete right", show=False),
        Binding("ctrl+u", "clear", "Clear", show=False),
        Binding("ctrl+r", "reveal", marked("show secret")),
        Binding("enter", "enter", "Submit", show=False),
    ]

    shown: reactive[bool] = reactive(False)
    """Whether the characters are shown; leaving the field hides them again."""

    class Typed(Message):
        """The secret changed."""

    class Left(Message):
        """The focus went elsewhere."""

    class Entered(Message):
        """Enter was pressed."""

    def __init__(self) -> None:
        super().__init__()
        self.hidden = Hidden()
        self._place = 0
        self._fresh = False

    def put(self, hidden: Hidden) -> None:
        """Replace the secret."""
        self.hidden = hidden
        self._place = len(hidden)
        self.refresh()

    def check_consume_key(self, key: str, character: str | None) -> bool:  # noqa: ARG002 - Textual's signature
        """Say that printable keys are for this field."""
        return character is not None and character.isprintable()

    def on_key(self, event: events.Key) -> None:
        """Take a typed character."""
        if event.is_printable and event.character is not None:
            event.stop()
            event.prevent_default()
            self._insert(event.character)

    def on_paste(self, event: events.Paste) -> None:
        """Take the first pasted line, without what cannot be printed."""
        event.stop()
        lines = event.text.splitlines()
        self._insert("".join(filter(str.isprintable, lines[0])) if lines else "")

    def _insert(self, text: str) -> None:
        if self._fresh:
            self.put(Hidden())
        self._fresh = False
        self.hidden = self.hidden.replaced(self._place, self._place, text)
        self._place += len(text)
        self._changed()

    def _changed(self) -> None:
        self.refresh()
        self.post_message(self.Typed())

    def on_focus(self) -> None:
        """Let the first typed character replace what was there, as in a text field."""
        self._fresh = len(self.hidden) > 0
        self.refresh()

    def on_blur(self) -> None:
        """Hide the characters again."""
        self.shown = False
        self._fresh = False
        self.refresh()
        self.post_message(self.Left())

    def action_to(self, step: int) -> None:
        """Move the cursor by a character."""
        self._fresh = False
        self._place = min(max(0, self._place + step), len(self.hidden))
        self.refresh()

    def action_edge(self, side: int) -> None:
        """Move the cursor to the start or the end."""
        self._fresh = False
        self._place = len(self.hidden) if side else 0
        self.refresh()

    def action_delete(self, step: int) -> None:
        """Delete the character beside the cursor, or all of it when nothing was typed yet."""
        if self._fresh:
            self.action_clear()
            return
        start = self._place + step
        if 0 <= start < len(self.hidden):
            self.hidden = self.hidden.replaced(start, start + 1, "")
            self._place = start
            self._changed()

    def action_clear(self) -> None:
        """Delete everything."""
        self._fresh = False
        self.put(Hidden())
        self._changed()

    def action_reveal(self) -> None:
        """Show or hide the characters."""
        self.shown = not self.shown

    def action_enter(self) -> None:
        """Pass Enter on."""
        self.post_message(self.Entered())

    def render(self) -> Content:
        """Draw masks, or the characters, with the cursor; the part around the cursor when it is longer."""
        look = look_of(self)
        count = len(self.hidden)
        text = self.hidden.reveal() if self.shown else look.glyphs.mask * count
        width = max(2, self.content_size.width)
        start = max(0, self._place - width + 1)
        drawn = look.text(
            text[start : start + width].ljust(1 if self.has_focus else 0),
            Role.DISABLED if self.is_disabled else Role.TEXT,
        )
        if not self.has_focus:
            return drawn
        if self._fresh:
            return drawn.stylize("reverse" if look.native else "on $input-selection-background")
        place = self._place - start
        return drawn.pad_right(1).stylize("reverse", place, place + 1)


class SecretField(Field):
    """A secret. `value` is a `Hidden`; what is typed is masked until the key for showing it is pressed.

    Args:
        label: What it is.
        value: What it holds at first.
        width: Cells to type in; 0 takes what is left of the line.
        validate: Says what is wrong with a secret without repeating it; asked as in a text field.
        hint: A few dim words at the right.
        id: Identifier for queries.
    """

    def __init__(
        self,
        label: str,
        value: Hidden | None = None,
        *,
        width: int = 0,
        validate: Callable[[Hidden], str | None] | None = None,
        hint: str = "",
        id: str | None = None,
    ) -> None:
        super().__init__(label, hint=hint, id=id)
        self._input = SecretInput()
        if width:
            self._input.styles.width = width
        self._validate = validate
        if value is not None:
            self._input.put(value)

    @property
    def value(self) -> Hidden:
        """The secret; settable."""
        return self._input.hidden

    @value.setter
    def value(self, hidden: Hidden) -> None:
        self._input.put(hidden)

    def control_widgets(self) -> Iterable[Widget]:
        """Return the input between its brackets."""
        yield Static(Content("["), classes="bracket")
        yield self._input
        yield Static(Content("]"), classes="bracket")

    def problem(self) -> str | None:
        """Return what the validator says."""
        return self._validate(self.value) if self._validate else None

    @on(SecretInput.Typed)
    def _typed(self, event: SecretInput.Typed) -> None:
        event.stop()
        if self.error:
            self.check()
        self.post_message(self.Changed(self))

    @on(SecretInput.Left)
    def _left(self, event: SecretInput.Left) -> None:
        event.stop()
        if self.value or self.error:
            self.check()

    @on(SecretInput.Entered)
    def _entered(self, event: SecretInput.Entered) -> None:
        event.stop()
        self.post_message(self.Submitted(self))
