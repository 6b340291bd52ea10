"""How full snapshots and thin pools are, asked of the device-mapper: no disk is touched (dmsetup(8))."""

from msgspec import Struct

from tui.storage.host.interface import Command, Host
from tui.storage.probe.devices.lvm import names_of_map
from tui.storage.probe.reading import whole_number

_STATUS = Command(("dmsetup", "status", "--noflush"))
_SECTOR = 512
_CHUNK_FIELDS = 2


class Fill(Struct, frozen=True):
    """How full one is.

    Attributes:
        volume_group: the group.
        volume: the snapshot or the pool.
        used: percent of its space for data that is used; 100 for a snapshot that is lost.
        notes: percent of a pool's metadata space that is used (Meta%); 0 for a snapshot.
        trouble: the kernel's word when it is not well: `Invalid`, `read_only`, `out_of_data_space` …
    """

    volume_group: str
    volume: str
    used: float
    notes: float = 0.0
    trouble: str = ""


def read_fills(host: Host) -> tuple[Fill, ...]:
    """All snapshots and pools that are active; none where the device-mapper does not tell."""
    outcome = host.run(_STATUS)
    return parse_status(outcome.stdout) if outcome.ok else ()


def read_mapped(host: Host) -> dict[tuple[str, str], float]:
    """Percent of each active thin volume that is mapped in its pool, by VG and LV."""
    outcome = host.run(_STATUS)
    return parse_mapped(outcome.stdout) if outcome.ok else {}


def parse_mapped(text: str) -> dict[tuple[str, str], float]:
    """Read the lines `NAME: START LENGTH thin MAPPED …` (thin-provisioning.rst). Never raises."""
    found: dict[tuple[str, str], float] = {}
    for line in text.splitlines():
        name, _colon, rest = line.partition(": ")
        words = rest.split()
        if words[2:3] == ["thin"] and (share := _percent("/".join((*words[3:4], *words[1:2])))) is not None:
            found[names_of_map(name)] = share
    return found


def parse_status(text: str) -> tuple[Fill, ...]:
    """Read the lines `NAME: START LENGTH TARGET …` of snapshots and pools. Never raises."""
    found: list[Fill] = []
    for line in text.splitlines():
        name, _colon, rest = line.partition(": ")
        words = rest.split()
        if len(words) < 4 or words[2] not in ("snapshot", "thin-pool"):
            continue
        group, volume = names_of_map(name.removesuffix("-tpool"))
        if words[2] == "snapshot":
            found.append(_snapshot(group, volume, words[3]))
        elif len(words) >= 6:
            found.append(_pool(group, volume, words[3:]))
        else:
            found.append(Fill(group, volume, 0.0, trouble=words[3]))
    return tuple(found)


def _snapshot(group: str, volume: str, state: str) -> Fill:
    used = _percent(state)
    return Fill(group, volume, 100.0, trouble=state) if used is None else Fill(group, volume, used)


def _pool(group: str, volume: str, words: list[str]) -> Fill:
    """`TRANSACTION USED/TOTAL USED/TOTAL ROOT MODE …` (kernel documentation, thin-provisioning)."""
    notes, used = _percent(words[1]), _percent(words[2])
    trouble = next((word for word in words[3:] if word in ("ro", "out_of_data_space", "needs_check")), "")
    return Fill(group, volume, used or 0.0, notes or 0.0, trouble)


def _percent(pair: str) -> float | None:
    parts = [whole_number(part) for part in pair.split("/")]
    if len(parts) != _CHUNK_FIELDS or parts[0] is None or not parts[1]:
        return None
    return round(parts[0] * 100 / parts[1], 1)
