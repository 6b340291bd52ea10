"""What `doctor` takes. Imports nothing that reads a host, so that `--help` comes at once."""

import argparse
from typing import TYPE_CHECKING

from tui.recovery.arguments import ACCEPTED, WITHIN, waiting_seconds
from tui.storage.untrusted import clean
from tui.words import translate as _

if TYPE_CHECKING:
    from tui.recovery.facts import AcceptedFinding


def add_arguments(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `doctor` to the program's sub-commands."""
    parser = commands.add_parser(
        "doctor",
        description=_(
            "Report what is wrong with the storage of this host, why, and how to fix it; nothing is "
            "changed. Exit status: 0 nothing is wrong, 1 something is broken or degraded, 2 the storage "
            "could not be checked, 3 nothing is broken now but something is at risk."
        ),
    )
    parser.add_argument("--json", action="store_true", help=_("print the findings as JSON"))
    parser.add_argument(
        "--report",
        metavar="FILE",
        help=_("also write findings, evidence and commands to a file to send on, secrets removed"),
    )
    parser.add_argument("--force", action="store_true", help=_("overwrite the report if it exists"))
    parser.add_argument(
        "--within",
        metavar="SECONDS",
        type=waiting_seconds,
        default=WITHIN,
        help=_("how long the check may take, {seconds} by default").format(seconds=WITHIN),
    )
    parser.add_argument(
        "--ignore",
        metavar="CODE[:KEY]",
        type=_acceptance,
        action="append",
        default=[],
        help=_(
            "do not count findings of this code, or only at this layer; {file} keeps them, with a reason"
        ).format(file=ACCEPTED),
    )
    parser.add_argument(
        "--quiet", action="store_true", help=_("print nothing where nothing is wrong, for a timer")
    )
    parser.add_argument(
        "--check",
        action="store_true",
        help=_(
            "print one line and end as a monitoring plugin: 0 nothing is wrong, 1 at risk, 2 broken, "
            "3 not known"
        ),
    )
    parser.add_argument(
        "--metrics", metavar="FILE", help=_("also write metrics for the textfile collector of Prometheus")
    )
    parser.add_argument(
        "--journal", action="store_true", help=_("also write each finding to the journal of systemd")
    )
    parser.add_argument("--recorded", metavar="FILE", help=_("check a captured host instead of this one"))


def _acceptance(text: str) -> "AcceptedFinding":
    """What `--ignore` names, for argparse."""
    from tui.recovery.acceptance import parse_acceptance  # noqa: PLC0415 (only where it is given)

    found = parse_acceptance(text, _("ignored on the command line"))
    if found is None:
        words = _("{text} is not the code of a finding, such as F51 or F51.not-in-fstab:mount:/srv/data")
        raise argparse.ArgumentTypeError(words.format(text=clean(text, 80)))
    return found
