"""Editing fstab: everything else stays byte for byte."""

import pytest
from hypothesis import given, strategies as st
from msgspec.structs import replace

from tui.storage.files.fstab import OWN_NOTE, BootLine, is_own, line_of, with_line, without_entry
from tui.storage.probe.mounts.fstab import parse_fstab

LINE = BootLine("UUID=1-2", "/srv/my data", "ext4", ("_netdev", "nofail"), 2)
FIELD = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cs", "Cc", "Zs", "Zl", "Zp")), min_size=1, max_size=12
).filter(lambda text: not text.startswith("#") and "," not in text)
BOOT_LINES = st.builds(
    BootLine,
    FIELD.map(lambda text: f"/dev/{text}"),
    FIELD.map(lambda text: f"/srv/{text} x"),
    st.sampled_from(["ext4", "xfs", "btrfs"]),
    st.lists(FIELD, min_size=1, max_size=4, unique=True).map(tuple),
    st.integers(0, 2),
)
FILES = st.lists(
    st.one_of(
        st.sampled_from(["", "# note", "  ", "\t# x", "broken", "/dev/sda1 / ext4 defaults 0 1", OWN_NOTE]),
        st.text(st.characters(codec="utf-8", exclude_characters="\n"), max_size=30),
    ),
    max_size=6,
).map("\n".join)


def test_a_line_goes_to_the_end_under_its_note() -> None:
    before = "/dev/sda1 / ext4 defaults 0 1\n"
    after = with_line(before, LINE)
    assert after == f"{before}{OWN_NOTE}\nUUID=1-2 /srv/my\\040data ext4 _netdev,nofail 0 2\n"
    entry = parse_fstab(after)[-1]
    assert LINE.is_same_as(entry)
    assert is_own(after, entry)
    assert line_of(after, entry) == LINE.text


def test_a_missing_line_end_is_made_up_for() -> None:
    assert with_line("/dev/sda1 / ext4", LINE).startswith("/dev/sda1 / ext4\n#")
    assert with_line("", LINE).startswith("# iscsi")


def test_a_line_is_replaced_in_its_place() -> None:
    before = "# top\n/dev/x /srv xfs\r\n# end"
    (entry,) = parse_fstab(before)
    after = with_line(before, LINE, entry)
    assert after == f"# top\n{LINE.text}\r\n# end"
    assert not is_own(after, parse_fstab(after)[0])


def test_lines_differ_by_every_field() -> None:
    (entry,) = parse_fstab(LINE.text)
    assert LINE.is_same_as(replace(entry, line=7, device="dm-0"))
    for other in (
        replace(entry, spec="UUID=3"),
        replace(entry, mount_point="/srv"),
        replace(entry, kind="xfs"),
        replace(entry, options=("nofail", "_netdev")),
        replace(entry, pass_number=0),
    ):
        assert not LINE.is_same_as(other)


def test_no_options_are_the_defaults() -> None:
    bare = BootLine("/dev/x", "/srv", "xfs")
    assert bare.text == "/dev/x /srv xfs defaults 0 0"
    assert bare.is_same_as(parse_fstab(bare.text)[0])


@given(BOOT_LINES)
def test_what_is_written_is_what_is_read(line: BootLine) -> None:
    (entry,) = parse_fstab(line.text)
    assert line.is_same_as(entry)
    assert (entry.spec, entry.mount_point, entry.options) == (line.spec, line.mount_point, line.options)


@given(FILES, BOOT_LINES)
def test_adding_and_removing_leaves_the_file_as_it_was(text: str, line: BootLine) -> None:
    after = with_line(text, line)
    assert after.startswith(text)
    entry = parse_fstab(after)[-1]
    assert line.is_same_as(entry)
    assert is_own(after, entry)
    ended = text if not text or text.endswith("\n") else f"{text}\n"
    assert without_entry(after, entry) == ended
    assert [line_of(after, one) for one in parse_fstab(after)[:-1]] == [
        line_of(text, one) for one in parse_fstab(text)
    ]


@given(FILES, BOOT_LINES)
def test_replacing_touches_one_line_only(text: str, line: BootLine) -> None:
    for entry in parse_fstab(text):
        after = with_line(text, line, entry)
        assert [one for number, one in enumerate(after.split("\n"), 1) if number != entry.line] == [
            one for number, one in enumerate(text.split("\n"), 1) if number != entry.line
        ]


@pytest.mark.parametrize("odd", ["a\u00a0b", "a\u2003b", "a\x0bb"])
def test_only_blanks_and_tabs_part_fields(odd: str) -> None:
    (entry,) = parse_fstab(BootLine("/dev/x", f"/srv/{odd}", "xfs").text)
    assert entry.mount_point == f"/srv/{odd}"
