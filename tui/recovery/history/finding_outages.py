"""The outages that lines of the logs tell of, boot by boot."""

import re
from collections import Counter
from collections.abc import Iterable

from msgspec import Struct, field

from tui.recovery.history.disks import Disks, disk_of_number
from tui.recovery.history.outage import Boot, DiskErrors, End, LoggedLine, PathEvents, SessionOutage
from tui.recovery.history.reading import IO_ERROR, LogLine, Reading
from tui.storage.model.iscsi import Lun, Session, SessionState
from tui.storage.news.happening import Source, Tone
from tui.storage.probe.reading import whole_number
from tui.storage.untrusted import clean

_AFTER = 5.0
"""Seconds after its end in which lines still belong to an outage."""

_MOST_LINES = 12
_MOST_ELSEWHERE = 200

_LOST = re.compile(r"detected conn error \((?P<code>\d{1,9})\)")
_PING = "ping timeout of"
_LOGGED_IN_ONLY = frozenset({1021, 1022})
"""Errors that only a connection meets that is logged in: of commands and of pings (libiscsi.c)."""
_GAVE_UP = re.compile(r"session recovery timed out")
_BACK = re.compile(r"is operational after recovery(?: \((?P<attempts>\d{1,9}) attempts?\))?")
_OPERATIONAL = re.compile(r"is operational now")
_LOGGED_OUT = re.compile(r"is shutdown")
_NAMED = re.compile(
    r"[Cc]onnection ?(?P<sid>\d{1,9}):\d{1,9} to "
    r"\[target: (?P<target>\S+), portal: (?P<portal>\S+),(?P<port>\d{1,5})\]"
)
_STOPPED = re.compile(
    r"Remounting filesystem read-only|[Ff]ilesystem has been shut down|Shutting down filesystem"
    r"|forced readonly"
)
_PATH = re.compile(r"multipath: .*(?P<what>Failing|Reinstating) path (?P<number>\d{1,9}:\d{1,9})")
_ADDRESS = re.compile(r"(?:\d{1,3}\.){3}\d{1,3}")


class _Draft(Struct):
    """An outage that is being put together."""

    sid: int
    lost: float
    lost_at: float
    cause: str
    end: End = End.NOT_KNOWN
    ended: float | None = None
    ended_at: float | None = None
    gave_up: float | None = None
    attempts: int | None = None
    errors: Counter[tuple[str, bool]] = field(default_factory=Counter)
    failed: Counter[str] = field(default_factory=Counter)
    reinstated: Counter[str] = field(default_factory=Counter)
    filesystems: dict[str, LoggedLine] = field(default_factory=dict)
    lines: dict[tuple[Source, str], LoggedLine] = field(default_factory=dict)
    more: int = 0


def outages_of(
    reading: Reading, sessions: tuple[Session, ...], luns: tuple[Lun, ...]
) -> tuple[tuple[Boot, ...], tuple[SessionOutage, ...], tuple[LoggedLine, ...], tuple[str, ...]]:
    """The boots, the outages, what else went wrong, and the boots without a line of iscsid.

    Args:
        reading: the lines.
        sessions: those of now.
        luns: likewise.
    """
    by_boot: dict[str, list[LogLine]] = {}
    for line in reading.lines:
        by_boot.setdefault(line.entry.boot, []).append(line)
    boots: list[Boot] = []
    found: list[SessionOutage] = []
    elsewhere: list[LoggedLine] = []
    silent: list[str] = []
    for boot, unsorted in by_boot.items():
        lines = sorted(unsorted, key=lambda line: line.entry.monotonic)
        is_now = boot == reading.boot
        told = _OfBoot(boot, lines)
        if is_now:
            told.disks.adopt(sessions, luns)
        for line in lines:
            told.take(line)
        told.close(sessions if is_now else None)
        last = max(line.entry.when for line in lines)
        boots.append(Boot(boot, min(line.entry.when for line in lines), last))
        found += told.outages()
        elsewhere += told.elsewhere
        if not any(line.source is Source.DAEMON for line in lines):
            silent.append(boot)
    return tuple(boots), tuple(found), tuple(elsewhere[-_MOST_ELSEWHERE:]), tuple(silent)


class _OfBoot:
    """The lines of one boot, taken one after the other."""

    def __init__(self, boot: str, lines: Iterable[LogLine]) -> None:
        self.disks = Disks()
        self.elsewhere: list[LoggedLine] = []
        self._boot = boot
        self._names: dict[int, tuple[str, str]] = {}
        self._drafts: list[_Draft] = []
        self._near: list[_Draft] = []
        """Those that are not over, or only just."""
        self._pings: dict[int, LogLine] = {}
        self._last: LogLine | None = None
        for line in lines:
            named = _NAMED.search(line.entry.text) if line.source is Source.DAEMON else None
            if named is not None:
                portal = f"{named['portal']}:{named['port']}"
                self._names[int(named["sid"])] = (clean(named["target"]), clean(portal))

    def take(self, line: LogLine) -> None:
        self._last = line
        entry = line.entry
        self._near = [
            draft
            for draft in self._near
            if draft.ended_at is None or entry.monotonic - draft.ended_at <= _AFTER
        ]
        if line.source is Source.KERNEL:
            self.disks.take(entry.text)
            sid = _sid(line)
            if sid is not None:
                self._of_session(sid, line)
        else:
            self._of_daemon(line)
        self._attach(line)

    def _of_session(self, sid: int, line: LogLine) -> None:
        text = line.entry.text
        lost = _LOST.search(text)
        if _PING in text:
            self._pings[sid] = line
        elif lost is not None:
            self._lose(sid, int(lost["code"]), line)
        elif _GAVE_UP.search(text) and (draft := self._open(sid)) is not None:
            draft.gave_up = draft.gave_up or line.entry.when

    def _lose(self, sid: int, code: int, line: LogLine) -> None:
        before = self._open(sid)
        if before is not None:
            if code not in _LOGGED_IN_ONLY:
                return  # A login on the way back that broke.
            # It was there again, which no line tells: when is not known.
            before.ended_at = line.entry.monotonic
        draft = _Draft(sid, line.entry.when, line.entry.monotonic, line.meaning.words)
        self._drafts.append(draft)
        self._near.append(draft)
        ping = self._pings.pop(sid, None)
        if ping is not None and line.entry.monotonic - ping.entry.monotonic <= _AFTER:
            _note(draft, ping)

    def _of_daemon(self, line: LogLine) -> None:
        sid, text = _sid(line), line.entry.text
        draft = self._open(sid) if sid is not None else None
        if draft is None:
            return
        back = _BACK.search(text)
        if back is not None or _OPERATIONAL.search(text):
            attempts = back["attempts"] if back is not None else None
            draft.attempts = int(attempts) if attempts else None
            self._end(draft, End.BACK, line)
        elif _LOGGED_OUT.search(text):
            self._end(draft, End.LOGGED_OUT, line)

    @staticmethod
    def _end(draft: _Draft, end: End, line: LogLine) -> None:
        draft.end, draft.ended, draft.ended_at = end, line.entry.when, line.entry.monotonic

    def _open(self, sid: int) -> _Draft | None:
        return next(
            (outage for outage in reversed(self._near) if outage.sid == sid and outage.ended_at is None), None
        )

    def _attach(self, line: LogLine) -> None:
        """Give a line to the outages that it can be about."""
        text, subject = line.entry.text, line.meaning.subject
        mine = _sid(line)
        if mine is None and subject:
            mine = self.disks.session_of(subject)
        taken = False
        for draft in self._near:
            if mine is not None and mine != draft.sid:
                continue
            if mine is None and line.source is Source.DAEMON and self._is_of_other(draft, text):
                continue
            taken = True
            path = _PATH.search(text)
            if path is not None:
                counts = draft.failed if path["what"] == "Failing" else draft.reinstated
                counts[disk_of_number(path["number"])] += line.count
            elif IO_ERROR.search(text) and subject.startswith("device:"):
                draft.errors[subject.removeprefix("device:"), mine is not None] += line.count
            elif _STOPPED.search(text):
                draft.filesystems.setdefault(subject or text, _logged(line))
            else:
                _note(draft, line)
        # What is lost by a ping's end is lost with the next line.
        if not taken and line.meaning.tone is Tone.BAD and _PING not in text:
            self.elsewhere.append(_logged(line))

    def _is_of_other(self, draft: _Draft, text: str) -> bool:
        """Whether a line of iscsid names the address of a session that is another one's."""
        portal = self._names.get(draft.sid, ("", ""))[1]
        addresses = _ADDRESS.findall(text)
        return bool(portal) and bool(addresses) and not any(f"{address}:" in portal for address in addresses)

    def close(self, sessions: tuple[Session, ...] | None) -> None:
        """No line is left.

        Args:
            sessions: those of now where it is the boot of now, else None: this host was restarted since.
        """
        for draft in self._drafts:
            if draft.ended_at is not None:
                continue
            if sessions is None:
                if self._last is not None:
                    self._end(draft, End.RESTART, self._last)
                continue
            now = next((session for session in sessions if session.sid == draft.sid), None)
            if now is not None and now.state in (SessionState.FAILED, SessionState.FREE):
                draft.end = End.LASTS
        for session in sessions or ():
            self._names.setdefault(session.sid, (clean(session.target), clean(session.portal.label)))

    def outages(self) -> tuple[SessionOutage, ...]:
        return tuple(self._outage(draft) for draft in self._drafts)

    def _outage(self, draft: _Draft) -> SessionOutage:
        target, portal = self._names.get(draft.sid, ("", ""))
        known = draft.ended is not None and draft.ended_at is not None
        disks = sorted({*draft.failed, *draft.reinstated})
        return SessionOutage(
            boot=self._boot,
            sid=draft.sid,
            target=target,
            portal=portal,
            lost=draft.lost,
            cause=draft.cause,
            end=draft.end,
            ended=draft.ended,
            # Of a host that went down only the last line is known: the outage was longer.
            seconds=(draft.ended_at or 0) - draft.lost_at if known and draft.end is not End.RESTART else None,
            gave_up=draft.gave_up,
            attempts=draft.attempts,
            errors=tuple(
                DiskErrors(disk, count, is_of_session)
                for (disk, is_of_session), count in sorted(draft.errors.items())
            ),
            paths=tuple(PathEvents(disk, draft.failed[disk], draft.reinstated[disk]) for disk in disks),
            filesystems=tuple(draft.filesystems.values()),
            lines=tuple(draft.lines.values()),
            more_lines=draft.more,
        )


def _note(draft: _Draft, line: LogLine) -> None:
    if not line.meaning.words and line.source is Source.KERNEL:
        return
    made = _logged(line)
    known = draft.lines.get((made.source, made.text))
    if known is None and len(draft.lines) >= _MOST_LINES:
        draft.more += line.count
        return
    first = made if known is None else known
    count = line.count + (known.count if known is not None else 0)
    draft.lines[made.source, made.text] = LoggedLine(first.when, made.source, made.text, made.words, count)


def _logged(line: LogLine) -> LoggedLine:
    return LoggedLine(line.entry.when, line.source, clean(line.entry.text), line.meaning.words, line.count)


def _sid(line: LogLine) -> int | None:
    kind, _colon, number = line.meaning.subject.partition(":")
    return whole_number(number) if kind == "sid" else None
