"""The directory on which a volume is mounted."""

from typing import ClassVar

from tui.storage.files.mount_point import mount_point_problems
from tui.storage.host.interface import ChangingHost, FileKind, Host
from tui.storage.operations.guards.mounted import mount_at
from tui.storage.operations.operation import Operation, Progress
from tui.storage.problem import Problem, Refused
from tui.storage.untrusted import as_typed, clean
from tui.words import translate as _


class MakeMountPoint(Operation, frozen=True):
    """Create the directory on which a volume is mounted."""

    only_stops: ClassVar[bool] = True
    path: str

    def title(self) -> str:
        return _("Create the directory {path}").format(path=clean(self.path, 80))

    def why(self) -> str:
        return _("A volume is mounted on an existing directory.")

    def shown(self) -> tuple[str, ...]:
        return (as_typed(("mkdir", "-p", self.path)),)

    def is_done(self, host: Host) -> bool:
        facts = host.facts(host.resolve(self.path))
        return facts is not None and facts.kind is FileKind.FOLDER

    def check(self, host: Host) -> None:
        refuse_bad_place(host, self.path)
        facts = host.facts(host.resolve(self.path))
        if facts is not None and facts.kind is not FileKind.FOLDER:
            raise Refused(no_directory(self.path))

    def run(self, host: ChangingHost, progress: Progress) -> None:  # noqa: ARG002 (it is short)
        host.make_folder(self.path)

    def undo(self) -> tuple[Operation, ...]:
        return (RemoveMountPoint(self.path),)


class RemoveMountPoint(Operation, frozen=True):
    """Remove an empty directory on which nothing is mounted."""

    path: str

    def title(self) -> str:
        return _("Remove the empty directory {path}").format(path=clean(self.path, 80))

    def why(self) -> str:
        return _("Nothing is mounted on it any more.")

    def shown(self) -> tuple[str, ...]:
        return (as_typed(("rmdir", self.path)),)

    def is_done(self, host: Host) -> bool:
        return host.facts(self.path) is None

    def check(self, host: Host) -> None:
        facts = host.facts(self.path)
        if (
            facts is None
            or facts.kind is not FileKind.FOLDER
            or mount_at(host, self.path)
            or host.names(self.path)
        ):
            raise Refused(
                Problem(
                    "directory.not-empty",
                    _("{path} is not an empty directory, so it is not removed.").format(
                        path=clean(self.path, 80)
                    ),
                    remedy=_("Check what is in it, and remove it by hand if it is not needed."),
                )
            )

    def run(self, host: ChangingHost, progress: Progress) -> None:  # noqa: ARG002 (it is short)
        host.remove(self.path)

    def undo(self) -> tuple[Operation, ...]:
        return (MakeMountPoint(self.path),)


def refuse_bad_place(host: Host, path: str) -> None:
    """See that a mount point, as typed and with its links followed, is no place of the system.

    Raises:
        Refused: it is.
    """
    for place in (path, host.resolve(path)):
        for problem in mount_point_problems(place):
            raise Refused(problem)


def no_directory(path: str) -> Problem:
    """There is no directory where one is needed."""
    return Problem(
        "mount-point.no-directory",
        _("{path} is not a directory.").format(path=clean(path, 80)),
        remedy=_("Choose another mount point, or have the directory created."),
        field="mount_point",
    )


def refuse_taken_mount_point(host: Host, path: str, remedy: str) -> None:
    """See that nothing is mounted at a place.

    Raises:
        Refused: something is; `remedy` says what to do.
    """
    taken = mount_at(host, host.resolve(path))
    if taken is not None:
        raise Refused(
            Problem(
                "mount-point.taken",
                _("{source} is already mounted at {path}.").format(
                    source=clean(taken.source, 80), path=clean(path, 80)
                ),
                remedy=remedy,
                field="mount_point",
            )
        )
