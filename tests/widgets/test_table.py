"""Lists to pick from."""

import pytest
from hypothesis import given, strategies as st
from textual.widgets import Static

from tests.widgets.galleries import IQN, TARGETS
from tests.widgets.host import Host, shows
from widgets.glyphs import Glyphs
from widgets.look import Colours, Look
from widgets.state import State
from widgets.table import PickList
from widgets.tables.pick_lines import Column, PickLine, PickRow, PickWidths, draw_pick, draw_titles

ASCII = Look(Colours.MONO, Glyphs.ASCII)
COLUMNS = (Column("Target", grow=True), Column("Portals", align_right=True))
CUT_OFF = st.text(max_size=70)


def picks(*, many: bool = True) -> PickList:
    return PickList(COLUMNS, TARGETS, many=many, id="targets")


def test_columns_are_in_line_with_their_titles() -> None:
    fitted = PickWidths.measure(COLUMNS, TARGETS, marks=True).fitted(COLUMNS, 110)
    title = draw_titles(fitted, COLUMNS, ASCII).plain
    line = draw_pick(PickLine("t2", TARGETS[1], checked=False), fitted, COLUMNS, ASCII, 110).plain
    assert title.index("Target") == line.index(IQN)
    assert title.index("Portals") + len("Portals") == line.index("2  keeps") + 1
    assert line.startswith("[ ] * known    iqn")
    assert line.endswith("keeps its settings")


@given(
    st.lists(st.builds(PickRow, st.uuids().map(str), st.tuples(CUT_OFF, CUT_OFF), note=CUT_OFF), max_size=5)
)
def test_a_row_fits_whatever_is_in_it(rows: list[PickRow]) -> None:
    for width in (40, 54, 78, 120):
        fitted = PickWidths.measure(COLUMNS, rows, marks=True).fitted(COLUMNS, width)
        for row in rows:
            line = draw_pick(PickLine(row.key, row, checked=True), fitted, COLUMNS, ASCII, width)
            assert line.cell_length <= width
            assert "\x1b" not in line.plain


async def test_marks() -> None:
    targets = picks()
    app = Host(targets)
    async with app.run_test(size=(80, 24), message_hook=app.messages.append) as pilot:
        await pilot.press("space", "down", "space")
        assert targets.checked == {"t1", "t2"}
        await pilot.press("space")
        assert targets.checked == {"t1"}
        await pilot.press("a")
        assert targets.checked == {"t1", "t2", "t4"}
        await pilot.press("a")
        assert targets.checked == frozenset()
        marks = [message.keys for message in app.sent(PickList.Checked)]
        assert marks[:3] == [frozenset({"t1"}), frozenset({"t1", "t2"}), frozenset({"t1"})]
        assert [message.key for message in app.sent(PickList.Highlighted)] == ["t1", "t2"]


async def test_what_cannot_be_chosen_says_why() -> None:
    targets = picks()
    app = Host(targets)
    async with app.run_test(size=(80, 24), notifications=True, message_hook=app.messages.append) as pilot:
        assert targets.go_to("t3")
        await pilot.press("space", "enter")
        await pilot.pause()
        assert targets.checked == frozenset()
        assert app.sent(PickList.Picked) == []
        assert "link-local, not reachable here" in str(app.screen.query_one("Toast", Static).render())
        whole = targets.query_one(".whole", Static)
        assert whole.display
        assert "link-local, not reachable here" in str(whole.render())


async def test_one_of_many_is_picked() -> None:
    targets = picks(many=False)
    app = Host(targets)
    async with app.run_test(size=(80, 24), message_hook=app.messages.append) as pilot:
        await pilot.press("down", "space", "enter")
        await pilot.pause()
        assert targets.checked == frozenset()
        assert [message.key for message in app.sent(PickList.Picked)] == ["t2"]
        assert app.sent(PickList.Picked)[0].control is targets
        assert "[ ]" not in "".join(segment.text for segment in targets.query_one("PickLines").render_line(0))


async def test_rows_come_and_go() -> None:
    targets = picks()
    targets.empty = "No target is offered."
    app = Host(targets)
    async with app.run_test(size=(80, 24)) as pilot:
        targets.checked = frozenset({"t1", "t2"})
        targets.rows = TARGETS[1:2]
        await pilot.pause()
        assert targets.checked == {"t2"}
        assert targets.row == TARGETS[1]
        targets.rows = ()
        await pilot.pause()
        assert targets.key is None
        assert targets.checked == frozenset()
        assert shows(targets.query_one(".empty"))
        assert not shows(targets.query_one("PickLines"))
        targets.rows = TARGETS
        await pilot.pause()
        assert not shows(targets.query_one(".empty"))


@pytest.mark.parametrize("size", [(80, 24), (30, 10)])
async def test_a_long_name_is_shown_whole_below(size: tuple[int, int]) -> None:
    name = "iqn.2001-05.com.example:" + "storage-" * 8 + "end"
    targets = PickList(COLUMNS, (PickRow("t", (name, "1"), State.GOOD),))
    app = Host(targets)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        assert str(targets.query_one(".whole", Static).render()).replace("\n", "") == name


async def test_five_thousand_rows() -> None:
    rows = tuple(PickRow(f"k{place}", (f"{IQN}:t{place}", str(place)), State.GOOD) for place in range(5000))
    targets = PickList(COLUMNS, rows, many=True)
    targets.styles.height = "1fr"
    app = Host(targets)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("end")
        assert targets.key == "k4999"
        await pilot.press("home", "pagedown")
        assert targets.key is not None
        assert 10 < int(targets.key[1:]) < 24
