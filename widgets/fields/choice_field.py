"""Fields to choose in: one of several answers, yes or no. See `widgets.fields.form` for how to use them."""

from collections.abc import Iterable
from typing import ClassVar

from msgspec import Struct
from textual import on
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.geometry import Size
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget
from textual.widgets import Checkbox

from widgets.fields.form import Field
from widgets.look import look_of
from widgets.state import Role
from widgets.text import flat
from widgets.widget_words import translate as _


class Choice(Struct, frozen=True):
    """One of the answers of a choice."""

    key: str
    label: str
    reason: str = ""
    """Why it cannot be chosen now; it stays in sight."""


class ChoiceRow(Widget, can_focus=True):
    """Radio marks beside each other, on as many lines as they need."""

    DEFAULT_CSS = """
    ChoiceRow {
        width: 1fr;
        height: auto;
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "step(-1)", "Previous", show=False),
        Binding("right,space", "step(1)", "Next", show=False),
        Binding("enter", "enter", "Submit", show=False),
    ]

    chosen: reactive[str] = reactive("")
    choices: reactive[tuple[Choice, ...]] = reactive((), layout=True)

    class Moved(Message):
        """Another answer is chosen."""

    class Entered(Message):
        """Enter was pressed."""

    def __init__(self, choices: tuple[Choice, ...], chosen: str) -> None:
        super().__init__()
        self.set_reactive(ChoiceRow.choices, choices)
        self.set_reactive(ChoiceRow.chosen, chosen)

    def action_step(self, step: int) -> None:
        """Choose the next answer that can be chosen, going round at the ends."""
        usable = [choice.key for choice in self.choices if not choice.reason]
        if not usable:
            return
        here = usable.index(self.chosen) if self.chosen in usable else -step
        self.chosen = usable[(here + step) % len(usable)]
        self.post_message(self.Moved())

    def action_enter(self) -> None:
        """Pass Enter on."""
        self.post_message(self.Entered())

    def _drawn(self, width: int) -> list[Content]:
        look = look_of(self)
        lines: list[Content] = []
        for choice in self.choices:
            on_it = choice.key == self.chosen
            mark = look.glyphs.radio_on if on_it else look.glyphs.radio_off
            words = flat(choice.label)
            if choice.reason:
                # translators: an answer that cannot be chosen, and why
                words = _("{answer} ({reason})").format(answer=words, reason=flat(choice.reason))
            off = bool(choice.reason) or self.is_disabled
            role = Role.DISABLED if off else Role.ACCENT if on_it else Role.TEXT
            part = look.text(f"{mark} {words}", role)
            if on_it and self.has_focus and look.native:
                part = part.stylize("reverse")
            if lines and lines[-1].cell_length + 3 + part.cell_length <= width:
                lines[-1] = lines[-1] + "   " + part
            else:
                lines.append(part)
        return lines

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:  # noqa: ARG002 - Textual's signature
        """Return the lines needed."""
        return len(self._drawn(width))

    def render(self) -> Content:
        """Draw the answers."""
        return Content("\n").join(self._drawn(self.content_size.width))


class ChoiceField(Field):
    """One of several answers. `value` is the key of the chosen one."""

    def __init__(
        self,
        label: str,
        choices: tuple[Choice, ...],
        value: str | None = None,
        *,
        hint: str = "",
        id: str | None = None,
    ) -> None:
        super().__init__(label, hint=hint, id=id)
        usable = [choice.key for choice in choices if not choice.reason]
        self._row = ChoiceRow(choices, value if value is not None else next(iter(usable), ""))

    @property
    def value(self) -> str:
        """The key of the chosen answer; settable."""
        return self._row.chosen

    @value.setter
    def value(self, key: str) -> None:
        self._row.chosen = key

    @property
    def choices(self) -> tuple[Choice, ...]:
        """The answers; settable."""
        return self._row.choices

    @choices.setter
    def choices(self, choices: tuple[Choice, ...]) -> None:
        self._row.choices = choices

    def control_widgets(self) -> Iterable[Widget]:
        """Return the row of marks."""
        yield self._row

    @on(ChoiceRow.Moved)
    def _moved(self, event: ChoiceRow.Moved) -> None:
        event.stop()
        self.error = ""
        self.post_message(self.Changed(self))

    @on(ChoiceRow.Entered)
    def _entered(self, event: ChoiceRow.Entered) -> None:
        event.stop()
        self.post_message(self.Submitted(self))


class CheckMark(Checkbox, inherit_css=False):
    """A check box with the words it stands for."""

    DEFAULT_CSS = """
    CheckMark {
        width: auto;
        height: 1;
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "enter", show=False)]

    class Entered(Message):
        """Enter was pressed."""

    def __init__(self, words: str, *, checked: bool) -> None:
        super().__init__(Content(flat(words)), checked)

    def action_enter(self) -> None:
        """Pass Enter on."""
        self.post_message(self.Entered())

    def get_content_width(self, container: Size, viewport: Size) -> int:  # noqa: ARG002 - Textual's signature
        """Return the cells of the box and its words."""
        return self.render().cell_length

    def render(self) -> Content:
        """Draw the box and its words."""
        look = look_of(self)
        mark = look.glyphs.check_on if self.value else look.glyphs.check_off
        role = Role.DISABLED if self.is_disabled else Role.ACCENT if self.has_focus else Role.TEXT
        drawn = look.text(f"{mark} {self.label.plain}", role)
        return drawn.stylize("reverse") if self.has_focus and look.native else drawn


class CheckField(Field):
    """Yes or no, with the words beside the box. The label may be empty."""

    def __init__(
        self, label: str, words: str, *, value: bool = False, hint: str = "", id: str | None = None
    ) -> None:
        super().__init__(label, hint=hint, id=id)
        self._mark = CheckMark(words, checked=value)

    @property
    def value(self) -> bool:
        """Whether it is checked; settable."""
        return self._mark.value

    @value.setter
    def value(self, checked: bool) -> None:
        with self._mark.prevent(CheckMark.Changed):
            self._mark.value = checked

    def control_widgets(self) -> Iterable[Widget]:
        """Return the box."""
        yield self._mark

    @on(CheckMark.Changed)
    def _switched(self, event: CheckMark.Changed) -> None:
        event.stop()
        self.post_message(self.Changed(self))

    @on(CheckMark.Entered)
    def _entered(self, event: CheckMark.Entered) -> None:
        event.stop()
        self.post_message(self.Submitted(self))
