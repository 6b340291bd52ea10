"""Replaying a file system's log, by mounting it once in a private place and unmounting it."""

from typing import ClassVar

from tui.storage.files.filesystem_kind import FilesystemKind
from tui.storage.host.interface import ChangingHost, Host
from tui.storage.operations.calls import change
from tui.storage.operations.filesystem.check_filesystem import refuse_other_kinds
from tui.storage.operations.filesystem.unused_volume import refuse_unreachable, unused_volume
from tui.storage.operations.mounts.mount import MOUNTING
from tui.storage.operations.operation import CannotUndo, Operation, Progress, Risk
from tui.storage.probe.narrow import device_behind, look_at_devices
from tui.storage.problem import NotVerified, Problem
from tui.storage.untrusted import as_typed, clean
from tui.words import translate as _

PLACE = "/run/iscsi-console-replay"
"""Where it is mounted for that moment: a directory that only root can enter."""


class ReplayLog(Operation, frozen=True):
    """Mount a file system in a private place and unmount it at once.

    Attributes:
        device: `/dev/VG/LV`.
        kind: ext4 or xfs.
        uuid: of the file system as it was seen.
        twin: it is a clone of one that is mounted: XFS needs `nouuid`.
    """

    risk: ClassVar[Risk] = Risk.REWRITES
    survives_reboot: ClassVar[bool] = False
    device: str
    kind: FilesystemKind
    uuid: str
    twin: bool = False

    def title(self) -> str:
        return _("Replay the log of {device}").format(device=clean(self.device, 80))

    def why(self) -> str:
        return _(
            "The latest changes are only in the log. Mounting replays it. The file system is mounted"
            " where only root can enter, and unmounted at once."
        )

    def shown(self) -> tuple[str, ...]:
        return (f"mkdir -m 0700 {PLACE}", as_typed(self._mount), f"umount {PLACE}", f"rmdir {PLACE}")

    @property
    def _mount(self) -> tuple[str, ...]:
        options = ",".join(("nosuid", "nodev", "noexec", *(("nouuid",) if self._nouuid else ())))
        return ("mount", "-t", self.kind.value, "-o", options, self.device, PLACE)

    @property
    def _nouuid(self) -> bool:
        return self.twin and self.kind is FilesystemKind.XFS

    def is_done(self, host: Host) -> bool:  # noqa: ARG002 (only a mount tells)
        """Never: replaying twice does no harm."""
        return False

    def preflight(self, host: Host) -> None:
        refuse_unreachable(host, self.device, self.kind.value, self.uuid)

    def check(self, host: Host) -> None:
        refuse_other_kinds(self.kind)
        unused_volume(host, self.device, self.kind.value, self.uuid)

    def check_interrupted(self, host: Host) -> None:
        """One that is mounted at the place of this operation was left there by it."""
        if not self._is_mounted(host):
            self.check(host)

    def run(self, host: ChangingHost, progress: Progress) -> None:
        host.make_folder(PLACE, 0o700)
        if not self._is_mounted(host):
            change(host, self._mount, self.title(), deadline=MOUNTING, progress=progress)
        change(host, ("umount", PLACE), self.title(), deadline=MOUNTING, progress=progress)
        host.remove(PLACE)

    def verify(self, host: Host) -> None:
        if self._is_mounted(host):
            raise NotVerified(
                Problem(
                    "replay.still-mounted",
                    _("{device} is still mounted at {place}.").format(
                        device=clean(self.device, 80), place=PLACE
                    ),
                    remedy=_("Unmount it, then continue."),
                )
            )

    def undo(self) -> CannotUndo:
        return CannotUndo(_("A replayed log cannot be undone: its changes are part of the file system now."))

    def _is_mounted(self, host: Host) -> bool:
        inventory = look_at_devices(host)
        device = device_behind(host, inventory, self.device)
        return any(
            mount.target == PLACE and device is not None and mount.device == device.name
            for mount in inventory.mounts
        )
