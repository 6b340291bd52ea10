"""Operations that are one command of LVM, with a metadata backup before it where it rewrites metadata."""

from abc import abstractmethod
from typing import ClassVar

from tui.storage.host.interface import ChangingHost
from tui.storage.operations.command import CommandOperation
from tui.storage.operations.guards.lvm_guard import LVM_DEADLINE, back_up_metadata, backup_command, try_first
from tui.storage.operations.operation import Progress, Risk
from tui.storage.untrusted import as_typed


class LvmCommand(CommandOperation, frozen=True):
    """One command of LVM."""

    deadline: ClassVar[float] = LVM_DEADLINE


class MetadataChange(LvmCommand, frozen=True):
    """One command that rewrites the metadata of a volume group, which is backed up right before."""

    risk: ClassVar[Risk] = Risk.REWRITES

    @property
    @abstractmethod
    def volume_group(self) -> str:
        """The group."""

    def shown(self) -> tuple[str, ...]:
        return (as_typed(backup_command(self.volume_group)), *LvmCommand.shown(self))

    def run(self, host: ChangingHost, progress: Progress) -> None:
        back_up_metadata(host, self.volume_group)
        LvmCommand.run(self, host, progress)


class TestedChange(LvmCommand, frozen=True):
    """One command that LVM has to accept in a test run first, in which it writes nothing (lvm(8), --test)."""

    risk: ClassVar[Risk] = Risk.REWRITES

    @property
    def _test(self) -> tuple[str, ...]:
        program, name, *arguments = self.argv
        return (program, name, "--test", *arguments)

    def shown(self) -> tuple[str, ...]:
        return (as_typed(self._test), *LvmCommand.shown(self))

    def run(self, host: ChangingHost, progress: Progress) -> None:
        try_first(host, self._test, self.title())
        LvmCommand.run(self, host, progress)
