"""A verb of the command line as somebody runs it who goes on after an interruption.

`main` is for `tests.lab.struck`: the arguments are those of `iscsi-console`, and nothing is asked. An open
journal is resumed by the command line too, by its identifier.
"""

import sys

from tui.__main__ import main as command_line
from tui.storage.changing.journal import Journal


def main() -> int:
    """Resume what was interrupted, or begin; the exit status."""
    journal = Journal.unfinished()
    words = sys.argv[1:] if journal is None else ["journal", "resume", journal.identifier]
    sys.argv = ["iscsi-console", *words, "--yes"]
    return command_line()
