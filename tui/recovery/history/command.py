"""`iscsi-console history`: outages of the past, from the journal of this host.

Exit status: 0 the logs were read as far back as was asked for or as they go, 2 they were not.
"""

import argparse
import re
import time

from tui.recovery.arguments import waiting_seconds
from tui.recovery.gathering.failing import NotAvailable
from tui.recovery.history.document import SCHEMA, history_document
from tui.recovery.history.outage import History
from tui.recovery.history.taking import WITHIN, take_history
from tui.recovery.history.text import history_text
from tui.storage.codec import encode
from tui.storage.files.owner_file import not_written_problem, refuse_existing, write_for_owner
from tui.storage.printing import complain, json_text, say
from tui.storage.problem import ConsoleError, Problem, problem_text
from tui.storage.untrusted import clean, visible_lines
from tui.words import translate as _

NOT_READ = 2

_UNITS = {"m": 60, "h": 3600, "d": 86400, "w": 7 * 86400}
_SPAN = re.compile(r"(?P<count>[0-9]{1,5})(?P<unit>[mhdw])\Z")
_FORMATS = ("%Y-%m-%d", "%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S")


def add_arguments(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `history` to the program's sub-commands."""
    parser = commands.add_parser(
        "history",
        description=_(
            "List the times in which sessions of this host were lost, from the journal and the kernel's "
            "log: how long, whether I/O failed, and what the kernel and iscsid said. Nothing is changed. "
            "Exit status: 0 all that the logs have of that time was read, 2 it was not."
        ),
    )
    parser.add_argument("--json", action="store_true", help=_("print the outages as JSON"))
    parser.add_argument(
        "--since",
        metavar="TIME",
        type=_since,
        default="7d",
        help=_("how far back: 12h, 3d, 2w, 2026-11-23 or '2026-11-23 18:00'; 7d by default"),
    )
    parser.add_argument(
        "--within",
        metavar="SECONDS",
        type=waiting_seconds,
        default=WITHIN,
        help=_("how long reading may take, {seconds} by default").format(seconds=round(WITHIN)),
    )
    parser.add_argument("--report", metavar="FILE", help=_("write it to a file to send on instead"))
    parser.add_argument("--force", action="store_true", help=_("overwrite the report if it exists"))


def main(arguments: argparse.Namespace) -> int:
    """Read, tell, and return the exit status."""
    try:
        if arguments.report:
            refuse_existing(arguments.report, force=arguments.force)
        history = _take(arguments.since, arguments.within)
        text = json_text(history_document(history)) if arguments.json else history_text(history)
        if arguments.report:
            _write(arguments.report, text, force=arguments.force)
        else:
            say(text)
    except ConsoleError as error:
        if arguments.json:
            say(json_text({"schema": SCHEMA, "problem": encode(error.problem)}))
        complain(problem_text(error.problem))
        return NOT_READ
    return NOT_READ if history.is_cut else 0


def not_available(error: NotAvailable) -> Problem:
    """Say that nothing could be read."""
    return Problem(
        "history.not-available",
        _("The past of this host could not be read: {why}.").format(why=clean(str(error))),
        remedy=_("Run it as root, or as a member of the group systemd-journal or adm."),
    )


def _take(since: float, within: float) -> History:
    from tui.storage.host.local import LocalHost  # noqa: PLC0415 (only when it runs)

    try:
        return take_history(LocalHost(looking_only=True), since, within)
    except NotAvailable as error:
        raise ConsoleError(not_available(error)) from error


def _write(path: str, text: str, *, force: bool) -> None:
    try:
        write_for_owner(path, visible_lines(text) + "\n", force=force)
    except OSError as error:
        raise ConsoleError(not_written_problem(path, error)) from error


def _since(word: str) -> float:
    """A moment, for argparse: a time span back from now, or a date, by the clock of this machine."""
    span = _SPAN.match(word)
    if span is not None:
        return time.time() - int(span["count"]) * _UNITS[span["unit"]]
    for form in _FORMATS:
        try:
            return time.mktime(time.strptime(word, form))
        except (ValueError, OverflowError):
            continue
    raise argparse.ArgumentTypeError(
        _("not a time such as 12h, 3d, 2w or 2026-11-23: {word}").format(word=clean(word, 40))
    )
