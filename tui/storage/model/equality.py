"""Values of which a part does not count when they are compared."""

from abc import abstractmethod

from msgspec import Struct


class ComparedBy(Struct, frozen=True, eq=False):
    """Equal to another of its class, and hashed, by `compared` alone."""

    @property
    @abstractmethod
    def compared(self) -> object:
        """What counts."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, type(self)) and self.compared == other.compared

    def __ne__(self, other: object) -> bool:
        # A Struct has a comparison of its own for this, too.
        return not self == other

    def __hash__(self) -> int:
        return hash(self.compared)
