"""F15, one layer up: two volumes carry file systems with one UUID, as a clone leaves them."""

import uuid
from collections.abc import Iterator

from tui.recovery.evidence import Evidence
from tui.recovery.finding import Finding, Fix, Never, RuledOut, Seen, Weight
from tui.recovery.findings.repair_plans import repair, rung_on
from tui.storage.devices.identity import luns_below
from tui.storage.files.filesystem_kind import FilesystemKind
from tui.storage.model.block import BlockDevice, BlockKind
from tui.storage.model.inventory import Inventory
from tui.storage.model.lvm import VolumeKind
from tui.storage.operations.filesystem.check_filesystem import RepairFilesystem
from tui.storage.operations.filesystem.new_uuid import GiveFilesystemNewUuid
from tui.storage.operations.filesystem.replay_log import ReplayLog
from tui.storage.operations.operation import Operation
from tui.storage.stacks.rung import RungKind
from tui.storage.untrusted import clean
from tui.words import enumerated, translate as _

CODE = "F15.same-filesystem-uuid"

_KINDS = (FilesystemKind.EXT4.value, FilesystemKind.XFS.value)


def duplicate_uuids(evidence: Evidence) -> Iterator[Finding]:
    """A finding for each UUID that several volumes on LUNs carry; snapshots of LVM share it by nature."""
    inventory = evidence.inventory
    by_uuid: dict[str, list[BlockDevice]] = {}
    for device in inventory.devices:
        own = device.kind is BlockKind.LOGICAL_VOLUME and not _is_snapshot_or_origin(inventory, device)
        if own and device.content in _KINDS and device.content_uuid and luns_below(inventory, device):
            by_uuid.setdefault(device.content_uuid, []).append(device)
    for found, devices in by_uuid.items():
        if len(devices) > 1:
            yield _finding(evidence, found, devices)


def new_uuid(old: str, device: str) -> str:
    """Another UUID for a file system: the same at every look, so that a plan does not change by itself."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{device}/{old}"))


def _is_snapshot_or_origin(inventory: Inventory, device: BlockDevice) -> bool:
    volume = next((lv for lv in inventory.logical_volumes if lv.device == device.name), None)
    # Without LVM's word for what it is (its disks do not answer) nobody can tell a clone from a snapshot.
    if volume is None or volume.kind is VolumeKind.UNKNOWN:
        return True
    group = inventory.group_of(volume)
    siblings = inventory.volumes_of(group) if group is not None else ()
    return bool(volume.origin) or any(lv.origin == volume.name for lv in siblings)


def _finding(evidence: Evidence, found: str, devices: list[BlockDevice]) -> Finding:
    inventory = evidence.inventory
    paths = clean(enumerated(device.path for device in devices), 160)
    refused = [
        line
        for device in devices
        for line in evidence.kernel_about(f"device:{device.name}")
        if "duplicate UUID" in line.text
    ]
    return Finding(
        CODE,
        _("{paths} have file systems with the same UUID.").format(paths=paths),
        _(
            "fstab and the boot may mount the wrong one, and XFS refuses to mount one beside the other. "
            "One of them is a clone."
        ),
        RungKind.FILESYSTEM,
        tuple(f"filesystem:{key}" for device in devices if (key := rung_on(evidence.stacks, device.name))),
        devices[0].name,
        seen=(
            Seen(
                "blkid",
                tuple(clean(f"{device.path}: UUID={found} TYPE={device.content}") for device in devices),
            ),
            *((Seen(_("the kernel's log"), tuple(line.text for line in refused[-4:])),) if refused else ()),
        ),
        ruled_out=(
            RuledOut(
                _("an LVM snapshot and its origin"), _("None of these volumes is a snapshot of another.")
            ),
            RuledOut(
                _("one LUN reached over several paths"), _("They are volumes of different VGs or names.")
            ),
        ),
        fixes=tuple(_fix(inventory, device) for device in devices if not inventory.mounts_of(device.name))
        or (
            Fix(
                _("Unmount the clone first"),
                _("Both are mounted; the clone can get another UUID once it is unmounted."),
                by_hand=tuple(f"umount {clean(device.path)}" for device in devices),
            ),
        ),
        never=(
            Never(
                _("Give the original another UUID"),
                _("fstab and anything else that refers to it by UUID would no longer find it."),
            ),
            Never(
                _("Mount with nouuid permanently"),
                _("fstab may still mount the wrong one at the next boot."),
            ),
        ),
        weight=Weight.CAUSE if refused else Weight.RISK,
    )


def _fix(inventory: Inventory, device: BlockDevice) -> Fix:
    volume = next(lv for lv in inventory.logical_volumes if lv.device == device.name)
    path, kind = volume.path or device.path, FilesystemKind(device.content)
    fresh = new_uuid(device.content_uuid, volume.uuid)
    before: Operation = (
        ReplayLog(path, kind, device.content_uuid, twin=True)
        if kind is FilesystemKind.XFS
        else RepairFilesystem(path, kind, device.content_uuid)
    )
    title = _("Give {path} a new file system UUID").format(path=clean(path, 80))
    why = _("It is checked first, or its log is replayed; then only its UUID changes.")
    change = GiveFilesystemNewUuid(path, kind, device.content_uuid, fresh)
    return Fix(
        title,
        why,
        repair(title, why, before, change),
        confirm=(_("Is {path} the clone, and not the original?").format(path=clean(path, 80)),),
    )
