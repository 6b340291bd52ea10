"""A group whose disk was missing: taken back when it returned, given up when it is gone for good."""

from dataclasses import dataclass
from typing import ClassVar

from tui.storage.devices.identity import DeviceIdentity, compare
from tui.storage.host.interface import ChangingHost, Host
from tui.storage.model.inventory import Inventory
from tui.storage.model.lvm import PhysicalVolume
from tui.storage.operations.calls import as_typed, change
from tui.storage.operations.guards.lvm_guard import (
    LVM_DEADLINE,
    back_up_metadata,
    backup_command,
    broken_group,
    look_for_change,
    try_first,
)
from tui.storage.operations.guards.may_return import refuse_while_disks_may_return
from tui.storage.operations.operation import CannotUndo, Operation, Progress, Risk
from tui.storage.probe.narrow import group_named, look_at_volumes
from tui.storage.problem import Problem, Refused
from tui.storage.untrusted import clean
from tui.words import translate as _


@dataclass(frozen=True, slots=True)
class RestoreMissingPv(Operation):
    """Let LVM use a disk again that it had marked as missing and that is there now.

    Attributes:
        volume_group: the group.
        group_uuid: LVM's identity of it.
        device: the disk that returned.
        uuid: LVM's identity of the physical volume on it.
    """

    risk: ClassVar[Risk] = Risk.REWRITES
    volume_group: str
    group_uuid: str
    device: DeviceIdentity
    uuid: str

    def title(self) -> str:
        return _("Take {path} back into {group}").format(
            path=clean(self.device.path, 60), group=clean(self.volume_group, 60)
        )

    def why(self) -> str:
        return _(
            "LVM marked this disk as missing while it was away and wants to be told that what is on it is"
            " still good. Nothing is copied: whatever was written elsewhere meanwhile is not on it."
        )

    def shown(self) -> tuple[str, ...]:
        return (as_typed(backup_command(self.volume_group)), as_typed(self._argv))

    @property
    def _argv(self) -> tuple[str, ...]:
        return ("lvm", "vgextend", "--restoremissing", self.volume_group, self.device.path)

    def is_done(self, host: Host) -> bool:
        volume = self._volume(look_at_volumes(host))
        return volume is not None and bool(volume.device) and not volume.missing

    def check(self, host: Host) -> None:
        """It is the disk that was seen, and carries that physical volume of that group."""
        inventory = look_for_change(host)
        broken_group(inventory, self.volume_group, self.group_uuid)
        device, _now = compare(host, self.device, inventory)
        volume = self._volume(inventory)
        if volume is None or volume.device != device.name or volume.duplicate:
            raise Refused(
                Problem(
                    "missing.other-disk",
                    _("{path} is not the disk that {group} misses.").format(
                        path=clean(self.device.path), group=clean(self.volume_group, 60)
                    ),
                    cause=_("LVM finds the missing volume elsewhere, twice, or not at all."),
                    remedy=_("Look at the group again."),
                )
            )

    def run(self, host: ChangingHost, progress: Progress) -> None:
        back_up_metadata(host, self.volume_group)
        compare(host, self.device)
        change(host, self._argv, self.title(), deadline=LVM_DEADLINE, progress=progress)

    def undo(self) -> CannotUndo:
        return CannotUndo(_("A disk is only marked as missing when it is."))

    def _volume(self, inventory: Inventory) -> PhysicalVolume | None:
        found = (one for one in inventory.physical_volumes if one.volume_group == self.volume_group)
        return next((one for one in found if one.uuid == self.uuid), None)


@dataclass(frozen=True, slots=True)
class RemoveMissingPvs(Operation):
    """Go on without disks that are gone for good and on which no volume lies.

    LVM itself refuses when a volume would be damaged; it is tried first without writing (`--test`).

    Attributes:
        volume_group: the group.
        group_uuid: LVM's identity of it.
        missing: LVM's identities of the physical volumes that are gone, as they were seen.
    """

    risk: ClassVar[Risk] = Risk.REWRITES
    volume_group: str
    group_uuid: str
    missing: tuple[str, ...]

    def title(self) -> str:
        return _("Let {group} go on without its missing disks").format(group=clean(self.volume_group, 60))

    def why(self) -> str:
        return _(
            "As long as a disk is missing the group cannot be changed. No volume lies on the missing ones; if"
            " they come back, LVM does not take them in again."
        )

    def shown(self) -> tuple[str, ...]:
        commands = (backup_command(self.volume_group), self._argv("--test"), self._argv())
        return tuple(as_typed(argv) for argv in commands)

    def _argv(self, *more: str) -> tuple[str, ...]:
        return ("lvm", "vgreduce", "--removemissing", *more, self.volume_group)

    def is_done(self, host: Host) -> bool:
        return _is_whole(host, self.volume_group)

    def check(self, host: Host) -> None:
        """Nothing may come back, what is missing is what was seen, and no volume would be damaged."""
        inventory = look_for_change(host)
        broken_group(inventory, self.volume_group, self.group_uuid)
        refuse_while_disks_may_return(host, inventory)
        _refuse_another_loss(inventory, self.volume_group, self.missing)
        damaged = partial_volumes(inventory, self.volume_group)
        if damaged:
            raise Refused(
                Problem(
                    "missing.volumes-lost",
                    _("Volumes lie on the missing disks: {names}.").format(
                        names=clean(", ".join(damaged[:6]))
                    ),
                    remedy=_("Bring the disks back. Giving them up destroys these volumes."),
                )
            )

    def run(self, host: ChangingHost, progress: Progress) -> None:
        back_up_metadata(host, self.volume_group)
        try_first(host, self._argv("--test"), self.title())
        change(host, self._argv(), self.title(), deadline=LVM_DEADLINE, progress=progress)

    def undo(self) -> CannotUndo:
        return CannotUndo(_("LVM's notes from before are kept, for whoever can restore from them."))


@dataclass(frozen=True, slots=True)
class RemoveMissingPvsAndVolumes(Operation):
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
        return _("Give up the missing disks of {group} and the volumes on them").format(
            group=clean(self.volume_group, 60)
        )

    def why(self) -> str:
        return _(
            "Only when the storage administrator says that these disks never come back. The volumes that"
            " lay on them, even in part, are removed; the others of the group can be used again."
        )

    def shown(self) -> tuple[str, ...]:
        # `--force` lets vgreduce remove the volumes that a person has confirmed by name.
        commands = (backup_command(self.volume_group), self._argv("--test"), self._argv())
        return tuple(as_typed(argv) for argv in commands)

    def _argv(self, *more: str) -> tuple[str, ...]:
        return ("lvm", "vgreduce", "--removemissing", "--force", *more, self.volume_group)

    def loses(self) -> tuple[str, ...]:
        return tuple(
            _("{group}/{name}: all of it, also what lies on disks that are there").format(
                group=clean(self.volume_group, 60), name=clean(name, 60)
            )
            for name in self.volumes
        )

    def is_done(self, host: Host) -> bool:
        return _is_whole(host, self.volume_group)

    def check(self, host: Host) -> None:
        """Nothing may come back, and exactly what was confirmed would be lost; nobody uses it."""
        inventory = look_for_change(host)
        broken_group(inventory, self.volume_group, self.group_uuid)
        refuse_while_disks_may_return(host, inventory)
        _refuse_another_loss(inventory, self.volume_group, self.missing)
        damaged = partial_volumes(inventory, self.volume_group)
        if set(damaged) != set(self.volumes):
            raise Refused(
                Problem(
                    "missing.changed",
                    _("Other volumes would be lost than those that were confirmed."),
                    remedy=_("Look at the group again, and confirm again."),
                    evidence=tuple(clean(name, 60) for name in damaged[:12]),
                )
            )
        used = [
            one.name
            for one in inventory.volumes_of(self.volume_group)
            if one.name in damaged and (one.active or one.open)
        ]
        if used:
            raise Refused(
                Problem(
                    "volume.in-use",
                    _("Volumes that would be removed are still active: {names}.").format(
                        names=clean(", ".join(used[:6]))
                    ),
                    remedy=_("Unmount and deactivate them first."),
                )
            )

    def run(self, host: ChangingHost, progress: Progress) -> None:
        back_up_metadata(host, self.volume_group)
        try_first(host, self._argv("--test"), self.title())
        change(host, self._argv(), self.title(), deadline=LVM_DEADLINE, progress=progress)

    def undo(self) -> CannotUndo:
        return CannotUndo(
            _("The volumes are gone. LVM's notes from before are kept, for whoever can restore from them.")
        )


def partial_volumes(inventory: Inventory, group: str) -> tuple[str, ...]:
    """Names of the volumes of which LVM says that a part is missing."""
    return tuple(
        one.name
        for one in inventory.volumes_of(group)
        if one.health == "partial" or one.attributes.ljust(9)[8] == "p"
    )


def missing_of(inventory: Inventory, group: str) -> tuple[str, ...]:
    """LVM's identities of the physical volumes that it misses."""
    found = (one for one in inventory.physical_volumes if one.volume_group == group)
    return tuple(sorted(one.uuid for one in found if one.missing))


def _is_whole(host: Host, name: str) -> bool:
    inventory = look_at_volumes(host)
    group = group_named(inventory, name)
    return (
        inventory.lvm.asked
        and not inventory.lvm.left_out
        and group is not None
        and not group.missing_volumes
        and not group.partial
    )


def _refuse_another_loss(inventory: Inventory, group: str, seen: tuple[str, ...]) -> None:
    now = missing_of(inventory, group)
    if set(now) == set(seen):
        return
    raise Refused(
        Problem(
            "missing.changed",
            _("Other disks of {group} are missing than those that were seen.").format(group=clean(group, 60)),
            remedy=_("Look at the group again."),
            evidence=tuple(clean(uuid, 60) for uuid in now[:12]),
        )
    )
