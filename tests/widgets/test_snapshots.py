"""How the widgets look: every family at both sizes, in colour and without.

A plain `def`: the snapshot plugin runs the App in a loop of its own.
"""

import pytest

from tests.snapshot import SnapCompare
from tests.widgets.galleries import GALLERIES
from widgets.glyphs import Glyphs
from widgets.look import Colours, Look

DARK = Look(Colours.FULL, Glyphs.UNICODE)
MONO = Look(Colours.MONO, Glyphs.CP437)
SMALL = (80, 24)
WIDE = (120, 40)


@pytest.mark.parametrize("size", [SMALL, WIDE], ids=["80x24", "120x40"])
@pytest.mark.parametrize("look", [DARK, MONO], ids=["dark", "mono"])
@pytest.mark.parametrize("name", list(GALLERIES))
def test_gallery(snap_compare: SnapCompare, name: str, look: Look, size: tuple[int, int]) -> None:
    assert snap_compare(GALLERIES[name](look), terminal_size=size)


@pytest.mark.parametrize(
    "look",
    [Look(Colours.LIGHT), Look(Colours.SIXTEEN, Glyphs.CP437), Look(Colours.MONO, Glyphs.ASCII)],
    ids=["light", "sixteen", "ascii"],
)
@pytest.mark.parametrize("name", ["frame", "form", "stack"])
def test_other_looks(snap_compare: SnapCompare, name: str, look: Look) -> None:
    assert snap_compare(GALLERIES[name](look), terminal_size=SMALL)


def test_cursor_on_a_broken_rung(snap_compare: SnapCompare) -> None:
    assert snap_compare(GALLERIES["stack"](DARK), terminal_size=SMALL, press=["exclamation_mark"])


def test_output_of_a_command(snap_compare: SnapCompare) -> None:
    assert snap_compare(GALLERIES["commands"](DARK), terminal_size=SMALL, press=["up", "enter"])
