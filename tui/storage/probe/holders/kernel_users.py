"""What of the kernel itself holds a file system or a disk: swap, loop devices, exports, further mounts."""

from collections.abc import Iterator

from tui.storage.host.interface import Host
from tui.storage.model.block import BlockKind
from tui.storage.model.inventory import Inventory
from tui.storage.model.users import KernelHold, KernelUser
from tui.storage.probe.holders.backstores import read_backstores
from tui.storage.probe.holders.cgroup import parse_cgroup
from tui.storage.probe.mounts.escapes import unescape
from tui.storage.probe.mounts.mount_tables import MountTable
from tui.storage.probe.mounts.mounts import MountLine
from tui.storage.probe.reading import names, text, word
from tui.words import enumerated

_EXPORTS = ("/proc/fs/nfsd/exports", "/var/lib/nfs/etab")
"""What the kernel's NFS server exports, and what it is configured to (exports(5)); the same lines."""

_HOLDERS = {
    BlockKind.CRYPT: KernelHold.MAP,
    BlockKind.OTHER_MAP: KernelHold.MAP,
    BlockKind.RAID: KernelHold.RAID,
}


def read_kernel_users(
    host: Host, inventory: Inventory, devices: tuple[str, ...], tables: tuple[MountTable, ...]
) -> tuple[KernelUser, ...]:
    """The kernel's own users of some devices.

    Args:
        host: the machine.
        inventory: what was read of it.
        devices: kernel names.
        tables: every mount table found, the program's own among them.
    """
    own = next((table for table in tables if table.own), MountTable(()))
    found = [
        *_swaps(inventory, devices),
        *_loops(host, inventory, devices, own),
        *_backstores(host, inventory, devices, own),
        *_exports(host, own),
        *_further_mounts(own),
        *_elsewhere(host, tables, own),
        *_holders(inventory, devices),
    ]
    return tuple(dict.fromkeys(found))


def _swaps(inventory: Inventory, devices: tuple[str, ...]) -> Iterator[KernelUser]:
    for swap in inventory.swaps:
        if swap.device in devices:
            yield KernelUser(KernelHold.SWAP, swap.path, swap.device)


def _loops(
    host: Host, inventory: Inventory, devices: tuple[str, ...], own: MountTable
) -> Iterator[KernelUser]:
    for name in names(host, "/sys/class/block"):
        if not name.startswith("loop"):
            continue
        backing = word(host, f"/sys/class/block/{name}/loop/backing_file").removesuffix(" (deleted)")
        if not backing:
            continue
        behind = inventory.device_at(backing)
        device = behind.name if behind is not None else own.device_of(backing)
        if device in devices:
            mounts = enumerated(mount.target for mount in inventory.mounts_of(name))
            yield KernelUser(KernelHold.LOOP, f"/dev/{name}", device, mounts or backing)


def _backstores(
    host: Host, inventory: Inventory, devices: tuple[str, ...], own: MountTable
) -> Iterator[KernelUser]:
    for backstore in read_backstores(host):
        path = backstore.path
        behind = inventory.device_at(path) or inventory.device_at(host.resolve(path))
        device = behind.name if behind is not None else own.device_of(path)
        if device in devices:
            yield KernelUser(KernelHold.BACKSTORE, backstore.name, device, path)


def _exports(host: Host, own: MountTable) -> Iterator[KernelUser]:
    for path in _EXPORTS:
        for line in text(host, path).split("\n"):
            folder, _blank, clients = line.strip().replace("\t", " ").partition(" ")
            if not folder.startswith("/"):
                continue
            exported = unescape(folder)
            if device := own.device_of(exported):
                yield KernelUser(
                    KernelHold.NFS_EXPORT, exported, device, clients.strip().partition("(")[0].strip()
                )


def _further_mounts(own: MountTable) -> Iterator[KernelUser]:
    """Parts mounted again, and everything else that is mounted below or waits to mount it again."""
    for line in own.lines:
        device = own.held.get(line.identifier)
        if device is not None:
            if line.mount.root != "/" and line.mount.kind != "btrfs":
                yield KernelUser(KernelHold.BIND, line.mount.target, device, line.mount.root, follows=True)
            continue
        lower = own.held.get(line.parent)
        if lower is not None:
            yield KernelUser(KernelHold.BELOW, line.mount.target, lower, line.mount.kind)
    held = {line.mount.target: own.held[line.identifier] for line in own.lines if line.identifier in own.held}
    for line in own.lines:
        if line.mount.kind == "autofs" and line.mount.target in held:
            yield KernelUser(
                KernelHold.AUTOMOUNT, line.mount.target, held[line.mount.target], line.mount.source
            )


def _elsewhere(host: Host, tables: tuple[MountTable, ...], own: MountTable) -> Iterator[KernelUser]:
    groups = _groups_above(own)
    followers = _followers(tables)
    for table in tables:
        if table.own:
            continue
        by_number = {line.identifier: line for line in table.lines}
        for line in table.lines:
            device = table.held.get(line.identifier)
            if device is None:
                continue
            parent = by_number.get(line.parent)
            spread = groups.get(device, frozenset())
            unit, container = parse_cgroup(text(host, f"/proc/{table.process}/cgroup"))
            yield KernelUser(
                KernelHold.NAMESPACE,
                line.mount.target,
                device,
                str(table.process),
                parent is not None and _follows(parent, spread, followers),
                unit,
                container,
            )


def _groups_above(own: MountTable) -> dict[str, frozenset[int]]:
    """The peer groups of what a device's mounts are mounted on: an unmount spreads along these."""
    by_number = {line.identifier: line for line in own.lines}
    found: dict[str, frozenset[int]] = {}
    for line in own.lines:
        device = own.held.get(line.identifier)
        parent = by_number.get(line.parent)
        if device is not None and parent is not None and parent.shared:
            found[device] = found.get(device, frozenset()) | {parent.shared}
    return found


def _followers(tables: tuple[MountTable, ...]) -> dict[int, int]:
    """Which peer group follows which: a group that is shared and has a master passes on what it gets."""
    lines = (line for table in tables for line in table.lines)
    return {line.shared: line.master for line in lines if line.shared and line.master}


def _follows(parent: MountLine, spread: frozenset[int], followers: dict[int, int]) -> bool:
    if parent.shared in spread:
        return True
    group, seen = parent.master, {0}
    while group not in seen:
        if group in spread:
            return True
        seen.add(group)
        group = followers.get(group, 0)
    return False


def _holders(inventory: Inventory, devices: tuple[str, ...]) -> Iterator[KernelUser]:
    """The maps and arrays on some devices; what is one of these itself goes with them."""
    for name in devices:
        device = inventory.device(name)
        for holder in device.holders if device is not None else ():
            upper = inventory.device(holder)
            if upper is not None and upper.kind in _HOLDERS and upper.name not in devices:
                yield KernelUser(_HOLDERS[upper.kind], upper.path, name, upper.kind.value)
