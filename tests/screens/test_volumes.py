"""The screens of a volume group: what can be done, the few questions of each, and the plan it leads to."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from msgspec.structs import replace
from textual.pilot import Pilot

from tests.maintenance.stacks_that_grow import grown, level, with_second_disk
from tests.screens.driving import COLOUR, LARGE, MONO, ROOT, SMALL, OneScreen, flat_text, press, settle
from tests.setup.building import MIB, logged_in
from tests.snapshot import SnapCompare
from tests.storage.scripted_host import ScriptedHost
from tui.screens.access import Access, access
from tui.screens.plan.plan_screen import PlanScreen
from tui.screens.volumes import volumes_screen as module
from tui.screens.volumes.form import TaskScreen
from tui.screens.volumes.volumes_screen import VolumesScreen
from tui.storage.host.command_log import CommandLogHost
from tui.storage.model.inventory import Inventory
from tui.storage.model.lvm import LogicalVolume
from tui.storage.operations.operation import Operation
from tui.storage.probe.devices.fill import Fill
from widgets.look import Look

FILLS = (
    Fill("vg_data", "night", 91.4),
    Fill("vg_data", "pool", 37.5, 12.5),
)


def busy() -> Inventory:
    """A group on two disks, with a snapshot, a pool and a thin volume, and one more disk that is free."""
    inventory = with_second_disk(grown(level(), lun=1024, pv=1020))
    more = (
        LogicalVolume(
            "night", "vg_data", "N", 64 * MIB, "/dev/vg_data/night", "", active=True,
            attributes="swi-a-s---", origin="data",
        ),
        LogicalVolume("pool", "vg_data", "P", 128 * MIB, "", "", active=True, attributes="twi-aotz--"),
        LogicalVolume(
            "thin", "vg_data", "T", 256 * MIB, "/dev/vg_data/thin", "", active=True,
            attributes="Vwi-a-tz--", pool="pool",
        ),
    )  # fmt: skip
    spare = logged_in(size=256 * MIB)
    return replace(
        inventory,
        logical_volumes=(*inventory.logical_volumes, *more),
        devices=(*inventory.devices, replace(spare.devices[0], name="sdy", path="/dev/sdy", number="8:250")),
        luns=(*inventory.luns, replace(spare.luns[0], disk="sdy", number=8, wwid="naa.8")),
    )


def plain() -> Inventory:
    """One disk, one volume, nothing free."""
    return level()


def volumes_app(
    patch: pytest.MonkeyPatch, inventory: Inventory, look: Look = COLOUR, allowed: Access = ROOT
) -> OneScreen:
    """The screen on the first group of an inventory."""
    patch.setattr(module, "take_inventory", lambda _host: inventory)
    patch.setattr(module, "read_fills", lambda _host: FILLS)
    group = inventory.volume_groups[0]
    return OneScreen(VolumesScreen(CommandLogHost(ScriptedHost()), allowed, inventory, group), look)


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> Callable[..., OneScreen]:
    return partial(volumes_app, monkeypatch)


def planned(pilot: Pilot[Any]) -> list[Operation]:
    screen = pilot.app.screen
    assert isinstance(screen, PlanScreen), screen
    return list(screen.proposal.plan.operations)


def names(pilot: Pilot[Any]) -> list[str]:
    return [type(one).__name__ for one in planned(pilot)]


async def test_every_task_leads_to_its_plan_and_back(opened: Callable[..., OneScreen]) -> None:
    async with opened(busy()).run_test(size=SMALL) as pilot:
        await settle(pilot)
        for keys, expected in (
            (("n", *"logs", "enter"), ["CreateLogicalVolume"]),
            (("a", "enter"), ["CreatePhysicalVolume", "ExtendVolumeGroup"]),
            (("m", "right", "enter"), ["MoveData", "ReduceVolumeGroup", "RemovePhysicalVolume"]),
            (("m", "tab", "space", "enter"), ["MoveData"]),
            (("s", "enter"), ["CreateSnapshot"]),
            (("r", "tab", *"archive", "enter"), ["RenameLogicalVolume"]),
            (("r", "left", "tab", *"store", "enter"), ["RenameVolumeGroup"]),
            (("p", "tab", *["backspace"] * 4, *"128M", "enter"), None),
            (("t", "tab", *"web", "enter"), ["CreateThinVolume"]),
            (("x", "right", "enter"), ["DestroyVolume"]),
        ):
            await press(pilot, *keys)
            if expected is None:
                assert "An LV named pool already exists" in flat_text(pilot)
            else:
                assert names(pilot) == expected, keys
                await press(pilot, "escape")
            assert isinstance(pilot.app.screen, TaskScreen)
            await press(pilot, "escape")
            assert isinstance(pilot.app.screen, VolumesScreen)


async def test_what_cannot_be_done_says_why(opened: Callable[..., OneScreen]) -> None:
    async with opened(plain()).run_test(size=SMALL, notifications=True) as pilot:
        await settle(pilot)
        await press(pilot, "m")
        assert isinstance(pilot.app.screen, VolumesScreen)
        assert "the VG has only one PV" in flat_text(pilot)


async def test_without_root_everything_is_seen_and_nothing_opens(opened: Callable[..., OneScreen]) -> None:
    app = opened(busy(), allowed=access(is_root=False))
    async with app.run_test(size=SMALL, notifications=True) as pilot:
        await settle(pilot)
        shown = flat_text(pilot)
        assert "New volume" in shown
        assert "root is required" in shown
        await press(pilot, "n")
        assert isinstance(pilot.app.screen, VolumesScreen)


async def test_a_name_that_lvm_does_not_take_is_said_below_the_field(
    opened: Callable[..., OneScreen],
) -> None:
    async with opened(busy()).run_test(size=SMALL) as pilot:
        await settle(pilot)
        await press(pilot, "n", *"a b", "enter")
        assert isinstance(pilot.app.screen, TaskScreen)
        assert "LVM does not allow" in flat_text(pilot)


SCENES: dict[str, tuple[Callable[[], Inventory], tuple[str, ...]]] = {
    "group": (busy, ()),
    "full": (plain, ()),
    "snapshot": (busy, ("s",)),
    "remove": (busy, ("x", "right", "enter")),
}


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
    inventory, keys = SCENES[scene]

    async def bring_there(pilot: Pilot[Any]) -> None:
        await settle(pilot)
        await press(pilot, *keys)

    assert snap_compare(opened(inventory(), look), terminal_size=size, run_before=bring_there)
