"""/etc/fstab: what is mounted at boot (fstab(5))."""

import re
from collections.abc import Iterable

from msgspec.structs import replace

from tui.storage.host.interface import Host
from tui.storage.model.files import FstabEntry, Mount
from tui.storage.probe.devices.places import DevicePlaces
from tui.storage.probe.mounts.escapes import escape, unescape
from tui.storage.probe.reading import text, whole_number

FSTAB = "/etc/fstab"

_FIELD = re.compile(r"[^ \t]+")


def parse_fstab(content: str) -> tuple[FstabEntry, ...]:
    """Every entry, in order; comments, blank and broken lines are passed over. Never raises."""
    return tuple(
        entry
        for number, line in enumerate(content.split("\n"), 1)
        if (entry := _entry(number, line)) is not None
    )


def _entry(number: int, line: str) -> FstabEntry | None:
    fields = _FIELD.findall(line.rstrip("\r"))
    if len(fields) < 3 or fields[0].startswith("#"):
        return None
    frequency, pass_number = (whole_number(field) or 0 for field in (*fields[4:6], "0", "0")[:2])
    return FstabEntry(
        line=number,
        spec=unescape(fields[0]),
        mount_point=unescape(fields[1]),
        kind=unescape(fields[2]),
        options=tuple(unescape(option) for option in "".join(fields[3:4]).split(",") if option),
        frequency=frequency,
        pass_number=pass_number,
    )


def normalised(path: str) -> str:
    """The path without doubled or closing slashes, as the kernel shows a mount point.

    What is no absolute path stays as it is.
    """
    return "/" + "/".join(part for part in path.split("/") if part) if path.startswith("/") else path


def print_entry(entry: FstabEntry) -> str:
    """The line, without its end, that `parse_fstab` reads back as the same entry."""
    fields = (entry.spec, entry.mount_point, entry.kind, ",".join(entry.options) or "defaults")
    return " ".join((*(escape(field) for field in fields), str(entry.frequency), str(entry.pass_number)))


def read_fstab(host: Host, places: DevicePlaces, mounts: Iterable[Mount] = ()) -> tuple[FstabEntry, ...]:
    """The entries with the devices they mean today, and mount points as the kernel shows them.

    Of several devices with the UUID or label of an entry it is the one that is mounted at its mount point.
    """
    mounted: dict[str, list[str]] = {}
    for mount in mounts:
        mounted.setdefault(mount.target, []).append(mount.device)
    entries = parse_fstab(text(host, FSTAB))
    devices = [_device(host, places, entry, mounted) for entry in entries]
    return tuple(
        replace(
            entry,
            device=device,
            mount_point=normalised(entry.mount_point),
            place=_place(host, entry, mounted),
        )
        for entry, device in zip(entries, devices, strict=True)
    )


_BLOCK_SPEC = re.compile(r"(?:UUID|LABEL|PARTUUID|PARTLABEL)=|/dev/")


def _place(host: Host, entry: FstabEntry, mounted: dict[str, list[str]]) -> str:
    """Where symbolic links lead to, or empty; nothing is looked up below another mount, which may hang."""
    mount_point = normalised(entry.mount_point)
    if not mount_point.startswith("/") or _BLOCK_SPEC.match(entry.spec) is None:
        return ""
    if any(target != "/" and f"{mount_point}/".startswith(f"{target}/") for target in mounted):
        return ""
    place = host.resolve(mount_point)
    return place if place != mount_point else ""


def _device(host: Host, places: DevicePlaces, entry: FstabEntry, mounted: dict[str, list[str]]) -> str:
    there = mounted.get(normalised(entry.mount_point), [])
    own = [device for device in places.carriers(entry.spec) if device in there]
    return own[0] if own else places.of_spec(host, entry.spec)
