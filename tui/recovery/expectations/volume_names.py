"""Which LV a path of fstab names, and which LVs a line that finds nothing may mean."""

from collections.abc import Iterator

from tui.recovery.evidence import Evidence
from tui.recovery.expectations.fstab_lines import lines
from tui.storage.model.lvm import LogicalVolume
from tui.storage.probe.devices.places import link_of_spec


def volume_keys(evidence: Evidence, spec: str) -> Iterator[str]:
    """The key of the LV that a path below /dev names, whether it is active or not."""
    for volume in evidence.inventory.logical_volumes:
        if spec in paths_of(volume):
            yield f"lv-name:{volume.volume_group}/{volume.name}"


def paths_of(volume: LogicalVolume) -> frozenset[str]:
    """The names of an LV below /dev: dm doubles dashes (lvm(8))."""
    doubled = (part.replace("-", "--") for part in (volume.volume_group, volume.name))
    own = f"/dev/{volume.volume_group}/{volume.name}"
    return frozenset({own, f"/dev/mapper/{'-'.join(doubled)}"})


def is_awaited(evidence: Evidence, volume: LogicalVolume) -> bool:
    """Whether a line of fstab names an LV that is not active, or names a UUID or label that may be on it."""
    for line in lines(evidence):
        entry = line.entry
        if line.device is not None or "noauto" in entry.options:
            continue
        if entry.spec in paths_of(volume):
            return True
        if "_netdev" in entry.options and link_of_spec(entry.spec) != entry.spec:
            return True
    return False
