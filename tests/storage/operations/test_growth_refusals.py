"""What the operations of growth refuse on made-up hosts, and what they leave alone then."""

import json
from collections.abc import Callable

import pytest

from tests.storage.fake_tree import TARGET, Disk, add_map, add_session, bare_host, describe
from tests.storage.scripted_host import ScriptedHost
from tui.storage.devices.identity import DeviceIdentity
from tui.storage.files.filesystem_kind import FilesystemKind
from tui.storage.host.interface import Command, Outcome
from tui.storage.operations.boot.fstab_names import RenameInFstab
from tui.storage.operations.filesystem.grow_filesystem import GrowFilesystem
from tui.storage.operations.iscsi.rescan import RescanPaths
from tui.storage.operations.lvm.extend_logical_volume import ExtendLogicalVolume
from tui.storage.operations.lvm.move_data import MoveData
from tui.storage.operations.lvm.rename import RenameLogicalVolume, RenameVolumeGroup
from tui.storage.operations.lvm.resize_physical_volume import ResizePhysicalVolume
from tui.storage.operations.multipath.resize_map import ResizeMap
from tui.storage.operations.operation import Operation
from tui.storage.problem import NotVerified, Refused

WWID = "naa.6001405d16f77073e8f52bf8b4899727"
MIB = 1024**2
SECTORS = 2048
"""Of a MiB."""
MAP = DeviceIdentity("/dev/mapper/mpatha", WWID, 512 * MIB, TARGET, 0, "254:0")
GROUP, VOLUME, PHYSICAL = "0fuSC0-VaXb-HLZa-h1y5-m5K7-TbjD-5ulmqe", "LVID", "PVID"
RESCAN = RescanPaths(MAP, ("sda", "sdb"))
RESIZE = ResizeMap(MAP, "mpatha")
FILES = GrowFilesystem("/dev/mapper/mpatha", FilesystemKind.EXT4, "U", "/srv")
PV = ResizePhysicalVolume(MAP, PHYSICAL, "vg")
EXTEND = ExtendLogicalVolume("vg", GROUP, "data", VOLUME, 508 * MIB, 0, 100)


def two_paths(
    first: int = 512, second: int = 512, joined: int = 512, *, state: str = "LOGGED_IN"
) -> ScriptedHost:
    """A map over two paths, sizes in MiB; the second session is in `state`."""
    host = bare_host()
    add_session(host, 1, Disk("sda", sectors=first * SECTORS))
    down = "running" if state == "LOGGED_IN" else "blocked"
    add_session(
        host, 2, Disk("sdb", state=down, sectors=second * SECTORS), address="198.51.100.10", state=state
    )
    add_map(host, "dm-0", "mpatha", f"mpath-3{WWID[4:]}", "sda", "sdb", sectors=joined * SECTORS)
    describe(host, "254:0", "E:ID_FS_TYPE=ext4", "E:ID_FS_USAGE=filesystem", "E:ID_FS_UUID=U")
    host.files["/proc/self/mountinfo"] = "30 1 254:0 / /srv rw - ext4 /dev/mapper/mpatha rw\n"
    return host


def with_group(
    host: ScriptedHost, *, free: int = 0, pv: int = 508, attributes: str = "-wi-ao----"
) -> ScriptedHost:
    """A group on the map with a volume; LVM tells of it."""
    group = {
        "vg_name": "vg", "vg_uuid": GROUP, "vg_size": str(pv * MIB), "vg_free": str(free * MIB),
        "vg_extent_size": str(4 * MIB), "vg_missing_pv_count": "0", "vg_partial": "0",
    }  # fmt: skip
    physical = {
        "pv_name": "/dev/mapper/mpatha", "pv_uuid": PHYSICAL, "vg_name": "vg", "pv_size": str(pv * MIB),
        "pv_free": str(free * MIB), "dev_size": str(512 * MIB), "pv_missing": "0",
    }  # fmt: skip
    logical = {
        "lv_name": "data", "vg_name": "vg", "lv_uuid": VOLUME, "lv_size": str(508 * MIB),
        "lv_path": "/dev/vg/data", "lv_attr": attributes,
    }  # fmt: skip
    report = {"report": [{"vg": [group], "pv": [physical], "lv": [logical]}]}
    host.replies["lvm", "fullreport"] = Outcome(0, json.dumps(report))
    host.replies["lvm", "pvs"] = Outcome(0, '{"report":[{"pv":[{"pe_start":"1048576","pv_mda_count":"1"}]}]}')
    return host


def says(size: int) -> Callable[[Command], Outcome]:
    """What sg_readcap prints for so many MiB."""
    return lambda _command: Outcome(0, f"{size * SECTORS:#x} 0x200\n")


def test_a_rescan_that_is_needed_is_written_to_every_path_and_to_no_other_file() -> None:
    host = two_paths()
    host.replies["sg_readcap",] = says(1024)
    assert not RESCAN.is_done(host)
    RESCAN.check(host)
    lines: list[str] = []
    RESCAN.run(host, lines.append)
    assert host.changes == [f"write /sys/block/{disk}/device/rescan" for disk in ("sda", "sdb")]
    assert lines == ["sda: 512 MiB", "sdb: 512 MiB"]
    RESCAN.verify(host)


def test_a_rescan_is_not_repeated_when_the_array_has_no_more() -> None:
    host = two_paths()
    host.replies["sg_readcap",] = says(512)
    assert RESCAN.is_done(host)
    del host.replies["sg_readcap",]
    assert not RESCAN.is_done(host)


def test_paths_of_two_sizes_are_not_verified() -> None:
    with pytest.raises(NotVerified) as found:
        RESCAN.verify(two_paths(1024))
    assert found.value.problem.code == "growth.paths-differ"
    with pytest.raises(NotVerified) as found:
        RESCAN.verify(two_paths(256, 256))
    assert found.value.problem.code == "growth.shrunk"


def smaller_on_the_array() -> ScriptedHost:
    host = two_paths()
    host.replies["sg_readcap",] = says(256)
    return host


def one_path_gone() -> ScriptedHost:
    host = two_paths()
    for name in [path for path in (*host.files, *host.links) if "session2" in path or "sdb" in path]:
        host.files.pop(name, None)
        host.links.pop(name, None)
    host.folders = {path for path in host.folders if "session2" not in path and "sdb" not in path}
    return host


def another_lun() -> ScriptedHost:
    host = two_paths()
    for name in [path for path in host.files if path.endswith("/wwid")]:
        host.files[name] = "naa.other\n"
    return host


def read_only() -> ScriptedHost:
    host = two_paths()
    host.files["/proc/self/mountinfo"] = "30 1 254:0 / /srv ro - ext4 /dev/mapper/mpatha ro\n"
    return host


def not_mounted() -> ScriptedHost:
    host = two_paths()
    host.files["/proc/self/mountinfo"] = ""
    return host


def longer_files() -> ScriptedHost:
    host = two_paths()
    host.replies["dumpe2fs",] = Outcome(
        0, "Block count:              600\nBlock size:               1048576\n"
    )
    return host


def other_files() -> ScriptedHost:
    host = two_paths()
    describe(host, "254:0", "E:ID_FS_TYPE=ext4", "E:ID_FS_USAGE=filesystem", "E:ID_FS_UUID=V")
    return host


def other_unit() -> ScriptedHost:
    host = bare_host()
    host.files["/etc/fstab"] = "/dev/vg/data /srv ext4\n"
    host.files["/etc/systemd/system/srv.mount"] = "[Mount]\nWhat=/dev/vg/data\nWhere=/srv\n"
    return host


@pytest.mark.parametrize(
    ("operation", "host", "code"),
    [
        (RESCAN, lambda: two_paths(state="FAILED"), "growth.path-down"),
        (RESCAN, smaller_on_the_array, "growth.shrunk"),
        (RESCAN, one_path_gone, "growth.path-gone"),
        (RESCAN, another_lun, "identity.changed"),
        (RESIZE, lambda: two_paths(1024, 1024, state="FAILED"), "growth.path-down"),
        (RESIZE, lambda: two_paths(1024), "growth.paths-differ"),
        (RESIZE, lambda: two_paths(256, 256), "growth.shrunk"),
        (ResizeMap(MAP, "mpathb"), lambda: two_paths(1024, 1024), "growth.no-map"),
        (FILES, read_only, "growth.read-only"),
        (FILES, not_mounted, "growth.not-mounted"),
        (FILES, longer_files, "growth.shrunk"),
        (FILES, other_files, "identity.changed"),
        (PV, lambda: with_group(two_paths(1024, 1024, 1024, state="FAILED")), "growth.path-down"),
        (PV, lambda: with_group(two_paths(1024, 1024, 1024), pv=2044), "growth.shrunk"),
        (
            ResizePhysicalVolume(MAP, "OTHER", "vg"),
            lambda: with_group(two_paths(1024, 1024, 1024)),
            "identity.changed",
        ),
        (EXTEND, lambda: with_group(two_paths()), "growth.nothing-new"),
        (
            ExtendLogicalVolume("vg", GROUP, "data", VOLUME, 508 * MIB, 500),
            lambda: with_group(two_paths(), free=8),
            "volume.size",
        ),
        (
            ExtendLogicalVolume("vg", "X", "data", VOLUME, 508 * MIB, 500),
            lambda: with_group(two_paths(), free=8),
            "identity.changed",
        ),
        (
            ExtendLogicalVolume("vg", GROUP, "data", "X", 508 * MIB, 500),
            lambda: with_group(two_paths(), free=8),
            "identity.changed",
        ),
        (
            ExtendLogicalVolume("vg", GROUP, "gone", VOLUME, 508 * MIB, 500),
            lambda: with_group(two_paths(), free=8),
            "volume.gone",
        ),
        (EXTEND, lambda: with_group(two_paths(), free=8, attributes="Vwi-aotz--"), "volume.kind"),
        (MoveData("vg", GROUP, MAP), lambda: with_group(two_paths()), "move.no-room"),
        (
            RenameLogicalVolume("vg", "data", VOLUME, "a b"),
            lambda: with_group(two_paths()),
            "lvm-name.character",
        ),
        (RenameVolumeGroup("vg", "X", "new"), lambda: with_group(two_paths()), "identity.changed"),
        (RenameInFstab((("/dev/vg/data", "/dev/vg/new"),)), other_unit, "rename.unit"),
    ],
)
def test_refused_before_anything_is_changed(
    operation: Operation, host: Callable[[], ScriptedHost], code: str
) -> None:
    made = host()
    files = dict(made.files)
    assert not operation.is_done(made)
    with pytest.raises(Refused) as refused:
        operation.check(made)
    problem = refused.value.problem
    assert problem.code == code
    assert problem.summary.endswith(".")
    assert problem.cause or problem.remedy
    assert made.files == files
    assert made.shown == []
    assert made.changes == []


def test_what_is_as_wished_is_not_done_again() -> None:
    assert RESIZE.is_done(two_paths(1024, 1024, 1024))
    assert not RESIZE.is_done(two_paths(1024, 1024))
    even = two_paths()
    even.replies["dumpe2fs",] = Outcome(
        0, "Block count:              512\nBlock size:               1048576\n"
    )
    assert FILES.is_done(even)
    assert PV.is_done(with_group(two_paths()))
    assert not PV.is_done(with_group(two_paths(1024, 1024, 1024)))
    done = ExtendLogicalVolume("vg", GROUP, "data", VOLUME, 500 * MIB, 0, 50)
    assert done.is_done(with_group(two_paths()))
    assert not EXTEND.is_done(with_group(two_paths()))


def test_lvm_notes_are_kept_before_lvm_changes_anything() -> None:
    host = with_group(two_paths(1024, 1024, 1024))
    host.replies["lvm", "vgcfgbackup"] = Outcome(0)
    host.replies["lvm", "pvresize"] = Outcome(0)
    PV.check(host)
    PV.run(host, lambda _line: None)
    assert tuple(host.shown) == PV.shown()


def test_a_line_of_pvmove_becomes_a_line_for_people() -> None:
    host = with_group(two_paths())
    host.replies["lvm", "vgcfgbackup"] = Outcome(0)
    moved = "  /dev/mapper/mpatha: Moved: 12.50%\n  /dev/mapper/mpatha: Moved: 100,00%\n"
    host.replies["lvm", "pvmove"] = Outcome(0, moved)
    lines: list[str] = []
    MoveData("vg", GROUP, MAP).run(host, lines.append)
    assert lines == ["12.50 % moved", "100.00 % moved"]


def test_a_new_spelling_counts_only_when_systemd_has_read_it() -> None:
    host = ScriptedHost(files={"/etc/fstab": "/dev/vg/new /srv ext4\n"})
    respell = RenameInFstab((("/dev/vg/data", "/dev/vg/new"),))
    assert respell.is_done(host)
    host.folders.add("/run/systemd/system")
    host.replies["systemctl", "show"] = Outcome(0, "NeedDaemonReload=yes\n")
    assert not respell.is_done(host)
    host.replies["systemctl", "show"] = Outcome(0, "NeedDaemonReload=no\n")
    assert respell.is_done(host)
