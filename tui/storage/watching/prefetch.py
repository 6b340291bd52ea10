"""A whole look at this machine, begun before anybody asks for it, in a process of its own.

Starting the console is mostly importing Textual. Python computes on one processor at a time, so a thread
that reads meanwhile would make both late (each of its system calls waits for the importing thread to let
go); another process does not, and the machine is known when the first picture is made.
"""

import os
import pickle
import select
from collections.abc import Callable
from typing import TYPE_CHECKING

from tui.storage.host.interface import ChangingHost

if TYPE_CHECKING:
    from tui.storage.host.command_log import Ran
    from tui.storage.model.inventory import Inventory

Look = Callable[[ChangingHost], tuple["Inventory", tuple["Ran", ...]]]
"""Looks at a host; returns what is there and the commands that ran for it."""


class Prefetch:
    """Begins at once. Make it while the program has one thread: it forks (fork(2)).

    Args:
        host: the machine.
        look: looks at it; a whole inventory when left out.
    """

    def __init__(self, host: ChangingHost, look: Look | None = None) -> None:
        self._answer, question = os.pipe()
        self._child = os.fork()
        if self._child == 0:
            os.close(self._answer)
            _look_and_leave(host, look or whole_look, question)
        os.close(question)

    @property
    def ready(self) -> bool:
        """Whether `taken` returns at once."""
        if self._answer < 0:
            return True
        waiting = select.poll()
        waiting.register(self._answer, select.POLLIN)
        return bool(waiting.poll(0))

    def taken(self) -> "tuple[Inventory, tuple[Ran, ...]] | None":
        """Wait for what was seen and return it, the first time; None afterwards, and where looking failed.

        A caller that gets None reads again: then the mistake shows where it can be reported.
        """
        if self._answer < 0:
            return None
        with os.fdopen(self._answer, "rb") as answer:
            self._answer = -1
            content = answer.read()
        _child, status = os.waitpid(self._child, 0)
        if status != 0:
            return None
        seen: tuple[Inventory, tuple[Ran, ...]] = pickle.loads(content)  # noqa: S301 - from our own process
        return seen


def whole_look(host: ChangingHost) -> "tuple[Inventory, tuple[Ran, ...]]":
    """Take a whole inventory, and note the commands."""
    # What reads is imported by the process that reads; the other has enough to import.
    from tui.storage.host.command_log import CommandLogHost  # noqa: PLC0415 (see above)
    from tui.storage.probe.inventory import take_inventory  # noqa: PLC0415 (likewise)

    observed = CommandLogHost(host)
    return take_inventory(observed), observed.ran()


def _look_and_leave(host: ChangingHost, look: Look, question: int) -> None:
    """The life of the child: it writes nothing at all when anything goes wrong. Never returns."""
    status = 1
    try:
        content = pickle.dumps(look(host), pickle.HIGHEST_PROTOCOL)
        with os.fdopen(question, "wb") as pipe:
            pipe.write(content)
        status = 0
    finally:
        # Whatever was raised, the terminal and all that ends with a program belong to the parent.
        os._exit(status)
