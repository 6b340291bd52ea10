"""What tells a machine from every other, in a form that may leave it."""

import re

from tui.storage.host.interface import Command, Host

_COMMAND = Command(("systemd-id128", "machine-id", "--app-specific=be4ff6bb5c5b4e2b8a5a6c1c0e9f2d37"))
"""machine-id(5) is confidential. What systemd-id128(1) derives from it for one purpose is not, and is what
stands in a capture."""

_DERIVED = re.compile(r"[0-9a-f]{32}").fullmatch


def read_derived_machine_id(host: Host) -> str:
    """An ID derived from the machine ID; empty without systemd 240, or where an older capture has none."""
    outcome = host.run(_COMMAND)
    word = outcome.stdout.strip()
    return word if outcome.ok and _DERIVED(word) else ""
