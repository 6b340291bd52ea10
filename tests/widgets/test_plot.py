"""Plots, countdowns and happenings: what is drawn, and how little of it is drawn again."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from hypothesis import given, strategies as st
from textual.app import ComposeResult
from textual.content import Content
from textual.geometry import Region

from widgets.bars.countdown import Countdown, CountLine
from widgets.bars.plot import PlotRow, Plots, columns, draw_plot
from widgets.changing_lines import ChangingLines, changed_cells
from widgets.glyphs import Glyphs
from widgets.happenings import HappeningList, HappeningRow, Happenings, draw_happening
from widgets.look import Colours, Look, LookApp
from widgets.state import State

LOOKS = [Look(), Look(Colours.SIXTEEN, Glyphs.CP437), Look(Colours.MONO, Glyphs.ASCII)]
VALUES = st.lists(st.floats(0, 1e12), max_size=100).map(tuple)


@pytest.mark.parametrize("look", LOOKS, ids=str)
def test_a_plot_rises_to_its_highest_value(look: Look) -> None:
    drawn = draw_plot(PlotRow("read", (0.0, 1.0, 100.0), "x"), look, 4)[0].plain
    levels = look.glyphs.levels
    assert drawn == levels[0] + levels[0] + levels[1] + levels[-1]


def test_next_to_nothing_looks_like_little() -> None:
    drawn = draw_plot(PlotRow("read", (5.0,), "x", least=1000.0), Look(), 1)[0].plain
    assert drawn == "▁▂"[1]


def test_a_tall_plot_has_more_steps() -> None:
    high, low = (line.plain for line in draw_plot(PlotRow("read", (8.0, 16.0, 4.0), "x"), Look(), 3, 2))
    assert (high, low) == (" █ ", "████"[:2] + "▅")


@given(VALUES, st.integers(1, 60), st.integers(1, 3), st.sampled_from(LOOKS))
def test_plots_have_their_width_and_only_the_look_s_characters(
    values: tuple[float, ...], width: int, tall: int, look: Look
) -> None:
    lines = draw_plot(PlotRow("x", values, "y"), look, width, tall)
    assert len(lines) == tall
    assert all(line.cell_length == width for line in lines)
    assert set("".join(line.plain for line in lines)) <= {*look.glyphs.levels, " "}
    assert columns(values, width)[-1] == (values[-1] if values else 0.0)


@given(st.text("ab ", max_size=20), st.text("ab ", max_size=20))
def test_the_changed_cells_are_enough(old: str, new: str) -> None:
    width = max(len(old), len(new))
    before, after = old.ljust(width), new.ljust(width)
    span = changed_cells(Content(before), Content(after))
    if span is None:
        assert before == after
    else:
        begin, end = span
        assert before[:begin] + after[begin:end] + before[end:] == after
        assert end - begin <= width


def row(text: str, words: str = "", count: int = 1) -> HappeningRow:
    return HappeningRow("1", "14:02:11", "kernel", text, words, count)


def test_a_happening_keeps_its_meaning_where_it_is_narrow() -> None:
    one = row("connection2:0: detected conn error (1022)", "the target stopped answering pings")
    wide = draw_happening(one, Look(), 110).plain
    assert wide.startswith("14:02:11 kernel   connection2:0: detected conn error (1022)  ")
    assert wide.endswith("the target stopped answering pings")
    narrow = draw_happening(one, Look(), 78).plain
    assert "connection2:0: detected…" in narrow
    assert narrow.endswith("the target stopped answering pings")
    assert "(3x)" in draw_happening(row("again", count=3), Look(), 60).plain


@given(st.text(max_size=80), st.text(max_size=80), st.integers(20, 120))
def test_a_happening_never_is_wider_than_its_line(text: str, words: str, width: int) -> None:
    drawn = draw_happening(row(text, words), Look(), width)
    assert drawn.cell_length <= width
    assert "\n" not in drawn.plain


class Showing(LookApp[None]):
    """One of the widgets, by itself."""

    def __init__(self, widget: ChangingLines) -> None:
        super().__init__(Look())
        self._widget = widget

    def compose(self) -> ComposeResult:
        yield self._widget


@contextmanager
def refreshed(widget: ChangingLines, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Region]]:
    """The regions that are drawn again meanwhile; one without a size stands for all of it."""
    found: list[Region] = []
    refresh = type(widget).refresh

    def note(self: ChangingLines, *regions: Region, **options: bool) -> ChangingLines:
        found.extend(regions or (Region(),))
        return refresh(self, *regions, **options)

    with monkeypatch.context() as patch:
        patch.setattr(type(widget), "refresh", note)
        yield found


async def test_a_second_redraws_only_its_digits(monkeypatch: pytest.MonkeyPatch) -> None:
    countdown = Countdown()
    app = Showing(countdown)
    async with app.run_test(size=(60, 10)) as pilot:
        countdown.lines = (
            CountLine("gives up", "in 1 min 46 s", "after 120 s"),
            CountLine("", "", share=0.5),
        )
        await pilot.pause()
        with refreshed(countdown, monkeypatch) as regions:
            countdown.lines = (
                CountLine("gives up", "in 1 min 45 s", "after 120 s"),
                CountLine("", "", share=0.5),
            )
            await pilot.pause()
        assert regions == [Region(20, 0, 1, 1)]
        shown = app.screen._compositor.render_strips()[0].text
        assert shown.startswith("gives up  in 1 min 45 s  after 120 s")
        countdown.lines = ()
        await pilot.pause()
        assert not countdown.display


async def test_a_steady_plot_draws_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    plots = Plots()
    app = Showing(plots)
    async with app.run_test(size=(60, 10)) as pilot:
        plots.rows = (PlotRow("read", (0.0,) * 60, "0 B/s"), PlotRow("latency", (), "recorded"))
        await pilot.pause()
        with refreshed(plots, monkeypatch) as regions:
            plots.rows = (PlotRow("read", (0.0,) * 59, "0 B/s"), PlotRow("latency", (), "recorded"))
            await pilot.pause()
        assert regions == []
        lines = [strip.text.rstrip() for strip in app.screen._compositor.render_strips()[:2]]
        assert lines[0].startswith("read     ▁")
        assert lines[0].endswith("▁  0 B/s")
        assert lines[1] == "latency  recorded"
        plots.tall = 2
        await pilot.pause()
        assert plots.size.height == 3


async def test_the_newest_happenings_are_at_the_bottom() -> None:
    news = Happenings()
    app = Showing(news)
    async with app.run_test(size=(80, 3)) as pilot:
        news.styles.max_height = "100vh"
        news.empty = "Nothing has happened yet."
        await pilot.pause()
        assert app.screen._compositor.render_strips()[0].text.startswith("Nothing has happened yet.")
        news.rows = tuple(HappeningRow(str(at), f"14:02:{at:02}", "event", f"line {at}") for at in range(9))
        await pilot.pause()
        shown = [strip.text.split()[-1] for strip in app.screen._compositor.render_strips()]
        assert shown == ["6", "7", "8"]
        await pilot.resize_terminal(80, 5)
        await pilot.pause()
        assert len([strip for strip in app.screen._compositor.render_strips() if strip.text.strip()]) == 5


async def test_the_list_follows_the_newest_until_the_cursor_leaves_it() -> None:
    listed = HappeningList()
    chosen: list[str] = []

    class Listing(LookApp[None]):
        def compose(self) -> ComposeResult:
            yield listed

        def on_happening_list_chosen(self, event: HappeningList.Chosen) -> None:
            chosen.append(event.key)

    rows = tuple(HappeningRow(str(at), "14:02:00", "event", f"line {at}", state=State.BAD) for at in range(9))
    async with Listing(Look()).run_test(size=(80, 5)) as pilot:
        listed.show_rows(rows[:8])
        assert listed.key == "7"
        listed.show_rows(rows)
        assert listed.key == "8"
        await pilot.press("up", "enter")
        assert chosen == ["7"]
        listed.show_rows((*rows, HappeningRow("9", "14:02:01", "event", "line 9")))
        assert listed.key == "7"
