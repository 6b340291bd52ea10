"""The message to a screen that the storage of its host changed."""

from dataclasses import dataclass

from textual.message import Message

from tui.storage.model.topic import Topic


@dataclass
class HostChanged(Message):
    """Something about the storage changed."""

    whole: bool = True
    """More than a glance can see may have changed."""
    topics: frozenset[Topic] = frozenset()
    """What changed by itself, and is read when it is due; empty for what is to be read at once."""

    @property
    def by_itself(self) -> bool:
        """Whether it may wait until it is due."""
        return bool(self.topics)

    def can_replace(self, message: Message) -> bool:
        """Let a later change stand for this one, unless less would be read for it, or later."""
        if not isinstance(message, HostChanged) or (self.whole and not message.whole):
            return False
        at_once = message.whole and not message.by_itself
        return at_once or not self.whole or (self.by_itself and self.topics <= message.topics)

    def and_before(self, earlier: "HostChanged | None") -> "HostChanged":
        """Return what stands for this change and an earlier one."""
        if earlier is None or earlier.can_replace(self):
            return self
        if self.can_replace(earlier):
            return earlier
        return HostChanged(True, self.topics | earlier.topics)
