"""The stack: rungs from the portal up to who uses the mount, one line each, with the health of every rung.

    yield StackView(id="stack")
    ...
    stack.rungs = (
        Rung("t1", "target", "lab:t1", heading=True, detail="iqn.2003-01.org.linux-iscsi.lab:t1"),
        Rung("p1", "portal", "192.0.2.10:3260", state=State.GOOD, state_word="answers", note="0.4 ms"),
        Rung("s2", "session", "2", depth=1, state=State.BAD, state_word="FAILED", note="14 s"),
    )

Rungs of the same depth under a heading are joined by a line: one ladder. A deeper rung is a side branch of
the nearest rung above it with a smaller depth. What lies below a rung, and everything under a heading, can
be folded away. Long names are cut in the middle; columns keep their place for all rungs.

Keys: up, down, page keys, Home, End; left folds, right unfolds; Space switches; `!` goes to the next
problem; Enter chooses. Messages: `StackView.Highlighted` when the cursor moves, `StackView.Chosen` on Enter.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive

from widgets.line_list import LineList
from widgets.look import Look
from widgets.rung_lines import Rung, RungLine, StackColumns, draw_rung, inside, owner, stack_lines
from widgets.state import PROBLEMS
from widgets.widget_words import marked, translate as _

__all__ = ["Rung", "StackView"]


class RungList(LineList[RungLine]):
    """The lines of a stack."""

    class Resized(Message):
        """There is more or less room."""

    def __init__(self) -> None:
        super().__init__()
        self.columns = StackColumns()

    def draw(self, line: RungLine, look: Look, width: int) -> Content:
        """Draw one rung."""
        return draw_rung(line, self.columns, look, width)

    def copied(self, line: RungLine) -> str:
        """Return the whole name of the rung."""
        return "" if line.rung is None else line.rung.whole or line.rung.name

    def on_resize(self) -> None:
        """Let the stack decide again whether there is room between the rungs."""
        self.post_message(self.Resized())


class StackView(Vertical):
    """The stack with its cursor and folding."""

    DEFAULT_CSS = """
    StackView {
        height: 1fr;
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "fold", show=False, tooltip=marked("Fold the layers below")),
        Binding("right", "unfold", show=False, tooltip=marked("Unfold them")),
        Binding("space", "switch", show=False),
        Binding("exclamation_mark", "next_problem", show=False, tooltip=marked("Go to the next problem")),
        Binding("enter", "choose", "Open", show=False),
    ]

    rungs: reactive[tuple[Rung, ...]] = reactive((), repaint=False)
    """The rungs, top to bottom. Replace them whole; only lines that differ are drawn again."""
    folded: reactive[frozenset[str]] = reactive(frozenset(), repaint=False)
    """Keys of the rungs whose lower rungs are folded away."""

    @dataclass
    class Highlighted(Message):
        """The cursor came to another rung."""

        stack: "StackView"
        key: str

        @property
        def control(self) -> "StackView":
            """The stack itself."""
            return self.stack

    @dataclass
    class Chosen(Message):
        """Enter was pressed on a rung."""

        stack: "StackView"
        key: str

        @property
        def control(self) -> "StackView":
            """The stack itself."""
            return self.stack

    def __init__(self, rungs: Sequence[Rung] = (), *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._composed = False
        self._measured: tuple[Rung, ...] | None = None
        self._gone_to: str | None = None
        self._list = RungList()
        self.set_reactive(StackView.rungs, tuple(rungs))

    def compose(self) -> ComposeResult:
        """Show the list."""
        yield self._list

    def on_mount(self) -> None:
        """Show the first rungs."""
        self._composed = True
        self._show()

    def watch_rungs(self) -> None:
        """Show other rungs."""
        self._show()

    def watch_folded(self) -> None:
        """Show more or fewer rungs."""
        self._show()

    def _show(self) -> None:
        if not self._composed:
            return
        if self._measured is not self.rungs:
            self._measured = self.rungs
            columns = StackColumns.measure(self.rungs)
            if columns != self._list.columns:
                self._list.columns = columns
                self._list.redraw()
        room = self._list.size.height
        lines = stack_lines(self.rungs, self.folded, spaced=len(self.rungs) <= room)
        if len(lines) > room and len(self.rungs) <= room:
            lines = stack_lines(self.rungs, self.folded)
        self._list.show_lines(lines)

    @property
    def key(self) -> str | None:
        """The key of the rung under the cursor."""
        return self._list.key

    @property
    def whole_width(self) -> int:
        """Cells of a line that cuts nothing of any rung."""
        return self._list.columns.whole

    @property
    def rung(self) -> Rung | None:
        """The rung under the cursor."""
        return next((rung for rung in self.rungs if rung.key == self.key), None)

    def focus(self, scroll_visible: bool = True) -> "StackView":
        """Give the keys to the stack."""
        self._list.focus(scroll_visible)
        return self

    def go_to(self, key: str) -> bool:
        """Put the cursor on a rung, unfolding what hides it; return whether there is such a rung."""
        index = next((index for index, rung in enumerate(self.rungs) if rung.key == key), None)
        if index is None:
            return False
        hiding: set[str] = set()
        above = owner(self.rungs, index)
        while above is not None:
            hiding.add(self.rungs[above].key)
            above = owner(self.rungs, above)
        self.folded = self.folded - hiding
        self._gone_to = key
        self.call_after_refresh(self._show_heading)
        return self._list.go_to(key)

    def on_resize(self) -> None:
        """Look again what there is room for: a rung may be gone to before there is a layout."""
        if self._gone_to is not None:
            self.call_after_refresh(self._show_heading)

    def _show_heading(self) -> None:
        """Bring the heading over the rung that was gone to in sight as well, where there is room for both."""
        cursor, lines = self._list.cursor, self._list.lines
        if cursor is None or cursor >= len(lines) or self._list.key != self._gone_to:
            self._gone_to = None
            return
        heading = next(
            (
                place
                for place in range(cursor, -1, -1)
                if (rung := lines[place].rung) is not None and rung.heading
            ),
            cursor,
        )
        if heading < self._list.scroll_offset.y and cursor - heading < self._list.size.height:
            self._list.scroll_to(y=heading, animate=False)

    def hits(self, needle: str) -> Iterator[Callable[[], object]]:
        """Yield what goes to each rung that has a text in any of its words, also where it is folded away."""
        for rung in self.rungs:
            if needle in rung.words.casefold():
                yield partial(self.go_to, rung.key)

    def _go_round(self, wanted: Callable[[Rung], bool]) -> bool:
        keys = [rung.key for rung in self.rungs]
        here = keys.index(self.key) if self.key in keys else -1
        after = [*self.rungs[here + 1 :], *self.rungs[: here + 1]]
        found = next((rung for rung in after if wanted(rung)), None)
        return found is not None and self.go_to(found.key)

    def action_next_problem(self) -> None:
        """Go to the next rung that is not as it should be."""
        if not self._go_round(lambda rung: rung.state in PROBLEMS and not rung.heading):
            self.notify(_("No layer has a problem."))

    def action_fold(self) -> None:
        """Fold what is below the rung; on a rung with nothing below, go to the one it belongs to."""
        index = self._index()
        if index is None:
            return
        key = self.rungs[index].key
        if inside(self.rungs, index) and key not in self.folded:
            self.folded = self.folded | {key}
            return
        above = owner(self.rungs, index)
        if above is not None:
            self._list.go_to(self.rungs[above].key)

    def action_unfold(self) -> None:
        """Show what is below the rung."""
        if self.key is not None:
            self.folded = self.folded - {self.key}

    def action_switch(self) -> None:
        """Fold or unfold."""
        if self.key in self.folded:
            self.action_unfold()
        else:
            self.action_fold()

    def action_choose(self) -> None:
        """Tell the parent that the rung was chosen."""
        if self.key is not None:
            self.post_message(self.Chosen(self, self.key))

    def _index(self) -> int | None:
        return next((index for index, rung in enumerate(self.rungs) if rung.key == self.key), None)

    @on(RungList.Resized)
    def _resized(self, event: RungList.Resized) -> None:
        event.stop()
        self._show()

    @on(LineList.Highlighted)
    def _moved(self, event: LineList.Highlighted) -> None:
        event.stop()
        self.post_message(self.Highlighted(self, event.key))
