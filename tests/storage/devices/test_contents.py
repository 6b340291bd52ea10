"""What is on a disk, and whether it may be used."""

import json

import pytest
from hypothesis import given, strategies as st
from msgspec.structs import replace

from tests.storage.fake_tree import Disk, add_session, bare_host
from tui.storage.devices.contents import Contents, contents
from tui.storage.host.interface import Outcome
from tui.storage.model.lvm import LogicalVolume, LvmReading, PhysicalVolume, VolumeGroup
from tui.storage.probe.devices.all_signatures import Signature, parse_wipefs
from tui.storage.probe.narrow import look_at_devices

EXT4_JSON = """{"signatures": [
 {"device": "sda", "offset": "0x438", "type": "ext4", "uuid": "1-2", "label": "my \\u001b[31mdata"}]}"""
EXT4_EXPORT = "DEVNAME=/dev/sda\nLABEL=my\\ data\nUUID=1-2\nTYPE=ext4\nUSAGE=filesystem\n"
LVM_JSON = """{"signatures": [
 {"device": "sda", "offset": "0x218", "type": "LVM2_member", "uuid": "p", "label": null}]}"""
LVM_EXPORT = "DEVNAME=/dev/sda\nUUID=p\nTYPE=LVM2_member\n"


def looked_at(
    export: Outcome,
    listing: Outcome,
    blank: int = 1,
    volumes: tuple[PhysicalVolume, ...] = (),
    group: VolumeGroup | None = None,
) -> Contents:
    host = bare_host()
    add_session(host, 1, Disk("sda"))
    host.replies = {("blkid",): export, ("wipefs",): listing}
    host.disks = {"/dev/sda": {4096: b"x"}} if blank else {}
    inventory = replace(
        look_at_devices(host),
        physical_volumes=volumes,
        volume_groups=(group,) if group else (),
        logical_volumes=(LogicalVolume("data", "vg", "l"),) if group else (),
        lvm=LvmReading(asked=True),
    )
    device = inventory.device("sda")
    assert device is not None
    return contents(host, inventory, device)


def with_group(group: VolumeGroup, *, duplicate: bool = False) -> Contents:
    own = PhysicalVolume("/dev/sda", "sda", "p", group.name, duplicate=duplicate)
    return looked_at(Outcome(0, LVM_EXPORT), Outcome(0, LVM_JSON), 1, (own,), group)


def code(found: Contents) -> tuple[str, str]:
    """The codes of both refusals: of writing, and of using what is there."""
    return (
        found.refusal.code if found.refusal else "",
        found.reuse_refusal.code if found.reuse_refusal else "",
    )


def test_a_blank_disk_is_empty() -> None:
    found = looked_at(Outcome(2), Outcome(0), 0)
    assert found.empty
    assert not found.reusable
    assert code(found) == ("", "")
    assert found.words == ("nothing",)


def test_data_without_a_signature_is_not_called_empty() -> None:
    found = looked_at(Outcome(2), Outcome(0), 1)
    assert not found.empty
    assert "not recognized" in found.words[0]


def test_a_file_system_can_be_used_as_it_is_and_its_label_is_made_safe() -> None:
    found = looked_at(Outcome(0, EXT4_EXPORT), Outcome(0, EXT4_JSON))
    assert (found.filesystem, found.reusable, found.empty) == ("ext4", True, False)
    assert found.signatures == (Signature("ext4", 0x438, "1-2", "my \x1b[31mdata"),)
    assert "\x1b" not in "".join(found.words)


@pytest.mark.parametrize(
    ("export", "listing"),
    [
        (Outcome(None), Outcome(0)),
        (Outcome(2), Outcome(None)),
        (Outcome(4, "", "usage"), Outcome(0)),
        (Outcome(2), Outcome(1, "", "Permission denied")),
        (Outcome(2), Outcome(0, "no json")),
        (Outcome(127), Outcome(127)),
    ],
)
def test_a_disk_that_was_not_read_is_neither_empty_nor_usable(export: Outcome, listing: Outcome) -> None:
    found = looked_at(export, listing, 0)
    assert not found.empty
    assert not found.reusable
    assert code(found) == ("contents.not-read", "contents.not-read")


def test_a_disk_that_does_not_answer_is_not_touched() -> None:
    host = bare_host()
    add_session(host, 1, Disk("sda", state="blocked"))
    inventory = look_at_devices(host)
    device = inventory.device("sda")
    assert device is not None
    found = contents(host, inventory, device)
    assert code(found) == ("device.silent", "device.silent")
    assert not host.commands


def test_contradicting_signatures_are_something() -> None:
    found = looked_at(Outcome(8, ""), Outcome(0, EXT4_JSON))
    assert found.probing.ambivalent
    assert not found.empty


def test_an_own_group_can_be_used_as_it_is() -> None:
    found = with_group(VolumeGroup("vg", "u", extent_size=4))
    assert found.reusable
    assert code(found) == ("", "")
    assert "volume group vg: data" in found.words


@pytest.mark.parametrize(
    ("group", "expected"),
    [
        (VolumeGroup("vg", "u", foreign=True, system_id="other"), "contents.foreign"),
        (VolumeGroup("vg", "u", shared=True), "contents.shared"),
        (VolumeGroup("vg", "u", exported=True), "contents.exported"),
    ],
)
def test_somebody_elses_group_is_left_alone(group: VolumeGroup, expected: str) -> None:
    found = with_group(group)
    assert not found.reusable
    assert code(found) == (expected, expected)


def test_a_duplicate_and_an_incomplete_group() -> None:
    assert code(with_group(VolumeGroup("vg", "u"), duplicate=True))[0] == "contents.duplicate"
    assert code(with_group(VolumeGroup("vg", "u", missing_volumes=1, partial=True))) == (
        "contents.group-spans",
        "contents.group-partial",
    )


@pytest.mark.parametrize(("missing", "partial"), [(0, False), (1, False), (0, True), (1, True)], ids=str)
def test_a_group_that_misses_a_disk_or_is_partial_is_not_used(missing: int, partial: bool) -> None:
    found = with_group(VolumeGroup("vg", "u", missing_volumes=missing, partial=partial))
    assert found.reusable is (not missing and not partial)
    assert (code(found)[1] == "contents.group-partial") is bool(missing or partial)


def test_one_of_several_disks_of_a_group_is_not_erased_alone() -> None:
    group = VolumeGroup("vg", "u")
    volumes = (PhysicalVolume("/dev/sda", "sda", "p", "vg"), PhysicalVolume("/dev/sdb", "sdb", "q", "vg"))
    found = looked_at(Outcome(0, LVM_EXPORT), Outcome(0, LVM_JSON), 1, volumes, group)
    assert code(found) == ("contents.group-spans", "")
    assert found.reusable


def test_a_label_that_lvm_does_not_show_belongs_to_somebody() -> None:
    found = looked_at(Outcome(0, LVM_EXPORT), Outcome(0, LVM_JSON))
    assert code(found) == ("contents.lvm-hidden", "contents.lvm-hidden")
    unknown = looked_at(
        Outcome(0, LVM_EXPORT), Outcome(0, LVM_JSON), 1, (PhysicalVolume("/dev/sda", "sda", "p", "gone"),)
    )
    assert code(unknown)[0] == "contents.group-unknown"


@pytest.mark.parametrize("kind", ["ocfs2", "gfs2", "VMFS"])
def test_what_a_cluster_uses_is_refused(kind: str) -> None:
    listing = f'{{"signatures": [{{"device": "sda", "offset": "0x0", "type": "{kind}"}}]}}'
    found = looked_at(Outcome(0, f"DEVNAME=/dev/sda\nTYPE={kind}\n"), Outcome(0, listing))
    assert code(found) == ("contents.cluster", "contents.cluster")


def test_what_only_blkid_finds_counts_too() -> None:
    found = looked_at(Outcome(0, "DEVNAME=/dev/sda\nPTTYPE=dos\n"), Outcome(0))
    assert [one.kind for one in found.signatures] == ["dos"]


@pytest.mark.parametrize("text", ["[]", "3", '{"signatures": 3}', "{", "null"])
def test_what_is_no_list_is_an_error(text: str) -> None:
    with pytest.raises(ValueError, match=r"no list|Expecting"):
        parse_wipefs(text)


ROWS = st.lists(
    st.dictionaries(
        st.sampled_from(["type", "offset", "uuid", "label"]), st.none() | st.text() | st.integers()
    )
)


@given(ROWS)
def test_any_rows_are_read(rows: list[dict[str, object]]) -> None:
    try:
        found = parse_wipefs(json.dumps({"signatures": rows}))
    except ValueError:
        return
    assert len(found) == len(rows)
    assert all(one.words.isprintable() or not one.words for one in found)
