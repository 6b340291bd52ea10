"""A way out that is no plan: a message to send, something to do by hand, a wait, or a thing to find out."""

from collections.abc import Callable
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.widgets import Static

from tui.recovery.finding import Ask, Finding, Fix
from tui.screens.access import Access
from tui.screens.base_screen import BaseScreen
from tui.screens.paragraphs import Paragraph, Paragraphs, problem_lines
from tui.screens.recovery.detail import LABELS
from tui.screens.recovery.fix_rows import WayKind, kind_of
from tui.screens.recovery.saving import Saved, save
from tui.screens.top_bar import top_bar
from tui.storage.host.command_log import CommandLogHost
from tui.storage.problem import Problem
from tui.storage.untrusted import clean
from tui.words import marked, translate as _
from widgets.bars.countdown import Countdown, CountLine
from widgets.help import HelpSection
from widgets.key_bar import KeyBar
from widgets.look import look_of
from widgets.state import Role, State
from widgets.text import duration

_SENTENCE = 600


class WayScreen(BaseScreen[bool]):
    """One way out. Dismisses True when the host should be looked at again.

    Args:
        host: the host.
        access: what may be done on it, and why not more.
        finding: what it is a way out of.
        fix: the way.
        taken_at: when its evidence was taken, seconds since the epoch.
        ticking: since when a session is lost and when the kernel gives up, now; nothing where none is.
    """

    DEFAULT_CSS = """
    WayScreen {
        #question {
            height: auto;
            padding: 1 2 0 3;
        }
        #why, #became {
            padding: 0 2 1 3;
        }
        #body {
            height: 1fr;
            padding: 0 2 0 3;
            scrollbar-size-vertical: 1;
        }
        #time, #to, #hands {
            margin-bottom: 1;
        }
        #message {
            width: 1fr;
            height: auto;
            padding: 0 2;
            border-left: solid $accent;
            margin-bottom: 1;
        }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "look", marked("check again"), show=False),
        Binding("s", "save", marked("save it to a file")),
    ]

    def __init__(
        self,
        host: CommandLogHost,
        access: Access,
        finding: Finding,
        fix: Fix,
        *,
        taken_at: float,
        ticking: Callable[[], tuple[CountLine, ...]],
    ) -> None:
        super().__init__()
        self._host = host
        self._access = access
        self.finding = finding
        self._fix = fix
        self._taken_at = taken_at
        self._ticking = ticking
        self._kind = kind_of(fix)
        self.is_over = False

    def compose(self) -> ComposeResult:
        """Put what is to be done under what for."""
        yield top_bar(self._host.name, self._access)
        yield Static(id="question")
        yield Paragraphs(id="why")
        yield Paragraphs(id="became")
        with VerticalScroll(id="body"):
            if self._kind is WayKind.WAIT:
                yield Countdown(id="time")
            yield Paragraphs(id="to", label_width=LABELS)
            yield Static(id="message")
            yield Paragraphs(id="hands", label_width=LABELS)
            if self._kind is not WayKind.WAIT:
                yield Countdown(id="time")
        yield KeyBar(_("check again"), id="keys")

    def on_mount(self) -> None:
        """Show it, and let what runs down run."""
        look, fix = look_of(self), self._fix
        self.query_one("#question", Static).update(look.text(clean(fix.title, _SENTENCE), Role.STRONG))
        self.query_one("#why", Paragraphs).paragraphs = (Paragraph(clean(fix.why, _SENTENCE), Role.MUTED),)
        self.query_one(Countdown).label_width = LABELS
        self.query_one(Countdown).display = False
        message = self.query_one("#message", Static)
        message.display = fix.ask is not None
        if fix.ask is not None:
            message.update(look.text(_words(fix.ask)))
        self.query_one("#to", Paragraphs).paragraphs = self._to()
        self.query_one("#hands", Paragraphs).paragraphs = self._hands()
        self.query_one("#body", VerticalScroll).focus()
        self._tick()
        self.set_interval(1.0, self._tick)

    def _to(self) -> tuple[Paragraph, ...]:
        ask = self._fix.ask
        if ask is None:
            return ()
        return (Paragraph(clean(ask.who, _SENTENCE), label=_("to")),)

    def _hands(self) -> tuple[Paragraph, ...]:
        fix = self._fix
        lines: list[Paragraph] = []
        for number, question in enumerate(fix.confirm):
            label = _("find out") if number == 0 else " "
            lines.append(Paragraph(clean(question, _SENTENCE), label=label, state=State.HERE))
        watch = _("monitor it") if self._kind is WayKind.WAIT else _("by hand")
        for number, line in enumerate(fix.by_hand):
            lines.append(Paragraph(clean(line, _SENTENCE), Role.ACCENT, label=watch if number == 0 else " "))
        lines.append(Paragraph(self._next(), Role.MUTED, label=_("then")))
        return tuple(lines)

    def _next(self) -> str:
        return {
            WayKind.MESSAGE: _(
                "Read it out, or press s: it is written to a file that only you can read, to be sent "
                "from elsewhere. When the administrator says that it is done, Enter checks again."
            ),
            WayKind.WAIT: _(
                "Nothing has to be done. This host is monitored meanwhile: when it changes, it is "
                "checked again automatically, and the result is shown here."
            ),
            WayKind.CHECK: _("Only a person can know this. When it is known, go back and continue."),
        }.get(self._kind, _("Do it in another terminal. Then Enter checks this host again."))

    # What runs down -----------------------------------------------------------------------------------------

    def _tick(self) -> None:
        lines = () if self.is_over else self._ticking() or tuple(self._own())
        self.query_one(Countdown).lines = lines

    def _own(self) -> list[CountLine]:
        whole = self._fix.seconds_left
        if whole is None:
            return []
        left = self._taken_at + whole - self._host.now()
        words = _("in at most {time}").format(time=duration(float(int(left) + 1)))
        line = CountLine(_("decided"), words if left > 0 else _("any moment"), role=Role.STRONG)
        done = min(1.0, max(0.0, 1 - left / whole)) if whole > 0 else 1.0
        return [line, CountLine("", "", share=round(done, 2))]

    def became(self, words: str, state: State, *, is_over: bool) -> None:
        """Say what became of the finding while this screen is open.

        Args:
            words: in a sentence.
            state: how it is drawn.
            is_over: the finding went away.
        """
        self.is_over = is_over
        self.query_one("#became", Paragraphs).paragraphs = (Paragraph(words, Role.STRONG, state=state),)
        self.query_one("#keys", KeyBar).enter = _("see what is left") if is_over else _("check again")
        self._tick()

    # Keys ---------------------------------------------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer saving only where there is a message."""
        return self._fix.ask is not None if action == "save" else super().check_action(action, parameters)

    def action_look(self) -> None:
        """Go back, and look at the host again."""
        self.dismiss(True)

    def action_leave(self) -> None:
        """Go back."""
        self.dismiss(False)

    def action_save(self) -> None:
        """Write the message to a file, in the background: this host's disks may not answer."""
        ask = self._fix.ask
        if ask is not None:
            to = _("To: {who}").format(who=clean(ask.who, _SENTENCE))
            words = _("Writing the message to a file.")
            self.query_one("#became", Paragraphs).paragraphs = (Paragraph(words, state=State.HERE),)
            text = f"{to}\n\n{_words(ask).rstrip()}\n"
            self.in_background("saving", lambda: save("message", text))

    def job_failed(self, job: str, problem: Problem) -> None:  # noqa: ARG002 - there is one job
        """Show why the message could not be written."""
        self.query_one("#became", Paragraphs).paragraphs = problem_lines(problem)

    @on(Saved)
    def _saved(self, event: Saved) -> None:
        self.query_one("#became", Paragraphs).paragraphs = (Paragraph(event.words, state=event.state),)

    def help_title(self) -> str:
        """Name the fix."""
        return clean(self._fix.title, _SENTENCE)

    def help_sections(self) -> tuple[HelpSection, ...]:
        """Explain the screen."""
        return (
            HelpSection(_("What it is about"), clean(self.finding.summary, _SENTENCE)),
            HelpSection(
                _("What this screen is"),
                _(
                    "A fix that needs a person or time, not a plan of this program. Nothing is changed "
                    "here. Enter checks the host again, Esc goes back to the other fixes."
                ),
            ),
        )


def _words(ask: Ask) -> str:
    """Return the message, each line clean."""
    return "\n".join(clean(line, _SENTENCE) for line in ask.words.split("\n"))
