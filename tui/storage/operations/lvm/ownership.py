"""Ownership of a volume group: export and import, and the system ID of a host (lvmsystemid(7))."""

from typing import ClassVar

from tui.storage.host.interface import Command, Host
from tui.storage.model.lvm import VolumeGroup
from tui.storage.operations.guards.lvm_guard import (
    look_for_change,
    refuse_ambiguous,
    still_active,
    volumes_in,
)
from tui.storage.operations.lvm.lvm_command import LvmCommand
from tui.storage.operations.operation import CannotUndo, Operation, Risk
from tui.storage.probe.devices.lvm_report import parse_system_id
from tui.storage.probe.narrow import look_at_volumes
from tui.storage.problem import Problem, Refused
from tui.storage.untrusted import clean
from tui.words import translate as _


class ImportGroup(LvmCommand, frozen=True):
    """Import a group that was exported by another host (vgimport(8)).

    Attributes:
        volume_group: the group.
        group_uuid: LVM's identity of it.
    """

    risk: ClassVar[Risk] = Risk.REWRITES
    volume_group: str
    group_uuid: str

    def title(self) -> str:
        return _("Import the volume group {group} (vgimport)").format(group=clean(self.volume_group, 60))

    def why(self) -> str:
        return _(
            "It was exported to be moved to another host. If this is that host, import it here; then it"
            " can be activated."
        )

    @property
    def argv(self) -> tuple[str, ...]:
        return ("lvm", "vgimport", self.volume_group)

    def is_done(self, host: Host) -> bool:
        group = _group(host, self.volume_group, self.group_uuid)
        return group is not None and not group.exported

    def check(self, host: Host) -> None:
        refuse_ambiguous(look_for_change(host), self.volume_group)
        _refuse_unless(host, self.volume_group, self.group_uuid, exported=True)

    def undo(self) -> tuple[Operation, ...]:
        return (ExportGroup(self.volume_group, self.group_uuid),)


class ExportGroup(LvmCommand, frozen=True):
    """Export a group without active volumes, so that another host can import it (vgexport(8))."""

    risk: ClassVar[Risk] = Risk.REWRITES
    volume_group: str
    group_uuid: str

    def title(self) -> str:
        return _("Export the volume group {group} (vgexport)").format(group=clean(self.volume_group, 60))

    def takes_away(self) -> str:
        return _("The volume group {group} is exported: no host activates it.").format(
            group=clean(self.volume_group, 60)
        )

    def why(self) -> str:
        return _("No host can use it until one imports it; its data does not change.")

    @property
    def argv(self) -> tuple[str, ...]:
        return ("lvm", "vgexport", self.volume_group)

    def is_done(self, host: Host) -> bool:
        group = _group(host, self.volume_group, self.group_uuid)
        return group is not None and group.exported

    def check(self, host: Host) -> None:
        inventory = look_for_change(host)
        _refuse_unless(host, self.volume_group, self.group_uuid, exported=False)
        refuse_ambiguous(inventory, self.volume_group)
        volumes = volumes_in(inventory, self.volume_group, self.group_uuid)
        active = [volume.name for volume in volumes if volume.active]
        if active:
            raise Refused(still_active("group.in-use", self.volume_group, active))

    def undo(self) -> tuple[Operation, ...]:
        return (ImportGroup(self.volume_group, self.group_uuid),)


class TakeOverGroup(LvmCommand, frozen=True):
    """Take over a group that has the system ID of another host.

    Its system ID is never removed: without one, every host that sees the disks may use it.

    Attributes:
        volume_group: the group.
        group_uuid: LVM's identity of it.
        owner: its system ID, as it was seen.
        own: this host's system ID, as it was seen.
    """

    risk: ClassVar[Risk] = Risk.REWRITES
    volume_group: str
    group_uuid: str
    owner: str
    own: str

    def title(self) -> str:
        return _("Take over the volume group {group} from {owner}").format(
            group=clean(self.volume_group, 60), owner=clean(self.owner, 60)
        )

    def why(self) -> str:
        return _(
            "Only if host {owner} is down for good or can no longer reach these disks: two hosts that use"
            " one VG destroy its data. From then on only this host can use it."
        ).format(owner=clean(self.owner, 60))

    @property
    def argv(self) -> tuple[str, ...]:
        # For this one call LVM may use groups of that owner (lvmsystemid(7)).
        allowed = f'local/extra_system_ids=["{self.owner}"]'
        return ("lvm", "vgchange", "--config", allowed, "--systemid", self.own, self.volume_group)

    def is_done(self, host: Host) -> bool:
        group = _group(host, self.volume_group, self.group_uuid)
        return group is not None and group.system_id == self.own and not group.foreign

    def check(self, host: Host) -> None:
        inventory = look_for_change(host)
        own = parse_system_id(host.run(Command(("lvm", "systemid"))).stdout)
        if not own or own != self.own:
            raise Refused(
                Problem(
                    "systemid.none",
                    _("This host has no system ID, or it has changed."),
                    cause=_("LVM has none unless global/system_id_source is set in /etc/lvm/lvm.conf."),
                    remedy=_("Set system_id_source to `uname` or `machineid` there, then check again."),
                )
            )
        refuse_ambiguous(inventory, self.volume_group, foreign_too=True)
        group = _group(host, self.volume_group, self.group_uuid)
        if group is None or group.system_id != self.owner or '"' in self.owner:
            raise Refused(_another(self.volume_group))
        if group.shared or group.exported or group.missing_volumes:
            raise Refused(
                Problem(
                    "group.not-whole",
                    _("The group {group} is shared, exported or incomplete.").format(
                        group=clean(self.volume_group, 60)
                    ),
                    remedy=_("Fix that first, or leave it to its owner."),
                )
            )
        if any(volume.active for volume in volumes_in(inventory, self.volume_group, self.group_uuid)):
            raise Refused(
                Problem(
                    "group.in-use",
                    _("Volumes of {group} are active on this host, although it belongs to another.").format(
                        group=clean(self.volume_group, 60)
                    ),
                    remedy=_("Deactivate them first, and find out what activated them."),
                )
            )

    def undo(self) -> CannotUndo:
        return CannotUndo(_("The other host can take it over again in the same way."))


def _group(host: Host, name: str, uuid: str) -> VolumeGroup | None:
    groups = look_at_volumes(host).volume_groups
    return next((group for group in groups if (group.name, group.uuid) == (name, uuid)), None)


def _another(name: str) -> Problem:
    return Problem(
        "identity.changed",
        _("{name} is not the group that was chosen, or its owner has changed.").format(name=clean(name, 60)),
        remedy=_("Check the groups again. Nothing was changed."),
    )


def _refuse_unless(host: Host, name: str, uuid: str, *, exported: bool) -> None:
    group = _group(host, name, uuid)
    if group is None or group.exported is not exported:
        raise Refused(_another(name))
    if group.foreign or group.shared or group.missing_volumes:
        raise Refused(
            Problem(
                "group.not-ours",
                _("The group {group} belongs to another host, is shared, or is incomplete.").format(
                    group=clean(name, 60)
                ),
                remedy=_("Complete or take over the group first."),
            )
        )
