"""What an action is, and what it is done with; which there are is told by `actions`."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from textual.screen import Screen

from tui.screens.access import Access
from tui.storage.host.command_log import CommandLogHost
from tui.storage.stacks.rung import Rung
from tui.storage.stacks.stack import Stack

Subject = Rung | Stack | None
"""What the cursor is on: a rung, the heading of a stack, or nothing on a host without storage."""


@dataclass(frozen=True, slots=True)
class Action:
    """One thing that can be done.

    Attributes:
        key: the key that does it.
        label: what it does, with a capital.
        opens: makes the screen it opens.
        reason: why it cannot be done now, without a full stop; empty when it can.
        changes: it is of no use where nothing may be changed.
    """

    key: str
    label: str
    opens: Callable[[CommandLogHost, Access], Screen[Any]]
    reason: str = ""
    changes: bool = True
