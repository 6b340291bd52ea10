"""Logical volumes: cut out of a group's free space, and given back while they are empty."""

from dataclasses import dataclass
from typing import ClassVar

from tui.storage.host.interface import ChangingHost, Command, Host
from tui.storage.lvm.names import logical_volume_name_problems, volume_path
from tui.storage.model.inventory import Inventory
from tui.storage.model.lvm import LogicalVolume
from tui.storage.operations.calls import as_typed, change, refuse_when_busy, settle
from tui.storage.operations.guards.lvm_guard import LVM_DEADLINE, look_for_change, own_group, volume_is_gone
from tui.storage.operations.operation import CannotUndo, Operation, Progress, Risk
from tui.storage.probe.devices.all_signatures import probe
from tui.storage.probe.narrow import group_named, look_at_volumes
from tui.storage.problem import NotVerified, Problem, Refused
from tui.storage.size import size_words
from tui.storage.untrusted import clean
from tui.words import translate as _

_ZEROED = 4096
"""Bytes that lvcreate overwrites with zero at the beginning of a new volume (lvcreate(8) --zero)."""


def volume_named(inventory: Inventory, volume_group: str, name: str) -> LogicalVolume | None:
    """The volume of that name, or None."""
    return next(
        (one for one in inventory.logical_volumes if (one.volume_group, one.name) == (volume_group, name)),
        None,
    )


@dataclass(frozen=True, slots=True)
class CreateLogicalVolume(Operation):
    """Cut a volume out of a group's free space.

    Attributes:
        volume_group: the group.
        name: of the volume.
        extents: its size in the group's extents.
    """

    risk: ClassVar[Risk] = Risk.REWRITES

    volume_group: str
    name: str
    extents: int

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
            "A logical volume is what carries a file system; it can grow later. Old signatures that happen to"
            " lie in its space are removed: that space is free and belongs to the group."
        )

    def shown(self) -> tuple[str, ...]:
        # `--yes` only answers whether stale signatures in free space may go.
        return (as_typed(self._argv),)

    @property
    def _argv(self) -> tuple[str, ...]:
        size = ("--extents", str(self.extents), "--name", self.name, self.volume_group)
        return ("lvm", "lvcreate", "--yes", "--wipesignatures", "y", "--zero", "y", *size)

    def is_done(self, host: Host) -> bool:
        inventory = look_at_volumes(host)
        group = group_named(inventory, self.volume_group)
        volume = volume_named(inventory, self.volume_group, self.name)
        return (
            group is not None
            and volume is not None
            and volume.active
            and volume.size == self.extents * group.extent_size
        )

    def check(self, host: Host) -> None:
        """See that the group is this host's own, the name good and free, and the space there."""
        inventory = look_for_change(host)
        group = own_group(inventory, self.volume_group)
        taken = [one.name for one in inventory.logical_volumes if one.volume_group == self.volume_group]
        for problem in logical_volume_name_problems(self.name, self.volume_group, taken):
            raise Refused(problem)
        free = group.free_extents
        if not 1 <= self.extents <= free:
            raise Refused(
                Problem(
                    "volume.size",
                    _("{count} extents are asked for; {group} has {free} free ({size}).").format(
                        count=self.extents,
                        group=clean(self.volume_group, 60),
                        free=free,
                        size=size_words(group.free),
                    ),
                    cause=_("One extent is {size}, the least a volume can have.").format(
                        size=size_words(group.extent_size)
                    ),
                    remedy=_("Choose another size, or add a disk to the group."),
                    field="size",
                )
            )

    def run(self, host: ChangingHost, progress: Progress) -> None:
        change(host, self._argv, self.title(), deadline=LVM_DEADLINE, progress=progress)
        settle(host, self.path)

    def verify(self, host: Host) -> None:
        """See the volume in LVM's report and below /dev."""
        Operation.verify(self, host)
        if host.facts(self.path) is None:
            raise NotVerified(
                Problem(
                    "volume.no-path",
                    _("The volume was made, but {path} did not appear.").format(path=clean(self.path)),
                    cause=_("udev may be busy or stopped."),
                    remedy=_("Look at `systemctl status systemd-udevd`, then try again."),
                )
            )

    def undo(self) -> tuple[Operation, ...]:
        return (RemoveLogicalVolume(self.volume_group, self.name),)


@dataclass(frozen=True, slots=True)
class RemoveLogicalVolume(Operation):
    """Give an empty volume back to its group. One on which anything is found is never removed."""

    risk: ClassVar[Risk] = Risk.REWRITES

    volume_group: str
    name: str

    def title(self) -> str:
        return _("Remove the empty volume {name} from {group}").format(
            name=clean(self.name, 60), group=clean(self.volume_group, 60)
        )

    def why(self) -> str:
        return _("Nothing was written to it, so its space can go back to the group.")

    def shown(self) -> tuple[str, ...]:
        # `--yes` only answers whether an active volume may go; it was seen to be empty.
        return (as_typed(self._argv),)

    @property
    def _argv(self) -> tuple[str, ...]:
        return ("lvm", "lvremove", "--yes", f"{self.volume_group}/{self.name}")

    def is_done(self, host: Host) -> bool:
        return volume_is_gone(host, self.volume_group, self.name)

    def check(self, host: Host) -> None:
        """See that nobody uses it and that nothing is on it."""
        inventory = look_for_change(host)
        own_group(inventory, self.volume_group)
        volume = volume_named(inventory, self.volume_group, self.name)
        device = inventory.device(volume.device) if volume is not None and volume.device else None
        if volume is None or device is None:
            raise Refused(
                Problem(
                    "volume.inactive",
                    _("{name} is not active, so it cannot be seen whether it is empty.").format(
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
                    evidence=tuple(one.words for one in found.signatures[:6]),
                )
            )

    def run(self, host: ChangingHost, progress: Progress) -> None:
        change(host, self._argv, self.title(), deadline=LVM_DEADLINE, progress=progress)

    def undo(self) -> CannotUndo:
        return CannotUndo(_("Make the volume again; it was empty, so nothing is lost."))
