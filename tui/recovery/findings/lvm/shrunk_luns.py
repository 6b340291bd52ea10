"""F27: LUNs that are smaller than the PV on them."""

import re
from collections.abc import Iterator

from tui.recovery.evidence import Evidence
from tui.recovery.finding import Finding, Fix, Never, RuledOut, Seen
from tui.recovery.findings.evidence_text import kernel_seen, place_of
from tui.recovery.findings.repair_plans import mounts_above, repair, unmounting
from tui.recovery.findings.requests_to_admins import storage_administrator
from tui.storage.devices.identity import luns_below
from tui.storage.model.block import BlockDevice
from tui.storage.model.inventory import Inventory
from tui.storage.model.iscsi import Lun
from tui.storage.model.lvm import PhysicalVolume
from tui.storage.operations.lvm.activation import deactivation
from tui.storage.size import size_words
from tui.storage.stacks.rung import RungKind
from tui.storage.untrusted import clean
from tui.words import translate as _

_SMALLER = re.compile(r"has size of \d+ sectors which is smaller than corresponding PV size")


def is_short(evidence: Evidence, lun: Lun) -> bool:
    """Whether the size that the kernel knows of a LUN is not enough for what is on it.

    That is a PV, or, where LVM cannot read it because of that, a map that needs more than is below it.
    """
    inventory = evidence.inventory
    if any(
        device.size < volume.size and lun in luns_below(inventory, device)
        for volume in inventory.physical_volumes
        if (device := inventory.device(volume.device)) is not None
    ):
        return True
    joined = inventory.map_over(lun.disk)
    names = (lun.disk, joined.device) if joined is not None else (lun.disk,)
    direct = (upper for upper in inventory.devices if not set(names).isdisjoint(upper.slaves))
    return any(_needs_more(inventory, upper) for upper in direct)


def _needs_more(inventory: Inventory, upper: BlockDevice) -> bool:
    """Whether a map right on disks is larger than they are: paths of a LUN each, others together."""
    sizes = [device.size for name in upper.slaves if (device := inventory.device(name)) is not None]
    if not upper.map_name or len(sizes) < len(upper.slaves) or not sizes:
        return False
    joined = any(known.device == upper.name for known in inventory.multipath_maps)
    return upper.size > (max(sizes) if joined else sum(sizes))


def shrunk_luns(evidence: Evidence) -> Iterator[Finding]:
    """F27: a disk is smaller than what LVM has on it, or than this host believes."""
    inventory = evidence.inventory
    live = {identity.disk: identity.live_size for identity in evidence.identities if identity.live_size}
    for volume in inventory.physical_volumes:
        device = inventory.device(volume.device)
        if device is None or not device.answers or volume.missing or not volume.size:
            continue
        below = luns_below(inventory, device)
        now = min((size for lun in below if (size := live.get(lun.disk)) is not None), default=device.size)
        if 0 < now < volume.size:
            yield _shrunk(evidence, volume, device, below, now)


def _stop_using(evidence: Evidence, volume: PhysicalVolume, device: BlockDevice) -> Iterator[Fix]:
    """Unmount and deactivate what stands on a disk, where something does."""
    inventory = evidence.inventory
    group = inventory.group_of(volume)
    if group is None or not any(lv.active for lv in inventory.volumes_of(group)):
        return
    title = _("Stop using {group}").format(group=clean(group.name, 60))
    why = _("Every write can hit the missing end. Unmount and deactivate, and do nothing else.")
    devices = (lv.device for lv in inventory.volumes_of(group) if lv.device)
    mounts = mounts_above(inventory, (device.name, *devices))
    steps = (*unmounting(inventory, mounts), deactivation(inventory, group))
    yield Fix(
        title,
        why,
        repair(
            title,
            why,
            *steps,
            notes=(
                _("Unwritten data that belongs beyond the end is lost when it is unmounted."),
                _("Processes with open files there must close them first."),
            ),
            yes=_("Stop using it"),
        ),
    )


def _shrunk(
    evidence: Evidence, volume: PhysicalVolume, device: BlockDevice, below: tuple[Lun, ...], now: int
) -> Finding:
    warnings = tuple(line for line in evidence.inventory.lvm.warnings if _SMALLER.search(line))
    places = [
        _("Target and portal: {place}; LUN {number}, WWID {wwid}").format(
            place=place_of(session), number=lun.number, wwid=clean(lun.wwid)
        )
        for lun in below
        if (session := evidence.inventory.session(lun.sid)) is not None
    ]
    needed = max(volume.device_size, volume.size + 1024 * 1024)
    return Finding(
        "F27.disk-shrunk",
        _("{disk} has {now} bytes, and the PV on it needs {needed}.").format(
            disk=clean(volume.path, 60), now=now, needed=volume.size
        ),
        _(
            "The LUN was shrunk, or replaced by a smaller copy. Data beyond its end cannot be read; "
            "often it is still on the storage and can be read again once the LUN has its old size."
        ),
        RungKind.PHYSICAL_VOLUME,
        (f"pv:{volume.uuid}",),
        device.name,
        seen=(
            Seen(
                _("sizes in bytes"),
                (
                    f"{clean(device.name)}: {device.size}",
                    *([_("read now: {size}").format(size=now)] if now != device.size else []),
                    f"PV {clean(volume.path, 60)}: {volume.size}",
                ),
            ),
            *([Seen("lvm", warnings)] if warnings else []),
            *kernel_seen(line for line in evidence.kernel_about(*(f"device:{lun.disk}" for lun in below))),
        ),
        ruled_out=(
            RuledOut(
                _("a LUN that grew"),
                _("It is smaller than the volume on it by {size}.").format(
                    size=size_words(volume.size - now)
                ),
            ),
        ),
        fixes=(
            *_stop_using(evidence, volume, device),
            Fix(
                _("Have the LUN restored to its old size"),
                _("Growing it back does not touch its data."),
                ask=storage_administrator(
                    evidence,
                    _("A LUN of ours is smaller than the PV on it: {now} bytes instead of {needed}.").format(
                        now=now, needed=needed
                    ),
                    _(
                        "Was the volume shrunk or replaced by a smaller copy? Please give it at least "
                        "{needed} bytes again, without re-creating it, and keep a snapshot of it as it "
                        "is now."
                    ).format(needed=needed),
                    places,
                ),
                confirm=(_("Is it the same volume, and not a smaller copy?"),),
            ),
        ),
        never=(Never(_("pvresize, or fsck, first"), _("Both discard the data beyond the end for good.")),),
    )
