"""Outages of the past: what the logs tell of each, and what they do not."""

from enum import StrEnum

from msgspec import Struct

from tui.storage.news.happening import Source


class End(StrEnum):
    """How an outage ended."""

    BACK = "back"
    """iscsid logged in again."""
    LOGGED_OUT = "logged-out"
    """The session was logged out while it was lost."""
    RESTART = "restart"
    """The host was shut down or went down while it was lost."""
    LASTS = "lasts"
    """The session is lost now."""
    NOT_KNOWN = "not-known"
    """It is over or not: no line tells."""


class LoggedLine(Struct, frozen=True):
    """A line of a log: when it came first, from whom, what it says and means, and how often it came."""

    when: float
    source: Source
    text: str
    words: str
    count: int = 1


class DiskErrors(Struct, frozen=True):
    """I/O errors of one disk that were logged while a session was lost.

    Attributes:
        disk: the kernel's name at that time.
        count: errors that were logged; the kernel leaves out some where there are many.
        is_of_session: the disk is known to be the session's; else only the time is the same.
    """

    disk: str
    count: int
    is_of_session: bool


class PathEvents(Struct, frozen=True):
    """What device-mapper did with one path meanwhile: the disk, how often it failed and was reinstated."""

    disk: str
    failed: int
    reinstated: int


class SessionOutage(Struct, frozen=True):
    """One time in which a session was without its connection.

    Attributes:
        boot: the boot it was in.
        sid: the session's number in that boot.
        target: its target; empty where no line names it.
        portal: its portal, likewise.
        lost: when the connection was lost, in seconds since the epoch by the clock of that time.
        cause: what the kernel gave as the reason, in words.
        end: how it ended.
        ended: when, or None where no line tells.
        seconds: how long it took, whatever was done to the clock meanwhile; None where that is not known.
        gave_up: when the kernel stopped queueing I/O and failed it, or None where it did not.
        attempts: logins that iscsid needed, or None where it does not say.
        errors: I/O errors meanwhile, by disk.
        paths: paths of multipath maps meanwhile.
        filesystems: lines of file systems that stopped meanwhile; whose disk it was is not always known.
        lines: what else the target, the kernel and iscsid said of it, each line once.
        more_lines: lines that are not listed for want of room.
    """

    boot: str
    sid: int
    target: str
    portal: str
    lost: float
    cause: str
    end: End
    ended: float | None
    seconds: float | None
    gave_up: float | None
    attempts: int | None
    errors: tuple[DiskErrors, ...]
    paths: tuple[PathEvents, ...]
    filesystems: tuple[LoggedLine, ...]
    lines: tuple[LoggedLine, ...]
    more_lines: int = 0

    @property
    def key(self) -> str:
        """Names it among all outages."""
        return f"{self.boot}:{self.sid}:{self.lost}"


class Boot(Struct, frozen=True):
    """A boot of which storage lines were read: the first and the last of them, in seconds since the epoch."""

    identifier: str
    first: float
    last: float


class History(Struct, frozen=True):
    """The outages of a host in a time.

    Attributes:
        host: its name.
        taken_at: the moment it was read, in seconds since the epoch.
        since: the moment since which outages were asked for.
        begins: the moment since which they are known; later than `since` where not all was read.
        unread: why, in words; empty where all was read.
        is_cut: the logs have more lines of that time, which were not read.
        boots: oldest first.
        outages: oldest first.
        elsewhere: bad lines about storage outside of every outage, oldest first.
        without_iscsid: the boots in which iscsid said nothing, so that no line tells when a session was back.
    """

    host: str
    taken_at: float
    since: float
    begins: float
    unread: str
    is_cut: bool
    boots: tuple[Boot, ...]
    outages: tuple[SessionOutage, ...]
    elsewhere: tuple[LoggedLine, ...]
    without_iscsid: tuple[str, ...] = ()
