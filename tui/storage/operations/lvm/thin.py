"""Thin pools and thin volumes: space is taken when it is written to (lvmthin(7))."""

from dataclasses import dataclass
from typing import ClassVar

from tui.storage.host.interface import ChangingHost, Host
from tui.storage.lvm.names import logical_volume_name_problems, volume_path
from tui.storage.operations.calls import as_typed, settle
from tui.storage.operations.guards.lvm_guard import (
    change_group,
    look_for_change,
    notes_command,
    same_group,
    same_volume,
    volume_is_gone,
)
from tui.storage.operations.lvm.logical_volume import RemoveLogicalVolume
from tui.storage.operations.operation import CannotUndo, Operation, Progress, Risk
from tui.storage.probe.narrow import look_at_volumes
from tui.storage.problem import Problem, Refused
from tui.storage.size import size_words
from tui.storage.untrusted import clean
from tui.words import translate as _

_LEAST_NOTES = 2 * 1024 * 1024
_NOTES_SHARE = 1024
"""A pool's own notes take 64 bytes for each chunk of 64 KiB, 2 MiB at least (lvmthin(7), metadata size)."""


def notes_extents(extents: int, extent: int) -> int:
    """Extents that a pool of so many takes beside its data: its notes, and a spare for mending them."""
    notes = max(_LEAST_NOTES, extents * extent // _NOTES_SHARE)
    return 2 * -(-notes // extent) if extent else 0


@dataclass(frozen=True, slots=True)
class CreateThinPool(Operation):
    """Set space of a group aside as a pool, from which thin volumes take what they really use.

    Attributes:
        volume_group: the group.
        group_uuid: LVM's identity of it.
        name: of the pool.
        extents: for data; its notes come on top.
    """

    risk: ClassVar[Risk] = Risk.REWRITES

    volume_group: str
    group_uuid: str
    name: str
    extents: int

    def title(self) -> str:
        """What it does."""
        return _("Make the thin pool {name} in {group}").format(
            name=clean(self.name, 60), group=clean(self.volume_group, 60)
        )

    def why(self) -> str:
        """Why it is needed."""
        return _(
            "Thin volumes take their space from it as they are written to. When it is full, all of them stop"
            " writing: watch how full it is."
        )

    def shown(self) -> tuple[str, ...]:
        """The commands."""
        return (as_typed(notes_command(self.volume_group)), as_typed(self._argv))

    @property
    def _argv(self) -> tuple[str, ...]:
        size = ("--extents", str(self.extents), "--name", self.name, self.volume_group)
        return ("lvm", "lvcreate", "--type", "thin-pool", *size)

    def is_done(self, host: Host) -> bool:
        """Whether there is a pool of that name."""
        volumes = look_at_volumes(host).volumes_of(self.volume_group)
        return any(one.name == self.name and one.attributes[:1] == "t" for one in volumes)

    def check(self, host: Host, *, interrupted: bool = False) -> None:  # noqa: ARG002 (see Operation.check)
        """See that it is this group, that the name is good, and that there is room for data and notes."""
        inventory = look_for_change(host)
        group = same_group(inventory, self.volume_group, self.group_uuid)
        taken = [one.name for one in inventory.volumes_of(self.volume_group)]
        for problem in logical_volume_name_problems(self.name, self.volume_group, taken, "name"):
            raise Refused(problem)
        free = group.free_extents
        needed = self.extents + notes_extents(self.extents, group.extent_size)
        if self.extents < 1 or needed > free:
            raise Refused(
                Problem(
                    "volume.size",
                    _("The pool needs {needed} with its notes; {group} has {free} free.").format(
                        needed=size_words(needed * group.extent_size, group.free),
                        group=clean(self.volume_group, 60),
                        free=size_words(group.free, needed * group.extent_size),
                    ),
                    remedy=_("Choose a smaller size, or add a disk to the group."),
                    field="size",
                )
            )

    def run(self, host: ChangingHost, progress: Progress) -> None:
        """Keep LVM's notes and run lvcreate."""
        change_group(host, self.volume_group, self._argv, self.title(), progress)

    def undo(self) -> tuple[Operation, ...]:
        """Remove it while no volume is in it."""
        return (RemoveThinPool(self.volume_group, self.group_uuid, self.name),)


@dataclass(frozen=True, slots=True)
class RemoveThinPool(Operation):
    """Give the space of a thin pool back in which there is no volume; so no data is lost."""

    risk: ClassVar[Risk] = Risk.REWRITES

    volume_group: str
    group_uuid: str
    name: str

    def title(self) -> str:
        """What it does."""
        return _("Remove the empty thin pool {name}").format(name=clean(self.name, 60))

    def why(self) -> str:
        """Why it is needed."""
        return _("No volume is in it, so nothing is lost; its space goes back to the group.")

    def shown(self) -> tuple[str, ...]:
        """The commands. `--yes` only answers whether an active pool may go; it was seen to hold no volume."""
        return (as_typed(notes_command(self.volume_group)), as_typed(self._argv))

    @property
    def _argv(self) -> tuple[str, ...]:
        return ("lvm", "lvremove", "--yes", f"{self.volume_group}/{self.name}")

    def is_done(self, host: Host) -> bool:
        """Whether LVM answers and knows no such pool."""
        return volume_is_gone(host, self.volume_group, self.name)

    def check(self, host: Host, *, interrupted: bool = False) -> None:  # noqa: ARG002 (see Operation.check)
        """See that it is a pool of this group, and that no volume is in it."""
        inventory = look_for_change(host)
        same_group(inventory, self.volume_group, self.group_uuid)
        pool = same_volume(inventory, self.volume_group, self.name, "")
        inside = [one.name for one in inventory.volumes_of(self.volume_group) if one.pool == self.name]
        if inside or pool.attributes[:1] != "t":
            raise Refused(
                Problem(
                    "volume.needed",
                    _("Volumes are in the pool {name}: {names}.").format(
                        name=clean(self.name, 60), names=clean(", ".join(inside[:6]))
                    )
                    if inside
                    else _("{name} is no thin pool.").format(name=clean(self.name, 60)),
                    remedy=_("Remove each of them first, by itself."),
                )
            )

    def run(self, host: ChangingHost, progress: Progress) -> None:
        """Keep LVM's notes and run lvremove."""
        change_group(host, self.volume_group, self._argv, self.title(), progress)

    def undo(self) -> CannotUndo:
        """It cannot be taken back exactly."""
        return CannotUndo(_("Make the pool again; it was empty, so nothing is lost."))


@dataclass(frozen=True, slots=True)
class CreateThinVolume(Operation):
    """Make a volume in a thin pool.

    Attributes:
        volume_group: the group.
        group_uuid: LVM's identity of it.
        pool: name of the pool.
        name: of the volume.
        size: bytes it shows; a multiple of the group's extent.
    """

    risk: ClassVar[Risk] = Risk.REWRITES

    volume_group: str
    group_uuid: str
    pool: str
    name: str
    size: int

    def title(self) -> str:
        """What it does."""
        return _("Create the thin volume {name} in the pool {pool}").format(
            name=clean(self.name, 60), pool=clean(self.pool, 60)
        )

    def why(self) -> str:
        """Why it is needed."""
        return _(
            "It can carry a file system like any volume. It shows a size of its own and takes space of the"
            " pool only for what is written to it."
        )

    def shown(self) -> tuple[str, ...]:
        """The commands."""
        return (as_typed(notes_command(self.volume_group)), as_typed(self._argv))

    @property
    def _argv(self) -> tuple[str, ...]:
        pool = f"{self.volume_group}/{self.pool}"
        return ("lvm", "lvcreate", "--thin", "--virtualsize", f"{self.size}b", "--name", self.name, pool)

    def is_done(self, host: Host) -> bool:
        """Whether the volume is in that pool, active, with that size."""
        volumes = look_at_volumes(host).volumes_of(self.volume_group)
        return any(
            (one.name, one.pool, one.size, one.active) == (self.name, self.pool, self.size, True)
            for one in volumes
        )

    def check(self, host: Host, *, interrupted: bool = False) -> None:  # noqa: ARG002 (see Operation.check)
        """See that the pool is this group's, active, and the name and size are good."""
        inventory = look_for_change(host)
        group = same_group(inventory, self.volume_group, self.group_uuid)
        pool = same_volume(inventory, self.volume_group, self.pool, "")
        taken = [one.name for one in inventory.volumes_of(self.volume_group)]
        for problem in logical_volume_name_problems(self.name, self.volume_group, taken, "name"):
            raise Refused(problem)
        if pool.attributes[:1] != "t" or pool.health:
            raise Refused(
                Problem(
                    "thin.pool",
                    _("{pool} is no thin pool, or it is not well.").format(pool=clean(self.pool, 60)),
                    cause=clean(pool.health),
                    remedy=_("Look at the pool with `lvs -a {group}`.").format(
                        group=clean(self.volume_group, 60)
                    ),
                )
            )
        if self.size < group.extent_size or self.size % group.extent_size:
            raise Refused(
                Problem(
                    "volume.size",
                    _("The size must be a multiple of {extent}.").format(
                        extent=size_words(group.extent_size)
                    ),
                    remedy=_("Choose another size."),
                    field="size",
                )
            )

    def run(self, host: ChangingHost, progress: Progress) -> None:
        """Keep LVM's notes, run lvcreate and wait until udev has made the path."""
        change_group(host, self.volume_group, self._argv, self.title(), progress)
        settle(host, volume_path(self.volume_group, self.name))

    def undo(self) -> tuple[Operation, ...]:
        """Remove it, as long as nothing was written to it."""
        return (RemoveLogicalVolume(self.volume_group, self.name),)
