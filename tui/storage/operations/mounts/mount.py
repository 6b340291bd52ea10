"""Mounting a volume, and unmounting it."""

from typing import ClassVar

from msgspec.structs import replace

from tui.storage.files.filesystem_kind import FilesystemKind
from tui.storage.files.mount_options import option_problems, runtime_options
from tui.storage.host.interface import ChangingHost, Command, FileKind, Host
from tui.storage.operations.calls import change
from tui.storage.operations.command import CommandOperation
from tui.storage.operations.guards.mounted import no_device
from tui.storage.operations.mounts.mount_point import no_directory, refuse_bad_place, refuse_taken_mount_point
from tui.storage.operations.mounts.release import holders_of
from tui.storage.operations.operation import CannotUndo, Operation, Progress, Risk
from tui.storage.probe.devices.all_signatures import content_of
from tui.storage.probe.narrow import device_behind, look_at_devices
from tui.storage.problem import CommandFailed, Problem, Refused
from tui.storage.untrusted import clean, clean_lines
from tui.storage.waiting import wait_for
from tui.words import enumerated, translate as _

MOUNTING = 300.0
"""Seconds a mount gets: replaying a log over a slow network takes a while."""


class MountFilesystem(CommandOperation, frozen=True):
    """Mount a file system now.

    Attributes:
        device: path of the volume or disk.
        mount_point: where.
        kind: its file system; for one that is there already also one that this program does not make.
        options: the person's; those that only speak to the boot are left out here.
    """

    survives_reboot: ClassVar[bool] = False

    device: str
    mount_point: str
    kind: str
    options: tuple[str, ...] = ()

    def title(self) -> str:
        return _("Mount {device} at {path}").format(
            device=clean(self.device), path=clean(self.mount_point, 80)
        )

    def why(self) -> str:
        return _("The files of the volume appear in this directory.")

    @property
    def argv(self) -> tuple[str, ...]:
        options = runtime_options(self.options)
        chosen = ("-o", ",".join(options)) if options else ()
        return ("mount", "-t", self.kind, *chosen, self.device, self.mount_point)

    def is_done(self, host: Host) -> bool:
        inventory = look_at_devices(host)
        place = host.resolve(self.mount_point)
        device = device_behind(host, inventory, self.device)
        found = [mount for mount in inventory.mounts if mount.target == place]
        return device is not None and bool(found) and found[-1].device == device.name

    def check(self, host: Host) -> None:
        refuse_bad_place(host, self.mount_point)
        facts = host.facts(host.resolve(self.mount_point))
        if facts is None or facts.kind is not FileKind.FOLDER:
            raise Refused(no_directory(self.mount_point))
        refuse_taken_mount_point(
            host, self.mount_point, _("Choose another mount point, or unmount that first.")
        )
        if self.kind in tuple(FilesystemKind):
            for problem in option_problems(self.options, FilesystemKind(self.kind)):
                raise Refused(problem)
        self._refuse_device(host)

    def run(self, host: ChangingHost, progress: Progress) -> None:
        """When mount fails, the kernel log says why."""
        try:
            change(host, self.argv, self.title(), deadline=MOUNTING, progress=progress)
        except CommandFailed as error:
            raise CommandFailed(_mount_problem(host, self, error.problem)) from error

    def undo(self) -> tuple[Operation, ...]:
        return (UnmountFilesystem(self.device, self.mount_point, self.kind, self.options),)

    def _refuse_device(self, host: Host) -> None:
        inventory = look_at_devices(host)
        device = device_behind(host, inventory, self.device)
        if device is None or not device.answers:
            raise Refused(no_device(self.device))
        elsewhere = [mount.target for mount in inventory.mounts_of(device.name)]
        if elsewhere:
            raise Refused(
                Problem(
                    "mount.elsewhere",
                    _("{device} is already mounted at {path}.").format(
                        device=clean(self.device), path=clean(elsewhere[0], 80)
                    ),
                    remedy=_("Use it there, or unmount it first."),
                )
            )
        kind = content_of(host, device.path).get("TYPE", "")
        if kind != self.kind:
            raise Refused(
                Problem(
                    "mount.other-kind",
                    _("{device} holds {found}, not {kind}.").format(
                        device=clean(self.device), found=clean(kind, 40) or _("nothing"), kind=self.kind
                    ),
                    remedy=_("Go back and check the volume again."),
                )
            )


BUSY_FOR = 5.0
"""Seconds for which a file system may be busy although nothing is seen to use it."""

_BUSY = "target is busy"
"""EBUSY, as umount(8) puts it."""


class UnmountFilesystem(CommandOperation, frozen=True):
    """Unmount what `MountFilesystem` mounted. Its attributes are the same.

    Attributes:
        source: of a second place: the directory that it shows (`BindMount`); else empty.
        is_part: it shows a part of its file system, the rest of which is mounted nowhere.
    """

    risk: ClassVar[Risk] = Risk.INTERRUPTS
    only_stops: ClassVar[bool] = True
    survives_reboot: ClassVar[bool] = False

    device: str
    mount_point: str
    kind: str
    options: tuple[str, ...] = ()
    source: str = ""
    is_part: bool = False

    def title(self) -> str:
        return _("Unmount {path}").format(path=clean(self.mount_point, 80))

    def takes_away(self) -> str:
        return _("{path} is not mounted.").format(path=clean(self.mount_point, 80))

    def why(self) -> str:
        return _(
            "Data in memory is written out, and the files disappear from the directory. Nothing is lost."
        )

    @property
    def argv(self) -> tuple[str, ...]:
        return ("umount", self.mount_point)

    def is_done(self, host: Host) -> bool:
        inventory = look_at_devices(host)
        device = device_behind(host, inventory, self.device)
        place = host.resolve(self.mount_point)
        return not any(
            mount.target == place and (device is None or mount.device == device.name)
            for mount in inventory.mounts
        )

    def check(self, host: Host) -> None:
        inventory = look_at_devices(host)
        place = host.resolve(self.mount_point)
        below = [mount.target for mount in inventory.mounts if mount.target.startswith(f"{place}/")]
        if below:
            raise Refused(
                Problem(
                    "unmount.below",
                    _("Something is mounted below {path}: {below}.").format(
                        path=clean(place, 80), below=clean(enumerated(below[:4]))
                    ),
                    remedy=_("Unmount that first."),
                )
            )

    def run(self, host: ChangingHost, progress: Progress) -> None:
        """While a file is open umount refuses; the processes that have it open are named then.

        The kernel may close a file a moment after its process has ended: while nothing is seen to use the
        file system, umount is retried for a few seconds.
        """
        failed: Problem | None = None

        def is_over() -> bool:
            nonlocal failed
            failed = self._unmount(host, progress)
            # Where anybody is seen, that is the last line.
            return failed is None or not any(_BUSY in line for line in failed.evidence[-1:])

        wait_for(is_over, BUSY_FOR)
        if failed is not None:
            raise CommandFailed(failed)

    def _unmount(self, host: ChangingHost, progress: Progress) -> Problem | None:
        """Run umount once; how it failed, with who holds the file system as the last of the evidence."""
        try:
            change(
                host,
                self.argv,
                self.title(),
                deadline=MOUNTING,
                progress=progress,
                remedy=_("`fuser -vm {path}` shows what uses it. Stop that and retry.").format(
                    path=clean(self.mount_point, 80)
                ),
            )
        except CommandFailed as error:
            evidence = (*error.problem.evidence, *holders_of(host, (self.device,))[:8])
            return replace(error.problem, evidence=evidence)
        return None

    def undo(self) -> tuple[Operation, ...] | CannotUndo:
        from tui.storage.operations.mounts.bind_mount import BindMount  # noqa: PLC0415 (it imports this module)

        if self.is_part:
            return CannotUndo(
                _("{path} shows only a part of its file system.").format(path=clean(self.mount_point, 80))
            )
        if self.source:
            return (BindMount(self.device, self.source, self.mount_point, self.kind, self.options),)
        return (MountFilesystem(self.device, self.mount_point, self.kind, self.options),)


_KERNEL_WORDS = ("wrong fs type", "bad superblock", "Structure needs cleaning", "can't read superblock")


def _mount_problem(host: Host, operation: MountFilesystem, problem: Problem) -> Problem:
    """The failure of mount with what the kernel said, which is where the cause stands."""
    kernel = host.run(Command(("dmesg", "--notime", "--level=err,warn")))
    said = clean_lines("\n".join(kernel.stdout.split("\n")[-6:]), most=6) if kernel.ok else ()
    text = " ".join(problem.evidence)
    if "unknown filesystem type" in text:
        cause = _("This kernel has no driver for {kind}.").format(kind=operation.kind)
        remedy = _("Load it with `modprobe {kind}`, or install the kernel's extra modules.").format(
            kind=operation.kind
        )
    elif any(word in text for word in _KERNEL_WORDS):
        cause = _("The kernel rejects the file system or one of the options.")
        remedy = _("Read the kernel messages below. Remove unusual options, or check the file system.")
    else:
        cause, remedy = problem.cause, problem.remedy
    return Problem(problem.code, problem.summary, cause, remedy, evidence=(*problem.evidence, *said))
