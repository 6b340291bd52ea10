"""What is preferred on every terminal: config.toml, and what goes before it."""

from pathlib import Path

import pytest

from tui.preferences import HOST_FILE, apply_preferences, files
from tui.storage.problem import ConsoleError, problem_text
from tui.terminal import CHOICES


def applied(tmp_path: Path, host: str, own: str = "", **environ: str) -> dict[str, str]:
    paths = tmp_path / "host.toml", tmp_path / "own.toml"
    for path, text in zip(paths, (host, own), strict=True):
        if text:
            path.write_text(text)
    apply_preferences((*paths, tmp_path / "none" / "config.toml"), CHOICES, environ)
    return environ


def test_the_stronger_one_counts(tmp_path: Path) -> None:
    host = 'look = "light"\nglyphs = "ascii"\nmouse = false\n'
    assert applied(tmp_path, host, 'look = "mono"\n', ISCSI_CONSOLE_GLYPHS="cp437") == {
        "ISCSI_CONSOLE_LOOK": "mono",
        "ISCSI_CONSOLE_GLYPHS": "cp437",
        "ISCSI_CONSOLE_MOUSE": "no",
    }


def test_without_files_nothing_is_set(tmp_path: Path) -> None:
    assert applied(tmp_path, "") == {}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('look = "pink"', "look: valid values: full, light, mono, sixteen"),
        ("mouse = 1", "mouse: valid values: no, yes"),
        ("glyphs = []", "glyphs: valid values: ascii, cp437, unicode"),
        ('colour = "red"', 'unknown key "colour"; valid keys: look, glyphs, mouse'),
        ("look =", "Invalid value"),
    ],
)
def test_what_cannot_be_is_refused_with_its_file(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(ConsoleError) as refused:
        applied(tmp_path, text)
    words = problem_text(refused.value.problem)
    assert said in words
    assert str(tmp_path / "host.toml") in words


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(ConsoleError, match="cannot be used"):
        apply_preferences((tmp_path,), CHOICES, {})


def test_the_person_s_file_is_where_the_specification_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert files() == (HOST_FILE, tmp_path / "iscsi-console" / "config.toml")
