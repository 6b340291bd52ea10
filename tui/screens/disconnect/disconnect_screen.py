"""Safe disconnect: everything that would be removed, its users, live, and the choices about them."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import Static

from tui.maintenance.dependents import Subject
from tui.maintenance.disconnect import propose
from tui.maintenance.disconnect_seen import (
    AboutUsers,
    AtBoot,
    Choices,
    Seen,
    processes_to_end,
    see,
    see_users,
    services_of,
)
from tui.screens.access import Access
from tui.screens.base_screen import BaseScreen
from tui.screens.disconnect.disconnect_words import help_sections, looking, standing, why
from tui.screens.disconnect.rows import rows_of
from tui.screens.lower import LOW, Lower
from tui.screens.pace import Turns, one_more
from tui.screens.paragraphs import Paragraphs, problem_lines
from tui.screens.plan.plan_screen import PlanScreen
from tui.screens.top_bar import top_bar
from tui.storage.host.command_log import CommandLogHost
from tui.storage.model.inventory import Inventory
from tui.storage.problem import Problem
from tui.storage.untrusted import clean
from tui.words import marked, translate as _
from widgets.fields.choice_field import Choice, ChoiceField
from widgets.fields.form import Field, Form
from widgets.help import HelpSection
from widgets.key_bar import KeyBar
from widgets.look import look_of
from widgets.stack_view import StackView
from widgets.state import Role

TURN = 1.0
"""Seconds between two looks at the users."""

_SHOWN = 6
"""Commands of the plan that are shown beside the choices, where there is room."""

WHOLE_TURNS = 10
"""Every so many looks the whole host is read again."""


class DisconnectScreen(BaseScreen[bool]):
    """What depends on a subject, and the choices about it. Dismisses True when it was disconnected.

    Args:
        host: the host.
        access: what may be done on it, and why not more.
        inventory: the host as it was read last.
        subject: what is to be disconnected.
        live: look again all the time; a recorded host does not change.
        clock: seconds, as `time.monotonic`.
    """

    DEFAULT_CSS = """
    DisconnectScreen {
        #question {
            height: auto;
            padding: 1 2 0 3;
        }
        #standing {
            padding: 0 2 1 3;
        }
        #body {
            height: 1fr;
            padding: 0 2 0 2;
        }
        #choices {
            height: auto;
            padding: 1 2 1 3;
        }
        &.-low #choices {
            padding: 0 2 0 3;
        }
        &.-high Explain {
            padding: 1 2 1 3;
        }
        &.-low Explain {
            padding: 0 2 0 3;
        }
    }
    """
    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "go_on", marked("review the plan"), show=False),
        Binding("f5", "read_again", marked("read again")),
    ]

    @dataclass
    class Looked(Message):
        """The users, or the whole host, were read."""

        seen: Seen

    def __init__(
        self,
        host: CommandLogHost,
        access: Access,
        inventory: Inventory,
        subject: Subject,
        *,
        live: bool = True,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__()
        self._clock = clock
        self._host = host
        self._access = access
        self._subject = subject
        self._seen = Seen(inventory)
        self._known = False
        self._live = live
        self._going_on = False
        self._looks: Turns[bool] = Turns(self._begin)
        self._begun = self._rests_until = 0.0
        self._turns = 0
        self.VERTICAL_BREAKPOINTS = [(0, "-low"), (LOW, "-high")]

    def compose(self) -> ComposeResult:
        """Put the tree over the choices."""
        yield top_bar(self._host.name, self._access)
        yield Static(id="question")
        yield Paragraphs(id="standing")
        with Vertical(id="body"):
            yield StackView(id="tree")
        with Form(id="choices"):
            yield ChoiceField(_("Users"), self._about_users(), AboutUsers.WAIT.value, id="users")
            yield ChoiceField(
                _("Next boot"),
                (
                    Choice(AtBoot.OFF.value, _("keep it disconnected")),
                    Choice(AtBoot.KEEP.value, _("connect it again")),
                ),
                AtBoot.OFF.value,
                id="boot",
            )
        yield Lower()
        yield KeyBar(_("review the plan"), id="keys")

    def on_mount(self) -> None:
        """Look at once, and then every second."""
        title = _("Disconnect {name}").format(name=clean(self._subject.name, 200))
        self.query_one("#question", Static).update(look_of(self).text(title, Role.STRONG))
        self._show()
        form = self.query_one("#choices", Form)
        form.focus_field(self.query_one("#users", ChoiceField))
        self._looks.ask(True)
        if self._live:
            self.set_interval(TURN, self._turn)

    # Looking ------------------------------------------------------------------------------------------------

    @property
    def choices(self) -> Choices:
        """What the person has chosen."""
        return Choices(
            AboutUsers(self.query_one("#users", ChoiceField).value),
            AtBoot(self.query_one("#boot", ChoiceField).value),
        )

    def action_read_again(self) -> None:
        """Read the whole host."""
        self._look_whole_or_say()

    def _look_whole_or_say(self) -> None:
        followed = self._looks.followed
        if not self._looks.ask(True) and not followed:
            self.notify(one_more(), markup=False)

    def _turn(self) -> None:
        # Where a look takes long there is as much rest after it.
        if not self.is_current or self._looks.running or self._clock() < self._rests_until:
            return
        self._turns += 1
        self._looks.ask(self._turns % WHOLE_TURNS == 0)

    def _begin(self, whole: bool) -> None:
        self._begun = self._clock()
        everything = whole or not self._known
        self.in_background("disconnect", lambda: self._read(whole=everything))

    def _end_look(self) -> None:
        now = self._clock()
        self._rests_until = now + (now - self._begun)
        self._looks.end()

    def _read(self, *, whole: bool) -> Looked:
        host, subject = self._host, self._subject
        return self.Looked(see(host, subject) if whole else see_users(host, subject, self._seen))

    def job_failed(self, job: str, problem: Problem) -> None:  # noqa: ARG002 - there is one job
        """Show the problem where the users are shown, until the next look."""
        self._going_on = self._known = False
        self.query_one("#standing", Paragraphs).paragraphs = problem_lines(problem)
        self._end_look()

    @on(Looked)
    def _looked(self, event: Looked) -> None:
        if not self.is_attached:
            return
        changed = not self._known or event.seen != self._seen
        self._seen, self._known = event.seen, True
        if changed:
            self._show()
        self._end_look()
        if self._going_on and not self._looks.running:
            self._going_on = False
            self._open_plan()

    def _show(self) -> None:
        seen, choices = self._seen, self.choices
        if seen.found is None:
            self.query_one("#standing", Paragraphs).paragraphs = looking()
            return
        tree = self.query_one("#tree", StackView)
        tree.rungs = rows_of(seen.found, seen.inventory, seen.users, choices.users)
        proposal = propose(seen, self._subject, choices)
        self.query_one("#standing", Paragraphs).paragraphs = standing(
            seen.users, proposal.refusal, self._access
        )
        self.query_one("#users", ChoiceField).choices = self._about_users()
        runs = tuple(line for operation in proposal.plan.operations for line in operation.shown())
        self.query_one(Lower).explain(
            why(seen.users, choices, proposal), runs[:_SHOWN] if self.size.height >= LOW else ()
        )

    def _about_users(self) -> tuple[Choice, ...]:
        """Return what can be done about users; what does not apply stays visible, with the reason."""
        users = self._seen.users
        services, processes = services_of(users), processes_to_end(users)
        none = _("none") if self._known else ""
        return (
            Choice(AboutUsers.WAIT.value, _("wait")),
            Choice(AboutUsers.STOP_SERVICES.value, _("stop services"), "" if services else none),
            Choice(
                AboutUsers.END_PROCESSES.value, _("end processes too"), "" if processes or services else none
            ),
        )

    # Keys ---------------------------------------------------------------------------------------------------

    @on(Field.Changed)
    def _changed(self, event: Field.Changed) -> None:
        event.stop()
        self._show()

    @on(Form.Submitted)
    def _submitted(self, event: Form.Submitted) -> None:
        event.stop()
        self.action_go_on()

    @on(StackView.Chosen)
    def _chosen(self, event: StackView.Chosen) -> None:
        event.stop()
        self.action_go_on()

    def action_go_on(self) -> None:
        """Read the whole host once more, then open the plan."""
        self._going_on = True
        self._look_whole_or_say()

    def _open_plan(self) -> None:
        proposal = propose(self._seen, self._subject, self.choices)
        self.app.push_screen(PlanScreen(proposal, self._host, self._access), self._planned)

    def _planned(self, done: bool | None) -> None:
        if done:
            self.dismiss(True)
        else:
            self._looks.ask(True)

    def action_leave(self) -> None:
        """Go back without changing anything."""
        self.dismiss(False)

    def help_title(self) -> str:
        """Return the title of the help."""
        return _("Safe disconnect")

    def help_sections(self) -> tuple[HelpSection, ...]:
        """Explain users, order and reconnecting."""
        return help_sections()
