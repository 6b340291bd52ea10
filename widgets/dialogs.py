"""Dialogs: a box over the screen with a title, what it says, its buttons, and a key bar of its own.

In a worker: `if await self.app.push_screen_wait(Confirm(...))`; elsewhere `push_screen(dialog, callback)`.
Escape always leaves, with the answer that changes nothing. What went wrong is told by `widgets.notice`.
"""

from collections.abc import Callable, Iterable
from typing import ClassVar, Generic, TypeVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.geometry import Size
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import Button, Input, Static

from widgets.fields.text_field import LineInput
from widgets.key_bar import KeyBar
from widgets.look import FIND, look_of
from widgets.state import Role, State
from widgets.text import cells, flat, wrap
from widgets.widget_words import marked, translate as _

T = TypeVar("T")


class PushButton(Button, inherit_css=False):
    """A word to press with Enter or Space; in reverse or on a bright ground when it has the focus."""

    DEFAULT_CSS = """
    PushButton {
        width: auto;
        height: 1;
        margin-right: 2;
        background: $field;
        &:focus {
            background: $accent;
            color: $background;
            text-style: bold;
        }
        &:ansi {
            background: ansi_default;
            color: ansi_default;
            &:focus {
                text-style: bold reverse;
            }
        }
        &:disabled {
            color: $disabled;
        }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("space", "press", show=False)]

    def __init__(self, label: str, *, id: str | None = None, disabled: bool = False) -> None:
        super().__init__(Content(flat(label)), id=id, disabled=disabled)
        self.active_effect_duration = 0
        self.take_letter: Callable[[str], None] | None = None
        """Who takes letters that are typed while the button has the focus."""

    def on_key(self, event: events.Key) -> None:
        """Hand a letter over at once: one that went up to the dialog first would come after the next one."""
        if self.take_letter is not None and event.is_printable and event.character not in {None, " "}:
            event.stop()
            event.prevent_default()
            self.take_letter(event.character or "")

    def get_content_width(self, container: Size, viewport: Size) -> int:  # noqa: ARG002 - Textual's signature
        """Return the cells of the word and its ends."""
        return self.render().cell_length

    def render(self) -> Content:
        """Draw the word between brackets where there is no ground to show its ends; round ones when off."""
        look = look_of(self)
        before, after = "  ", "  "
        if look.native:
            before, after = ("( ", " )") if self.disabled else ("[ ", " ]")
        return Content.assemble(before, look.plain(str(self.label)), after)


class Wrapped(Static):
    """Paragraphs of plain text, broken where a line may end in a script without blanks too.

    Args:
        texts: one for each paragraph; a line end begins a new line.
        role: how they are drawn.
        hanging: cells that lines after the first of a paragraph are moved in by.
    """

    def __init__(self, texts: tuple[str, ...], role: Role, hanging: int = 0) -> None:
        super().__init__()
        self._texts, self._role, self._hanging = texts, role, hanging

    def _lines(self, width: int) -> list[str]:
        return [line for text in self._texts for line in wrap(text, width, self._hanging)]

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:  # noqa: ARG002 - Textual's signature
        """Return the lines needed."""
        return len(self._lines(width))

    def render(self) -> Content:
        """Draw the lines."""
        return look_of(self).text("\n".join(self._lines(self.content_size.width)), self._role)


class Dialog(ModalScreen[T], Generic[T]):
    """A box in the middle: a title, a body that scrolls when it must, a row of buttons."""

    DEFAULT_CSS = """
    Dialog {
        align: center middle;
        background: $background 70%;
        & > .box {
            width: 70;
            max-width: 94%;
            height: auto;
            max-height: 100%;
            margin-bottom: 1;
            padding: 1 3;
            background: $surface;
        }
        &:ansi > .box {
            border: solid $line;
            padding: 0 2;
        }
        .title {
            height: auto;
            margin-bottom: 1;
        }
        .body {
            height: auto;
            max-height: 14;
            scrollbar-size-vertical: 1;
        }
        .body > Static {
            width: 1fr;
            height: auto;
            margin-bottom: 1;
        }
        .buttons {
            height: auto;
        }
        .buttons.-stacked {
            layout: vertical;
        }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", marked("close")),
        # With priority, so that a key pressed right after them is for the button they lead to.
        Binding("tab", "go(1)", marked("next"), priority=True),
        Binding("shift+tab", "go(-1)", show=False, tooltip=marked("Go to the button before"), priority=True),
        Binding(
            "left,up", "go_button(-1)", show=False, tooltip=marked("Go to the button before"), priority=True
        ),
        Binding(
            "right,down", "go_button(1)", show=False, tooltip=marked("Go to the next button"), priority=True
        ),
        Binding("pagedown", "scroll_body(8)", marked("more")),
        Binding("pageup", "scroll_body(-8)", show=False, tooltip=marked("Scroll back")),
        Binding("f1,question_mark", "help", show=False, tooltip=marked("List the keys of this dialog")),
        FIND,
    ]
    MOST: ClassVar[int] = 14
    """Lines of the body at most; what is longer scrolls."""

    def __init__(self, title: str, state: State | None = None) -> None:
        super().__init__()
        self.heading = flat(title)
        self.state = state

    def compose(self) -> ComposeResult:
        """Put the box together."""
        with Vertical(classes="box"):
            yield Static(self._title(), classes="title")
            with VerticalScroll(classes="body", can_focus=False):
                yield from self.body()
            yield from self.below()
            with Horizontal(classes="buttons"):
                yield from self.buttons()
        yield KeyBar()

    def on_mount(self) -> None:
        """Fit the box into the screen, now and whenever the title needs another number of lines."""
        self.watch(self.query_one(".body", VerticalScroll), "show_vertical_scrollbar", self.refresh_bindings)
        self.call_after_refresh(self.fit)

    def on_resize(self) -> None:
        """Keep title and buttons in sight on any terminal."""
        self.call_after_refresh(self.fit)

    def fit(self) -> None:
        """Give the body what the title and the buttons leave of nine tenths of the screen."""
        if not self.query(".box"):
            return
        box, body = self.query_one(".box", Vertical), self.query_one(".body", VerticalScroll)
        buttons = self.query_one(".buttons", Horizontal)
        wide = sum(cells(str(button.label)) + 6 for button in buttons.query(PushButton)) - 2
        buttons.set_class(wide > box.content_size.width, "-stacked")
        rows = len(buttons.query(PushButton)) if buttons.has_class("-stacked") else 1
        others = [part for part in box.children if part.display and part not in {body, buttons}]
        taken = sum(part.outer_size.height + part.styles.margin.height for part in others)
        room = self.size.height * 92 // 100 - 1 - box.gutter.height - taken
        body.styles.max_height = max(2, min(self.MOST, room - (rows if buttons.display else 0)))

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """Say in the key bar what Enter does now."""
        pressed = event.widget
        self.query_one(KeyBar).enter = str(pressed.label) if isinstance(pressed, PushButton) else ""

    def _title(self) -> Content:
        look = look_of(self.app)
        title = look.text(self.heading, Role.STRONG)
        return title if self.state is None else look.dot(self.state) + " " + title

    def body(self) -> Iterable[Widget]:
        """Return what the dialog says."""
        return ()

    def below(self) -> Iterable[Widget]:
        """Return what stands between the text and the buttons."""
        return ()

    def buttons(self) -> Iterable[PushButton]:
        """Return the buttons, the harmless one being the one with the focus."""
        return ()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002 - Textual's signature
        """Leave the arrow keys to whatever is no button; offer what leads somewhere."""
        if action == "go_button":
            return isinstance(self.focused, PushButton)
        if action == "go":
            return len(self.focus_chain) > 1
        if action == "scroll_body":
            found = self.query(".body")
            return bool(found) and found.first(VerticalScroll).max_scroll_y > 0
        return True

    def action_go(self, step: int) -> None:
        """Go to the next or previous thing that takes keys."""
        if step > 0:
            self.focus_next()
        else:
            self.focus_previous()

    def action_go_button(self, step: int) -> None:
        """Go to the next or previous button."""
        self.action_go(step)

    def action_help(self) -> None:
        """List the keys."""
        from widgets.help import Help, HelpSection, keys_of  # noqa: PLC0415 (it is a dialog itself)

        words = _("Nothing is done before a button is pressed. Esc closes the dialog and changes nothing.")
        self.app.push_screen(Help(self.heading, (HelpSection(_("This dialog"), words),), keys_of(self)))

    def action_leave(self) -> None:
        """Close without doing anything."""
        self.dismiss(None)

    def action_scroll_body(self, lines: int) -> None:
        """Scroll what the dialog says."""
        self.query_one(".body", VerticalScroll).scroll_relative(y=lines, animate=False)

    def paragraph(self, text: str, role: Role = Role.TEXT) -> Static:
        """Return a paragraph of plain text."""
        return Wrapped((text,), role)


class Confirm(Dialog[bool]):
    """A question. The focus is on "no"; only a press of the other button answers True.

    Args:
        title: The question.
        text: What will happen.
        losses: What will be lost, one thing per entry, each named so that it can be recognised.
        yes: The word on the button that does it; a verb.
        no: The word on the button that does not.
        word: A word that has to be typed before "yes" can be pressed; for what destroys data.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "yes", "Yes", show=False),
        Binding("n", "leave", "No", show=False),
    ]
    DEFAULT_CSS = """
    Confirm .word {
        height: 1;
        margin-bottom: 1;
        & > Static {
            width: auto;
        }
        & > LineInput {
            width: 24;
        }
    }
    """

    def __init__(
        self,
        title: str,
        text: str = "",
        *,
        losses: tuple[str, ...] = (),
        yes: str = "",
        no: str = "",
        word: str = "",
    ) -> None:
        super().__init__(title, State.WARN if losses else None)
        self._text = text
        self._losses = losses
        self._word = word
        self._yes = PushButton(yes or _("Yes"), id="yes", disabled=bool(word))
        self._no = PushButton(no or _("No"), id="no")
        self._input = LineInput()
        # The first letter may have been typed while the focus was still on "no".
        self._input.select_on_focus = False
        if word:
            self._yes.take_letter = self._no.take_letter = self._take_letter

    def body(self) -> Iterable[Widget]:
        """Return the text and what will be lost."""
        if self._text:
            yield self.paragraph(self._text)
        if self._losses:
            mark = look_of(self.app).glyphs.state(State.WARN)
            heading = Wrapped((_("This will be lost and cannot be recovered:"),), Role.WARN)
            heading.styles.margin = 0
            yield heading
            yield Wrapped(tuple(f"{mark} {flat(loss)}" for loss in self._losses), Role.STRONG)

    def below(self) -> Iterable[Widget]:
        """Return the line to type the word into."""
        if not self._word:
            return
        look = look_of(self.app)
        opening, closing = ("  [", "]") if look.native else ("  ", "")
        request = _('Type "{word}" to confirm').format(word=self._word)
        yield Horizontal(
            Static(Content(look.plain(request) + opening)),
            self._input,
            Static(Content(closing)),
            classes="word",
        )

    def buttons(self) -> Iterable[PushButton]:
        """Return no and yes."""
        yield self._no
        yield self._yes

    def on_mount(self) -> None:
        """Put the focus on no."""
        self.set_focus(self._no)

    def on_key(self, event: events.Key) -> None:
        """Take a letter that comes before anything has the focus."""
        if self._word and event.is_printable and event.character not in {None, " "}:
            event.stop()
            event.prevent_default()
            self._take_letter(event.character or "")

    def _take_letter(self, letter: str) -> None:
        """Let the word be typed from wherever the focus is; the next letter finds it on the line."""
        self.set_focus(self._input)
        self._input.insert_text_at_cursor(letter)

    @property
    def _allowed(self) -> bool:
        return not self._word or self._input.value.strip().casefold() == self._word.casefold()

    @on(Input.Changed)
    def _typed(self) -> None:
        self._yes.disabled = not self._allowed

    @on(Input.Submitted)
    def _entered(self) -> None:
        self.set_focus(self._yes if self._allowed else self._no)

    @on(PushButton.Pressed)
    def _pressed(self, event: PushButton.Pressed) -> None:
        self.dismiss(event.button is self._yes and self._allowed)

    def action_yes(self) -> None:
        """Go to yes; pressing it is left to the person."""
        if self._allowed:
            # At once, so that a key pressed right after it is for this button.
            self.set_focus(self._yes)

    def action_leave(self) -> None:
        """Answer no."""
        self.dismiss(False)
