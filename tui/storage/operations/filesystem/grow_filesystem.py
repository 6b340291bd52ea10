"""Growing a mounted file system to the size of its device."""

from typing import ClassVar

from tui.storage.files.filesystem_kind import FilesystemKind
from tui.storage.host.interface import Host
from tui.storage.model.block import BlockDevice
from tui.storage.model.files import Mount
from tui.storage.model.inventory import Inventory
from tui.storage.operations.command import CommandOperation
from tui.storage.operations.guards.growth_guard import shrunk_problem
from tui.storage.operations.guards.mounted import no_device
from tui.storage.operations.operation import CannotUndo, Risk
from tui.storage.probe.devices.sizes import filesystem_reach
from tui.storage.probe.narrow import device_behind, look_at_devices
from tui.storage.problem import Problem, Refused
from tui.storage.untrusted import clean
from tui.storage.waiting import wait_for
from tui.words import translate as _

GROWING = 1800.0
"""Seconds: resize2fs writes the tables of every new block group."""

_DESCRIBED = 5.0
"""Seconds within which udev has described a device again."""


class GrowFilesystem(CommandOperation, frozen=True):
    """Make a file system as large as its device, while it is mounted and used.

    Attributes:
        device: `/dev/VG/LV`, or the disk or map without LVM.
        kind: ext4, xfs or btrfs.
        uuid: of the file system, as it was seen.
        mount_point: where it is mounted.
        member: number of the device in a btrfs.
    """

    deadline: ClassVar[float] = GROWING
    risk: ClassVar[Risk] = Risk.REWRITES

    device: str
    kind: FilesystemKind
    uuid: str
    mount_point: str
    member: int = 1

    def title(self) -> str:
        return _("Grow the file system at {place}").format(place=clean(self.mount_point, 80))

    def why(self) -> str:
        return _(
            "Its device is larger than the file system. The file system grows while it is mounted;"
            " processes that write to it are not interrupted."
        )

    @property
    def argv(self) -> tuple[str, ...]:
        # Run the tool of this file system; all three work on the mounted one.
        match self.kind:
            case FilesystemKind.EXT4:
                return ("resize2fs", self.device)
            case FilesystemKind.XFS:
                return ("xfs_growfs", "-d", self.mount_point)
            case FilesystemKind.BTRFS:
                return ("btrfs", "filesystem", "resize", f"{self.member}:max", self.mount_point)

    def is_done(self, host: Host) -> bool:
        """The superblock reaches the end of the device, as far as the file system can."""
        inventory = look_at_devices(host)
        device = device_behind(host, inventory, self.device)
        mount = self._mount(inventory, device)
        if device is None or mount is None or device.content_uuid != self.uuid:
            return False
        reach = filesystem_reach(host, device, mount)
        return reach is not None and not reach.lags(device.size) and not reach.is_beyond(device.size)

    def check(self, host: Host) -> None:
        # While udev works on a device it may say nothing of its content, which is no other content.
        wait_for(lambda: self._is_described(host), _DESCRIBED)
        inventory = look_at_devices(host)
        device = device_behind(host, inventory, self.device)
        if device is None or not device.answers:
            raise Refused(no_device(self.device))
        if device.content_uuid != self.uuid or device.content != self.kind.value:
            raise Refused(
                Problem(
                    "identity.changed",
                    _("{device} no longer carries the file system that was chosen.").format(
                        device=clean(self.device)
                    ),
                    remedy=_("Check the stack again. Nothing was changed."),
                )
            )
        mount = self._mount(inventory, device)
        if mount is None or mount.read_only:
            raise Refused(not_mounted_problem(self.mount_point, read_only=mount is not None))
        reach = filesystem_reach(host, device, mount)
        if reach is not None and reach.is_beyond(device.size):
            raise Refused(shrunk_problem(self.device, device.size, reach.size, self.mount_point))

    def undo(self) -> CannotUndo:
        return CannotUndo(_("A mounted file system is not shrunk: files may be in the new space by now."))

    def _is_described(self, host: Host) -> bool:
        device = device_behind(host, look_at_devices(host), self.device)
        return device is None or not device.answers or bool(device.content)

    def _mount(self, inventory: Inventory, device: BlockDevice | None) -> Mount | None:
        if device is None:
            return None
        return next(
            (mount for mount in inventory.mounts_of(device.name) if mount.target == self.mount_point), None
        )


def not_mounted_problem(place: str, *, read_only: bool) -> Problem:
    """Why a file system cannot grow now."""
    if read_only:
        return Problem(
            "growth.read-only",
            _("The file system at {place} is mounted read-only.").format(place=clean(place, 80)),
            cause=_("It was mounted read-only, or the kernel made it read-only after an error."),
            remedy=_(
                "Check the kernel log. When the file system is healthy, remount it read-write, then grow it."
            ),
        )
    return Problem(
        "growth.not-mounted",
        _("The file system is not mounted at {place}.").format(place=clean(place, 80))
        if place
        else _("The file system is not mounted."),
        cause=_("ext4, XFS and btrfs grow while they are mounted."),
        remedy=_("Mount it first, then grow it."),
    )
