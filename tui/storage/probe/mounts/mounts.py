"""What is mounted and what is swapped to, from the kernel's tables (proc(5))."""

from functools import lru_cache

from msgspec import Struct
from msgspec.structs import replace

from tui.storage.host.interface import Host
from tui.storage.model.files import Mount, Swap
from tui.storage.probe.devices.places import DevicePlaces
from tui.storage.probe.mounts.escapes import unescape
from tui.storage.probe.mounts.several_devices import with_all_devices
from tui.storage.probe.reading import text, whole_number

MOUNTINFO = "/proc/self/mountinfo"
SWAPS = "/proc/swaps"


class MountLine(Struct, frozen=True):
    """A line of mountinfo.

    Attributes:
        number: `MAJOR:MINOR` of its file system, 0:N where it has no device.
        mount: the mount.
        identifier: number of the mount.
        parent: number of the mount it is mounted on.
        shared: its peer group, within which mounts and unmounts spread (mount_namespaces(7)), or 0.
        master: the peer group it follows, or 0.
    """

    number: str
    mount: Mount
    identifier: int = 0
    parent: int = 0
    shared: int = 0
    master: int = 0


@lru_cache(maxsize=2)
def parse_mountinfo(content: str) -> tuple[MountLine, ...]:
    """Every line of mountinfo, in the kernel's order; broken lines are passed over. Never raises.

    The same text comes at nearly every look.
    """
    return tuple(line for raw in content.split("\n") if (line := _mount_line(raw)) is not None)


def _mount_line(raw: str) -> MountLine | None:
    before, separator, after = raw.partition(" - ")
    fields, rest = before.split(" "), after.split(" ")
    if not separator or len(fields) < 6 or len(rest) < 3:
        return None
    options = dict.fromkeys(f"{fields[5]},{rest[2]}".split(","))
    tags = fields[6:]
    return MountLine(
        fields[2],
        Mount(
            source=unescape(rest[1]),
            device="",
            target=unescape(fields[4]),
            kind=rest[0],
            options=tuple(unescape(option) for option in options if option),
            root=unescape(fields[3]),
        ),
        identifier=whole_number(fields[0]) or 0,
        parent=whole_number(fields[1]) or 0,
        shared=_group(tags, "shared:"),
        master=_group(tags, "master:"),
    )


def _group(tags: list[str], name: str) -> int:
    for tag in tags:
        if tag.startswith(name):
            return whole_number(tag.removeprefix(name)) or 0
    return 0


def read_mounts(host: Host, places: DevicePlaces, silent: frozenset[str]) -> tuple[Mount, ...]:
    """The mounts that stand on block devices, with how full they are where asking cannot hang.

    Args:
        host: the machine.
        places: its block devices.
        silent: kernel names of devices that do not answer: their file systems are not asked.
    """
    lines = parse_mountinfo(text(host, MOUNTINFO))
    mounts = with_all_devices(host, [_placed(host, line, places) for line in lines], places)
    topmost = {line.mount.target: index for index, line in enumerate(lines)}
    dead = tuple(mount.target for mount in mounts if mount is not None and silent.intersection(mount.devices))
    return tuple(
        _with_usage(host, mount)
        if topmost[mount.target] == index and mount.device and not _is_within(mount.target, dead)
        else mount
        for index, mount in enumerate(mounts)
        if mount is not None
    )


def _placed(host: Host, line: MountLine, places: DevicePlaces) -> Mount | None:
    """The mount with its device; None when it stands on none.

    btrfs shows an anonymous number, so its source is looked up; so do others that span several devices.
    """
    device = places.by_number(line.number)
    source = line.mount.source
    if not device and source.startswith("/dev/"):
        device = places.at(host, source)
    elif not device:
        return None
    return replace(line.mount, device=device)


def _is_within(target: str, dead: tuple[str, ...]) -> bool:
    return any(target == place or target.startswith(f"{place.rstrip('/')}/") for place in dead)


def _with_usage(host: Host, mount: Mount) -> Mount:
    usage = host.usage(mount.target)
    if usage is None:
        return mount
    return replace(mount, size=usage.size, used=usage.used, available=usage.available)


def parse_swaps(content: str) -> tuple[Swap, ...]:
    """Every line of /proc/swaps below its heading; the kernel counts in KiB. Never raises."""
    swaps: list[Swap] = []
    for line in content.split("\n")[1:]:
        fields = line.split()
        size, used = (whole_number(field) for field in fields[2:4]) if len(fields) >= 4 else (None, None)
        if size is not None and used is not None:
            priority = whole_number(fields[4]) if len(fields) > 4 else None
            swaps.append(
                Swap(
                    unescape(fields[0]),
                    "",
                    size * 1024,
                    used * 1024,
                    -1 if priority is None else priority,
                )
            )
    return tuple(swaps)


def read_swaps(host: Host, places: DevicePlaces, mounts: tuple[Mount, ...]) -> tuple[Swap, ...]:
    """The swap areas with their devices; for a swap file that is the device of its file system."""
    return tuple(
        replace(swap, device=places.at(host, swap.path) or _device_of_file(swap.path, mounts))
        for swap in parse_swaps(text(host, SWAPS))
    )


def _device_of_file(path: str, mounts: tuple[Mount, ...]) -> str:
    if path.startswith("/dev/"):
        return ""
    holding = [mount for mount in mounts if _is_within(path, (mount.target,))]
    return max(holding, key=lambda mount: len(mount.target)).device if holding else ""
