"""The first lesson on a terminal, in Chinese, by the keys and values that its text names."""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lab.speaking import CHINESE, speaking, squeezed
from tests.lab.terminal import Terminal
from tui.lab.places import project_folder
from tui.practice.reading import FOLDER, read_scenario
from tui.screens.setup.page import next_word
from tui.setup.step import Step
from tui.storage.stacks.layer_words import layer_word
from tui.storage.stacks.rung import RungKind
from tui.words import translate as _, translate_in

pytestmark = pytest.mark.lab

SLOW = 240.0
"""Seconds for what a busy machine may take long for."""

LESSON = FOLDER / "01-what-iscsi-is"
NAME = "iqn.2003-01.org.linux-iscsi.lab:pupil"
PORTAL = "192.0.2.10"
TARGET = "first"
LAYERS = (RungKind.PORTAL, RungKind.SESSION)


@pytest.fixture
def locale() -> Iterator[str]:
    with speaking(CHINESE):
        yield CHINESE


class Learner:
    """Does what a step says, and nothing that it does not name."""

    def __init__(self, terminal: Terminal) -> None:
        self._terminal = terminal
        self._do = ""
        self._console = f"w {_('what happened')}"
        """In the key bar of the console, and of no other screen."""

    def begin(self, title: str, do: str) -> None:
        """Read a step on the sheet, and go to the console by Escape."""
        self._do = do
        self.read(title, f"Esc {_('console')}")
        self._terminal.press("Escape")
        self.see_console(f"F6 {_('task')}")

    def press(self, key: str, *texts: str) -> None:
        """Press a key that the step names, and wait for what it leads to."""
        named = {"Escape": "Esc", "C-d": "Ctrl-D"}.get(key, key)
        assert re.search(rf"(?<![A-Za-z]){re.escape(named)}(?![A-Za-z])", self._do), f"{key}: {self._do}"
        self._terminal.press(key)
        self.read(*texts)

    def type(self, text: str) -> None:
        """Type what the sheet says."""
        self._terminal.write(text)
        self.read(text)

    def read(self, *texts: str) -> None:
        """Wait for texts on the screen."""
        wanted = [squeezed(text) for text in texts]
        self._terminal.wait_until(
            lambda screen: all(text in squeezed(screen) for text in wanted), repr(texts), SLOW
        )

    def see_console(self, *texts: str) -> None:
        """Wait for the console."""
        self.read(self._console, *texts)

    def go_to(self, layer: RungKind) -> None:
        """Put the cursor on a layer by Home and Down, as on any list."""
        self._move("Home", TARGET)
        for above in LAYERS[: LAYERS.index(layer) + 1]:
            self._move("Down", layer_word(above))

    def _move(self, key: str, layer: str) -> None:
        self._terminal.press(key)
        cursor = re.compile(rf"▌\S? *{layer}")
        self._terminal.wait_until(lambda screen: cursor.search(screen) is not None, f"on {layer}", SLOW)

    def turn(self, key: str) -> None:
        """Press a key until another page is there."""
        before = self._terminal.screen()
        self.press(key)
        self._terminal.wait_until(lambda screen: screen != before, "another page", SLOW)

    def go_on_to(self, step: Step) -> None:
        """Press Enter, page by page, until that of a step is there."""
        for _key in range(9):
            if squeezed(step.question) in squeezed(self._terminal.screen()):
                return
            self.turn("Enter")
        raise AssertionError(self._terminal.screen())

    def leave_set_up(self) -> None:
        """Press Escape, page by page, until the console is there."""
        for _key in range(60):
            if squeezed(self._console) in squeezed(self._terminal.screen()):
                return
            self.turn("Escape")
        raise AssertionError(self._terminal.screen())

    def run_plan(self) -> None:
        """Run the plan in front by Enter; a question about it is answered with its second button."""
        done, no = squeezed(_("Done and verified.")), squeezed(_("No, go back"))
        self.press("Enter")
        shown = self._terminal.wait_until(
            lambda screen: done in squeezed(screen) or no in squeezed(screen), "the end", SLOW
        )
        if no in squeezed(shown):
            self._terminal.press("Right", "Enter")
            self.read(done)
        self._terminal.press("Escape")
        self.see_console()

    def done(self, title: str) -> None:
        """See that the step is done, and open the sheet with the next."""
        self.read(_("Done: {title}. Press F6 for the next step.").format(title=title).partition(".")[0])
        self._terminal.press("F6")


def test_the_first_lesson_by_what_it_says(locale: str, tmp_path: Path) -> None:
    lesson = read_scenario(LESSON)
    steps = lesson.steps
    environment = {
        "XDG_STATE_HOME": str(tmp_path),
        "LANG": locale,
        "LC_ALL": "",  # It goes before LANG, and tmux has its own.
        "PYTHONPATH": str(project_folder()),
    }
    program = (sys.executable, "-m", "tui", "practice")
    start = f"Enter {translate_in('key: begin this exercise', 'start')}"
    with Terminal(program, columns=100, rows=50, environment=environment) as terminal:
        learner = Learner(terminal)
        learner.read(lesson.title, start)
        terminal.press("Enter")

        learner.begin(steps[0].title, steps[0].do)
        learner.press("s", Step.NAME.question)
        learner.type(NAME)
        learner.press("Enter", Step.CHAP.question, NAME)
        learner.leave_set_up()
        learner.done(steps[0].title)

        learner.begin(steps[1].title, steps[1].do)
        learner.press("s", _("Set up storage"), f"Enter {next_word()}")
        learner.go_on_to(Step.DISCOVER)
        learner.type(PORTAL)
        learner.press("Enter", f"lab:{TARGET}", f"Enter {next_word()}")
        learner.press("Enter", Step.TARGET.question)
        learner.press("Enter", Step.LOG_IN.question)
        learner.leave_set_up()
        learner.done(steps[1].title)

        learner.begin(steps[2].title, steps[2].do)
        learner.go_to(RungKind.PORTAL)
        learner.press("l", "iscsiadm", "--login")
        learner.run_plan()
        learner.read("LOGGED_IN")
        learner.done(steps[2].title)

        learner.begin(steps[3].title, steps[3].do)
        learner.press("F7")
        terminal.wait_until(lambda screen: screen.rstrip().endswith("#"), "a prompt", SLOW)
        terminal.write(steps[3].commands[0])
        terminal.press("Enter")
        learner.read("copied")
        learner.press("C-d")
        learner.see_console()
        learner.done(steps[3].title)

        learner.begin(steps[4].title, steps[4].do)
        learner.go_to(RungKind.SESSION)
        learner.press("l", "iscsiadm", "--logout")
        learner.run_plan()
        learner.read(steps[4].title)
        terminal.press("q")
        learner.read(_("Leave"))
        terminal.press("Enter")
        learner.read(start)
        terminal.press("q")
        assert terminal.status() == 0
