"""Running things, bars and what commands said."""

import pytest
from hypothesis import given, strategies as st
from msgspec.structs import replace
from textual.content import Content

from tests.widgets.galleries import COMMANDS, PROGRESS, SPACE
from tests.widgets.host import Host
from widgets.bars.bar import Fill, share
from widgets.bars.meter import Meter, MeterPart, draw_meter
from widgets.bars.progress import (
    ProgressLine,
    ProgressList,
    ProgressRow,
    draw_progress,
    elapsed_words,
    progress_lines,
)
from widgets.commands import CommandList, CommandRow, Commands, command_lines, command_state
from widgets.glyphs import Glyphs
from widgets.key_bar import KeyBar
from widgets.look import Colours, Look
from widgets.state import State

ASCII = Look(Colours.MONO, Glyphs.ASCII)
NOW = 100.0


class Clock:
    """A clock that is set by hand."""

    def __init__(self, now: float) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (ProgressRow("a", "a"), ""),
        (ProgressRow("a", "a", started=90.3), "9 s"),
        (ProgressRow("a", "a", started=99.9), "0 s"),
        (ProgressRow("a", "a", started=90.0, deadline=15.0), "10 s of 15 s"),
        (ProgressRow("a", "a", started=90.0, ended=91.25), "1.2 s"),
        (ProgressRow("a", "a", started=200.0, deadline=120.0), "0 s of 2 min 0 s"),
    ],
)
def test_elapsed(row: ProgressRow, words: str) -> None:
    assert elapsed_words(row, NOW) == words


def test_lines_are_in_columns() -> None:
    lines = [draw_progress(line, ASCII).plain for line in progress_lines(PROGRESS, NOW, 77)]
    rows = [lines[0], lines[1], lines[2], lines[5], lines[6]]
    starts = [
        line.index(word)
        for line, word in zip(rows, ("logged in", "logging in", "refused", "writing", "waiting"), strict=True)
    ]
    assert len(set(starts)) == 1
    assert {len(line) for line in rows} == {77}
    assert "####......" in rows[3]
    assert lines[3].startswith("  The secret is wrong")
    assert lines[0].endswith("420 ms")


@given(
    st.lists(st.builds(ProgressRow, st.uuids().map(str), st.text(max_size=60), words=st.text(max_size=60)))
)
def test_progress_fits(rows: list[ProgressRow]) -> None:
    for width in (40, 77, 117):
        assert all(
            draw_progress(line, ASCII).cell_length <= width for line in progress_lines(rows, NOW, width)
        )


async def test_time_passes_only_while_something_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock(NOW)
    listing = ProgressList(PROGRESS, clock=clock)
    app = Host(listing)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert "10 s of 15 s" in listing.lines[1].text
        asked: list[str] = []
        original = ProgressList.draw

        def counting(self: ProgressList, line: ProgressLine, look: Look, width: int) -> Content:
            asked.append(line.key or "")
            return original(self, line, look, width)

        monkeypatch.setattr(ProgressList, "draw", counting)
        listing.tick()
        await pilot.pause()
        assert asked == []
        clock.now += 1
        listing.tick()
        await pilot.pause()
        assert sorted(asked) == ["mkfs", "p2"]
        assert "11 s of 15 s" in listing.lines[1].text
        assert listing.counting
        listing.rows = tuple(replace(row, ended=clock.now) for row in PROGRESS)
        assert not listing.counting


def test_cells_are_shared_out() -> None:
    assert share([100, 200, 212], 32) == [6, 13, 13]
    assert share([1, 10**9], 20) == [1, 19]
    assert share([0, 5], 10) == [0, 10]
    assert share([0, 0], 10) == [0, 0]
    assert share([1, 1, 1], 2) in ([1, 1, 0], [1, 0, 1], [0, 1, 1])
    assert share([], 10) == []


@given(st.lists(st.integers(0, 10**15), min_size=1, max_size=9), st.integers(1, 200))
def test_shares_add_up(amounts: list[int], width: int) -> None:
    cells = share(amounts, width)
    assert sum(cells) == (width if any(amounts) else 0)
    assert all(cell >= 0 for cell in cells)
    assert all(cell == 0 for cell, amount in zip(cells, amounts, strict=True) if not amount)
    if width >= len(amounts):
        assert all(cell > 0 for cell, amount in zip(cells, amounts, strict=True) if amount)


def test_the_meter_reads_without_colour() -> None:
    assert [line.plain for line in draw_meter(SPACE, ASCII, 64)] == [
        "#" * 12 + "+" * 25 + "." * 27,
        "# other volumes 100 MiB   + lv_static 200 MiB   . free 212 MiB",
    ]
    assert [line.plain for line in draw_meter(SPACE, ASCII, 30)][1:] == [
        "# other volumes 100 MiB",
        "+ lv_static 200 MiB",
        ". free 212 MiB",
    ]


async def test_the_meter_follows_its_parts() -> None:
    meter = Meter()
    async with Host(meter).run_test(size=(30, 10)) as pilot:
        meter.parts = SPACE
        await pilot.pause()
        assert meter.size.height == 4
        meter.parts = (MeterPart("free", 1, Fill.FREE, "1 GiB"),)
        await pilot.pause()
        assert meter.size.height == 2


@pytest.mark.parametrize(
    ("row", "state", "word"),
    [
        (CommandRow("1", "", "x"), State.HERE, "running"),
        (CommandRow("1", "", "x", 0), State.GOOD, "ok"),
        (CommandRow("1", "", "x", 24), State.BAD, "exit 24"),
        (CommandRow("1", "", "x", -9, words="killed"), State.BAD, "killed"),
    ],
)
def test_how_a_command_ended(row: CommandRow, state: State, word: str) -> None:
    assert command_state(row) == (state, word)


def test_an_opened_command_shows_all_it_said() -> None:
    lines = command_lines(COMMANDS, frozenset({"2", "3"}), 76)
    inner = [line.text for line in lines if line.key is None]
    assert "".join(inner[:2]).replace("    -p", " -p") == COMMANDS[1].command
    assert "authorization failure)" in inner[5]
    assert inner[-1] == "No output."
    talkative = CommandRow("1", "", "dmesg", 0, output="line\n" * 1000)
    lines = command_lines((talkative,), frozenset({"1"}), 76)
    assert len(lines) == 1 + 1 + 1 + 200
    assert lines[2].text == "800 lines before"


async def test_commands_open_and_close() -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        commands = Commands(COMMANDS)
        await app.push_screen(commands)
        await pilot.pause()
        listing = commands.query_one(CommandList)
        assert listing.key == "3"
        await pilot.press("up", "enter")
        assert listing.opened == {"2"}
        commands.rows = (*COMMANDS, CommandRow("4", "14:03:00", "vgs"))
        await pilot.pause()
        assert listing.key == "2"
        await pilot.press("down")
        assert listing.key == "3"
        await pilot.press("escape")
        assert app.screen is not commands


async def test_no_command_yet() -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        commands = Commands(())
        await app.push_screen(commands)
        await pilot.pause()
        assert commands.query_one(".empty").display
        shown = commands.query_one(KeyBar).shown()
        assert "enter" not in [hint.key for hint in shown]
        await pilot.press("down", "enter", "f2")
        assert app.screen is not commands


def test_a_long_line_of_output_leaves_the_name_whole() -> None:
    name, output = (
        "Create the logical volume data in vg_data",
        "Wiping ext4 signature on /dev/vg_data/data. " * 3,
    )
    row = ProgressRow("1", name, State.HERE, output, started=0.0)
    (line,) = progress_lines([row], 3.0, 74)
    assert name in draw_progress(line, Look()).plain
