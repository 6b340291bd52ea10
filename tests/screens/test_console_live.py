"""The console on a host that lives: failures, news, figures, and a hundred stacks."""

import time
from collections.abc import Iterator
from typing import Any

import pytest
from textual.pilot import Pilot

from tests.screens.driving import COLOUR, LARGE, MONO, SMALL, lines_of, settle, text_of
from tests.screens.living import NOW, SECOND, Living, failed, healthy, hundred, two_stacks, with_failure
from tests.snapshot import SnapCompare
from tests.waiting import until_shown
from tui.screens.changed import HostChanged
from tui.screens.console.figures import latency_words, outage_lines, plot_rows
from tui.screens.console.happenings import HappeningsScreen
from tui.screens.console.order import Order, ordered, refolded
from tui.screens.records.targets import TargetsScreen
from tui.storage.host.interface import Command
from tui.storage.model.iscsi import Portal, Session, SessionState
from tui.storage.model.topic import Topic
from tui.storage.news.happening import Happening, Source
from tui.storage.news.outages import Outage
from tui.storage.stacks.stack import Health, Rung, RungKind, Stack
from widgets.look import Look
from widgets.stack_view import StackView


@pytest.fixture(autouse=True)
def utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Have times of day be the same on every machine."""
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def flat(pilot: Pilot[Any]) -> str:
    return " ".join(text_of(pilot).split())


async def until(pilot: Pilot[Any], text: str) -> None:
    """Wait until something is on the screen."""
    await until_shown(pilot, lambda: text in flat(pilot), lambda: text_of(pilot))


async def test_a_session_that_fails_is_shown_with_the_time_that_is_left() -> None:
    living = healthy()
    async with living.app(COLOUR).run_test(size=LARGE) as pilot:
        await settle(pilot)
        assert living.live.running
        view = pilot.app.screen.query_one(StackView)
        assert view.go_to(f"session:{SECOND}|192.0.2.20:3260|default")
        await settle(pilot)
        assert "LOGGED_IN" in flat(pilot)
        living.set_state(2, "FAILED", "blocked")
        failed(living.live)
        living.live.changed(frozenset({Topic.SESSIONS}))
        await until(pilot, "2 LOGGED_IN → FAILED the connection is lost; I/O is queued")
        await until(pilot, "gives up in 1 min 47 s")
        await settle(pilot)
        shown = flat(pilot)
        assert "lost 07:59:46 14 s ago" in shown
        assert "Nothing is lost so far." in shown
        assert "since 07:59:46" in shown
        living.host.clock = NOW + 20
        await until(pilot, "gives up in 1 min 27 s")
        living.set_state(2, "LOGGED_IN")
        living.live.desk.looked(NOW + 21, {1: "LOGGED_IN", 2: "LOGGED_IN"})
        living.live.changed(frozenset({Topic.SESSIONS}))
        await until(pilot, "session 2 LOGGED_IN")
        await settle(pilot)
        assert "gives up in" not in flat(pilot)
    assert not living.live.running


@pytest.mark.parametrize("topics", [frozenset(), frozenset({Topic.SESSIONS})])
async def test_a_list_over_the_console_follows_the_host(topics: frozenset[Topic]) -> None:
    living = Living(two_stacks())
    async with living.app(COLOUR).run_test(size=LARGE) as pilot:
        await settle(pilot)
        await pilot.press("t")
        await until(pilot, "2 active sessions.")
        assert isinstance(pilot.app.screen, TargetsScreen)
        living.set_state(2, "FAILED", "blocked")
        living.live.changed(topics)
        await until(pilot, "FAILED")
        await pilot.press("f1")
        living.set_state(2, "LOGGED_IN")
        living.live.changed(topics)
        await pilot.press("escape")
        await until(pilot, "session 2")


async def test_a_change_is_seen_by_a_glance_while_the_whole_reading_waits() -> None:
    living = Living(two_stacks())
    async with living.app(COLOUR).run_test(size=LARGE) as pilot:
        await settle(pilot)
        screen: Any = pilot.app.screen
        assert screen._follower._pace.ask()  # As if LVM waited for a disk.
        living.set_state(1, "FAILED", "blocked")
        living.live.changed(frozenset({Topic.SESSIONS}))
        await until(pilot, "FAILED")
        assert screen._follower._waiting == {Topic.SESSIONS}


async def test_what_changes_while_the_console_is_covered_is_read_once_it_is_seen_again() -> None:
    living = Living(two_stacks())
    async with living.app(COLOUR).run_test(size=LARGE) as pilot:
        await settle(pilot)
        host: Any = pilot.app.screen
        before = len(host._host.ran())
        await pilot.press("w")
        await settle(pilot)
        living.set_state(1, "FAILED", "blocked")
        living.live.changed(frozenset({Topic.SESSIONS}))
        living.live.changed(frozenset())
        await settle(pilot)
        assert not host.is_seen
        assert len(host._host.ran()) == before
        await pilot.press("escape")
        await until(pilot, "FAILED")
        await settle(pilot)
        assert len(host._host.ran()) > before
        # Under a box it is seen, and goes on.
        await pilot.press("f2")
        await settle(pilot)
        assert host.is_seen


async def test_news_lead_to_the_rung_they_are_about() -> None:
    living = with_failure()
    async with living.app(COLOUR).run_test(size=SMALL) as pilot:
        await settle(pilot)
        view = pilot.app.screen.query_one(StackView)
        view.go_to(next(rung.key for rung in view.rungs if rung.kind == "VG"))
        await pilot.press("w")
        await settle(pilot)
        assert isinstance(pilot.app.screen, HappeningsScreen)
        shown = flat(pilot)
        assert "What happened" in shown
        assert "the connection is lost; I/O is queued" in shown
        living.live.desk.told((Happening(NOW, Source.EVENT, "add sdc", "a new disk"),))
        await until(pilot, "add sdc")
        await pilot.press("up", "enter")
        await settle(pilot)
        assert view.key == f"session:{SECOND}|192.0.2.20:3260|default"
        await pilot.press("w", "f")
        await settle(pilot)
        shown = flat(pilot)
        assert "What happened to session 2" in shown
        assert "add sdc" not in shown
        assert "connection2:0: detect" in shown
        await pilot.press("escape")


async def test_a_command_that_ran_is_among_the_news() -> None:
    living = Living(two_stacks())
    async with living.app(COLOUR).run_test(size=LARGE) as pilot:
        await settle(pilot)
        screen: Any = pilot.app.screen
        unsubscribe = screen._host.listen(living.live.desk.ran)
        screen._host.run(Command(("iscsiadm", "-m", "session", "-r", "1", "-R"), changes=True))
        await until(pilot, "command iscsiadm -m session -r 1 -R")
        assert "failed with status 127" in flat(pilot)
        unsubscribe()


async def test_a_hundred_stacks_are_folded_but_for_the_broken_one() -> None:
    living = hundred()
    async with living.app(COLOUR).run_test(size=LARGE) as pilot:
        await settle(pilot)
        view = pilot.app.screen.query_one(StackView)
        assert len(view.folded) == 99
        assert view.rung is not None
        assert (view.rung.kind, view.rung.name) == ("session", "40")
        living.set_state(7, "FAILED", "blocked")
        living.live.changed(frozenset({Topic.SESSIONS}))
        await until(pilot, "2 problems")
        assert len(view.folded) == 98
        await pilot.press("exclamation_mark", "exclamation_mark")
        assert view.rung.name == "7"
        await pilot.press("f")
        assert not view.folded
        assert [rung.name for rung in view.rungs if rung.heading][:3] == ["t007", "t040", "t001"]
        await pilot.press("f", "o")
        await settle(pilot)
        assert [rung.name for rung in view.rungs if rung.heading][:3] == ["t001", "t002", "t003"]
        assert len(view.folded) == 98
        await pilot.press("slash", *"t055", "enter")
        assert view.rung.name == "t055"


async def test_a_resize_keeps_everything_in_its_place() -> None:
    living = with_failure()
    async with living.app(COLOUR).run_test(size=LARGE) as pilot:
        await settle(pilot)
        lines = lines_of(pilot)
        title = next(number for number, line in enumerate(lines) if "What happened" in line)
        assert len(lines) - title == 7  # with the five things that happened, and the key bar
        await pilot.resize_terminal(80, 24)
        await settle(pilot)
        lines = lines_of(pilot)
        assert len(lines) == 24
        assert all(len(line) == 80 for line in lines)
        assert "2 LOGGED_IN → FAILED" in lines[-2]


async def test_what_does_not_fit_beside_a_rung_is_a_tab_and_an_arrow_away() -> None:
    living = with_failure()
    async with living.app(COLOUR).run_test(size=SMALL) as pilot:
        await settle(pilot)
        assert "latency" not in text_of(pilot)
        await pilot.press("tab", "end")
        await settle(pilot)
        assert "daemon    iscsid 812" in text_of(pilot)
        await pilot.press("shift+tab", "up")
        await settle(pilot)
        assert "portal" in text_of(pilot)


async def test_who_uses_a_mount_is_looked_up() -> None:
    living = Living(two_stacks())
    living.host.files |= {
        "/proc/7/stat": f"7 (bash) S 1 7 7 0 -1 4194304 {'0 ' * 12}5 0\n",
        "/proc/7/cmdline": "/bin/bash\0-l\0",
        "/proc/7/mountinfo": living.host.files["/proc/self/mountinfo"],
    }
    living.host.links |= {
        "/proc/7/cwd": "/srv/data/reports",
        "/proc/7/root": "/",
        "/proc/7/ns/mnt": "mnt:[1]",
        "/proc/self/ns/mnt": "mnt:[1]",
    }
    async with living.app(COLOUR).run_test(size=LARGE) as pilot:
        await settle(pilot)
        view = pilot.app.screen.query_one(StackView)
        view.go_to(next(rung.key for rung in view.rungs if rung.kind == "mount"))
        await until(pilot, "used by bash 7 /srv/data/reports")


AGO = "lost 00:01:30 10 s ago"


def session(state: SessionState, timer: int | None) -> Session:
    return Session(1, "t", Portal("192.0.2.1"), state=state, recovery_timeout=timer)


@pytest.mark.parametrize(
    ("state", "timer", "outage", "said"),
    [
        (SessionState.LOGGED_IN, 120, Outage(90), []),
        (SessionState.FAILED, 120, None, ["lost since an unknown time "]),
        (
            SessionState.FAILED,
            120,
            Outage(90),
            ["lost 00:01:30 10 s ago", "gives up in 1 min 51 s timeout 120 s"],
        ),
        (
            SessionState.FAILED,
            120,
            Outage(90, exact=False),
            ["lost 00:01:30 at least 10 s ago", "gives up in at most 1 min 51 s timeout 120 s"],
        ),
        (SessionState.FAILED, 5, Outage(90), [AGO, "gives up any moment timeout 5 s"]),
        (
            SessionState.FAILED,
            -1,
            Outage(90),
            ["lost 00:01:30 10 s ago", "gives up never I/O is queued for ever"],
        ),
        (SessionState.FREE, 5, Outage(90), [AGO, "gave up 00:01:35 after 5 s"]),
        (
            SessionState.FREE,
            5,
            Outage(90, gave_up=96),
            [AGO, "gave up 00:01:36 after 5 s"],
        ),
    ],
)
def test_what_is_said_of_an_outage(
    state: SessionState, timer: int, outage: Outage | None, said: list[str]
) -> None:
    lines = [
        f"{line.label} {line.text} {line.after}"
        for line in outage_lines(session(state, timer), outage, 100.0)
        if line.share is None
    ]
    assert lines == said


def test_plots_say_when_there_is_nothing_to_plot() -> None:
    assert plot_rows((), None) == ()
    assert plot_rows(("sda",), None)[0].words == "recorded, not measured"
    assert plot_rows(("sda",), ())[0].words == "measuring"


def test_latency_in_words() -> None:
    assert [latency_words(latency) for latency in (None, 0.0, 0.0004, 0.003)] == [
        "idle",
        "below 1 ms",
        "below 1 ms",
        "3 ms",
    ]


def test_folding_follows_health_and_leaves_the_person_s_choice() -> None:
    before, there = frozenset({"a", "b", "c"}), frozenset({"a", "b", "c", "d"})
    # `b` was unfolded by hand, `c` broke, `d` became well, `e` is new and well.
    assert refolded(frozenset({"a", "c"}), before, frozenset({"a", "b", "d", "e"}), there) == {"a", "d", "e"}


def test_many_changes_are_read_once_and_wholly() -> None:
    assert HostChanged(whole=True).can_replace(HostChanged(whole=True))
    assert HostChanged(whole=False).can_replace(HostChanged(whole=True))
    assert not HostChanged(whole=True).can_replace(HostChanged(whole=False))


def test_orders() -> None:
    def stack(name: str, health: Health) -> Stack:
        return Stack(name, (name,), (), (Rung(RungKind.PORTAL, name, name, health=health),))

    stacks = (stack("b", Health.GOOD), stack("a", Health.WARN), stack("c", Health.BAD))
    assert [stack.key for stack in ordered(stacks, Order.FOUND)] == ["b", "a", "c"]
    assert [stack.key for stack in ordered(stacks, Order.NAME)] == ["a", "b", "c"]
    assert [stack.key for stack in ordered(stacks, Order.WORST)] == ["c", "a", "b"]
    assert Order.NAME.following is Order.FOUND


SCENES = {"healthy": healthy, "failed": with_failure, "hundred": hundred}


@pytest.mark.parametrize("look", [COLOUR, MONO], ids=["colour", "mono"])
@pytest.mark.parametrize("size", [SMALL, LARGE], ids=["80x24", "120x40"])
@pytest.mark.parametrize("scene", SCENES)
def test_a_living_console(snap_compare: SnapCompare, scene: str, size: tuple[int, int], look: Look) -> None:
    async def bring_there(pilot: Pilot[Any]) -> None:
        await settle(pilot)
        if scene == "healthy":
            await pilot.press("down", "down")
            await settle(pilot)

    assert snap_compare(SCENES[scene]().app(look), terminal_size=size, run_before=bring_there)


@pytest.mark.parametrize("size", [SMALL, LARGE], ids=["80x24", "120x40"])
def test_everything_that_happened(snap_compare: SnapCompare, size: tuple[int, int]) -> None:
    async def bring_there(pilot: Pilot[Any]) -> None:
        await settle(pilot)
        await pilot.press("w")
        await settle(pilot)

    assert snap_compare(with_failure().app(COLOUR), terminal_size=size, run_before=bring_there)
