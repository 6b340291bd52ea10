"""What each file system asks for."""

import pytest
from hypothesis import given, strategies as st

from tui.storage.files.filesystem_kind import FilesystemKind, label_problems, size_problems

EXT4, XFS, BTRFS = FilesystemKind


def codes(kind: FilesystemKind, label: str) -> list[str]:
    return [problem.code for problem in label_problems(kind, label)]


@pytest.mark.parametrize(("kind", "longest"), [(EXT4, 16), (XFS, 12), (BTRFS, 255)])
def test_labels_have_the_tools_limits(kind: FilesystemKind, longest: int) -> None:
    assert codes(kind, "") == []
    assert codes(kind, "x" * longest) == []
    assert codes(kind, "x" * (longest + 1)) == ["label.too-long"]


def test_an_accent_counts_its_bytes() -> None:
    assert codes(XFS, "ä" * 6) == []
    assert codes(XFS, "ä" * 7) == ["label.too-long"]


@pytest.mark.parametrize("label", ["a/b", "a\\b", "a'b", 'a"b', "a\nb", "a\x1b[2J"])
def test_characters_that_break_links_or_lines(label: str) -> None:
    assert codes(BTRFS, label) == ["label.character"]


@pytest.mark.parametrize("label", [" a", "a ", "-a"])
def test_edges(label: str) -> None:
    assert codes(EXT4, label) == ["label.edges"]


@given(st.sampled_from(FilesystemKind), st.text(max_size=300))
def test_words_never_hold_what_a_terminal_acts_on(kind: FilesystemKind, label: str) -> None:
    for problem in label_problems(kind, label):
        assert problem.summary.isprintable()


def test_each_has_a_least_size() -> None:
    mib = 1024 * 1024
    assert not size_problems(XFS, 300 * mib)
    assert size_problems(XFS, 300 * mib - 1)[0].code == "filesystem.too-small"
    assert size_problems(BTRFS, 100 * mib)
    assert not size_problems(EXT4, 8 * mib)


def test_only_ext4_is_checked_at_boot() -> None:
    assert [kind.pass_number for kind in (EXT4, XFS, BTRFS)] == [2, 0, 0]
    assert all(kind.words and kind.tool == f"mkfs.{kind.value}" for kind in FilesystemKind)
