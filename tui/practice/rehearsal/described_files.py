"""The configuration of a description: iSCSI, multipath, LVM's devices file, fstab, crypttab, mount units."""

import re
from collections.abc import Callable, Iterator
from functools import partial

from tui.practice.rehearsal import lines
from tui.practice.rehearsal.description import (
    CrypttabLine,
    Disk,
    File,
    Folder,
    FstabLine,
    MountUnit,
    Service,
)
from tui.practice.rehearsal.lines import Kept
from tui.practice.rehearsal.seen import SeenHost
from tui.storage.host.interface import FileKind
from tui.storage.host.recording import without_secrets
from tui.storage.model.files import CrypttabEntry, FstabEntry
from tui.storage.probe.iscsi.database import locate_database
from tui.storage.probe.reading import names, text
from tui.words import translate as _

_UNITS = "/etc/systemd/system"
_OWN_KINDS = frozenset({"ext2", "ext3", "ext4", "xfs", "btrfs", "vfat", "swap", "auto", "none"})
_MOST_FILES = 1000
_MOST_LINES = 20
"""Lines of one file that are named as left out."""


def describe_files(seen: SeenHost, disks: tuple[Disk, ...]) -> tuple[File, ...]:
    """The files that the storage of a host is configured by, with stand-in WWIDs where the twin has such."""
    found: list[File] = []
    for path, keep in _wanted(seen):
        content = text(seen.host, path)
        if not content:
            continue
        kept = keep(without_secrets(content))
        for line in kept.left_out[:_MOST_LINES]:
            seen.differs(path, _("A line is left out: {line}").format(line=line))
        mode = 0o600 if path.startswith("/etc/iscsi/") else 0o644
        found += seen.all_allowed(path, [partial(File, path, with_made_wwids(kept.text, disks), mode)])
    return tuple(found)


def _wanted(seen: SeenHost) -> Iterator[tuple[str, Callable[[str], Kept]]]:
    host = seen.host
    root = locate_database(host, seen.inventory.distribution).root
    yield "/etc/iscsi/iscsid.conf", lines.settings
    for record in seen.inventory.node_records[:_MOST_FILES]:
        if record.path.startswith(f"{root}/nodes/"):
            yield record.path, lines.settings
    for interface in seen.inventory.interfaces[:_MOST_FILES]:
        yield f"{root}/ifaces/{interface.name}", lines.settings
    for discovery in seen.inventory.discovery_records[:_MOST_FILES]:
        portal = f"{discovery.portal.address},{discovery.portal.port}"
        yield f"{root}/send_targets/{portal}/st_config", lines.settings
    yield "/etc/multipath.conf", lines.multipath_conf
    for name in names(host, "/etc/multipath/conf.d"):
        if name.endswith(".conf"):
            yield f"/etc/multipath/conf.d/{name}", lines.multipath_conf
    yield "/etc/multipath/bindings", lines.bindings
    yield "/etc/multipath/wwids", lines.wwids
    yield "/etc/lvm/devices/system.devices", lines.devices_file


def with_made_wwids(content: str, disks: tuple[Disk, ...]) -> str:
    """A text with the twin's WWIDs where LIO cannot have the host's, as sysfs, udev, multipath write them."""
    for disk in disks:
        kind, _dot, digits = disk.wwid.partition(".")
        if disk.can_be_same or kind not in ("naa", "eui"):
            continue
        made = disk.made_wwid.removeprefix("naa.")
        number = {"naa": "3", "eui": "2"}[kind]
        for old, new in (
            (disk.wwid, disk.made_wwid),
            (f"wwn-0x{digits}", f"wwn-0x{made}"),
            (f"{number}{digits}", f"3{made}"),
        ):
            content = re.sub(rf"(?<![0-9A-Za-z]){re.escape(old)}(?![0-9A-Fa-f])", new, content)
    return content


def describe_fstab(seen: SeenHost, disks: tuple[Disk, ...]) -> tuple[FstabLine, ...]:
    """The lines of fstab about LUNs, and about storage that is not there."""
    found: list[FstabLine] = []
    for entry in seen.inventory.fstab:
        if _is_elsewhere(seen, entry):
            continue
        make = partial(
            FstabLine,
            with_made_wwids(entry.spec, disks),
            entry.mount_point,
            entry.kind,
            entry.options,
            entry.frequency,
            entry.pass_number,
        )
        found += seen.all_allowed(f"fstab {entry.line}", [make])
    return tuple(found)


def _is_elsewhere(seen: SeenHost, entry: FstabEntry) -> bool:
    """Whether a line is about the host's own disks, a network file system, or a kernel's own."""
    name = f"fstab {entry.line}"
    if entry.device:
        if not seen.is_on_luns(entry.device):
            seen.differs(
                name,
                _("It is about a disk of the host's own, which the twin has not: {point}").format(
                    point=entry.mount_point
                ),
            )
            return True
        return False
    if entry.kind not in _OWN_KINDS:
        seen.differs(name, _("It is about a file system of another kind: {kind}").format(kind=entry.kind))
        return True
    return entry.mount_point == "/"


def describe_crypttab(seen: SeenHost, disks: tuple[Disk, ...]) -> tuple[CrypttabLine, ...]:
    """The lines of crypttab about LUNs, and about devices that are not there."""
    found: list[CrypttabLine] = []
    for entry in seen.inventory.crypttab:
        if entry.device and not seen.is_on_luns(entry.device):
            continue
        found += seen.all_allowed(f"crypttab {entry.line}", [partial(_crypttab, seen, entry, disks)])
    return tuple(found)


def _crypttab(seen: SeenHost, entry: CrypttabEntry, disks: tuple[Disk, ...]) -> CrypttabLine:
    options = tuple(option for option in entry.options if not option.startswith("keyscript="))
    if len(options) < len(entry.options):
        seen.differs(f"crypttab {entry.line}", _("Its key script is left out."))
    return CrypttabLine(entry.name, with_made_wwids(entry.spec, disks), entry.key_file or None, options)


def describe_mount_units(seen: SeenHost, disks: tuple[Disk, ...]) -> tuple[MountUnit, ...]:
    """The mount units that the administrator wrote."""
    there = names(seen.host, _UNITS)
    wanted = {
        name
        for folder in there
        if folder.endswith(".wants")
        for name in names(seen.host, f"{_UNITS}/{folder}")
    }
    found: list[MountUnit] = []
    for name in (name for name in there if name.endswith(".mount")):
        content = with_made_wwids(text(seen.host, f"{_UNITS}/{name}"), disks)
        said = dict(line.strip().partition("=")[::2] for line in content.split("\n") if "=" in line)
        what, where, kind = (said.get(key, "") for key in ("What", "Where", "Type"))
        if not what or (kind or "auto") not in _OWN_KINDS:
            # A masked unit is a link to nothing, and others mount what the kernel makes up.
            continue
        options = tuple(option for option in said.get("Options", "").split(",") if option)
        found += seen.all_allowed(
            name, [partial(MountUnit, name, what, where, kind, options, name in wanted)]
        )
    return tuple(found)


def describe_services(seen: SeenHost) -> tuple[Service, ...]:
    """The services of iSCSI, multipath and LVM that are installed."""
    there = [service for service in seen.inventory.services if service.installed]
    return seen.all_allowed(
        _("a service"),
        [
            partial(
                Service, service.unit, service.active == "active", service.enabled in {"enabled", "alias"}
            )
            for service in there
        ],
    )


def describe_folders(seen: SeenHost) -> tuple[Folder, ...]:
    """The mount points of LUNs; what is below a mount that does not answer is not looked at."""
    mounts = seen.inventory.mounts
    waiting = {device.name for device in seen.inventory.devices if not device.answers}
    silent = [mount.target for mount in mounts if waiting & set(mount.devices)]
    points = dict.fromkeys(
        (
            *(mount.target for mount in mounts if mount.device and seen.is_on_luns(mount.device)),
            *(
                entry.mount_point
                for entry in seen.inventory.fstab
                if not entry.device or seen.is_on_luns(entry.device)
            ),
        )
    )
    found: list[Folder] = []
    for point in points:
        if not point.startswith("/") or any(
            f"{point}/".startswith(f"{place.rstrip('/')}/") for place in silent
        ):
            continue
        facts = seen.host.facts(point)
        if facts is not None and facts.kind is FileKind.FOLDER:
            found += seen.all_allowed(point, [partial(Folder, point, facts.mode, facts.uid, facts.gid)])
    return tuple(found)
