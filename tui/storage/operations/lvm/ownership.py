"""Whose a volume group is: exported and imported, or marked with a host's system id (lvmsystemid(7))."""

from dataclasses import dataclass
from typing import ClassVar

from tui.storage.host.interface import ChangingHost, Command, Host
from tui.storage.model.lvm import VolumeGroup
from tui.storage.operations.calls import as_typed, change
from tui.storage.operations.guards.lvm_guard import LVM_DEADLINE, look_for_change
from tui.storage.operations.operation import CannotUndo, Operation, Progress, Risk
from tui.storage.probe.devices.lvm import parse_system_id
from tui.storage.probe.narrow import look_at_volumes
from tui.storage.problem import Problem, Refused
from tui.storage.untrusted import clean
from tui.words import translate as _


@dataclass(frozen=True, slots=True)
class ImportGroup(Operation):
    """Take a group in that was exported elsewhere in order to be moved (vgimport(8)).

    Attributes:
        volume_group: the group.
        group_uuid: LVM's identity of it.
    """

    risk: ClassVar[Risk] = Risk.REWRITES
    volume_group: str
    group_uuid: str

    def title(self) -> str:
        return _("Take in the exported group {group}").format(group=clean(self.volume_group, 60))

    def why(self) -> str:
        return _(
            "It was taken out of use on purpose, to be moved to another host. When this is that host, it is"
            " taken in and can be activated."
        )

    def shown(self) -> tuple[str, ...]:
        return (as_typed(("lvm", "vgimport", self.volume_group)),)

    def is_done(self, host: Host) -> bool:
        group = _group(host, self.volume_group, self.group_uuid)
        return group is not None and not group.exported

    def check(self, host: Host) -> None:
        """It is that group, whole, and nobody else's."""
        look_for_change(host)
        _refuse_unless(host, self.volume_group, self.group_uuid, exported=True)

    def run(self, host: ChangingHost, progress: Progress) -> None:
        argv = ("lvm", "vgimport", self.volume_group)
        change(host, argv, self.title(), deadline=LVM_DEADLINE, progress=progress)

    def undo(self) -> tuple[Operation, ...]:
        return (ExportGroup(self.volume_group, self.group_uuid),)


@dataclass(frozen=True, slots=True)
class ExportGroup(Operation):
    """Take a group of which no volume is active out of use, so that another host can take it in."""

    risk: ClassVar[Risk] = Risk.REWRITES
    volume_group: str
    group_uuid: str

    def title(self) -> str:
        return _("Export the group {group}").format(group=clean(self.volume_group, 60))

    def why(self) -> str:
        return _("No host uses it until one takes it in; nothing on it changes.")

    def shown(self) -> tuple[str, ...]:
        return (as_typed(("lvm", "vgexport", self.volume_group)),)

    def is_done(self, host: Host) -> bool:
        group = _group(host, self.volume_group, self.group_uuid)
        return group is not None and group.exported

    def check(self, host: Host) -> None:
        """It is that group, this host's own, and no volume of it is active."""
        inventory = look_for_change(host)
        _refuse_unless(host, self.volume_group, self.group_uuid, exported=False)
        active = [one.name for one in inventory.volumes_of(self.volume_group) if one.active]
        if active:
            raise Refused(
                Problem(
                    "group.in-use",
                    _("Volumes of {group} are active: {names}.").format(
                        group=clean(self.volume_group, 60), names=clean(", ".join(active[:6]))
                    ),
                    remedy=_("Unmount and deactivate them first."),
                )
            )

    def run(self, host: ChangingHost, progress: Progress) -> None:
        argv = ("lvm", "vgexport", self.volume_group)
        change(host, argv, self.title(), deadline=LVM_DEADLINE, progress=progress)

    def undo(self) -> tuple[Operation, ...]:
        return (ImportGroup(self.volume_group, self.group_uuid),)


@dataclass(frozen=True, slots=True)
class TakeOverGroup(Operation):
    """Make a group this host's that carries the system id of another host.

    Its system id is never removed: without one, every host that sees the disks may use it.

    Attributes:
        volume_group: the group.
        group_uuid: LVM's identity of it.
        owner: the system id it carries, as it was seen.
        own: this host's system id, as it was seen.
    """

    risk: ClassVar[Risk] = Risk.REWRITES
    volume_group: str
    group_uuid: str
    owner: str
    own: str

    def title(self) -> str:
        return _("Take the group {group} over from {owner}").format(
            group=clean(self.volume_group, 60), owner=clean(self.owner, 60)
        )

    def why(self) -> str:
        return _(
            "Only when the host {owner} is down for good or cannot reach these disks any more: two hosts that"
            " use one group destroy what is on it. From then on only this host may use it."
        ).format(owner=clean(self.owner, 60))

    def shown(self) -> tuple[str, ...]:
        return (as_typed(self._argv),)

    @property
    def _argv(self) -> tuple[str, ...]:
        allowed = f'local/extra_system_ids=["{self.owner}"]'
        return ("lvm", "vgchange", "--config", allowed, "--systemid", self.own, self.volume_group)

    def is_done(self, host: Host) -> bool:
        group = _group(host, self.volume_group, self.group_uuid)
        return group is not None and group.system_id == self.own and not group.foreign

    def check(self, host: Host) -> None:
        """This host has a system id, and the group is that of the host that was seen, whole."""
        inventory = look_for_change(host)
        own = parse_system_id(host.run(Command(("lvm", "systemid"))).stdout)
        if not own or own != self.own:
            raise Refused(
                Problem(
                    "systemid.none",
                    _("This host has no system id of its own, or another one than was seen."),
                    cause=_("LVM has none unless global/system_id_source in /etc/lvm/lvm.conf gives it one."),
                    remedy=_("Set system_id_source to `uname` or `machineid` there, then look again."),
                )
            )
        group = _group(host, self.volume_group, self.group_uuid)
        if group is None or group.system_id != self.owner or '"' in self.owner:
            raise Refused(_another(self.volume_group))
        if group.shared or group.exported or group.missing_volumes:
            raise Refused(
                Problem(
                    "group.not-whole",
                    _("The group {group} is shared, exported or not whole.").format(
                        group=clean(self.volume_group, 60)
                    ),
                    remedy=_("Mend that first, or leave it to its owner."),
                )
            )
        if any(volume.active for volume in inventory.volumes_of(self.volume_group)):
            raise Refused(
                Problem(
                    "group.in-use",
                    _("Volumes of {group} are active on this host although it belongs to another.").format(
                        group=clean(self.volume_group, 60)
                    ),
                    remedy=_("Deactivate them first, and find out who activated them."),
                )
            )

    def run(self, host: ChangingHost, progress: Progress) -> None:
        """Run vgchange, which for this one call may see groups of that owner."""
        change(host, self._argv, self.title(), deadline=LVM_DEADLINE, progress=progress)

    def undo(self) -> CannotUndo:
        return CannotUndo(_("When the other host is to have it again, that host takes it over."))


def _group(host: Host, name: str, uuid: str) -> VolumeGroup | None:
    groups = look_at_volumes(host).volume_groups
    return next((one for one in groups if (one.name, one.uuid) == (name, uuid)), None)


def _another(name: str) -> Problem:
    return Problem(
        "identity.changed",
        _("{name} is not the group that was chosen, or it has another owner now.").format(
            name=clean(name, 60)
        ),
        remedy=_("Look at the groups again. Nothing was changed."),
    )


def _refuse_unless(host: Host, name: str, uuid: str, *, exported: bool) -> None:
    group = _group(host, name, uuid)
    if group is None or group.exported is not exported:
        raise Refused(_another(name))
    if group.foreign or group.shared or group.missing_volumes:
        raise Refused(
            Problem(
                "group.not-ours",
                _("The group {group} belongs to another host, is shared, or is not whole.").format(
                    group=clean(name, 60)
                ),
                remedy=_("Make it whole and this host's own first."),
            )
        )
