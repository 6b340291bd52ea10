"""An App that holds one widget and keeps the messages it sends."""

from typing import TypeVar

from textual.app import ComposeResult
from textual.message import Message
from textual.widget import Widget

from widgets.look import PLAIN_LOOK, Look, LookApp

M = TypeVar("M", bound=Message)


def shows(widget: Widget) -> bool:
    """Whether a widget takes part in the layout."""
    return widget.display


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
