"""What the journal and the kernel's log say about storage, from all boots that they keep.

Only lines count that nobody but root can write: those of the kernel itself, and those of iscsid and of the
units that log in, running as root.
"""

import re

from msgspec import Struct
from msgspec.structs import replace

from tui.recovery.gathering.failing import NotAvailable, output_of
from tui.recovery.gathering.logs import boot_time, read_kernel
from tui.storage.host.interface import Command, Host
from tui.storage.news.daemon_words import meaning_of_daemon_line
from tui.storage.news.happening import Source
from tui.storage.news.journal_entry import FIELDS, JournalEntry, journal_entry
from tui.storage.news.kernel_words import Meaning, may_be_of_storage, meaning_of_kernel_line
from tui.storage.probe.reading import text
from tui.storage.untrusted import clean_lines
from tui.words import translate as _

_KERNEL = "_TRANSPORT=kernel"
_ISCSI = (
    *("+", "_UID=0", "_SYSTEMD_UNIT=iscsid.service", "_SYSTEMD_UNIT=open-iscsi.service"),
    *("_SYSTEMD_UNIT=iscsi.service", "+", "_UID=0", "_COMM=iscsid"),
)
_AS_JSON = ("--output=json", f"--output-fields={','.join(FIELDS)}", "--quiet", "--no-pager")

ANY_KERNEL_LINE = Command(("journalctl", *_AS_JSON, "--lines=1", _KERNEL))
"""Whether there is a journal of the system at all, and this user may read it: its status says neither."""

FILES = Command(("journalctl", "--header", "--quiet", "--no-pager"))
"""The heads of the journal's files, which tell how far back it goes."""

_HEAD = re.compile(r"^Head realtime timestamp: .*\((?P<hex>[0-9a-f]{1,16})\)", re.MULTILINE)
_BOOT_ID = "/proc/sys/kernel/random/boot_id"

_MOST = 40_000
"""Lines kept, the newest; I/O errors of one disk within `_TOGETHER` are one."""

_TOGETHER = 60.0

IO_ERROR = re.compile(r"I/O error, dev |Buffer I/O error|critical \w+ error, dev ")

_STRUCTURE = re.compile(
    # What tells which disk belongs to which session: drivers/scsi/hosts.c, sd.c, scsi_transport_iscsi.c.
    r"scsi host\d{1,9}: .*iSCSI|\] Attached SCSI disk|Loading iSCSI transport class"
)


class LogLine(Struct, frozen=True):
    """A line about storage.

    Attributes:
        entry: the line and its times.
        source: who wrote it.
        meaning: what it means; of a line that only tells which disk is whose, nothing.
        count: how many of its kind came within a short time; the times are those of the first.
    """

    entry: JournalEntry
    source: Source
    meaning: Meaning
    count: int = 1


class Reading(Struct, frozen=True):
    """What was read.

    Attributes:
        lines: oldest first.
        begins: the moment since which it is whole, in seconds since the epoch.
        unread: why it does not go back as far as was asked for; empty where it does.
        boot: the boot of now.
        is_cut: the logs have more lines of that time, which were not read.
    """

    lines: tuple[LogLine, ...]
    begins: float
    unread: str = ""
    boot: str = ""
    is_cut: bool = False


def read_logs(host: Host, since: float, within: float) -> Reading:
    """Read the journal back to a moment, the newest lines first, for some seconds; else the kernel's buffer.

    Raises:
        NotAvailable: neither can be read.
    """
    try:
        oldest = _oldest(host)
    except NotAvailable as error:
        return _ring(host, since, str(error))
    return _journal(host, since, oldest, within)


def _oldest(host: Host) -> float:
    """The time of the journal's first entry, in seconds since the epoch; 0 where that is not told.

    Raises:
        NotAvailable: there is no journal that this user may read.
    """
    if not output_of(host.run(ANY_KERNEL_LINE)).strip():
        raise NotAvailable(_("there is no journal of the kernel that this user may read"))
    heads = [int(match["hex"], 16) / 1e6 for match in _HEAD.finditer(host.run(FILES).stdout)]
    return min((head for head in heads if head > 0), default=0.0)


def _journal(host: Host, since: float, oldest: float, within: float) -> Reading:
    collected = _Collected()
    argv = ("journalctl", *_AS_JSON, "--reverse", f"--since=@{since:.0f}", _KERNEL, *_ISCSI)
    outcome = host.run(Command(argv, deadline=within), collected.take)
    if outcome.status not in (0, None):
        said = clean_lines(outcome.stderr, most=1)
        raise NotAvailable(said[0] if said else _("exit status {status}").format(status=outcome.status))
    boot = text(host, _BOOT_ID).strip().replace("-", "")
    lines = tuple(reversed(collected.lines))
    if outcome.status is None:
        why = _("the journal is large, and the time was over")
        return Reading(lines, min(collected.reached, host.now()), why, boot, is_cut=True)
    if collected.is_full:
        why = _("the journal has more lines than are kept")
        return Reading(lines, collected.reached, why, boot, is_cut=True)
    if oldest > since:
        return Reading(lines, oldest, _("the journal begins there"), boot)
    return Reading(lines, since, "", boot)


def _ring(host: Host, since: float, why: str) -> Reading:
    """The kernel's own buffer: this boot, as far as it was not overwritten, and nothing of iscsid."""
    booted, boot = boot_time(host), text(host, _BOOT_ID).strip().replace("-", "")
    told = [record for record in read_kernel(host) if record.when >= since]
    entries = (
        JournalEntry(record.when, record.text, boot, record.when - booted, is_of_kernel=True)
        for record in told
    )
    lines = tuple(line for entry in entries if (line := _line_of(entry)) is not None)
    begins = lines[0].entry.when if lines else booted
    words = _("{why}; the kernel's buffer was read, whose times are wrong where the clock was set since")
    return Reading(lines, max(since, begins), words.format(why=why), boot, is_cut=True)


class _Collected:
    """Takes the journal's lines as they come, newest first, and keeps those about storage."""

    def __init__(self) -> None:
        self.lines: list[LogLine] = []
        self.reached = float("inf")
        """The time of the oldest line that was looked at."""
        self.is_full = False

    def take(self, line: str) -> None:
        if self.is_full or not (may_be_of_storage(line) or "iSCSI" in line or '"MESSAGE":[' in line):
            self._note_time(line)
            return
        entry = journal_entry(line)
        if entry is None:
            return
        self.reached = min(self.reached, entry.when)
        told = _line_of(entry)
        if told is not None:
            self._keep(told)

    def _note_time(self, line: str) -> None:
        stamp = _STAMP.search(line)
        if stamp is not None and not self.is_full:
            self.reached = min(self.reached, int(stamp[1]) / 1e6)

    def _keep(self, told: LogLine) -> None:
        if IO_ERROR.search(told.entry.text):
            # Errors of one disk come in storms; of two that mean the same the older stays, with both counts.
            for place in range(len(self.lines) - 1, max(-1, len(self.lines) - 9), -1):
                later = self.lines[place]
                if _is_same(told, later):
                    self.lines[place] = replace(told, count=later.count + told.count)
                    return
        self.lines.append(told)
        self.is_full = len(self.lines) >= _MOST


_STAMP = re.compile(r'"__REALTIME_TIMESTAMP" ?: ?"(\d{1,17})"')


def _is_same(older: LogLine, later: LogLine) -> bool:
    return (
        (older.meaning, older.entry.boot) == (later.meaning, later.entry.boot)
        and older.meaning.subject != ""
        and 0 <= later.entry.monotonic - older.entry.monotonic <= _TOGETHER
        and IO_ERROR.search(later.entry.text) is not None
    )


def _line_of(entry: JournalEntry) -> LogLine | None:
    if not entry.is_of_kernel:
        meaning = meaning_of_daemon_line(entry.text)
        return None if meaning is None else LogLine(entry, Source.DAEMON, meaning)
    meaning = meaning_of_kernel_line(entry.text)
    if meaning is None and _STRUCTURE.search(entry.text):
        meaning = Meaning("")
    return None if meaning is None else LogLine(entry, Source.KERNEL, meaning)
