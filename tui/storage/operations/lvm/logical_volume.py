"""Logical volumes: created in the free space of a group, and removed while they are empty."""

from typing import ClassVar

from tui.storage.host.interface import Command, Host
from tui.storage.lvm.names import volume_path
from tui.storage.model.inventory import Inventory
from tui.storage.operations.calls import refuse_when_busy
from tui.storage.operations.guards.lvm_guard import (
    active_volumes,
    look_for_change,
    own_group,
    refuse_bad_volume_name,
    volume_is_gone,
    volume_named,
)
from tui.storage.operations.lvm.lvm_command import LvmCommand
from tui.storage.operations.operation import CannotUndo, Operation, Risk
from tui.storage.probe.devices.all_signatures import probe
from tui.storage.probe.narrow import group_named, look_at_volumes
from tui.storage.problem import NotVerified, Problem, Refused
from tui.storage.size import size_words
from tui.storage.untrusted import clean
from tui.words import translate as _

_ZEROED = 4096
"""Bytes that lvcreate overwrites with zero at the beginning of a new volume (lvcreate(8) --zero)."""


class CreateLogicalVolume(LvmCommand, frozen=True):
    """Create a volume in the free space of a group.

    Attributes:
        volume_group: the group.
        name: of the volume.
        extents: its size in the group's extents.
        group_uuid: LVM's identity of the group; empty where the same plan creates it.
    """

    risk: ClassVar[Risk] = Risk.REWRITES

    volume_group: str
    name: str
    extents: int
    group_uuid: str = ""

    @property
    def path(self) -> str:
        """Its name below /dev."""
        return volume_path(self.volume_group, self.name)

    def title(self) -> str:
        return _("Create the volume {name} in {group}").format(
            name=clean(self.name, 60), group=clean(self.volume_group, 60)
        )

    def why(self) -> str:
        return _(
            "A logical volume holds the file system; it can be extended later. Old signatures in its"
            " space are wiped: that space is free and belongs to the volume group."
        )

    @property
    def argv(self) -> tuple[str, ...]:
        # `--yes` answers only whether to wipe stale signatures in free space.
        size = ("--extents", str(self.extents), "--name", self.name, self.volume_group)
        return ("lvm", "lvcreate", "--yes", "--wipesignatures", "y", "--zero", "y", *size)

    def is_done(self, host: Host) -> bool:
        inventory = look_at_volumes(host)
        group = group_named(inventory, self.volume_group, self.group_uuid)
        volume = volume_named(inventory, self.volume_group, self.name, self.group_uuid)
        return (
            group is not None
            and volume is not None
            and volume.active
            and volume.size == self.extents * group.extent_size
        )

    def check(self, host: Host) -> None:
        inventory = look_for_change(host)
        group = own_group(inventory, self.volume_group, self.group_uuid)
        refuse_bad_volume_name(inventory, self.volume_group, self.name, "logical_volume")
        free = group.free_extents
        if not 1 <= self.extents <= free:
            raise Refused(
                Problem(
                    "volume.size",
                    _("{count} extents requested, but {group} has only {free} free ({size}).").format(
                        count=self.extents,
                        group=clean(self.volume_group, 60),
                        free=free,
                        size=size_words(group.free),
                    ),
                    cause=_("One extent is {size}, the smallest size of a volume.").format(
                        size=size_words(group.extent_size)
                    ),
                    remedy=_("Choose another size, or add a disk to the group."),
                    field="size",
                )
            )

    def verify(self, host: Host) -> None:
        Operation.verify(self, host)
        if host.facts(self.path) is None:
            raise NotVerified(
                Problem(
                    "volume.no-path",
                    _("The volume was created, but {path} did not appear.").format(path=clean(self.path)),
                    cause=_("udev may be busy or stopped."),
                    remedy=_("Check `systemctl status systemd-udevd`, then retry."),
                )
            )

    def undo(self) -> tuple[Operation, ...]:
        return (RemoveLogicalVolume(self.volume_group, self.name, self.group_uuid),)


class RemoveLogicalVolume(LvmCommand, frozen=True):
    """Remove an empty volume. One on which anything is found is never removed.

    Attributes:
        volume_group: the group.
        name: of the volume.
        group_uuid: LVM's identity of the group; empty where the same plan created it.
    """

    risk: ClassVar[Risk] = Risk.REWRITES

    volume_group: str
    name: str
    group_uuid: str = ""

    def title(self) -> str:
        return _("Remove the empty volume {name} from {group}").format(
            name=clean(self.name, 60), group=clean(self.volume_group, 60)
        )

    def why(self) -> str:
        return _("It is empty, so its space can return to the volume group.")

    @property
    def argv(self) -> tuple[str, ...]:
        # `--yes` answers only whether to remove an active volume; it was seen to be empty.
        return ("lvm", "lvremove", "--yes", f"{self.volume_group}/{self.name}")

    def is_done(self, host: Host) -> bool:
        return volume_is_gone(host, self.volume_group, self.name, self.group_uuid)

    def check(self, host: Host) -> None:
        inventory = look_for_change(host)
        own_group(inventory, self.volume_group, self.group_uuid)
        volume = volume_named(inventory, self.volume_group, self.name, self.group_uuid)
        device = inventory.device(volume.device) if volume is not None and volume.device else None
        if volume is None or device is None:
            raise Refused(
                Problem(
                    "volume.inactive",
                    _("{name} is not active, so it cannot be checked for data.").format(
                        name=clean(self.name, 60)
                    ),
                    remedy=_("Activate it first."),
                )
            )
        refuse_when_busy(host, device.path)
        found = probe(host, device)
        start = Command(("cmp", "--silent", f"--bytes={_ZEROED}", device.path, "/dev/zero"))
        if not found.done or found.signatures or not host.run(start).ok:
            raise Refused(
                Problem(
                    "volume.not-empty",
                    _("{name} is not empty, so it is not removed.").format(name=clean(self.name, 60)),
                    cause=found.why,
                    remedy=_("If its content is not needed, remove it by hand with lvremove."),
                    evidence=tuple(signature.words for signature in found.signatures[:6]),
                )
            )

    def takes(self, inventory: Inventory) -> tuple[str, ...]:
        return active_volumes(inventory, self.volume_group, self.group_uuid, self.name)

    def undo(self) -> CannotUndo:
        return CannotUndo(_("Create the volume again; it was empty, so nothing is lost."))
