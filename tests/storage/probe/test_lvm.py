import contextlib
import json
import re
from pathlib import Path

import pytest
from hypothesis import given, strategies as st
from msgspec.structs import replace

from tests.storage.scripted_host import ScriptedHost
from tui.storage.host.interface import Command, Outcome
from tui.storage.model.block import BlockDevice, BlockKind
from tui.storage.model.lvm import LogicalVolume, VolumeKind
from tui.storage.probe.devices.lvm import dashed, names_of_map, read_volumes
from tui.storage.probe.devices.lvm_report import Volumes, parse_report, parse_system_id, report_command

GOLDEN = Path(__file__).parents[2] / "golden" / "lvm-2.03.16-fullreport.txt"
OUTDATED = GOLDEN.with_name("lvm-2.03.31-outdated.json")
FIRST, SECOND = "0tI4yT-3uM3-vlJ1-5WvD-c5dW-JQ1N-CzJY99", "0LEC2R-LVLg-RWw0-W07b-Hdmy-zQjh-tENT4d"
GROUP, VOLUME = "0fuSC0-VaXb-HLZa-h1y5-m5K7-TbjD-5ulmqe", "Yr0bD9-Szfi-zqe0-SsAf-Wiwe-5trI-xHinlW"
MAP_UUID = f"LVM-{GROUP.replace('-', '')}{VOLUME.replace('-', '')}"


def recorded(section: str) -> tuple[str, str]:
    """What LVM wrote in one of the recorded runs: its report, and the warnings between the lines."""
    pattern = rf"^### {section} .*?\n(.*?)^(?:\[rc=|###)"
    text = re.search(pattern, GOLDEN.read_text(), re.DOTALL | re.MULTILINE)
    assert text is not None
    lines = text[1].split("\n")
    report = [line for line in lines if re.match(r"\s*[{}\[\],\"]", line)]
    return "\n".join(report), "\n".join(line for line in lines if line not in report)


def disk(name: str, uuid: str = "", *, answers: bool = True, holders: tuple[str, ...] = ()) -> BlockDevice:
    return BlockDevice(
        name,
        f"/dev/{name}",
        f"7:{name[-1]}",
        BlockKind.LOOP if name.startswith("loop") else BlockKind.DISK,
        67108864,
        content="LVM2_member" if uuid else "",
        content_uuid=uuid,
        holders=holders,
        answers=answers,
    )


def volume_map(*, answers: bool = True) -> BlockDevice:
    return BlockDevice(
        "dm-0",
        "/dev/mapper/vgx-lv1",
        "254:0",
        BlockKind.LOGICAL_VOLUME,
        8388608,
        map_name="vgx-lv1",
        map_uuid=MAP_UUID,
        slaves=("loop0",),
        answers=answers,
    )


def test_a_whole_report() -> None:
    volumes = parse_report(*recorded("whole"))
    assert [(one.path, one.volume_group, one.missing) for one in volumes.physical] == [
        ("/dev/loop0", "vgx", False),
        ("/dev/loop1", "vgx", False),
        ("/dev/loop2", "", False),
    ]
    assert volumes.groups[0].size == 125829120
    assert volumes.groups[0].extent_size == 4194304
    assert [(one.name, one.size, one.active) for one in volumes.logical] == [
        ("lv1", 8388608, False),
        ("lv2", 8388608, False),
    ]
    assert volumes.reading.asked


def test_a_missing_volume_is_told_by_fields_not_by_the_status() -> None:
    volumes = parse_report(*recorded("missing"))
    gone = next(one for one in volumes.physical if one.missing)
    assert gone.path == "[unknown]"
    assert gone.uuid == SECOND
    assert volumes.groups[0].missing_volumes == 1
    assert volumes.groups[0].partial
    assert any("is missing PV" in warning for warning in volumes.reading.warnings)


def test_a_duplicate_is_told_by_the_warnings() -> None:
    volumes = parse_report(*recorded("duplicate"))
    assert [(one.path, one.duplicate) for one in volumes.physical if one.uuid == FIRST] == [
        ("/dev/loop0", True),
        ("/dev/loop3", True),
    ]


def test_what_lvm_says_of_a_group_stands_in_the_report_itself() -> None:
    volumes = parse_report(OUTDATED.read_text(), "  WARNING: said while disks were read\n")
    assert volumes.reading.warnings == (
        "  WARNING: said while disks were read",
        "WARNING: ignoring metadata seqno 4 on /dev/sdc for seqno 5 on /dev/sdb for VG vgb.",
        "WARNING: Inconsistent metadata found for VG vgb.",
        "WARNING: outdated PV /dev/sdc seqno 4 has been removed in current VG vgb seqno 5.",
    )


def changed_volume(**values: str) -> LogicalVolume:
    """The first LV of the recorded report, with other values in its row."""
    stdout, stderr = recorded("missing")
    document = json.loads(stdout)
    row = next(row for report in document["report"] for row in report.get("lv", ()))
    row.update(values)
    name = row["lv_name"]
    return next(
        volume for volume in parse_report(json.dumps(document), stderr).logical if volume.name == name
    )


@pytest.mark.parametrize(("value", "skipped"), [("1", True), ("0", False), ("", False)])
def test_a_volume_is_left_out_of_activation_only_when_lvm_says_so(value: str, skipped: bool) -> None:
    assert changed_volume(lv_skip_activation=value).skip_activation is skipped


@pytest.mark.parametrize(("value", "automatic"), [("1", True), ("0", False), (None, True)], ids=str)
def test_a_group_is_activated_automatically_unless_lvm_says_otherwise(
    value: str | None, automatic: bool
) -> None:
    row = {"vg_name": "vg", "vg_uuid": GROUP} | ({"vg_autoactivation": value} if value is not None else {})
    (group,) = parse_report(json.dumps({"report": [{"vg": [row]}]}), "").groups
    assert group.autoactivation is automatic


@pytest.mark.parametrize(
    ("row", "shared"),
    [
        ({}, False),
        ({"vg_lock_type": "none"}, False),
        ({"vg_lock_type": "dlm"}, True),
        ({"vg_lock_type": "sanlock"}, True),
        ({"vg_lock_type": "idm"}, True),
        ({"vg_shared": "1"}, True),
        ({"vg_clustered": "1"}, True),
        ({"vg_shared": "0", "vg_clustered": "0"}, False),
    ],
    ids=str,
)
def test_a_group_under_a_lock_manager_or_a_cluster_is_shared(row: dict[str, str], shared: bool) -> None:
    (group,) = parse_report(
        json.dumps({"report": [{"vg": [{"vg_name": "vg", "vg_uuid": GROUP} | row]}]}), ""
    ).groups
    assert group.shared is shared


@pytest.mark.parametrize(
    ("attributes", "active", "opened", "suspended", "kind"),
    [
        ("-wi-ao----", True, True, False, VolumeKind.PLAIN),
        ("-wi-a-----", True, False, False, VolumeKind.PLAIN),
        ("-wi-------", False, False, False, VolumeKind.PLAIN),
        ("owi-s-----", True, False, True, VolumeKind.ORIGIN),
        ("swi-I-----", True, False, False, VolumeKind.SNAPSHOT),
        ("swi-S-----", True, False, True, VolumeKind.SNAPSHOT),
        ("twi-aotz--", True, True, False, VolumeKind.THIN_POOL),
        ("Vwi-XXtz--", False, False, False, VolumeKind.THIN_VOLUME),
        ("?wi-a-----", True, False, False, VolumeKind.UNKNOWN),
        ("", False, False, False, VolumeKind.UNKNOWN),
    ],
)
def test_the_letters_of_lv_attr(
    attributes: str, active: bool, opened: bool, suspended: bool, kind: VolumeKind
) -> None:
    volume = changed_volume(lv_attr=attributes)
    assert (volume.active, volume.open, volume.suspended) == (active, opened, suspended)
    assert volume.kind is kind


def test_an_empty_report_is_a_report() -> None:
    volumes = parse_report(*recorded("absent"))
    assert volumes.physical == ()
    assert volumes.reading.asked


def answered(section: str, seen: list[Command]) -> ScriptedHost:
    host = ScriptedHost()
    stdout, stderr = recorded(section)

    def reply(command: Command) -> Outcome:
        seen.append(command)
        return Outcome(0, stdout, stderr)

    host.replies[("lvm", "fullreport")] = reply
    return host


def test_a_withheld_disk_is_never_named_and_its_volume_is_not_missing() -> None:
    seen: list[Command] = []
    host = answered("missing", seen)
    unknown, copy = disk("loop2"), disk("loop3", GROUP)
    devices = (disk("loop0", FIRST), disk("loop1", SECOND, answers=False), disk("sd3", GROUP), unknown, copy)
    volumes = read_volumes(host, devices, installed=True, root=True)
    argv = seen[0].argv
    assert [argv[at + 1] for at, word in enumerate(argv) if word == "--devices"] == [
        "/dev/loop0",
        "/dev/sd3",
    ]
    assert volumes.reading.left_out == ("loop1",)
    back = next(one for one in volumes.physical if one.uuid == SECOND)
    assert (back.path, back.device, back.missing) == ("/dev/loop1", "loop1", False)
    assert volumes.groups[0].missing_volumes == 0
    assert not volumes.groups[0].partial


def test_without_a_silent_disk_lvm_chooses_itself() -> None:
    seen: list[Command] = []
    read_volumes(answered("whole", seen), (disk("loop0", FIRST),), installed=True, root=True)
    assert "--devices" not in seen[0].argv


def test_an_lv_is_joined_to_its_device_by_uuid() -> None:
    volumes = read_volumes(
        answered("whole", []),
        (disk("loop0", FIRST, holders=("dm-0",)), volume_map()),
        installed=True,
        root=True,
    )
    first = volumes.logical[0]
    assert (first.device, first.active) == ("dm-0", True)
    assert volumes.logical[1].device == ""


def test_a_volume_that_lvm_passes_over_is_kept_beside_its_clone_with_the_same_uuid() -> None:
    original = GROUP[::-1]
    other = replace(
        volume_map(),
        name="dm-1",
        path="/dev/mapper/old-lv1",
        number="254:1",
        map_name="old-lv1",
        map_uuid=f"LVM-{original.replace('-', '')}{VOLUME.replace('-', '')}",
        slaves=("sd1",),
    )
    devices = (disk("loop0", FIRST, holders=("dm-0",)), disk("sd1", holders=("dm-1",)), volume_map(), other)
    volumes = read_volumes(answered("whole", []), devices, installed=True, root=True)
    assert [(one.volume_group, one.name, one.device) for one in volumes.logical] == [
        ("vgx", "lv1", "dm-0"),
        ("vgx", "lv2", ""),
        ("old", "lv1", "dm-1"),
    ]
    assert [one.name for one in volumes.groups] == ["vgx", "old"]


@pytest.mark.parametrize("silent", [True, False])
def test_what_only_the_kernel_shows_is_kept(*, silent: bool) -> None:
    devices = (disk("loop0", FIRST, answers=not silent, holders=("dm-0",)), volume_map(answers=not silent))
    volumes = read_volumes(ScriptedHost(), devices, installed=silent, root=False)
    assert [(one.uuid, one.volume_group) for one in volumes.physical] == [(FIRST, "vgx")]
    assert [(one.name, one.uuid) for one in volumes.groups] == [("vgx", GROUP)]
    assert [(one.name, one.device, one.uuid) for one in volumes.logical] == [("lv1", "dm-0", VOLUME)]
    assert not volumes.reading.asked


def test_when_no_disk_answers_lvm_is_not_run() -> None:
    host = ScriptedHost()
    volumes = read_volumes(host, (disk("loop0", FIRST, answers=False),), installed=True, root=True)
    assert host.commands == []
    assert volumes.reading.error
    assert volumes.reading.left_out == ("loop0",)


@pytest.mark.parametrize(
    ("outcome", "words"),
    [
        (Outcome(None), "did not answer"),
        (Outcome(3, "", "  Error during parsing of command line."), "cannot leave out"),
        (Outcome(5, "not json", "Failed"), "no report"),
    ],
)
def test_a_call_that_fails_says_why(outcome: Outcome, words: str) -> None:
    host = ScriptedHost()
    host.replies[("lvm",)] = outcome
    devices = (disk("loop0", FIRST, answers=False), disk("sd3"))
    volumes = read_volumes(host, devices, installed=True, root=True)
    assert words in volumes.reading.error
    assert not volumes.reading.asked
    assert [one.uuid for one in volumes.physical] == [FIRST]


@pytest.mark.parametrize(("own", "foreign"), [("otherhost", False), ("lab", True), ("", True)])
def test_a_system_id_makes_a_group_foreign_unless_it_is_ours(own: str, *, foreign: bool) -> None:
    stdout, _stderr = recorded("foreign")
    host = ScriptedHost()
    host.replies[("lvm", "fullreport")] = Outcome(
        0, stdout.replace('"vg_systemid":""', '"vg_systemid":"otherhost"')
    )
    host.replies[("lvm", "systemid")] = Outcome(0, f"  system ID: {own}\n")
    volumes = read_volumes(host, (disk("loop0", FIRST),), installed=True, root=True)
    assert volumes.groups[0].system_id == "otherhost"
    assert volumes.groups[0].foreign is foreign
    assert all(one.foreign is foreign for one in volumes.physical if one.volume_group)


def test_names_of_maps() -> None:
    assert names_of_map("vg_ittest-lv--static") == ("vg_ittest", "lv-static")
    assert names_of_map("my--vg-lv") == ("my-vg", "lv")
    assert names_of_map("nodash") == ("nodash", "")
    assert dashed(GROUP.replace("-", "")) == GROUP


@given(st.text(), st.text())
def test_any_text_is_a_report_or_a_value_error(stdout: str, stderr: str) -> None:
    with contextlib.suppress(ValueError):
        assert isinstance(parse_report(stdout, stderr), Volumes)
    parse_system_id(stdout)
    names_of_map(stdout)


PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["report", "vg", "pv", "lv", "pv_uuid", "lv_attr"]), inner, max_size=3
        )
    ),
    max_leaves=12,
)


@given(PLAIN)
def test_any_json_is_a_report_or_a_value_error(plain: object) -> None:
    with contextlib.suppress(ValueError):
        assert isinstance(parse_report(json.dumps({"report": plain}), ""), Volumes)


def test_the_call_is_one_and_asks_for_foreign_and_shared() -> None:
    command = report_command()
    assert {"--foreign", "--shared", "--nohints", "--test", "json"} <= set(command.argv)
    assert not command.changes


def two_of_one_name() -> str:
    """A report of two VGs of one name, each with an LV `data`, as LVM 2.03.16 gives it; parts in brackets."""
    one, other = GROUP, GROUP[::-1]
    reports = [
        {
            "vg": [{"vg_name": "vg00", "vg_uuid": uuid}],
            "pv": [{"pv_name": f"/dev/{disk}", "pv_uuid": disk, "vg_name": "vg00"}],
            "lv": [
                {"lv_name": "data", "vg_name": "vg00", "lv_uuid": VOLUME, "lv_path": "/dev/vg00/data"},
                {"lv_name": "[pvmove0]", "vg_name": "vg00", "lv_uuid": f"{disk}-move"},
            ],
        }
        for uuid, disk in ((one, "sd1"), (other, "sd2"))
    ]
    orphans = {"vg": [], "pv": [{"pv_name": "/dev/sd3", "pv_uuid": "sd3", "vg_name": ""}], "lv": []}
    return json.dumps({"report": [*reports, orphans]})


def test_two_groups_of_one_name_keep_what_is_theirs() -> None:
    volumes = parse_report(two_of_one_name(), "")
    first, second = volumes.groups
    assert [volume.path for volume in volumes.physical if first.owns(volume)] == ["/dev/sd1"]
    assert [volume.path for volume in volumes.physical if second.owns(volume)] == ["/dev/sd2"]
    assert [first.owns(volume) for volume in volumes.logical] == [True, False]
    assert [second.owns(part) for part in volumes.parts] == [False, True]


def test_a_map_is_joined_by_both_uuids_and_not_by_its_name() -> None:
    host = ScriptedHost(replies={("lvm", "fullreport"): Outcome(0, two_of_one_name())})
    uuid = f"LVM-{GROUP[::-1].replace('-', '')}{VOLUME.replace('-', '')}"
    devices = (disk("sd1"), disk("sd2"), replace(volume_map(), map_name="vg00-data", map_uuid=uuid))
    volumes = read_volumes(host, devices, installed=True, root=True)
    assert [(one.vg_uuid, one.device) for one in volumes.logical] == [(GROUP, ""), (GROUP[::-1], "dm-0")]


@pytest.mark.parametrize("suffix", ["", "-real"], ids=["before 2.03.36", "from 2.03.36"])
@pytest.mark.parametrize("name", ["vg00-pvmove0", "vg00-data_rimage_0", "vg00-data_mlog"])
def test_a_part_is_no_volume_with_and_without_the_report(name: str, suffix: str) -> None:
    map_uuid = f"LVM-{GROUP.replace('-', '')}{'b' * 32}{suffix}"
    part = replace(volume_map(), map_name=name, map_uuid=map_uuid)
    volumes = read_volumes(ScriptedHost(), (part,), installed=False, root=False)
    assert volumes.logical == ()
    row = {"lv_name": f"[{name.removeprefix('vg00-')}]", "vg_name": "vg00", "lv_uuid": dashed("b" * 32)}
    document = {"report": [{"vg": [{"vg_name": "vg00", "vg_uuid": GROUP}], "lv": [row]}]}
    host = ScriptedHost(replies={("lvm", "fullreport"): Outcome(0, json.dumps(document))})
    volumes = read_volumes(host, (part,), installed=True, root=True)
    assert volumes.logical == ()
    assert [(one.name, one.device) for one in volumes.parts] == [(name.removeprefix("vg00-"), "dm-0")]
