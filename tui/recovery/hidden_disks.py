"""Disks that carry a physical volume which LVM does not show.

F08: they are in multipath's list. F20: not in LVM's devices file. F42: a filter passes over them.
"""

import re
from collections.abc import Iterator

from tui.recovery.evidence import Evidence
from tui.recovery.finding import Finding, Fix, Never, RuledOut, Seen, Weight
from tui.recovery.groups import awaited_groups
from tui.recovery.repairing import identity, repair, rung_on
from tui.storage.model.block import BlockDevice, BlockKind
from tui.storage.model.inventory import Inventory
from tui.storage.operations.forget_lun import WWIDS, ForgetMultipathLun
from tui.storage.operations.lvm_devices import AdmitToLvm
from tui.storage.rung import RungKind
from tui.storage.untrusted import clean
from tui.words import translate as _

LISTED = "F08.single-path-listed"
DEVICES_FILE = "F20.devices-file"
FILTER = "F42.filter"

_LASTING = ("/dev/disk/by-id/scsi-", "/dev/disk/by-id/wwn-")
"""How links begin that udev makes of the WWID of a disk, whatever is on it."""

_PATTERN = re.compile(r'"((?:[^"\\]|\\.)*)"|([ar])(.)(.*?)\3(?=[ ,\]]|$)')


def hidden_disks(evidence: Evidence) -> Iterator[Finding]:
    """A finding for each disk of a LUN whose label LVM passes over."""
    inventory = evidence.inventory
    if not inventory.lvm.asked or inventory.lvm.left_out:
        return
    shown = {volume.device for volume in inventory.physical_volumes if volume.device}
    known = {volume.uuid for volume in inventory.physical_volumes if volume.device}
    for device in inventory.devices:
        if device.name in shown or device.content_uuid in known or not _is_label(inventory, device):
            continue
        finding = _why(evidence, device)
        if finding is not None:
            yield finding


def _is_label(inventory: Inventory, device: BlockDevice) -> bool:
    disks = device.slaves if device.kind is BlockKind.MULTIPATH else (device.name,)
    return (
        device.kind in (BlockKind.DISK, BlockKind.MULTIPATH)
        and device.content in ("LVM2_member", "mpath_member")
        and device.answers
        and inventory.map_over(device.name) is None
        and any(inventory.lun_on(disk) is not None for disk in disks)
    )


def _why(evidence: Evidence, device: BlockDevice) -> Finding | None:
    inventory = evidence.inventory
    lun = inventory.lun_on(device.name)
    same = [one for one in inventory.luns if lun is not None and one.wwid == lun.wwid and one.disk]
    if device.multipath_member or (
        lun is not None and lun.wwid in evidence.multipath_list and len(same) == 1
    ):
        return _listed(evidence, device, lun.wwid) if lun is not None and len(same) == 1 else None
    if device.content != "LVM2_member":
        return None
    if evidence.devices_file:
        return _devices_file(evidence, device)
    rejecting = [
        name
        for name in ("devices/global_filter", "devices/filter")
        if rejects(evidence.setting(name), (f"/dev/{device.name}", device.path, *device.links))
    ]
    return _filter(evidence, device, rejecting[0]) if rejecting else None


def _is_missed(evidence: Evidence, device: BlockDevice) -> bool:
    """Whether this host misses what is on a hidden disk.

    It does when LVM's notes here know the disk, or when fstab asks for something that no disk of those notes
    would bring. Any other disk may well be hidden on purpose: a virtual machine's, or another host's.
    """
    groups = {disk.uuid: notes.group for notes in evidence.notes for disk in notes.disks}
    if device.content_uuid in groups:
        return True
    brought = {groups[one.content_uuid] for one in evidence.inventory.devices if one.content_uuid in groups}
    return any(name not in brought for name in awaited_groups(evidence.inventory))


def rejects(value: str, paths: tuple[str, ...]) -> bool:
    """Whether a filter of lvm.conf(5) passes over a device: the first pattern that fits a name decides.

    A device is taken when one of its names is, and also when no pattern fits any of them.

    Args:
        value: the list as lvmconfig prints it.
        paths: every name of the device.
    """
    patterns = filter_patterns(value)
    verdicts = [
        next((accepts for accepts, pattern in patterns if pattern.search(path)), None) for path in paths
    ]
    return False in verdicts and True not in verdicts


def filter_patterns(value: str) -> list[tuple[bool, re.Pattern[str]]]:
    """The patterns of a filter: whether each accepts, and what it fits. What is no pattern is passed over."""
    found: list[tuple[bool, re.Pattern[str]]] = []
    for quoted, verdict, _sign, body in _PATTERN.findall(value):
        text = quoted or f"{verdict}|{body}|"
        if len(text) < 3 or text[0] not in "ar":
            continue
        closing = {"(": ")", "[": "]", "{": "}"}.get(text[1], text[1])
        inner = text[2 : text.rfind(closing)] if text.rfind(closing) > 1 else text[2:]
        try:
            found.append((text[0] == "a", re.compile(inner)))
        except re.error:
            continue
    return found


def _base(
    evidence: Evidence, device: BlockDevice, code: str, *, because: str, seen: tuple[Seen, ...], fix: Fix
) -> Finding:
    path = clean(device.path, 60)
    rung = rung_on(evidence.stacks, device.name)
    missed = _is_missed(evidence, device)
    return Finding(
        code,
        _("LVM passes over {path}, on which a physical volume is: {because}.").format(
            path=path, because=because
        ),
        _("The volume group on it is not there, or not whole, although the disk and its data are.")
        if missed
        else _(
            "This host misses nothing that could be on it: LVM's notes here do not know it, and fstab waits"
            " for nothing more. It may be hidden on purpose, as a virtual machine's or another host's."
        ),
        RungKind.PHYSICAL_VOLUME,
        # The disk itself is well; what LVM would make of it has no rung as long as it is hidden.
        (f"pv:{device.content_uuid}",) if device.content_uuid else (),
        device.name,
        seen=(
            Seen(_("udev of {path}").format(path=path), (f"ID_FS_TYPE={clean(device.content)}",)),
            *seen,
        ),
        ruled_out=(
            RuledOut(_("an overwritten label"), _("The label is there: the disk was read to find out.")),
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
                _("It is not empty, only hidden; both destroy the way to what is on it."),
            ),
            Never(
                _("Switch the guard off for all disks (use_devicesfile=0, filter a|.*|)"),
                _("This host would use disks of other hosts and of guests as well."),
            ),
        ),
        weight=Weight.CAUSE if missed else Weight.RISK,
    )


def _listed(evidence: Evidence, device: BlockDevice, wwid: str) -> Finding:
    title = _("Let multipath forget this LUN, and use its one path")
    why = _("It is still in multipath's list, so LVM waits for a map that is not made of a single path.")
    forget = ForgetMultipathLun(wwid, device.name)
    return _base(
        evidence,
        device,
        LISTED,
        because=_("multipath lists it, and there is no map over it"),
        seen=(Seen(WWIDS, (clean(wwid),)),),
        fix=Fix(
            title,
            why,
            repair(title, why, forget),
            confirm=(
                _("Is one path to this LUN really all that is wanted? With two, log in to both instead."),
            ),
        ),
    )


def _devices_file(evidence: Evidence, device: BlockDevice) -> Finding:
    title = _("List {path} in LVM's devices file").format(path=clean(device.path, 60))
    why = _("LVM then sees the physical volume on it. Nothing is written to the disk.")
    lines = tuple(line for line in evidence.devices_file.split("\n") if line.startswith("IDTYPE="))[:6]
    return _base(
        evidence,
        device,
        DEVICES_FILE,
        because=_("it is not in LVM's devices file"),
        seen=(Seen("/etc/lvm/devices", tuple(clean(line) for line in lines) or (_("no disk is listed"),)),),
        fix=Fix(
            title,
            why,
            repair(title, why, AdmitToLvm(identity(evidence, device))),
            confirm=(
                _("Does this volume group belong to this host? The file keeps hosts off each other's disks."),
            ),
        ),
    )


def _filter(evidence: Evidence, device: BlockDevice, name: str) -> Finding:
    value = evidence.setting(name)
    kept = next((one for one in sorted(device.links) if one.startswith(_LASTING)), device.path)
    lists = clean(name.partition("/")[2])
    return _base(
        evidence,
        device,
        FILTER,
        because=_("{setting} in lvm.conf rejects it").format(setting=clean(name)),
        seen=(Seen(f"lvmconfig {clean(name)}", (clean(value),)),),
        fix=Fix(
            _("Let the filter accept this one disk"),
            _(
                "A filter is an administrator's own text, so it is changed by hand: put one pattern in front,"
                " and leave the others as they are. Where the root file system is on LVM, the initramfs has"
                " a copy and must be made anew. At boot LVM may look at the disk before its link is there and"
                " reject it, so see that the group is activated by its name as well. A devices file"
                " (lvmdevices) in the place of the filter has no such trap."
            ),
            confirm=(_("Does this volume group belong to this host?"),),
            by_hand=(
                _('in /etc/lvm/lvm.conf or lvmlocal.conf, first in {setting}: "a|^{path}$|"').format(
                    setting=clean(name), path=clean(kept)
                ),
                f"pvs --config 'devices {{ {lists} = [ \"a|^{clean(kept)}$|\" ] }}'",
                _("vgchange --activate y (the group)"),
                _('at boot, on Debian: LVMGROUPS="(the group)" in /etc/default/open-iscsi'),
            ),
        ),
    )
