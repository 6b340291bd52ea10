"""Disks that carry a physical volume which LVM does not show.

F08: they are in multipath's list. F20: not in LVM's devices file. F42: a filter passes over them.
"""

from collections.abc import Iterator

from tui.recovery.evidence import Evidence
from tui.recovery.finding import Finding, Fix, Never, RuledOut, Seen, Weight
from tui.recovery.findings.evidence_text import listed
from tui.recovery.findings.lvm.awaited_vgs import (
    awaited_groups,
    is_waited_for,
)
from tui.recovery.findings.repair_plans import identity, repair, rung_on
from tui.storage.lvm.filters import rejects
from tui.storage.model.block import BlockDevice, BlockKind
from tui.storage.model.inventory import Inventory
from tui.storage.model.iscsi import Lun
from tui.storage.operations.lvm.activation import ActivateVolumeGroup
from tui.storage.operations.lvm.devices_file import AddToDevicesFile
from tui.storage.operations.lvm.metadata import outdated_paths
from tui.storage.operations.multipath.forget_wwid import WWIDS, ForgetWwid
from tui.storage.operations.operation import Operation
from tui.storage.stacks.rung import RungKind
from tui.storage.untrusted import clean
from tui.words import translate as _

LISTED = "F08.single-path-listed"
DEVICES_FILE = "F20.devices-file"
FILTER = "F42.filter"

_LASTING = ("/dev/disk/by-id/scsi-", "/dev/disk/by-id/wwn-")
"""How links begin that udev makes of the WWID of a disk, whatever is on it."""


def ignored_pvs(evidence: Evidence) -> Iterator[Finding]:
    """A finding for what LVM passes over on LUNs: each disk by itself, those of the devices file by group.

    A guard of LVM that keeps this host off a disk which nothing of it misses does what it is there for.
    """
    inventory = evidence.inventory
    if not inventory.lvm.asked or inventory.lvm.left_out:
        return
    shown = {volume.device for volume in inventory.physical_volumes if volume.device}
    known = {volume.uuid for volume in inventory.physical_volumes if volume.device}
    outdated = set(outdated_paths(inventory.lvm.warnings))
    unlisted: dict[str, list[BlockDevice]] = {}
    for device in inventory.devices:
        if device.name in shown or device.content_uuid in known or not _is_label(inventory, device):
            continue
        if outdated & {device.path, f"/dev/{device.name}", *device.links}:
            continue
        lun = inventory.lun_on(device.name)
        if lun is not None and _is_listed(evidence, device, lun):
            if sum(path.wwid == lun.wwid and bool(path.disk) for path in inventory.luns) == 1:
                yield _listed(evidence, device, lun.wwid)
        elif device.content == "LVM2_member" and _missed(evidence, device) is not None:
            if evidence.devices_file:
                unlisted.setdefault(_group_of(evidence, device) or device.name, []).append(device)
            else:
                yield from _filtered(evidence, device)
    for devices in unlisted.values():
        yield _devices_file(evidence, tuple(devices))


def _is_label(inventory: Inventory, device: BlockDevice) -> bool:
    disks = device.slaves if device.kind is BlockKind.MULTIPATH else (device.name,)
    return (
        device.kind in (BlockKind.DISK, BlockKind.MULTIPATH)
        and device.content in ("LVM2_member", "mpath_member")
        and device.answers
        and inventory.map_over(device.name) is None
        and any(inventory.lun_on(disk) is not None for disk in disks)
    )


def _is_listed(evidence: Evidence, device: BlockDevice, lun: Lun) -> bool:
    """Whether LVM leaves a disk to multipath."""
    alone = sum(path.wwid == lun.wwid and bool(path.disk) for path in evidence.inventory.luns) == 1
    return device.multipath_member or (lun.wwid in evidence.multipath_list and alone)


def _group_of(evidence: Evidence, device: BlockDevice) -> str:
    """The group that a disk is of by LVM's latest notes, or empty where this host has none."""
    latest = {notes.group: notes for notes in reversed(evidence.notes)}
    found = (
        group
        for group, notes in latest.items()
        if any(disk.uuid == device.content_uuid for disk in notes.disks)
    )
    return next(found, "")


def _missed(evidence: Evidence, device: BlockDevice) -> Weight | None:
    """What it is that a disk is hidden: a cause where something waits for it, a risk where it was known here.

    None where nothing of this host has to do with it: then it is most likely of a guest or of another host.
    One that LVM's notes do not know may bring what fstab asks for only where no disk of those notes would.
    """
    inventory = evidence.inventory
    group = _group_of(evidence, device)
    missing = any(pv.missing and pv.uuid == device.content_uuid for pv in inventory.physical_volumes)
    if group:
        return Weight.CAUSE if missing or is_waited_for(inventory, group) else Weight.RISK
    brought = {group.name for group in inventory.volume_groups}
    brought |= {_group_of(evidence, known) for known in inventory.devices} - {""}
    return (
        Weight.CAUSE
        if missing or any(wanted not in brought for wanted in awaited_groups(inventory))
        else None
    )


def _filtered(evidence: Evidence, device: BlockDevice) -> Iterator[Finding]:
    for name in ("devices/global_filter", "devices/filter"):
        if rejects(evidence.setting(name), (f"/dev/{device.name}", device.path, *device.links)):
            yield _filter(evidence, device, name)
            return


def _base(
    evidence: Evidence,
    devices: tuple[BlockDevice, ...],
    code: str,
    *,
    because: str,
    seen: tuple[Seen, ...],
    fix: Fix,
    weight: Weight = Weight.CAUSE,
) -> Finding:
    paths = listed(device.path for device in devices)
    rung = rung_on(evidence.stacks, devices[0].name)
    return Finding(
        code,
        _("LVM ignores the PV on {path}: {because}.").format(path=paths, because=because),
        _("Its VG is missing or incomplete, although the disk and its data are there."),
        RungKind.PHYSICAL_VOLUME,
        # The disk itself is well; what LVM would make of it has no rung as long as it is hidden.
        tuple(f"pv:{device.content_uuid}" for device in devices if device.content_uuid),
        devices[0].name,
        seen=(
            *(
                Seen(
                    _("udev of {path}").format(path=clean(device.path, 60)),
                    (f"ID_FS_TYPE={clean(device.content)}",),
                )
                for device in devices
            ),
            *seen,
        ),
        ruled_out=(
            RuledOut(
                _("an overwritten PV header"), _("The PV header is there: the disk was read to check it.")
            ),
            *(
                (RuledOut(_("a disk that does not answer"), _("Its session and the disk are up.")),)
                if rung
                else ()
            ),
        ),
        fixes=(fix,),
        never=(
            Never(
                _("pvcreate on it, or wipefs"),
                _("It is not empty, only hidden; both destroy the metadata that leads to its data."),
            ),
            Never(
                _("Disable the protection for all disks (use_devicesfile=0, filter a|.*|)"),
                _("This host would then also use disks of other hosts and of guests."),
            ),
        ),
        weight=weight,
    )


def _listed(evidence: Evidence, device: BlockDevice, wwid: str) -> Finding:
    title = _("Remove this LUN from multipath's wwids file, and use its single path")
    why = _(
        "It is still in multipath's wwids file, so LVM waits for a map, which multipath does not "
        "create for a single path."
    )
    forget = ForgetWwid(wwid, device.name)
    return _base(
        evidence,
        (device,),
        LISTED,
        because=_("multipath lists it, and there is no map over it"),
        seen=(Seen(WWIDS, (clean(wwid),)),),
        fix=Fix(
            title,
            why,
            repair(title, why, forget),
            confirm=(_("Is a single path to this LUN really intended? With two, log in to both instead."),),
        ),
    )


def _devices_file(evidence: Evidence, devices: tuple[BlockDevice, ...]) -> Finding:
    paths, group = listed(device.path for device in devices), _group_of(evidence, devices[0])
    title = _("Add {path} to LVM's devices file").format(path=paths)
    why = _("LVM then sees the PV on it. Nothing is written to the disk.")
    lines = tuple(line for line in evidence.devices_file.split("\n") if line.startswith("IDTYPE="))[:6]
    moved = [line for device in devices for line in _lines_of(evidence, device)]
    steps: list[Operation] = [
        AddToDevicesFile(identity(evidence, device), moved=bool(_lines_of(evidence, device)))
        for device in devices
    ]
    if group and all(vg.name != group for vg in evidence.inventory.volume_groups):
        steps.append(ActivateVolumeGroup(group))
    return _base(
        evidence,
        devices,
        DEVICES_FILE,
        because=_("LVM's devices file lists it under the ID of another disk")
        if moved
        else _("it is not in LVM's devices file"),
        seen=(
            Seen(
                "/etc/lvm/devices",
                tuple(clean(line) for line in moved or lines) or (_("no disk is listed"),),
            ),
            *_noted(evidence, group),
        ),
        fix=Fix(
            title,
            why,
            repair(title, why, *steps),
            confirm=(
                _(
                    "Does this VG belong to this host? The devices file keeps hosts from using each "
                    "other's disks."
                ),
                *(
                    (
                        _(
                            "Was the volume moved to this LUN, and is the old LUN gone for good? A copy "
                            "must be imported as a clone instead (vgimportclone)."
                        ),
                    )
                    if moved
                    else ()
                ),
            ),
        ),
        weight=_missed(evidence, devices[0]) or Weight.RISK,
    )


def _lines_of(evidence: Evidence, device: BlockDevice) -> tuple[str, ...]:
    """The lines of the devices file for the physical volume on a disk, which name other disks (PVID)."""
    label = device.content_uuid.replace("-", "")
    lines = evidence.devices_file.split("\n") if label else ()
    return tuple(line for line in lines if f"PVID={label}" in line.split())


def _noted(evidence: Evidence, group: str) -> Iterator[Seen]:
    """That this host knows a disk as one of a group."""
    for notes in evidence.notes_of(group)[:1]:
        yield Seen(clean(notes.path), (_("it is a disk of the VG {group}").format(group=clean(group, 60)),))


def _filter(evidence: Evidence, device: BlockDevice, name: str) -> Finding:
    value = evidence.setting(name)
    kept = next((link for link in sorted(device.links) if link.startswith(_LASTING)), device.path)
    lists = clean(name.partition("/")[2])
    return _base(
        evidence,
        (device,),
        FILTER,
        because=_("{setting} in lvm.conf rejects it").format(setting=clean(name)),
        seen=(
            Seen(f"lvmconfig {clean(name)}", (clean(value),)),
            *_noted(evidence, _group_of(evidence, device)),
        ),
        weight=_missed(evidence, device) or Weight.RISK,
        fix=Fix(
            _("Make the filter accept this one disk"),
            _(
                "A filter is an administrator's own text, so it is changed by hand: put one pattern in "
                "front, and do not change the others. Where the root file system is on LVM, the "
                "initramfs has a copy and must be rebuilt. At boot LVM may scan the disk before its link "
                "exists and reject it, so make sure that the VG is activated by its name too. A devices "
                "file (lvmdevices) in place of the filter avoids this problem."
            ),
            confirm=(_("Does this VG belong to this host?"),),
            by_hand=(
                _('in /etc/lvm/lvm.conf or lvmlocal.conf, first in {setting}: "a|^{path}$|"').format(
                    setting=clean(name), path=clean(kept)
                ),
                f"pvs --config 'devices {{ {lists} = [ \"a|^{clean(kept)}$|\" ] }}'",
                _("vgchange --activate y (the VG)"),
                _('at boot, on Debian: LVMGROUPS="(the VG)" in /etc/default/open-iscsi'),
            ),
        ),
    )
