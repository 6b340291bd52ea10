"""F37: volumes that are there and that could not be mounted."""

import pytest
from msgspec.structs import replace

from tests.recovery.making import causes, evidence_of, findings, kernel_said, lost, only, single_path
from tests.setup.building import fstab
from tui.recovery.evidence import Evidence
from tui.recovery.facts import Unit
from tui.recovery.finding import Weight
from tui.storage.model.files import FstabEntry

LINE = FstabEntry(1, "/dev/vg_data/data", "/srv/data", "ext4", ("_netdev",), device="dm-1")
FAILED = Unit("srv-data.mount", "failed", "exit-code")
MAGIC = "XFS (dm-1): Invalid superblock magic number"
GEOMETRY = "EXT4-fs (dm-1): bad geometry: block count 40960 exceeds size of device (30720 blocks)"
NEWER = "EXT4-fs (dm-1): couldn't mount RDWR because of unsupported optional features (10000)"
READ_ONLY = "EXT4-fs (dm-1): write access unavailable, cannot proceed (try mounting with noload)"
TWIN = "XFS (dm-1): Filesystem has duplicate UUID 1111 - can't mount"
MOUNTED = "EXT4-fs (dm-1): mounted filesystem with ordered data mode. Quota mode: none."


def refused(*lines: str, content: str = "ext4", kind: str = "ext4", unit: Unit = FAILED) -> Evidence:
    """The volume of the one line of fstab is there and not mounted."""
    one = single_path()
    devices = tuple(
        replace(device, content=content) if device.name == "dm-1" else device for device in one.devices
    )
    return replace(
        evidence_of(fstab(replace(one, devices=devices, mounts=()), replace(LINE, kind=kind))),
        units=(unit,),
        kernel=tuple(kernel_said(line, 60.0 - number) for number, line in enumerate(lines)),
    )


@pytest.mark.parametrize(
    ("evidence", "words"),
    [
        (
            refused(MAGIC, content="ext4", kind="xfs"),
            "fstab says xfs, but /dev/mapper/vg_data-data contains ext4",
        ),
        (refused(MAGIC, content="", kind="xfs"), "there is no file system"),
        (refused(content="LVM2_member"), "contains LVM2_member"),
        (refused(GEOMETRY), "is larger than"),
        (refused(NEWER), "does not support a feature"),
        (refused(READ_ONLY), "is read-only"),
        (refused(), "mounting /dev"),
        (refused(GEOMETRY, MOUNTED), "mounting /dev"),
    ],
)
def test_why_a_volume_was_not_mounted(evidence: Evidence, words: str) -> None:
    found = only(evidence, "F37.mount-refused")
    assert words in found.summary
    assert found.weight is Weight.CAUSE
    assert found.rungs == ("mount:/srv/data",)
    assert found.fixes[0].by_hand
    assert all(fix.proposal is None for fix in found.fixes)


def test_what_is_no_refused_mount() -> None:
    assert causes(refused(unit=replace(FAILED, active="inactive"))) == ["F46.not-mounted"]
    assert causes(refused(unit=replace(FAILED, name="srv-other.mount"))) == ["F46.not-mounted"]
    assert causes(refused(TWIN)) == ["F46.not-mounted"]
    mounted = refused()
    mounted = replace(mounted, inventory=replace(mounted.inventory, mounts=single_path().mounts))
    assert findings(mounted) == ()
    silent = refused()
    silent = replace(silent, inventory=lost(silent.inventory))
    assert causes(silent) == ["F05.session-lost"]
