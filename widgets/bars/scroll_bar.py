"""A scroll bar of whole cells, drawn with a glyph set: visible without colour and on a console font."""

from math import ceil

from rich.color import Color
from rich.segment import Segment, Segments
from rich.style import Style
from textual.scrollbar import ScrollBarRender

from widgets.glyphs import GlyphSet


def scroll_bar_render(glyphs: GlyphSet) -> type[ScrollBarRender]:
    """Return a renderer for `textual.scrollbar.ScrollBar.renderer` that draws with a glyph set."""

    class WholeCells(ScrollBarRender):
        @classmethod
        def render_bar(  # noqa: PLR0917 - the signature of the class it replaces
            cls,
            size: int = 25,
            virtual_size: float = 50,
            window_size: float = 20,
            position: float = 0,
            thickness: int = 1,
            vertical: bool = True,
            back_color: Color = Color.default(),  # noqa: B008 - the signature of the class it replaces
            bar_color: Color = Color.default(),  # noqa: B008 - likewise
        ) -> Segments:
            """Return the bar; the thumb touches an end of it only at that end of the list."""
            start, end = _thumb(int(size), virtual_size, window_size, position)
            track_character = glyphs.track if vertical else glyphs.horizontal
            track = Segment(track_character * thickness, Style(color=back_color))
            thumb = Segment(glyphs.thumb * thickness, Style(color=bar_color))
            cells = [thumb if start <= cell < end else track for cell in range(int(size))]
            if vertical:
                return Segments(cells, new_lines=True)
            return Segments([*cells, Segment.line()] * thickness)

    return WholeCells


def _thumb(size: int, virtual_size: float, window_size: float, position: float) -> tuple[int, int]:
    hidden = virtual_size - window_size
    if not size or not window_size or hidden <= 0:
        return (0, 0)
    length = min(size, max(1, ceil(size * window_size / virtual_size)))
    free = size - length
    if position <= 0:
        start = 0
    elif position >= hidden:
        start = free
    else:
        start = min(max(1, round(free * position / hidden)), max(0, free - 1))
    return (start, start + length)
