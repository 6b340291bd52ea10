"""Everything that happened, on its own screen: the whole line, what it means, the layer it is about."""

from collections.abc import Callable
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Static

from tui.screens.base_screen import BaseScreen
from tui.screens.console.news import clock, happening_rows, source_word
from tui.screens.paragraphs import Paragraph, Paragraphs
from tui.storage.news.happening import Happening, HappeningLog
from tui.words import marked, translate as _
from widgets.happenings import HappeningList
from widgets.help import HelpSection
from widgets.key_bar import KeyBar
from widgets.line_list import LineList
from widgets.look import look_of
from widgets.state import Role

_LOOK_EVERY = 0.5
"""Seconds between two checks for new entries."""


class HappeningsScreen(BaseScreen[str | None]):
    """All happenings; dismisses with the key of the layer to go to, or None.

    Args:
        log: what happened.
        now: seconds since the epoch on the host.
        subject: key of the layer the cursor was on, to show only what is about it; or empty.
        subject_name: the name of that layer.
    """

    DEFAULT_CSS = """
    HappeningsScreen {
        #heading {
            height: 2;
            padding: 1 2 0 2;
        }
        #happened {
            height: 1fr;
            padding: 0 1;
            margin-top: 1;
        }
        #about {
            height: 5;
            padding: 0 2;
            border-top: solid $line;
        }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f", "only_this", marked("only this layer")),
        Binding("w", "leave", show=False, tooltip=marked("Go back")),
    ]
    HAS_COMMANDS: ClassVar[bool] = False

    def __init__(
        self, log: HappeningLog, now: Callable[[], float], subject: str = "", subject_name: str = ""
    ) -> None:
        super().__init__()
        self._log = log
        self._now = now
        self._subject, self._name = subject, subject_name
        self._only = False
        self._version = -1
        self._shown: dict[str, Happening] = {}

    def compose(self) -> ComposeResult:
        """Put the list above the details of the selected line."""
        yield Static(id="heading")
        yield HappeningList(id="happened")
        yield Paragraphs(id="about")
        yield KeyBar(id="keys")

    def on_mount(self) -> None:
        """Show what happened, and keep it up to date."""
        self._show()
        self.query_one(HappeningList).focus()
        self.set_interval(_LOOK_EVERY, self._look)

    def _look(self) -> None:
        if self._log.version != self._version:
            self._show()

    def _show(self) -> None:
        self._version = self._log.version
        found = self._log.kept()
        if self._only:
            found = tuple(happening for happening in found if happening.subject == self._subject)
        rows = happening_rows(found, self._now())
        self._shown = {row.key: happening for row, happening in zip(rows, found, strict=True)}
        self.query_one(HappeningList).show_rows(rows)
        look = look_of(self)
        if not rows:
            words = _("Nothing has happened yet.")
        elif self._only:
            words = _("What happened to {layer}").format(layer=self._name)
        else:
            words = _("What happened")
        self.query_one("#heading", Static).update(look.text(words, Role.STRONG))
        self._explain()

    @on(LineList.Highlighted)
    def _explain(self) -> None:
        happening = self._shown.get(self.query_one(HappeningList).key or "")
        lines: tuple[Paragraph, ...] = ()
        if happening is not None:
            source = _("{time}  {source}").format(
                time=clock(happening.when, self._now()), source=source_word(happening.source)
            )
            lines = (
                Paragraph(happening.text, label=source),
                Paragraph(happening.words, Role.ACCENT, label=" "),
            )
        self.query_one("#about", Paragraphs).paragraphs = lines

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Grey out what needs a layer under the console's cursor."""
        if action == "only_this" and not self._subject:
            return None
        return super().check_action(action, parameters)

    def action_only_this(self) -> None:
        """Show only what is about the layer under the console's cursor, or everything again."""
        self._only = not self._only
        self._show()

    @on(HappeningList.Chosen)
    def _chosen(self, event: HappeningList.Chosen) -> None:
        happening = self._shown.get(event.key)
        self.dismiss(happening.subject if happening is not None else None)

    def action_leave(self) -> None:
        """Go back."""
        self.dismiss(None)

    def help_title(self) -> str:
        """Return the title of the help."""
        return _("What happened")

    def help_sections(self) -> tuple[HelpSection, ...]:
        """Explain the screen."""
        return _help()


def _help() -> tuple[HelpSection, ...]:
    return (
        HelpSection(
            _("Sources"),
            _(
                "event: a uevent of the kernel: a disk or a map was added, removed or changed. session: "
                "the state of a session changed. kernel and iscsid: log lines about storage. command: a "
                "command that this program ran to change something."
            ),
        ),
        HelpSection(
            _("How far back"),
            _(
                "The newest thousand entries are kept while the program runs. When it starts it reads the "
                "logs of the kernel and iscsid since boot, as far as this user may read them."
            ),
        ),
    )
