"""Another UUID for the file system on a clone, so that it can be told from the original and be mounted."""

from typing import ClassVar

from tui.storage.files.filesystem_kind import FilesystemKind
from tui.storage.host.interface import Host
from tui.storage.operations.calls import unseen_content
from tui.storage.operations.command import CommandOperation
from tui.storage.operations.filesystem.check_filesystem import refuse_other_kinds
from tui.storage.operations.filesystem.unused_volume import refuse_unreachable, unused_volume
from tui.storage.operations.operation import Operation, Risk
from tui.storage.probe.devices.all_signatures import content_of
from tui.storage.probe.narrow import device_behind, look_at_devices
from tui.storage.untrusted import clean
from tui.words import translate as _

_REWRITING = 3600.0
"""Seconds: ext4 with checksums in its metadata rewrites all of them."""


class GiveFilesystemNewUuid(CommandOperation, frozen=True):
    """Give the file system of a clone a UUID of its own.

    tune2fs wants it checked, and xfs_admin wants its log replayed before; both come as steps before this.

    Attributes:
        device: `/dev/VG/LV` of the clone.
        kind: ext4 or xfs.
        uuid: the one it has now.
        new_uuid: the one it gets.
    """

    deadline: ClassVar[float] = _REWRITING
    risk: ClassVar[Risk] = Risk.REWRITES
    device: str
    kind: FilesystemKind
    uuid: str
    new_uuid: str

    def title(self) -> str:
        return _("Give the file system on {device} a new UUID").format(device=clean(self.device, 80))

    def why(self) -> str:
        return _(
            "A clone carries the UUID of its original: fstab and the boot could confuse the two, and XFS"
            " refuses to mount it. The files do not change."
        )

    @property
    def argv(self) -> tuple[str, ...]:
        if self.kind is FilesystemKind.XFS:
            return ("xfs_admin", "-U", self.new_uuid, self.device)
        return ("tune2fs", "-U", self.new_uuid, self.device)

    def is_done(self, host: Host) -> bool:
        device = device_behind(host, look_at_devices(host), self.device)
        return (
            device is not None
            and device.answers
            and content_of(host, device.path).get("UUID") == self.new_uuid
        )

    def preflight(self, host: Host) -> None:
        refuse_unreachable(host, self.device, self.kind.value, self.uuid)

    def check(self, host: Host) -> None:
        refuse_other_kinds(self.kind)
        unused_volume(host, self.device, self.kind.value, self.uuid)

    def unseen(self, host: Host) -> tuple[str, ...]:
        return unseen_content(host, self.device, lambda found: found.content_uuid == self.new_uuid)

    def undo(self) -> tuple[Operation, ...]:
        return (GiveFilesystemNewUuid(self.device, self.kind, self.new_uuid, self.uuid),)
