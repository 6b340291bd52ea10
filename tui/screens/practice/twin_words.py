"""What a twin says of itself: its card, the line on every screen, and how it is left."""

import time
from collections.abc import Iterator

from tui.lab.faults import Fault
from tui.practice.rehearsal.compared import Comparison
from tui.practice.rehearsal.description import Described
from tui.practice.rehearsal.result import comparison_lines, unlike_lines
from tui.practice.rehearsal.twin import Ending
from tui.screens.practice.beside import TaskStrip
from tui.words import translate as _
from widgets.help import HelpSection
from widgets.notice import Notice, Offer
from widgets.state import State


class TwinStrip(TaskStrip):
    """The line of a twin, in a color that no other screen has at its foot."""

    DEFAULT_CSS = """
    TwinStrip {
        background: $warning 25%;
    }
    """


def title(described: Described) -> str:
    """Return what the machine is called."""
    return _("TWIN of {host}").format(host=described.description.host)


def strip_words(described: Described) -> str:
    """Return when the host was as the twin is."""
    captured = time.strftime("%Y-%m-%d %H:%M", time.localtime(described.description.taken_at))
    return _("captured {date}").format(date=captured)


def card(described: Described, comparison: Comparison | None) -> tuple[HelpSection, ...]:
    """Return the card: what this machine is, in what it differs, and what can go wrong with its array."""
    return (
        HelpSection(
            _("What this machine is"),
            _(
                "A practice machine with the array, the settings and the storage of {host}, built from a "
                "capture. What you do here changes nothing on {host}. The plans that you run are in the "
                "result of this rehearsal. A plan that goes through here may still fail there."
            ).format(host=described.description.host),
        ),
        HelpSection(_("In what it differs"), "\n".join(_differences(described, comparison))),
        HelpSection(
            _("What can go wrong"),
            _(
                "In the shell (F7), this lets something go wrong with the array: python3 -m tui.lab.faults "
                "FAULT [OPTION=VALUE]. The faults are: {faults}."
            ).format(faults=", ".join(Fault)),
        ),
    )


def _differences(described: Described, comparison: Comparison | None) -> Iterator[str]:
    yield from list(unlike_lines(described.unlike))[1:]
    if comparison is not None:
        yield from comparison_lines(comparison)


def leave_question(described: Described) -> Notice:
    """Ask what becomes of the twin."""
    return Notice(
        _("Keep this twin?"),
        happened=_(
            "It can be kept with everything on it; the same command then comes back to it. Reset builds it "
            "again as the host was captured."
        ),
        next_step=_("Nothing on {host} was changed.").format(host=described.description.host),
        offers=(
            Offer(Ending.KEEP.name, _("Keep")),
            Offer(Ending.DISCARD.name, _("Discard")),
            Offer(Ending.RESET.name, _("Reset")),
        ),
        close=_("Stay"),
        state=State.HERE,
    )
