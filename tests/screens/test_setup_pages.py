"""What single pages show and take: secrets, hostile names, many targets, several paths, volumes, options."""

from typing import Any

import pytest
from msgspec.structs import replace
from textual.pilot import Pilot

from tests.screens import scenes
from tests.screens.driving import LARGE, flat_text, lines_of, opened, press, settle, text_of
from tests.setup.building import PORTAL, SECOND, TARGET, record
from tests.widgets.host import lines_drawn
from tui.setup.answers import BootWay, TargetAnswer, TargetChoice, VolumesWay
from tui.setup.state import SetupState
from tui.setup.step import Step
from tui.setup.steps import discover, volumes
from tui.storage.iscsi.chap import ChapKind
from tui.storage.iscsi.discovery import Discovered, Found, Standing
from tui.storage.model.iscsi import Portal
from tui.storage.problem import Problem
from widgets.dialogs import PushButton
from widgets.fields.secret_field import SecretField
from widgets.fields.text_field import TextField
from widgets.table import PickLines, PickList

PLANTED = "correct-horse-9"


def field(pilot: Pilot[Any], name: str) -> TextField:
    return pilot.app.screen.query_one(f"#{name}", TextField)


async def test_a_secret_is_typed_and_seen_nowhere() -> None:
    driver = scenes.driver(replace(scenes.named(), step=Step.CHAP))
    async with opened(driver) as pilot:
        await pilot.press("right", "down", *"host", "down", *PLANTED)
        await settle(pilot)
        answer = driver.state.answers.chap
        assert answer is not None
        assert answer.session.kind is ChapKind.ONE_WAY
        assert answer.session.username == "host"
        assert answer.session.password.reveal() == PLANTED
        assert PLANTED not in text_of(pilot)
        assert PLANTED not in pilot.app.export_screenshot()
        assert PLANTED not in repr(driver.state)
        await pilot.press("ctrl+r")
        assert PLANTED in text_of(pilot), "the person may look while the field has the focus"
        await pilot.press("tab")
        assert PLANTED not in text_of(pilot)


async def test_equal_secrets_are_told_at_the_second() -> None:
    driver = scenes.driver(replace(scenes.named(), step=Step.CHAP))
    async with opened(driver, size=LARGE) as pilot:
        await pilot.press("right", "right", "down", *"a", "down", *"same-secret-1")
        await pilot.press("down", *"b", "down", *"same-secret-1")
        await press(pilot, "enter")
        assert driver.state.step is Step.CHAP
        wrong = pilot.app.screen.query_one("#session-password-in", SecretField).error
        assert "Both sides have the same secret." in wrong


async def test_which_secret_goes_where_is_said() -> None:
    driver = scenes.driver(replace(scenes.named(), step=Step.CHAP))
    async with opened(driver, size=LARGE) as pilot:
        await press(pilot, "right")
        shown = flat_text(pilot)
        assert "node.session.auth.username, .password" in shown
        assert "in the target's ACL" in shown


HOSTILE = (
    "iqn.2003-01.evil:" + "x" * 4096,
    "iqn.2003-01.evil:\x1b[2J\x1b]0;owned\x07",
    "iqn.2003-01.evil:[bold red]markup[/] \u202eright\nto left",
)


def told(*names: str) -> SetupState:
    """A portal told of targets with these names."""
    state = replace(scenes.named(), step=Step.DISCOVER).answered(scenes.ASKED)
    found = tuple(Found(name, Portal("192.0.2.10"), Standing.NEW) for name in names)
    return replace(state, discovered=Discovered(found), asked=discover.answer(state))


@pytest.mark.parametrize("step", [Step.DISCOVER, Step.TARGET])
@pytest.mark.parametrize("name", HOSTILE, ids=["long", "escapes", "markup"])
async def test_a_hostile_name_changes_nothing_but_its_own_field(name: str, step: Step) -> None:
    shown = []
    for one in (TARGET, name):
        driver = scenes.driver(replace(told(one), step=step))
        async with opened(driver) as pilot:
            shown.append(lines_of(pilot))
    usual, hostile = shown
    assert all("\x1b" not in line and "\x07" not in line and "\u202e" not in line for line in hostile)
    assert all(len(line) == 80 for line in hostile)
    assert [line[:27] for line in usual] == [line[:27] for line in hostile], "top bar and rail"
    assert usual[:4] == hostile[:4], "the question"
    assert hostile[-1].strip().startswith("Enter"), "the keys"
    assert usual[0] == hostile[0]


async def test_of_two_hundred_targets_only_those_in_sight_are_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = lines_drawn(monkeypatch, PickLines)
    names = tuple(f"iqn.2003-01.org.example:disk-{number:03}" for number in range(200))
    driver = scenes.driver(replace(told(*names), step=Step.TARGET))
    async with opened(driver) as pilot:
        picks = pilot.app.screen.query_one("#chosen", PickList)
        assert len(picks.rows) == 200
        await pilot.press("space", "end", "space")
        await settle(pilot)
        assert 0 < len(set(drawn)) <= 2 * 24, "the first ones and the last ones"
        answer = driver.state.answers.target
        assert answer is not None
        assert {one.target for one in answer.chosen} == {names[0], names[-1]}


async def test_portals_that_stand_alike_share_a_line() -> None:
    driver = scenes.driver(scenes.discovered())
    async with opened(driver, size=LARGE) as pilot:
        shown = flat_text(pilot)
        assert "2 targets on 4 portals" in shown
        for word in ("new", "known", "unreachable", "keeps its"):
            assert word in shown
        assert SECOND.label not in shown


async def test_the_port_follows_the_method() -> None:
    driver = scenes.driver(replace(scenes.named(), step=Step.DISCOVER))
    async with opened(driver) as pilot:
        await press(pilot, "shift+tab", "right")
        assert field(pilot, "port").value == "3205"
        field(pilot, "port").value = "4000"
        await press(pilot, "left")
        assert field(pilot, "port").value == "4000"


async def test_a_network_card_gets_a_record_of_its_own() -> None:
    driver = scenes.driver(replace(scenes.named(), step=Step.DISCOVER).answered(scenes.ASKED))
    async with opened(driver, size=LARGE) as pilot:
        pilot.app.screen.query_one("#ifaces ChoiceRow").focus()
        await press(pilot, "right")
        field(pilot, "new-iface-name").value = "san-a"
        field(pilot, "new-iface-network-device").value = "eth1"
        await settle(pilot)
        answer = driver.state.answers.discover
        assert answer is not None
        assert answer.ifaces == ("san-a",)
        assert answer.new_iface is not None
        assert answer.new_iface.network_device == "eth1"


async def test_several_paths_are_seen_and_said() -> None:
    driver = scenes.driver(scenes.connected(joined=False))
    async with opened(driver) as pilot:
        shown = flat_text(pilot)
        assert "2 paths" in shown
        assert "no multipath map yet" in shown
        assert "Enter create map" in text_of(pilot)


async def test_a_timer_is_explained_when_it_has_the_focus() -> None:
    state = scenes.with_target(scenes.discovered(), SECOND)
    driver = scenes.driver(replace(state, step=Step.TARGET))
    async with opened(driver) as pilot:
        field(pilot, "timers-noop-interval").query_one("Input").focus()
        await settle(pilot)
        assert "Seconds between pings" in flat_text(pilot)


async def test_a_preset_puts_its_numbers_into_the_fields() -> None:
    state = scenes.with_target(scenes.discovered(), SECOND)
    driver = scenes.driver(replace(state, step=Step.TARGET))
    async with opened(driver) as pilot:
        assert field(pilot, "timers-replacement-timeout").value == "120"
        pilot.app.screen.query_one("#preset ChoiceRow").focus()
        await press(pilot, "right")
        assert field(pilot, "timers-replacement-timeout").value == "15"
        await press(pilot, "right")
        assert not field(pilot, "timers-replacement-timeout").display


async def test_an_existing_volume_is_the_first_offer() -> None:
    driver = scenes.driver(scenes.carrying())
    async with opened(driver) as pilot:
        assert volumes.answer(driver.state).way is VolumesWay.EXISTING
        assert "vg_data/data" in flat_text(pilot)
        await press(pilot, "right")
        assert volumes.answer(driver.state).way is VolumesWay.NEW_GROUP
        assert "not empty" in flat_text(pilot)


async def test_more_and_fewer_volumes_can_be_asked_for() -> None:
    driver = scenes.driver(scenes.planned())
    async with opened(driver, size=LARGE) as pilot:
        pilot.app.screen.query_one("#more", PushButton).focus()
        await press(pilot, "enter", "w")
        assert [one.name for one in volumes.answer(driver.state).volumes] == ["data", "logs", "w"]
        pilot.app.screen.query_one("#less", PushButton).focus()
        await press(pilot, "enter")
        assert [one.name for one in volumes.answer(driver.state).volumes] == ["data", "logs"]


async def test_the_bar_shows_what_is_left() -> None:
    driver = scenes.driver(scenes.planned())
    async with opened(driver, size=LARGE) as pilot:
        field(pilot, "volumes-1-size").value = "1G"
        await settle(pilot)
        shown = flat_text(pilot)
        assert "data 6 GiB" in shown
        assert "logs 1 GiB" in shown
        assert "free 2.99 GiB" in shown


async def test_a_name_of_sixty_letters_leaves_the_page_in_order() -> None:
    driver = scenes.driver(scenes.planned())
    async with opened(driver) as pilot:
        field(pilot, "volumes-0-name").value = "v" * 60
        await settle(pilot)
        assert all(len(line) == 80 for line in lines_of(pilot))
        await press(pilot, "enter")
        assert driver.state.step is Step.MOUNT
        assert all(len(line) == 80 for line in lines_of(pilot))


async def test_options_are_explained_as_they_are_typed() -> None:
    driver = scenes.driver(scenes.mounted_plan())
    async with opened(driver, size=LARGE) as pilot:
        field(pilot, "mounts-0-options").value = "ro"
        await settle(pilot)
        assert "ro " in flat_text(pilot)
        answer = driver.state.answers.mount
        assert answer is not None
        assert answer.mounts[0].options == ("ro",)


async def test_what_speaks_for_a_way_of_mounting_is_said() -> None:
    driver = scenes.driver(scenes.at_boot())
    async with opened(driver) as pilot:
        await press(pilot, "left")
        answer = driver.state.answers.boot
        assert answer is not None
        assert answer.way is BootWay.NONE
        assert "After a reboot the volumes are not mounted." in flat_text(pilot)


async def test_the_review_explains_the_operation_under_the_cursor() -> None:
    driver = scenes.driver(scenes.reviewed())
    async with opened(driver, size=LARGE) as pilot:
        first = flat_text(pilot)
        assert "pvcreate" in first
        await press(pilot, "down")
        assert "vgcreate" in flat_text(pilot)


async def test_a_host_that_is_set_up_already_is_called_so() -> None:
    async with opened(scenes.driver(scenes.set_up_before())) as pilot:
        assert "This host is set up already." in flat_text(pilot)
    async with opened(scenes.driver(scenes.reviewed())) as pilot:
        assert "set up already" not in flat_text(pilot)


@pytest.mark.parametrize("size", [LARGE, (80, 24)])
async def test_names_of_targets_use_the_room_that_there_is(size: tuple[int, int]) -> None:
    names = ("iqn.2003-01.org.linux-iscsi.lab:" + "a" * 20, "iqn.2003-01.org.linux-iscsi.lab:" + "b" * 20)
    state = scenes.stored()
    records = tuple(replace(record(), target=name) for name in names)
    chosen = TargetAnswer(tuple(TargetChoice(name, PORTAL) for name in names))
    state = replace(state, inventory=replace(state.inventory, node_records=records)).answered(chosen)
    async with opened(scenes.driver(state), size=size) as pilot:
        lines = [line for line in lines_of(pilot) if "192.0.2.10:3260" in line and "not logged in" in line]
        assert len(lines) == 2
        for line, name in zip(lines, names, strict=True):
            assert (name in line) is (size == LARGE)
            assert name[-6:] in line


async def test_a_refused_login_is_told_whole() -> None:
    summary = "The target does not accept this initiator name, and it says so in a long sentence."
    state = scenes.stored()
    state = replace(state, logins=((f"Log in to {TARGET} at 192.0.2.10:3260", Problem("login", summary)),))
    async with opened(scenes.driver(state)) as pilot:
        assert summary in flat_text(pilot)


async def test_the_end_shows_ladder_boot_check_and_commands() -> None:
    driver = scenes.done()
    async with opened(driver, size=(120, 60)) as pilot:
        shown = " ".join(text_of(pilot).split())
        for words in (
            "The storage is ready.",
            "LOGGED_IN",
            "mpatha",
            "At the next boot",
            "pass",
            "What ran",
        ):
            assert words in shown
        await press(pilot, "enter")
    assert driver.left
