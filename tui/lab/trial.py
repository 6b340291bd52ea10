"""The machine of `lab try`: what it is called, how it is left, and what its array offers."""

from enum import IntEnum

from tui.lab.san import Chap, San

NAME = "trial"
"""What the machine is kept under."""

ARRAY = "open"
"""Its array, and the answers that are given on it where there is no person to give them."""


class Ending(IntEnum):
    """The exit status of the console inside; apart from those of shells and signals."""

    DISCARD = 40
    KEEP = 41


def portals_of(san: San) -> tuple[str, ...]:
    """Return where the array listens, as `ADDRESS:PORT`."""
    return tuple(dict.fromkeys(str(portal) for target in san.targets for portal in target.portals))


def secrets_of(chap: Chap | None) -> tuple[tuple[str, str], ...]:
    """Return user names and secrets, the host's own first; nothing where none is asked for."""
    if chap is None:
        return ()
    own = (chap.user, chap.secret)
    return (own, (chap.mutual_user, chap.mutual_secret)) if chap.mutual_user else (own,)
