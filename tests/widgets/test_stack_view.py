"""The stack: what is inside what, how it is drawn, how the keys move in it, how little is drawn again."""

import pytest
from hypothesis import given, strategies as st
from msgspec.structs import replace

from tests.widgets.galleries import RUNGS
from tests.widgets.host import Host, lines_drawn
from widgets.glyphs import Glyphs
from widgets.look import Colours, Look
from widgets.rung_lines import Rung, RungLine, StackColumns, draw_rung, inside, owner, stack_lines
from widgets.stack_view import RungList, StackView
from widgets.state import State

ASCII = Look(Colours.MONO, Glyphs.ASCII)
NONE: frozenset[str] = frozenset()

RUNG = st.builds(
    Rung,
    key=st.uuids().map(str),
    kind=st.sampled_from(["LUN", "session", "a very long kind of thing"]),
    name=st.text(max_size=60),
    depth=st.integers(0, 4),
    detail=st.text(max_size=30),
    state=st.sampled_from(list(State)),
    state_word=st.text(max_size=30),
    note=st.text(max_size=30),
    heading=st.booleans(),
)


def drawn(rungs: tuple[Rung, ...], width: int = 78, folded: frozenset[str] = NONE) -> list[str]:
    columns = StackColumns.measure(rungs)
    lines = stack_lines(rungs, folded)
    return [draw_rung(line, columns, ASCII, width).plain.rstrip() for line in lines]


def tree(*depths: int) -> tuple[Rung, ...]:
    return tuple(Rung(f"{place}", "LUN", f"{place}", depth) for place, depth in enumerate(depths))


def test_a_heading_holds_everything_up_to_the_next() -> None:
    assert inside(RUNGS, 0) == range(1, 12)
    assert inside(RUNGS, 12) == range(13, 14)
    assert inside(RUNGS, 2) == range(3, 5)
    assert inside(RUNGS, 3) == range(4, 4)


@given(st.lists(RUNG, max_size=15))
def test_an_owner_holds_what_it_owns(rungs: list[Rung]) -> None:
    for index in range(len(rungs)):
        holders = [place for place in range(index) if index in inside(rungs, place)]
        assert owner(rungs, index) == (holders[-1] if holders else None)


def test_branches_are_joined_to_their_trunk() -> None:
    starts = [line.split("*")[0] for line in drawn(tree(0, 1, 2, 1, 0, 1, 2, 2))]
    assert starts == ["", "+-", "| `-", "+-", "", "`-", "  +-", "  `-"]


def test_the_columns_are_the_same_for_all() -> None:
    lines = drawn(RUNGS, 79)
    starts = [line[:16].rstrip() for line in lines[:6]]
    assert starts == [
        "lab:t1  iqn.2003",
        "* portal   192.0",
        "* session  1",
        "+-! session  2",
        "+-* session  3",
        "* LUN      0",
    ]
    words = ("answers", "LOGGED_IN", "FAILED", "LOGGED_IN", "running")
    assert len({line.index(word) for line, word in zip(lines[1:6], words, strict=True)}) == 1


@given(st.lists(RUNG, max_size=8), st.integers(24, 130))
def test_no_line_is_longer_than_the_screen(rungs: list[Rung], width: int) -> None:
    columns = StackColumns.measure(rungs)
    for line in stack_lines(rungs, NONE):
        assert draw_rung(line, columns, ASCII, width).cell_length <= width


def test_room_is_used_for_notes_and_lack_of_it_cuts_names() -> None:
    wide, narrow = drawn(RUNGS, 118), drawn(RUNGS, 60)
    assert "gives up in 1 min 46 s" in wide[3]
    assert "gives up" not in narrow[3]
    assert narrow[3].endswith("FAILED")
    assert ".." in narrow[10]
    assert "9a" in narrow[10]


def test_spacers_belong_to_the_ladder() -> None:
    lines = stack_lines(RUNGS, NONE, spaced=True)
    spacers = [line for line in lines if line.key is None]
    assert RungLine(None, joins="|") in spacers
    assert lines[1].key == "p1"
    assert lines[2] == RungLine(None, joins="|")
    assert [line.key for line in lines if line.key] == [rung.key for rung in RUNGS]


def test_what_is_folded_is_counted_with_its_problems() -> None:
    folded = frozenset({"t1"})
    assert [line.key for line in stack_lines(RUNGS, folded)] == ["t1", None, "t2", "p2"]
    assert drawn(RUNGS, folded=folded)[0] == "+ * lab:t1  2 problems, 11 layers folded"
    assert "2 layers folded" in " ".join(drawn(RUNGS, 118, frozenset({"s1"})))


def test_untrusted_names_stay_in_their_field() -> None:
    line = drawn((replace(RUNGS[1], name="\x1b[2J[red]" + "x" * 4096 + "\nend"),), 78)[0]
    assert len(line) <= 78
    assert "\x1b" not in line
    assert line.endswith("answers")
    assert "?[2J[red]" in line


async def test_keys_move_fold_and_find() -> None:
    stack = StackView(RUNGS)
    app = Host(stack)
    async with app.run_test(size=(80, 24), message_hook=app.messages.append) as pilot:
        assert stack.key == "t1"
        await pilot.press("exclamation_mark")
        assert stack.key == "s2"
        await pilot.press("left")
        assert stack.key == "s1"
        await pilot.press("left")
        assert stack.folded == {"s1"}
        await pilot.press("exclamation_mark")
        assert stack.key == "s2"
        assert stack.folded == NONE
        await pilot.press("exclamation_mark", "enter")
        await pilot.pause()
        assert stack.key == "map"
        assert [message.key for message in app.sent(StackView.Chosen)] == ["map"]
        assert app.sent(StackView.Highlighted)[-1].key == "map"
        assert app.sent(StackView.Highlighted)[-1].control is stack


async def test_what_is_folded_away_is_found_as_well() -> None:
    stack = StackView(RUNGS)
    app = Host(stack)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("left")
        app.action_find()
        await pilot.pause()
        await pilot.press(*"3260", "enter")
        assert stack.key == "p1"
        await pilot.press("n")
        assert stack.key == "p2"
        await pilot.press("escape", "up")
        assert stack.key == "t2"


async def test_the_cursor_stays_on_its_rung() -> None:
    stack = StackView(RUNGS)
    app = Host(stack)
    async with app.run_test(size=(80, 24)):
        assert stack.go_to("lv")
        stack.rungs = (Rung("new", "portal", "203.0.113.1:3260"), *RUNGS)
        assert stack.key == "lv"
        stack.rungs = tuple(rung for rung in stack.rungs if rung.key != "lv")
        assert stack.rung in {RUNGS[8], RUNGS[10]}


async def test_no_rungs() -> None:
    stack = StackView(RUNGS)
    app = Host(stack)
    async with app.run_test(size=(80, 24)) as pilot:
        stack.rungs = ()
        await pilot.press("down", "left", "enter", "exclamation_mark")
        assert stack.rung is None
        assert not stack.go_to("lv")


async def test_only_what_changed_is_drawn_again(monkeypatch: pytest.MonkeyPatch) -> None:
    many = tuple(replace(RUNGS[1], key=f"k{place}", name=f"192.0.2.{place}") for place in range(5000))
    stack = StackView(many)
    app = Host(stack)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        asked = lines_drawn(monkeypatch, RungList)
        stack.rungs = tuple(many)
        await pilot.pause()
        assert asked == []
        changed = replace(many[3], state=State.BAD, state_word="FAILED")
        stack.rungs = (*many[:3], changed, *many[4:])
        await pilot.pause()
        assert asked == ["k3"]
        await pilot.press("down")
        assert sorted(asked) == ["k0", "k1", "k3"]


async def test_of_thousands_of_rungs_only_those_in_sight_are_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    stack = StackView()
    app = Host(stack)
    asked = lines_drawn(monkeypatch, RungList)
    async with app.run_test(size=(120, 40)) as pilot:
        many = tuple(
            Rung(f"k{place}", "LUN", f"192.0.2.{place}", place % 3, heading=place % 50 == 0)
            for place in range(5000)
        )
        stack.rungs = many
        await pilot.pause()
        (show,) = stack.hits("192.0.2.4999")
        show()
        stack.action_fold()
        await pilot.pause()
    assert 0 < len(set(asked)) <= 3 * 40, "what stood there, what was found, what folding brought"


def test_short_names_keep_their_details() -> None:
    columns = StackColumns(kind=7, name=1, alone=15, detail=3, state=9, note=23).fitted(64)
    assert columns.detail == 3
    assert columns.alone == 15
