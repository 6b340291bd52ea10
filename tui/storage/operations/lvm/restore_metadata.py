"""The metadata of a group restored from a backup (vgcfgrestore(8))."""

from tui.storage.host.interface import Command, Host
from tui.storage.lvm.metadata_backup import GroupNotes, read_notes
from tui.storage.model.inventory import Inventory
from tui.storage.operations.guards.lvm_guard import (
    LVM_DEADLINE,
    broken_group,
    look_for_change,
    still_active,
)
from tui.storage.operations.lvm.lvm_command import TestedChange
from tui.storage.operations.operation import CannotUndo
from tui.storage.probe.narrow import group_named, look_at_devices, look_at_volumes
from tui.storage.probe.reading import whole_number
from tui.storage.problem import Problem, Refused
from tui.storage.untrusted import clean
from tui.words import enumerated, translate as _


class RestoreGroupMetadata(TestedChange, frozen=True):
    """Write a metadata backup of a group to its PVs. The data of the volumes is not changed.

    Refused with thin pools, caches and the like: they have metadata of their own, which would no longer match
    (vgcfgrestore wants `--force` then and warns of loss). Refused while a volume of the group is active.

    Attributes:
        volume_group: the group.
        group_uuid: its UUID in the backup.
        backup: file of the metadata backup.
        number: its seqno, as it was seen.
    """

    volume_group: str
    group_uuid: str
    backup: str
    number: int

    def title(self) -> str:
        return _("Restore the metadata of {group} from backup (vgcfgrestore)").format(
            group=clean(self.volume_group, 60)
        )

    def why(self) -> str:
        return _(
            "The metadata on the disks says which extents belong to each volume. It is restored from the"
            " backup {file}; the volumes' data is not changed. A test run comes first (--test)."
        ).format(file=clean(self.backup))

    @property
    def argv(self) -> tuple[str, ...]:
        return ("lvm", "vgcfgrestore", "--file", self.backup, self.volume_group)

    def is_done(self, host: Host) -> bool:
        """The group has the volumes of the backup, all its PVs are there, and it was written since.

        vgcfgrestore increments the seqno. Without that, a disk whose PV header was restored has no metadata.
        """
        backup = read_notes(host, self.backup)
        inventory = look_at_volumes(host)
        group = group_named(inventory, self.volume_group, backup.uuid) if backup is not None else None
        if backup is None or group is None or not inventory.lvm.asked:
            return False
        if group.missing_volumes or group.partial:
            return False
        there = {volume.uuid for volume in inventory.volumes_of(group)}
        return (
            _number(host, self.volume_group) > backup.number
            and {volume.uuid for volume in backup.volumes if volume.visible} == there
        )

    def check(self, host: Host) -> None:
        inventory = look_for_change(host)
        backup = self._read(host)
        if inventory.groups_named(self.volume_group):
            broken_group(inventory, self.volume_group, self.group_uuid)
        if backup.has_thin_pool:
            raise Refused(
                Problem(
                    "metadata.thin-pool",
                    _("The group {group} has a thin pool or a cache.").format(
                        group=clean(self.volume_group, 60)
                    ),
                    cause=_(
                        "A pool has its own metadata, which an older metadata backup of the group would"
                        " not match. The volumes in the pool could be lost."
                    ),
                    remedy=_("Have the disks copied on the storage first, and ask an LVM expert."),
                )
            )
        absent = missing_from(inventory, backup)
        if absent:
            raise Refused(
                Problem(
                    "metadata.pvs-missing",
                    _("PVs of the metadata backup are missing: {uuids}.").format(
                        uuids=clean(enumerated(absent[:4]))
                    ),
                    remedy=_("Bring them back, or restore their PV headers first."),
                )
            )
        active = active_maps(host, self.group_uuid)
        if active:
            raise Refused(still_active("metadata.active", self.volume_group, active))

    def undo(self) -> CannotUndo:
        return CannotUndo(_("The metadata backup taken before this can be restored in the same way."))

    def _read(self, host: Host) -> GroupNotes:
        backup = read_notes(host, self.backup)
        if backup is None or (backup.group, backup.uuid, backup.number) != (
            self.volume_group,
            self.group_uuid,
            self.number,
        ):
            raise Refused(
                Problem(
                    "metadata.changed",
                    _("{file} is not the metadata backup that was chosen.").format(file=clean(self.backup)),
                    cause=_("LVM rewrote the file in the meantime, or it was removed."),
                    remedy=_("List the metadata backups again: `vgcfgrestore --list {group}`.").format(
                        group=clean(self.volume_group, 60)
                    ),
                )
            )
        return backup


def missing_from(inventory: Inventory, backup: GroupNotes) -> tuple[str, ...]:
    """UUIDs of the PVs in a metadata backup that LVM does not find on a disk."""
    there = {pv.uuid for pv in inventory.physical_volumes if pv.device}
    return tuple(disk.uuid for disk in backup.disks if disk.uuid not in there)


def active_maps(host: Host, group_uuid: str) -> tuple[str, ...]:
    """Names of the maps of a group's volumes in the kernel, which LVM need not know of."""
    beginning = f"LVM-{group_uuid.replace('-', '')}"
    devices = look_at_devices(host).devices
    return tuple(device.map_name for device in devices if device.map_uuid.startswith(beginning))


def _number(host: Host, group: str) -> int:
    """The seqno that a group has now, 0 where LVM does not report it."""
    argv = ("lvm", "vgs", "--noheadings", "--nohints", "-o", "vg_seqno", group)
    outcome = host.run(Command(argv, deadline=LVM_DEADLINE))
    return (whole_number(outcome.stdout) or 0) if outcome.ok else 0
