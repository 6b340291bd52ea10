"""Captured hosts side by side, on a screen."""

from pathlib import Path
from typing import Any

import pytest
from textual.message import Message
from textual.pilot import Pilot
from textual.screen import Screen

from tests.fleet.hosts import CONF, NOW, SINGLE, varied, written
from tests.screens.driving import COLOUR, LARGE, MONO, SMALL, OneScreen, flat_text, press, settle, workers_end
from tests.snapshot import SnapCompare
from tui.app import SET_UP
from tui.fleet.fleet import MAX_AGE
from tui.fleet_app import FleetApp
from tui.screens.console.console_screen import ConsoleScreen
from tui.screens.fleet import fleet_screen
from tui.screens.fleet.finding_screen import FindingScreen
from tui.screens.fleet.fleet_screen import READING, FleetScreen, Surveyed
from tui.screens.setup.setup_screen import SetupScreen
from widgets.look import Look
from widgets.table import PickList
from widgets.tables.grid import Grid

TINY = (60, 20)


def shorter(document: dict[str, Any]) -> None:
    """Have another timer for records to come."""
    document["read"][CONF] = document["read"][CONF].replace("timeout = 120", "timeout = 15")


def captures() -> dict[str, str]:
    """Five hosts, one of them captured long ago, and a file that is cut off."""
    return {
        "db1": varied(SINGLE, "db1"),
        "db2": varied(SINGLE, "db2", change=shorter),
        "db3": varied("record-only", "db3"),
        "db4": varied("failed-session", "db4", now=NOW - 3 * 86_400),
        "db5": varied("lost-disk", "db5"),
        "cut": varied("bare", "cut")[:3000],
    }


@pytest.fixture
def directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A directory with captures, by a name that is the same everywhere."""
    (tmp_path / "captures").mkdir()
    written(tmp_path / "captures", captures())
    monkeypatch.chdir(tmp_path)
    # What is shown meanwhile depends on which capture was read first.
    monkeypatch.setattr(fleet_screen, "_SOON", 600.0)
    return "captures"


def screen(directory: str, opened: list[str], look: Look = COLOUR) -> OneScreen:
    """The screen alone; what it opens is kept."""
    return OneScreen(FleetScreen(directory, MAX_AGE, opened.append, lambda: NOW + 60), look)


def is_in_front(app: FleetApp, kind: type[Screen[Any]]) -> bool:
    """Whether a screen of some kind is the one in front."""
    return isinstance(app.screen, kind)


async def read(pilot: Pilot[int]) -> None:
    """Wait until every capture was read and is shown."""
    for _turn in range(3):
        await workers_end(pilot, {READING})
        await pilot.pause()


async def test_the_worst_is_first_and_the_table_shows_what_it_is_about(directory: str) -> None:
    async with screen(directory, []).run_test(size=LARGE) as pilot:
        await read(pilot)
        said = flat_text(pilot)
        assert "5 hosts: 2 danger" in said
        assert "danger 2 hosts db1, db2 have the same file system mounted from one LUN." in said
        assert "Not read: cut.json" in said
        grid = pilot.app.screen.query_one(Grid)
        assert (grid.key, grid.column) == ("lun naa.6001405d16f77073e8f52bf8b4899727", 0)
        assert "db1: mounted /iscsi data" in said


async def test_the_table_grows_while_captures_are_read(
    directory: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fleet_screen, "_SOON", 0.0)
    monkeypatch.setattr(fleet_screen, "_SHARE", 0.0)
    heard: list[Message] = []
    async with screen(directory, []).run_test(size=LARGE, message_hook=heard.append) as pilot:
        await read(pilot)
        counts = [one.read for one in heard if isinstance(one, Surveyed)]
        assert set(counts) == set(range(1, 7))
        assert "5 hosts: 2 danger" in flat_text(pilot)
        assert "captures read" not in flat_text(pilot)
        assert pilot.app.screen.query_one(PickList).key == "finding 0"
        assert pilot.app.screen.query_one(Grid).key == "lun naa.6001405d16f77073e8f52bf8b4899727"


async def test_enter_on_a_finding_of_several_hosts_explains_it_and_opens_one(directory: str) -> None:
    opened: list[str] = []
    async with screen(directory, opened).run_test(size=LARGE) as pilot:
        await read(pilot)
        await press(pilot, "enter")
        assert isinstance(pilot.app.screen, FindingScreen)
        said = flat_text(pilot)
        assert "the file system is being destroyed" in said
        assert "db2: ext4 at /iscsi data" in said
        await press(pilot, "down", "enter")
        assert opened == ["db2.json"]
        await press(pilot, "escape")
        assert isinstance(pilot.app.screen, FleetScreen)


async def test_enter_on_a_finding_of_one_host_opens_it(directory: str) -> None:
    opened: list[str] = []
    async with screen(directory, opened).run_test(size=LARGE) as pilot:
        await read(pilot)
        picks = pilot.app.screen.query_one(PickList)
        own = next(row.key for row in picks.rows if row.values[0] == "db5")
        assert picks.go_to(own)
        await press(pilot, "enter")
        assert opened == ["db5.json"]


async def test_enter_in_the_table_opens_the_host_of_the_column(directory: str) -> None:
    opened: list[str] = []
    async with screen(directory, opened).run_test(size=SMALL) as pilot:
        await read(pilot)
        await press(pilot, "tab", "right", "right", "right", "enter")
        assert opened == ["db4.json"]
        assert "The capture of this host is old." in flat_text(pilot)


async def test_what_is_not_known_is_said_whole(directory: str) -> None:
    opened: list[str] = []
    async with screen(directory, opened).run_test(size=SMALL, notifications=True) as pilot:
        await read(pilot)
        await press(pilot, "end", "enter")
        assert opened == []
        assert "not a capture of this program, or truncated" in flat_text(pilot)


@pytest.mark.parametrize("name", ["nowhere", "empty"])
async def test_a_directory_without_captures_says_so(name: str, directory: str) -> None:
    Path("empty").mkdir()
    async with screen(name, []).run_test(size=SMALL) as pilot:
        await read(pilot)
        said = flat_text(pilot)
        assert "No capture was read." in said
        assert "iscsi-console capture FILE" in said
        written(Path(name) if name == "empty" else Path("empty"), {"db1": varied(SINGLE, "db1")})
        await press(pilot, "ctrl+r")
        await read(pilot)
        assert ("1 host: " in flat_text(pilot)) is (name == "empty")


async def test_the_console_of_a_host_is_read_only_and_leads_back(directory: str) -> None:
    app = FleetApp(COLOUR, directory, MAX_AGE * 100_000)
    async with app.run_test(size=LARGE, notifications=True) as pilot:
        await read(pilot)
        app.open_host("db1.json")
        await settle(pilot)
        assert is_in_front(app, ConsoleScreen)
        said = flat_text(pilot)
        assert "recorded host" in said
        assert "db1" in said
        await press(pilot, "escape")
        assert is_in_front(app, FleetScreen)
        Path(directory, "db1.json").unlink()
        app.open_host("db1.json")
        await settle(pilot)
        assert is_in_front(app, FleetScreen)
        assert "could not be read" in flat_text(pilot)


async def test_the_set_up_of_an_opened_host_is_about_that_host(directory: str) -> None:
    app = FleetApp(COLOUR, directory, MAX_AGE * 100_000)
    async with app.run_test(size=LARGE) as pilot:
        await read(pilot)
        app.open_host("db2.json")
        await settle(pilot)
        app.open(SET_UP)
        await settle(pilot)
        assert is_in_front(app, SetupScreen)
        assert "db2" in flat_text(pilot)


@pytest.mark.parametrize("size", [TINY, SMALL, LARGE], ids=["60x20", "80x24", "120x40"])
@pytest.mark.parametrize("look", [COLOUR, MONO], ids=["colour", "mono"])
def test_looks(snap_compare: SnapCompare, look: Look, size: tuple[int, int], directory: str) -> None:
    assert snap_compare(screen(directory, [], look), terminal_size=size, run_before=read)


def test_look_of_a_finding(snap_compare: SnapCompare, directory: str) -> None:
    async def open_first(pilot: Pilot[int]) -> None:
        await read(pilot)
        await press(pilot, "enter")

    assert snap_compare(screen(directory, []), terminal_size=SMALL, run_before=open_first)
