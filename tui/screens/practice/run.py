"""A scenario from the choice on the list to its end: machines are made ready, handed over, put away."""

import time
from collections.abc import Callable
from typing import ClassVar, Protocol

from msgspec.structs import replace
from textual import on
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.message import Message

from tui.lab.errors import LabError
from tui.practice.coach import Begin
from tui.practice.leaving import Leaving
from tui.practice.notes import Note
from tui.practice.progress import Progress, Standing
from tui.practice.scenario import Phase, Scenario
from tui.screens.base_screen import BaseScreen
from tui.screens.paragraphs import Paragraph, Paragraphs
from tui.screens.practice.practice_words import list_help
from tui.storage.problem import Problem
from tui.storage.untrusted import clean, clean_lines
from tui.words import translate as _
from widgets.bars.progress import ProgressList, ProgressRow
from widgets.header import TopBar, TopFacts
from widgets.help import HelpSection
from widgets.key_bar import KeyBar
from widgets.state import Role, State


class Theatre(Protocol):
    """What makes machines ready for one scenario and puts them away (`tui.screens.practice.theatre`)."""

    def open(self, progress: Callable[[str], None], *, resume: bool) -> None:
        """Make the first machine ready, or the one that was left."""

    def hand_over(self, begin: Begin, on_note: Callable[[Note], None]) -> int:
        """Give the terminal to the console in the machine; its exit status."""

    def reset(self, progress: Callable[[str], None]) -> None:
        """Throw the machine away and have one at the start."""

    def restart(self, progress: Callable[[str], None]) -> None:
        """Restart the machine."""

    def keep(self, progress: Callable[[str], None]) -> None:
        """Keep the machine for later."""

    def throw_away(self) -> None:
        """Put everything away, what was kept before too."""

    def close(self) -> None:
        """Put everything away; may be called at any time, from any thread."""


class Told(Message):
    """Something is being done about the machine."""

    def __init__(self, words: str) -> None:
        super().__init__()
        self.words = words


class Ready(Message):
    """The machine is ready to be handed over."""


class Over(Message):
    """It is over; with what went wrong, if something did."""

    def __init__(self, trouble: str = "") -> None:
        super().__init__()
        self.trouble = trouble


class NotKept(Message):
    """How far the person is could not be written."""

    def __init__(self, reason: str) -> None:
        super().__init__()
        self.reason = reason


class RunScreen(BaseScreen[None]):
    """What is seen while no console has the terminal: what is being done about the machine.

    Args:
        scenario: what is practised.
        theatre: has the machines.
        progress: where it is noted how far the person is.
        resume: go on with the machine that was left.
        clock: seconds, as `time.monotonic`.
    """

    DEFAULT_CSS = """
    RunScreen {
        #body {
            padding: 1 2 0 3;
        }
        #doing {
            height: auto;
            margin: 1 0;
        }
    }
    """
    HAS_COMMANDS: ClassVar[bool] = False

    def __init__(
        self,
        scenario: Scenario,
        theatre: Theatre,
        progress: Progress,
        *,
        resume: bool,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__()
        self._clock = clock
        self._scenario = scenario
        self._theatre = theatre
        self._progress = progress
        self._resume = resume
        self._rows: list[ProgressRow] = []
        standing = progress.of(scenario.identifier)
        self._begin = Begin(hints=standing.hints, steps=standing.steps) if resume else Begin()
        self._noted = Note(self._begin.hints, self._begin.steps)
        self._leaving = False

    def compose(self) -> ComposeResult:
        """Put what is being done over what is asked for."""
        yield TopBar(TopFacts("iscsi-console", self._scenario.title), id="top")
        with VerticalScroll(id="body", can_focus=False):
            yield Paragraphs(
                (
                    Paragraph(self._scenario.title, Role.STRONG),
                    Paragraph(_("A practice machine is being prepared; nothing on this host is changed.")),
                ),
                id="title",
            )
            yield ProgressList(id="doing")
            yield Paragraphs(id="trouble")
        yield KeyBar(id="keys")

    def on_mount(self) -> None:
        """Make the machine ready."""
        self._change(
            lambda known: replace(
                known,
                started=known.started + (0 if self._resume else 1),
                hints=self._begin.hints,
                steps=self._begin.steps,
            )
        )
        self._work(lambda: self._theatre.open(self._tell, resume=self._resume))

    def _tell(self, words: str) -> None:
        self.post_message(Told(words))

    @on(Told)
    def _told(self, event: Told) -> None:
        now = self._clock()
        self._end_row(State.GOOD)
        self._rows.append(ProgressRow(str(len(self._rows)), clean(event.words), State.HERE, " ", started=now))
        self.query_one("#doing", ProgressList).rows = tuple(self._rows)

    def _end_row(self, state: State) -> None:
        if self._rows and self._rows[-1].ended is None:
            self._rows[-1] = replace(self._rows[-1], state=state, ended=self._clock())
        self.query_one("#doing", ProgressList).rows = tuple(self._rows)

    # The machine ------------------------------------------------------------------------------------------

    def _work(self, task: Callable[[], None], done: Message | None = None) -> None:
        """Do something about the machine in the background; then hand it over, or what `done` says."""
        self.in_background("practice", lambda: self._carry_out(task, done or Ready()))

    def _carry_out(self, task: Callable[[], None], done: Message) -> Message:
        try:
            task()
        except (LabError, TimeoutError, OSError) as error:
            return Over(str(error))
        return done

    def job_failed(self, job: str, problem: Problem) -> None:  # noqa: ARG002 - there is one job
        """End the run with the problem; Escape still puts the machine away."""
        lines = (problem.summary, problem.cause, problem.remedy, *problem.evidence)
        self.post_message(Over("\n".join(line for line in lines if line)))

    @on(Ready)
    def _hand_over(self) -> None:
        self._end_row(State.GOOD)
        if self._leaving:
            return
        begun = self._clock()
        try:
            with self.app.suspend():
                status = self._theatre.hand_over(self._begin, self._on_note)
        except LabError as error:
            self.post_message(Over(str(error)))
            return
        spent = self._clock() - begun
        self._change(lambda known: replace(known, seconds=known.seconds + spent))
        self._rows = []
        self._go_on(status)

    def _go_on(self, status: int) -> None:
        if status == Leaving.RESET:
            self._begin = Begin(hints=self._noted.hints)
            self._work(lambda: self._theatre.reset(self._tell))
        elif status == Leaving.RESTART:
            self._begin = Begin(Phase.AFTER_REBOOT, self._noted.hints, self._noted.steps)
            self._work(lambda: self._theatre.restart(self._tell))
        elif status == Leaving.LATER:
            self._work(lambda: self._theatre.keep(self._tell), Over())
        elif status == Leaving.AWAY:
            self._work(self._theatre.throw_away, Over())
        else:
            words = _("The console in the machine terminated, with exit status {status}.")
            self.post_message(Over(words.format(status=status)))

    def _on_note(self, note: Note) -> None:
        """Keep how far the learner is; called from the thread that reads the notes."""
        fresh = note.solved and not self._noted.solved
        self._noted = note
        self._change(
            lambda known: replace(
                known,
                hints=note.hints,
                steps=note.steps,
                solved=known.solved + fresh,
                solved_at=time.time() if fresh else known.solved_at,
            )
        )

    def _change(self, change: Callable[[Standing], Standing]) -> None:
        """Change the standing; practising goes on where it cannot be written."""
        try:
            self._progress.change(self._scenario.identifier, change)
        except OSError as error:
            self.post_message(NotKept(clean(str(error))))

    @on(NotKept)
    def _not_kept(self, event: NotKept) -> None:
        words = _("Your progress cannot be saved: {reason}.").format(reason=event.reason)
        self.notify(words, severity="warning")

    # The end ----------------------------------------------------------------------------------------------

    @on(Over)
    def _over(self, event: Over) -> None:
        if not event.trouble or self._leaving:
            self._theatre.close()
            self.dismiss()
            return
        self._end_row(State.BAD)
        self.query_one("#trouble", Paragraphs).paragraphs = (
            Paragraph(_("The practice machine cannot continue."), Role.BAD, state=State.BAD),
            *(Paragraph(line) for line in clean_lines(event.trouble)),
            Paragraph(""),
            Paragraph(_("Esc returns to the list. Nothing on this host was changed.")),
        )

    def help_title(self) -> str:
        """Return the title of the scenario."""
        return self._scenario.title

    def help_sections(self) -> tuple[HelpSection, ...]:
        """Explain the rows, as the list of scenarios does."""
        return list_help()

    def loss(self) -> str:
        """Say what becomes of the machine."""
        return _("The practice machine that is being prepared is removed.") if not self._leaving else ""

    def farewell(self) -> str:
        """Put the machine away."""
        self._theatre.close()
        return ""

    def action_leave(self) -> None:
        """Put the machine away and go back to the list."""
        if self._leaving:
            return
        self._leaving = True
        self._tell(_("Removing the machine."))
        self._work(self._theatre.close, Over())
