"""The Recovery screen on a guest's own console, and a way out of a finding taken in it by keys.

The program is started once and stays in its console between two repairs. What is waited for are words on the
screen, in whatever time the machine needs; no key is pressed before the screen it is meant for is there.
"""

import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from msgspec import Struct

from tests.lab.on_console import on_console
from tests.lab.terminal import Terminal
from tui.lab.guest import Guest

SLOW = 240.0
"""Seconds for what a busy machine may take long for: the start, a look, a plan."""

WORD = "erase"
"""What has to be typed before a plan that destroys data."""

_LOOKED = re.compile(
    r"things? (is|are) broken\.|Nothing is broken|Nothing wrong was found"
    r"|for an unknown reason|could not be read within"
)
"""Where it stands, or that it cannot be told; said from the first look on."""

_LOOKING = re.compile(r"\d+ of \d+ read, ")
"""How far a look has come, which is said until its end."""

_STILL = 3.0
"""Seconds after which keys that led nowhere are pressed again: they do nothing more than pressed once."""

_STAMP = re.compile(r"What was checked \((\d\d:\d\d:\d\d, [^)]+)\)")
"""When the last look ended and how long it took: two may end in one second."""

_NOT_READ = re.compile(r"\d+ not read")
"""Something could not be read in time."""

_CONSOLE = "w what happened"
"""In the line of keys of the console, and of no other screen."""

_DONE = "Done and verified."
_NOTHING = "Nothing to do: already in this state."
_STOPPED = re.compile(r"\d+ of \d+ operations? done\.|Nothing was started\.")
_GO_BACK = "No, go back"
_TYPED = re.compile(rf"to confirm[ \[]+{WORD}\b")
_BOLD = "\x1b[1m"

_BARS = " │┃█"
"""How a scroll bar at the right edge is drawn, and the blanks before it."""

_CUT = 10
"""Characters at the beginning of a title that stay where it is cut in the middle for want of room."""

_SURE = 20
"""Characters at the beginning of a sentence that are on one line of any box and any column."""


def flat(screen: str) -> str:
    """A screen with every run of blanks and line ends as one blank, so that a sentence is found in it.

    Scroll bars, which are there only where a pane is full, are left out.
    """
    return " ".join(" ".join(line.rstrip(_BARS) for line in screen.splitlines()).split())


def like(sentence: str) -> re.Pattern[str]:
    """A sentence with whatever numbers: ages and shares go on while it is read."""
    return re.compile(re.sub(r"\d+", r"\\d+", re.escape(sentence)))


class Console(Struct, frozen=True):
    """The program on a guest's console.

    Attributes:
        guest: the machine.
        terminal: its console, with the program's own console as the screen in front.
    """

    guest: Guest
    terminal: Terminal

    def mend(
        self,
        finding: Mapping[str, Any],
        way: int,
        place: int = 0,
        meanwhile: Callable[[], object] = lambda: None,
    ) -> None:
        """Take a way out that is a plan, and see it carried out and the finding gone.

        Args:
            finding: as `doctor --json` tells it.
            way: number of the way, 1 for the first.
            place: of the finding among all, 0 for the first.
            meanwhile: done before its questions are answered: what they ask about.
        """
        ended = self._run(finding, way, place, meanwhile)
        assert _DONE in ended, ended
        self.terminal.press("Enter")
        repaired = like(f"Repaired, and checked again: {finding['summary']}")
        self._wait(lambda screen: repaired.search(screen) is not None, "the finding is repaired")
        self._leave()

    def carry_out(self, finding: Mapping[str, Any], way: int) -> None:
        """Do the same with a plan of the first finding after which that is still there."""
        ended = self._run(finding, way)
        assert _DONE in ended, ended
        self.terminal.press("Enter")
        self._go_back()

    def try_to_mend(self, finding: Mapping[str, Any], way: int) -> str:
        """Do the same with a plan that is stopped by what it finds, and return what is said of that."""
        ended = self._run(finding, way)
        assert _STOPPED.search(ended), ended
        self.terminal.press("Escape")
        self.terminal.wait_for("Enter what went wrong")
        self.terminal.press("Escape")
        self._go_back()
        return ended

    def _run(
        self,
        finding: Mapping[str, Any],
        way: int,
        place: int = 0,
        meanwhile: Callable[[], object] = lambda: None,
    ) -> str:
        fix = finding["fixes"][way - 1]
        # What follows from a cause has the way to that cause before its own.
        key = way + (finding["weight"] == "consequence")
        self._find(finding["summary"], f"{key} plan {fix['title'][:_CUT]}", place)
        self.terminal.press(str(key))
        meanwhile()
        for number, question in enumerate(fix["confirm"], start=1):
            words = f"Question {number} of {len(fix['confirm'])}."
            self.terminal.wait_for(words, question[:_SURE], deadline=SLOW)
            self.terminal.press("Right", "Enter")
        plan = fix["plan"]
        self._wait(lambda screen: plan["title"] in screen and " Runs " in screen, plan["title"])
        self.terminal.press("Enter")
        shown = self._wait(lambda screen: _GO_BACK in screen or _is_over(screen), "a question or the end")
        if _GO_BACK in shown:
            self._confirm(typed=plan["risk"] == "destroys")
            shown = self._wait(_is_over, "the end of the plan")
        return shown

    def _find(self, summary: str, way: str, place: int) -> None:
        """Open the screen and go to a finding.

        What the first look could not read for want of time is read with more, once. After that the screen
        looks by itself when the host changes; keys are pressed only while no look runs.
        """
        self.terminal.press("r")
        shown = self._wait(_has_rested, "the end of the first look")
        stamp = _STAMP.findall(shown)
        if stamp and _NOT_READ.search(shown):
            self.terminal.press("F5")
            self._wait(
                lambda screen: _has_rested(screen) and _STAMP.findall(screen) != stamp,
                "a look with more time",
            )
        found, pressed = like(summary), [float("-inf")]

        def is_ready(screen: str) -> bool:
            if not _has_rested(screen):
                return False
            if found.search(screen) is not None and way in screen:
                return True
            # A list that is drawn again keeps the cursor on its finding, wherever that is now.
            if time.monotonic() - pressed[0] > _STILL:
                self.terminal.press("Home", *("Down",) * place)
                pressed[0] = time.monotonic()
            return False

        self._wait(is_ready, f"{way}, of: {summary}")

    def _confirm(self, *, typed: bool) -> None:
        """Say yes, by a word where one is wanted; the focus is on no."""
        if not typed:
            self.terminal.press("Right", "Enter")
            return
        self.terminal.wait_for(f'Type "{WORD}" to confirm')
        self.terminal.write(WORD)
        self.terminal.wait_until(lambda screen: _TYPED.search(screen) is not None, "the word as typed", SLOW)
        self.terminal.press("Enter")
        self.terminal.wait_until(lambda _screen: self._is_on_yes(), "the focus on yes")
        self.terminal.press("Enter")

    def _is_on_yes(self) -> bool:
        """Whether the button behind the one that goes back is drawn bold, as what has the focus is."""
        lines = [one for one in self.terminal.screen(styled=True).splitlines() if _GO_BACK in one]
        return len(lines) == 1 and _BOLD in lines[0].partition(_GO_BACK)[2]

    def _go_back(self) -> None:
        """Leave the screen once it is there again and has looked."""
        self._wait(lambda screen: not is_looking(screen) and "Esc back" in screen, "the finding")
        self._leave()

    def _leave(self) -> None:
        self.terminal.press("Escape")
        self.terminal.wait_for(_CONSOLE, deadline=SLOW)

    def _wait(self, holds: Callable[[str], bool], what: str) -> str:
        """Wait until a condition holds for the flat screen, and return that."""
        return flat(self.terminal.wait_until(lambda screen: holds(flat(screen)), what, SLOW))


def is_looking(screen: str) -> bool:
    """Whether a look at the host goes on, by the flat screen."""
    return _LOOKING.search(screen) is not None


def _has_rested(screen: str) -> bool:
    return _LOOKED.search(screen) is not None and not is_looking(screen)


def _is_over(screen: str) -> bool:
    return _DONE in screen or _NOTHING in screen or _STOPPED.search(screen) is not None


@contextmanager
def recovery_console(guest: Guest) -> Iterator[Console]:
    """Start the program on a guest's console, and end it."""
    with on_console(guest, "iscsi-console", columns=80, rows=60) as terminal:
        terminal.wait_for(_CONSOLE, deadline=SLOW)
        yield Console(guest, terminal)
