"""Why a piece of evidence is missing."""

from tui.storage.host.interface import Outcome
from tui.storage.untrusted import clean_lines
from tui.words import translate as _


class NotAvailable(Exception):
    """An item of the evidence could not be read; the message says why, in words for a person."""


def output_of(outcome: Outcome) -> str:
    """The output of a call that must succeed.

    Raises:
        NotAvailable: it failed or did not end in time.
    """
    if outcome.status is None:
        raise NotAvailable(_("no answer in time"))
    if not outcome.ok:
        said = clean_lines(outcome.stderr, most=1)
        raise NotAvailable(said[0] if said else _("exit status {status}").format(status=outcome.status))
    return outcome.stdout
