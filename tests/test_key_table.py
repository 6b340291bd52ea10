"""The keys of the console: each is declared once, and docs/console.md lists them so."""

import re
from pathlib import Path

from tui.__main__ import _COMMANDS
from tui.actions.declared import ACTIONS
from tui.commands.grammar import VERBS
from tui.screens.console.keys import _OPENS, KEYS
from widgets.key_bar import key_name

PAGE = Path(__file__).resolve().parent.parent / "docs" / "console.md"


def rows() -> list[str]:
    """The lines of the table: each key with its words."""
    return [
        f"| {', '.join(f'`{key_name(name)}`' for name in key.key.split(','))} | {key.words} |" for key in KEYS
    ]


def test_the_page_lists_every_key_of_the_console() -> None:
    table = PAGE.read_text().partition("| key | what it does |\n|---|---|\n")[2].partition("\n\n")[0]
    assert table.splitlines() == rows()


def test_every_key_is_declared_once() -> None:
    names = [name for key in KEYS for name in key.key.split(",")]
    assert len(names) == len(set(names)) > 20


def test_a_key_either_opens_a_screen_or_runs_an_action() -> None:
    assert [key.key for key in KEYS if bool(key.runs) is (key.name in _OPENS)] == []
    assert set(_OPENS) <= {key.name for key in KEYS}


def test_no_words_are_used_twice() -> None:
    words = [key.words for key in KEYS]
    assert len(words) == len(set(words))
    assert [text for text in words if not re.fullmatch(r"[A-Z].*[^.]", text)] == []


def test_an_action_without_a_key_or_a_verb_says_why() -> None:
    assert [one.name for one in ACTIONS if bool(one.key and one.verbs) is bool(one.only)] == []


def test_every_action_and_every_verb_is_declared_once() -> None:
    names = [one.name for one in ACTIONS]
    assert len(names) == len(set(names))
    verbs = [verb for one in ACTIONS for verb, _words in one.verbs]
    assert len(verbs) == len(set(verbs)) > 20
    assert set(VERBS) <= set(verbs)
    assert {verb.partition(" ")[0] for verb in verbs} == set(_COMMANDS)
