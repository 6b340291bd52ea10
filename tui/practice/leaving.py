"""How the console inside the machine ends: its exit status says to the program outside what comes next."""

from enum import IntEnum


class Leaving(IntEnum):
    """What the learner wants; the numbers are apart from those of shells and signals."""

    AWAY = 40
    """Leave, and throw the machine away."""
    LATER = 41
    """Leave, and keep the machine for later."""
    RESET = 42
    """Begin again at the start."""
    RESTART = 43
    """Restart the machine, to see whether everything is there after it."""
