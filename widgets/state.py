"""Status values with their glyph and word; color only says it once more."""

from enum import StrEnum

from widgets.widget_words import translate as _


class Role(StrEnum):
    """What a piece of text is for. A look turns it into colour, weight, dimness or reverse video."""

    TEXT = "text"
    STRONG = "strong"
    """The one bold thing of a region."""
    MUTED = "muted"
    """Labels, notes, what is not needed to act."""
    ACCENT = "accent"
    """You are here, keys, and commands."""
    GOOD = "good"
    WARN = "warn"
    BAD = "bad"
    DISABLED = "disabled"
    """Can be seen and not be used now."""
    LINE = "line"
    """Thin lines that separate."""


class State(StrEnum):
    """The health of a layer, or the progress of a step, a row or a running thing."""

    GOOD = "good"
    HERE = "here"
    """The one being worked on, or running now."""
    WAITING = "waiting"
    """Not there yet, and nothing is wrong with that."""
    WARN = "warn"
    """It works, and something about it needs attention."""
    DEGRADED = "degraded"
    """It works, with less redundancy than it should have."""
    BAD = "bad"
    ABSENT = "absent"
    """It should be there and is not."""
    UNKNOWN = "unknown"
    """Could not be read, or may not be seen without root."""
    INTENDED = "intended"
    """It is not there because somebody wants that."""


_ROLES = {
    State.GOOD: Role.GOOD,
    State.HERE: Role.ACCENT,
    State.WAITING: Role.MUTED,
    State.WARN: Role.WARN,
    State.DEGRADED: Role.WARN,
    State.BAD: Role.BAD,
    State.ABSENT: Role.WARN,
    State.UNKNOWN: Role.MUTED,
    State.INTENDED: Role.MUTED,
}

PROBLEMS = frozenset({State.BAD, State.ABSENT, State.DEGRADED, State.WARN})
"""The states "jump to the first problem" stops at."""


def state_role(state: State) -> Role:
    """Return the role whose colour a state is drawn in."""
    return _ROLES[state]


def state_word(state: State) -> str:
    """Return the word for a state that came without a more exact one."""
    words = {
        State.GOOD: _("ok"),
        State.HERE: _("running"),
        State.WAITING: _("waiting"),
        State.WARN: _("warning"),
        State.DEGRADED: _("degraded"),
        State.BAD: _("broken"),
        State.ABSENT: _("not there"),
        State.UNKNOWN: _("unknown"),
        State.INTENDED: _("intended"),
    }
    return words[state]
