"""The panel under a step: why it is done, and the exact commands it runs.

    yield Explain(id="explain")
    ...
    explain.text = Explanation(_("The portal lists the targets it will show this initiator."), (command,))

Commands are shown as they are given, never read as markup, and wrapped with a hanging indent.
"""

from msgspec import Struct
from textual.content import Content
from textual.geometry import Size
from textual.reactive import reactive
from textual.widget import Widget

from widgets.look import Look, look_of
from widgets.state import Role
from widgets.text import cells, pad, wrap, wrap_command
from widgets.widget_words import translate as _, translate_count


class Explanation(Struct, frozen=True):
    """What the panel says."""

    why: str = ""
    runs: tuple[str, ...] = ()
    """Commands, secrets already masked, one per entry."""
    runs_note: str = ""
    """Said in place of commands when there are none: `Nothing runs yet.`"""


def draw_explanation(text: Explanation, look: Look, width: int, most: int | None = None) -> list[Content]:
    """Return the lines of the panel.

    Args:
        text: What to say.
        look: How to draw it.
        width: Cells per line.
        most: Lines there is room for; commands that do not fit are counted in the last line.
    """
    labels = (_("Why"), _("Runs"))
    margin = max(cells(label) for label in labels) + 2
    room = max(10, width - margin)
    lines = _part(labels[0], wrap(text.why, room), Role.TEXT, look, margin) if text.why else []
    if not text.runs:
        return lines + (
            _part(labels[1], wrap(text.runs_note, room), Role.MUTED, look, margin) if text.runs_note else []
        )
    commands = [wrap_command(command, room) for command in text.runs]
    left = None if most is None else max(1, most - len(lines))
    shown, kept = _fitting(commands, left)
    lines += _part(labels[1], [line for command in shown for line in command], Role.ACCENT, look, margin)
    if kept:
        more = translate_count("and {count} more command", "and {count} more commands", kept).format(
            count=kept
        )
        lines.append(look.text(" " * margin + more, Role.MUTED))
    return lines


def _part(label: str, lines: list[str], role: Role, look: Look, margin: int) -> list[Content]:
    style = "$accent" if role is Role.ACCENT and not look.native else look.style(role)
    return [
        Content.assemble(
            look.text(pad(label if index == 0 else "", margin), Role.MUTED),
            Content.styled(look.plain(line), style),
        )
        for index, line in enumerate(lines)
    ]


def _fitting(commands: list[list[str]], room: int | None) -> tuple[list[list[str]], int]:
    """Return the commands that fit and how many do not; of the first at least its beginning."""
    if room is None or sum(map(len, commands)) <= room:
        return commands, 0
    used = 1
    for index, command in enumerate(commands):
        used += len(command)
        if used > room and index:
            return commands[:index], len(commands) - index
        if used > room:
            break
    last = max(1, room - (1 if len(commands) > 1 else 0))
    head = commands[0][:last]
    if last < len(commands[0]):
        head[-1] += " …"
    return [head], len(commands) - 1


class Explain(Widget):
    """The panel. As high as what it says, up to a third of the screen."""

    DEFAULT_CSS = """
    Explain {
        height: auto;
        padding: 1 2;
        background: $surface;
        text-wrap: nowrap;
        text-overflow: clip;
        &:ansi {
            padding: 0 2;
            border-top: solid $line;
        }
    }
    """

    text: reactive[Explanation] = reactive(Explanation(), layout=True)

    def __init__(self, text: Explanation | None = None, *, id: str | None = None) -> None:
        super().__init__(id=id)
        if text is not None:
            self.set_reactive(Explain.text, text)

    def _lines(self, width: int) -> list[Content]:
        return draw_explanation(self.text, look_of(self), width, max(3, self.screen.size.height // 3 - 2))

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:  # noqa: ARG002 - Textual's signature
        """Return the lines needed."""
        return len(self._lines(width))

    def render(self) -> Content:
        """Draw the panel."""
        return Content("\n").join(self._lines(self.content_size.width))
