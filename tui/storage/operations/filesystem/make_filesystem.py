"""Making a file system on a volume on which nothing is found."""

from typing import ClassVar

from tui.storage.devices.device_use import why_not_write
from tui.storage.files.filesystem_kind import FilesystemKind, label_problems, size_problems
from tui.storage.host.interface import ChangingHost, Command, Host
from tui.storage.model.block import BlockDevice, BlockKind
from tui.storage.model.inventory import Inventory
from tui.storage.operations.calls import change, refuse_when_busy
from tui.storage.operations.filesystem.unused_volume import no_volume
from tui.storage.operations.guards.device_guard import refuse_when_mounted_elsewhere
from tui.storage.operations.operation import CannotUndo, Operation, Progress, Risk
from tui.storage.probe.devices.all_signatures import Probing, content_of, probe
from tui.storage.probe.devices.lvm import names_of_map
from tui.storage.probe.narrow import device_behind, look_at_devices
from tui.storage.problem import Problem, Refused
from tui.storage.untrusted import as_typed, clean
from tui.words import prose, translate as _

MAKING = 3600.0
"""Seconds mkfs gets: on a slow thin LUN it writes for long and says nothing."""


class MakeFilesystem(Operation, frozen=True):
    """Make a file system on a logical volume.

    The UUID is chosen before, so that the whole plan can name it and a file system that an interrupted run
    made is recognised as its own.

    Freed blocks are not discarded at this moment (`-E nodiscard`, `-K`): on a thin LUN that can take many
    minutes without output, and some arrays handle it badly. `fstrim` frees the space later.

    Attributes:
        device: `/dev/VG/LV`.
        kind: ext4, xfs or btrfs.
        label: or empty.
        uuid: or empty for one that the tool makes up.
        existed: the volume was there before this plan: it has to be blank where something could stand.
            In one that the plan creates, extents that LVM had freed may hold leftovers.
    """

    risk: ClassVar[Risk] = Risk.REWRITES

    device: str
    kind: FilesystemKind
    label: str = ""
    uuid: str = ""
    existed: bool = False

    def title(self) -> str:
        return _("Create an {kind} file system on {device}").format(
            kind=self.kind.value, device=clean(self.device)
        )

    def why(self) -> str:
        return prose(self.kind.words, _("It is created only where no signature is found."))

    def shown(self) -> tuple[str, ...]:
        return (as_typed(self._argv()),)

    def _argv(self, *, unfinished: bool = False) -> tuple[str, ...]:
        label = ("-L", self.label) if self.label else ()
        match self.kind:
            case FilesystemKind.EXT4:
                uuid = ("-U", self.uuid) if self.uuid else ()
                return ("mkfs.ext4", "-E", "nodiscard", *uuid, *label, self.device)
            case FilesystemKind.XFS:
                uuid = ("-m", f"uuid={self.uuid}") if self.uuid else ()
                return ("mkfs.xfs", *(("-f",) if unfinished else ()), "-K", *uuid, *label, self.device)
            case FilesystemKind.BTRFS:
                uuid = ("-U", self.uuid) if self.uuid else ()
                return ("mkfs.btrfs", "-K", *uuid, *label, self.device)

    def is_done(self, host: Host) -> bool:
        device = device_behind(host, look_at_devices(host), self.device)
        if device is None or not device.answers:
            return False
        found = content_of(host, device.path)
        same = (
            found.get("TYPE") == self.kind.value
            and (not self.uuid or found.get("UUID") == self.uuid)
            and found.get("LABEL", "") == self.label
        )
        return same and not (self.kind is FilesystemKind.XFS and is_unfinished_xfs(host, device.path))

    def check(self, host: Host) -> None:
        self._check(host)

    def check_interrupted(self, host: Host) -> None:
        """An XFS whose superblock says that mkfs did not finish is its own.

        mkfs of the other two writes the superblock last, so that nothing is found of what it left.
        """
        self._check(host, interrupted=True)

    def _check(self, host: Host, *, interrupted: bool = False) -> None:
        inventory = look_at_devices(host)
        device = self._volume(host, inventory)
        problems = (*label_problems(self.kind, self.label), *size_problems(self.kind, device.size))
        problem = next(iter(problems), None) or why_not_write(inventory, device)
        if problem is not None:
            raise Refused(problem)
        refuse_when_mounted_elsewhere(host, inventory, device)
        refuse_when_busy(host, device.path)
        found = probe(host, device, sample=self.existed and not interrupted)
        own = interrupted and self.kind is FilesystemKind.XFS and is_unfinished_xfs(host, device.path)
        if not own:
            self._refuse_content(found, sampled=self.existed and not interrupted)

    def run(self, host: ChangingHost, progress: Progress) -> None:
        """The input of mkfs is empty, so that it asks nothing."""
        inventory = look_at_devices(host)
        device = self._volume(host, inventory)
        unfinished = self.kind is FilesystemKind.XFS and is_unfinished_xfs(host, device.path)
        change(host, self._argv(unfinished=unfinished), self.title(), deadline=MAKING, progress=progress)

    def unseen(self, host: Host) -> tuple[str, ...]:
        """The volume, when udev, where the boot looks, does not know the UUID."""
        device = device_behind(host, look_at_devices(host), self.device)
        known = device.content_uuid if device is not None else ""
        return () if known == self.uuid or not self.uuid else (self.device,)

    def undo(self) -> CannotUndo:
        return CannotUndo(
            _("The file system may hold files by now, so it is not removed. Unmounted, it does no harm.")
        )

    def _volume(self, host: Host, inventory: Inventory) -> BlockDevice:
        """The volume as it is now.

        Raises:
            Refused: the path leads to none, or to something else.
        """
        device = device_behind(host, inventory, self.device)
        if device is None:
            raise Refused(no_volume(self.device))
        named = tuple(self.device.removeprefix("/dev/").split("/"))
        if device.kind is not BlockKind.LOGICAL_VOLUME or names_of_map(device.map_name) != named:
            raise Refused(
                Problem(
                    "volume.other",
                    _("{device} leads to {path}, which is not that volume.").format(
                        device=clean(self.device), path=clean(device.path)
                    ),
                    remedy=_("Nothing was written. Check what is in /dev, and choose the volume again."),
                )
            )
        return device

    def _refuse_content(self, found: Probing, *, sampled: bool) -> None:
        if found.done and not found.signatures and not found.ambivalent:
            if sampled and found.blank is not True:
                raise Refused(self._not_blank(found))
            return
        raise Refused(
            Problem(
                "filesystem.not-empty",
                _("{device} is not empty.").format(device=clean(self.device))
                if found.done
                else _("{device} could not be read, so it is not assumed to be empty.").format(
                    device=clean(self.device)
                ),
                cause=found.why,
                remedy=_("Mount what is on it, or remove the volume by hand if it is not needed."),
                evidence=tuple(signature.words for signature in found.signatures[:6]),
            )
        )

    def _not_blank(self, found: Probing) -> Problem:
        return Problem(
            "filesystem.not-blank",
            _("{device} has no signature, and is not blank: it may hold data.").format(
                device=clean(self.device)
            ),
            _("It existed before this plan, and what is on it is not recognized."),
            _(
                "Nothing was written. If it is not needed, remove the volume and create a new one, or clear "
                "it yourself (blkdiscard or dd) and retry."
            ),
            evidence=tuple(trace.words for trace in found.traces[:6]),
        )


def is_unfinished_xfs(host: Host, path: str) -> bool:
    """Whether an XFS superblock says that mkfs.xfs has not finished (`sb_inprogress`)."""
    outcome = host.run(Command(("xfs_db", "-r", "-c", "sb 0", "-c", "print inprogress", path)))
    return outcome.ok and outcome.stdout.strip() == "inprogress = 1"
