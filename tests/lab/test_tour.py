"""`make run` as a newcomer meets it, by keys alone: the card, the wizard, the console, keep and come back."""

import os
import sys
from pathlib import Path

import pytest

from tests.lab.terminal import Terminal
from tui.lab.kept import kept_machines
from tui.lab.places import Places

pytestmark = pytest.mark.lab

WAY = (
    ("Do the portal and the target require", "2 CHAP"),
    ("Which portal offers the storage?",),
)
"""What Enter leads to on the first pages."""
REST = (
    ("Which targets should this host use",),
    ("Log in, and see which disks appear",),
    ("session 1, LOGGED_IN",),
    ("Which volumes do you want?",),
    ("Where should the volumes be mounted?",),
    ("Should the storage be available after a reboot?",),
    ("This is what will be done.",),
    ("Set this up now?",),
)
"""And on those behind the discovery."""


@pytest.fixture
def places(tmp_path: Path) -> Places:
    """A lab of its own, with the images of the usual one, so that no machine of a person is met."""
    (tmp_path / "images").symlink_to(Places.of_environment().images)
    return Places(tmp_path)


def tried(places: Places) -> Terminal:
    """`lab try` on a terminal."""
    argv = (sys.executable, "-m", "tui", "lab", "try")
    environment = {"ISCSI_CONSOLE_LAB": str(places.root), "PYTHONPATH": os.pathsep.join(sys.path)}
    return Terminal(argv, environment=environment)


def walked(terminal: Terminal, *pages: tuple[str, ...]) -> None:
    """Go on with Enter, page by page."""
    for texts in pages:
        terminal.press("Enter")
        terminal.wait_for(*texts)


def left(terminal: Terminal, choice: str) -> None:
    """Leave the console with q, and answer what becomes of the machine."""
    terminal.press("q")
    terminal.wait_for("Keep this machine?", "Keep", "Discard", "Stay")
    terminal.press(*{"keep": ("Enter",), "discard": ("Right", "Enter")}[choice])


def test_from_the_card_to_a_kept_machine_and_back(places: Places) -> None:
    with tried(places) as terminal:
        terminal.wait_for("Portal 192.0.2.10, port 3260", "CHAP for discovery: none", deadline=300)
        terminal.press("Escape")
        terminal.wait_for("What is this host called", "192.0.2.10:3260, no CHAP", "F6", "F7")
        walked(terminal, *WAY)
        terminal.write("192.0.2.10")
        walked(terminal, ("answers", "1 target"), *REST)
        terminal.press("Tab", "Enter")
        terminal.wait_for("is mounted at /srv/data", deadline=180)
        terminal.press("Enter")
        terminal.wait_for("what happened", "/srv/data", "Practice machine")
        left(terminal, "keep")
        assert terminal.status(120) == 0
        said = terminal.history()
        assert "The practice machine is kept. Come back to it:" in said
        assert "sudo" not in said
    assert [kept.name for kept in kept_machines(places)] == ["trial"]
    with tried(places) as terminal:
        terminal.wait_for("Portal 192.0.2.10, port 3260", deadline=300)
        terminal.press("Escape")
        terminal.wait_for("what happened", "/srv/data", "LOGGED_IN")
        left(terminal, "discard")
        assert terminal.status(120) == 0
        assert "Nothing on this host was changed." in terminal.history()
    assert kept_machines(places) == ()
