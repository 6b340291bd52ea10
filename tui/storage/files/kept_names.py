"""Names for files that are kept of something whose own name is no file name."""

import hashlib
import re

_LONGEST = 100


def kept_name(name: str) -> str:
    """A file name for any text: readable, and another one for every other text.

    What is cut or replaced is told apart by a part of its SHA-256 (16 digits) after a `+`, which no name that
    stays as it is holds.
    """
    plain = re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip("-.")[:_LONGEST]
    if plain == name and plain:
        return plain
    return f"{plain}+{hashlib.sha256(name.encode(errors='surrogatepass')).hexdigest()[:16]}"
