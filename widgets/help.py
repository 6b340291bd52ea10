"""Help about the screen in front: what it is for, in sections, and every key it knows.

self.app.push_screen(Help(_("Discover"), (HelpSection(_("What this step does"), "..."),), keys_of(self)))
"""

from collections.abc import Iterable
from typing import Any, ClassVar

from msgspec import Struct
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Static

from widgets.dialogs import Dialog
from widgets.key_bar import KeyHint, key_name, order_hints
from widgets.look import Look, look_of
from widgets.state import Role
from widgets.text import cells, flat, pad
from widgets.widget_words import marked, translate as _


class HelpSection(Struct, frozen=True):
    """A piece of help."""

    title: str
    text: str
    """Plain text; a line end begins a new line."""


def keys_of(screen: Screen[Any]) -> tuple[KeyHint, ...]:
    """Return the keys of a screen: those for the key bar, also when it has no room, and those with a tooltip.

    The tooltip, when there is one, is what the help says; moving about and typing need no words.
    """
    seen: set[str] = set()
    hints: list[KeyHint] = []
    for active in screen.active_bindings.values():
        binding = active.binding
        words = _(binding.tooltip or (binding.description if binding.show else ""))
        if words and binding.action not in seen:
            seen.add(binding.action)
            hints.append(KeyHint(binding.key, words, active.enabled))
    return tuple(order_hints(hints))


def draw_keys(keys: Iterable[KeyHint], look: Look) -> Content:
    """Return the keys, one per line, their words in one column."""
    named = [(key_name(hint.key), hint) for hint in keys]
    width = max((cells(name) for name, _hint in named), default=0) + 3
    lines = [
        look.text(pad(name, width), Role.ACCENT if hint.enabled else Role.DISABLED)
        + look.text(
            flat(hint.words) if hint.enabled else _("{words} (not now)").format(words=flat(hint.words)),
            Role.TEXT if hint.enabled else Role.DISABLED,
        )
        for name, hint in named
    ]
    return Content("\n").join(lines)


class Help(Dialog[None]):
    """The help dialog. Arrow and page keys scroll, Home and End go to its ends; Escape and F1 close it."""

    DEFAULT_CSS = """
    Help {
        & > .box {
            width: 84;
            height: 90%;
        }
        .body {
            height: 1fr;
            max-height: 100%;
        }
        .buttons {
            display: none;
        }
        .body > .section-title {
            margin-bottom: 0;
        }
        &:ansi > .box {
            width: 100%;
            max-width: 100%;
        }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f1,q,question_mark", "leave", marked("close"), show=False),
        Binding("down,j", "scroll_body(1)", marked("scroll")),
        Binding("up,k", "scroll_body(-1)", show=False),
        Binding("pagedown,space", "scroll_body(10)", marked("page")),
        Binding("pageup", "scroll_body(-10)", show=False),
        Binding("home", "end_of_body(-1)", marked("start")),
        Binding("end", "end_of_body(1)", marked("end")),
        Binding("slash", "app.find", marked("search")),
    ]

    def __init__(self, title: str, sections: tuple[HelpSection, ...], keys: tuple[KeyHint, ...] = ()) -> None:
        super().__init__(title)
        self._sections = sections
        self._keys = keys

    def fit(self) -> None:
        """Leave the box as high as the screen allows; there are no buttons."""

    def action_end_of_body(self, side: int) -> None:
        """Go to the first or the last line."""
        body = self.query_one(".body", VerticalScroll)
        if side < 0:
            body.scroll_home(animate=False)
        else:
            body.scroll_end(animate=False)

    def body(self) -> Iterable[Widget]:
        """Return the sections and the keys."""
        look = look_of(self.app)
        for section in self._sections:
            yield Static(look.text(flat(section.title), Role.STRONG), classes="section-title")
            yield self.paragraph(section.text)
        if self._keys:
            yield Static(look.text(_("Keys"), Role.STRONG), classes="section-title")
            yield Static(draw_keys(self._keys, look))
