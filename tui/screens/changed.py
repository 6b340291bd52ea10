"""The message to a screen that the storage of its host changed."""

from dataclasses import dataclass

from textual.message import Message


@dataclass
class HostChanged(Message):
    """Something about the storage changed."""

    whole: bool = True
    """More than a glance can see may have changed."""

    def can_replace(self, message: Message) -> bool:
        """Let a later change stand for this one, unless less would be read for it."""
        return isinstance(message, HostChanged) and (message.whole or not self.whole)
