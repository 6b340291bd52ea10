"""The wizard in Chinese on a guest's own console, by keys."""

from collections.abc import Iterator

import pytest

from tests.lab.conftest import GuestFactory
from tests.lab.on_console import on_console
from tests.lab.speaking import CHINESE, speaking, squeezed
from tests.lab.terminal import Terminal
from tests.lab.volumes import sh
from tui.lab.guest import Guest
from tui.screens.setup.page import next_word
from tui.setup.step import Step
from tui.storage.cells import cells
from tui.words import translate as _

pytestmark = pytest.mark.lab

SLOW = 240.0
"""Seconds for what a busy machine may take long for: the start, a login, a look, a plan."""

COLUMNS = 100
PORTAL = "192.0.2.10"
QUESTIONS = tuple(step.question for step in Step)
"""What the pages ask in English."""

STATE = "cat /sys/class/iscsi_session/session1/state"


@pytest.fixture(scope="module", autouse=True)
def chinese() -> Iterator[None]:
    with speaking(CHINESE):
        yield


@pytest.fixture(scope="module")
def guest(guest_factory: GuestFactory) -> Guest:
    return guest_factory("open")


def see(terminal: Terminal, *texts: str) -> None:
    """Wait for texts, whatever line they are broken into."""
    wanted = [squeezed(text) for text in texts]
    shown = terminal.wait_until(
        lambda screen: all(text in squeezed(screen) for text in wanted), repr(texts), SLOW
    )
    assert not [one for one in QUESTIONS if one in shown]
    assert max(map(cells, shown.splitlines())) <= COLUMNS


def turn(terminal: Terminal, words: str, step: Step, *texts: str) -> None:
    """Press Enter where it is said to do something, and see the page of a step."""
    see(terminal, f"Enter {words}")
    terminal.press("Enter")
    see(terminal, step.question, *texts)


def say_yes(terminal: Terminal, no: str, *texts: str) -> None:
    """Answer a question with its yes, which stands behind the no that has the focus: it is drawn bold.

    Below the buttons the bar of keys names the one that has the focus as well.
    """
    see(terminal, no, *texts)

    def bold(*, yes: bool) -> bool:
        lines = [line for line in terminal.screen(styled=True).splitlines() if no in line]
        return bool(lines) and "\x1b[1m" in lines[0].partition(no)[2 if yes else 0]

    terminal.wait_until(lambda _screen: bold(yes=False), f"the focus on {no}", SLOW)
    terminal.press("Right")
    terminal.wait_until(lambda _screen: bold(yes=True), f"the focus behind {no}", SLOW)
    terminal.press("Enter")


def test_the_wizard_from_the_name_to_a_mount(guest: Guest) -> None:
    with on_console(guest, "iscsi-console", "setup", columns=COLUMNS, rows=40, locale=CHINESE) as terminal:
        see(terminal, Step.NAME.question, *(step.label for step in Step if step.is_asked))
        turn(terminal, _("set name"), Step.CHAP)
        turn(terminal, next_word(), Step.DISCOVER)
        terminal.write(PORTAL)
        see(terminal, PORTAL)
        turn(terminal, _("discover"), Step.DISCOVER, "lab:t1")
        turn(terminal, next_word(), Step.TARGET)
        turn(terminal, _("store"), Step.LOG_IN)
        turn(terminal, _("log in"), Step.LOG_IN, "LOGGED_IN")
        turn(terminal, next_word(), Step.VOLUMES)
        turn(terminal, next_word(), Step.MOUNT, "/srv/data")
        turn(terminal, next_word(), Step.BOOT)
        turn(terminal, _("review"), Step.REVIEW)
        see(terminal, f"Enter {_('set up')}")
        terminal.press("Enter")
        say_yes(terminal, _("No, go back"), _("Set this up now?"))
        mounted = _("{volume} is mounted at {point}, and a file was written and read there.")
        see(terminal, Step.DONE.question, mounted.format(volume="vg_data/data", point="/srv/data"))

    assert sh(guest, STATE) == "LOGGED_IN"
    assert sh(guest, "findmnt -no SOURCE --mountpoint /srv/data") == "/dev/mapper/vg_data-data"
    identity = sh(guest, "findmnt -no UUID --mountpoint /srv/data")
    assert sh(guest, "awk '$2 == \"/srv/data\" { print $1 }' /etc/fstab") == f"UUID={identity}"
    sh(guest, "findmnt --verify --fstab")
