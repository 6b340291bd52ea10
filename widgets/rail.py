"""The wizard's rail: its steps as a ladder of dots, what was chosen under each, the present one marked.

    yield Rail(_("Set up storage"), id="rail")
    ...
    rail.steps = (
        RailStep("name", _("Name"), State.GOOD, "c3b048656983"),
        RailStep("chap", _("CHAP"), State.HERE),
        RailStep("discover", _("Discover"), State.WAITING),
    )

26 columns wide. Eight steps with their notes take 18 lines, and spread out when there is more room. One line
high it is folded: the dots of all steps, and the number and name of the present one.
"""

from collections.abc import Iterator, Sequence

from msgspec import Struct
from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from widgets.look import Look, look_of
from widgets.state import Role, State
from widgets.text import cut_middle, flat


class RailStep(Struct, frozen=True):
    """One step of the wizard."""

    key: str
    name: str
    state: State = State.WAITING
    note: str = ""
    """What was chosen or found, in a few words. Cut in the middle."""


class Rail(Widget):
    """The ladder of steps. It only shows; it takes no focus."""

    DEFAULT_CSS = """
    Rail {
        width: 26;
        height: 1fr;
        padding: 1 1 0 2;
        border-right: solid $line;
        text-wrap: nowrap;
        text-overflow: clip;
    }
    """

    steps: reactive[tuple[RailStep, ...]] = reactive(())
    title: reactive[str] = reactive("")

    def __init__(self, title: str = "", steps: tuple[RailStep, ...] = (), *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.set_reactive(Rail.title, title)
        self.set_reactive(Rail.steps, steps)

    def render(self) -> Content:
        """Draw the title and the ladder, in two or three lines per step."""
        look = look_of(self)
        width, height = self.content_size
        if height == 1:
            return _draw_folded(self.steps, look).truncate(width)
        lines = [
            look.text(cut_middle(flat(self.title), width, look.glyphs.ellipsis), Role.STRONG),
            Content(""),
        ]
        if len(self.steps) * 2 + len(lines) > height + 1:
            del lines[1:]
        spread = len(self.steps) * 3 + len(lines) - 2 <= height
        for index, step in enumerate(self.steps):
            last = index == len(self.steps) - 1
            lines.extend(_draw_step(step, index + 1, look, width, last=last, spread=spread))
        return Content("\n").join(lines)


def _draw_folded(steps: Sequence[RailStep], look: Look) -> Content:
    parts: list[Content] = []
    for number, step in enumerate(steps, start=1):
        here = step.state in {State.HERE, State.BAD}
        name = look.text(f" {number} {flat(step.name)} ", Role.ACCENT) if here else Content("")
        parts.append(look.dot(step.state) + name)
    return Content(" ").join(parts)


def _draw_step(
    step: RailStep, number: int, look: Look, width: int, *, last: bool, spread: bool
) -> Iterator[Content]:
    name = {State.HERE: Role.ACCENT, State.WAITING: Role.MUTED}.get(step.state, Role.TEXT)
    line = Content("") if last else look.text(look.glyphs.vertical, _line_role(step.state))
    yield Content.assemble(look.dot(step.state), " ", look.text(f"{number} {flat(step.name)}", name))
    note = cut_middle(flat(step.note), width - 2, look.glyphs.ellipsis)
    if note or not last:
        yield Content.assemble(line or Content(" "), " ", look.text(note, Role.MUTED))
    if spread and not last:
        yield line


def _line_role(state: State) -> Role:
    return Role.GOOD if state is State.GOOD else Role.MUTED
