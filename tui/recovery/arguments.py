"""Arguments that several sub-commands take."""

import argparse

from tui.storage.untrusted import clean
from tui.words import translate as _

ACCEPTED = "/etc/iscsi-console/accepted.toml"
"""The file of findings that somebody accepts."""

WITHIN = 4.5
"""Seconds that a look takes at most, so that `doctor` has said all within 5."""

_LONGEST = 3600
"""Seconds that a person may wait."""


def waiting_seconds(word: str) -> float:
    """A time that a person may wait, for argparse: more than 0, at most an hour."""
    try:
        seconds = float(word)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds <= _LONGEST:
        raise argparse.ArgumentTypeError(
            _("not a number of seconds from 0.1 to {most}: {word}").format(most=_LONGEST, word=clean(word))
        )
    return seconds
