"""What the caller's environment may decide."""

import gettext
import os
import struct
import subprocess
import sys
from pathlib import Path

import pytest

from tests.waiting import AT_MOST
from tui.environment import SEARCH_PATH, confine
from tui.words import languages

ROOT = Path(__file__).resolve().parent.parent


def _catalogue(path: Path, said: str, instead: str) -> None:
    """A compiled catalogue of one sentence (GNU gettext manual, MO Files)."""
    header = b"Content-Type: text/plain; charset=UTF-8\n"
    first, second = said.encode(), instead.encode()
    start = 28 + 4 * 8
    strings = b"\0" + first + b"\0" + header + b"\0" + second + b"\0"
    offsets = (start, start + 1, start + 1 + len(first) + 1, start + 1 + len(first) + 1 + len(header) + 1)
    table = struct.pack("<7I", 0x950412DE, 0, 2, 28, 44, 0, 0)
    lengths = (0, len(first), len(header), len(second))
    table += struct.pack("<8I", *(number for pair in zip(lengths, offsets, strict=True) for number in pair))
    path.parent.mkdir(parents=True)
    path.write_bytes(table + strings)


@pytest.mark.parametrize(
    ("environ", "found"),
    [
        ({"LANGUAGE": "/tmp/evil:de_DE:../../evil:zh_CN.UTF-8"}, ["de_DE", "zh_CN.UTF-8"]),
        ({"LC_ALL": "/tmp/evil", "LANG": "de"}, []),
        ({"LANG": "sr_RS@latin"}, ["sr_RS@latin"]),
        ({"LANGUAGE": "de/../.."}, []),
        ({}, []),
    ],
)
def test_a_language_is_a_name(environ: dict[str, str], found: list[str]) -> None:
    assert languages(environ) == found


@pytest.mark.parametrize("variable", ["LANGUAGE", "LC_MESSAGES", "LANG"])
def test_nobody_elses_sentences_are_loaded(variable: str, tmp_path: Path) -> None:
    folder = tmp_path / "evil" / "LC_MESSAGES"
    _catalogue(folder / "iscsi-console.mo", "No node records and no sessions.", "PLANTED")
    for number, domain in enumerate(("messages", "widgets")):
        _catalogue(tmp_path / str(number) / "x.mo", "usage: ", "PLANTED ")
        (tmp_path / str(number) / "x.mo").rename(folder / f"{domain}.mo")
    planted = gettext.translation("iscsi-console", str(tmp_path), ["evil"])
    assert planted.gettext("No node records and no sessions.") == "PLANTED"
    environ = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("LC_", "LANG"))},
        variable: str(tmp_path / "evil"),
    }
    for words in (["status", "--recorded", "tests/machines/bare.json"], ["--help"]):
        done = subprocess.run(
            [sys.executable, "-m", "tui", *words],
            cwd=ROOT,
            env=environ,
            capture_output=True,
            text=True,
            check=True,
            timeout=AT_MOST,
        )
        assert "PLANTED" not in done.stdout


def test_root_takes_over_what_is_harmless() -> None:
    environ = {
        "PATH": "/tmp/evil/bin",
        "TMPDIR": "/tmp/evil",
        "PYTHONPATH": "/tmp/evil",
        "TEXTUAL_DRIVER": "evil:Driver",
        "TEXTUAL_LOG": "/etc/shadow",
        "LD_PRELOAD": "/tmp/evil/x.so",
        "TERM": "xterm",
        "LANG": "de_DE.UTF-8",
        "NO_COLOR": "1",
    }
    confine(environ, is_root=True)
    assert environ == {
        "PATH": SEARCH_PATH,
        "TERM": "xterm",
        "LANG": "de_DE.UTF-8",
        "NO_COLOR": "1",
        "LANGUAGE": "de_DE.UTF-8",
    }


def test_without_root_only_a_path_for_a_language_goes() -> None:
    environ = {"PATH": "/opt/me/bin", "LANGUAGE": "/tmp/evil", "TMPDIR": "/x"}
    confine(environ, is_root=False)
    assert environ == {"PATH": "/opt/me/bin", "LANGUAGE": "C", "TMPDIR": "/x"}
