"""The part of the Recovery screen that looks: at once, again when something changes, and after a plan."""

import time
from abc import abstractmethod
from collections.abc import Callable, Hashable

from msgspec import Struct
from textual import on

from tui.recovery.arguments import WITHIN
from tui.recovery.diagnosis import Diagnosis
from tui.recovery.evidence import Item
from tui.screens.base_screen import BaseScreen
from tui.screens.pace import Kind, Pace
from tui.screens.recovery.board import Board, Standing
from tui.screens.recovery.fix_screen import WayScreen
from tui.screens.recovery.looking import PATIENT, Guessed, ItemReported, Looked, Progress, guess, look
from tui.screens.recovery.saving import save
from tui.screens.recovery.watching import Glanced, Sketch, Unrest, difference, sketch, sketch_now
from tui.storage.host.command_log import CommandLogHost
from tui.storage.host.recording import RecordingHost
from tui.storage.model.inventory import Inventory
from tui.storage.problem import Problem
from tui.storage.untrusted import clean
from tui.words import prose, translate as _
from widgets.state import State

TURN = 1.0
"""Seconds between two glances at whether anything changed."""

_GUESS, _LOOK, _GLANCE = "guess", "look", "glance"


class _Wish(Struct, frozen=True):
    """A look that is to begin: why, in words; after a plan for which finding; within how many seconds.

    `by_person` where somebody pressed a key for it: what was said of the last plan is over then.
    """

    why: str
    tried: str = ""
    within: float = WITHIN
    by_person: bool = False


class LookingScreen(BaseScreen[bool]):
    """A screen over one host whose evidence is taken in the background.

    What the inventory of the console tells is shown at once; the rest comes within seconds, or is missing
    with its reason. While the screen is open the kernel's files are glanced at, and what changed there is
    looked at whole; on a host that goes on changing less and less often (`Pace`), and what goes on is told.

    Args:
        host: the host.
        inventory: the host as it was read last.
        live: look again when something changes.
        known: what the last check found; shown until the first look has ended, instead of what the inventory
            alone tells.
        clock: seconds, as `time.monotonic`.

    Attributes:
        board: what was found.
        guessed: only what the inventory tells is known so far.
        progress: the look that goes on, or None.
        problem: why the last look failed, or None.
        tried: key of the finding one of whose plans ran last, or empty; kept until a person looks again.
        recording: the host of the last look, which knows what was run.
        planning: a plan is open over this screen; what it changes is looked at when it is over.
        looks_at: when it is looked at again at the latest because of that, in seconds since the epoch.
    """

    def __init__(
        self,
        host: CommandLogHost,
        inventory: Inventory,
        *,
        live: bool,
        known: Diagnosis | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__()
        self._host = host
        self._inventory = inventory
        self._live = live
        self._before = known
        self.board = Board()
        self.guessed = True
        self.progress: Progress | None = None
        self.problem: Problem | None = None
        self.tried = ""
        self.recording: RecordingHost | None = None
        self.planning = False
        self.looks_at = 0.0
        self._pace = Pace(clock)
        self._unrest: Unrest | None = None
        self._sketch: Sketch | None = None
        self._known: Sketch = frozenset()
        self._looks = 0
        self._trying = ""
        self._wish: _Wish | None = None
        self._glancing = False

    @abstractmethod
    def show(self) -> None:
        """Show the board."""

    @abstractmethod
    def show_standing(self) -> None:
        """Show how far a look has come."""

    @abstractmethod
    def tell(self, words: str, state: State) -> None:
        """Show a sentence until the next look."""

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
    def unrest(self) -> Unrest | None:
        """What goes on changing by itself, or None."""
        return self._unrest if self._pace.restless else None

    @property
    def patience(self) -> float:
        """Seconds for a look that a person asks for: more of them where the last one could not read all."""
        evidence = self.board.evidence
        return PATIENT if not self.guessed and evidence is not None and evidence.unread else WITHIN

    def begin(self) -> None:
        """Look for the first time."""
        self._known = sketch(self._inventory)
        self.look_again("")
        self._guess()
        self.set_interval(TURN, self._turn)

    # Looking ------------------------------------------------------------------------------------------------

    def look_again(
        self, why: str, *, tried: str = "", within: float = WITHIN, by_person: bool = False
    ) -> None:
        """Take the evidence; once more afterwards when a look goes on already.

        Args:
            why: in words, while it goes on.
            tried: key of the finding one of whose plans has just run to its end.
            within: seconds it may take.
            by_person: somebody pressed a key for it.
        """
        wish = _Wish(why, tried, within, by_person)
        if self._pace.ask():
            self._begin_look(wish)
            return
        self._wish = wish if self._wish is None or not self._wish.tried else self._wish
        if self.progress is not None:
            self.progress.is_followed = True
            self.show_standing()

    def _look_at_changes(self, kinds: frozenset[Kind]) -> None:
        self._pace.begin(kinds)
        self._begin_look(_Wish(_("Something changed: checking again.")))

    def _begin_look(self, wish: _Wish) -> None:
        if wish.by_person:
            self.tried = ""
        self._trying = wish.tried or self._trying
        self._looks += 1
        within = PATIENT if self.problem is not None else wish.within
        self.progress, self._wish = Progress(self._looks, wish.why, within), None
        self.problem = None
        self.show()
        self._look(self._looks, within)

    def _guess(self) -> None:
        before = self._before
        if before is not None:
            self.board = Board(before)
            self.show()
        else:
            self.in_background(_GUESS, lambda: guess(self._host, self._inventory))

    def _look(self, number: int, within: float) -> None:
        def report(item: Item, why: str) -> None:
            self.post_message(ItemReported(number, item, why))

        self.in_background(_LOOK, lambda: look(self._host, number, within, report))

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
        wish = self._wish
        self.progress = self._wish = None
        self.problem = event.problem
        self._pace.end(_outcome(event))
        self.looks_at = self._host.now() + self._pace.rest
        if event.diagnosis is not None:
            before = Board() if self.guessed else self.board
            self.board = before.renewed(event.diagnosis, self._trying)
            self.guessed = False
            # What a plan brought about stays in sight while the host comes to rest and is looked at again.
            self.tried, self._trying = self._trying or self.tried, ""
            self.recording = event.recording
            self._known = sketch(event.diagnosis.evidence.inventory)
        self.show()
        self._tell_way()
        hurried = within < PATIENT
        # A machine that is busy may have had no time to tell: what it is, and whether something is gone, is
        # worth asking again.
        if hurried and event.problem is not None:
            words = _("This host could not be read in time. Checking again, with more time.")
            self.look_again(words, tried=wish.tried if wish is not None else "")
        elif hurried and event.diagnosis is not None and any(not gone.is_sure for gone in self.board.gone):
            words = _("Not everything could be read. Checking again, with more time.")
            tried = (wish.tried if wish is not None else "") or self.tried
            self.look_again(words, tried=tried, within=PATIENT)
        else:
            self._fulfil(wish)

    def _fulfil(self, wish: _Wish | None) -> None:
        if wish is not None:
            self.look_again(wish.why, tried=wish.tried, within=wish.within, by_person=wish.by_person)

    def job_failed(self, job: str, problem: Problem) -> None:
        """Show the problem over the board, and go on watching."""
        if job in (_GUESS, _LOOK):
            wish = self._wish if job == _LOOK else None
            if job == _LOOK:
                self.progress = self._wish = None
                self._pace.end(None)
            self.problem = problem
            self.show()
            self._fulfil(wish)
            return
        if job == _GLANCE:
            self._glancing = False
        self.tell(prose(problem.summary, problem.remedy), State.BAD)

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
            inventory = self.board.evidence.inventory
            self.in_background(_GLANCE, lambda: Glanced(sketch_now(self._host, inventory)))

    @on(Glanced)
    def _glanced(self, event: Glanced) -> None:
        self._glancing = False
        if not self.is_attached or self.planning:
            return
        before, self._sketch = self._known if self._sketch is None else self._sketch, event.sketch
        if before != event.sketch:
            self._pace.changed()
            if self._unrest is None or self._pace.changes == 1:
                self._unrest = Unrest(self._host.now())
            self._unrest.saw(before, event.sketch)
        kinds = difference(self._known, event.sketch)
        if kinds and self._pace.due(kinds) == 0.0:
            self._look_at_changes(kinds)
        else:
            self.show_standing()

    # The report ---------------------------------------------------------------------------------------------

    def write_report(self, diagnosis: Diagnosis, recording: RecordingHost) -> None:
        """Write the report to a file; a `Saved` says where."""
        from tui.recovery.report import report_text  # noqa: PLC0415 (only where a report is wanted)

        self.in_background("saving", lambda: save("report", report_text(diagnosis, recording)))


def _outcome(looked: Looked) -> Hashable:
    """Return what a look found, as far as it would be news."""
    if looked.diagnosis is None:
        return looked.problem.code if looked.problem is not None else None
    return frozenset((finding.key, finding.weight) for finding in looked.diagnosis.findings)
