"""What a person disconnected with this program: it is not there because somebody wants that."""

from msgspec import Struct

from tui.maintenance.reconnect import Disconnected
from tui.recovery.evidence import Evidence
from tui.storage.model.iscsi import NodeRecord
from tui.storage.operations.arrays.md import AssembleArray
from tui.storage.operations.crypt.luks import OpenLuks
from tui.storage.operations.iscsi.sessions import LogIn
from tui.storage.operations.lvm.activation import ActivateLogicalVolume, ActivateVolumeGroup
from tui.storage.operations.mounts.bind_mount import BindMount
from tui.storage.operations.mounts.mount import MountFilesystem
from tui.storage.operations.mounts.swap import SwapOn
from tui.storage.operations.operation import Operation
from tui.storage.operations.services.prerequisites import StartService


class Wished(Struct, frozen=True):
    """The operations that reconnect it, of every note."""

    operations: tuple[Operation, ...]

    def logged_out(self, record: NodeRecord) -> bool:
        """Whether the session of a record was ended."""
        return any(
            isinstance(known, LogIn)
            and (known.target, known.iface) == (record.target, record.iface)
            and known.portal.is_same_place(record.portal)
            for known in self.operations
        )

    def unmounted(self, mount_point: str) -> bool:
        """Whether a place was unmounted."""
        return any(
            isinstance(known, MountFilesystem | BindMount) and known.mount_point == mount_point
            for known in self.operations
        )

    def swapped_off(self, *paths: str, is_gone: bool = False) -> bool:
        """Whether swap space was disabled, by any of its names.

        A note has one name of it; of swap space whose device is gone with it (`is_gone`) the others are not
        known, so any that was disabled may be this one.
        """
        return any(
            isinstance(known, SwapOn) and (is_gone or known.path in paths) for known in self.operations
        )

    def deactivated(self, group: str, volume: str) -> bool:
        """Whether a volume, or its whole group, was deactivated."""
        return any(
            (isinstance(known, ActivateVolumeGroup) and known.name == group)
            or (
                isinstance(known, ActivateLogicalVolume)
                and (known.volume_group, known.name) == (group, volume)
            )
            for known in self.operations
        )

    def closed(self, name: str) -> bool:
        """Whether an encrypted device was closed."""
        return any(isinstance(known, OpenLuks) and known.name == name for known in self.operations)

    def stopped_array(self, uuid: str) -> bool:
        """Whether an array of md was stopped."""
        return any(isinstance(known, AssembleArray) and known.uuid == uuid for known in self.operations)

    def stopped(self, unit: str) -> bool:
        """Whether a unit was stopped."""
        return any(isinstance(known, StartService) and known.unit == unit for known in self.operations)


def wished(evidence: Evidence) -> Wished:
    """What the notes about what was disconnected say."""
    return of_notes(evidence.away)


def of_notes(notes: tuple[Disconnected, ...]) -> Wished:
    """The same of notes as they were read; one that cannot be read says nothing."""
    return Wished(
        tuple(operation for note in notes if note.back is not None for operation in note.back.operations)
    )
