"""An operation that is one command: it is declared once, shown, and run."""

from abc import abstractmethod
from typing import ClassVar

from tui.storage.host.interface import ChangingHost
from tui.storage.operations.calls import change
from tui.storage.operations.operation import Operation, Progress
from tui.storage.untrusted import as_typed


class CommandOperation(Operation, frozen=True):
    """What runs one command; a subclass that does more around it calls this `run`."""

    deadline: ClassVar[float] = 60.0
    """Seconds that the command gets."""

    @property
    @abstractmethod
    def argv(self) -> tuple[str, ...]:
        """The command. It holds no secret: arguments are open to every user of the host."""

    def shown(self) -> tuple[str, ...]:
        return (as_typed(self.argv),)

    def run(self, host: ChangingHost, progress: Progress) -> None:
        change(host, self.argv, self.title(), deadline=self.deadline, progress=progress)
