"""How sentences are translated: when, and by what."""

import gettext
import importlib
import pkgutil
import subprocess
import sys
from pathlib import Path

import pytest

import tui
import widgets
from tests import pseudo
from tests.waiting import AT_MOST
from tui import words
from tui.__main__ import whole_parser
from tui.storage.cells import cells

ROOT = Path(__file__).resolve().parent.parent


class Refusing(gettext.NullTranslations):
    """A catalogue that is asked for nothing."""

    def gettext(self, message: str) -> str:
        raise AssertionError(message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        raise AssertionError(msgid1)

    def pgettext(self, context: str, message: str) -> str:
        raise AssertionError(message)


def import_everything() -> None:
    """Import every module of the program with a catalogue that may not be asked."""
    from widgets import widget_words

    words.use(Refusing())
    widget_words.use(words.translate, words.translate_count)
    for package in (tui, widgets):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            importlib.import_module(module.name)


def test_nothing_is_translated_while_modules_are_imported() -> None:
    command = [sys.executable, "-c", "from tests import test_words; test_words.import_everything()"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=AT_MOST)
    assert done.returncode == 0, done.stderr[-1000:]


def test_without_a_catalogue_the_source_text_is_shown() -> None:
    assert words.translate("Mounted") == "Mounted"
    assert words.translate_count("{n} disk", "{n} disks", 1) == "{n} disk"
    assert words.translate_count("{n} disk", "{n} disks", 0) == "{n} disks"
    assert words.translate_in("a state", "open") == "open"
    assert words.enumerated(("sda", "sdb")) == "sda, sdb"


def test_help_in_wide_characters_fits_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    with pseudo.spoken():
        text = whole_parser().format_help()
    assert [line for line in text.splitlines() if cells(line) > 80 and "{" not in line] == []
    assert "prïñt" in text


def test_sentences_follow_each_other() -> None:
    assert words.prose("It is {gone}.", "", "Wait.") == "It is {gone}. Wait."
    assert words.prose() == ""
