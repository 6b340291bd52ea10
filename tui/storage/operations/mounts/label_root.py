"""The SELinux label of the root directory of a new file system."""

from tui.storage.host.interface import Command, Host
from tui.storage.operations.command import CommandOperation
from tui.storage.operations.guards.mounted import mount_at, not_mounted
from tui.storage.operations.operation import CannotUndo
from tui.storage.problem import Refused
from tui.storage.untrusted import clean
from tui.words import translate as _


class LabelRoot(CommandOperation, frozen=True):
    """Give the root directory of a mounted volume the label that the policy has for its place.

    mkfs leaves it without one, and services that SELinux confines are then refused (restorecon(8)).

    Attributes:
        path: the mount point.
    """

    path: str

    def title(self) -> str:
        return _("Set the SELinux label of {path}").format(path=clean(self.path, 80))

    def why(self) -> str:
        return _("A new file system has no label, and SELinux then refuses services access to it.")

    @property
    def argv(self) -> tuple[str, ...]:
        return ("restorecon", "-v", self.path)

    def is_done(self, host: Host) -> bool:
        """`-n` changes nothing and `-v` prints what would be changed."""
        if mount_at(host, host.resolve(self.path)) is None:
            return False
        outcome = host.run(Command(("restorecon", "-n", "-v", self.path)))
        return outcome.ok and not outcome.stdout.strip()

    def check(self, host: Host) -> None:
        """The volume is mounted there: otherwise the directory below it would change."""
        if mount_at(host, host.resolve(self.path)) is None:
            raise Refused(not_mounted(self.path))

    def undo(self) -> CannotUndo:
        return CannotUndo(_("The former label is not kept: a new file system has none."))
