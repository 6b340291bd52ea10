"""What is on a disk, and whether it may be used: asked of the disk itself, not of udev's memory."""

from msgspec import Struct

from tui.storage.devices.claims import claim_problem, read_claims
from tui.storage.devices.device_use import why_not_write
from tui.storage.host.interface import Host
from tui.storage.model.block import BlockDevice
from tui.storage.model.inventory import Inventory
from tui.storage.model.lvm import LogicalVolume, PhysicalVolume, VolumeGroup
from tui.storage.probe.devices.all_signatures import Probing, Signature, probe
from tui.storage.problem import Problem
from tui.storage.untrusted import clean
from tui.words import enumerated, translate as _

_FILESYSTEMS = {"ext2", "ext3", "ext4", "xfs", "btrfs"}
_CLUSTERED = {"ocfs2", "gfs2", "gfs", "VMFS", "VMFS_volume_member", "lustre", "drbd", "ceph_bluestore"}


class Contents(Struct, frozen=True):
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
        """It was read, it is zero wherever something could stand, and nobody uses it."""
        probing = self.probing
        nothing = not (self.signatures or self.partitions or self.holders or self.mounted)
        return probing.done and probing.blank is True and nothing and self.physical_volume is None

    @property
    def is_known(self) -> bool:
        """Something is on it that has a signature, or stands on it."""
        return bool(self.signatures or self.partitions or self.holders or self.physical_volume is not None)

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
            names = enumerated(clean(volume.name, 60) for volume in self.logical_volumes) or _("no volumes")
            lines.append(
                _("volume group {group}: {volumes}").format(
                    group=clean(self.volume_group.name, 60), volumes=names
                )
            )
        if self.partitions:
            lines.append(_("partitions {names}").format(names=enumerated(self.partitions)))
        lines += [_("mounted at {target}").format(target=clean(target, 60)) for target in self.mounted]
        lines += [trace.words for trace in self.probing.traces[:6]]
        if not lines:
            lines.append(_unsigned_words(self.probing))
        return tuple(lines)


def _unsigned_words(probing: Probing) -> str:
    if probing.blank:
        return _("nothing")
    if probing.blank is None:
        return _("no known signature, but it could not be sampled: it may hold data")
    return _("not recognized: no known signature, but it is not blank; it may hold data")


def contents(host: Host, inventory: Inventory, device: BlockDevice) -> Contents:
    """Look at what is on a disk. Takes up to a minute where the disk is slow; reads only.

    Args:
        host: the host.
        inventory: a whole one, taken a moment ago.
        device: the disk, or the multipath map over it.
    """
    probing = (
        probe(host, device, sample=True)
        if device.answers
        else Probing(done=False, why=_("It does not answer now."))
    )
    above = {device.name, *(upper.name for upper in inventory.above(device.name))}
    volume = next(
        (
            physical_volume
            for physical_volume in inventory.physical_volumes
            if physical_volume.device == device.name
        ),
        None,
    )
    group = _group(inventory, volume)
    refusal = why_not_write(inventory, device) or _claimed(host, inventory, device)
    refusal = refusal or _not_read(device, probing)
    refusal = refusal or _lvm_refusal(inventory, device, probing, volume)
    return Contents(
        device=device.path,
        probing=probing,
        partitions=device.partitions,
        holders=tuple(upper.path for name in device.holders if (upper := inventory.device(name)) is not None),
        mounted=tuple(mount.target for mount in inventory.mounts if above.intersection(mount.devices)),
        physical_volume=volume,
        volume_group=group,
        logical_volumes=inventory.volumes_of(group) if group is not None else (),
        refusal=refusal or _spans(inventory, volume, group),
        reuse_refusal=_reuse_refusal(inventory, device, probing, volume, group),
    )


def _claimed(host: Host, inventory: Inventory, device: BlockDevice) -> Problem | None:
    """Why nothing may be written to it though nobody is seen to use it: an exclusive open fails."""
    claims = read_claims(host, inventory, (device.name,))
    return claim_problem(claims[0]) if claims else None


def _group(inventory: Inventory, volume: PhysicalVolume | None) -> VolumeGroup | None:
    if volume is None or not volume.volume_group:
        return None
    return inventory.group_of(volume)


def _not_read(device: BlockDevice, probing: Probing) -> Problem | None:
    if probing.done:
        return None
    return Problem(
        "contents.not-read",
        _("{path} could not be read, so it is not assumed to be empty.").format(path=clean(device.path)),
        cause=probing.why,
        remedy=_("Check the session and the kernel log, then check the disk again."),
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
                path=path, kind=clean(enumerated(sorted(clustered)))
            ),
            remedy=_("Do not use it here. Ask the storage administrator for a LUN of your own."),
        )
    if "LVM2_member" in kinds and volume is None:
        return Problem(
            "contents.lvm-hidden",
            _("{path} carries an LVM PV that LVM does not list on this host.").format(path=path),
            cause=inventory.lvm.error
            or _("It may belong to another host, or LVM's devices file or filter excludes it."),
            remedy=_(
                "Check `pvs -a --foreign --shared` and `lvmdevices`. It is not changed until that is clear."
            ),
        )
    group = _group(inventory, volume)
    if volume is None or group is None:
        return _unknown_group(volume, path)
    name = clean(group.name, 60)
    if group.foreign or volume.foreign:
        return Problem(
            "contents.foreign",
            _("{path} belongs to the VG {group} of the host {owner}.").format(
                path=path, group=name, owner=clean(group.system_id, 60) or "?"
            ),
            cause=_("That host may be using it now."),
            remedy=_("Do not use it, or let its owner release it first (vgchange --systemid)."),
        )
    if group.shared:
        return Problem(
            "contents.shared",
            _("{path} belongs to the VG {group}, which several hosts share.").format(path=path, group=name),
            cause=_("Changes to it go through a lock manager (lvmlockd), which this program does not use."),
            remedy=_("Use the cluster's own tools."),
        )
    if group.exported or volume.exported:
        return Problem(
            "contents.exported",
            _("{path} belongs to the VG {group}, which was exported.").format(path=path, group=name),
            cause=_("It was exported on purpose, to attach it to another host."),
            remedy=_("If this is that host, run `vgimport {group}` first.").format(group=name),
        )
    if volume.duplicate:
        return Problem(
            "contents.duplicate",
            _("LVM finds the same PV on {path} and on another device.").format(path=path),
            cause=_("Multipath does not manage its paths, or one of the disks is a clone or a snapshot."),
            remedy=_(
                "Compare the WWIDs: one LUN with several paths needs multipath, a clone "
                "needs `vgimportclone`."
            ),
        )
    return None


def _unknown_group(volume: PhysicalVolume | None, path: str) -> Problem | None:
    if volume is None or not volume.volume_group:
        return None
    return Problem(
        "contents.group-unknown",
        _("{path} belongs to the VG {group}, which LVM does not list.").format(
            path=path, group=clean(volume.volume_group, 60)
        ),
        remedy=_("Check `vgs --foreign --shared`. It is not changed until that is clear."),
    )


def _spans(inventory: Inventory, volume: PhysicalVolume | None, group: VolumeGroup | None) -> Problem | None:
    if volume is None or group is None:
        return None
    others = [member for member in inventory.members_of(group) if member.uuid != volume.uuid]
    if not others and not group.missing_volumes:
        return None
    return Problem(
        "contents.group-spans",
        _("{path} is one of several PVs of the VG {group}.").format(
            path=clean(volume.path), group=clean(group.name, 60)
        ),
        cause=_("Erasing it alone would destroy volumes that are partly on the others."),
        remedy=_("Use the VG as it is, or remove the disk from it with `pvmove` and `vgreduce`."),
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
        _("The VG {group} is incomplete: {count} of its PVs are missing.").format(
            group=clean(group.name, 60), count=group.missing_volumes
        ),
        remedy=_("Log in to the missing LUNs, then check again."),
    )
