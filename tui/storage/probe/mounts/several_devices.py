"""The further devices of a mounted file system: mountinfo and sysfs name one, and it may stand on several."""

from collections.abc import Iterable, Iterator

from msgspec.structs import replace

from tui.storage.host.interface import Host
from tui.storage.model.files import Mount
from tui.storage.probe.devices.places import DevicePlaces
from tui.storage.probe.reading import names, word

_BTRFS = "/sys/fs/btrfs"
_JOURNALS = "/proc/fs/jbd2"
_LONGEST_NAME = 15
"""Characters of a thread's name that the kernel keeps (TASK_COMM_LEN)."""


def with_all_devices(host: Host, mounts: Iterable[Mount | None], places: DevicePlaces) -> list[Mount | None]:
    """The same mounts, each with the other devices that its file system stands on; places without one stay.

    Read from files alone: no disk is touched. A device of a btrfs that is missing is not named by the kernel.
    """
    found = tuple(mounts)
    kinds = {mount.kind for mount in found if mount is not None}
    groups = tuple(_btrfs_groups(host)) if "btrfs" in kinds else ()
    journals = _external_journals(host, places) if kinds & {"ext3", "ext4"} else {}
    whole: list[Mount | None] = []
    for mount in found:
        if mount is None or not mount.device:
            whole.append(mount)
            continue
        others: Iterable[str] = ()
        if mount.kind == "btrfs":
            others = next((group for group in groups if mount.device in group), ())
        elif mount.kind == "xfs":
            others = _xfs_devices(host, mount, places)
        elif journals and mount.kind in {"ext3", "ext4"}:
            others = _journal_of(host, mount, journals)
        whole.append(replace(mount, others=tuple(name for name in others if name != mount.device)))
    return whole


def _btrfs_groups(host: Host) -> Iterator[tuple[str, ...]]:
    """Kernel names of the devices of each mounted btrfs (btrfs(5), /sys/fs/btrfs/FSID/devices)."""
    for fsid in names(host, _BTRFS):
        group = names(host, f"{_BTRFS}/{fsid}/devices")
        if len(group) > 1:
            yield group


def _xfs_devices(host: Host, mount: Mount, places: DevicePlaces) -> Iterator[str]:
    """The log and realtime devices, which the kernel shows among the options (xfs(5))."""
    for option in mount.options:
        key, _equals, path = option.partition("=")
        if key in {"logdev", "rtdev"} and (name := places.at(host, path)):
            yield name


def _external_journals(host: Host, places: DevicePlaces) -> dict[str, str]:
    """Devices that are journals in use, by the name of the thread that writes them.

    An internal journal is named by its device and inode, `sda-8`, an external one by its device alone
    (jbd2_journal_init_dev in the kernel's fs/jbd2/journal.c).
    """
    found = (name for name in names(host, _JOURNALS) if places.at(host, f"/dev/{name}"))
    return {f"jbd2/{name}"[:_LONGEST_NAME]: name for name in found}


def _journal_of(host: Host, mount: Mount, journals: dict[str, str]) -> tuple[str, ...]:
    thread = word(host, f"/sys/fs/ext4/{mount.device}/journal_task")
    journal = journals.get(word(host, f"/proc/{thread}/comm")) if thread.isdigit() else None
    return (journal,) if journal is not None else ()
