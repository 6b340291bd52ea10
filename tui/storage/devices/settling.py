"""Waiting until a host has caught up with a change, and telling whether it was at rest while it was read.

A tool that made a device is back before those who read it next know of it: udev works off the kernel's
events one after the other and writes its database and the links below /dev behind them, and multipathd loads
the table of a map anew whenever a path comes or goes, during which the map is suspended.
"""

import time
from collections.abc import Callable

from tui.storage.host.interface import Command, Host
from tui.storage.probe.devices.udev import DATA
from tui.storage.probe.reading import names, word
from tui.storage.problem import Refused
from tui.storage.waiting import wait_for

QUEUE = "/run/udev/queue"
"""There while udev has events to work off (systemd, src/udev/udev-manager.c)."""

_SEQUENCE = "/sys/kernel/uevent_seqnum"

QUIET = 30.0
"""Seconds without a change of udev's database after which udev is taken to be stuck: a worker waits for a
disk that does not answer, or nobody works off the queue."""

LONGEST = 180.0
"""Seconds for which udev is waited for while it gets on; as long as it gives one event (udev.conf(5))."""

_ROUND = 5.0

REST = 10.0
"""Seconds for which a host that does not come to rest is asked again."""


def settle(host: Host, quiet: float = QUIET) -> bool:
    """Wait until udev has worked off what the kernel has told it, for as long as it gets on.

    `udevadm settle` returns at once when there is nothing to wait for. Before that it sees that udev has
    taken in what was just written to a device.

    Args:
        host: the host.
        quiet: seconds without progress after which it is given up.

    Returns:
        Whether udev has; False also where there is no udev.
    """
    begun = moved = time.monotonic()
    mark = _mark(host)
    patience = max(1.0, min(_ROUND, quiet))
    argv = ("udevadm", "settle", f"--timeout={patience:.0f}")
    while True:
        outcome = host.run(Command(argv, deadline=patience + 10))
        if outcome.ok or (outcome.status not in (1, None)):
            return outcome.ok
        if outcome.status == 1 and outcome.seconds < patience / 2:
            return False  # It did not wait: there is nobody to ask.
        before, mark, now = mark, _mark(host), time.monotonic()
        if mark != before:
            moved = now
        elif now - moved >= quiet:
            return False
        if now - begun >= LONGEST:
            return False


def sequence(host: Host) -> str:
    """The number of the kernel's newest event; it changes with every device that comes, changes or goes."""
    return word(host, _SEQUENCE)


class Rest:
    """Tells whether a host was at rest from when this was made until it is asked."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._sequence = sequence(host)

    def is_kept(self) -> bool:
        """No event came, udev has none left, and no map is suspended."""
        return sequence(self._host) == self._sequence and not is_moving(self._host)


def is_moving(host: Host) -> bool:
    """Whether udev has events to work off, or the table of a map is just being loaded. No disk is touched."""
    if host.facts(QUEUE) is not None:
        return True
    maps = (name for name in names(host, "/sys/block") if name.startswith("dm-"))
    return any(word(host, f"/sys/block/{name}/dm/suspended") == "1" for name in maps)


def allowed_at_rest(host: Host, check: Callable[[], None], patience: float = REST) -> None:
    """Check something that a host in motion may refuse for a moment: its refusal counts on a host at rest.

    Args:
        host: the host.
        check: raises Refused where something stands in the way.
        patience: seconds for which a host that moves is asked again.

    Raises:
        Refused: by a host at rest, or by one that does not come to rest.
    """
    refusal: Refused | None = None

    def is_told() -> bool:
        nonlocal refusal
        rest = Rest(host)
        try:
            check()
        except Refused as refused:
            refusal = refused
            if rest.is_kept():
                return True
            settle(host, quiet=_ROUND)
            return False
        refusal = None
        return True

    wait_for(is_told, patience)
    if refusal is not None:
        raise refusal


def read_at_rest(host: Host, read: Callable[[], object], patience: float = REST) -> None:
    """Read a host, and again when it moved meanwhile.

    A map that is suspended for a moment would be taken for one that does not answer.

    Args:
        host: the host.
        read: keeps what it read; the last time counts.
        patience: seconds for which a host that moves is read again.
    """

    def is_read() -> bool:
        rest = Rest(host)
        read()
        if rest.is_kept():
            return True
        settle(host, quiet=_ROUND)
        return False

    wait_for(is_read, patience)


def _mark(host: Host) -> float:
    """When udev last changed its database, which it does with every event it has worked off."""
    facts = host.facts(DATA)
    return facts.modified if facts is not None else 0.0
