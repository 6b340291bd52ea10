"""The help of every verb: it imports nothing that plans or reads a host, and says what the action says."""

import json
import subprocess
import sys

import pytest

from tests.test_import_hygiene import ROOT
from tui.actions.declared import words_of
from tui.commands.grammar import VERBS
from tui.commands.planners import PLANNERS

HELP = """
import contextlib, io, json, sys
from tui.__main__ import _parsed
said = io.StringIO()
with contextlib.redirect_stdout(said), contextlib.suppress(SystemExit):
    _parsed([*sys.argv[1:], "--help"])
names = [
    name
    for name in sys.modules
    if name.startswith(("tui.", "textual")) or name in ("inspect", "typing_extensions")
]
json.dump([said.getvalue(), names], sys.stdout)
"""

LIGHT = {
    "tui.__main__",
    "tui.actions",
    "tui.actions.declared",
    "tui.commands",
    "tui.commands.argparse_words",
    "tui.commands.fleet",
    "tui.commands.grammar",
    "tui.commands.verbs",
    "tui.environment",
    "tui.importing_msgspec",
    "tui.language",
    "tui.opening",
    "tui.preferences",
    "tui.recovery",
    "tui.recovery.arguments",
    "tui.recovery.grammar",
    "tui.setup",
    "tui.setup.grammar",
    "tui.storage",
    "tui.storage.cells",
    "tui.storage.printing",
    "tui.storage.problem",
    "tui.storage.untrusted",
    "tui.words",
}
"""All that the help of a verb may import of the program."""


@pytest.mark.parametrize(
    "verb", ["", *VERBS, "plan", "plan setup", "apply", "journal", "status", "doctor", "capture", "fleet"]
)
def test_help_comes_at_once(verb: str) -> None:
    reply = subprocess.run(
        [sys.executable, "-c", HELP, *verb.split()], cwd=ROOT, capture_output=True, text=True, check=True
    )
    said, imported = json.loads(reply.stdout)
    assert set(imported) <= LIGHT
    assert "usage: iscsi-console" in said
    if verb not in {"", "doctor"} and " " not in verb:
        assert words_of(verb) in " ".join(said.split())


def test_every_verb_has_a_planner() -> None:
    assert set(PLANNERS) == set(VERBS)
