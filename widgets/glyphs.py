"""The characters a look draws with: Unicode, those of every console font, or ASCII."""

from enum import StrEnum

from msgspec import Struct

from widgets.state import State


class Glyphs(StrEnum):
    """Names of the glyph sets. The values are what a program stores or passes on a command line."""

    UNICODE = "unicode"
    CP437 = "cp437"
    """Only what every console font of console-setup has: of code page 437 ASCII, lines and three blocks."""
    ASCII = "ascii"


class GlyphSet(Struct, frozen=True):
    """One set of characters, each of them one cell wide."""

    states: tuple[tuple[State, str], ...]
    """The dot of every state; no two of the same shape, so that they differ without colour."""
    vertical: str
    horizontal: str
    branch: str
    """The start of a side branch, leaving a vertical line to the right."""
    last_branch: str
    cursor: str
    """The mark at the left edge of the line the keys act on."""
    folded: str
    ellipsis: str
    """Stands for what was cut out; one to three cells."""
    mask: str
    """Stands for one character of a secret."""
    radio_on: str
    radio_off: str
    check_on: str
    check_off: str
    check_locked: str
    full: str
    """Bar filling for what is there already, for what is about to be added, and for what is free."""
    added: str
    empty: str
    thumb: str
    """Scroll bar: the part shown, and the rest."""
    track: str
    separator: str
    """Between short facts on one line."""
    levels: str
    """Columns of a plot: nothing at all first, then rising to the full cell."""

    def state(self, state: State) -> str:
        """Return the dot of a state."""
        return dict(self.states)[state]


UNICODE = GlyphSet(
    states=(
        (State.GOOD, "●"),
        (State.HERE, "◉"),
        (State.WAITING, "○"),
        (State.WARN, "▲"),
        (State.DEGRADED, "◐"),
        (State.BAD, "✖"),
        (State.ABSENT, "◌"),
        (State.UNKNOWN, "?"),
        (State.INTENDED, "◇"),
    ),
    vertical="│",
    horizontal="─",
    branch="├",
    last_branch="└",
    cursor="▌",
    folded="▸",
    ellipsis="…",
    mask="•",
    radio_on="(•)",
    radio_off="( )",
    check_on="[x]",
    check_off="[ ]",
    check_locked="[-]",
    full="━",
    added="═",
    empty="─",
    thumb="┃",
    track="│",
    separator="·",
    levels="▁▂▃▄▅▆▇█",
)

CP437 = GlyphSet(
    states=(
        (State.GOOD, "*"),
        (State.HERE, ">"),
        (State.WAITING, "o"),
        (State.WARN, "^"),
        (State.DEGRADED, "~"),
        (State.BAD, "!"),
        (State.ABSENT, "-"),
        (State.UNKNOWN, "?"),
        (State.INTENDED, "="),
    ),
    vertical="│",
    horizontal="─",
    branch="├",
    last_branch="└",
    cursor=">",
    folded="+",
    ellipsis="...",
    mask="*",
    radio_on="(*)",
    radio_off="( )",
    check_on="[x]",
    check_off="[ ]",
    check_locked="[-]",
    full="█",
    added="▒",
    empty="░",
    thumb="█",
    track="│",
    separator="-",
    levels="_░▒█",
)

ASCII = GlyphSet(
    states=CP437.states,
    vertical="|",
    horizontal="-",
    branch="+",
    last_branch="`",
    cursor=">",
    folded="+",
    ellipsis="...",
    mask="*",
    radio_on="(*)",
    radio_off="( )",
    check_on="[x]",
    check_off="[ ]",
    check_locked="[-]",
    full="#",
    added="+",
    empty=".",
    thumb="#",
    track="|",
    separator="-",
    levels="_.:|",
)

_SETS = {Glyphs.UNICODE: UNICODE, Glyphs.CP437: CP437, Glyphs.ASCII: ASCII}


def glyph_set(name: Glyphs) -> GlyphSet:
    """Return the glyph set of that name."""
    return _SETS[name]
