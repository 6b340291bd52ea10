"""Asks the terminal for the colour of its ground, so that the program is light on a light one.

The question is OSC 11 of xterm (ctlseqs, "Operating System Commands"), which most terminal emulators answer
with `rgb:RRRR/GGGG/BBBB`; others are silent. Behind it goes a question that all of them answer (DA1), so that
silence is not waited for.
"""

import os
import re
import select
import termios
import time
import tty

_QUESTION = b"\x1b]11;?\x1b\\\x1b[c"
_GROUND = re.compile(rb"\x1b\]11;rgba?:([0-9a-fA-F]{1,4})/([0-9a-fA-F]{1,4})/([0-9a-fA-F]{1,4})")
_ATTRIBUTES = re.compile(rb"\x1b\[\?[0-9;]*c")
_PATIENCE = 1.0
"""Seconds for the way to the terminal and back."""
_LONGEST = 4096
_WEIGHTS = (0.2126, 0.7152, 0.0722)
"""How bright red, green and blue are (ITU-R BT.709)."""


def is_light(answer: bytes) -> bool | None:
    """Return whether an answer names a light colour; None where there is none in it."""
    found = _GROUND.search(answer)
    if found is None:
        return None
    shares = [int(digits, 16) / int("f" * len(digits), 16) for digits in found.groups()]
    return sum(weight * share for weight, share in zip(_WEIGHTS, shares, strict=True)) > 0.5


def ask_ground(handle: int = 0, patience: float = _PATIENCE) -> bool | None:
    """Ask a terminal whether its ground is light; None where it does not say.

    Args:
        handle: the terminal, open for reading and writing.
        patience: seconds to wait for an answer.
    """
    try:
        before = termios.tcgetattr(handle)
    except termios.error:
        return None
    try:
        tty.setcbreak(handle, termios.TCSANOW)
        os.write(handle, _QUESTION)
        return is_light(_answer(handle, patience))
    except OSError:
        return None
    finally:
        termios.tcsetattr(handle, termios.TCSANOW, before)


def _answer(handle: int, patience: float) -> bytes:
    """Read up to the answer that every terminal gives."""
    answer = b""
    end = time.monotonic() + patience
    while (left := end - time.monotonic()) > 0 and len(answer) < _LONGEST and not _ATTRIBUTES.search(answer):
        if select.select([handle], [], [], left)[0]:
            piece = os.read(handle, 512)
            if not piece:
                break
            answer += piece
    return answer
