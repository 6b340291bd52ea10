"""Growing and changing volumes from the console: what is offered where, and why not elsewhere."""

import pytest

from tests.maintenance.stacks_that_grow import level
from tests.screens.driving import ROOT
from tests.setup.building import bare, logged_in
from tests.storage.scripted_host import ScriptedHost
from tui.actions.here import Here
from tui.screens.access import access
from tui.screens.console.keys import Action, actions
from tui.screens.grow.grow_screen import GrowScreen
from tui.screens.volumes.volumes_screen import VolumesScreen
from tui.storage.host.command_log import CommandLogHost
from tui.storage.model.inventory import Inventory
from tui.storage.stacks.rung import Rung
from tui.storage.stacks.stack import Stack, stacks


def offered(key: str, subject: Rung | Stack, inventory: Inventory, *, root: bool = True) -> Action:
    allowed = ROOT if root else access(is_root=False)
    return next(action for action in actions(Here(subject, inventory), allowed) if action.key == key)


def test_every_rung_of_a_stack_with_a_volume_offers_both() -> None:
    inventory = level(paths=2)
    (stack,) = stacks(inventory)
    host = CommandLogHost(ScriptedHost())
    subjects: tuple[Rung | Stack, ...] = (stack, *stack.rungs)
    for subject in subjects:
        grow, more = (offered(key, subject, inventory) for key in "gn")
        assert (grow.reason, more.reason) == ("", "")
        assert isinstance(grow.opens(host, ROOT), GrowScreen)
        assert isinstance(more.opens(host, ROOT), VolumesScreen)


def test_where_no_volume_stands_both_are_seen_with_the_reason() -> None:
    inventory = logged_in()
    (stack,) = stacks(inventory)
    subjects: tuple[Rung | Stack, ...] = (stack, *stack.rungs)
    for subject in subjects:
        assert "no volume" in offered("g", subject, inventory).reason
        assert "set-up" in offered("n", subject, inventory).reason


@pytest.mark.parametrize("key", ["g", "n"])
def test_without_root_they_are_seen_with_the_reason(key: str) -> None:
    inventory = level()
    (stack,) = stacks(inventory)
    assert offered(key, stack, inventory, root=False).reason == "root is required"


def test_on_a_host_without_storage_neither_is_offered() -> None:
    keys = {action.key for action in actions(Here(None, bare()), ROOT)}
    assert not keys & {"g", "n"}
