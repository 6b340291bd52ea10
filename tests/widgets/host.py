"""An App that holds one widget and keeps the messages it sends."""

from typing import Any, TypeVar

import pytest
from textual.app import ComposeResult
from textual.content import Content
from textual.message import Message
from textual.widget import Widget

from widgets.line_list import Line, LineList
from widgets.look import PLAIN_LOOK, Look, LookApp

M = TypeVar("M", bound=Message)


def shows(widget: Widget) -> bool:
    """Whether a widget takes part in the layout."""
    return widget.display


def lines_drawn(monkeypatch: pytest.MonkeyPatch, kind: type[LineList[Any]]) -> list[str]:
    """The keys of the lines that lists of a kind draw from now on, in their order; it grows."""
    keys: list[str] = []
    original = kind.draw

    def noting(self: LineList[Any], line: Line, look: Look, width: int) -> Content:
        keys.append(line.key or "")
        return original(self, line, look, width)

    monkeypatch.setattr(kind, "draw", noting)
    return keys


class Host(LookApp[None]):
    """Shows widgets under each other. Pass `host.messages.append` to `run_test(message_hook=...)`."""

    def __init__(self, *widgets: Widget, look: Look = PLAIN_LOOK) -> None:
        super().__init__(look)
        self._held = widgets
        self.messages: list[Message] = []

    def compose(self) -> ComposeResult:
        yield from self._held

    def sent(self, kind: type[M]) -> list[M]:
        """The messages of a kind, each once, in the order they were sent."""
        found: list[M] = []
        for message in self.messages:
            if isinstance(message, kind) and not any(message is known for known in found):
                found.append(message)
        return found
