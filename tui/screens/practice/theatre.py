"""The machines of one run, and the terminal that goes to them."""

import sys
import threading
from collections.abc import Callable

from tui.lab.attach import attach
from tui.lab.errors import LabError
from tui.lab.places import Places
from tui.practice.coach import Begin
from tui.practice.following import follow
from tui.practice.notes import FILE, Note, read_note
from tui.practice.scenario import Scenario
from tui.practice.stage import Spare, Stage, drawn, forget_kept
from tui.words import translate as _


class LabTheatre:
    """Machines of the lab (`run.Theatre`).

    Args:
        scenario: what is practised.
        places: the lab's directories.
    """

    def __init__(self, scenario: Scenario, places: Places) -> None:
        self._scenario = scenario
        self._places = places
        self._spare = Spare(scenario, places)
        self._stage: Stage | None = None
        self._closed = False

    def open(self, progress: Callable[[str], None], *, resume: bool) -> None:
        """Make the first machine ready, or the one that was left."""
        if not resume:
            # A new start does not use the previous machine.
            forget_kept(self._scenario, self._places)
        self._stage = Stage(drawn(self._scenario), self._places, keep=resume, listener=progress)
        if self._closed:
            self._stage.close()
            return
        self._stage.set_up()

    def hand_over(self, begin: Begin, on_note: Callable[[Note], None]) -> int:
        """Give the terminal to the console in the machine; its exit status."""
        stage = self._ready()

        guard, heard = threading.Lock(), [0]

        def on_live_note(note: Note) -> None:
            # The first one says that the console is there: from then on the next machine is in nobody's way.
            self._spare.prepare()
            with guard:
                if heard[0] >= 0:
                    heard[0] += 1
                    on_note(note)

        follow(stage.guest, on_live_note)
        sys.stdout.write("\x1b[2J\x1b[H" + _("The console of the practice machine is starting.") + "\r\n")
        sys.stdout.flush()
        words = ("--phase", begin.phase, "--hints", str(begin.hints), "--steps", str(begin.steps))
        argv = ("iscsi-console", "practice", "--inside", self._scenario.identifier, *words)
        status = attach(stage.guest, argv)
        # What was written last may not have come yet, and the machine may be gone in a moment.
        lines = stage.guest.run(("cat", FILE)).text.splitlines()
        notes = [note for line in lines if (note := read_note(line)) is not None]
        with guard:
            for note in notes[heard[0] :]:
                on_note(note)
            heard[0] = -1
        return status

    def reset(self, progress: Callable[[str], None]) -> None:
        """Throw the machine away and have one at the start: the spare one, which is ready by now."""
        progress(_("Discarding the machine and starting a new one."))
        self._ready().close()
        forget_kept(self._scenario, self._places)
        self._stage = self._spare.take()

    def restart(self, progress: Callable[[str], None]) -> None:
        """Restart the machine."""
        progress(_("Restarting the machine. This takes about twenty seconds."))
        self._ready().restart()

    def keep(self, progress: Callable[[str], None]) -> None:
        """Keep the machine for later."""
        progress(_("Shutting the machine down; its disk is kept."))
        self._ready().keep()

    def throw_away(self) -> None:
        """Put everything away, what was kept before too."""
        self.close()
        forget_kept(self._scenario, self._places)

    def close(self) -> None:
        """Put everything away."""
        self._closed = True
        self._spare.close()
        if self._stage is not None:
            self._stage.close()

    def _ready(self) -> Stage:
        if self._stage is None:
            raise LabError(_("There is no machine."))
        return self._stage
