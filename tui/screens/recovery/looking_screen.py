"""The part of the Recovery screen that looks: at once, again when something changes, and after a plan."""

from abc import abstractmethod

from textual import on, work
from textual.screen import Screen
from textual.worker import Worker, WorkerState

from tui.recovery.diagnosis import Diagnosis
from tui.recovery.evidence import Item
from tui.recovery.gather import WITHIN
from tui.screens.failure import unexpected
from tui.screens.recovery.board import Board, Standing
from tui.screens.recovery.fix_screen import WayScreen
from tui.screens.recovery.looking import PATIENT, Guessed, ItemReported, Looked, Progress, guess, look
from tui.screens.recovery.saving import save
from tui.screens.recovery.watching import Changed, is_changed
from tui.storage.host.command_log import CommandLogHost
from tui.storage.host.recording import RecordingHost
from tui.storage.model.inventory import Inventory
from tui.storage.problem import Problem
from tui.storage.untrusted import clean
from tui.words import translate as _
from widgets.state import State

TURN = 1.0
"""Seconds between two glances at whether anything changed."""

_LOOKS = "recovery"


class LookingScreen(Screen[bool]):
    """A screen over one host whose evidence is taken in the background.

    What the inventory of the console tells is shown at once; the rest comes within seconds, or is missing
    with its reason. While the screen is open the kernel's files are glanced at, and what changed there is
    looked at whole.

    Args:
        host: the host.
        inventory: the host as it was read last.
        live: look again when something changes.

    Attributes:
        board: what was found.
        guessed: only what the inventory tells is known so far.
        progress: the look that goes on, or None.
        problem: why the last look failed, or None.
        tried: key of the finding one of whose plans ran last, or empty; kept until a person looks again.
        recording: the host of the last look, which knows what was run.
        planning: a plan is open over this screen; what it changes is looked at when it is over.
    """

    def __init__(self, host: CommandLogHost, inventory: Inventory, *, live: bool) -> None:
        super().__init__()
        self._host = host
        self._inventory = inventory
        self._live = live
        self.board = Board()
        self.guessed = True
        self.progress: Progress | None = None
        self.problem: Problem | None = None
        self.tried = ""
        self.recording: RecordingHost | None = None
        self.planning = False
        self._looks = 0
        self._trying = ""
        self._again = ""
        self._glancing = False

    @abstractmethod
    def show(self) -> None:
        """Show the board."""

    @abstractmethod
    def show_standing(self) -> None:
        """Show how far a look has come."""

    @abstractmethod
    def count(self) -> None:
        """Show what runs down."""

    @property
    def passed(self) -> float:
        """Seconds since the evidence was taken."""
        evidence = self.board.evidence
        return max(0.0, self._host.now() - evidence.now) if evidence is not None else 0.0

    @property
    def changes_made(self) -> int:
        """How many commands that change something have run."""
        return len(self._host.ran(changes_only=True))

    @property
    def patience(self) -> float:
        """Seconds for a look that a person asks for: more of them where the last one could not read all."""
        evidence = self.board.evidence
        return PATIENT if not self.guessed and evidence is not None and evidence.unread else WITHIN

    def begin(self) -> None:
        """Look for the first time."""
        self.look_again("")
        self._guess()
        self.set_interval(TURN, self._turn)

    # Looking ------------------------------------------------------------------------------------------------

    def look_again(self, why: str, *, tried: str = "", within: float = WITHIN) -> None:
        """Take the evidence; once more afterwards when a look goes on already.

        Args:
            why: in words, while it goes on.
            tried: key of the finding one of whose plans has just run to its end.
            within: seconds it may take.
        """
        self._trying = tried or self._trying
        if self.progress is not None:
            self._again = why
            return
        self._looks += 1
        within = PATIENT if self.problem is not None else within
        self.progress, self._again = Progress(self._looks, why, within), ""
        self.problem = None
        self.show()
        self._look(self._looks, within)

    @work(thread=True, group=_LOOKS, exit_on_error=False)
    def _guess(self) -> None:
        self.post_message(guess(self._host, self._inventory))

    @work(thread=True, group=_LOOKS, exit_on_error=False)
    def _look(self, number: int, within: float) -> None:
        def told(item: Item, why: str) -> None:
            self.post_message(ItemReported(number, item, why))

        self.post_message(look(self._host, number, within, told))

    @on(Guessed)
    def _guessed(self, event: Guessed) -> None:
        if self.guessed and self.is_attached:
            self.board = Board(event.diagnosis)
            self.show()

    @on(ItemReported)
    def _item_told(self, event: ItemReported) -> None:
        if self.progress is not None and self.progress.number == event.number:
            self.progress.told[event.item] = event.why
            self.show_standing()

    @on(Looked)
    def _looked(self, event: Looked) -> None:
        if not self.is_attached:
            return
        within = self.progress.within if self.progress is not None else PATIENT
        self.progress = None
        self.problem = event.problem
        if event.diagnosis is not None:
            before = Board() if self.guessed else self.board
            self.board = before.renewed(event.diagnosis, self._trying)
            self.guessed = False
            # What a plan brought about stays in sight while the host comes to rest and is looked at again.
            self.tried, self._trying = self._trying or self.tried, ""
            self.recording = event.recording
        self.show()
        self._tell_way()
        hurried = within < PATIENT
        # A machine that is busy may have had no time to tell: what it is, and whether something is gone, is
        # worth asking again.
        if hurried and event.problem is not None:
            self.look_again(_("This host could not be read in time. Checking again, with more time."))
        elif (
            hurried
            and event.diagnosis is not None
            and any(not finding.is_sure for finding in self.board.gone)
        ):
            words = _("Not everything could be read. Checking again, with more time.")
            self.look_again(words, tried=self.tried, within=PATIENT)
        elif self._again:
            self.look_again(self._again)

    @on(Worker.StateChanged)
    def _failed(self, event: Worker.StateChanged) -> None:
        if event.state is WorkerState.ERROR and event.worker.group == _LOOKS:
            self.progress = None
            self.problem = unexpected(event.worker.error)
            self.show()

    def _tell_way(self) -> None:
        """Let the way that is open over this screen know what became of its finding."""
        way = self.app.screen
        if not isinstance(way, WayScreen) or self.board.diagnosis is None:
            return
        gone = next((finding for finding in self.board.gone if finding.finding.key == way.finding.key), None)
        if gone is None:
            way.became(_("This host was checked again: it is still there."), State.WARN, is_over=False)
        elif gone.standing is Standing.UNSURE:
            words = _("It was not found again, but not everything could be read.")
            way.became(words, State.UNKNOWN, is_over=False)
        else:
            words = _("It is gone: {what}").format(what=clean(gone.finding.summary))
            way.became(words, State.GOOD, is_over=True)

    # Watching -----------------------------------------------------------------------------------------------

    def _turn(self) -> None:
        if self.planning or not (self.is_current or isinstance(self.app.screen, WayScreen)):
            return
        self.count()
        if self.progress is not None:
            self.show_standing()
        elif self._live and not self._glancing and self.board.evidence is not None:
            self._glancing = True
            self._glance(self.board.evidence.inventory)

    @work(thread=True, group="glance", exit_on_error=False)
    def _glance(self, inventory: Inventory) -> None:
        self.post_message(Changed(is_changed(self._host, inventory)))

    @on(Changed)
    def _changed(self, event: Changed) -> None:
        self._glancing = False
        if event.is_different and self.is_attached and self.progress is None and not self.planning:
            self.look_again(_("Something changed: checking again."))

    # The report ---------------------------------------------------------------------------------------------

    @work(thread=True, group="saving", exclusive=True, exit_on_error=False)
    def write_report(self, diagnosis: Diagnosis, recording: RecordingHost) -> None:
        """Write the report to a file; a `Saved` tells where."""
        from tui.recovery.report import report_text  # noqa: PLC0415 (only where a report is wanted)

        self.post_message(save("report", report_text(diagnosis, recording)))
