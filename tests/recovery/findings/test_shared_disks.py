"""F14: signs of a second writer, and what looks like one."""

import pytest
from msgspec.structs import replace

from tests.recovery.making import evidence_of, findings, kernel_said, only, single_path
from tests.setup.building import WWID
from tui.recovery.evidence import Evidence
from tui.recovery.facts import Ext4Errors, Unit
from tui.recovery.finding import Weight
from tui.storage.model.files import FstabEntry
from tui.storage.model.inventory import Inventory

DELETED = "EXT4-fs error (device dm-1): ext4_lookup:1855: inode #2: comm ls: deleted inode referenced: 12"
EXTENT = (
    "EXT4-fs error (device dm-1): ext4_ext_check_inode:497: inode #13: comm cat: pblk 0 bad header/extent:"
    " invalid magic - magic 0"
)
XFS = "XFS (dm-1): Metadata corruption detected at xfs_dinode_verify+0x1, inode 0x84 dinode"
ACTIVE = (
    "EXT4-fs warning (device dm-1): ext4_multi_mount_protect:334: Device is already active on another node."
)
NODE = "EXT4-fs warning (device dm-1): ext4_multi_mount_protect:334: MMP failure info: last update node: db6"
MOUNTED = "EXT4-fs (dm-1): mounted filesystem with ordered data mode. Quota mode: none."


def said(*lines: str, content: str = "ext4", inventory: Inventory | None = None) -> Evidence:
    """A host whose kernel said these lines of what is on its volume."""
    one = inventory or single_path()
    devices = tuple(
        replace(device, content=content) if device.name == "dm-1" else device for device in one.devices
    )
    kernel = tuple(kernel_said(line, 60.0 - number) for number, line in enumerate(lines))
    return replace(evidence_of(replace(one, devices=devices)), kernel=kernel)


@pytest.mark.parametrize(("line", "content"), [(DELETED, "ext4"), (EXTENT, "ext4"), (XFS, "xfs")])
def test_damage_without_a_failed_request_is_told_as_one_possibility_of_several(
    line: str, content: str
) -> None:
    found = only(said(line, content=content), "F14.perhaps-two-hosts")
    assert "perhaps" in found.summary
    assert found.rungs[0].startswith("lun:")
    assert len(found.hypotheses) >= 3
    assert all(one.test for one in found.hypotheses)
    assert any(line in seen.lines for seen in found.seen)
    stop, ask, last = found.fixes
    assert stop.proposal is not None
    assert [type(one).__name__ for one in stop.proposal.plan.operations] == [
        "WaitUntilUnused",
        "UnmountFilesystem",
    ]
    assert ask.ask is not None
    assert WWID in ask.ask.words
    assert last.proposal is None
    assert last.confirm


def test_the_check_of_the_file_system_comes_after_it() -> None:
    counted = replace(said(DELETED), ext4=(Ext4Errors("dm-1", 3),))
    first, second = findings(counted)
    assert (first.code, second.code) == ("F14.perhaps-two-hosts", "F06.errors-noted")
    assert (second.weight, second.follows) == (Weight.CONSEQUENCE, first.key)


def test_what_else_may_damage_a_file_system_is_not_called_so() -> None:
    for cause in (
        "I/O error, dev sda, sector 100 op 0x0:(READ) flags 0x0 phys_seg 1 prio class 2",
        "connection1:0: detected conn error (1020)",
        "sda: detected capacity change from 1048576 to 524288",
    ):
        assert findings(said(cause, DELETED)) == ()
    assert findings(said(DELETED, MOUNTED)) == ()
    assert findings(said("EXT4-fs error (device dm-1): trigger_test_error:127: comm sh: x")) == ()


def test_a_volume_that_ext4_guards_against_a_second_mount() -> None:
    one = single_path()
    entry = FstabEntry(1, "/dev/vg_data/data", "/srv/data", "ext4", ("_netdev",), device="dm-1")
    idle = replace(one, mounts=(), fstab=(entry,))
    failed = Unit("srv-data.mount", "failed", "exit-code")
    evidence = replace(said(ACTIVE, NODE, inventory=idle), units=(failed,))
    first, second = findings(evidence)
    assert (first.code, first.weight) == ("F14.mounted-elsewhere", Weight.CAUSE)
    assert any("db6" in line for seen in first.seen for line in seen.lines)
    assert (second.code, second.weight) == ("F37.mount-refused", Weight.CONSEQUENCE)
    assert all(fix.proposal is None for fix in first.fixes)
    assert findings(said(ACTIVE, NODE, MOUNTED)) == ()
