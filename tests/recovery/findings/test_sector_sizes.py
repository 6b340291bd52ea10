"""F61: sectors of two sizes below one VG; F62: a line of fstab that names a path of a multipath map."""

from msgspec.structs import replace

from tests.recovery.making import NOW, evidence_of, several_groups, two_paths
from tui.recovery.diagnosis import diagnose
from tui.recovery.evidence import Evidence
from tui.recovery.finding import Weight
from tui.recovery.findings.filesystem.claimed_disks import claimed_disks
from tui.recovery.findings.lvm.sector_sizes import sector_sizes, unfit_sectors
from tui.storage.model.files import FstabEntry
from tui.storage.model.inventory import Inventory
from tui.storage.news.happening import Happening, Source

REFUSED = "XFS (dm-1): device supports 4096 byte sectors (not 512)"


def one_group(*sizes: int) -> Inventory:
    """A VG on two LUNs with these sector sizes."""
    host = several_groups()
    group = host.volume_groups[0]
    volumes = tuple(
        replace(volume, volume_group=group.name, vg_uuid=group.uuid) for volume in host.physical_volumes
    )
    named = dict(zip(("sda", "sdb"), sizes, strict=True))
    devices = tuple(replace(device, sector_size=named.get(device.name, 0)) for device in host.devices)
    return replace(host, volume_groups=(group,), physical_volumes=volumes, devices=devices)


def test_pvs_with_sectors_of_two_sizes_are_a_risk() -> None:
    (found,) = sector_sizes(evidence_of(one_group(512, 4096)))
    assert (found.code, found.weight) == ("F61.mixed-sectors", Weight.RISK)
    assert set(found.seen[0].lines) == {"/dev/sda: 512", "/dev/sdb: 4096"}
    assert found.fixes[0].by_hand == ("pvchange --allocatable n /dev/sdb",)


def test_equal_or_unknown_sizes_are_none() -> None:
    for sizes in ((512, 512), (4096, 4096), (512, 0), (0, 0)):
        assert list(sector_sizes(evidence_of(one_group(*sizes)))) == []


def refused(host: Inventory, *lines: str) -> Evidence:
    said = tuple(
        Happening(NOW - 60 + number, Source.KERNEL, line, "", "device:dm-1")
        for number, line in enumerate(lines)
    )
    return replace(evidence_of(replace(host, mounts=())), kernel=said)


def test_a_file_system_that_no_longer_fits_is_named_by_the_line_of_the_kernel() -> None:
    host = one_group(512, 4096)
    (found,) = unfit_sectors(refused(host, REFUSED))
    assert found.code == "F61.sectors-too-large"
    assert "512" in found.summary
    assert "4096" in found.summary
    assert found.fixes[0].by_hand[0] == "pvmove /dev/sdb"
    # It was mounted since, or it is mounted now.
    assert list(unfit_sectors(refused(host, REFUSED, "XFS (dm-1): Mounting V5 Filesystem"))) == []
    assert list(unfit_sectors(replace(refused(host, REFUSED), inventory=host))) == []


def on_a_path(*, mounted: bool) -> Evidence:
    """fstab names /dev/sda, which is a path of a map."""
    host = two_paths()
    entry = FstabEntry(3, "/dev/sda", "/srv/path", "ext4", ("_netdev", "nofail"), device="sda")
    mount = replace(host.mounts[0], target="/srv/path") if mounted else None
    told = replace(host, fstab=(entry,), mounts=(mount,) if mount is not None else ())
    return replace(evidence_of(told), fstab="\n\n/dev/sda /srv/path ext4 _netdev,nofail 0 0\n")


def test_a_line_that_names_a_path_is_changed_to_the_map() -> None:
    (found,) = claimed_disks(on_a_path(mounted=False))
    assert (found.code, found.weight) == ("F62.claimed-by-multipath", Weight.CAUSE)
    assert "mpatha" in found.summary
    plan = found.fixes[0].proposal
    assert plan is not None
    assert [type(one).__name__ for one in plan.plan.operations] == ["ChangeFstabLine", "MountFilesystem"]
    (risk,) = claimed_disks(on_a_path(mounted=True))
    assert risk.weight is Weight.RISK


def test_a_line_that_names_the_map_is_right() -> None:
    host = two_paths()
    assert list(claimed_disks(evidence_of(host))) == []
    assert "F62" not in {finding.number for finding in diagnose(evidence_of(host)).findings}
