"""Safe disconnect on the screen: the tree with its users, live, the choices, and the plan."""

from typing import Any

import pytest
from textual.pilot import Pilot
from textual.screen import Screen

from tests.screens.driving import COLOUR, LARGE, MONO, ROOT, SMALL, text_of, workers_end
from tests.screens.peopled import MACHINES, PeopledHost
from tests.snapshot import SnapCompare
from tests.waiting import until_shown
from tui.actions.here import Here
from tui.maintenance.dependents import Subject, subject_of, subject_of_target
from tui.maintenance.reconnect import note_name, note_text
from tui.screens.access import Access, access
from tui.screens.console.keys import actions
from tui.screens.disconnect.disconnect_screen import DisconnectScreen
from tui.screens.disconnect.reconnect import reconnect_screen
from tui.screens.plan.plan_screen import PlanScreen
from tui.storage.host.command_log import CommandLogHost
from tui.storage.host.recorded import RecordedHost
from tui.storage.model.iscsi import Portal
from tui.storage.operations.iscsi.sessions import LogIn
from tui.storage.operations.reconnect_file import FOLDER
from tui.storage.probe.inventory import take_inventory
from tui.storage.stacks.rung import Health, Rung, RungKind
from tui.storage.stacks.stack import Stack, stacks
from widgets.look import Look, LookApp

TARGET = "iqn.2003-01.org.linux-iscsi.lab:t1"
RECORDED = access(is_root=False, recorded=True)


class Opened(LookApp[int]):
    """The screen alone."""

    def __init__(self, screen: DisconnectScreen, look: Look = COLOUR) -> None:
        super().__init__(look)
        self._first = screen
        self.answer: bool | None = None

    def on_mount(self) -> None:
        self.push_screen(self._first, self._ended)

    def _ended(self, answer: bool | None) -> None:
        self.answer = answer


class OpenedBack(LookApp[int]):
    """The way back alone."""

    def __init__(self, screen: Screen[bool]) -> None:
        super().__init__(COLOUR)
        self._first = screen

    def on_mount(self) -> None:
        self.push_screen(self._first)


def opened(
    host: RecordedHost,
    subject: Subject | None = None,
    *,
    look: Look = COLOUR,
    allowed: Access = ROOT,
    live: bool = False,
) -> Opened:
    observed = CommandLogHost(host)
    subject = subject or subject_of_target(TARGET)
    return Opened(DisconnectScreen(observed, allowed, take_inventory(observed), subject, live=live), look)


def busy() -> PeopledHost:
    host = PeopledHost("single-path-ext4")
    host.arrive(812, "/usr/sbin/smbd --foreground", "/iscsi data/share/report.ods", unit="smbd.service")
    host.arrive(1790, "vim notes.txt", "/iscsi data/notes.txt")
    return host


async def settle(pilot: Pilot[Any]) -> None:
    for _turn in range(4):
        await workers_end(pilot, {"disconnect", "plan"})
        await pilot.pause()


def flat(pilot: Pilot[Any]) -> str:
    return " ".join(text_of(pilot).split())


async def test_everything_that_goes_is_shown_with_its_users() -> None:
    async with opened(busy()).run_test(size=LARGE) as pilot:
        await settle(pilot)
        shown = flat(pilot)
        assert f"Disconnect {TARGET}" in shown
        assert "In use by 2 users." in shown
        for words in (
            "812 /usr/sbin/smbd",
            "smbd.service",
            "1790 vim",
            "vg_ittest",
            "/iscsi data",
            "stays disconnected",
        ):
            assert words in shown, words


async def test_choices_say_what_becomes_of_each() -> None:
    async with opened(busy()).run_test(size=LARGE) as pilot:
        await settle(pilot)
        assert "No process is touched" in flat(pilot)
        await pilot.press("right")
        await settle(pilot)
        assert "will be stopped" in flat(pilot)
        assert "SIGTERM" not in flat(pilot)
        await pilot.press("right")
        await settle(pilot)
        assert "SIGTERM" in flat(pilot)
        assert "None gets SIGKILL" in flat(pilot)


async def test_the_plan_is_looked_at_and_left_again() -> None:
    app = opened(busy())
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        await pilot.press("enter")
        await settle(pilot)
        assert isinstance(app.screen, PlanScreen)
        names = [type(one).__name__ for one in app.screen.proposal.plan.operations]
        assert names[0] == "WaitUntilUnused"
        assert app.screen.proposal.way_back is not None
        await pilot.press("escape")
        await settle(pilot)
        assert type(pilot.app.screen) is DisconnectScreen
        await pilot.press("escape")
        await settle(pilot)
    assert app.answer is False


async def test_who_comes_and_goes_is_seen_without_a_key() -> None:
    host = busy()
    app = opened(host, live=True)
    async with app.run_test(size=LARGE) as pilot:
        await settle(pilot)
        assert "In use by 2 users." in flat(pilot)
        host.leave(812)
        host.leave(1790)
        await until_shown(pilot, lambda: "Not in use." in flat(pilot), lambda: flat(pilot))
        assert "smbd" not in flat(pilot)


async def test_what_is_refused_says_why_and_what_to_do() -> None:
    app = opened(PeopledHost("failed-session"))
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        assert "does not answer now" in flat(pilot)
        assert "Wait until the session is back" in flat(pilot)
        await pilot.press("enter")
        await settle(pilot)
        assert isinstance(app.screen, PlanScreen)
        assert app.screen.proposal.refusal is not None


async def test_without_root_everything_is_looked_at() -> None:
    async with opened(busy(), allowed=RECORDED).run_test(size=SMALL) as pilot:
        await settle(pilot)
        assert "this is a recorded host" in flat(pilot)
        assert "1790 vim" in flat(pilot)


async def test_what_a_capture_does_not_hold_is_not_called_unused() -> None:
    host = RecordedHost(str(MACHINES / "single-path-ext4.json"))
    async with opened(host, allowed=RECORDED).run_test(size=LARGE) as pilot:
        await settle(pilot)
        assert "No users found." in flat(pilot)
        assert "Not checked: processes" in flat(pilot)


async def test_a_mount_alone_and_help_and_commands() -> None:
    host = busy()
    inventory = take_inventory(host)
    rungs = [rung for stack in stacks(inventory) for rung in stack.rungs]
    subject = subject_of(next(one for one in rungs if one.kind is RungKind.MOUNT), inventory)
    async with opened(host, subject).run_test(size=SMALL) as pilot:
        await settle(pilot)
        assert "vg_ittest" not in flat(pilot)
        await pilot.press("f1")
        assert "Reconnecting" in flat(pilot)
        await pilot.press("escape", "f2")
        assert "Commands run so far" in flat(pilot)


@pytest.mark.parametrize("look", [COLOUR, MONO], ids=["colour", "mono"])
@pytest.mark.parametrize("size", [SMALL, LARGE], ids=["80x24", "120x40"])
def test_a_disconnect(snap_compare: SnapCompare, size: tuple[int, int], look: Look) -> None:
    async def bring_there(pilot: Pilot[Any]) -> None:
        await settle(pilot)
        await pilot.press("right", "right")
        await settle(pilot)

    assert snap_compare(opened(busy(), look=look), terminal_size=size, run_before=bring_there)


def noted(*names: str) -> PeopledHost:
    """A host on which some targets were disconnected."""
    host = PeopledHost("bare")
    for number, name in enumerate(names):
        subject = subject_of_target(name)
        back = (LogIn(name, Portal("192.0.2.10")),)
        at = 1_800_000_000.0 + number * 60
        host.files[f"{FOLDER}/{note_name(at)}.json"] = note_text(subject, at, back)
    host.folders[FOLDER] = tuple(sorted(path.rpartition("/")[2] for path in host.files))
    return host


async def test_one_key_leads_back() -> None:
    app = OpenedBack(reconnect_screen(CommandLogHost(noted(TARGET)), ROOT))
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        assert isinstance(app.screen, PlanScreen)
        kinds = [type(one).__name__ for one in app.screen.proposal.plan.operations]
        assert kinds == ["LogIn", "DeleteReconnectFile"]
        assert f"Reconnect {TARGET}" in flat(pilot)


async def test_of_several_one_is_chosen_and_a_damaged_note_is_named() -> None:
    host = noted(TARGET, "iqn.2003-01.org.example:other")
    damaged = f"{FOLDER}/20200101-000000-000.json"
    host.files[damaged] = "{}"
    host.folders[FOLDER] = (*host.folders[FOLDER], damaged.rpartition("/")[2], "stray.txt")
    app = OpenedBack(reconnect_screen(CommandLogHost(host), ROOT))
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        assert "What do you want" in flat(pilot)
        assert "cannot be read" in flat(pilot)
        await pilot.press("x")
        await settle(pilot)
        assert isinstance(pilot.app.screen, PlanScreen)
        assert [type(one).__name__ for one in pilot.app.screen.proposal.plan.operations] == [
            "DeleteReconnectFile"
        ]
        await pilot.press("escape")
        await settle(pilot)
        await pilot.press("enter")
        await settle(pilot)
        assert isinstance(app.screen, PlanScreen)
        assert "example:other" in app.screen.proposal.plan.title


async def test_nothing_to_reconnect_is_said() -> None:
    app = OpenedBack(reconnect_screen(CommandLogHost(PeopledHost("bare")), ROOT))
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        assert "iscsi-console disconnected nothing" in flat(pilot)


def test_the_console_offers_both() -> None:
    inventory = take_inventory(busy())
    stack = stacks(inventory)[0]
    cursors: list[Rung | Stack] = [stack, *(rung for rung in stack.rungs if rung.health is Health.GOOD)]
    for cursor in cursors:
        found = {action.key: action for action in actions(Here(cursor, inventory), ROOT)}
        assert {"d", "c"} <= set(found), cursor
        assert not found["d"].reason
    assert {action.key: action.reason for action in actions(Here(stack, inventory), RECORDED)}[
        "c"
    ] == RECORDED.reason
