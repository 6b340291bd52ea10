"""A group with missing PVs: used again when they have returned, removed when they are gone for good."""

from abc import abstractmethod
from typing import ClassVar

from tui.storage.devices.identity import DeviceIdentity, compare
from tui.storage.host.interface import ChangingHost, Host
from tui.storage.model.inventory import Inventory
from tui.storage.model.lvm import PhysicalVolume
from tui.storage.operations.calls import change
from tui.storage.operations.guards.lvm_guard import (
    LVM_DEADLINE,
    back_up_metadata,
    backup_command,
    broken_group,
    look_for_change,
    volumes_in,
)
from tui.storage.operations.guards.may_return import refuse_while_disks_may_return
from tui.storage.operations.lvm.lvm_command import MetadataChange, TestedChange
from tui.storage.operations.operation import CannotUndo, Progress, Risk
from tui.storage.probe.narrow import group_named, look_at_volumes
from tui.storage.problem import Problem, Refused
from tui.storage.untrusted import as_typed, clean
from tui.words import enumerated, translate as _


class RestoreMissingPv(MetadataChange, frozen=True):
    """Have LVM use a PV again that it marked as missing and that is there now.

    Attributes:
        volume_group: the group.
        group_uuid: LVM's identity of it.
        device: the disk that returned.
        uuid: LVM's identity of the physical volume on it.
    """

    volume_group: str
    group_uuid: str
    device: DeviceIdentity
    uuid: str

    def title(self) -> str:
        return _("Use the PV on {path} in {group} again").format(
            path=clean(self.device.path, 60), group=clean(self.volume_group, 60)
        )

    def why(self) -> str:
        return _(
            "LVM marked this PV as missing and uses it again only on request (vgextend --restoremissing)."
            " Nothing is copied: data written elsewhere in the meantime is not on it."
        )

    @property
    def argv(self) -> tuple[str, ...]:
        return ("lvm", "vgextend", "--restoremissing", self.volume_group, self.device.path)

    def is_done(self, host: Host) -> bool:
        volume = self._volume(look_at_volumes(host))
        return volume is not None and bool(volume.device) and not volume.missing

    def check(self, host: Host) -> None:
        inventory = look_for_change(host)
        broken_group(inventory, self.volume_group, self.group_uuid)
        device, _now = compare(host, self.device, inventory)
        volume = self._volume(inventory)
        if volume is None or volume.device != device.name or volume.duplicate:
            raise Refused(
                Problem(
                    "missing.other-disk",
                    _("{path} is not the PV that is missing from {group}.").format(
                        path=clean(self.device.path), group=clean(self.volume_group, 60)
                    ),
                    cause=_("LVM finds the missing PV elsewhere, twice, or not at all."),
                    remedy=_("Check the group again."),
                )
            )

    def run(self, host: ChangingHost, progress: Progress) -> None:
        back_up_metadata(host, self.volume_group)
        compare(host, self.device)
        change(host, self.argv, self.title(), deadline=LVM_DEADLINE, progress=progress)

    def undo(self) -> CannotUndo:
        return CannotUndo(_("LVM marks a PV as missing only while it is missing."))

    def _volume(self, inventory: Inventory) -> PhysicalVolume | None:
        group = group_named(inventory, self.volume_group, self.group_uuid)
        found = inventory.members_of(group) if group is not None else ()
        return next((pv for pv in found if pv.uuid == self.uuid), None)


class _ReduceMissing(TestedChange, frozen=True):
    """Remove the missing PVs of a group; nothing may come back, and what is missing is what was seen."""

    volume_group: str
    group_uuid: str
    missing: tuple[str, ...]

    def shown(self) -> tuple[str, ...]:
        return (as_typed(backup_command(self.volume_group)), *TestedChange.shown(self))

    def is_done(self, host: Host) -> bool:
        inventory = look_at_volumes(host)
        group = group_named(inventory, self.volume_group, self.group_uuid)
        return (
            inventory.lvm.asked
            and not inventory.lvm.left_out
            and group is not None
            and not group.missing_volumes
            and not group.partial
        )

    def check(self, host: Host) -> None:
        inventory = look_for_change(host)
        broken_group(inventory, self.volume_group, self.group_uuid)
        refuse_while_disks_may_return(host, inventory)
        now = missing_of(inventory, self.volume_group, self.group_uuid)
        if set(now) != set(self.missing):
            raise Refused(
                Problem(
                    "missing.changed",
                    _("Different PVs of {group} are missing now.").format(group=clean(self.volume_group, 60)),
                    remedy=_("Check the group again."),
                    evidence=tuple(clean(uuid, 60) for uuid in now[:12]),
                )
            )
        self._refuse_loss(inventory)

    @abstractmethod
    def _refuse_loss(self, inventory: Inventory) -> None:
        """See that the volumes that would be lost are what the person expects."""

    def run(self, host: ChangingHost, progress: Progress) -> None:
        back_up_metadata(host, self.volume_group)
        TestedChange.run(self, host, progress)


class RemoveMissingPvs(_ReduceMissing, frozen=True):
    """Go on without disks that are gone for good and on which no volume lies.

    LVM itself refuses when a volume would be partial; it is tried first without writing (`--test`).

    Attributes:
        volume_group: the group.
        group_uuid: LVM's identity of it.
        missing: LVM's identities of the physical volumes that are gone, as they were seen.
    """

    volume_group: str
    group_uuid: str
    missing: tuple[str, ...]

    def title(self) -> str:
        return _("Remove the missing PVs from {group}").format(group=clean(self.volume_group, 60))

    def why(self) -> str:
        return _(
            "The volume group cannot be changed while a PV is missing. No volume uses the missing PVs. If"
            " they come back, LVM will not accept them."
        )

    @property
    def argv(self) -> tuple[str, ...]:
        return ("lvm", "vgreduce", "--removemissing", self.volume_group)

    def _refuse_loss(self, inventory: Inventory) -> None:
        partial = partial_volumes(inventory, self.volume_group, self.group_uuid)
        if partial:
            raise Refused(
                Problem(
                    "missing.volumes-lost",
                    _("Volumes have extents on the missing disks: {names}.").format(
                        names=clean(enumerated(partial[:6]))
                    ),
                    remedy=_("Bring the disks back. Removing them destroys these volumes."),
                )
            )

    def undo(self) -> CannotUndo:
        return CannotUndo(
            _("A metadata backup from before is kept; an LVM expert may be able to restore from it.")
        )


class RemoveMissingPvsAndVolumes(_ReduceMissing, frozen=True):
    """Go on without disks that are gone for good, and lose every volume of which a part lay on them.

    Attributes:
        volume_group: the group.
        group_uuid: LVM's identity of it.
        missing: LVM's identities of the physical volumes that are gone, as they were seen.
        volumes: names of the volumes that are removed by it, as they were seen.
    """

    risk: ClassVar[Risk] = Risk.DESTROYS
    volume_group: str
    group_uuid: str
    missing: tuple[str, ...]
    volumes: tuple[str, ...]

    def title(self) -> str:
        return _("Remove the missing PVs from {group}, and the volumes on them").format(
            group=clean(self.volume_group, 60)
        )

    def why(self) -> str:
        return _(
            "Only if the storage administrator confirms that these disks never come back. Volumes on"
            " them, even in part, are removed; the others can be used again."
        )

    @property
    def argv(self) -> tuple[str, ...]:
        # `--force` lets vgreduce remove the volumes that a person has confirmed by name.
        return ("lvm", "vgreduce", "--removemissing", "--force", self.volume_group)

    def loses(self) -> tuple[str, ...]:
        return tuple(
            _("{group}/{name}: all of it, including the parts on disks that are present").format(
                group=clean(self.volume_group, 60), name=clean(name, 60)
            )
            for name in self.volumes
        )

    def _refuse_loss(self, inventory: Inventory) -> None:
        partial = partial_volumes(inventory, self.volume_group, self.group_uuid)
        if set(partial) != set(self.volumes):
            raise Refused(
                Problem(
                    "missing.changed",
                    _("The volumes that would be lost are not the ones you confirmed."),
                    remedy=_("Check the group, and confirm again."),
                    evidence=tuple(clean(name, 60) for name in partial[:12]),
                )
            )
        used = [
            volume.name
            for volume in volumes_in(inventory, self.volume_group, self.group_uuid)
            if volume.name in partial and (volume.active or volume.open)
        ]
        if used:
            raise Refused(
                Problem(
                    "volume.in-use",
                    _("Volumes that would be removed are still active: {names}.").format(
                        names=clean(enumerated(used[:6]))
                    ),
                    remedy=_("Unmount and deactivate them first."),
                )
            )

    def undo(self) -> CannotUndo:
        return CannotUndo(
            _(
                "The volumes are lost. A metadata backup from before is kept; an LVM expert may be able"
                " to restore from it."
            )
        )


def partial_volumes(inventory: Inventory, group: str, group_uuid: str) -> tuple[str, ...]:
    """Names of the volumes of which LVM says that a part is missing."""
    return tuple(
        volume.name
        for volume in volumes_in(inventory, group, group_uuid)
        if volume.health == "partial" or volume.attributes.ljust(9)[8] == "p"
    )


def missing_of(inventory: Inventory, group: str, group_uuid: str) -> tuple[str, ...]:
    """LVM's identities of the physical volumes that it misses."""
    named = group_named(inventory, group, group_uuid)
    found = inventory.members_of(named) if named is not None else ()
    return tuple(sorted(pv.uuid for pv in found if pv.missing))
