"""What is on a disk, and whether it may be used: asked of the disk itself, not of udev's memory."""

from dataclasses import dataclass

from tui.storage.devices.device_use import why_not_write
from tui.storage.host.interface import Host
from tui.storage.model.block import BlockDevice
from tui.storage.model.inventory import Inventory
from tui.storage.model.lvm import LogicalVolume, PhysicalVolume, VolumeGroup
from tui.storage.probe.devices.all_signatures import Probing, Signature, probe
from tui.storage.problem import Problem
from tui.storage.untrusted import clean
from tui.words import translate as _

_FILESYSTEMS = {"ext2", "ext3", "ext4", "xfs", "btrfs"}
_CLUSTERED = {"ocfs2", "gfs2", "gfs", "VMFS", "VMFS_volume_member", "lustre", "drbd", "ceph_bluestore"}


@dataclass(frozen=True, slots=True)
class Contents:
    """What is on a disk.

    Attributes:
        device: its path.
        probing: what the disk itself says.
        partitions: kernel names.
        holders: paths of what stands on it and is active.
        mounted: where it, or what stands on it, is mounted.
        physical_volume: what LVM says of it, or None.
        volume_group: the group it belongs to, or None.
        logical_volumes: those of the group.
        refusal: why nothing may be written to it (a new volume, or erasing), or None.
        reuse_refusal: why what is on it cannot be used as it is, or None; it may also be that nothing is.
    """

    device: str
    probing: Probing
    partitions: tuple[str, ...] = ()
    holders: tuple[str, ...] = ()
    mounted: tuple[str, ...] = ()
    physical_volume: PhysicalVolume | None = None
    volume_group: VolumeGroup | None = None
    logical_volumes: tuple[LogicalVolume, ...] = ()
    refusal: Problem | None = None
    reuse_refusal: Problem | None = None

    @property
    def signatures(self) -> tuple[Signature, ...]:
        """Every signature found."""
        return self.probing.signatures

    @property
    def empty(self) -> bool:
        """It was read, nothing known is on it, its beginning is blank, and nobody uses it."""
        probing = self.probing
        nothing = not (self.signatures or self.partitions or self.holders or self.mounted)
        return probing.done and probing.blank is True and nothing and self.physical_volume is None

    @property
    def filesystem(self) -> str:
        """The kind of file system directly on it, or empty."""
        kinds = {signature.kind for signature in self.signatures}
        return kinds.pop() if len(kinds) == 1 and kinds <= _FILESYSTEMS else ""

    @property
    def reusable(self) -> bool:
        """It carries a volume that can be used as it is: a group of this host, or a file system."""
        return self.reuse_refusal is None and (self.volume_group is not None or bool(self.filesystem))

    @property
    def words(self) -> tuple[str, ...]:
        """What is on it, a line each."""
        if not self.probing.done:
            return (self.probing.why or _("It could not be read."),)
        lines = [signature.words for signature in self.signatures]
        if self.volume_group is not None:
            names = ", ".join(clean(volume.name, 60) for volume in self.logical_volumes) or _("no volumes")
            lines.append(
                _("volume group {group}: {volumes}").format(
                    group=clean(self.volume_group.name, 60), volumes=names
                )
            )
        if self.partitions:
            lines.append(_("partitions {names}").format(names=", ".join(self.partitions)))
        lines += [_("mounted at {target}").format(target=clean(target, 60)) for target in self.mounted]
        if not lines:
            lines.append(
                _("nothing")
                if self.probing.blank
                else _("no signature that is known, but its beginning is not blank: it may hold data")
            )
        return tuple(lines)


def contents(host: Host, inventory: Inventory, device: BlockDevice) -> Contents:
    """Look at what is on a disk. Takes up to a minute where the disk is slow; reads only.

    Args:
        host: the host.
        inventory: a whole one, taken a moment ago.
        device: the disk, or the multipath map over it.
    """
    probing = probe(host, device) if device.answers else Probing(done=False, why=_("It does not answer now."))
    above = {device.name, *(upper.name for upper in inventory.above(device.name))}
    volume = next((one for one in inventory.physical_volumes if one.device == device.name), None)
    group = _group(inventory, volume)
    refusal = why_not_write(inventory, device) or _not_read(device, probing)
    refusal = refusal or _lvm_refusal(inventory, device, probing, volume)
    return Contents(
        device=device.path,
        probing=probing,
        partitions=device.partitions,
        holders=tuple(upper.path for name in device.holders if (upper := inventory.device(name)) is not None),
        mounted=tuple(mount.target for mount in inventory.mounts if mount.device in above),
        physical_volume=volume,
        volume_group=group,
        logical_volumes=tuple(
            one for one in inventory.logical_volumes if group is not None and one.volume_group == group.name
        ),
        refusal=refusal or _spans(inventory, volume, group),
        reuse_refusal=_reuse_refusal(inventory, device, probing, volume, group),
    )


def _group(inventory: Inventory, volume: PhysicalVolume | None) -> VolumeGroup | None:
    if volume is None or not volume.volume_group:
        return None
    return next((group for group in inventory.volume_groups if group.name == volume.volume_group), None)


def _not_read(device: BlockDevice, probing: Probing) -> Problem | None:
    if probing.done:
        return None
    return Problem(
        "contents.not-read",
        _("What is on {path} could not be read, so it is not called empty.").format(path=clean(device.path)),
        cause=probing.why,
        remedy=_("Look at the session and at the kernel's messages, then look at the disk again."),
    )


def _lvm_refusal(
    inventory: Inventory, device: BlockDevice, probing: Probing, volume: PhysicalVolume | None
) -> Problem | None:
    """Why LVM forbids to write to it, or to use it: it belongs to somebody else, or nobody can tell."""
    path = clean(device.path)
    kinds = {signature.kind for signature in probing.signatures}
    clustered = kinds & _CLUSTERED
    if clustered:
        return Problem(
            "contents.cluster",
            _("{path} carries {kind}, which several hosts use at once.").format(
                path=path, kind=clean(", ".join(sorted(clustered)))
            ),
            remedy=_("Leave it to those hosts. Ask the storage administrator for a LUN of your own."),
        )
    if "LVM2_member" in kinds and volume is None:
        return Problem(
            "contents.lvm-hidden",
            _("{path} carries an LVM physical volume that LVM does not show on this host.").format(path=path),
            cause=inventory.lvm.error
            or _("It may belong to another host, or LVM's devices file or filter leaves it out."),
            remedy=_(
                "Look with `pvs -a --foreign --shared` and `lvmdevices`. It is not touched until that is"
                " clear."
            ),
        )
    group = _group(inventory, volume)
    if volume is None or group is None:
        return _unknown_group(volume, path)
    name = clean(group.name, 60)
    if group.foreign or volume.foreign:
        return Problem(
            "contents.foreign",
            _("{path} belongs to the volume group {group} of the host {owner}.").format(
                path=path, group=name, owner=clean(group.system_id, 60) or "?"
            ),
            cause=_("That host may be using it at this moment."),
            remedy=_("Leave it alone, or let its owner give it up first (vgchange --systemid)."),
        )
    if group.shared:
        return Problem(
            "contents.shared",
            _("{path} belongs to the volume group {group}, which several hosts share.").format(
                path=path, group=name
            ),
            cause=_("Its changes are agreed upon by a lock manager (lvmlockd), which this program is not."),
            remedy=_("Leave it to the cluster's own tools."),
        )
    if group.exported or volume.exported:
        return Problem(
            "contents.exported",
            _("{path} belongs to the volume group {group}, which was exported to be moved.").format(
                path=path, group=name
            ),
            cause=_("Somebody took it out of use on purpose, to attach it to another host."),
            remedy=_("If this is that host, run `vgimport {group}` first.").format(group=name),
        )
    if volume.duplicate:
        return Problem(
            "contents.duplicate",
            _("LVM sees the physical volume on {path} twice.").format(path=path),
            cause=_("Multipath does not join its paths, or one of the disks is a clone or a snapshot."),
            remedy=_("Compare the WWIDs: one LUN needs multipath, a clone needs `vgimportclone`."),
        )
    return None


def _unknown_group(volume: PhysicalVolume | None, path: str) -> Problem | None:
    if volume is None or not volume.volume_group:
        return None
    return Problem(
        "contents.group-unknown",
        _("{path} belongs to the volume group {group}, of which LVM tells nothing.").format(
            path=path, group=clean(volume.volume_group, 60)
        ),
        remedy=_("Look with `vgs --foreign --shared`. It is not touched until that is clear."),
    )


def _spans(inventory: Inventory, volume: PhysicalVolume | None, group: VolumeGroup | None) -> Problem | None:
    if volume is None or group is None:
        return None
    others = [
        one
        for one in inventory.physical_volumes
        if one.volume_group == group.name and one.uuid != volume.uuid
    ]
    if not others and not group.missing_volumes:
        return None
    return Problem(
        "contents.group-spans",
        _("{path} is one of several disks of the volume group {group}.").format(
            path=clean(volume.path), group=clean(group.name, 60)
        ),
        cause=_("Erasing it alone would break volumes that lie partly on the others."),
        remedy=_("Use the group as it is, or take the disk out of it with `pvmove` and `vgreduce`."),
    )


def _reuse_refusal(
    inventory: Inventory,
    device: BlockDevice,
    probing: Probing,
    volume: PhysicalVolume | None,
    group: VolumeGroup | None,
) -> Problem | None:
    """Why what is on it cannot be used as it is. Being held or mounted is no reason."""
    refusal = why_not_write(inventory, device)
    tolerable = {"device.mounted", "device.held"}
    if refusal is not None and refusal.code not in tolerable:
        return refusal
    refusal = _not_read(device, probing) or _lvm_refusal(inventory, device, probing, volume)
    if refusal is not None or group is None or not (group.missing_volumes or group.partial):
        return refusal
    return Problem(
        "contents.group-partial",
        _("The volume group {group} is not complete: {count} of its disks are missing.").format(
            group=clean(group.name, 60), count=group.missing_volumes
        ),
        remedy=_("Log in to the LUNs that are missing, then look again."),
    )
