"""Search in what a screen shows: one line in the place of its key bar, the number of hits, n and N.

    BINDINGS = [FIND]                       # of a screen or a dialog (`widgets.look`)

Searched are the lists (`LineList`), widgets that say themselves what they hold (`Searched`), and texts that
can be scrolled. What is found is shown in reverse while the line is open. A text is searched line by line, as
it is wrapped.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Any, ClassVar, Protocol, runtime_checkable

from rich.segment import Segment
from rich.style import Style
from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.color import Color
from textual.containers import Horizontal
from textual.filter import LineFilter
from textual.geometry import Region
from textual.screen import ModalScreen, Screen
from textual.scroll_view import ScrollView
from textual.widget import Widget
from textual.widgets import Input, Static

from widgets.fields.text_field import LineInput
from widgets.key_bar import KeyBar
from widgets.look import LookApp, look_of
from widgets.state import Role
from widgets.widget_words import marked, translate as _, translate_count

Show = Callable[[], object]
"""Brings a hit into sight."""


@runtime_checkable
class Searched(Protocol):
    """A widget that knows what it holds, also where that is not in sight."""

    def hits(self, needle: str) -> Iterable[Show]:
        """Yield, top to bottom, what shows each thing that has the needle in it; case is ignored."""


class Reversed(LineFilter):
    """Shows every place of a text in reverse."""

    def __init__(self, needle: str) -> None:
        super().__init__()
        self._pattern = re.compile(re.escape(needle), re.IGNORECASE)

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:  # noqa: ARG002 - Textual's signature
        """Return the segments of a line, cut where a place begins and ends."""
        places = [found.span() for found in self._pattern.finditer("".join(one.text for one in segments))]
        return list(_reversed(segments, places)) if places else segments


def _reversed(segments: list[Segment], places: list[tuple[int, int]]) -> Iterator[Segment]:
    start = 0
    for text, style, control in segments:
        end = start + len(text)
        cuts = sorted({start, end, *(cut for place in places for cut in place if start < cut < end)})
        for left, right in pairwise(cuts):
            is_hit = any(first <= left < last for first, last in places)
            shown = (style or Style.null()) + Style(reverse=True) if is_hit else style
            yield Segment(text[left - start : right - start], shown, control)
        start = end


def hits_of(screen: Screen[Any], needle: str) -> list[Show]:
    """Return what brings each place of a text on a screen into sight, in the order of the screen."""
    return list(_hits(screen, needle.casefold())) if needle.strip() else []


def _hits(node: Widget, needle: str) -> Iterator[Show]:
    for child in node.children:
        if not child.display or isinstance(child, KeyBar):
            continue
        if isinstance(child, Searched):
            yield from child.hits(needle)
        elif child.children:
            yield from _hits(child, needle)
        elif not isinstance(child, ScrollView | Input) and _scrolled(child):
            yield from _of_text(child, needle)


def _scrolled(widget: Widget) -> bool:
    return any(isinstance(one, Widget) and one.is_scrollable for one in widget.ancestors)


def _of_text(widget: Widget, needle: str) -> Iterator[Show]:
    strips = widget.render_lines(Region(0, 0, *widget.size))
    for y, strip in enumerate(strips):
        if needle in strip.text.casefold():
            yield _shower(widget, y)


def _shower(widget: Widget, y: int) -> Show:
    def show() -> None:
        scrolled = next(one for one in widget.ancestors if isinstance(one, Widget) and one.is_scrollable)
        place = widget.region.offset - scrolled.content_region.offset + scrolled.scroll_offset
        scrolled.scroll_to_region(Region(0, y, 1, 1).translate(place), animate=False, force=True)

    return show


class _Typed(LineInput):
    """What is searched for; it is no place of itself."""

    def get_line_filters(self) -> Sequence[LineFilter]:
        return [one for one in super().get_line_filters() if not isinstance(one, Reversed)]


class Find(ModalScreen[None]):
    """The line. Typing searches; after Enter n and N go from hit to hit, a key of the screen closes it."""

    DEFAULT_CSS = """
    Find {
        background: transparent;
        layout: vertical;
        & > Horizontal {
            dock: bottom;
            height: 1;
            padding: 0 2;
            background: $surface;
            & > Static {
                width: auto;
                height: 1;
            }
            & > _Typed {
                width: 24;
                margin-right: 2;
            }
            & > KeyBar {
                dock: none;
                width: 1fr;
            }
        }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "keep", marked("keep"), priority=True),
        Binding("n,down", "step(1)", marked("next")),
        Binding("N,up", "step(-1)", marked("previous"), key_display="N"),
        Binding("slash", "edit", show=False, tooltip=marked("Change the text")),
        Binding("escape", "leave", marked("close")),
    ]

    def __init__(self, searched: Screen[Any]) -> None:
        super().__init__()
        self._searched = searched
        self._hits: list[Show] = []
        self._place = 0
        self._line = _Typed()

    def compose(self) -> ComposeResult:
        """Put the text to search for before the number of hits."""
        with Horizontal():
            yield Static("/")
            yield self._line
            yield Static(id="count")
            yield KeyBar()

    def on_mount(self) -> None:
        """Type at once."""
        self._line.focus()
        self._say()

    @property
    def _is_typing(self) -> bool:
        return self.focused is self._line

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002 - Textual's signature
        """Offer the next hit where there is one."""
        if action == "step":
            return len(self._hits) > 1
        return not self._is_typing if action == "edit" else True

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        self._hits = hits_of(self._searched, event.value)
        self._place = 0
        self._mark(event.value if self._hits else "")
        self._go(0)

    def action_keep(self) -> None:
        """Leave the text, so that letters are keys; close the line where it found nothing."""
        if not self._is_typing or not self._hits:
            self.action_leave()
            return
        self.set_focus(None)
        self._line.disabled = True
        self.refresh_bindings()

    def action_edit(self) -> None:
        """Type again."""
        self._line.disabled = False
        self._line.focus()

    def action_step(self, step: int) -> None:
        """Go to the next hit, or the one before; behind the last comes the first."""
        self._go(step)

    def _go(self, step: int) -> None:
        if self._hits:
            self._place = (self._place + step) % len(self._hits)
            self._hits[self._place]()
        self._say()
        self.refresh_bindings()

    def _say(self) -> None:
        count = len(self._hits)
        words = translate_count("{place} of {count} hit", "{place} of {count} hits", count)
        said = words.format(place=self._place + 1, count=count) if count else ""
        if not count and self._line.value.strip():
            said = _("no hit")
        self.query_one("#count", Static).update(look_of(self).text(said, Role.TEXT))

    def _mark(self, needle: str) -> None:
        if isinstance(self.app, LookApp):
            self.app.marks = Reversed(needle) if needle else None
        for widget in self._searched.walk_children(Widget, with_self=True):
            widget.refresh()

    def on_key(self, event: events.Key) -> None:
        """Close the line for a key of the screen below it, which takes that key."""
        own, below = self.active_bindings, self._searched.active_bindings
        if not self._is_typing and event.key in below and event.key not in own:
            event.stop()
            self.action_leave()
            self.app.simulate_key(event.key)

    def action_leave(self) -> None:
        """Close the line; the screen stays where the last hit is."""
        self._mark("")
        self.dismiss(None)
