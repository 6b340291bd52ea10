"""The bar at the bottom: at most eight keys of the screen in front, the likeliest first.

    yield KeyBar()
    ...
    key_bar.enter = _("discover")       # what Enter does now; a focused field hides it from the bindings

The keys come from the bindings of the screen and whatever has the focus (those with `show=True`). Enter
comes first, then the others in the order they are bound, then the function keys, Escape and q. A
binding whose action is disabled (`check_action` returns None) stays visible: dim, and in parentheses
where dimness may not show. When the line is full the last of the middle ones are left out.
"""

from collections.abc import Iterable

from msgspec import Struct
from textual.content import Content
from textual.reactive import reactive
from textual.screen import Screen
from textual.widget import Widget

from widgets.look import Look, look_of
from widgets.state import Role
from widgets.text import flat
from widgets.widget_words import translate as _

MOST = 8

LEAVING = frozenset({"q", "ctrl+q"})
"""The keys that leave the program."""


class KeyHint(Struct, frozen=True):
    """One key and what it does."""

    key: str
    """As Textual names it: `enter`, `ctrl+n`, `f1`."""
    words: str
    enabled: bool = True


def key_name(key: str) -> str:
    """Return how a key is written for a person: `Enter`, `^N`, `F1`, `Esc`."""
    names = {
        "enter": _("Enter"),
        "escape": _("Esc"),
        "space": _("Space"),
        "tab": _("Tab"),
        "shift+tab": _("Shift-Tab"),
        "up": _("Up"),
        "down": _("Down"),
        "left": _("Left"),
        "right": _("Right"),
        "pageup": _("PgUp"),
        "pagedown": _("PgDn"),
        "home": _("Home"),
        "end": _("End"),
        "backspace": _("Backspace"),
        "delete": _("Del"),
        "slash": "/",
        "question_mark": "?",
        "exclamation_mark": "!",
        "plus": "+",
        "minus": "-",
    }
    if key in names:
        return names[key]
    if key.startswith("ctrl+"):
        return "^" + key.removeprefix("ctrl+").upper()
    if key[:1] == "f" and key[1:].isdigit():
        return key.upper()
    return key


def order_hints(hints: Iterable[KeyHint]) -> list[KeyHint]:
    """Return the hints likeliest first: Enter, the screen's own, help and commands, Escape."""

    def rank(hint: KeyHint) -> int:
        if hint.key == "enter":
            return 0
        if hint.key == "escape":
            return 4
        if hint.key in LEAVING:
            return 5
        if hint.key in {"f1", "f2"}:
            return 3
        return 2 if hint.key[:1] == "f" and hint.key[1:].isdigit() else 1

    return sorted(hints, key=rank)


def draw_key_bar(hints: Iterable[KeyHint], look: Look, width: int) -> Content:
    """Return the line for a width in cells, leaving out what does not fit."""
    chosen = order_hints(hints)
    while True:
        line = Content("   ").join(_draw_hint(hint, look) for hint in chosen)
        if (len(chosen) <= MOST and line.cell_length <= width) or len(chosen) <= 1:
            return line
        del chosen[_least_needed(chosen)]


def _draw_hint(hint: KeyHint, look: Look) -> Content:
    words = flat(hint.words)
    if hint.enabled:
        return Content.assemble(look.text(key_name(hint.key), Role.ACCENT), " ", look.text(words, Role.MUTED))
    text = f"{key_name(hint.key)} {words}"
    if look.native:
        return look.text(f"({text})", Role.MUTED)
    return look.text(text, Role.DISABLED)


def _least_needed(hints: list[KeyHint]) -> int:
    """Return the index of the hint to leave out: the last one that is neither Enter, help nor leaving."""
    kept = {"enter", "f1", "escape", *LEAVING}
    spare = [index for index, hint in enumerate(hints) if hint.key not in kept]
    return spare[-1] if spare else len(hints) - 1


class KeyBar(Widget):
    """One line at the bottom of the screen."""

    DEFAULT_CSS = """
    KeyBar {
        dock: bottom;
        height: 1;
        padding: 0 2;
        background: $surface;
        text-wrap: nowrap;
        text-overflow: clip;
    }
    """

    enter: reactive[str] = reactive("")
    """What Enter does now; empty takes it from the bindings."""
    hints: reactive[tuple[KeyHint, ...]] = reactive(())
    """What the bindings say, in their order. Kept up to date by the bar."""

    def __init__(self, enter: str = "", *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.set_reactive(KeyBar.enter, enter)

    def on_mount(self) -> None:
        """Follow the bindings of the screen."""
        self.screen.bindings_updated_signal.subscribe(self, self._follow)
        self.call_after_refresh(self._follow, self.screen)

    def _follow(self, screen: Screen[object]) -> None:
        if not self.is_attached or screen is not self.screen:
            return
        seen: set[str] = set()
        hints: list[KeyHint] = []
        for active in screen.active_bindings.values():
            binding = active.binding
            if binding.show and binding.description and binding.action not in seen:
                seen.add(binding.action)
                hints.append(KeyHint(binding.key, _(binding.description), active.enabled))
        self.hints = tuple(hints)

    def render(self) -> Content:
        """Draw the keys that fit."""
        return draw_key_bar(self.shown(), look_of(self), self.content_size.width)

    def shown(self) -> list[KeyHint]:
        """Return what the bar says where it has room."""
        hints = [hint for hint in self.hints if not (self.enter and hint.key == "enter")]
        return [KeyHint("enter", self.enter), *hints] if self.enter else hints
