"""Looks: what they draw with, and that nothing depends on colour alone."""

import pytest
from textual.app import App
from textual.content import Content
from textual.geometry import Size
from textual.scrollbar import ScrollBar
from textual.widgets import Static

from tests.console_fonts import in_every_font
from tests.widgets.galleries import FormGallery, StackGallery
from widgets.bars.scroll_bar import scroll_bar_render
from widgets.glyphs import Glyphs, GlyphSet, glyph_set
from widgets.look import Colours, Look, LookApp, look_of
from widgets.state import Role, State, state_role, state_word
from widgets.text import cells

LOOKS = [Look(colours, glyphs) for colours in Colours for glyphs in Glyphs]


def characters(glyphs: GlyphSet) -> set[str]:
    drawn = {glyph for _state, glyph in glyphs.states}
    fields = (field for field in GlyphSet.__struct_fields__ if field != "states")
    return drawn.union(*(getattr(glyphs, field) for field in fields))


@pytest.mark.parametrize("name", list(Glyphs))
def test_every_state_has_a_shape_of_its_own(name: Glyphs) -> None:
    glyphs = glyph_set(name)
    shapes = [glyphs.state(state) for state in State]
    assert len(set(shapes)) == len(State)
    assert all(cells(shape) == 1 for shape in shapes)
    assert len({glyphs.full, glyphs.added, glyphs.empty}) == 3


@pytest.mark.parametrize("state", list(State))
def test_every_state_has_a_word_and_a_role(state: State) -> None:
    assert state_word(state)
    assert state_role(state) in Role


def test_console_glyphs_are_in_every_console_font() -> None:
    assert characters(glyph_set(Glyphs.CP437)) <= in_every_font()


def test_ascii_glyphs_are_ascii() -> None:
    assert all(character.isascii() for character in characters(glyph_set(Glyphs.ASCII)))


def test_plain_glyphs_get_plain_typography() -> None:
    text = "“a” \N{EN DASH} 2 \N{MULTIPLICATION SIGN} 3 → b…"
    assert Look(Colours.FULL, Glyphs.UNICODE).plain(text) == text
    assert Look(Colours.MONO, Glyphs.ASCII).plain(text) == '"a" - 2 x 3 > b...'


@pytest.mark.parametrize("role", list(Role))
def test_text_is_never_markup_and_never_moves_the_cursor(role: Role) -> None:
    drawn = Look().text("[bold red]x[/]\x1b[2J\nsecond", role)
    assert drawn.plain == "[bold red]x[/]?[2J\nsecond"


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: f"{look.colours}-{look.glyph_name}")
async def test_every_look_can_be_worn(look: Look) -> None:
    app = FormGallery(look)
    async with app.run_test(size=(80, 24)):
        assert app.theme == f"storage-{look.colours}"
        assert app.native_ansi_color is look.native
        assert app.no_color is (look.colours is Colours.MONO)
        assert look_of(app.screen) is look
        assert app.has_class(f"-{look.glyph_name}")


@pytest.mark.parametrize(("term", "theme"), [("xterm-256color", "-256"), ("xterm-direct", "")])
async def test_few_colours_get_their_own_palette(
    term: str, theme: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("COLORTERM")
    monkeypatch.setenv("TERM", term)
    app: LookApp[None] = LookApp(Look(Colours.LIGHT))
    async with app.run_test():
        assert app.theme == "storage-light" + theme


async def test_without_colour_no_line_carries_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    app = StackGallery(Look(Colours.MONO, Glyphs.CP437))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        rows = app.query_one("RungList").render_lines(Size(80, 16).region)
        styles = [segment.style for strip in rows for segment in strip if segment.style]
        colours = {str(colour.name) for style in styles for colour in (style.color, style.bgcolor) if colour}
        assert colours <= {"default"}
        assert any(style.reverse for style in styles)
        assert not any(style.dim for style in styles)


async def test_elsewhere_the_plain_look_is_used() -> None:
    app: App[None] = App()
    async with app.run_test():
        assert look_of(app.screen) == Look(Colours.FULL, Glyphs.UNICODE)


class Speaking(LookApp[None]):
    """Says something that looks like markup."""

    def on_mount(self) -> None:
        self.notify("[red]iqn[/] \x1b[2J", title="[b]target[/b]")


async def test_what_is_said_is_never_markup() -> None:
    async with Speaking().run_test(notifications=True) as pilot:
        await pilot.pause()
        toast = pilot.app.screen.query_one("Toast", Static)
        shown = toast.render()
        assert isinstance(shown, Content)
        assert "[red]iqn[/] ?[2J" in shown.plain
        assert "[b]target[/b]" in shown.plain


def thumb(position: float, *, size: int = 10, whole: float = 50, window: float = 10) -> str:
    glyphs = glyph_set(Glyphs.ASCII)
    bar = scroll_bar_render(glyphs).render_bar(size, whole, window, position)
    return "".join(segment.text for segment in bar.segments)


def test_the_scroll_bar_touches_an_end_only_there() -> None:
    assert thumb(0) == "##||||||||"
    assert thumb(1) == "|##|||||||"
    assert thumb(39) == "|||||||##|"
    assert thumb(40) == "||||||||##"
    assert thumb(0, whole=10) == "||||||||||"


def test_the_scroll_bar_follows_the_glyphs() -> None:
    Speaking(Look(Colours.MONO, Glyphs.ASCII))
    strip = ScrollBar.renderer.render_bar(4, 8, 4, 0)
    assert {segment.text for segment in strip.segments} == {"#", "|"}
    Speaking()
    strip = ScrollBar.renderer.render_bar(4, 8, 4, 0)
    assert {segment.text for segment in strip.segments} == {"┃", "│"}
