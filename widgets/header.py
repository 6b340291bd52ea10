"""The bar at the top: which program, which host, which initiator, and what the person may do here.

yield TopBar(id="top")
...
top.facts = TopFacts("iscsi-console", "db7", "iqn.1993-08.org.debian:01:c3b048656983", access=_("root"))

The right side stays whole; the initiator name is cut in the middle when the line is full.
"""

from msgspec import Struct
from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from widgets.look import Look, look_of
from widgets.state import Role, State, state_role
from widgets.text import cut_middle, flat


class TopFacts(Struct, frozen=True):
    """What the bar shows. Empty parts are left out."""

    program: str
    host: str = ""
    initiator: str = ""
    """The initiator name. The first to be cut, in the middle, when the line is full."""
    access: str = ""
    """What the person may do: `root`, `read-only`, `recorded host` ..."""
    access_state: State = State.GOOD
    problems: str = ""
    """What is the matter, in words: `1 problem`."""
    note: str = ""
    """Anything else worth a few words at the right, dim: `3 sessions`."""
    problems_state: State = State.BAD


class TopBar(Widget):
    """One line at the top of the screen."""

    DEFAULT_CSS = """
    TopBar {
        dock: top;
        height: 1;
        padding: 0 2;
        background: $surface;
        text-wrap: nowrap;
        text-overflow: clip;
    }
    """

    facts: reactive[TopFacts] = reactive(TopFacts(""))

    def __init__(self, facts: TopFacts | None = None, *, id: str | None = None) -> None:
        super().__init__(id=id)
        if facts is not None:
            self.set_reactive(TopBar.facts, facts)

    def render(self) -> Content:
        """Draw the line: names at the left, what is the case at the right."""
        return draw_top_bar(self.facts, look_of(self), self.content_size.width)


def draw_top_bar(facts: TopFacts, look: Look, width: int) -> Content:
    """Return the line for a width in cells."""
    right = _right(facts, look)
    left = look.text(flat(facts.program), Role.STRONG)
    if facts.host:
        left += Content("  ") + look.text(flat(facts.host))
    room = width - left.cell_length - right.cell_length - (3 if right else 0)
    if facts.initiator and room >= 12:
        left += Content("   ") + look.text(
            cut_middle(flat(facts.initiator), room - 3, look.glyphs.ellipsis), Role.MUTED
        )
    gap = max(1, width - left.cell_length - right.cell_length)
    return Content.assemble(left, " " * gap, right)


def _right(facts: TopFacts, look: Look) -> Content:
    parts = []
    if facts.problems:
        dot = look.glyphs.state(facts.problems_state)
        parts.append(look.text(f"{dot} {flat(facts.problems)}", state_role(facts.problems_state)))
    if facts.note:
        parts.append(look.text(flat(facts.note), Role.MUTED))
    if facts.access:
        parts.append(look.text(flat(facts.access), state_role(facts.access_state)))
    return Content("   ").join(parts)
