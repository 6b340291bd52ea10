"""The bars of sizes: one scale, aligned, readable without colour, and never wider than there is room."""

from hypothesis import example, given, strategies as st

from widgets.bars.size_bars import SizeBar, draw_bars
from widgets.look import Look
from widgets.state import State

LOOK = Look()
ROWS = (
    SizeBar("lun", "LUN", "sda", 1024, words="1 GiB"),
    SizeBar("pv", "PV", "/dev/mapper/mpatha", 512, 1024, "512 MiB", State.WARN, "half of it is not used"),
    SizeBar("fs", "files", "/srv/data", None, words="?", state=State.UNKNOWN),
)


def drawn(width: int) -> list[str]:
    return [line.plain for line in draw_bars(ROWS, LOOK, width)]


def test_a_row_shows_what_it_has_and_what_it_could_have() -> None:
    lun, pv, _note, files = drawn(80)
    full, added = LOOK.glyphs.full, LOOK.glyphs.added
    assert lun.count(full) == 2 * pv.count(full)
    assert pv.count(added) == pv.count(full)
    assert full not in files
    assert lun.index(full) == pv.index(full)


def test_the_note_stands_beside_the_bar_where_there_is_room_and_below_it_elsewhere() -> None:
    assert "half of it is not used" in drawn(120)[1]
    narrow = drawn(80)
    assert narrow[2].strip() == "half of it is not used"


def test_nothing_is_drawn_of_nothing() -> None:
    assert draw_bars((), LOOK, 80) == []


@given(
    st.lists(
        st.builds(
            SizeBar,
            key=st.text(max_size=3),
            kind=st.sampled_from(("LUN", "PV", "files")),
            name=st.text(st.characters(codec="ascii", categories=("L", "N")), max_size=60),
            amount=st.none() | st.integers(0, 2**60),
            room=st.integers(0, 2**60),
            words=st.sampled_from(("", "1 GiB", "99.5 TiB")),
            state=st.sampled_from(State),
            note=st.sampled_from(("", "its disk has room for 512 MiB more than that")),
        ),
        max_size=6,
    ),
    st.integers(50, 160),
)
@example(
    [SizeBar("a", "files", "n" * 30, 1, 1, "99.5 TiB", State.WARN, "its disk has room for 512 MiB more")], 50
)
def test_no_line_is_wider_than_its_place(rows: list[SizeBar], width: int) -> None:
    for line in draw_bars(tuple(rows), LOOK, width):
        assert line.cell_length <= width
