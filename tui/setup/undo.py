"""Undoing a set-up: what it changed, by its journals, the last change first.

Only what the journals say was changed is undone; what the host had before stays. Volumes that the set-up
created carry a file system by now, so they are destroyed with all that is on them, and only while it is the
file system that the set-up created.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path

from msgspec import Struct

from tui.storage.changing.journal import FOLDER, Journal
from tui.storage.changing.plan import Plan
from tui.storage.lvm.names import volume_path
from tui.storage.model.inventory import Inventory
from tui.storage.model.iscsi import Portal
from tui.storage.model.lvm import LogicalVolume
from tui.storage.operations.filesystem.make_filesystem import MakeFilesystem
from tui.storage.operations.iscsi.chap import SetDiscoveryChap, SetRecordChap
from tui.storage.operations.iscsi.discovery import AddDiscoveryRecord, AddNodeRecord, StoreDiscovered
from tui.storage.operations.iscsi.records import DeleteNodeRecord, SetRecordValues
from tui.storage.operations.lvm.destroy_volume import DestroyVolume
from tui.storage.operations.lvm.logical_volume import CreateLogicalVolume
from tui.storage.operations.lvm.volume_group import CreateVolumeGroup
from tui.storage.operations.mounts.mount import MountFilesystem
from tui.storage.operations.operation import CannotUndo, Operation
from tui.storage.operations.services.prerequisites import EnableService
from tui.storage.probe.narrow import group_named
from tui.storage.problem import ConsoleError, Problem
from tui.storage.untrusted import clean
from tui.words import enumerated, translate as _

_Record = tuple[str, str, int, str]
"""A node record: target, address, port and iface."""


class Changed(Struct, frozen=True):
    """One plan of a set-up: all of its operations, and those that changed something, in order."""

    planned: tuple[Operation, ...]
    done: tuple[Operation, ...]


class Undo(Struct, frozen=True):
    """A set-up taken down again.

    Attributes:
        plan: what undoes it.
        stays: what cannot be undone, with the reason, one line each.
        refusal: why it cannot be undone now, or None.
    """

    plan: Plan
    stays: tuple[str, ...] = ()
    refusal: Problem | None = None


def latest(folder: Path = FOLDER) -> tuple[Changed, ...]:
    """The plans of the latest set-up, oldest first, up to the mount that completes it or as far as it got."""
    found: list[Changed] = []
    complete = False
    for journal in reversed(Journal.all_of(folder)):
        if not journal.origin.is_setup:
            continue
        try:
            planned = journal.plan().operations
        except ConsoleError:
            # Another version wrote it: what it did is not known, so nothing before it is undone either.
            found, complete = [], False
            continue
        done = tuple(operation for number, operation in enumerate(planned) if journal.changed(number))
        if complete and done:
            found, complete = [], False
        if done:
            found.append(Changed(planned, done))
        complete = complete or (
            journal.is_finished and any(isinstance(operation, MountFilesystem) for operation in planned)
        )
    return tuple(found)


def undo(changed: Iterable[Changed], inventory: Inventory) -> Undo:
    """The plan that undoes a set-up on a host as it is now."""
    return _Undoing(tuple(changed), inventory).undo()


class _Undoing:
    """One set-up, and what is on the host now."""

    def __init__(self, changed: tuple[Changed, ...], inventory: Inventory) -> None:
        self._inventory = inventory
        self._done = tuple(operation for plan in changed for operation in plan.done)
        self._new_records = frozenset(_new_records(changed))
        self._new_portals = frozenset(
            (operation.kind, operation.portal)
            for operation in self._done
            if isinstance(operation, AddDiscoveryRecord)
        )
        self._filesystems = {
            operation.device: operation for operation in self._done if isinstance(operation, MakeFilesystem)
        }
        self._stays: list[str] = []

    def undo(self) -> Undo:
        operations: list[Operation] = []
        for operation in reversed(self._done):
            operations += self._undone(operation)
        plan = Plan(_("Undo the set-up"), tuple(dict.fromkeys(operations)))
        return Undo(plan, tuple(dict.fromkeys(self._stays)), self._refusal())

    def _undone(self, operation: Operation) -> Iterable[Operation]:
        match operation:
            case MakeFilesystem() if operation.device in self._created_volumes:
                return ()  # It goes with its volume.
            case CreateLogicalVolume():
                return self._volume_removed(operation)
            case StoreDiscovered():
                return (
                    DeleteNodeRecord(key.target, key.portal, iface)
                    for key in operation.records
                    for iface in operation.ifaces
                    if _record(key.target, key.portal, iface) in self._new_records
                )
            case SetRecordChap() | SetRecordValues() if (
                _record(operation.target, operation.portal, operation.iface) in self._new_records
            ):
                return ()  # It goes with its record.
            case SetDiscoveryChap() if (operation.kind, operation.portal) in self._new_portals:
                return ()  # It goes with its portal.
            case EnableService() if self._other_records:
                self._stay(operation, _("Other node records of this host need it."))
                return ()
        back = operation.undo()
        if isinstance(back, CannotUndo):
            self._stay(operation, back.reason)
            return ()
        return back

    def _stay(self, operation: Operation, reason: str) -> None:
        self._stays.append(_("Not undone: {title}. {reason}").format(title=operation.title(), reason=reason))

    @property
    def _created_volumes(self) -> frozenset[str]:
        return frozenset(
            operation.path for operation in self._done if isinstance(operation, CreateLogicalVolume)
        )

    @property
    def _other_records(self) -> bool:
        """Whether a node record is left when those of the set-up are deleted."""
        return any(
            _record(record.target, record.portal, record.iface) not in self._new_records
            for record in self._inventory.node_records
        )

    def _volume(self, operation: CreateLogicalVolume) -> LogicalVolume | None:
        group = group_named(self._inventory, operation.volume_group, operation.group_uuid)
        volumes = self._inventory.volumes_of(group) if group is not None else ()
        return next((volume for volume in volumes if volume.name == operation.name), None)

    def _volume_removed(self, operation: CreateLogicalVolume) -> Iterable[Operation]:
        volume = self._volume(operation)
        group = group_named(self._inventory, operation.volume_group, operation.group_uuid)
        if volume is None or group is None:
            return ()
        if operation.path not in self._filesystems:
            return operation.undo()
        device = self._inventory.device(volume.device) if volume.device else None
        content = f"{device.content} {device.content_label}".strip() if device is not None else ""
        return (
            DestroyVolume(operation.volume_group, group.uuid, volume.name, volume.uuid, volume.size, content),
        )

    def _refusal(self) -> Problem | None:
        for operation in self._done:
            if isinstance(operation, CreateLogicalVolume):
                problem = self._another_content(operation)
            elif isinstance(operation, CreateVolumeGroup):
                problem = self._other_volumes(operation)
            else:
                problem = None
            if problem is not None:
                return problem
        return None

    def _another_content(self, operation: CreateLogicalVolume) -> Problem | None:
        made, volume = self._filesystems.get(operation.path), self._volume(operation)
        if made is None or volume is None:
            return None
        device = self._inventory.device(volume.device) if volume.device else None
        if device is not None and device.content_uuid == made.uuid:
            return None
        return Problem(
            "undo.another-content",
            _("{volume} does not have the file system that the set-up created.").format(
                volume=clean(volume_path(operation.volume_group, operation.name), 120)
            ),
            cause=_("It is not active, or it was created again since then."),
            remedy=_("Check what is on it. Remove it in the console if it is not needed."),
        )

    def _other_volumes(self, operation: CreateVolumeGroup) -> Problem | None:
        group = group_named(self._inventory, operation.name)
        others = tuple(
            volume.name
            for volume in (self._inventory.volumes_of(group) if group is not None else ())
            if volume_path(operation.name, volume.name) not in self._created_volumes
        )
        if not others:
            return None
        return Problem(
            "undo.other-volumes",
            _("The VG {group} has volumes that the set-up did not create: {names}.").format(
                group=clean(operation.name, 60), names=clean(enumerated(others[:6]), 200)
            ),
            remedy=_(
                "Remove them first if they are not needed, or use Disconnect in the console, which keeps all "
                "data."
            ),
        )


def _new_records(changed: Iterable[Changed]) -> Iterator[_Record]:
    """The node records that did not exist before: stored, and without settings from before."""
    for plan in changed:
        fresh = {
            _record(operation.target, operation.portal, operation.iface)
            for operation in plan.planned
            if isinstance(operation, SetRecordValues) and not operation.previous
        }
        for operation in plan.done:
            if isinstance(operation, AddNodeRecord):
                yield _record(operation.target, operation.portal, operation.iface)
            elif isinstance(operation, StoreDiscovered):
                yield from (
                    record
                    for key in operation.records
                    for iface in operation.ifaces
                    if (record := _record(key.target, key.portal, iface)) in fresh
                )


def _record(target: str, portal: Portal, iface: str) -> _Record:
    return target, portal.address, portal.port, iface
