"""Bind mounts and second mounts of one file system (mount(8))."""

from typing import ClassVar

from tui.storage.host.interface import ChangingHost, FileKind, Host
from tui.storage.operations.calls import change
from tui.storage.operations.mounts.mount import MOUNTING, UnmountFilesystem
from tui.storage.operations.mounts.mount_point import no_directory, refuse_taken_mount_point
from tui.storage.operations.operation import Operation, Progress
from tui.storage.problem import Refused
from tui.storage.untrusted import as_typed, clean
from tui.words import translate as _


class BindMount(Operation, frozen=True):
    """Mount a directory of a mounted file system at a second place.

    Attributes:
        device: path of the volume.
        source: the directory, below the first mount point.
        mount_point: the second place.
        kind: file system.
        options: of the second place alone: `ro`, `nosuid` and the like.
    """

    survives_reboot: ClassVar[bool] = False
    device: str
    source: str
    mount_point: str
    kind: str
    options: tuple[str, ...] = ()

    def title(self) -> str:
        return _("Mount {source} also at {path}").format(
            source=clean(self.source, 80), path=clean(self.mount_point, 80)
        )

    def why(self) -> str:
        return _("It was mounted there before.")

    def shown(self) -> tuple[str, ...]:
        return tuple(as_typed(argv) for argv in self._commands)

    @property
    def _commands(self) -> tuple[tuple[str, ...], ...]:
        bind = ("mount", "--bind", self.source, self.mount_point)
        if not self.options:
            return (bind,)
        flags = ",".join(("remount", "bind", *self.options))
        return (bind, ("mount", "-o", flags, self.mount_point))

    def is_done(self, host: Host) -> bool:
        return not self._unmount.is_done(host)

    def check(self, host: Host) -> None:
        facts = host.facts(host.resolve(self.mount_point))
        if facts is None or facts.kind not in (FileKind.FOLDER, FileKind.FILE):
            raise Refused(no_directory(self.mount_point))
        refuse_taken_mount_point(host, self.mount_point, _("Unmount that first, or keep it as it is."))

    def run(self, host: ChangingHost, progress: Progress) -> None:
        for argv in self._commands:
            change(host, argv, self.title(), deadline=MOUNTING, progress=progress)

    def undo(self) -> tuple[Operation, ...]:
        return (self._unmount,)

    @property
    def _unmount(self) -> UnmountFilesystem:
        return UnmountFilesystem(self.device, self.mount_point, self.kind, self.options, self.source)
