"""Arrays and their legs: md's from sysfs, those of RAID LVs from the device-mapper; no disk is touched."""

import re
from collections.abc import Iterable

from msgspec.structs import replace

from tui.storage.host.interface import Command, Host
from tui.storage.model.block import BlockDevice, BlockKind, LegState, Raid, RaidLeg
from tui.storage.probe.reading import names, whole_number, word

STATUS = Command(("dmsetup", "status", "--noflush", "--target", "raid"))

_PART = re.compile(r"_r(?:image|meta)_(\d{1,4})(?:_\w+)?$")
"""How LVM ends the names of a RAID LV's images and their metadata (lvmraid(7))."""

_MD = "/sys/class/block/{name}/md"
_OF_LETTER = {"A": LegState.IN_SYNC, "a": LegState.REBUILDING, "D": LegState.FAULTY}
"""Health characters of dm-raid (kernel documentation, dm-raid.rst)."""


def with_raids(host: Host, devices: Iterable[BlockDevice]) -> tuple[BlockDevice, ...]:
    """The devices with the legs of those that are arrays. Never raises.

    The device-mapper is asked, by one command, only where a volume stands on images.
    """
    found = {device.name: device for device in devices}
    over = {
        device.name: parts
        for device in found.values()
        if device.kind is BlockKind.LOGICAL_VOLUME and (parts := _parts(device, found))
    }
    status: dict[str, str] = {}
    if over:
        outcome = host.run(STATUS)
        lines = (line.partition(": ") for line in outcome.stdout.split("\n")) if outcome.ok else ()
        status = {name.strip(): rest for name, _colon, rest in lines}
    for name, device in found.items():
        if device.kind is BlockKind.RAID:
            found[name] = replace(device, raid=_of_md(host, name))
        elif name in over:
            found[name] = replace(device, raid=parse_status(status.get(device.map_name, ""), over[name]))
    return tuple(found.values())


def _parts(device: BlockDevice, devices: dict[str, BlockDevice]) -> dict[int, tuple[str, ...]]:
    """The images and metadata of an LV by the number of their leg; none where it is no RAID LV."""
    parts: dict[int, tuple[str, ...]] = {}
    for slave in device.slaves:
        match = _PART.search(devices[slave].map_name) if slave in devices else None
        if match is not None:
            parts[int(match[1])] = (*parts.get(int(match[1]), ()), slave)
    return parts


def parse_status(line: str, parts: dict[int, tuple[str, ...]]) -> Raid | None:
    """Read `START LENGTH raid LEVEL COUNT HEALTH SYNCED/ALL ACTION …`; None where it says something else.

    Args:
        line: of `dmsetup status`, without the name.
        parts: kernel names of each leg's devices.
    """
    words = line.split()
    if len(words) < 8 or words[2] != "raid":
        return None
    action = words[7]
    legs = tuple(
        _leg(parts.get(number, ()), _OF_LETTER.get(letter, LegState.FAULTY), action)
        for number, letter in enumerate(words[5])
        if letter != "-"
    )
    return Raid(words[3], legs, action, _percent(words[6], action))


def _leg(devices: tuple[str, ...], state: LegState, action: str) -> RaidLeg:
    """Until an array has been written once (`resync`) all of its legs say that they are not in sync."""
    if not devices:
        return RaidLeg((), LegState.MISSING, good=False)
    whole = state is LegState.IN_SYNC or (state is LegState.REBUILDING and action == "resync")
    return RaidLeg(devices, state, good=whole)


def _of_md(host: Host, name: str) -> Raid | None:
    """An array of md (kernel documentation, admin-guide/md.rst)."""
    place = _MD.format(name=name)
    level, count = word(host, f"{place}/level"), whole_number(word(host, f"{place}/raid_disks").split(" ")[0])
    if not level or count is None:
        return None
    action = word(host, f"{place}/sync_action")
    placed: dict[int, RaidLeg] = {}
    others: list[RaidLeg] = []
    for entry in names(host, place):
        if not entry.startswith("dev-"):
            continue
        states = word(host, f"{place}/{entry}/state").split(",")
        slot = whole_number(word(host, f"{place}/{entry}/slot"))
        leg = _md_leg(entry.removeprefix("dev-"), states, placed=slot is not None)
        if slot is None or leg.state is LegState.SPARE:
            others.append(leg)
        else:
            placed[slot] = leg
    faulty = [leg for leg in others if leg.state is LegState.FAULTY]
    empty = RaidLeg((), LegState.MISSING, good=False)
    legs = [placed.get(slot) or (faulty.pop(0) if faulty else empty) for slot in range(min(count, 1024))]
    spares = tuple(leg for leg in others if leg.state is LegState.SPARE)
    done = _percent(word(host, f"{place}/sync_completed").replace(" ", ""), action)
    return Raid(level, (*legs, *spares), action, done)


def _md_leg(name: str, states: list[str], *, placed: bool) -> RaidLeg:
    if "faulty" in states:
        return RaidLeg((name,), LegState.FAULTY, good=False)
    if "in_sync" in states:
        return RaidLeg((name,), LegState.IN_SYNC, good=True)
    # Without redundancy there is nothing to be in sync with, and nothing is written anew.
    state = LegState.REBUILDING if placed else LegState.SPARE
    return RaidLeg((name,), state, good=False)


def _percent(pair: str, action: str) -> int | None:
    """`DONE/ALL`, where something is being done."""
    done, _slash, whole = (whole_number(part) if part != "/" else None for part in pair.partition("/"))
    if action in {"", "idle", "frozen"} or done is None or not whole:
        return None
    return min(100, done * 100 // whole)
