"""The changing commands that this program ran, as happenings."""

from tui.storage.host.command_log import Ran
from tui.storage.news.happening import Happening, Source, Tone
from tui.storage.untrusted import clean
from tui.words import translate as _


def command_happening(ran: Ran) -> Happening | None:
    """A command that ended, or None for one that only read."""
    if not ran.command.changes:
        return None
    status, seconds = ran.outcome.status, ran.outcome.seconds
    if status is None:
        words, tone = _("timed out after {seconds:.0f} s").format(seconds=seconds), Tone.WARN
    elif status == 0:
        words, tone = _("done in {seconds:.1f} s").format(seconds=seconds), Tone.GOOD
    else:
        words, tone = _("failed with status {status}").format(status=status), Tone.BAD
    return Happening(ran.at + seconds, Source.COMMAND, clean(ran.command.shown), words, tone=tone)
