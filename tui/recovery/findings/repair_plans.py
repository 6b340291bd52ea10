"""Plans of repair made of operations: copies first, then users let go; mounted again at the end."""

import time
from collections.abc import Iterable

from tui.maintenance.disconnect_back import lasting_path, primary, unmounting_of, way_back_of_mount
from tui.maintenance.proposal import Proposal, way_back_of
from tui.recovery.evidence import Evidence
from tui.storage.changing.plan import Plan
from tui.storage.devices.identity import DeviceIdentity, identity_of, luns_below
from tui.storage.files.filesystem_kind import FilesystemKind
from tui.storage.model.block import BlockDevice
from tui.storage.model.files import Mount
from tui.storage.model.inventory import Inventory
from tui.storage.model.iscsi import SessionState
from tui.storage.model.lvm import VolumeGroup
from tui.storage.operations.filesystem.check_filesystem import CheckFilesystem, RepairFilesystem
from tui.storage.operations.filesystem.flush import SyncFilesystem
from tui.storage.operations.filesystem.replay_log import ReplayLog
from tui.storage.operations.mounts.release import WaitUntilUnused
from tui.storage.operations.operation import Operation
from tui.storage.operations.repair_copies import CopyBeforeRepair
from tui.storage.problem import Problem
from tui.storage.stacks.stack import Stack
from tui.storage.stacks.volume_rungs import group_key
from tui.storage.untrusted import clean
from tui.words import enumerated, translate as _


def repair(
    title: str, why: str, *operations: Operation, notes: tuple[str, ...] = (), yes: str = ""
) -> Proposal:
    """A plan as it is put before a person."""
    plan = Plan(title, operations)
    return Proposal(plan, why, notes, yes=yes or _("Repair"), way_back=way_back_of(plan))


def silent_disk(evidence: Evidence, device: BlockDevice) -> Problem | None:
    """Why a volume cannot be repaired now: its disk does not answer, so it could not be mounted again."""
    inventory = evidence.inventory
    lost = [
        session
        for lun in luns_below(inventory, device)
        if (session := inventory.session(lun.sid)) is not None and session.state is not SessionState.LOGGED_IN
    ]
    if device.answers and not (lost and len(lost) == len(luns_below(inventory, device))):
        return None
    states = enumerated(
        _("session {sid}: {name}").format(sid=session.sid, name=session.state.value) for session in lost
    )
    return Problem(
        "recovery.disk-silent",
        _("The disk below {path} does not answer now.").format(path=clean(device.path, 80)),
        states,
        _("Repair the session or the disk first. This plan could unmount it, and then not mount it again."),
    )


def protected_disk(evidence: Evidence, devices: Iterable[BlockDevice]) -> Problem | None:
    """Why nothing on some devices can be activated or repaired: a LUN below them is write-protected."""
    below = (lun for device in devices for lun in luns_below(evidence.inventory, device))
    found = next((lun for lun in below if lun.read_only), None)
    if found is None:
        return None
    return Problem(
        "recovery.write-protected",
        _("/dev/{disk} is write-protected.").format(disk=clean(found.disk)),
        _("The target refuses every write to this LUN."),
        _("Ask the storage administrator first."),
    )


def keep(
    evidence: Evidence, groups: tuple[str, ...] = (), devices: Iterable[BlockDevice] = ()
) -> CopyBeforeRepair:
    """The step that keeps copies, in a folder named by the time of the look and what is kept."""
    when = time.strftime("%Y-%m-%d-%H%M%S", time.localtime(evidence.now))
    identities = tuple(dict.fromkeys(identity_of(evidence.inventory, device) for device in devices))
    names = (*groups, *(kept.path.rpartition("/")[2] for kept in identities))
    return CopyBeforeRepair("-".join((when, *names)), groups, identities)


def identity(evidence: Evidence, device: BlockDevice) -> DeviceIdentity:
    """A device as it was seen."""
    return identity_of(evidence.inventory, device)


def disks_of(inventory: Inventory, group: VolumeGroup) -> tuple[BlockDevice, ...]:
    """The devices of a group's physical volumes that are there and answer."""
    found = (inventory.device(pv.device) for pv in inventory.members_of(group) if pv.device)
    return tuple(device for device in found if device is not None and device.answers)


def mounts_above(inventory: Inventory, devices: Iterable[str]) -> tuple[Mount, ...]:
    """What is mounted from devices or from what stands on them, in the order it was mounted."""
    names = {
        upper for name in devices for upper in (name, *(device.name for device in inventory.above(name)))
    }
    return tuple(mount for mount in inventory.mounts if mount.device in names)


def unmounting(
    inventory: Inventory, mounts: tuple[Mount, ...], *, sync: bool = False
) -> tuple[Operation, ...]:
    """Wait until nobody uses them, and unmount the last one first.

    Args:
        inventory: the host.
        mounts: in the order they were mounted.
        sync: write out before what is in memory; not where the disk below cannot take it.
    """
    if not mounts:
        return ()
    paths = dict.fromkeys(lasting_path(inventory, mount.device) for mount in mounts)
    steps: list[Operation] = [WaitUntilUnused(tuple(paths))]
    for mount in reversed(mounts):
        if sync and not mount.read_only:
            steps.append(SyncFilesystem(mount.target))
        steps.append(unmounting_of(inventory, mount))
    return tuple(steps)


def mounting(inventory: Inventory, mounts: tuple[Mount, ...]) -> tuple[Operation, ...]:
    """Mount them again as they were."""
    return tuple(
        operation
        for mount in mounts
        for operation in way_back_of_mount(inventory, mount, primary(inventory, mount.device))
    )


def group_rung(group: VolumeGroup) -> str:
    """The key of a group's rung."""
    return group_key(group)


def rung_on(stacks: tuple[Stack, ...], device: str) -> str:
    """The key of the topmost rung that is about a block device itself, or empty."""
    found = [rung.key for stack in stacks for rung in stack.rungs if device and rung.device == device]
    return found[-1] if found else ""


def places(mounts: Iterable[Mount]) -> str:
    """Mount points in one line."""
    return enumerated(clean(mount.target, 60) for mount in mounts)


def checking(path: str, kind: FilesystemKind, uuid: str) -> tuple[Operation, ...]:
    """Have a file system's log replayed, and see that no damage is left; the log is never thrown away."""
    if kind is FilesystemKind.XFS:
        return (ReplayLog(path, kind, uuid), CheckFilesystem(path, kind, uuid, must_be_clean=True))
    return (CheckFilesystem(path, kind, uuid), RepairFilesystem(path, kind, uuid))
