from hypothesis import given, strategies as st

from tui.setup.answers import NewVolume
from tui.setup.steps.layout import EXTENT, share_out, usable_extents

MIB = 1024**2


def test_a_disk_keeps_its_first_mebibyte_for_lvm() -> None:
    assert usable_extents(512 * MIB, 0) == 127
    assert usable_extents(512 * MIB, 8 * MIB) == 126
    assert usable_extents(513 * MIB, 0) == 128
    assert usable_extents(EXTENT, 0) == 0


def test_shares_count_what_the_sizes_leave() -> None:
    found = share_out(100, EXTENT, (NewVolume("a", "40M"), NewVolume("b", "50%"), NewVolume("c", "50%")))
    assert [row.extents for row in found.rows] == [10, 45, 45]
    assert (found.used, found.left, found.total) == (100 * EXTENT, 0, 100 * EXTENT)


def test_sizes_are_rounded_up_to_extents() -> None:
    found = share_out(10, EXTENT, (NewVolume("a", "5M"),))
    assert found.rows[0].extents == 2
    assert found.left == 8 * EXTENT


def test_too_much_is_seen_as_less_than_nothing_left() -> None:
    assert share_out(1, EXTENT, (NewVolume("a", "1G"),)).left < 0


def test_what_is_no_size_takes_nothing() -> None:
    assert share_out(10, EXTENT, (NewVolume("a", "much"),)).rows[0].extents == 0


@given(
    st.integers(0, 10**6),
    st.lists(st.one_of(st.integers(1, 100).map(lambda part: f"{part}%"), st.just("4M")), max_size=6),
)
def test_rows_and_rest_are_the_whole(free: int, sizes: list[str]) -> None:
    found = share_out(free, EXTENT, tuple(NewVolume(f"v{n}", size) for n, size in enumerate(sizes)))
    assert found.used + found.left == found.total == free * EXTENT
    assert all(row.size == row.extents * EXTENT >= 0 for row in found.rows)
