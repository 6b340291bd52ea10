"""The commands that ran, as rows of the list under F2."""

import time
from collections.abc import Iterable

from tui.storage.host.command_log import Ran
from tui.storage.untrusted import clean, clean_lines
from tui.words import translate as _
from widgets.commands import CommandRow

_LONGEST = 2000


def command_rows(ran: Iterable[Ran]) -> tuple[CommandRow, ...]:
    """Return the rows, oldest first, times by the clock of this machine."""
    return tuple(_row(number, command) for number, command in enumerate(ran))


def _row(number: int, ran: Ran) -> CommandRow:
    outcome = ran.outcome
    said = "\n".join(
        line for text in (outcome.stdout, outcome.stderr) for line in clean_lines(text, 200, _LONGEST)
    )
    timed_out = outcome.status is None
    return CommandRow(
        key=str(number),
        time=time.strftime("%H:%M:%S", time.localtime(ran.at)),
        command=clean(ran.command.shown, _LONGEST),
        status=-1 if timed_out else outcome.status,
        seconds=outcome.seconds,
        output=said,
        words=_("timed out") if timed_out else "",
    )
