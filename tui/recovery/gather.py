"""The whole look at a host for a diagnosis: every item at the same time, and an end to it by a deadline.

No disk is read that would block whoever reads it, and no process is left behind: a command that is not done
in time is killed with its children, and what it would have told is missing from the evidence.
"""

import threading
import time
from collections.abc import Callable
from functools import partial
from typing import Any, Generic, TypeVar

from msgspec.structs import replace

from tui.recovery.arguments import WITHIN
from tui.recovery.evidence import Evidence, Item, Unread, sources
from tui.recovery.gathering.bounded import BoundedHost
from tui.recovery.gathering.failing import NotAvailable
from tui.recovery.gathering.logs import boot_time
from tui.recovery.gathering.look import Look
from tui.storage.host.interface import Host
from tui.storage.model.inventory import Inventory
from tui.storage.probe.inventory import take_inventory
from tui.storage.problem import ConsoleError, Problem
from tui.storage.untrusted import clean
from tui.words import translate as _

_KILLING = 0.7
"""Seconds kept at the end for killing what is late."""

T = TypeVar("T")

Told = Callable[[Item, str], None]
"""Gets each item as soon as it is read, or why it was not, in words; called from any thread."""


def _unheard(_item: Item, _why: str) -> None:
    """For those who do not follow a look."""


class _Question(Generic[T]):
    """One question to the host, in a thread of its own that never keeps the program from ending."""

    def __init__(self, ask: Callable[[], T], *items: Item, told: Told) -> None:
        self._items, self._ask, self._told = items, ask, told
        self._value: T | None = None
        self.why = _("no answer in time")
        self._thread = threading.Thread(target=self._work, daemon=True)
        self._thread.start()

    def _work(self) -> None:
        try:
            value = self._ask()
        except NotAvailable as error:
            self.why = clean(str(error))
        except OSError as error:
            self.why = clean(error.strerror or str(error))
        except Exception as error:  # noqa: BLE001 (one item less: the rest of the evidence counts)
            self.why = clean(f"{type(error).__name__}: {error}")
        else:
            self._value, self.why = value, ""
        for item in self._items:
            self._told(item, self.why)

    def answer(self, end: float, unread: list[Unread], empty: T) -> T:
        """What was told by a moment; where nothing was, the empty value, and that it is missing."""
        self._thread.join(max(0.0, end - time.monotonic()))
        value = self._value
        if value is None:
            unread += [Unread(item, self.why) for item in self._items]
        return empty if value is None else value


def gather(host: Host, within: float = WITHIN, told: Told = _unheard) -> Evidence:
    """Look at everything.

    Args:
        host: the machine.
        within: seconds the whole may take.
        told: follows the look; what is late is not told.

    Raises:
        ConsoleError: not even the inventory could be taken in that time.
    """
    begun = time.monotonic()
    end, last_call = begun + within, begun + within - _KILLING
    bounded = BoundedHost(host, last_call)
    look = Look(bounded, last_call)
    inventory: _Question[Inventory | None] = _Question(partial(take_inventory, bounded), told=told)
    questions = {
        name: (
            _Question(partial(source.read, look), source.item, told=told if source.words else _unheard),
            source,
        )
        for name, source in sources().items()
    }
    unread: list[Unread] = []
    taken = inventory.answer(end, unread, None)
    if taken is None:
        raise ConsoleError(_no_inventory(inventory.why, within))
    read: dict[str, Any] = {
        name: question.answer(end, unread, source.empty) for name, (question, source) in questions.items()
    }
    return replace(
        Evidence(taken, now=host.now(), booted=boot_time(host)),
        **read,
        unread=tuple(dict.fromkeys(unread)),
        seconds=time.monotonic() - begun,
    )


def _no_inventory(why: str, within: float) -> Problem:
    return Problem(
        "doctor.no-inventory",
        _("This host's storage could not be read within {seconds:.1f} s.").format(seconds=within),
        _("The machine is very busy, or something in the kernel hangs."),
        _("Give it more time: --within 30."),
        evidence=(why,) if why else (),
    )
