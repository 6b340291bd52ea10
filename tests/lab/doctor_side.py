"""Diagnoses in the guest."""

from tests.lab.volume_side import HOST, say
from tui.recovery.diagnosis import diagnose
from tui.recovery.document import diagnosis_document
from tui.recovery.gather import gather

_PATIENCE = 60.0
"""Seconds a look may take on a busy machine."""


def say_document() -> None:
    """Look, and print what `doctor --json` prints."""
    say(dict(diagnosis_document(diagnose(gather(HOST, _PATIENCE)))))
