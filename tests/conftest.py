"""What every test needs: an environment that looks the same on every machine."""

import os
from pathlib import Path

import pytest
from hypothesis import settings
from textual.pilot import Pilot

from tests.progress import Progress
from tests.waiting import AT_MOST
from tui.storage.changing import run_plan
from tui.storage.changing.run_plan import Places

_TERMINAL_VARIABLES = ("NO_COLOR", "COLORFGBG", "COLUMNS", "LINES")
_LANGUAGE_VARIABLES = ("LANGUAGE", "LC_ALL", "LC_MESSAGES")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add what a run may show or keep; see `tests.lab.sharing` and `tests.progress`."""
    parser.addoption(
        "--fresh-guests",
        action="store_true",
        help="give every test of the lab a fresh guest, never a shared one",
    )
    parser.addoption(
        "--keep-durations", action="store_true", help="write how long the tests took to tests/durations.json"
    )


def pytest_configure(config: pytest.Config) -> None:
    """Choose English before a module opens its catalogue, and let tests take their time."""
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(Progress(config), "console-progress")
    for name in _LANGUAGE_VARIABLES:
        os.environ.pop(name, None)
    os.environ["LANG"] = "C.UTF-8"
    # How long one example takes depends on what else the machine does, and says nothing about the program.
    settings.register_profile("console", deadline=None)
    settings.load_profile("console")
    # Nor does how long it takes until a screen has done with a key; Textual's own limit is 30 seconds.
    Pilot._wait_for_screen.__defaults__ = (AT_MOST,)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """See that every test of the lab is where the lab's tests are looked for (Makefile)."""
    lab = Path(__file__).parent / "lab"
    strays = [
        item.nodeid for item in items if item.get_closest_marker("lab") and lab not in item.path.parents
    ]
    if strays:
        raise pytest.UsageError(f"Tests with the mark `lab` belong into tests/lab: {', '.join(strays)}")


@pytest.fixture(autouse=True)
def plain_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hide what the developer's terminal says: an App made in a test looks as on any other machine."""
    for name in os.environ:
        if name.startswith("TEXTUAL_") and not name.startswith("TEXTUAL_SNAPSHOT"):
            monkeypatch.delenv(name)
    for name in _TERMINAL_VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLORTERM", "truecolor")


@pytest.fixture(autouse=True)
def own_places(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Keep journals and the change lock of a test apart from those of the machine it runs on."""
    monkeypatch.setattr(run_plan, "PLACES", Places(tmp_path / "own-journals", tmp_path / "own-lock"))
