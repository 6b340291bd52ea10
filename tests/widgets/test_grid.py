"""A table that is wider than the screen."""

from tests.widgets.host import Host
from widgets.state import State
from widgets.tables.grid import Grid, GridCell, GridRow

GOOD = GridCell(State.GOOD, "mounted")
BAD = GridCell(State.BAD, "blocked\x1b[2J")
NONE = GridCell(None)


def rows(count: int) -> tuple[GridRow, ...]:
    cells = tuple((GOOD, BAD, NONE)[place % 3] for place in range(count))
    return (GridRow("title", "LUNs"), GridRow("one", "naa.one", cells), GridRow("two", "naa.two", cells))


def says(app: Host, words: str) -> bool:
    """Whether words are on the screen."""
    return words in "\n".join(strip.text for strip in app.screen._compositor.render_strips())


async def test_only_the_columns_that_fit_are_drawn_and_the_cursor_brings_others() -> None:
    table = Grid()
    app = Host(table)
    async with app.run_test(size=(80, 12), message_hook=app.messages.append) as pilot:
        table.columns = tuple(f"host{place}" for place in range(500))
        table.rows = rows(500)
        table.focus()
        await pilot.pause()
        assert says(app, "1-")
        assert says(app, "of 500")
        assert says(app, "host0")
        assert not says(app, "host9")
        assert (table.key, table.column) == ("one", 0)
        await pilot.press(*("right",) * 9)
        assert table.column == 9
        assert says(app, "host9")
        assert not says(app, "host0 ")
        await pilot.press("down", "down", "enter")
        assert table.key == "two"
        assert [message.column for message in app.sent(Grid.Picked)] == [9]
        await pilot.press("ctrl+right")
        assert table.column > 10
        await pilot.press(*("ctrl+left",) * 9)
        assert table.column == 0
        await pilot.press("left")
        assert table.column == 0


async def test_the_cell_under_the_cursor_is_marked_without_color() -> None:
    table = Grid()
    app = Host(table)
    async with app.run_test(size=(80, 12)) as pilot:
        table.columns = ("db1", "db2", "db3")
        table.rows = rows(3)
        table.focus()
        await pilot.press("right")
        assert says(app, "[✖ blocked")
        assert not says(app, "of 3")
        assert not says(app, "\x1b")


async def test_fewer_columns_keep_the_cursor_inside() -> None:
    table = Grid()
    app = Host(table)
    async with app.run_test(size=(60, 12)) as pilot:
        table.columns = tuple("abcdefgh")
        table.rows = rows(8)
        table.go_to("two", 7)
        assert (table.key, table.column) == ("two", 7)
        table.columns = ("a", "b")
        table.rows = rows(2)
        await pilot.pause()
        assert table.column == 1
        table.go_to("nothing", 0)
        assert (table.key, table.column) == ("two", 0)
