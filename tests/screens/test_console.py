"""The console: the stacks of a host, the rung under the cursor, and what is said when there is nothing."""

import json
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from textual.pilot import Pilot

from tests.recovery.making import two_paths
from tests.screens.driving import COLOUR, LARGE, MONO, ROOT, SMALL, settle, text_of
from tests.screens.scenes import named
from tests.screens.scripted import ScriptedDriver
from tests.snapshot import SnapCompare
from tui.app import ConsoleApp
from tui.screens.access import access
from tui.screens.console.console_screen import ConsoleScreen
from tui.screens.console.details import details, title
from tui.screens.practice.catalogue import CatalogueScreen
from tui.screens.setup.setup_screen import SetupScreen
from tui.storage.host.recorded import RecordedHost
from tui.storage.model.block import MapPolicy
from tui.storage.probe.inventory import take_inventory
from tui.storage.stacks.rung import RungKind
from tui.storage.stacks.stack import stacks
from widgets.help import Help
from widgets.look import Look
from widgets.stack_view import RungList, StackView

MACHINES = Path(__file__).parent.parent / "machines"
NAMES = sorted(path.stem for path in MACHINES.glob("*.json"))
RECORDED = access(is_root=False, recorded=True)


def recorded(name: str) -> RecordedHost:
    return RecordedHost(str(MACHINES / f"{name}.json"))


def console(name: str, look: Look = COLOUR) -> ConsoleApp:
    return ConsoleApp(look, recorded(name), RECORDED, live=False)


@pytest.mark.parametrize("name", NAMES)
async def test_every_captured_host_can_be_looked_at(name: str) -> None:
    app = console(name)
    async with app.run_test(size=SMALL, notifications=True) as pilot:
        await settle(pilot)
        shown = text_of(pilot)
        assert "recorded host" in shown
        assert "\x1b" not in shown
        assert all(len(line) == 80 for line in shown.split("\n"))
        assert isinstance(app.screen, ConsoleScreen)


def test_the_details_of_a_map_say_how_its_paths_are_used() -> None:
    one = two_paths()
    (joined,) = one.multipath_maps
    policy = MapPolicy("service-time", "alua", 2, queues=True)
    inventory = replace(one, multipath_maps=(replace(joined, policy=policy),))
    (rung,) = (rung for stack in stacks(inventory) for rung in stack.rungs if rung.kind is RungKind.MULTIPATH)
    said = {(line.label, line.text) for line in details(rung, inventory)}
    assert {
        ("path_selector", "service-time"),
        ("hardware_handler", "alua"),
        ("no path", "queues I/O"),
    } <= said
    assert "path_selector" not in {line.label for line in details(rung, one)}


@pytest.mark.parametrize("name", NAMES)
def test_every_rung_has_details(name: str) -> None:
    inventory = take_inventory(recorded(name))
    for stack in stacks(inventory):
        for rung in stack.rungs:
            lines = (*title(rung, inventory), *details(rung, inventory))
            assert lines[0].state is not None
            assert all("\x1b" not in line.text for line in lines)


async def test_the_heading_over_the_first_broken_rung_is_in_sight_as_well() -> None:
    async with console("multipath-one-path").run_test(size=SMALL) as pilot:
        await settle(pilot)
        view = pilot.app.screen.query_one(StackView)
        assert view.rung is not None
        assert view.rung.key.startswith("session")
        assert view.query_one(RungList).scroll_offset.y == 0
        assert "iqn.2003-01.org.linux-iscsi.lab:t1" in text_of(pilot).split("\n")[1]


async def test_it_begins_at_the_first_broken_rung_and_explains_it() -> None:
    async with console("multipath-one-path").run_test(size=LARGE) as pilot:
        await settle(pilot)
        view = pilot.app.screen.query_one(StackView)
        assert view.rung is not None
        assert view.rung.kind == "session"
        shown = " ".join(text_of(pilot).split())
        assert "1 problem " in shown
        assert "The connection is lost" in shown


async def test_a_key_that_is_switched_off_says_why() -> None:
    app = console("single-path-ext4")
    async with app.run_test(size=SMALL, notifications=True) as pilot:
        await settle(pilot)
        await pilot.press("s")
        await settle(pilot)
        assert isinstance(app.screen, ConsoleScreen)
        assert "this is a recorded host" in text_of(pilot)


async def test_what_a_host_cannot_do_because_of_what_it_is_stands_on_its_first_page(tmp_path: Path) -> None:
    document = json.loads((MACHINES / "single-path-ext4.json").read_text())
    document["facts"]["/run/ostree-booted"] = document["facts"]["/usr/bin/findmnt"]
    capture = tmp_path / "ostree.json"
    capture.write_text(json.dumps(document))
    app = ConsoleApp(COLOUR, RecordedHost(str(capture)), RECORDED, live=False)
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        shown = " ".join(text_of(pilot).split())
        assert "boots from an image (OSTree)" in shown
        assert "rpm-ostree" in shown
        assert "/iscsi data" in shown


async def test_the_first_words_on_a_bare_host_lead_to_the_set_up_and_back() -> None:
    driver = ScriptedDriver(named())
    app = ConsoleApp(COLOUR, recorded("bare"), ROOT, live=False, make_driver=lambda _host: driver)
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        shown = " ".join(text_of(pilot).split())
        assert "There is no iSCSI storage on this host yet." in shown
        assert "Press s" in shown
        await pilot.press("s")
        await settle(pilot)
        assert type(app.screen) is SetupScreen
        await pilot.press("escape")
        await settle(pilot)
        assert "Press s" in " ".join(text_of(pilot).split())
        await pilot.press("q")
    assert app.return_value == 0


async def test_a_bare_host_offers_practice_and_a_tour(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.setenv("ISCSI_CONSOLE_LAB", str(tmp_path / "lab"))
    app = ConsoleApp(COLOUR, recorded("bare"), ROOT, live=False)
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        shown = " ".join(text_of(pilot).split())
        assert "Press F9: practice" in shown
        assert "Press F8: a tour" in shown
        await pilot.press("f9")
        await settle(pilot)
        assert isinstance(app.screen, CatalogueScreen)
        await pilot.press("escape")
        await settle(pilot)
        await pilot.press("f8")
        await settle(pilot)
        assert isinstance(app.screen, Help)
        await pilot.press("escape")
        await settle(pilot)
        assert "recorded host" in text_of(pilot)
        assert "transport-offline" in text_of(pilot)
        await pilot.press("escape")
        await settle(pilot)
        assert "There is no iSCSI storage on this host yet." in text_of(pilot)


async def test_commands_and_help_are_there() -> None:
    async with console("single-path-ext4").run_test(size=SMALL) as pilot:
        await settle(pilot)
        await pilot.press("f2")
        assert "Commands run so far" in text_of(pilot)
        await pilot.press("escape", "f1")
        assert "How to read the stacks" in text_of(pilot)


@pytest.mark.parametrize("look", [COLOUR, MONO], ids=["colour", "mono"])
@pytest.mark.parametrize("size", [SMALL, LARGE], ids=["80x24", "120x40"])
@pytest.mark.parametrize("name", ["multipath-one-path", "bare"])
def test_a_console(snap_compare: SnapCompare, name: str, size: tuple[int, int], look: Look) -> None:
    async def bring_there(pilot: Pilot[Any]) -> None:
        await settle(pilot)

    assert snap_compare(console(name, look), terminal_size=size, run_before=bring_there)
