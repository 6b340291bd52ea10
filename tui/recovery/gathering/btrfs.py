"""The devices of mounted btrfs file systems, from sysfs; no disk is read (btrfs(5), /sys/fs/btrfs)."""

from collections.abc import Iterator

from tui.recovery.facts import BtrfsDevice, BtrfsState
from tui.storage.host.interface import Host
from tui.storage.probe.reading import names, text, word

_PLACE = "/sys/fs/btrfs"
_KINDS = ("data", "metadata", "system")


def read_btrfs(host: Host) -> tuple[BtrfsState, ...]:
    """Every mounted btrfs of several devices."""
    found = (_state(host, fsid) for fsid in names(host, _PLACE) if len(fsid) == 36)
    return tuple(state for state in found if len(state.devices) > 1)


def _state(host: Host, fsid: str) -> BtrfsState:
    place = f"{_PLACE}/{fsid}"
    kernel_names = names(host, f"{place}/devices")
    gone = tuple(name for name in kernel_names if host.facts(f"/sys/class/block/{name}") is None)
    return BtrfsState(fsid, kernel_names, gone, tuple(_devices(host, place)), tuple(_profiles(host, place)))


def _devices(host: Host, place: str) -> Iterator[BtrfsDevice]:
    for number in names(host, f"{place}/devinfo"):
        lines = (line.split() for line in text(host, f"{place}/devinfo/{number}/error_stats").split("\n"))
        errors = sum(int(words[1]) for words in lines if len(words) == 2 and words[1].isdecimal())
        missing = word(host, f"{place}/devinfo/{number}/missing") == "1"
        yield BtrfsDevice(number, missing, errors)


def _profiles(host: Host, place: str) -> Iterator[str]:
    """The profiles in use, of data and metadata alike: folders below `allocation`, such as raid1."""
    found: dict[str, None] = {}
    for kind in _KINDS:
        for entry in names(host, f"{place}/allocation/{kind}"):
            if host.facts(f"{place}/allocation/{kind}/{entry}/used_bytes") is not None:
                found[entry] = None
    yield from found
