"""What a host misses and says by a UUID: another host may see on which LUN that is."""

from collections.abc import Iterator

from tui.fleet.facts import Expected
from tui.recovery.diagnosis import Diagnosis
from tui.recovery.evidence import Evidence
from tui.recovery.expectations.expectation import Standing, Subject
from tui.storage.lvm.metadata_backup import GroupNotes
from tui.storage.untrusted import clean
from tui.words import translate as _

_LONGEST = 100
_BY_UUID = ("UUID=", "/dev/disk/by-uuid/")


def expected(diagnosis: Diagnosis) -> Iterator[Expected]:
    """The file systems and PVs that are expected and are not there, as the diagnosis accounts for them."""
    evidence = diagnosis.evidence
    for volume in evidence.inventory.physical_volumes:
        if volume.missing and volume.uuid:
            source = _("VG {group}").format(group=clean(volume.volume_group, _LONGEST))
            yield Expected(clean(f"pv:{volume.uuid}", _LONGEST), source)
    for account in diagnosis.accounts:
        wanted = account.expectation
        if wanted.standing is Standing.UNMET and wanted.subject in {Subject.MOUNT, Subject.SWAP}:
            yield from _of_fstab(evidence, wanted.name)


def _of_fstab(evidence: Evidence, name: str) -> Iterator[Expected]:
    """What a line of fstab mounts: the file system by its UUID, or the PVs of its LV by a metadata backup."""
    for entry in evidence.inventory.fstab:
        if name in {entry.mount_point, entry.spec}:
            source = _("{mount} in fstab").format(mount=clean(name, _LONGEST))
            for prefix in _BY_UUID:
                if entry.spec.startswith(prefix):
                    uuid = entry.spec.removeprefix(prefix).strip('"')
                    yield Expected(clean(f"fs:{uuid}", _LONGEST), source)
            for uuid in _disks_of(evidence, entry.spec):
                yield Expected(clean(f"pv:{uuid}", _LONGEST), source)


def _disks_of(evidence: Evidence, spec: str) -> Iterator[str]:
    latest: dict[str, GroupNotes] = {}
    for notes in evidence.notes:
        latest.setdefault(notes.group, notes)
    for notes in latest.values():
        for volume in notes.volumes:
            if spec in _paths(notes.group, volume.name):
                yield from (disk.uuid for disk in notes.disks if disk.key in volume.disks)


def _paths(group: str, volume: str) -> tuple[str, str]:
    """The paths of an LV; in the second one a hyphen of a name is doubled (lvm(8))."""
    mapped = "-".join(name.replace("-", "--") for name in (group, volume))
    return f"/dev/{group}/{volume}", f"/dev/mapper/{mapped}"
