"""How the console's screen is shared out: the stacks first, names whole, what to press in sight."""

import pytest

from tests.screens.driving import COLOUR, lines_of, press, settle, text_of
from tests.screens.living import hundred, with_failure
from tui.screens.console.order import folding_words
from tui.screens.console.panes import details_width
from widgets.glyphs import Glyphs
from widgets.look import Colours, Look
from widgets.rung_lines import Rung, StackColumns, draw_rung, stack_lines

PLAIN = Look(Colours.MONO, Glyphs.ASCII)
UUID = "3026b216-6f7f-44f8-9be5-8ab71f6e7074"


@pytest.mark.parametrize(
    ("width", "stacks", "cells"), [(80, 70, None), (120, 100, 40), (120, 70, 46), (200, 60, 90)]
)
def test_the_details_get_what_the_stacks_leave(width: int, stacks: int, cells: int | None) -> None:
    assert details_width(width, stacks) == cells


def drawn(*rungs: Rung, width: int = 78) -> list[str]:
    columns = StackColumns.measure(rungs)
    return [draw_rung(line, columns, PLAIN, width).plain for line in stack_lines(rungs, frozenset())]


def test_nothing_is_cut_beside_blank_columns() -> None:
    lines = drawn(
        Rung("p", "portal", "[fe80:1234:5678:9abc:def0:1234:5678:9abc]:3260", state_word="unknown"),
        Rung("l", "LUN", "0", detail="sdb", state_word="running", note="512 MiB, LIO-ORG FILEIO"),
        Rung("f", "filesystem", "ext4", detail=UUID, state_word="ok"),
        Rung("m", "mount", "/srv/data", detail="0 % of 973 MiB used", state_word="rw"),
    )
    assert "[fe80:1234:5678:9abc:def0:1234:5678:9abc]:3260  " in lines[0]
    assert "512 MiB, LIO-ORG FILEIO" in lines[1]
    assert UUID in lines[2]
    assert "0 % of 973 MiB used" in lines[3]


@pytest.mark.parametrize("width", range(24, 120, 5))
def test_a_size_is_whole_or_not_there(width: int) -> None:
    lun = Rung("l", "LUN", "0", detail="sdb", state_word="running", note="512 MiB, LIO-ORG FILEIO")
    line = drawn(lun, Rung("f", "filesystem", "ext4", detail=UUID, state_word="ok"), width=width)[0]
    assert ("51" in line) is ("512 MiB" in line)
    assert ("LIO" in line) is ("LIO-ORG FILEIO" in line)


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (120, 40), (200, 60)])
async def test_since_when_and_what_to_press_are_in_sight(size: tuple[int, int]) -> None:
    async with with_failure().app(COLOUR).run_test(size=size) as pilot:
        await settle(pilot)
        shown = lines_of(pilot)
        assert any("session" in line and "FAILED" in line and "since" in line for line in shown)
        assert "Press r to find out" in text_of(pilot)


async def test_many_stacks_begin_with_the_broken_ones_and_f_says_what_it_did() -> None:
    async with hundred(3).app(COLOUR).run_test(size=(80, 24), notifications=True) as pilot:
        await settle(pilot)
        shown = lines_of(pilot)
        broken = next(number for number, line in enumerate(shown) if "FAILED" in line)
        folded = next(number for number, line in enumerate(shown) if "layers folded" in line)
        assert broken < folded
        await press(pilot, "f")
        assert "healthy stacks unfolded" in text_of(pilot)


def test_folding_is_counted() -> None:
    assert folding_words(0, folded=True) == "No stack is healthy: nothing is folded."
    assert folding_words(1, folded=True) == "1 healthy stack folded."
    assert folding_words(97, folded=False) == "97 healthy stacks unfolded."
