"""Fields of a form: a label in one column, the thing to fill in beside it, what is wrong with it below.

    with Form(id="portal"):
        yield TextField(_("Portal"), "192.0.2.10", id="host", validate=check_host)
        yield NumberField(_("Port"), 3260, id="port", minimum=1, maximum=65535)
        yield ChoiceField(_("Method"), (Choice("st", "SendTargets"), Choice("isns", "iSNS")), id="method")
        yield CheckField("", _("Log in at boot"), id="boot")
        yield SecretField(_("Secret"), id="secret")

Keys: Tab, Shift-Tab, up and down go from field to field; left and right move in a text and choose in a
choice; Space switches a check box; Enter anywhere submits the form. Listen to `Form.Submitted` and to
`Field.Changed`, and read `form.query_one("#host", TextField).value`.

A field that cannot be used now stays in sight with the reason: `field.disable(_("needs root"))`.
"""

from abc import abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget
from textual.widgets import Static

from widgets.look import look_of
from widgets.state import Role, State
from widgets.text import cells, flat


class Field(Vertical):
    """What every field has: a label, a control, a hint at its right, and a line that says what is wrong."""

    DEFAULT_CSS = """
    Field {
        height: auto;
        width: 1fr;
        & > Horizontal {
            height: auto;
            width: 100%;
        }
        .label {
            width: auto;
            height: 1;
            margin-right: 2;
            color: $muted;
        }
        &.-focused .label {
            color: $accent;
            text-style: bold;
        }
        .bracket {
            display: none;
            width: 1;
            height: 1;
        }
        &:ansi .bracket {
            display: block;
        }
        .hint {
            display: none;
            width: auto;
            height: auto;
            max-width: 50%;
            margin-left: 2;
            color: $muted;
        }
        .wrong {
            display: none;
            width: 100%;
            height: auto;
            color: $warn;
        }
    }
    """

    label_width: reactive[int] = reactive(0)
    """Cells of the label column; the form sets it to that of its longest label."""
    error: reactive[str] = reactive("")
    """What is wrong, as a sentence; shown right below with a glyph. Empty when nothing is."""
    hint: reactive[str] = reactive("")
    """A few dim words at the right of the control."""
    reason: reactive[str] = reactive("")
    """Why the field cannot be used now; see `disable`."""

    @dataclass
    class Changed(Message):
        """The person changed the value. The value is not part of the message: read it from the field."""

        field: "Field"

        @property
        def control(self) -> "Field":
            """The field itself, for `@on(..., "#selector")`."""
            return self.field

    @dataclass
    class Submitted(Message):
        """Enter was pressed in the field."""

        field: "Field"

        @property
        def control(self) -> "Field":
            """The field itself."""
            return self.field

    def __init__(self, label: str, *, hint: str = "", id: str | None = None) -> None:
        super().__init__(id=id)
        self.label = flat(label)
        self.set_reactive(Field.hint, hint)
        self.set_reactive(Field.label_width, cells(self.label))

    @abstractmethod
    def control_widgets(self) -> Iterable[Widget]:
        """Return what is between the label and the hint."""

    def problem(self) -> str | None:
        """Return what is wrong with the present value, as a sentence, or None."""
        return None

    def check(self) -> bool:
        """Show what is wrong, or nothing; return whether the value can be used."""
        self.error = "" if self.reason else self.problem() or ""
        return not self.error

    def compose(self) -> ComposeResult:
        """Put label, control and hint on a line, the error under it."""
        with Horizontal():
            yield Static(Content(look_of(self).plain(self.label)), classes="label")
            yield from self.control_widgets()
            yield Static(Content(self.hint), classes="hint")
        yield Static(classes="wrong")

    def on_mount(self) -> None:
        """Show what was set before the parts existed."""
        self._show_hint()
        self._show_error()

    def on_descendant_focus(self) -> None:
        """Mark the label of the field the keys go to."""
        self.add_class("-focused")

    def on_descendant_blur(self) -> None:
        """Take the mark from the label."""
        self.remove_class("-focused")

    def watch_label_width(self, width: int) -> None:
        """Keep the column."""
        for label in self.query(".label"):
            label.styles.width = width

    def watch_hint(self) -> None:
        """Show the hint."""
        self._show_hint()

    def watch_error(self) -> None:
        """Show the error."""
        self._show_error()

    def watch_reason(self, reason: str) -> None:
        """Show the reason in place of the hint and switch the control off."""
        for widget in self.query("LineInput, SecretInput, ChoiceRow, CheckMark"):
            widget.disabled = bool(reason)
        self._show_hint()

    def disable(self, reason: str) -> None:
        """Switch the field off, in sight, with the reason at its right."""
        self.reason = reason
        self.error = ""

    def enable(self) -> None:
        """Switch the field on again."""
        self.reason = ""

    def _show_hint(self) -> None:
        text = self.reason or self.hint
        for hint in self.query(".hint").results(Static):
            hint.update(Content(look_of(self).plain(flat(text))))
            hint.display = bool(text)

    def _show_error(self) -> None:
        look = look_of(self)
        for wrong in self.query(".wrong").results(Static):
            wrong.display = bool(self.error)
            wrong.styles.padding = (0, 0, 0, self.label_width + 2)
            wrong.update(
                Content.assemble(
                    look.text(look.glyphs.state(State.WARN), Role.WARN),
                    " ",
                    look.text(flat(self.error), Role.WARN),
                )
            )


class FieldRow(Horizontal):
    """Fields beside each other on one line: the first keeps the label column, the others follow."""

    DEFAULT_CSS = """
    FieldRow {
        height: auto;
        width: 100%;
        & > Field {
            width: auto;
            margin-right: 3;
        }
        & > Field > Horizontal {
            width: auto;
        }
        & > Field:first-child {
            width: 1fr;
        }
        & > Field:first-child > Horizontal {
            width: 100%;
        }
    }
    """


class Form(VerticalScroll, can_focus=False):
    """Fields under each other with their labels in one column. Enter submits all of them."""

    DEFAULT_CSS = """
    Form {
        height: auto;
        max-height: 1fr;
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "go(-1)", "Field above", show=False),
        Binding("down", "go(1)", "Field below", show=False),
        # With priority, so that what is typed right after them is for the field they lead to.
        Binding("shift+tab", "go(-1)", "Field above", show=False, priority=True),
        Binding("tab", "go(1)", "Field below", show=False, priority=True),
    ]

    @dataclass
    class Submitted(Message):
        """Enter was pressed and every field can be used."""

        form: "Form"

        @property
        def control(self) -> "Form":
            """The form itself."""
            return self.form

    def on_mount(self) -> None:
        """Align the labels."""
        self.align_labels()

    def align_labels(self) -> None:
        """Give every first field of a line the label column of the longest label."""
        leading = [field for field in self.fields() if self._leads(field)]
        width = max((cells(field.label) for field in leading), default=0)
        for field in leading:
            field.label_width = width

    @staticmethod
    def _leads(field: Field) -> bool:
        row = field.parent
        return not isinstance(row, FieldRow) or row.children[0] is field

    def fields(self) -> list[Field]:
        """Return the fields, top to bottom."""
        return [widget for widget in self.query("Field").results() if isinstance(widget, Field)]

    def check(self) -> bool:
        """Check every field shown; put the focus on the first that is wrong; return whether none is."""
        wrong = [field for field in self.fields() if field.display and not field.check()]
        if wrong:
            self.focus_field(wrong[0])
        return not wrong

    def focus_field(self, field: Field) -> None:
        """Put the focus on the control of a field."""
        for widget in field.query("*"):
            if widget.focusable:
                # At once, not by `Widget.focus`, which waits for its turn: the next key is for it.
                self.screen.set_focus(widget)
                return

    def submit(self) -> None:
        """Do what Enter does."""
        if self.check():
            self.post_message(self.Submitted(self))

    @on(Field.Submitted)
    def _entered(self, event: Field.Submitted) -> None:
        event.stop()
        self.submit()

    def action_go(self, step: int) -> None:
        """Move to the control above or below; at the ends leave the form."""
        if step > 0:
            self.screen.focus_next()
        else:
            self.screen.focus_previous()
