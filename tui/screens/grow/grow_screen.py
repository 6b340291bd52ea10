"""Growing a stack: the sizes of its layers, the first that lags, and how far to go."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.message import Message
from textual.widgets import Static

from tui.maintenance.growth_plan import Wish, propose
from tui.maintenance.growth_sizes import Growth, growth, read_facts
from tui.maintenance.growth_targets import Subject
from tui.screens.access import Access
from tui.screens.base_screen import BaseScreen
from tui.screens.grow.grow_words import about, bars, help_sections
from tui.screens.pace import Turns, one_more
from tui.screens.paragraphs import Paragraph, Paragraphs, problem_lines
from tui.screens.plan.plan_screen import PlanScreen
from tui.screens.top_bar import top_bar
from tui.setup.size_text import Bytes, Share, parse, problems
from tui.storage.host.command_log import CommandLogHost
from tui.storage.model.inventory import Inventory
from tui.storage.probe.inventory import take_inventory
from tui.storage.problem import Problem
from tui.storage.untrusted import clean
from tui.words import marked, translate as _
from widgets.bars.size_bars import SizeBars
from widgets.fields.choice_field import Choice, ChoiceField
from widgets.fields.form import Field, Form
from widgets.fields.text_field import TextField
from widgets.help import HelpSection
from widgets.key_bar import KeyBar
from widgets.look import look_of
from widgets.state import Role, State

WHOLE, STEP = "whole", "step"
EVERYTHING = "100%"


class GrowScreen(BaseScreen[bool]):
    """The sizes of one stack, and what to do about them. Dismisses True when something has grown.

    Args:
        host: the host.
        access: what may be done on it, and why not more.
        inventory: the host as it was read last.
        subjects: what can grow here; the person chooses where there are several.
    """

    DEFAULT_CSS = """
    GrowScreen {
        #question {
            height: auto;
            padding: 1 2 1 3;
        }
        #body {
            height: 1fr;
            padding: 0 2 0 3;
            scrollbar-size-vertical: 1;
        }
        #about, #wishes {
            margin-top: 1;
        }
        #wishes {
            height: auto;
            max-height: 12;
        }
    }
    """
    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f5", "read_again", marked("read again")),
    ]

    class Looked(Message):
        """The sizes were read."""

        def __init__(self, inventory: Inventory, found: Growth) -> None:
            super().__init__()
            self.inventory = inventory
            self.found = found

    def __init__(
        self, host: CommandLogHost, access: Access, inventory: Inventory, subjects: tuple[Subject, ...]
    ) -> None:
        super().__init__()
        self._host = host
        self._access = access
        self._inventory = inventory
        self._subjects = subjects
        self._subject = subjects[0]
        self._growth: Growth | None = None
        self._grown = False
        self._turns: Turns[Subject] = Turns(self._look)

    def compose(self) -> ComposeResult:
        """Put the bars over what can be chosen."""
        yield top_bar(self._host.name, self._access)
        yield Static(id="question")
        with VerticalScroll(id="body", can_focus=False):
            yield SizeBars(id="sizes")
            yield Paragraphs(id="about")
            with Form(id="wishes"):
                yield ChoiceField(
                    _("Volume"),
                    tuple(
                        Choice(str(n), clean(subject.words, 60)) for n, subject in enumerate(self._subjects)
                    ),
                    "0",
                    id="volume",
                )
                yield ChoiceField(
                    _("Grow"),
                    (Choice(WHOLE, _("all layers")), Choice(STEP, _("the next layer only"))),
                    WHOLE,
                    id="far",
                )
                yield TextField(
                    _("Extend by"),
                    EVERYTHING,
                    width=12,
                    max_length=20,
                    validate=_wrong_share,
                    hint=_("of the free space, or 10G more"),
                    id="share",
                )
        yield KeyBar(_("review the plan"), id="keys")

    def on_mount(self) -> None:
        """Read the sizes."""
        self.query_one("#volume").display = len(self._subjects) > 1
        self.query_one("#wishes").display = False
        self._say()
        self.query_one("#about", Paragraphs).paragraphs = (
            Paragraph(_("Reading the sizes."), state=State.HERE),
        )
        self._turns.ask(self._subject)

    # Looking --------------------------------------------------------------------------------------------

    def action_read_again(self) -> None:
        """Read the sizes once more."""
        followed = self._turns.followed
        if not self._turns.ask(self._subject) and not followed:
            self.notify(one_more(), markup=False)

    def _look(self, subject: Subject) -> None:
        self.in_background("inventory", lambda: self._read(subject))

    def _read(self, subject: Subject) -> Looked:
        inventory = take_inventory(self._host)
        facts = read_facts(self._host, inventory, subject)
        return self.Looked(inventory, growth(inventory, subject, facts))

    def job_failed(self, job: str, problem: Problem) -> None:  # noqa: ARG002 - there is one job
        """Show the problem where the sizes are explained."""
        self.query_one("#about", Paragraphs).paragraphs = problem_lines(problem)
        self._turns.end()

    @on(Looked)
    def _show(self, event: Looked) -> None:
        if not self.query("#wishes"):
            return
        self._turns.end()
        if event.found.subject != self._subject:
            return
        first = self._growth is None
        self._inventory, self._growth = event.inventory, event.found
        self.query_one("#sizes", SizeBars).rows = bars(event.found)
        self.query_one("#about", Paragraphs).paragraphs = about(event.found)
        self.query_one("#share").display = event.found.volume is not None
        wishes = self.query_one("#wishes", Form)
        wishes.display = event.found.problem is None
        self.query_one("#keys", KeyBar).enter = _("review the plan") if wishes.display else ""
        if first and wishes.display:
            wishes.align_labels()
            wishes.focus_field(self.query_one("#far", ChoiceField))
            # The form had no place yet when it got the focus.
            self.call_after_refresh(self._show_focused)
        self._say()

    def _show_focused(self) -> None:
        if self.focused is not None:
            self.focused.scroll_visible(animate=False)

    def _say(self) -> None:
        words = _("Sizes of {name}").format(name=clean(self._subject.words, 60))
        self.query_one("#question", Static).update(look_of(self).text(words, Role.STRONG))

    # Choosing -------------------------------------------------------------------------------------------

    @on(Field.Changed, "#volume")
    def _another(self, event: Field.Changed) -> None:
        event.stop()
        self._subject = self._subjects[int(self.query_one("#volume", ChoiceField).value)]
        self._turns.ask(self._subject)

    @on(Form.Submitted)
    def _review(self, event: Form.Submitted) -> None:
        event.stop()
        if self._growth is None or self._growth.problem is not None:
            return
        proposal = propose(self._growth, self._inventory, self._wish(self._growth))
        self.app.push_screen(PlanScreen(proposal, self._host, self._access), self._done)

    def _wish(self, found: Growth) -> Wish:
        whole = self.query_one("#far", ChoiceField).value == WHOLE
        typed = parse(self.query_one("#share", TextField).value)
        match typed:
            case Bytes(count):
                return Wish(whole, 0, (found.volume.size if found.volume is not None else 0) + count)
            case Share(part):
                return Wish(whole, max(1, int(part * 100)))
            case None:
                return Wish(whole, 0)

    def _done(self, done: bool | None) -> None:
        self._grown = self._grown or bool(done)
        self._turns.ask(self._subject)

    # Keys -----------------------------------------------------------------------------------------------

    def action_leave(self) -> None:
        """Go back; whether something has grown."""
        self.dismiss(self._grown)

    def help_title(self) -> str:
        """Return the title of the help."""
        return _("Growing")

    def help_sections(self) -> tuple[HelpSection, ...]:
        """Explain layers, bars and shares."""
        return help_sections()


def _wrong_share(text: str) -> str | None:
    """What is wrong with how much the volume gets; nothing, when it is to get nothing."""
    if text.strip() in {"0", "0%"}:
        return None
    found = problems(text, "share")
    return f"{found[0].summary} {found[0].remedy}" if found else None
