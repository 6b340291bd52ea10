"""The themes: the same roles in the dark, in the light, in sixteen colours and without colour.

Beside Textual's own names each theme defines for style sheets: `$muted` (what is not needed to act), `$good`,
`$warn`, `$bad`, `$disabled`, `$line` (thin lines), `$field` and `$field-focus` (where one can type),
`$cursor-line` and `$cursor-style` (the line the keys act on).

The coloured themes come twice: as they are meant, and for terminals of 256 colours (most of those reached
by ssh, which does not pass COLORTERM on), made of entries of that palette so that no dark blue turns up
where a shade of the ground was meant.
"""

from msgspec import Struct
from textual.theme import Theme


class Palette(Struct, frozen=True):
    """The colours of one coloured theme, as `#rrggbb`."""

    ground: str
    surface: str
    panel: str
    text: str
    accent: str
    muted: str
    disabled: str
    good: str
    warn: str
    bad: str
    line: str
    field: str
    field_focus: str
    cursor_line: str
    selection: str
    thumb: str


DARK = Palette(
    ground="#0d1117",
    surface="#131923",
    panel="#1b2330",
    text="#d6dde6",
    accent="#6cb6ff",
    muted="#8a95a3",
    disabled="#5c6878",
    good="#7ee0a1",
    warn="#f0b85b",
    bad="#ff7b72",
    line="#2f3b4b",
    field="#1b2330",
    field_focus="#22304a",
    cursor_line="#1c2a40",
    selection="#2f4a75",
    thumb="#4a5a70",
)
LIGHT = Palette(
    ground="#fafbfc",
    surface="#eff2f5",
    panel="#e1e7ee",
    text="#1f2630",
    accent="#0a58b0",
    muted="#5a6675",
    disabled="#8592a1",
    good="#13703a",
    warn="#8a5300",
    bad="#b3261e",
    line="#c3ccd6",
    field="#e1e7ee",
    field_focus="#d0e0f4",
    cursor_line="#d9e6f6",
    selection="#a9cbf2",
    thumb="#8795a5",
)
DARK_256 = Palette(
    ground="#121212",
    surface="#1c1c1c",
    panel="#262626",
    text="#d0d0d0",
    accent="#5fafff",
    muted="#8a8a8a",
    disabled="#626262",
    good="#87d7af",
    warn="#ffaf5f",
    bad="#ff5f5f",
    line="#444444",
    field="#303030",
    field_focus="#444444",
    cursor_line="#3a3a3a",
    selection="#005f87",
    thumb="#626262",
)
LIGHT_256 = Palette(
    ground="#ffffff",
    surface="#eeeeee",
    panel="#e4e4e4",
    text="#262626",
    accent="#005faf",
    muted="#626262",
    disabled="#8a8a8a",
    good="#008700",
    warn="#875f00",
    bad="#af0000",
    line="#bcbcbc",
    field="#e4e4e4",
    field_focus="#afd7ff",
    cursor_line="#d7d7ff",
    selection="#afd7ff",
    thumb="#8a8a8a",
)


def _coloured(name: str, palette: Palette, *, dark: bool) -> Theme:
    return Theme(
        name=name,
        dark=dark,
        primary=palette.accent,
        secondary=palette.muted,
        accent=palette.accent,
        foreground=palette.text,
        background=palette.ground,
        surface=palette.surface,
        panel=palette.panel,
        success=palette.good,
        warning=palette.warn,
        error=palette.bad,
        variables={
            "muted": palette.muted,
            "disabled": palette.disabled,
            "good": palette.good,
            "warn": palette.warn,
            "bad": palette.bad,
            "line": palette.line,
            "field": palette.field,
            "field-focus": palette.field_focus,
            "cursor-line": palette.cursor_line,
            "cursor-style": "none",
            "scrollbar": palette.thumb,
            "scrollbar-hover": palette.thumb,
            "scrollbar-active": palette.accent,
            "scrollbar-background": palette.line,
            "scrollbar-background-hover": palette.line,
            "scrollbar-background-active": palette.line,
            "scrollbar-corner-color": palette.ground,
            "input-cursor-background": palette.text,
            "input-cursor-foreground": palette.ground,
            "input-selection-background": palette.selection,
            "input-selection-foreground": palette.text,
        },
    )


_NATIVE = {
    "ansi-background": "ansi_default",
    "ansi-foreground": "ansi_default",
    "muted": "ansi_default",
    "disabled": "ansi_default",
    "line": "ansi_default",
    "field": "ansi_default",
    "field-focus": "ansi_default",
    "cursor-line": "ansi_default",
    "cursor-style": "reverse",
    "scrollbar": "ansi_default",
    "scrollbar-hover": "ansi_default",
    "scrollbar-active": "ansi_default",
    "scrollbar-background": "ansi_default",
    "scrollbar-background-hover": "ansi_default",
    "scrollbar-background-active": "ansi_default",
    "scrollbar-corner-color": "ansi_default",
    "input-cursor-background": "ansi_default",
    "input-cursor-foreground": "ansi_default",
    "input-cursor-text-style": "reverse",
    "input-selection-background": "ansi_default",
    "input-selection-foreground": "ansi_default",
}

SIXTEEN = Theme(
    name="storage-sixteen",
    ansi=True,
    dark=True,
    primary="ansi_cyan",
    secondary="ansi_cyan",
    accent="ansi_cyan",
    foreground="ansi_default",
    background="ansi_default",
    surface="ansi_default",
    panel="ansi_default",
    boost="ansi_default",
    success="ansi_green",
    warning="ansi_yellow",
    error="ansi_red",
    variables={
        **_NATIVE,
        "good": "ansi_green",
        "warn": "ansi_yellow",
        "bad": "ansi_red",
    },
)

MONO = Theme(
    name="storage-mono",
    ansi=True,
    dark=True,
    primary="ansi_default",
    secondary="ansi_default",
    accent="ansi_default",
    foreground="ansi_default",
    background="ansi_default",
    surface="ansi_default",
    panel="ansi_default",
    boost="ansi_default",
    success="ansi_default",
    warning="ansi_default",
    error="ansi_default",
    variables={**_NATIVE, "good": "ansi_default", "warn": "ansi_default", "bad": "ansi_default"},
)

THEMES = (
    _coloured("storage-full", DARK, dark=True),
    _coloured("storage-light", LIGHT, dark=False),
    _coloured("storage-full-256", DARK_256, dark=True),
    _coloured("storage-light-256", LIGHT_256, dark=False),
    SIXTEEN,
    MONO,
)
