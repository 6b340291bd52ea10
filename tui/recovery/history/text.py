"""The outages of the past as text for people."""

import time
from collections.abc import Iterator

from tui.recovery.history.outage import End, History, LoggedLine, SessionOutage
from tui.recovery.history.plot import LEGEND, glances, session_name
from tui.storage.cells import wrapped
from tui.storage.untrusted import clean
from tui.words import enumerated, prose, translate as _, translate_count

WIDTH = 79


def history_text(history: History) -> str:
    """Everything: what was read, the plots, each outage, and what else went wrong."""
    lines = [heading(history)]
    for words in limits(history):
        lines += wrapped(words, WIDTH)
    if history.outages:
        lines += ["", *plot_lines(history)]
    for number, outage in enumerate(history.outages, start=1):
        lines += ["", *wrapped(f"{number}. {session_name(outage)}", WIDTH, hanging=3)]
        for paragraph in outage_paragraphs(outage):
            lines += wrapped(paragraph, WIDTH, 3, 2)
    if history.elsewhere:
        lines += ["", _("Errors outside of these outages:")]
        lines += [line for logged in history.elsewhere for line in wrapped(_line_words(logged), WIDTH, 3, 2)]
    return "\n".join(lines)


def heading(history: History) -> str:
    """How many outages there were, in one line."""
    count = len(history.outages)
    words = translate_count("{count} outage", "{count} outages", count).format(count=count)
    return _("Outages of iSCSI sessions on {host} since {time}: {words}").format(
        host=clean(history.host, 100), time=moment(history.begins), words=words
    )


def limits(history: History) -> tuple[str, ...]:
    """What is not known, and why."""
    found = []
    if history.unread:
        found.append(
            _("Not read before {time}: {why}.").format(time=moment(history.begins), why=history.unread)
        )
    if any(outage.boot in history.without_iscsid for outage in history.outages):
        found.append(
            _(
                "Of some boots the journal has no line of iscsid; only such lines tell when a session was "
                "connected again."
            )
        )
    return tuple(found)


def plot_lines(history: History) -> tuple[str, ...]:
    """A day and a week at a glance, with a legend."""
    lines: list[str] = []
    for glance in glances(history):
        lines += [glance.title, f"  {glance.axis}"]
        for name, marks in glance.rows:
            lines += [f"  {clean(name, WIDTH - 2)}", f"  {''.join(mark.value for mark in marks)}".rstrip()]
        lines.append("")
    return (*lines, *legend(WIDTH))


def legend(width: int) -> list[str]:
    """What the marks of the plots mean."""
    return wrapped("   ".join(f"{mark.value} {mark.words}" for mark in LEGEND), width, 2)


def outage_paragraphs(outage: SessionOutage) -> Iterator[str]:
    """What is known of one outage, each thing in a paragraph."""
    yield _("Lost {time}: {cause}.").format(time=moment(outage.lost), cause=outage.cause)
    yield ended_words(outage)
    yield io_words(outage)
    if outage.errors:
        yield _("I/O errors in the log: {disks}.").format(
            disks=enumerated(
                _("{disk} {count}").format(disk=errors.disk, count=errors.count)
                if errors.is_of_session
                else _("{disk} {count} (at that time; whose disk it was is not known)").format(
                    disk=errors.disk, count=errors.count
                )
                for errors in outage.errors
            )
        )
    for path in outage.paths:
        yield _("Path {disk}: failed {failed} times, reinstated {reinstated} times.").format(
            disk=path.disk, failed=path.failed, reinstated=path.reinstated
        )
    if outage.filesystems:
        yield _("File systems that stopped:")
        yield from (_line_words(logged) for logged in outage.filesystems)
    if outage.lines:
        yield _("What the kernel and iscsid said:")
        yield from (_line_words(logged) for logged in outage.lines)
    if outage.more_lines:
        yield translate_count("{count} more line", "{count} more lines", outage.more_lines).format(
            count=outage.more_lines
        )


def ended_words(outage: SessionOutage) -> str:
    """How an outage ended, and how long it took, in a sentence."""
    span = span_words(outage.seconds) if outage.seconds is not None else ""
    when = moment(outage.ended) if outage.ended is not None else ""
    words = {
        End.BACK: _("Connected again {time}, after {span}."),
        End.LOGGED_OUT: _("Logged out {time}, after {span}, while it was lost."),
        End.RESTART: _("Still lost when this host went down; its last line is of {time}."),
        End.LASTS: _("It is lost now."),
        End.NOT_KNOWN: _("When it was connected again is not known: no line tells."),
    }[outage.end].format(time=when, span=span)
    if outage.attempts is None:
        return words
    attempts = translate_count(
        "iscsid needed {count} attempt.", "iscsid needed {count} attempts.", outage.attempts
    ).format(count=outage.attempts)
    return prose(words, attempts)


def io_words(outage: SessionOutage) -> str:
    """Whether I/O failed or only waited, in a sentence."""
    if outage.gave_up is not None:
        return _("replacement_timeout was over at {time}: I/O failed from then on.").format(
            time=moment(outage.gave_up)
        )
    if outage.end in (End.BACK, End.LOGGED_OUT):
        return _("replacement_timeout was not reached: I/O waited.")
    return _("No line tells that replacement_timeout was reached.")


def moment(when: float) -> str:
    """Date and time by the clock of this machine."""
    return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(when))


def span_words(seconds: float) -> str:
    """A time span in two units at most: `4 s`, `1 min 46 s`, `2 h 5 min`, `3 d 4 h`."""
    whole = round(seconds)
    for size, words, parts in (
        (86400, _("{whole} d {rest} h"), 3600),
        (3600, _("{whole} h {rest} min"), 60),
        (60, _("{whole} min {rest} s"), 1),
    ):
        if whole >= size:
            return words.format(whole=whole // size, rest=whole % size // parts)
    return _("{count} s").format(count=whole)


def _line_words(line: LoggedLine) -> str:
    often = _(" ({count} times)").format(count=line.count) if line.count > 1 else ""
    words = f" - {line.words}" if line.words else ""
    return f"{moment(line.when)} {line.source.value}: {line.text}{often}{words}"
