"""Short text on a page: facts with their labels, notes with their state, wrapped with a hanging indent."""

from msgspec import Struct
from textual.content import Content
from textual.geometry import Size
from textual.reactive import reactive
from textual.widget import Widget

from tui.storage.problem import Problem
from tui.storage.untrusted import clean
from widgets.look import Look, look_of
from widgets.state import Role, State, state_role
from widgets.text import cells, pad, wrap

_LONGEST = 600
"""Characters kept of a sentence that may hold names."""


class Paragraph(Struct, frozen=True):
    """One paragraph.

    Attributes:
        text: plain words; never read as markup.
        role: how it is drawn.
        label: dim words in a column of their own at the left; a blank keeps the column free.
        state: a dot in front, in the colour of the state.
        after: dim words behind the text.
        hanging: cells that its lines after the first are moved in by; for lines shown as they were read.
    """

    text: str
    role: Role = Role.TEXT
    label: str = ""
    state: State | None = None
    after: str = ""
    hanging: int = 0


def problem_lines(problem: Problem) -> tuple[Paragraph, ...]:
    """Return a problem as paragraphs: what happened, its cause, what to do next, and the evidence."""
    return (
        Paragraph(clean(problem.summary, _LONGEST), Role.STRONG, state=State.BAD),
        *(Paragraph(clean(text, _LONGEST)) for text in (problem.cause, problem.remedy) if text),
        *(Paragraph(clean(line, _LONGEST), Role.MUTED) for line in problem.evidence[:4]),
    )


class Paragraphs(Widget):
    """The paragraphs, under each other. Takes no room while there are none."""

    DEFAULT_CSS = """
    Paragraphs {
        width: 1fr;
        height: auto;
        text-wrap: nowrap;
        text-overflow: clip;
    }
    """

    paragraphs: reactive[tuple[Paragraph, ...]] = reactive((), layout=True)
    label_width: reactive[int] = reactive(0, layout=True)
    """Cells of the label column; the longest label when 0."""

    def __init__(
        self,
        paragraphs: tuple[Paragraph, ...] = (),
        *,
        label_width: int = 0,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self.set_reactive(Paragraphs.paragraphs, paragraphs)
        self.set_reactive(Paragraphs.label_width, label_width)
        self.display = bool(paragraphs)

    def watch_paragraphs(self) -> None:
        """Make room for what there is to say."""
        self.display = bool(self.paragraphs)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:  # noqa: ARG002 - Textual's signature
        """Return the lines needed."""
        return len(draw(self.paragraphs, look_of(self), width, self.label_width))

    def render(self) -> Content:
        """Draw the lines."""
        lines = draw(self.paragraphs, look_of(self), self.content_size.width, self.label_width)
        return Content("\n").join(lines)


def draw(paragraphs: tuple[Paragraph, ...], look: Look, width: int, label_width: int = 0) -> list[Content]:
    """Return the lines for a width in cells."""
    longest = max((cells(paragraph.label) for paragraph in paragraphs), default=0)
    column = label_width or longest
    lines: list[Content] = []
    for paragraph in paragraphs:
        margin = column + 2 if paragraph.label else 0
        lead = 2 if paragraph.state is not None else 0
        room = max(10, width - margin - lead)
        role = paragraph.role
        if paragraph.state not in (None, State.HERE) and role is Role.TEXT:
            role = state_role(paragraph.state or State.GOOD) if paragraph.state is State.BAD else role
        words = wrap(paragraph.text, room, paragraph.hanging)
        for index, line in enumerate(words):
            drawn = look.text(pad(paragraph.label if index == 0 else "", margin), Role.MUTED)
            if lead:
                dot = look.dot(paragraph.state or State.GOOD) + " " if index == 0 else Content("  ")
                drawn += dot
            lines.append(drawn + look.text(line, role))
        if paragraph.after:
            lines += _after(paragraph.after, lines.pop(), look, width, margin + lead)
    return lines


def _after(text: str, last: Content, look: Look, width: int, margin: int) -> list[Content]:
    """Return the last line with the dim words behind it, or below it where they do not fit."""
    if last.cell_length + 2 + cells(text) <= width:
        return [last + "  " + look.text(text, Role.MUTED)]
    below = wrap(text, max(10, width - margin))
    return [last, *(look.text(" " * margin + line, Role.MUTED) for line in below)]
