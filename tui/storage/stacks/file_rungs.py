"""The upper rungs: file systems, mounts and swap, and what fstab lists without effect."""

from tui.storage.model.block import BlockDevice, BlockKind
from tui.storage.model.files import Filesystem, FstabEntry, Mount, Swap
from tui.storage.model.inventory import Inventory
from tui.storage.size import size_words
from tui.storage.stacks.ladder import Ladder
from tui.storage.stacks.rung import Health, Rung, RungKind
from tui.storage.untrusted import clean
from tui.words import enumerated, translate as _

_AUTOMOUNT = frozenset(("x-systemd.automount", "comment=systemd.automount"))
"""Options after which systemd mounts a place when it is used (systemd.mount(5))."""


def add_file_rungs(ladder: Ladder) -> None:
    """Add what is on the devices of the ladder: file systems with their mounts, swap, and missing mounts."""
    inventory = ladder.inventory
    found = {filesystem.device: filesystem for filesystem in inventory.filesystems}
    swaps: dict[str, list[Swap]] = {}
    for swap in inventory.swaps:
        swaps.setdefault(swap.device, []).append(swap)
    asked: dict[str, list[FstabEntry]] = {}
    for entry in inventory.fstab:
        asked.setdefault(entry.device, []).append(entry)
    of_several: dict[str, str] = {}
    for name, base in tuple(ladder.on_device.items()):
        device = inventory.device(name)
        if device is None or _is_only_a_path(ladder, device):
            continue
        mounts = inventory.mounts_of(name)
        lower = base
        filesystem = found.get(name)
        if name in of_several:
            lower = of_several[name]
        elif filesystem is not None or mounts:
            first = mounts[0].device if mounts and mounts[0].device in ladder.on_device else name
            here = inventory.device(first) or device
            filesystem = found.get(first, filesystem)
            kind = filesystem.kind if filesystem is not None else mounts[0].kind
            label = filesystem.label if filesystem is not None else ""
            every = _devices_of(ladder, first, filesystem, mounts)
            lower = ladder.add(
                _filesystem(here, every, kind, label, ladder.below(member.name for member in every))
            )
            of_several |= {member.name: lower for member in every}
            for mount in mounts:
                ladder.add(_mount(mount, every, lower))
        for swap in swaps.get(name, ()):
            ladder.add(_swap(swap, device, lower))
        for entry in asked.get(name, ()):
            twins = _twins(inventory, device) if "=" in entry.spec else ()
            if (rung := _not_mounted(entry, mounts, swaps.get(name, []), lower, twins)) is not None:
                ladder.add(rung)


def _devices_of(
    ladder: Ladder, first: str, filesystem: Filesystem | None, mounts: tuple[Mount, ...]
) -> tuple[BlockDevice, ...]:
    """Every device that a file system stands on, the one it is mounted from first."""
    found = dict.fromkeys((first, *(filesystem.others if filesystem is not None else ())))
    for mount in mounts:
        found |= dict.fromkeys(mount.others)
    devices = (ladder.inventory.device(name) for name in found)
    return tuple(device for device in devices if device is not None)


def _is_only_a_path(ladder: Ladder, device: BlockDevice) -> bool:
    """Whether a disk is one path of a map, so that what udev saw on it is really on the map."""
    holders = (ladder.inventory.device(name) for name in device.holders)
    return any(holder is not None and holder.kind is BlockKind.MULTIPATH for holder in holders)


def _filesystem(
    device: BlockDevice, every: tuple[BlockDevice, ...], kind: str, label: str, lower: tuple[str, ...]
) -> Rung:
    silent = not all(member.answers for member in every)
    several = _("on {count} devices").format(count=len(every)) if len(every) > 1 else ""
    detail = (label, device.content_uuid, several)
    return Rung(
        RungKind.FILESYSTEM,
        f"filesystem:{lower[0]}",
        kind,
        detail=tuple(word for word in detail if word),
        health=Health.BAD if silent else Health.GOOD,
        reason=_("A disk below does not answer.") if silent else "",
        stands_on=lower,
        also=tuple(f"filesystem-on:{member.name}" for member in every),
    )


def _mount(mount: Mount, every: tuple[BlockDevice, ...], lower: str) -> Rung:
    health, reason = mount_health(mount, answers=all(member.answers for member in every))
    share = (
        _("{percent} % of {size} used").format(
            percent=round(100 * mount.used / mount.size), size=size_words(mount.size)
        )
        if mount.size and mount.used is not None
        else ""
    )
    return Rung(
        RungKind.MOUNT,
        f"mount:{mount.target}",
        mount.target,
        state="ro" if mount.read_only else "rw",
        detail=(share,) if share else (),
        health=health,
        reason=reason,
        stands_on=(lower,),
    )


def mount_health(mount: Mount, *, answers: bool) -> tuple[Health, str]:
    """How well a mount holds; `answers` says that the device below can be read."""
    if not answers:
        return Health.BAD, _("A disk below does not answer: reads and writes wait or fail.")
    if turned_read_only(mount):
        return Health.BAD, _("The kernel remounted it read-only after an error.")
    if mount.size is None:
        return Health.WARN, _("The usage of the file system could not be read.")
    return Health.GOOD, ""


def turned_read_only(mount: Mount) -> bool:
    """Whether a file system that was mounted writable has been made read-only since.

    The options of the mount come first and those of the file system after them (proc(5), mountinfo): `rw`
    followed by `ro` is a mount that allows writing on a file system that no longer does.
    """
    options = mount.options
    return "rw" in options and "ro" in options and options.index("rw") < options.index("ro")


def _swap(swap: Swap, device: BlockDevice, lower: str) -> Rung:
    silent = not device.answers
    return Rung(
        RungKind.SWAP,
        f"swap:{swap.path}",
        swap.path,
        state="in use",
        detail=(size_words(swap.size), _("{size} used").format(size=size_words(swap.used))),
        health=Health.BAD if silent else Health.GOOD,
        reason=_("A disk below does not answer: programs that were swapped out wait.") if silent else "",
        stands_on=(lower,),
    )


def _twins(inventory: Inventory, device: BlockDevice) -> tuple[str, ...]:
    """Paths of other devices with the UUID of a file system: snapshots and clones, which mount takes too.

    The devices of one btrfs share its UUID, and what a device stands on shows the same as itself.
    """
    if not device.content_uuid or device.content == "btrfs":
        return ()
    return tuple(
        other.path
        for other in inventory.devices
        if other.content_uuid == device.content_uuid
        and other.name != device.name
        and not other.holders
        and not other.multipath_member
    )


def _not_mounted(
    entry: FstabEntry, mounts: tuple[Mount, ...], swaps: list[Swap], lower: str, twins: tuple[str, ...]
) -> Rung | None:
    """A rung for an fstab entry that asks for something that is not so, unless it says noauto."""
    automounts = not _AUTOMOUNT.isdisjoint(entry.options)
    if entry.kind == "ignore" or ("noauto" in entry.options and not automounts):
        return None
    if entry.kind == "swap":
        if swaps:
            return None
        return Rung(
            RungKind.SWAP,
            f"swap:{entry.spec}",
            entry.spec,
            health=Health.ABSENT,
            reason=_("fstab lists it as swap space, but it is not in use."),
            stands_on=(lower,),
        )
    if any(mount.target in entry.places for mount in mounts):
        return None
    reason = _("fstab lists it, but it is not mounted.")
    if twins:
        reason = _("fstab lists it, but it is not mounted; {paths} have the same UUID or label.").format(
            paths=clean(enumerated(twins[:4]))
        )
    return Rung(
        RungKind.MOUNT,
        f"mount:{entry.mount_point}",
        entry.mount_point,
        health=Health.AS_WISHED if automounts else Health.ABSENT,
        reason=_("systemd mounts it when it is used (automount).") if automounts else reason,
        stands_on=(lower,),
    )
