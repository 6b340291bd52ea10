"""A group's own description written to its disks again from LVM's notes (vgcfgrestore(8))."""

from dataclasses import dataclass
from typing import ClassVar

from tui.storage.host.interface import ChangingHost, Command, Host
from tui.storage.lvm.metadata_backup import GroupNotes, read_notes
from tui.storage.model.inventory import Inventory
from tui.storage.operations.calls import as_typed, change
from tui.storage.operations.guards.lvm_guard import LVM_DEADLINE, broken_group, look_for_change, try_first
from tui.storage.operations.operation import CannotUndo, Operation, Progress, Risk
from tui.storage.probe.narrow import group_named, look_at_devices, look_at_volumes
from tui.storage.probe.reading import whole_number
from tui.storage.problem import Problem, Refused
from tui.storage.untrusted import clean
from tui.words import translate as _


@dataclass(frozen=True, slots=True)
class RestoreGroupMetadata(Operation):
    """Describe a group on its disks as notes of LVM have it. What lies in the volumes is not touched.

    Refused with thin pools, caches and the like: they keep notes of their own, which would not fit any more
    (vgcfgrestore wants `--force` then and warns of loss). Refused while a volume of the group is active.

    Attributes:
        volume_group: the group.
        group_uuid: LVM's identity of it in the notes.
        notes: file with LVM's notes.
        number: their seqno, as it was seen.
    """

    risk: ClassVar[Risk] = Risk.REWRITES
    volume_group: str
    group_uuid: str
    notes: str
    number: int

    def title(self) -> str:
        return _("Describe the group {group} on its disks as LVM noted it").format(
            group=clean(self.volume_group, 60)
        )

    def why(self) -> str:
        return _(
            "Where each volume lies stands on the disks of the group. That is written again from LVM's notes"
            " of {file}; the volumes themselves are not touched. It is tried without writing first."
        ).format(file=clean(self.notes))

    def shown(self) -> tuple[str, ...]:
        return (as_typed(self._argv("--test")), as_typed(self._argv()))

    def _argv(self, *more: str) -> tuple[str, ...]:
        return ("lvm", "vgcfgrestore", *more, "--file", self.notes, self.volume_group)

    def is_done(self, host: Host) -> bool:
        """The group has the volumes of the notes, all their disks are there, and it was written since.

        vgcfgrestore counts the seqno up. Without it a disk whose label was written anew would carry none.
        """
        notes = read_notes(host, self.notes)
        inventory = look_at_volumes(host)
        group = group_named(inventory, self.volume_group)
        if notes is None or group is None or group.uuid != notes.uuid or not inventory.lvm.asked:
            return False
        if group.missing_volumes or group.partial:
            return False
        there = {volume.uuid for volume in inventory.volumes_of(self.volume_group)}
        return (
            _number(host, self.volume_group) > notes.number
            and {volume.uuid for volume in notes.volumes if volume.visible} == there
        )

    def check(self, host: Host) -> None:
        """The notes are those that were seen, every disk in them is there, and nothing is active."""
        inventory = look_for_change(host)
        notes = self._read(host)
        if group_named(inventory, self.volume_group) is not None:
            broken_group(inventory, self.volume_group, self.group_uuid)
        if notes.has_thin_pool:
            raise Refused(
                Problem(
                    "notes.thin-pool",
                    _("The group {group} has a thin pool or a cache.").format(
                        group=clean(self.volume_group, 60)
                    ),
                    cause=_(
                        "It keeps notes of its own inside the pool. Older notes of LVM would not fit them,"
                        " and the volumes in the pool could be lost."
                    ),
                    remedy=_("Have the disks copied on the storage first, and ask somebody who knows LVM."),
                )
            )
        absent = missing_from(inventory, notes)
        if absent:
            raise Refused(
                Problem(
                    "notes.disks-missing",
                    _("Disks of the notes are not there: {uuids}.").format(
                        uuids=clean(", ".join(absent[:4]))
                    ),
                    remedy=_("Bring them back, or write their labels anew first."),
                )
            )
        active = active_maps(host, self.group_uuid)
        if active:
            raise Refused(
                Problem(
                    "notes.active",
                    _("Volumes of {group} are active: {names}.").format(
                        group=clean(self.volume_group, 60), names=clean(", ".join(active[:6]))
                    ),
                    remedy=_("Unmount and deactivate them first."),
                )
            )

    def run(self, host: ChangingHost, progress: Progress) -> None:
        try_first(host, self._argv("--test"), self.title())
        change(host, self._argv(), self.title(), deadline=LVM_DEADLINE, progress=progress)

    def undo(self) -> CannotUndo:
        return CannotUndo(_("LVM's notes kept before this can be restored in the same way."))

    def _read(self, host: Host) -> GroupNotes:
        notes = read_notes(host, self.notes)
        if notes is None or (notes.group, notes.uuid, notes.number) != (
            self.volume_group,
            self.group_uuid,
            self.number,
        ):
            raise Refused(
                Problem(
                    "notes.changed",
                    _("{file} does not hold the notes that were seen.").format(file=clean(self.notes)),
                    cause=_("LVM wrote it anew meanwhile, or it was removed."),
                    remedy=_("Look at the notes again: `vgcfgrestore --list {group}`.").format(
                        group=clean(self.volume_group, 60)
                    ),
                )
            )
        return notes


def missing_from(inventory: Inventory, notes: GroupNotes) -> tuple[str, ...]:
    """Identities of the physical volumes in the notes that LVM does not find on a disk."""
    there = {one.uuid for one in inventory.physical_volumes if one.device}
    return tuple(disk.uuid for disk in notes.disks if disk.uuid not in there)


def active_maps(host: Host, group_uuid: str) -> tuple[str, ...]:
    """Names of the maps of a group's volumes in the kernel, which LVM need not know of."""
    beginning = f"LVM-{group_uuid.replace('-', '')}"
    devices = look_at_devices(host).devices
    return tuple(one.map_name for one in devices if one.map_uuid.startswith(beginning))


def _number(host: Host, group: str) -> int:
    """The seqno that a group has now, 0 where LVM does not tell."""
    argv = ("lvm", "vgs", "--noheadings", "--nohints", "-o", "vg_seqno", group)
    outcome = host.run(Command(argv, deadline=LVM_DEADLINE))
    return (whole_number(outcome.stdout) or 0) if outcome.ok else 0
