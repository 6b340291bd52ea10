"""What every page of the set-up is: a form over the answer of one step."""

import asyncio
from collections.abc import Callable, Iterable
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.message import Message
from textual.widget import Widget

from tui.screens.paragraphs import Paragraph, Paragraphs
from tui.setup.answers import Answer
from tui.setup.state import Explanation, SetupState
from tui.setup.step import Step
from tui.setup.steps import by_name
from tui.storage.problem import Problem
from tui.words import prose, translate_in
from widgets.bars.progress import ProgressRow
from widgets.fields.form import Field, FieldRow, Form
from widgets.fields.text_field import NumberField, TextField
from widgets.help import HelpSection
from widgets.state import Role, State
from widgets.table import PickList
from widgets.text import cells

LONGEST = 223
"""Characters shown of a name: as many as an iSCSI name may have bytes (RFC 7143 4.2.7.1)."""


def field_id(name: str) -> str:
    """The identifier of the field for an attribute of an answer: `volumes.0.size` -> `volumes-0-size`."""
    return name.replace(".", "-").replace("_", "-")


def _is_seen(field: Field) -> bool:
    row = field.parent
    return field.display and (not isinstance(row, Widget) or row.display)


def wrong_list(name: str) -> Paragraphs:
    """Return the place under a list where the problems of an attribute of the answer are shown."""
    return Paragraphs(id=f"wrong-{field_id(name)}", classes="wrong-list")


def in_a_row(*fields: TextField, id: str | None = None) -> Iterable[Widget]:
    """Return fields beside each other, and under the row a place for what is wrong with each."""
    yield FieldRow(*fields, id=id)
    for field in fields:
        yield Paragraphs(id=f"wrong-{field.id}", classes="wrong-list")


def _below(problem: Problem) -> Paragraph:
    return Paragraph(problem.summary, Role.WARN, state=State.WARN, after=_rest(problem))


def _rest(problem: Problem) -> str:
    return prose(problem.cause, problem.remedy)


def next_word() -> str:
    """What Enter does on a page that has nothing left to do."""
    return translate_in("key: go on to the next page", "next")


def one_line(problem: Problem) -> str:
    """What stands below a field: what is wrong and what to do about it."""
    return prose(problem.summary, problem.remedy)


class Page(Form):
    """One step. A subclass makes the fields, reads the answer from them and shows what is known."""

    DEFAULT_CSS = """
    Page {
        height: 1fr;
        max-height: 1fr;
        padding: 0 2 0 3;
        scrollbar-size-vertical: 1;
        .space {
            margin-top: 1;
        }
    }
    """
    step: ClassVar[Step]

    class Edited(Message):
        """The person changed the answer. It is read with `answer`."""

    class Looked(Message):
        """The person looks at something else, which `explanation` is about."""

    class Entered(Message):
        """Enter was pressed somewhere on the page."""

    def __init__(self, state: SetupState) -> None:
        super().__init__(id=f"page-{self.step}")
        self.state = state
        self._waits_for_its_place = False
        self._at_fault: Field | None = None
        self.has_keys = asyncio.Event()
        """Set once the focus is on it, or it is gone."""

    def parts(self) -> Iterable[Widget]:
        """Return the fields and lists, filled in from `state`."""
        return ()

    def answer(self) -> Answer | None:
        """Return what the fields say, or None on a page that asks nothing."""
        return None

    def refresh_parts(self) -> None:
        """Show what `state` knows now in everything that is not typed by the person."""

    def is_done(self, state: SetupState) -> bool:
        """Whether Enter goes on instead of running the step: nothing is lacking any more."""
        return by_name.logic(self.step).blocker(state) is None

    def moves_on(self, state: SetupState) -> bool:
        """Whether the next page comes by itself when the step has run; not where there is much to see."""
        return self.is_done(state)

    def shows_work(self, rows: tuple[ProgressRow, ...]) -> bool:  # noqa: ARG002 (most pages leave it to the pane)
        """Show what runs on the page itself; False leaves it to the lower pane."""
        return False

    def explanation(self) -> Explanation | None:
        """Return what the lower pane says, where it is not what the step says about itself."""
        return None

    def enter_words(self) -> str:
        """Say what Enter does now, in a word or two."""
        return next_word()

    def help(self) -> tuple[HelpSection, ...]:
        """Explain the page to somebody who sees it for the first time."""
        return ()

    def notes(self) -> tuple[Paragraph, ...]:
        """Return what is good to know: what the host has already, and warnings."""
        if not self.step.is_asked:
            return ()
        logic = by_name.logic(self.step)
        draft = self.draft()
        found: list[Paragraph] = []
        satisfied = logic.satisfied(draft)
        if satisfied:
            found.append(Paragraph(satisfied, state=State.GOOD))
        warned = (
            Paragraph(warning.summary, Role.WARN, state=State.WARN, after=_rest(warning))
            for warning in logic.warnings(draft)
        )
        return (*found, *warned)

    def compose(self) -> ComposeResult:
        """Put the parts over the notes."""
        yield from self.parts()
        yield Paragraphs(id="notes", classes="space")

    @property
    def is_whole(self) -> bool:
        """Whether its parts are there: they come after it, and go before it when another page is opened."""
        return bool(self.query("#notes"))

    def on_mount(self) -> None:
        """Show what is known and put the focus where the first thing is to be done."""
        if not self.is_whole:
            return  # The program ends just now, and the parts are gone already.
        super().on_mount()
        self.show(self.state)
        self.call_after_refresh(self._focus_when_placed)

    def show(self, state: SetupState) -> None:
        """Show another state."""
        self.state = state
        self.refresh_parts()
        self.align_labels()
        self.refresh_notes()

    def refresh_notes(self) -> None:
        """Show the notes for what is typed now, and remove what is no longer wrong."""
        for place in self.query(".wrong-list").results(Paragraphs):
            if place.paragraphs and place.id is not None:
                self._show_below(place.id.removeprefix("wrong-"))
        self.query_one("#notes", Paragraphs).paragraphs = self.notes()

    def align_labels(self) -> None:
        """Give fields and facts the same label column."""
        facts = list(self.query(".facts").results(Paragraphs))
        leading = [field for field in self.fields() if self._leads(field) and _is_seen(field)]
        labels = [field.label for field in leading]
        labels += [paragraph.label for place in facts for paragraph in place.paragraphs]
        width = max((cells(label) for label in labels), default=0)
        for field in leading:
            field.label_width = width
        for place in facts:
            place.label_width = width

    def focus_first(self) -> None:
        """Put the focus on the first thing that takes keys, and show the page from its top.

        What stands above the first field, such as what will be lost, is to be read before it.
        """
        for widget in self.screen.focus_chain:
            if widget is self or self in widget.ancestors:
                # At once, not by `Widget.focus`, which waits for its turn: the next key is for it.
                # Not scrolled to: on a page still being laid out that ends anywhere.
                self.screen.set_focus(widget, scroll_visible=False)
                self.scroll_home(animate=False)
                return

    @on(events.Resize)
    def _placed(self) -> None:
        if self._waits_for_its_place:
            self._waits_for_its_place = False
            self.call_after_refresh(self._focus_when_placed)

    def _focus_when_placed(self) -> None:
        """Put the focus on the page, on the field at fault where somebody was sent to it."""
        if not self.is_attached:
            return  # The next page has taken its place.
        if not self.size:
            # Which part is the first one is known when they are laid out.
            self._waits_for_its_place = True
            return
        if self._at_fault is not None:
            self.focus_field(self._at_fault)
        else:
            self.focus_first()
        self.has_keys.set()

    def on_unmount(self) -> None:
        """Let nobody wait for it."""
        self.has_keys.set()

    def keep_focus(self) -> None:
        """Leave the focus on the page, or bring it back."""
        focused = self.screen.focused
        if focused is None or self not in focused.ancestors_with_self:
            self.focus_first()

    def draft(self) -> SetupState:
        """Return the state as it is with what is typed now."""
        answer = self.answer()
        return self.state if answer is None else self.state.answered(answer)

    def problems(self) -> tuple[Problem, ...]:
        """Return what is wrong with what is typed now."""
        return by_name.logic(self.step).problems(self.draft()) if self.step.is_asked else ()

    def wrong(self, name: str) -> str | None:
        """Return the sentence for what is wrong with one attribute of the answer, or None."""
        return next((one_line(problem) for problem in self.problems() if problem.field == name), None)

    def checks(self, name: str) -> Callable[[object], str | None]:
        """Return a validator for the field of one attribute of the answer."""
        return lambda _value: self.wrong(name)

    def unfinished(self) -> bool:
        """Show what is no number where one is wanted, and go to it; return whether there is such a field."""
        numbers = [field for field in self.fields() if isinstance(field, NumberField) and _is_seen(field)]
        wrong = [field for field in numbers if not field.check()]
        if wrong:
            self.focus_field(wrong[0])
        return bool(wrong)

    def show_problems(self, found: tuple[Problem, ...]) -> tuple[Problem, ...]:
        """Show each problem at its field or list, focus the first; return those that have neither."""
        unplaced: list[Problem] = []
        first: Widget | None = None
        for shown in self.fields():
            shown.error = ""
        for below in self.query(".wrong-list").results(Paragraphs):
            below.paragraphs = ()
        for problem in found:
            place, field = self.list_of(problem), self.field_of(problem)
            if place is not None:
                place.paragraphs = (*place.paragraphs, _below(problem))
            elif field is not None:
                field.error = field.error or one_line(problem)
            if first is None:
                first = field if field is not None else place
            if place is None and field is None:
                unplaced.append(problem)
        if isinstance(first, Field):
            self.focus_field(first)
        elif first is not None:
            first.scroll_visible(animate=False)
        return tuple(unplaced)

    def begin_at(self, problem: Problem, names: tuple[str, ...]) -> None:
        """Go to the first field in sight that one of the names stands for, and say there what is wrong."""
        wanted = [field_id(name) for name in names]
        seen = {field.id: field for field in self.fields() if _is_seen(field)}
        found = next((seen[name] for name in wanted if name in seen), None)
        if found is None:
            self.keep_focus()
            return
        found.error = one_line(problem)
        self._at_fault = found
        self.focus_field(found)

    def field_of(self, problem: Problem) -> Field | None:
        """Return the field in sight that a problem belongs to, or None."""
        wanted = field_id(problem.field)
        return next((field for field in self.fields() if field.id == wanted and field.display), None)

    def list_of(self, problem: Problem) -> Paragraphs | None:
        """Return the place under the list that a problem belongs to, or None."""
        wanted = f"wrong-{field_id(problem.field)}"
        return next((place for place in self.query(f"#{wanted}").results(Paragraphs)), None)

    def on_descendant_blur(self, event: events.DescendantBlur) -> None:
        """Show below a row what is wrong with a field that was left; a field alone shows it by itself."""
        field = next(
            (ancestor for ancestor in event.widget.ancestors if isinstance(ancestor, TextField)), None
        )
        if field is not None and field.id is not None and field.value:
            self._show_below(field.id)

    def _show_below(self, ident: str) -> None:
        for place in self.query(f"#wrong-{ident}").results(Paragraphs):
            found = [problem for problem in self.problems() if field_id(problem.field) == ident]
            place.paragraphs = tuple(_below(problem) for problem in found[:1])

    def submit(self) -> None:
        """Do what Enter does; the screen checks the answer."""
        self.post_message(self.Entered())

    @on(Field.Changed)
    def _changed(self, event: Field.Changed) -> None:
        event.stop()
        self.edited()

    @on(PickList.Checked)
    def _checked(self, event: PickList.Checked) -> None:
        event.stop()
        self.edited()

    @on(PickList.Picked)
    def _picked(self, event: PickList.Picked) -> None:
        event.stop()
        self.submit()

    def edited(self) -> None:
        """Tell the screen that the answer may be another one now."""
        self.post_message(self.Edited())
