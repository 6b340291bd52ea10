"""Fields to type into: a line of text, a whole number. See `widgets.fields.form` for how to use them."""

from collections.abc import Callable, Iterable

from textual import on
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input, Static
from textual.widgets.input import Selection

from widgets.fields.form import Field
from widgets.look import look_of
from widgets.text import cells, flat
from widgets.widget_words import translate as _

Check = Callable[[str], str | None]
"""Returns the sentence that says what is wrong with a text, or None when nothing is."""


class LineInput(Input):
    """One line to type into, drawn without a border; brackets mark its ends where there is no background."""

    DEFAULT_CSS = """
    LineInput {
        width: 1fr;
        background: $field;
        color: $foreground;
        &:focus {
            background: $field-focus;
            background-tint: transparent;
        }
        &.-invalid, &.-textual-compact.-invalid {
            background-tint: transparent;
        }
        &:ansi {
            &>.input--cursor {
                background: ansi_default;
                color: ansi_default;
                text-style: reverse;
            }
            &>.input--selection {
                text-style: reverse;
            }
        }
        &:disabled {
            color: $disabled;
        }
    }
    """

    def __init__(self, value: str = "", *, placeholder: str = "", max_length: int = 0) -> None:
        super().__init__(value, placeholder=placeholder, max_length=max_length, compact=True)
        self.cursor_blink = False

    def on_mount(self) -> None:
        """Tell what only stands for an answer from an answer where no shade does."""
        if self.placeholder and look_of(self).native:
            self.placeholder = f"({self.placeholder})"

    def on_focus(self) -> None:
        """Keep the first letter in sight of what is too long for the field."""
        self.call_next(self._show_beginning)

    def on_blur(self) -> None:
        """Show the beginning again."""
        self.call_next(self._show_beginning)

    def _show_beginning(self) -> None:
        if cells(self.value) < self.content_size.width:
            return
        # What is selected stays so, for what is typed next takes its place; the cursor is at its beginning.
        whole = not self.selection.is_empty and set(self.selection) == {0, len(self.value)}
        self.selection = Selection(len(self.value), 0) if whole and self.has_focus else Selection.cursor(0)

    def validate_value(self, value: str) -> str:
        """Keep what is typed or pasted on one line, without control characters."""
        return flat(value)


class TextField(Field):
    """A line of text.

    Args:
        label: What it is.
        value: What it holds at first.
        placeholder: Dim text while it is empty.
        width: Cells to type in; 0 takes what is left of the line.
        validate: Says what is wrong with a text. Asked when the field is left and when the form is
            submitted, and while typing as long as an error is shown.
        hint: A few dim words at the right.
        id: Identifier for queries.
    """

    def __init__(
        self,
        label: str,
        value: str = "",
        *,
        placeholder: str = "",
        width: int = 0,
        validate: Check | None = None,
        max_length: int = 0,
        hint: str = "",
        id: str | None = None,
    ) -> None:
        super().__init__(label, hint=hint, id=id)
        self._input = LineInput(flat(value), placeholder=placeholder, max_length=max_length)
        if width:
            self._input.styles.width = width
        self._validate = validate

    def restrict(self, allowed: str) -> None:
        """Let only what matches a regular expression be typed; other characters change nothing."""
        self._input.restrict = allowed

    @property
    def value(self) -> str:
        """The text without blanks around it; settable."""
        return self._input.value.strip()

    @value.setter
    def value(self, text: str) -> None:
        self._input.value = flat(text)

    def control_widgets(self) -> Iterable[Widget]:
        """Return the input between its brackets."""
        yield Static(Content("["), classes="bracket")
        yield self._input
        yield Static(Content("]"), classes="bracket")

    def problem(self) -> str | None:
        """Return what the validator says."""
        return self._validate(self.value) if self._validate else None

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        if self.error:
            self.check()
        self.post_message(self.Changed(self))

    @on(Input.Blurred)
    def _left(self, event: Input.Blurred) -> None:
        event.stop()
        if self.value or self.error:
            self.check()

    @on(Input.Submitted)
    def _entered(self, event: Input.Submitted) -> None:
        event.stop()
        self.post_message(self.Submitted(self))


class NumberField(TextField):
    """A whole number within limits, with its unit at the right."""

    def __init__(
        self,
        label: str,
        value: int | None = None,
        *,
        minimum: int = 0,
        maximum: int | None = None,
        unit: str = "",
        width: int = 8,
        hint: str = "",
        id: str | None = None,
    ) -> None:
        super().__init__(
            label, "" if value is None else str(value), width=width, hint=hint or unit, max_length=20, id=id
        )
        self.minimum = minimum
        self.maximum = maximum
        self.restrict(r"-?[0-9]*")

    @property
    def number(self) -> int | None:
        """The number, or None while what is typed is not one."""
        text = self.value
        return int(text) if text.isascii() and text.removeprefix("-").isdigit() else None

    def problem(self) -> str | None:
        """Return the sentence for what is not a number or lies outside the limits."""
        number = self.number
        if number is None:
            return _("A whole number is required.")
        if self.maximum is not None and not self.minimum <= number <= self.maximum:
            return _("The number must be between {minimum} and {maximum}.").format(
                minimum=self.minimum, maximum=self.maximum
            )
        if number < self.minimum:
            return _("The number must be at least {minimum}.").format(minimum=self.minimum)
        return None
