"""A scenario on its machine: put into the starting state, checked, restarted, kept for later, thrown away."""

import contextlib
import secrets
import shlex
import threading
from collections.abc import Iterator
from types import TracebackType
from typing import Self

from tui.lab.channel import Running
from tui.lab.errors import LabError
from tui.lab.guest import Guest
from tui.lab.kept import forget, kept_machines
from tui.lab.mmdebstrap import Listener
from tui.lab.places import Places, seen_in_guest
from tui.practice.examine import PRELUDE, Verdict, read_verdicts
from tui.practice.reading import VARIANT, read_scenario
from tui.practice.scenario import Phase, Scenario
from tui.words import translate as _

START_SECONDS = 120.0
"""Longest time the starting state may take, on a host that is busy with other things."""

ANSWER_SECONDS = 60.0
"""Longest silence of the examiner, likewise."""


def _unheard(_said: str) -> None:
    """Listen to nothing."""


def kept_name(scenario: Scenario) -> str:
    """The name under which the machine of a scenario that was left is kept."""
    return f"practice-{scenario.identifier}"


def is_kept(scenario: Scenario, places: Places) -> bool:
    """Whether the scenario was left in the middle and can be gone on with."""
    return kept_name(scenario) in {kept.name for kept in kept_machines(places)}


def forget_kept(scenario: Scenario, places: Places) -> None:
    """Throw the machine away that was kept, if there is one and nobody uses it."""
    with contextlib.suppress(LabError):
        forget(places, kept_name(scenario))


def drawn(scenario: Scenario) -> Scenario:
    """A scenario as it is played this time: in one of its variants, where it has some.

    Raises:
        ConsoleError: when it cannot be read.
    """
    if not scenario.variants:
        return scenario
    return read_scenario(scenario.folder, secrets.choice(scenario.variants))


class Stage:
    """One machine on which one scenario is practised. Any number may be there at a time.

    Args:
        scenario: what is practised.
        places: the lab's directories.
        keep: go on with the machine that was kept.
        listener: called with a sentence on what is being done.

    Raises:
        LabError: when the machine cannot be had.
    """

    def __init__(
        self, scenario: Scenario, places: Places, *, keep: bool = False, listener: Listener = _unheard
    ) -> None:
        self.scenario = scenario
        self._listener = listener
        self._resumed = keep
        self._examiner: Examiner | None = None
        self.guest = Guest(
            None,
            places,
            san=None if keep else scenario.san,
            keep=kept_name(scenario) if keep else None,
            listener=listener,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def set_up(self) -> None:
        """Boot the machine and put it into the starting state, or into the one it was left in.

        Raises:
            LabError: when it does not come up or the starting state cannot be made.
        """
        self._listener(_("Booting the practice machine: a real kernel, as an ordinary process."))
        self.guest.power_on()
        if not self._resumed:
            self._listener(_("Preparing the initial state."))
            self.play(_noted(self.scenario) + self.scenario.start, START_SECONDS)
        self._apply_faults(restarted=self._resumed)

    def play(self, script: str, timeout: float) -> str:
        """Run a script of the scenario, with what the prelude offers; what it wrote.

        Raises:
            LabError: when it fails, with what it wrote.
            TimeoutError: when it takes longer.
        """
        return self.guest.check("sh", "-s", stdin=(PRELUDE.read_text() + script).encode(), timeout=timeout)

    def check(self, phase: Phase = Phase.NOW) -> tuple[Verdict, ...]:
        """What holds of the goals of a phase.

        Raises:
            LabError: when the machine is gone.
        """
        if self._examiner is None:
            self._examiner = Examiner(self.guest, self.scenario)
        return self._examiner.ask(phase)

    def restart(self) -> None:
        """Shut the machine down as a machine should be, and boot it again.

        Raises:
            LabError: when it does not come back.
            TimeoutError: when it does not go down.
        """
        self._examiner = None
        self._listener(_("Restarting the machine, to check what survives."))
        self.guest.reboot()
        self._apply_faults(restarted=True)

    def keep(self) -> None:
        """Switch the machine off and keep its disk, to go on with it later.

        Raises:
            LabError: when another run of the same scenario keeps its own.
            TimeoutError: when it does not go down.
        """
        self._listener(_("Shutting the machine down; its disk is kept."))
        self.guest.keep_as(kept_name(self.scenario))

    def close(self) -> None:
        """Cut the power, and throw the disk away unless it is kept. May be called from another thread."""
        self.guest.close()

    def _apply_faults(self, *, restarted: bool) -> None:
        for fault in self.scenario.faults:
            if fault.each_boot or not restarted:
                self.guest.fault(fault.fault, **fault.options)


def _noted(scenario: Scenario) -> str:
    """What has a machine know which variant it is, for as long as it is kept."""
    return f"echo {shlex.quote(scenario.variant)} > {VARIANT}\n" if scenario.variant else ""


class Examiner:
    """The process in the machine that checks which goals are met."""

    def __init__(self, guest: Guest, scenario: Scenario) -> None:
        argv = ("python3", "-m", "tui.practice.examine", seen_in_guest(scenario.folder))
        self._running: Running = guest.start(argv)
        self._lines = self._read_lines()
        self._said = bytearray()

    def ask(self, phase: Phase) -> tuple[Verdict, ...]:
        """What holds of the goals of a phase.

        Raises:
            LabError: when the examiner ended; with what it said.
        """
        self._running.give(f"{phase}\n".encode())
        line = next(self._lines, None)
        if line is None:
            raise LabError(self._said.decode(errors="replace"))
        return read_verdicts(line)

    def _read_lines(self) -> Iterator[str]:
        rest = b""
        for output in self._running.outputs(ANSWER_SECONDS):
            if output.stream != 1:
                self._said += output.data
                continue
            *lines, rest = (rest + output.data).split(b"\n")
            for line in lines:
                yield line.decode()


class Spare:
    """The machine for the next reset, made ready in the background while another is practised on."""

    def __init__(self, scenario: Scenario, places: Places) -> None:
        self._scenario = scenario
        self._places = places
        self._stage: Stage | None = None
        self._failure: Exception | None = None
        self._thread: threading.Thread | None = None
        self._guard = threading.Lock()
        self._closed = False

    def prepare(self) -> None:
        """Begin to make one ready, unless one is."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._make, name="practice-spare", daemon=True)
            self._thread.start()

    def take(self) -> Stage:
        """The machine, waited for if it is not ready yet; a new one has to be prepared after that.

        Raises:
            LabError: when it could not be made.
            TimeoutError: likewise.
        """
        self.prepare()
        assert self._thread is not None
        self._thread.join()
        stage, self._stage, self._thread = self._stage, None, None
        failure, self._failure = self._failure, None
        if failure is not None or stage is None:
            raise failure or LabError(_("The machine was removed."))
        return stage

    def close(self) -> None:
        """Throw away what is ready or being made, within moments."""
        with self._guard:
            self._closed = True
            stage = self._stage
        if stage is not None:
            stage.close()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def _make(self) -> None:
        try:
            with self._guard:
                if self._closed:
                    return
                self._stage = Stage(drawn(self._scenario), self._places)
            self._stage.set_up()
        except (LabError, TimeoutError, OSError) as error:
            self._failure = error
            if self._stage is not None:
                self._stage.close()
                self._stage = None
