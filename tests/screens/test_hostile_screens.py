"""A host whose names are all hostile, on the real screens: no byte of theirs moves the terminal."""

import json
from pathlib import Path

import pytest

from tests.widgets.test_terminal_output import SEQUENCE, gallery

MACHINES = Path(__file__).resolve().parents[1] / "machines"

NAMES = ("linux-iscsi.lab:t1", "LIO-ORG", "vg_ittest", "lv_static", "iscsi-lab")
PAYLOAD = "\x1b]0;OWNED\x07\x9b31m\u202e\x90q\r\n\x7f"
RAW = ("\x1b]0;OWNED", "\x9b", "\u202e", "\x90", "\x7f")

F1, F2, DOWN, ESCAPE, ENTER = "\x1bOP", "\x1bOQ", "\x1b[B", "\x1b", "\r"
WAYS = {
    "recovery": (DOWN, DOWN, F2, ESCAPE, "r", "2", ENTER),
    "disconnect": (DOWN, DOWN, F1, ESCAPE, "d", ENTER),
}
"""Keys through the commands, the help and then into a screen, where the program stays."""


def hostile_capture(name: str, folder: Path) -> Path:
    """A captured host with the payload behind every name, in paths, files and outputs alike."""
    text = (MACHINES / f"{name}.json").read_text()
    payload = json.dumps(PAYLOAD)[1:-1]
    found = [one for one in NAMES if one in text]
    assert found
    for one in found:
        text = text.replace(one, one + payload)
    path = folder / "hostile.json"
    path.write_text(text)
    return path


@pytest.mark.parametrize(
    ("name", "way"),
    [("failed-session", "recovery"), ("lost-disk", "recovery"), ("multipath-xfs", "disconnect")],
)
def test_no_screen_passes_a_name_on_as_it_is(name: str, way: str, tmp_path: Path) -> None:
    path = hostile_capture(name, tmp_path)
    with gallery("--recorded", str(path), module="tui", TERM="xterm-256color") as terminal:
        written = terminal.read_until_shown("OWNED")
        for key in WAYS[way]:
            terminal.press(key)
            written += terminal.read_until(lambda _said: True, 0.5)
    assert "OWNED" in SEQUENCE.sub("", written)
    assert [ascii(raw) for raw in RAW if raw in written] == []
