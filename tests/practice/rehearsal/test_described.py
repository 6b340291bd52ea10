"""What is described of a captured host, and what is said to differ."""

import json
from pathlib import Path

import pytest

from tests.machines.in_use import DISK, FILESYSTEM, GROUP_UUID, MIB, PV_UUID, WWID, host_in_use
from tests.storage.fake_tree import (
    INITIATOR,
    TARGET,
    Disk as LunDisk,
    add_map,
    add_session,
    describe as describe_device,
)
from tests.storage.scripted_host import ScriptedHost
from tui.commands.whole_host import read_whole_host
from tui.practice.rehearsal.described import describe
from tui.practice.rehearsal.described_files import with_made_wwids
from tui.practice.rehearsal.description import (
    Chap,
    Described,
    Description,
    Disk,
    File,
    Hold,
    LunPlace,
    Network,
    Place,
    PlaceKind,
    Portal,
    Setting,
    Target,
)
from tui.practice.rehearsal.lines import multipath_conf, settings
from tui.storage.capture import capture
from tui.storage.codec import decode, encode
from tui.storage.host.interface import Outcome
from tui.storage.host.recorded import RecordedHost
from tui.storage.problem import ConsoleError

LV = Place(PlaceKind.VOLUME, "vg/lv")
LUN = Place(PlaceKind.DISK, WWID)


def described(host: ScriptedHost, folder: Path) -> Described:
    """What is described of it on another machine."""
    place = folder / "host.json"
    capture(host, str(place), force=True, look=read_whole_host)
    return describe(RecordedHost(str(place)))


def why(found: Described, what: str) -> list[str]:
    return [difference.why for difference in found.unlike if difference.what == what]


def test_a_capture_describes_what_the_host_does(tmp_path: Path) -> None:
    host = host_in_use()
    live, captured = describe(host), described(host, tmp_path)
    for name in live.description.__struct_fields__:
        assert getattr(captured.description, name) == getattr(live.description, name), name
    assert captured.unlike == live.unlike


def test_what_a_host_in_use_has(tmp_path: Path) -> None:
    found = described(host_in_use(), tmp_path).description
    assert (found.host, found.family, found.initiator) == ("db7", "debian", INITIATOR)
    assert found.targets == (Target(TARGET, (Portal("192.0.2.10"),), (LunPlace(0, WWID),), Chap("app")),)
    assert found.networks == (Network("eth1", ("192.0.2.2/24",), ("192.0.2.10",), (), 9000),)
    assert found.disks == (
        Disk(WWID, DISK, 512, "LIO-ORG", "FILEIO", "4.0", serial=WWID[-25:], physical_sector=4096),
    )
    (filesystem,) = found.filesystems
    assert (filesystem.places, filesystem.kind, filesystem.uuid) == ((LV,), "ext4", FILESYSTEM)
    assert (filesystem.label, filesystem.size, filesystem.block) == ("data", DISK, 4096)
    assert filesystem.used == 100 * MIB
    assert ("Inode size", "256") in {(feature.name, feature.value) for feature in filesystem.features}
    assert [(mount.place, mount.target, mount.kind) for mount in found.mounts] == [
        (LV, "/srv/data", "ext4"),
        (LV, "/srv/again", "ext4"),
    ]
    assert [(folder.path, folder.mode) for folder in found.folders] == [
        ("/srv/data", 0o755),
    ]
    assert [(holder.command, holder.unit, holder.holds) for holder in found.holders] == [
        ("thing", "app.service", (Hold("current-folder", "/srv/data/x", LV),)),
        ("thing", "session-1.scope", (Hold("open-file", "/srv/data/log", LV),)),
    ]


def test_the_volumes_are_those_of_the_backup(tmp_path: Path) -> None:
    (group,) = described(host_in_use(start=6 * MIB), tmp_path).description.groups
    assert (group.name, group.uuid, group.seqno, group.extent_size) == ("vg", GROUP_UUID, 7, 4 * MIB)
    assert Setting("status", ("RESIZEABLE", "READ", "WRITE"), is_list=True) in group.settings
    (physical,) = group.physical
    assert (physical.key, physical.uuid, physical.place) == ("pv0", PV_UUID, LUN)
    assert (physical.device_size, physical.start, physical.extents) == (DISK, 6 * MIB, 126)
    (logical,) = group.logical
    (segment,) = logical.segments
    assert (logical.name, logical.active, logical.data) == ("lv", True, None)
    assert (segment.first, segment.extents, segment.kind) == (0, 126, "striped")
    assert Setting("stripes", ("pv0", 0), is_list=True) in segment.settings


def test_no_command_of_a_configuration_gets_into_a_twin(tmp_path: Path) -> None:
    found = described(host_in_use(), tmp_path)
    files = {file.path: file.text for file in found.description.files}
    assert files["/etc/iscsi/iscsid.conf"] == "node.startup = manual\n"
    assert files["/etc/multipath.conf"] == "defaults {\n    user_friendly_names yes\n}\n"
    assert files["/etc/multipath/bindings"] == f"mpatha 3{WWID[4:]}\n"
    assert "a-secret" not in "".join(files.values())
    assert any("iscsid.startup" in said for said in why(found, "/etc/iscsi/iscsid.conf"))
    assert any("getuid_callout" in said for said in why(found, "/etc/multipath.conf"))
    assert any("reboot" in said for said in why(found, "/etc/multipath/bindings"))


def test_the_lines_of_fstab_about_the_hosts_own_disks_stay_behind(tmp_path: Path) -> None:
    found = described(host_in_use(), tmp_path)
    assert [(line.spec, line.mount_point) for line in found.description.fstab] == [
        (f"UUID={FILESYSTEM}", "/srv/data")
    ]


def test_what_a_twin_never_has_in_common_is_said_first(tmp_path: Path) -> None:
    found = described(host_in_use(), tmp_path)
    assert [difference.what for difference in found.unlike][:2] == ["data", "durations"]
    assert why(found, "vg") == []


def test_an_old_backup_is_said(tmp_path: Path) -> None:
    host = host_in_use()
    rows = {"report": [{"vg": [{"vg_uuid": GROUP_UUID, "vg_seqno": "9"}]}]}
    host.replies["lvm", "vgs"] = Outcome(0, json.dumps(rows))
    assert why(described(host, tmp_path), "vg") == ["Its metadata backup is older than its metadata: 7, 9."]


@pytest.mark.parametrize("text", [None, "", "vg { id = ", 'vg { id = "x" seqno = 1 }', "other { }"])
def test_without_a_backup_there_is_no_group_and_that_is_said(tmp_path: Path, text: str | None) -> None:
    host = host_in_use()
    del host.files["/etc/lvm/backup/vg"]
    if text is not None:
        host.files["/etc/lvm/backup/vg"] = text
    found = described(host, tmp_path)
    assert found.description.groups == ()
    assert len(why(found, "vg")) == 1


def test_a_host_that_is_larger_than_a_twin_can_be_is_refused_and_captured(tmp_path: Path) -> None:
    host = host_in_use()
    luns = (
        LunDisk(f"sd{letter}", number, wwid=f"naa.6{letter * 31}", sectors=2**37)
        for number, letter in enumerate("bcdef")
    )
    add_session(host, 2, *luns, target="iqn.2003-01.org.example:t2")
    with pytest.raises(ConsoleError) as refused:
        described(host, tmp_path)
    assert refused.value.problem.code == "rehearsal.refused"
    assert (tmp_path / "host.json").exists()


def test_a_wwid_that_lio_cannot_have_is_replaced_wherever_it_stands(tmp_path: Path) -> None:
    host = host_in_use()
    digits = "5000c500a1b2c3d4"
    for path in [path for path in host.files if path.endswith("/wwid")]:
        host.files[path] = f"naa.{digits}\n"
    host.files["/etc/multipath/bindings"] = f"mpatha 3{digits}\nmpathb 36001405{'0' * 25}\n"
    found = described(host, tmp_path)
    (disk,) = found.description.disks
    made = disk.made_wwid.removeprefix("naa.")
    files = {file.path: file.text for file in found.description.files}
    assert files["/etc/multipath/bindings"] == f"mpatha 3{made}\nmpathb 36001405{'0' * 25}\n"
    assert with_made_wwids(f"/dev/disk/by-id/wwn-0x{digits}-part1", (disk,)).endswith(f"wwn-0x{made}-part1")
    assert any(made in said for said in why(found, f"naa.{digits}"))


def test_a_description_can_be_handed_on_as_plain_values(tmp_path: Path) -> None:
    found = described(host_in_use(), tmp_path).description
    plain = json.loads(json.dumps(encode(found)))
    assert decode(Description, plain) == found


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("defaults {\n a\n}\n", "defaults {\n}\n"),
        ('multipaths {\n multipath {\n  wwid "3600a"\n  alias db # x\n }\n}', None),
        ("defaults { user_friendly_names yes }", ""),
        ("user_friendly_names yes\n", ""),
        ("evil {\n wwid x\n}\n", ""),
        ('defaults {\n prio_args "x"\n bindings_file /etc/shadow\n', "defaults {\n}\n"),
        (
            'blacklist {\n devnode "^sd[a-z]$"\n devnode "a`reboot`"\n}\n',
            'blacklist {\n    devnode "^sd[a-z]$"\n}\n',
        ),
        ("}\n}\n", ""),
    ],
)
def test_what_is_kept_of_multipath_conf(text: str, kept: str | None) -> None:
    found = multipath_conf(text)
    assert found.text.count("{") == found.text.count("}")
    if kept is not None:
        assert found.text == kept
    else:
        assert 'wwid "3600a"' in found.text
        assert "alias db\n" in found.text
        assert found.left_out == ()


def test_what_is_kept_of_settings() -> None:
    kept = settings(
        "# comment\nnode.startup = automatic\nnode.conn[0].timeo.noop_out_interval = 5\n"
        "iscsid.startup = /bin/sh\niscsid.safe_logout = Yes\nnode.x = $(reboot)\n"
        "node.session.auth.password = ********\n"
    )
    assert kept.text.splitlines() == [
        "node.startup = automatic",
        "node.conn[0].timeo.noop_out_interval = 5",
        "node.session.auth.password = ********",
    ]
    assert len(kept.left_out) == 3


def test_files_hold_only_what_their_paths_allow(tmp_path: Path) -> None:
    for file in described(host_in_use(), tmp_path).description.files:
        assert isinstance(file, File)
        assert file.path.startswith(("/etc/iscsi/", "/etc/multipath", "/etc/lvm/devices/"))


def host_with_partitions() -> ScriptedHost:
    """On a second LUN a GPT with two partitions: one encrypted, open, with swap space in it; one with XFS."""
    host = host_in_use()
    add_session(host, 2, LunDisk("sdb", 1, wwid=f"naa.6{'b' * 31}"), target="iqn.2003-01.org.example:t2")
    block = host.resolve("/sys/class/block/sdb")
    table = "0a0b0c0d-1111-4222-8333-444444444444"
    describe_device(host, "8:16", "E:ID_PART_TABLE_TYPE=gpt", f"E:ID_PART_TABLE_UUID={table}")
    for number, kind in ((1, "crypto_LUKS"), (2, "xfs")):
        place = f"{block}/sdb{number}"
        host.links[f"/sys/class/block/sdb{number}"] = place
        host.files |= {
            f"{place}/dev": f"8:{16 + number}\n",
            f"{place}/partition": f"{number}\n",
            f"{place}/start": f"{2048 * number}\n",
            f"{place}/size": "2048\n",
            f"{place}/ro": "0\n",
        }
        host.folders.add(f"{place}/holders")
        describe_device(
            host,
            f"8:{16 + number}",
            *(
                f"E:ID_FS_TYPE={kind}",
                "E:ID_FS_VERSION=2",
                f"E:ID_FS_UUID={str(number) * 8}-0000-4000-8000-{'0' * 12}",
            ),
            *("E:ID_FS_USAGE=filesystem",) * (kind == "xfs"),
            *("E:ID_PART_ENTRY_TYPE=0fc63daf-8483-4772-8e79-3d69d8477de4", "E:ID_PART_ENTRY_NAME=part"),
            f"E:ID_PART_ENTRY_UUID={str(number) * 8}-0000-4000-8000-{'1' * 12}",
        )
    add_map(host, "dm-1", "safe", "CRYPT-LUKS2-x-safe", "sdb1", sectors=2048)
    describe_device(host, "254:1", "E:ID_FS_TYPE=swap", f"E:ID_FS_UUID={FILESYSTEM}", "E:ID_FS_USAGE=other")
    host.files["/proc/swaps"] += "/dev/dm-1 partition 1020 0 5\n"
    host.files["/etc/crypttab"] = "safe UUID=x /etc/keys/safe luks,_netdev,keyscript=/bin/evil\n"
    host.replies["xfs_db",] = Outcome(0, "blocksize = 4096\ndblocks = 256\nagcount = 4\nfdblocks = 100\n")
    return host


def test_partitions_encryption_and_swap(tmp_path: Path) -> None:
    found = described(host_with_partitions(), tmp_path)
    description = found.description
    wwid = f"naa.6{'b' * 31}"
    (table,) = description.tables
    assert (table.wwid, table.kind) == (wwid, "gpt")
    assert [(one.number, one.start, one.size, one.name) for one in table.partitions] == [
        (1, MIB, MIB, "part"),
        (2, 2 * MIB, MIB, "part"),
    ]
    (crypt,) = description.crypts
    assert (crypt.name, crypt.place, crypt.version, crypt.active) == (
        "safe",
        Place(PlaceKind.PARTITION, wwid, 1),
        2,
        True,
    )
    (swap,) = description.swaps
    assert (swap.place, swap.active, swap.priority) == (Place(PlaceKind.CRYPT, "safe"), True, 5)
    xfs = next(one for one in description.filesystems if one.kind == "xfs")
    assert xfs.places == (Place(PlaceKind.PARTITION, wwid, 2),)
    assert (xfs.block, xfs.used) == (4096, 156 * 4096)
    assert ("agcount", "4") in {(feature.name, feature.value) for feature in xfs.features}
    (line,) = description.crypttab
    assert (line.name, line.key, line.options) == ("safe", "/etc/keys/safe", ("luks", "_netdev"))
    assert why(found, "crypttab 1") == ["Its key script is left out."]
    assert why(found, "/dev/sdb1") == ["Its key is a stand-in."]


def test_nothing_is_asked_of_a_disk_that_does_not_answer(tmp_path: Path) -> None:
    host = host_in_use()
    for path in [path for path in host.files if path.endswith("/state") and "target" in path]:
        host.files[path] = "blocked\n"
    described(host, tmp_path)
    programs = {command.argv[0] for command in host.commands}
    assert not programs & {"dumpe2fs", "xfs_db", "xfs_info", "sg_readcap"}
    assert all(
        command.argv[1] in {"lvmconfig", "systemid", "version"}
        for command in host.commands
        if command.argv[0] == "lvm"
    )
