"""What a watch reads happenings from, as they come."""

from typing import Protocol

from msgspec import Struct

from tui.storage.news.happening import Happening


class Told(Struct, frozen=True):
    """What was read.

    Attributes:
        happenings: in the order they came.
        session: one of them is about a session, so the sessions are worth a look now.
        more: there is more to read at once.
    """

    happenings: tuple[Happening, ...] = ()
    session: bool = False
    more: bool = False


class LogSource(Protocol):
    """A log that grows."""

    def fileno(self) -> int:
        """A file descriptor that becomes readable when there is something to take."""

    def take(self) -> Told | None:
        """Take what there is, a bounded piece at a time; None when the log has ended."""

    def close(self) -> None:
        """Stop reading."""
