"""Thin pools that are full or damaged: more room for data or notes, and the repair of their notes."""

from dataclasses import dataclass
from typing import ClassVar

from tui.storage.host.interface import ChangingHost, Command, Host
from tui.storage.model.inventory import Inventory
from tui.storage.model.lvm import LogicalVolume
from tui.storage.operations.calls import as_typed, change
from tui.storage.operations.guards.lvm_guard import (
    LVM_DEADLINE,
    keep_notes,
    look_for_change,
    notes_command,
    same_group,
    same_volume,
)
from tui.storage.operations.operation import CannotUndo, Operation, Progress, Risk
from tui.storage.probe.narrow import look_at_volumes
from tui.storage.probe.reading import whole_number
from tui.storage.probe.system.tools import tool_path
from tui.storage.problem import Problem, Refused
from tui.storage.size import size_words
from tui.storage.untrusted import clean
from tui.words import translate as _

_REPAIRING = 3600.0
"""Seconds: thin_repair reads all of the pool's notes, and writes them anew."""


@dataclass(frozen=True, slots=True)
class ExtendPoolMetadata(Operation):
    """Give a thin pool more room for its own notes; it may be in use.

    Attributes:
        volume_group: the group.
        group_uuid: LVM's identity of it.
        name: of the pool.
        uuid: LVM's identity of it.
        size: bytes to be added, a multiple of the group's extent.
        size_before: bytes of its notes when this was planned.
    """

    risk: ClassVar[Risk] = Risk.REWRITES
    volume_group: str
    group_uuid: str
    name: str
    uuid: str
    size: int
    size_before: int

    def title(self) -> str:
        """What it does."""
        return _("Give the notes of the pool {name} more room").format(name=clean(self.name, 60))

    def why(self) -> str:
        """Why it is needed."""
        return _(
            "A pool notes where each piece of its volumes lies. When that room is full, nothing can be"
            " written any more, although there may be space for data."
        )

    def shown(self) -> tuple[str, ...]:
        """The commands."""
        return (as_typed(notes_command(self.volume_group)), as_typed(self._argv))

    @property
    def _argv(self) -> tuple[str, ...]:
        return ("lvm", "lvextend", "--poolmetadatasize", f"+{self.size}b", f"{self.volume_group}/{self.name}")

    def is_done(self, host: Host) -> bool:
        """Its notes have more room than they had."""
        return notes_size(host, self.volume_group, self.name) > self.size_before

    def check(self, host: Host, *, interrupted: bool = False) -> None:  # noqa: ARG002 (see Operation.check)
        """It is this pool, and the group has the space."""
        inventory = look_for_change(host)
        group = same_group(inventory, self.volume_group, self.group_uuid)
        pool_of(inventory, self.volume_group, self.name, self.uuid)
        if not 0 < self.size <= group.free or self.size % group.extent_size:
            raise Refused(no_room(self.volume_group, group.free, self.size))

    def run(self, host: ChangingHost, progress: Progress) -> None:
        """Keep LVM's notes and run lvextend."""
        keep_notes(host, self.volume_group)
        change(host, self._argv, self.title(), deadline=LVM_DEADLINE, progress=progress)

    def undo(self) -> CannotUndo:
        """It is not taken back."""
        return CannotUndo(_("A pool's notes are not made smaller."))


@dataclass(frozen=True, slots=True)
class RepairThinPool(Operation):
    """Write the damaged notes of a thin pool anew (lvconvert --repair), and keep the old ones.

    LVM leaves the old notes behind as a volume named POOL_meta0. It is the only way back and is never
    removed by this program's repairs; where one is there already, the pool was repaired before, and is not
    repaired a second time.

    Attributes:
        volume_group: the group.
        group_uuid: LVM's identity of it.
        name: of the pool.
        uuid: LVM's identity of it.
    """

    risk: ClassVar[Risk] = Risk.REWRITES
    volume_group: str
    group_uuid: str
    name: str
    uuid: str

    def title(self) -> str:
        """What it does."""
        return _("Repair the notes of the thin pool {name}").format(name=clean(self.name, 60))

    def why(self) -> str:
        """Why it is needed."""
        return _(
            "The pool's notes on where its volumes lie are damaged, so it is not activated. They are read as"
            " far as they can be and written to another place; the damaged ones are kept as {kept}."
        ).format(kept=clean(self._kept, 80))

    def shown(self) -> tuple[str, ...]:
        """The commands."""
        return (as_typed(notes_command(self.volume_group)), as_typed(self._argv))

    @property
    def _kept(self) -> str:
        return f"{self.name}_meta0"

    @property
    def _argv(self) -> tuple[str, ...]:
        return ("lvm", "lvconvert", "--repair", f"{self.volume_group}/{self.name}")

    def is_done(self, host: Host) -> bool:
        """The old notes are there as a volume of their own: it was repaired."""
        volumes = look_at_volumes(host).volumes_of(self.volume_group)
        return any(one.name == self._kept for one in volumes)

    def check(self, host: Host, *, interrupted: bool = False) -> None:  # noqa: ARG002 (see Operation.check)
        """It is this pool, neither it nor a volume of it is active, and the tools are there."""
        inventory = look_for_change(host)
        same_group(inventory, self.volume_group, self.group_uuid)
        pool = pool_of(inventory, self.volume_group, self.name, self.uuid)
        active = [
            one.name
            for one in inventory.volumes_of(self.volume_group)
            if one.active and (one.pool == self.name or one.name == pool.name)
        ]
        if active:
            raise Refused(
                Problem(
                    "thin.active",
                    _("Active: {names}.").format(names=clean(", ".join(active[:6]))),
                    cause=_("A pool that is in use cannot be repaired."),
                    remedy=_("Unmount its volumes and deactivate them and the pool first."),
                )
            )
        if not tool_path(host, "thin_repair"):
            raise Refused(
                Problem(
                    "thin.no-tools",
                    _("thin_repair is not installed."),
                    remedy=_("Install thin-provisioning-tools (on Red Hat: device-mapper-persistent-data)."),
                )
            )

    def run(self, host: ChangingHost, progress: Progress) -> None:
        """Keep LVM's notes and run lvconvert."""
        keep_notes(host, self.volume_group)
        change(host, self._argv, self.title(), deadline=_REPAIRING, progress=progress)

    def undo(self) -> CannotUndo:
        """The old notes are kept."""
        return CannotUndo(
            _("The damaged notes are kept as {kept}; somebody who knows LVM can put them back.").format(
                kept=clean(self._kept, 80)
            )
        )


def pool_of(inventory: Inventory, group: str, name: str, uuid: str) -> LogicalVolume:
    """The thin pool that was seen.

    Raises:
        Refused: it is gone, another one, or no thin pool.
    """
    pool = same_volume(inventory, group, name, uuid)
    if pool.attributes[:1] != "t":
        raise Refused(
            Problem(
                "thin.pool",
                _("{name} is no thin pool.").format(name=clean(name, 60)),
                remedy=_("Look at the volumes again."),
            )
        )
    return pool


def no_room(group: str, free: int, wanted: int) -> Problem:
    """A group has not enough free space."""
    return Problem(
        "volume.size",
        _("{wanted} are asked for; {group} has {free} free.").format(
            wanted=size_words(wanted, free), group=clean(group, 60), free=size_words(free, wanted)
        ),
        remedy=_("Enlarge a LUN of the group, or add a disk to it."),
    )


def notes_size(host: Host, group: str, name: str) -> int:
    """Bytes that a pool's notes have, 0 where LVM does not tell."""
    fields = ("--noheadings", "--nohints", "--units", "b", "--nosuffix", "-o", "lv_metadata_size")
    outcome = host.run(Command(("lvm", "lvs", *fields, f"{group}/{name}"), deadline=LVM_DEADLINE))
    return (whole_number(outcome.stdout) or 0) if outcome.ok else 0
