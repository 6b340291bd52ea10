"""Every command run so far: when, how it ended, how long it took, and on request what it said.

    self.app.push_screen(Commands(rows))
    commands.rows = rows        # while it is open

The caller that makes the rows masks secrets.
"""

from collections.abc import Sequence
from typing import ClassVar

from msgspec import Struct
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.reactive import reactive
from textual.screen import ModalScreen
from textual.widgets import Static

from widgets.key_bar import KeyBar
from widgets.line_list import LineList
from widgets.look import Look, look_of
from widgets.state import Role, State, state_role
from widgets.text import cells, cut_end, duration, flat, pad_left, wrap, wrap_command
from widgets.widget_words import marked, translate as _, translate_count

_OUTPUT_MOST = 200


class CommandRow(Struct, frozen=True):
    """One command."""

    key: str
    time: str
    """When it began, as a clock shows it: `14:02:11`."""
    command: str
    """The whole command line."""
    status: int | None = None
    """Its exit status; None while it runs."""
    seconds: float | None = None
    output: str = ""
    """What it wrote, on both channels."""
    words: str = ""
    """What the exit status means: `timed out`; empty shows the number."""


class CommandLine(Struct, frozen=True):
    """One line of the list: a command, or, with `key` None, a line of an opened one."""

    key: str | None
    row: CommandRow
    text: str = ""
    opened: bool = False


def command_state(row: CommandRow) -> tuple[State, str]:
    """Return how a command ended, as state and word."""
    if row.status is None:
        return State.HERE, flat(row.words) or _("running")
    if row.status == 0:
        return State.GOOD, flat(row.words) or _("ok")
    return State.BAD, flat(row.words) or _("exit {status}").format(status=row.status)


def command_lines(rows: Sequence[CommandRow], opened: frozenset[str], width: int) -> list[CommandLine]:
    """Return the lines for a width in cells, opened commands with all they said (the last 200 lines)."""
    lines: list[CommandLine] = []
    for row in rows:
        lines.append(CommandLine(row.key, row, flat(row.command), row.key in opened))
        if row.key in opened:
            inner = max(20, width - 4)
            said = [line for text in row.output.splitlines() for line in wrap(text, inner)]
            kept = said[-_OUTPUT_MOST:]
            if len(said) > len(kept):
                left = len(said) - len(kept)
                more = translate_count("{count} line before", "{count} lines before", left)
                kept.insert(0, more.format(count=left))
            whole = wrap_command(row.command, inner)
            shown = [*whole, *(kept or [_("No output.")])]
            lines.extend(CommandLine(None, row, text, text in whole) for text in shown)
    return lines


class CommandList(LineList[CommandLine]):
    """The lines. The newest command is under the cursor at first."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter,space", "open", marked("show output"))]

    opened: reactive[frozenset[str]] = reactive(frozenset(), repaint=False)
    rows: reactive[tuple[CommandRow, ...]] = reactive((), repaint=False)

    def watch_opened(self) -> None:
        """Show more or less."""
        self._show()

    def watch_rows(self) -> None:
        """Show other commands."""
        self._show()

    def on_resize(self) -> None:
        """Wrap again."""
        self._show()

    def _show(self) -> None:
        if not self.size.width:
            return
        first = not self.lines
        self.show_lines(command_lines(self.rows, self.opened, self.scrollable_content_region.width - 1))
        if first:
            self.action_end(1)
        self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Open nothing where no command is under the cursor."""
        if action == "open":
            return self.key is not None
        return super().check_action(action, parameters)

    def action_open(self) -> None:
        """Open or close the command under the cursor."""
        if self.key is not None:
            self.opened = self.opened ^ {self.key}

    def copied(self, line: CommandLine) -> str:
        """Return the whole command."""
        return line.row.command

    def draw(self, line: CommandLine, look: Look, width: int) -> Content:
        """Draw one line."""
        if line.key is None:
            role = Role.ACCENT if line.opened else Role.MUTED
            return look.text("    " + line.text, role)
        state, word = command_state(line.row)
        shown = cut_end(word, 10, look.glyphs.ellipsis)
        seconds = "" if line.row.seconds is None else duration(line.row.seconds)
        head = Content.assemble(
            look.text(line.row.time, Role.MUTED),
            "  ",
            look.dot(state),
            " ",
            look.text(shown, state_role(state)),
            look.text(pad_left(seconds, 19 - cells(shown)), Role.MUTED),
            "  ",
        )
        return head + look.text(cut_end(line.text, width - head.cell_length, look.glyphs.ellipsis))


class Commands(ModalScreen[None]):
    """The list over the whole screen. Enter shows what a command said; Escape and F2 close it."""

    DEFAULT_CSS = """
    Commands {
        background: $background;
        & > Vertical {
            padding: 1 2;
        }
        .title, .empty {
            height: 1;
            margin-bottom: 1;
            padding-left: 1;
        }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,f2,q", "leave", marked("close")),
        Binding("slash", "app.find", marked("search")),
    ]

    rows: reactive[tuple[CommandRow, ...]] = reactive((), repaint=False)

    def __init__(self, rows: Sequence[CommandRow]) -> None:
        super().__init__()
        self._list = CommandList()
        self.set_reactive(Commands.rows, tuple(rows))

    def compose(self) -> ComposeResult:
        """Put the list under its title."""
        look = look_of(self.app)
        with Vertical():
            yield Static(look.text(_("Commands run so far"), Role.STRONG), classes="title")
            yield Static(look.text(_("None yet."), Role.MUTED), classes="empty")
            yield self._list
        yield KeyBar()

    def on_mount(self) -> None:
        """Show the commands."""
        self.watch_rows()
        self._list.focus()

    def watch_rows(self) -> None:
        """Show other commands."""
        if self.is_attached and self._list.is_attached:
            self._list.rows = self.rows
            self.query_one(".empty").display = not self.rows

    def action_leave(self) -> None:
        """Close."""
        self.dismiss(None)
