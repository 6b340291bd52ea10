"""The tree that the benchmarks read is one that the probes and other readers take for real."""

from pathlib import Path

import pytest

from tests.benchmarks.fake_sysfs import MAJOR, disk_name, portal_of, target_of, write_tree


@pytest.mark.parametrize(
    ("index", "name"), [(0, "sda"), (25, "sdz"), (26, "sdaa"), (701, "sdzz"), (702, "sdaaa")]
)
def test_disks_are_named_as_the_kernel_does(index: int, name: str) -> None:
    assert disk_name(index) == name


def test_every_disk_is_reached_from_every_side(tmp_path: Path) -> None:
    disks = write_tree(tmp_path, 2, 3)
    assert [(disk.session, disk.lun) for disk in disks] == [(1, 0), (1, 1), (1, 2), (2, 0), (2, 1), (2, 2)]
    system = tmp_path / "sys"
    for index, disk in enumerate(disks):
        block = (system / disk.place / "block" / disk.name).resolve()
        for link in (f"block/{disk.name}", f"class/block/{disk.name}", f"dev/block/{MAJOR}:{index}"):
            assert (system / link).resolve() == block
        assert (block / "device").readlink().name == f"{disk.session}:0:0:{disk.lun}"
        assert (block / "device").resolve() == (system / disk.place).resolve()
        assert "E:ID_FS_TYPE=ext4" in (tmp_path / f"udev/data/b{MAJOR}:{index}").read_text()
    assert len((tmp_path / "diskstats").read_text().splitlines()) == len(disks)


def test_every_session_has_its_connection_and_its_record(tmp_path: Path) -> None:
    write_tree(tmp_path, 2)
    session = tmp_path / "sys/class/iscsi_session/session2"
    assert (session / "targetname").read_text() == f"{target_of(2)}\n"
    assert (session / "device/target2:0:0/2:0:0:0/state").read_text() == "running\n"
    connection = tmp_path / "sys/class/iscsi_connection/connection2:0"
    assert (connection / "address").read_text() == f"{portal_of(2)}\n"
    record = tmp_path / f"iscsi/nodes/{target_of(2)}/{portal_of(2)},3260,1/default"
    assert f"node.name = {target_of(2)}\n" in record.read_text()
