"""A look: colours and glyphs together, and the application base class that puts one on.

The look is chosen before the application is made, because Textual decides in `App.__init__` whether colours
are passed on as they are; a theme set later would be drawn black on black under NO_COLOR. So:

    class Console(LookApp[int]):
        ...

    Console(Look(Colours.SIXTEEN, Glyphs.CP437)).run()

A widget asks `look_of(self)` for glyphs and for the style of a role.
"""

from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Any, ClassVar

from msgspec import Struct
from textual.app import App, ReturnType, SystemCommand
from textual.await_complete import AwaitComplete
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.dom import DOMNode
from textual.driver import Driver
from textual.drivers.linux_driver import LinuxDriver
from textual.filter import LineFilter
from textual.notifications import SeverityLevel
from textual.screen import Screen
from textual.scrollbar import ScrollBar
from textual.widget import Widget

from widgets.bars.scroll_bar import scroll_bar_render
from widgets.clearing_driver import ClearingDriver
from widgets.console_styles import ConsoleStyles
from widgets.glyphs import Glyphs, GlyphSet, glyph_set
from widgets.state import Role, State, state_role
from widgets.text import flat
from widgets.theme import THEMES
from widgets.widget_words import marked, translate as _


class Colours(StrEnum):
    """How many colours the terminal is trusted with."""

    FULL = "full"
    LIGHT = "light"
    SIXTEEN = "sixteen"
    MONO = "mono"


_COLOUR_STYLES = {
    Role.TEXT: "$foreground",
    Role.STRONG: "bold $foreground",
    Role.MUTED: "$muted",
    Role.ACCENT: "bold $accent",
    Role.GOOD: "$good",
    Role.WARN: "$warn",
    Role.BAD: "bold $bad",
    Role.DISABLED: "$disabled",
    Role.LINE: "$line",
}
_STYLES = {
    Colours.FULL: _COLOUR_STYLES,
    Colours.LIGHT: _COLOUR_STYLES,
    Colours.SIXTEEN: {
        Role.TEXT: "ansi_default",
        Role.STRONG: "bold ansi_default",
        Role.MUTED: "ansi_default",
        Role.ACCENT: "bold ansi_cyan",
        Role.GOOD: "ansi_green",
        Role.WARN: "bold ansi_yellow",
        Role.BAD: "bold ansi_red",
        Role.DISABLED: "ansi_default",
        Role.LINE: "ansi_default",
    },
    Colours.MONO: {
        Role.TEXT: "",
        Role.STRONG: "bold",
        Role.MUTED: "",
        Role.ACCENT: "bold",
        Role.GOOD: "",
        Role.WARN: "bold",
        Role.BAD: "reverse",
        Role.DISABLED: "",
        Role.LINE: "",
    },
}


# Typography that console fonts lack. All but the ellipsis become one character, so that no column moves.
_PLAINER = str.maketrans(
    "\N{LEFT DOUBLE QUOTATION MARK}\N{RIGHT DOUBLE QUOTATION MARK}\N{LEFT SINGLE QUOTATION MARK}"
    "\N{RIGHT SINGLE QUOTATION MARK}\N{EN DASH}\N{EM DASH}\N{MULTIPLICATION SIGN}"
    "\N{RIGHTWARDS ARROW}\N{LEFTWARDS ARROW}\N{BULLET}\N{MIDDLE DOT}\N{NO-BREAK SPACE}",
    "\"\"''--x><*- ",
) | {ord("\N{HORIZONTAL ELLIPSIS}"): "...", ord("≤"): "<=", ord("≥"): ">="}


class Look(Struct, frozen=True):
    """Colours and glyphs, chosen once for a run of the program."""

    colours: Colours = Colours.FULL
    glyph_name: Glyphs = Glyphs.UNICODE

    @property
    def glyphs(self) -> GlyphSet:
        """The characters to draw with."""
        return glyph_set(self.glyph_name)

    @property
    def native(self) -> bool:
        """Whether only the terminal's own colours are used: no backgrounds, reverse video for the cursor."""
        return self.colours in {Colours.SIXTEEN, Colours.MONO}

    def style(self, role: Role) -> str:
        """Return the style of a role, for `textual.content.Content`."""
        return _STYLES[self.colours][role]

    def text(self, text: str, role: Role = Role.TEXT) -> Content:
        """Return text in the style of a role. Nothing in it is read as markup, nothing moves the cursor."""
        return Content.styled(self.plain(text), self.style(role)) if text else Content("")

    def plain(self, text: str) -> str:
        """Return text that is safe to draw: no control characters, and no typography the glyphs lack."""
        text = "\n".join(map(flat, text.split("\n")))
        return text if self.glyph_name is Glyphs.UNICODE else text.translate(_PLAINER)

    def dot(self, state: State) -> Content:
        """Return the glyph of a state in its colour."""
        return self.text(self.glyphs.state(state), state_role(state))


FIND = Binding("slash", "app.find", show=False, tooltip=marked("Search in the text"))
"""The key of every screen and dialog that searches in what is shown."""

PLAIN_LOOK = Look()

_CONSOLE_STYLES = ConsoleStyles()


class LookApp(App[ReturnType]):
    """An application that wears a look, with the keys that mean the same everywhere."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+q", "quit", show=False, tooltip=marked("Leave the program"), priority=True),
        Binding("ctrl+c", "help_quit", show=False, system=True, priority=True),
        Binding("ctrl+l", "redraw", show=False, tooltip=marked("Draw the screen again"), priority=True),
        Binding("f10,colon", "command_palette", show=False, tooltip=marked("List every action by its words")),
    ]

    DEFAULT_CSS = """
    LookApp {
        background: $background;
        & Toast {
            max-width: 80%;
            padding: 0 1;
            background: $panel;
            border-left: solid $accent;
            &:ansi {
                background: ansi_default;
                border: solid $line;
            }
        }
        & Toast.-warning {
            border-left: solid $warn;
        }
        & Toast.-error {
            border-left: solid $bad;
        }
        &.-ascii Rail {
            border-right: ascii $line;
        }
        &.-ascii Explain {
            border-top: ascii $line;
        }
        &.-ascii Toast, &.-ascii Dialog > .box {
            border: ascii $line;
        }
    }
    """

    def __init__(self, look: Look = PLAIN_LOOK) -> None:
        # Only True may be forced: None lets the theme decide, which is False for the coloured ones.
        super().__init__(ansi_color=True if look.native else None)
        self.look = look
        self.marks: LineFilter | None = None
        """What marks the places of a text that is searched for."""
        if look.colours is Colours.MONO:
            self.no_color = True
        for theme in THEMES:
            self.register_theme(theme)
        rounded = self.console.color_system == "256" and not look.native
        self.theme = f"storage-{look.colours}" + ("-256" if rounded else "")
        self.add_class(f"-{look.glyph_name}")
        ScrollBar.renderer = scroll_bar_render(look.glyphs)

    def get_driver_class(self) -> type[Driver]:
        """Return the driver, one that leaves a clean screen behind."""
        driver = super().get_driver_class()
        return ClearingDriver if driver is LinuxDriver else driver

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Return what every line goes through; in the terminal's own colours, what a console can show."""
        filters = [*super().get_line_filters(), *([self.marks] if self.marks is not None else [])]
        return [*filters, _CONSOLE_STYLES] if self.look.native else filters

    def pop_screen(self) -> AwaitComplete:
        """Close the top screen, and forget what its widgets looked like.

        Textual's cache of border colors (`StylesCache.get_inner_outer`) holds on to what a widget drew after
        the widget is gone; `refresh` empties that.
        """
        closed = self.screen
        closing = super().pop_screen()
        for widget in closed.walk_children(Widget, with_self=True):
            widget.refresh()
            if widget.show_vertical_scrollbar:
                widget.vertical_scrollbar.refresh()
        return closing

    def action_redraw(self) -> None:
        """Write the whole screen again, over what others have written on the terminal."""
        self.refresh()

    def action_find(self) -> None:
        """Search in what the screen in front shows."""
        from widgets.find import Find  # noqa: PLC0415 (seldom needed)

        self.push_screen(Find(self.screen))

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """Yield every action of the screen in front."""
        from widgets.palette import actions_of  # noqa: PLC0415 (seldom needed)

        yield from actions_of(screen)

    def action_command_palette(self) -> None:
        """List every action by its words."""
        from widgets.palette import palette  # noqa: PLC0415 (seldom needed)

        self.push_screen(palette())

    def action_help_quit(self) -> None:
        """Copy what is selected; else say how the program is left, which this key does not do."""
        from textual.widgets import Input  # noqa: PLC0415 (not needed for the first picture)

        focused, selected = self.focused, self.screen.get_selected_text()
        if isinstance(focused, Input) and focused.selected_text:
            focused.action_copy()
        elif selected:
            self.copy_to_clipboard(selected)
        else:
            self.notify(_("q leaves the program; while you type into a field, ^Q does."))

    def notify(
        self,
        message: str,
        *,
        title: str = "",
        severity: SeverityLevel = "information",
        timeout: float | None = None,
        markup: bool = False,  # noqa: ARG002 - never: what is said may come from the network
    ) -> None:
        """Say something for a few seconds; it is never read as markup."""
        look = self.look
        super().notify(
            look.plain(message), title=look.plain(title), severity=severity, timeout=timeout, markup=False
        )


def look_of(node: DOMNode) -> Look:
    """Return the look of the application a widget lives in."""
    app = node.app
    return app.look if isinstance(app, LookApp) else PLAIN_LOOK
