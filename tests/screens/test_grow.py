"""The screen that lets a stack grow: bars, the next step, and the plan it leads to."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from textual.pilot import Pilot

from tests.maintenance.stacks_that_grow import SUBJECT, facts, grown, level, with_path_down
from tests.screens.driving import COLOUR, LARGE, MONO, ROOT, SMALL, OneScreen, flat_text, press, settle
from tests.setup.building import MIB
from tests.snapshot import SnapCompare
from tests.storage.scripted_host import ScriptedHost
from tui.maintenance.growth_sizes import SizeFacts
from tui.maintenance.growth_targets import Subject
from tui.screens.grow import grow_screen as module
from tui.screens.grow.grow_screen import GrowScreen
from tui.screens.plan.plan_screen import PlanScreen
from tui.storage.host.command_log import CommandLogHost
from tui.storage.model.inventory import Inventory
from tui.storage.operations.lvm.extend_logical_volume import ExtendLogicalVolume
from widgets.look import Look

Scene = tuple[Inventory, SizeFacts]


def enlarged() -> Scene:
    """The array has 1 GiB, two paths, nothing has followed."""
    inventory = level(paths=2)
    return inventory, facts(inventory, array=1024 * MIB)


def half_way() -> Scene:
    """The volume is next."""
    inventory = grown(level(), lun=1024, pv=1020)
    return inventory, facts(inventory)


def down() -> Scene:
    """One of the two paths is down."""
    inventory = with_path_down(level(paths=2))
    return inventory, facts(inventory)


def even() -> Scene:
    """Nothing lags."""
    inventory = level()
    return inventory, facts(inventory)


SCENES: dict[str, Callable[[], Scene]] = {
    "enlarged": enlarged, "half-way": half_way, "down": down, "even": even,
}  # fmt: skip


def grow_app(
    patch: pytest.MonkeyPatch, scene: Scene, look: Look = COLOUR, subjects: tuple[Subject, ...] = (SUBJECT,)
) -> OneScreen:
    """The screen on a scene."""
    inventory, told = scene
    patch.setattr(module, "take_inventory", lambda _host: inventory)
    patch.setattr(module, "read_facts", lambda _host, _inventory, _subject: told)
    return OneScreen(GrowScreen(CommandLogHost(ScriptedHost()), ROOT, inventory, subjects), look)


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> Callable[..., OneScreen]:
    return partial(grow_app, monkeypatch)


def proposal_of(pilot: Pilot[Any]) -> PlanScreen:
    screen = pilot.app.screen
    assert isinstance(screen, PlanScreen)
    return screen


async def test_the_first_rung_that_lags_is_named_and_the_whole_way_is_offered(
    opened: Callable[..., OneScreen],
) -> None:
    async with opened(enlarged()).run_test(size=SMALL) as pilot:
        await settle(pilot)
        shown = flat_text(pilot)
        assert "← next: the array reports 1 GiB" in shown
        assert "rescan it on every path" in shown
        await press(pilot, "enter")
        names = [type(one).__name__ for one in proposal_of(pilot).proposal.plan.operations]
        assert names == [
            "RescanPaths", "ResizeMap", "ResizePhysicalVolume", "ExtendLogicalVolume", "GrowFilesystem",
        ]  # fmt: skip
        await press(pilot, "escape")
        assert isinstance(pilot.app.screen, GrowScreen)


async def test_only_the_next_step_and_half_of_what_is_free(opened: Callable[..., OneScreen]) -> None:
    async with opened(half_way()).run_test(size=SMALL) as pilot:
        await settle(pilot)
        await press(pilot, "right", "tab", *["backspace"] * 4, *"50%", "enter")
        (step,) = proposal_of(pilot).proposal.plan.operations
        assert isinstance(step, ExtendLogicalVolume)
        assert (step.share, step.extents) == (50, 0)


async def test_so_much_more_is_counted_from_what_it_has(opened: Callable[..., OneScreen]) -> None:
    async with opened(half_way()).run_test(size=SMALL) as pilot:
        await settle(pilot)
        await press(pilot, "right", "tab", *["backspace"] * 4, *"100M", "enter")
        (step,) = proposal_of(pilot).proposal.plan.operations
        assert isinstance(step, ExtendLogicalVolume)
        assert step.extents == (508 + 100) // 4


async def test_what_is_no_size_is_said_below_the_field(opened: Callable[..., OneScreen]) -> None:
    async with opened(half_way()).run_test(size=SMALL) as pilot:
        await settle(pilot)
        await press(pilot, "tab", *["backspace"] * 4, *"lots", "enter")
        assert isinstance(pilot.app.screen, GrowScreen)
        assert "lots is not a valid size" in flat_text(pilot)


async def test_a_path_that_is_down_leaves_nothing_to_choose(opened: Callable[..., OneScreen]) -> None:
    async with opened(down()).run_test(size=SMALL) as pilot:
        await settle(pilot)
        assert "The path sdb is down (session 2)." in flat_text(pilot)
        await press(pilot, "enter")
        assert isinstance(pilot.app.screen, GrowScreen)


async def test_another_volume_can_be_chosen(opened: Callable[..., OneScreen]) -> None:
    two = (SUBJECT, Subject("vg_data", "logs"))
    async with opened(even(), subjects=two).run_test(size=SMALL) as pilot:
        await settle(pilot)
        await press(pilot, "shift+tab", "right")
        assert "Sizes of vg_data/logs" in flat_text(pilot)


@pytest.mark.parametrize("look", [COLOUR, MONO], ids=["colour", "mono"])
@pytest.mark.parametrize("size", [SMALL, LARGE], ids=["80x24", "120x40"])
@pytest.mark.parametrize("scene", SCENES)
def test_a_picture(
    snap_compare: SnapCompare,
    opened: Callable[..., OneScreen],
    scene: str,
    size: tuple[int, int],
    look: Look,
) -> None:
    async def bring_there(pilot: Pilot[Any]) -> None:
        await settle(pilot)

    assert snap_compare(opened(SCENES[scene](), look), terminal_size=size, run_before=bring_there)
