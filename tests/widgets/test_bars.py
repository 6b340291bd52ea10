"""The frame of a screen: top bar, rail, explanation, key bar, help."""

from typing import ClassVar

import pytest
from hypothesis import given, strategies as st
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.screen import Screen

from tests.widgets.galleries import DISCOVER, STEPS, TOP, FormGallery, FrameGallery, TableGallery
from tests.widgets.host import Host
from widgets.explain import Explain, Explanation, draw_explanation
from widgets.glyphs import Glyphs
from widgets.header import TopFacts, draw_top_bar
from widgets.help import draw_keys, keys_of
from widgets.key_bar import KeyBar, KeyHint, draw_key_bar, key_name, order_hints
from widgets.look import Colours, Look
from widgets.rail import Rail, RailStep
from widgets.state import State

ASCII = Look(Colours.MONO, Glyphs.ASCII)
FULL = Look()
HINTS = tuple(
    KeyHint(key, words)
    for key, words in (
        ("escape", "leave"),
        ("f2", "commands"),
        ("ctrl+n", "next"),
        ("d", "disconnect"),
        ("enter", "open"),
        ("f1", "help"),
    )
)


def text(lines: list[str]) -> str:
    return "\n".join(lines)


@given(st.builds(TopFacts, *[st.text(max_size=50)] * 3), st.integers(20, 140))
def test_the_top_bar_is_one_line(facts: TopFacts, width: int) -> None:
    assert "\n" not in draw_top_bar(facts, FULL, width).plain


def test_the_top_bar_keeps_its_right_side() -> None:
    facts = TopFacts("iscsi-console", "db7", TOP.initiator, "root", problems="1 problem", note="3 sessions")
    for width in (80, 120):
        line = draw_top_bar(facts, ASCII, width)
        assert line.cell_length == width
        assert line.plain.startswith("iscsi-console  db7   iqn.")
        assert line.plain.endswith("! 1 problem   3 sessions   root")
    assert "iqn" not in draw_top_bar(facts, ASCII, 56).plain


def rail_lines(rail: Rail) -> list[str]:
    return rail.render().plain.split("\n")


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_eight_steps_with_notes_fit(size: tuple[int, int]) -> None:
    steps = tuple(
        RailStep(step.key, step.name, State.GOOD, "what was chosen for it, at length") for step in STEPS
    )
    rail = Rail("Set up storage", steps)
    async with Host(rail).run_test(size=size) as pilot:
        await pilot.pause()
        lines = rail_lines(rail)
        assert len(lines) <= rail.content_size.height
        assert all(len(line) <= rail.content_size.width for line in lines)
        assert sum(line.startswith("●") for line in lines) == 8
        assert sum("…" in line for line in lines) == 8
        assert lines[0] == "Set up storage"


async def test_the_rail_marks_where_we_are() -> None:
    rail = Rail("Set up", STEPS)
    async with Host(rail, look=ASCII).run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        lines = rail_lines(rail)
        assert lines[2:8] == ["* 1 Name", "| c3b048656983", "* 2 CHAP", lines[5], "> 3 Discover", "| "]
        assert lines[5].startswith("| one-w...")
        rail.steps = (*STEPS[:2], RailStep("discover", "Discover", State.GOOD, "2 targets"), *STEPS[3:])
        await pilot.pause()
        assert rail_lines(rail)[6:8] == ["* 3 Discover", "| 2 targets"]


async def test_a_low_screen_still_shows_the_steps() -> None:
    rail = Rail("Set up", STEPS)
    async with Host(rail).run_test(size=(80, 16)) as pilot:
        await pilot.pause()
        lines = rail_lines(rail)
        assert "8 At boot" in lines[-1]
        assert lines[1] == "● 1 Name"


async def test_a_rail_of_one_line_shows_where_we_are() -> None:
    rail = Rail("Set up", STEPS)
    async with Host(rail, look=ASCII).run_test(size=(60, 20)) as pilot:
        rail.styles.height, rail.styles.width, rail.styles.padding = 1, "100%", 0
        await pilot.pause()
        assert rail_lines(rail)[0].startswith("* * > 3 Discover  o o")


def explained(text: Explanation, width: int, most: int | None = None) -> list[str]:
    return [line.plain.rstrip() for line in draw_explanation(text, ASCII, width, most)]


def test_commands_hang() -> None:
    assert explained(DISCOVER, 48) == [
        "Why   The portal lists the targets it will show",
        "      this initiator. Nothing is changed on it.",
        "Runs  iscsiadm -m discoverydb -t sendtargets",
        "          -p 192.0.2.10:3260 -o new --discover",
    ]


def test_what_does_not_fit_is_counted() -> None:
    text = Explanation("Why not.", tuple(f"command {place}" for place in range(9)))
    assert explained(text, 60, 5)[-2:] == ["      command 2", "      and 6 more commands"]
    assert len(explained(text, 60, 5)) == 5
    assert len(explained(text, 60)) == 10
    assert explained(Explanation("x", runs_note="Nothing runs yet."), 60) == [
        "Why   x",
        "Runs  Nothing runs yet.",
    ]
    assert explained(Explanation(), 60) == []


def test_commands_are_not_markup() -> None:
    assert explained(Explanation(runs=("echo '[red]' \x1b[2J",)), 60) == ["Runs  echo '[red]' ?[2J"]


async def test_the_panel_is_as_high_as_what_it_says() -> None:
    panel = Explain(DISCOVER)
    async with Host(panel).run_test(size=(60, 24)) as pilot:
        await pilot.pause()
        assert panel.region.height == 6
        panel.text = Explanation("Short.")
        await pilot.pause()
        assert panel.region.height == 3
        panel.text = Explanation("Long.", tuple(f"command {place}" for place in range(99)))
        await pilot.pause()
        assert panel.region.height <= 8


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("enter", "Enter"),
        ("ctrl+n", "^N"),
        ("f12", "F12"),
        ("escape", "Esc"),
        ("slash", "/"),
        ("r", "r"),
        ("fx", "fx"),
    ],
)
def test_key_names(key: str, name: str) -> None:
    assert key_name(key) == name


def test_the_likeliest_key_comes_first() -> None:
    assert [hint.key for hint in order_hints(HINTS)] == ["enter", "ctrl+n", "d", "f2", "f1", "escape"]
    assert draw_key_bar(HINTS, FULL, 80).plain == (
        "Enter open   ^N next   d disconnect   F2 commands   F1 help   Esc leave"
    )


def test_a_full_line_keeps_what_is_needed_most() -> None:
    assert draw_key_bar(HINTS, FULL, 40).plain == "Enter open   F1 help   Esc leave"
    many = [KeyHint(letter, f"action {letter}") for letter in "abcdefghijk"]
    assert draw_key_bar([*HINTS, *many], FULL, 400).plain.count("   ") == 7


@given(st.lists(st.builds(KeyHint, st.sampled_from("abcdef"), st.text(max_size=30)), min_size=2, max_size=12))
def test_the_key_bar_fits(hints: list[KeyHint]) -> None:
    assert draw_key_bar(hints, FULL, 70).cell_length <= 70


def test_a_key_that_does_nothing_now_shows_it() -> None:
    hint = [KeyHint("ctrl+n", "next", enabled=False)]
    assert draw_key_bar(hint, ASCII, 80).plain == "(^N next)"
    assert draw_key_bar(hint, FULL, 80).plain == "^N next"


async def test_the_key_bar_follows_the_bindings() -> None:
    app = TableGallery(FULL)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        bar = app.query_one(KeyBar)
        shown = bar.render().plain
        assert shown == "Enter use them   Space mark   ^N next   ^P back   F1 help   Esc leave"
        assert [hint.key for hint in bar.hints if not hint.enabled] == ["ctrl+n"]
        app.set_focus(None)
        await pilot.pause()
        await pilot.pause()
        assert "Space" not in bar.render().plain
        bar.enter = ""
        assert not bar.render().plain.startswith("Enter")


async def test_help_knows_the_keys_the_bar_has_no_room_for() -> None:
    app = TableGallery(FULL)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        keys = keys_of(app.screen)
        assert {hint.key for hint in keys} == {"space", "a", "ctrl+n", "ctrl+p", "f1", "f2", "escape"} | {
            "y",
            "ctrl+q",
            "ctrl+l",
            "f10",
        }
        drawn = draw_keys(keys, FULL).plain.split("\n")
        assert "a       Mark all, or none" in drawn
        assert "^N      next (not now)" in drawn


class Plain(Screen[None]):
    """A screen of its own."""

    BINDINGS: ClassVar[list[BindingType]] = [("x", "x", "explode")]

    def compose(self) -> ComposeResult:
        yield KeyBar()


async def test_each_screen_has_its_own_keys() -> None:
    app = FormGallery(FULL)
    async with app.run_test(size=(80, 24)) as pilot:
        await app.push_screen(Plain())
        await pilot.pause()
        await pilot.pause()
        assert app.screen.query_one(KeyBar).render().plain.startswith("x explode")


async def test_the_frame_fits_into_eighty_by_twenty_four() -> None:
    app = FrameGallery(FULL)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert app.query_one(Rail).region.width == 26
        assert app.query_one(Explain).region.bottom == 23
        assert app.query_one(KeyBar).region.y == 23
