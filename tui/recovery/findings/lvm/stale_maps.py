"""F07: volumes are active on disks that are gone: logged out, or taken away, under a mounted file system."""

from collections.abc import Iterable, Iterator

from msgspec.structs import replace

from tui.recovery.evidence import Evidence
from tui.recovery.finding import Finding, Fix, Never, RuledOut, Seen
from tui.recovery.findings.repair_plans import (
    checking,
    group_rung,
    mounting,
    mounts_above,
    places,
    repair,
    unmounting,
)
from tui.storage.files.filesystem_kind import FilesystemKind
from tui.storage.host.interface import Answer
from tui.storage.model.block import BlockDevice, BlockKind
from tui.storage.model.files import Mount
from tui.storage.model.inventory import Inventory
from tui.storage.model.iscsi import SessionState
from tui.storage.model.lvm import VolumeGroup
from tui.storage.operations.iscsi.sessions import LogIn
from tui.storage.operations.lvm.activation import activation
from tui.storage.operations.lvm.stale_map import RemoveStaleMap, is_stale
from tui.storage.operations.operation import Operation
from tui.storage.probe.devices.lvm import group_of_map, names_of_map
from tui.storage.probe.narrow import group_named
from tui.storage.problem import Problem
from tui.storage.stacks.rung import RungKind
from tui.storage.untrusted import clean
from tui.words import enumerated, prose, translate as _

CODE = "F07.stale-maps"

_MOST = 8


def stale_maps(evidence: Evidence) -> Iterator[Finding]:
    """One finding for all maps that stand on a disk that is gone.

    They are taken apart together: LVM is not asked to change anything while one of them is there.
    """
    inventory = evidence.inventory
    stale = [device for device in inventory.devices if is_stale(inventory, device)]
    if stale:
        yield _finding(evidence, stale)


def _groups(inventory: Inventory, devices: list[BlockDevice]) -> tuple[VolumeGroup, ...]:
    """The volume groups that the maps of volumes belong to, by the UUID in that of the map."""
    volumes = [device for device in devices if device.kind is BlockKind.LOGICAL_VOLUME]
    found: dict[str, VolumeGroup] = {}
    for volume in volumes:
        name, uuid = names_of_map(volume.map_name)[0], group_of_map(volume.map_uuid)
        known = next((group for group in inventory.volume_groups if uuid and group.uuid == uuid), None)
        group = known or group_named(inventory, name) or VolumeGroup(name, uuid)
        found.setdefault(group_rung(group), group)
    return tuple(found.values())


def _finding(evidence: Evidence, devices: list[BlockDevice]) -> Finding:
    inventory = evidence.inventory
    mounts = mounts_above(inventory, [device.name for device in devices])
    names = clean(enumerated(device.map_name for device in devices[:4]))
    groups = _groups(inventory, devices)
    back = bool(groups) and all(_is_back(inventory, group) for group in groups)
    return Finding(
        CODE,
        _("The maps {names} are on a disk that is gone.").format(names=names),
        prose(
            _("The disk is here again under another number, but the maps still point to the old one.")
            if back
            else _("I/O to them fails at once."),
            _("Still mounted, and failing: {places}. What was not written by then is lost.").format(
                places=places(mounts)
            )
            if mounts
            else _("Nothing is mounted from them."),
        ),
        RungKind.LOGICAL_VOLUME if groups else RungKind.OTHER_DEVICE,
        tuple(_rungs(evidence, devices)),
        devices[0].name,
        seen=tuple(_seen(evidence, devices, mounts)),
        ruled_out=tuple(_ruled_out(inventory)),
        fixes=tuple(_fixes(evidence, groups, devices, mounts, back=back)),
        never=(
            Never(
                _("Mount the volume a second time while the old one is still mounted"),
                _("Two mounts write to one volume without knowing of each other, and destroy it."),
            ),
            Never(
                _("dmsetup remove_all, or dmsetup remove --force"),
                _("It removes healthy maps, or fails what still waits to be written."),
            ),
            Never(
                _("umount -l"),
                _("It only hides the mount: the map stays open, and nobody can see by which process."),
            ),
        ),
    )


def _rungs(evidence: Evidence, devices: Iterable[BlockDevice]) -> Iterator[str]:
    """The rungs of the volumes themselves; where the stacks have none, none."""
    names = {device.name for device in devices}
    kinds = (RungKind.LOGICAL_VOLUME, RungKind.MULTIPATH, RungKind.CRYPT, RungKind.OTHER_DEVICE)
    for stack in evidence.stacks:
        yield from (rung.key for rung in stack.rungs if rung.device in names and rung.kind in kinds)


def _seen(evidence: Evidence, devices: list[BlockDevice], mounts: tuple[Mount, ...]) -> Iterator[Seen]:
    tables = {dm_map.name: dm_map for dm_map in evidence.maps}
    for device in devices[:_MOST]:
        lines = [_("gone: {disks}").format(disks=clean(enumerated(device.lost_slaves)) or "?")]
        table = tables.get(device.map_name)
        if table is not None:
            lines += table.table[:4]
            lines.append(f"Open count: {table.opened}")
        yield Seen(f"dmsetup table {clean(device.map_name)}", tuple(lines))
    if mounts:
        yield Seen(
            "/proc/self/mountinfo",
            tuple(clean(f"{mount.source} {mount.target} {mount.kind}") for mount in mounts[:_MOST]),
        )


def _ruled_out(inventory: Inventory) -> Iterator[RuledOut]:
    yield RuledOut(
        _("a lost session"),
        _("The kernel keeps the disks of a session that is only lost; these are removed."),
    )
    if not any(volume.duplicate for volume in inventory.physical_volumes):
        yield RuledOut(_("a clone"), _("No PV UUID is seen on two disks."))


def _is_back(inventory: Inventory, group: VolumeGroup) -> bool:
    """Whether LVM finds every disk of the group again."""
    members = inventory.members_of(group)
    return bool(members) and all(table.device and not table.missing for table in members)


def _fixes(
    evidence: Evidence,
    groups: tuple[VolumeGroup, ...],
    devices: list[BlockDevice],
    mounts: tuple[Mount, ...],
    *,
    back: bool,
) -> Iterator[Fix]:
    inventory = evidence.inventory
    logins = () if back else _logins(inventory)
    removing = tuple(RemoveStaleMap(device.map_name, device.map_uuid) for device in _from_the_top(devices))
    steps: list[Operation] = [*unmounting(inventory, mounts), *removing, *logins]
    if groups and (back or logins):
        steps += (activation(inventory, group) for group in groups)
        steps += looking_into(inventory, mounts)
        steps += mounting(inventory, mounts)
    title = (
        _("Remove the maps and activate the volumes on their disks again")
        if groups and (back or logins)
        else _("Remove the maps")
    )
    why = _(
        "Unmount, remove the maps, {login}activate what is on it, check the file systems, and mount them "
        "again. The data on the storage stays as it is."
    ).format(login=_("log in, ") if logins else "")
    confirm = (
        (
            _(
                "Is it acceptable to lose data that was not written when the disk disappeared? It cannot "
                "be saved any more."
            ),
        )
        if mounts
        else ()
    )
    proposal = replace(repair(title, why, *steps), refusal=_silent_portal(evidence, logins))
    yield Fix(title, why, proposal, confirm=confirm)


def _silent_portal(evidence: Evidence, logins: tuple[LogIn, ...]) -> Problem | None:
    """Why the maps are not taken apart now: the login that has to follow is known to fail."""
    for login in logins:
        answer = evidence.answer_of(login.portal)
        if answer is not None and answer.answer is not Answer.OPEN:
            return Problem(
                "recovery.portal-silent",
                _("The portal {portal} does not accept connections now.").format(
                    portal=clean(login.portal.label)
                ),
                _("After the maps are removed nothing could be activated and mounted again."),
                _("Repair the way to the portal first."),
            )
    return None


def looking_into(inventory: Inventory, mounts: tuple[Mount, ...]) -> tuple[Operation, ...]:
    """Have the log of each file system replayed and look into it, before it is mounted again.

    Only kinds whose tools are known to be safe; of several mounts of one volume the first counts.
    """
    steps: list[Operation] = []
    for name, mount in {mount.device: mount for mount in reversed(mounts)}.items():
        device = inventory.device(name)
        volume = next((lv for lv in inventory.logical_volumes if lv.device == name), None)
        if device is None or mount.kind not in (FilesystemKind.EXT4, FilesystemKind.XFS):
            continue
        kind, path = FilesystemKind(mount.kind), volume.path if volume and volume.path else device.path
        steps += checking(path, kind, device.content_uuid)
    return tuple(steps)


def _from_the_top(devices: list[BlockDevice]) -> list[BlockDevice]:
    """Those that others of them stand on come last."""
    names = {device.name for device in devices}
    ordered: list[BlockDevice] = []
    waiting = list(devices)
    while waiting:
        free = [
            table for table in waiting if not set(table.holders) & names & {left.name for left in waiting}
        ]
        if not free:
            return [*ordered, *waiting]
        ordered += free
        waiting = [table for table in waiting if table not in free]
    return ordered


def _logins(inventory: Inventory) -> tuple[LogIn, ...]:
    there = [session for session in inventory.sessions if session.state is SessionState.LOGGED_IN]
    return tuple(
        LogIn(record.target, record.portal, record.iface)
        for record in inventory.node_records
        if not any(session.is_by(record) for session in there)
    )
