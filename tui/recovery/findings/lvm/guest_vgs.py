"""F21: this host has volumes active on a disk that is a virtual machine's: both may write to them."""

from collections.abc import Iterator

from msgspec.structs import replace

from tui.recovery.evidence import Evidence
from tui.recovery.facts import GuestDisk
from tui.recovery.finding import Finding, Fix, Never, RuledOut, Seen
from tui.recovery.findings.repair_plans import group_rung, identity, mounts_above, places, repair
from tui.storage.devices.identity import luns_below
from tui.storage.model.block import BlockDevice, BlockKind
from tui.storage.model.inventory import Inventory
from tui.storage.model.lvm import VolumeGroup
from tui.storage.operations.lvm.activation import deactivation
from tui.storage.operations.lvm.devices_file import RemoveFromDevicesFile
from tui.storage.operations.operation import Operation
from tui.storage.problem import Problem
from tui.storage.stacks.rung import RungKind
from tui.storage.untrusted import clean
from tui.words import translate as _

CODE = "F21.guest-group"


def guest_vgs(evidence: Evidence) -> Iterator[Finding]:
    """A finding for each group of which volumes are active on a LUN that a guest has open."""
    inventory = evidence.inventory
    told: set[str] = set()
    for guest in evidence.guests:
        device = _device(inventory, guest.path)
        if device is None or not luns_below(inventory, device):
            continue
        volumes = [
            higher for higher in inventory.above(device.name) if higher.kind is BlockKind.LOGICAL_VOLUME
        ]
        active = [
            volume
            for volume in inventory.logical_volumes
            if volume.active and any(known.name == volume.device for known in volumes)
        ]
        for group in inventory.volume_groups:
            if group_rung(group) not in told and any(group.owns(volume) for volume in active):
                told.add(group_rung(group))
                yield _finding(evidence, guest, device, group)


def _device(inventory: Inventory, path: str) -> BlockDevice | None:
    """The device that a path in /proc/PID/fd means."""
    return next(
        (
            device
            for device in inventory.devices
            if path in (device.path, f"/dev/{device.name}", *device.links)
        ),
        None,
    )


def _finding(evidence: Evidence, guest: GuestDisk, device: BlockDevice, group: VolumeGroup) -> Finding:
    inventory = evidence.inventory
    name = clean(group.name, 60)
    machine = _("{name} (process {pid})").format(name=clean(guest.name, 30), pid=guest.pid)
    active = [volume for volume in inventory.volumes_of(group) if volume.active]
    mounts = mounts_above(inventory, (volume.device for volume in active if volume.device))
    return Finding(
        CODE,
        _("Volumes of {group} are active here, and a virtual machine has their disk open: {machine}.").format(
            group=name, machine=machine
        ),
        _("Both may write to them without knowing of each other; and the disk cannot be removed.")
        if not mounts
        else _(
            "They are mounted here, at {places}, while the guest may have them mounted too: writing from "
            "both destroys the file system."
        ).format(places=places(mounts)),
        RungKind.VOLUME_GROUP,
        (group_rung(group),),
        device.name,
        seen=(
            Seen(f"/proc/{guest.pid}/fd", (clean(guest.path),)),
            Seen(
                "lvs",
                tuple(f"{name}/{clean(volume.name)}: {clean(volume.attributes)}" for volume in active[:6]),
            ),
        ),
        ruled_out=(
            RuledOut(
                _("a VG of this host with a guest on one of its volumes"),
                _("The guest has the whole disk open, not a volume on it."),
            ),
        ),
        fixes=tuple(_fixes(evidence, device, group, places(mounts))),
        never=(
            Never(
                _("vgrename, vgimportclone or any other change of the VG from here"),
                _("The guest does not see it, and writes its own state over it."),
            ),
            Never(
                _("A filter that rejects everything (r|.*|)"),
                _("This host's own VGs are gone with it at the next boot."),
            ),
        ),
    )


def _fixes(evidence: Evidence, device: BlockDevice, group: VolumeGroup, mounted: str) -> Iterator[Fix]:
    name = clean(group.name, 60)
    title = _("Deactivate {group} on this host").format(group=name)
    why = _("Nothing is written to it; the guest keeps using it.")
    steps: list[Operation] = [deactivation(evidence.inventory, group)]
    if evidence.devices_file and device.content == "LVM2_member":
        steps.append(RemoveFromDevicesFile(identity(evidence, device)))
        why = _("Nothing is written to it; the guest keeps using it. LVM here no longer scans it.")
    proposal = repair(title, why, *steps)
    yield Fix(
        title,
        why,
        replace(proposal, refusal=_mounted(name, mounted) if mounted else None),
        confirm=(_("Does {group} belong to the guest, and not to this host?").format(group=name),),
    )
    if not evidence.devices_file:
        kept = next(
            (link for link in sorted(device.links) if link.startswith("/dev/disk/by-id/")), device.path
        )
        yield Fix(
            _("Then hide the disk from LVM"),
            _("Otherwise the volumes are active again after the next boot or login."),
            by_hand=(
                _('in /etc/lvm/lvm.conf, first in devices/global_filter: "r|^{path}$|"').format(
                    path=clean(kept, 120)
                ),
                f"pvs {clean(device.path, 60)}",
            ),
        )


def _mounted(group: str, mounted: str) -> Problem:
    return Problem(
        "group.mounted",
        _("Volumes of {group} are mounted at {places}.").format(group=group, places=mounted),
        cause=_("It is not known which data is newer, this host's or the guest's."),
        remedy=_("Find out first; then shut the guest down, or unmount here, and check the file system."),
    )
