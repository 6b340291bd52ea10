"""Mount options: read, explained, completed for the boot."""

import pytest
from hypothesis import given, strategies as st

from tui.storage.files.filesystem_kind import FilesystemKind
from tui.storage.files.mount_options import (
    boot_options,
    explain,
    option_problems,
    parse_options,
    runtime_options,
)

EXT4, XFS, BTRFS = FilesystemKind


def codes(text: str, kind: FilesystemKind) -> list[str]:
    return [
        problem.code.removeprefix("mount-option.") for problem in option_problems(parse_options(text), kind)
    ]


def test_a_list_is_taken_apart() -> None:
    assert parse_options(" acl, rw ,,noatime,rw") == ("acl", "rw", "noatime")
    assert parse_options("") == ()
    assert parse_options('context="system_u:object_r:a:s0,c1",rw') == (
        'context="system_u:object_r:a:s0,c1"',
        "rw",
    )


@pytest.mark.parametrize(
    ("text", "kind", "expected"),
    [
        ("acl,rw,noatime", EXT4, []),
        ("defaults", XFS, []),
        ("acl", BTRFS, []),
        ("acl", XFS, ["not-here"]),
        ("compress=zstd", BTRFS, []),
        ("compress=zstd", EXT4, ["not-here"]),
        ("inode64", EXT4, ["not-here"]),
        ("something-new=3", EXT4, []),
        ("ro,rw", EXT4, ["contradiction"]),
        ("noatime,relatime", XFS, ["contradiction"]),
        ("noauto", EXT4, ["no-boot"]),
        ("bind", EXT4, ["no-boot"]),
        ("rw noatime", EXT4, ["character"]),
        ("a\x1b[31m", EXT4, ["character"]),
        ("x" * 5000, EXT4, ["too-long"]),
    ],
)
def test_what_does_not_do(text: str, kind: FilesystemKind, expected: list[str]) -> None:
    assert codes(text, kind) == expected


def test_acl_on_xfs_is_said_precisely() -> None:
    (problem,) = option_problems(("acl",), XFS)
    assert "always on" in problem.summary


@pytest.mark.parametrize("kind", FilesystemKind)
@pytest.mark.parametrize("option", ["rw", "noatime", "nofail", "_netdev", "x-systemd.device-timeout=60s"])
def test_usual_options_are_explained(option: str, kind: FilesystemKind) -> None:
    explained = explain(option, kind)
    assert explained.known
    assert explained.words.endswith(".")
    assert "{" not in explained.words


def test_unknown_ones_are_said_to_be_unknown() -> None:
    assert not explain("brand-new", EXT4).known
    assert explain("x-anything=1", EXT4).known
    assert explain("compress=zstd:3", BTRFS).words == "New files are compressed: zstd:3."


def test_the_boot_entry_waits_for_the_network_and_never_blocks() -> None:
    assert boot_options(("acl", "rw"), "open-iscsi.service") == (
        "acl",
        "rw",
        "_netdev",
        "nofail",
        "x-systemd.device-timeout=60s",
        "x-systemd.mount-timeout=300s",
        "x-systemd.after=open-iscsi.service",
    )
    assert boot_options(())[0] == "defaults"
    assert "x-systemd.device-timeout=10s" in boot_options((), device_timeout=10)
    own = boot_options(("nofail", "x-systemd.device-timeout=5s"))
    assert own.count("nofail") == 1
    assert [one for one in own if "device-timeout" in one] == ["x-systemd.device-timeout=5s"]


@given(
    st.lists(st.sampled_from(["rw", "acl", "noatime", "noauto", "nofail", "_netdev", "x-systemd.requires=a"]))
)
def test_completing_twice_changes_nothing(options: list[str]) -> None:
    once = boot_options(tuple(dict.fromkeys(options)), "iscsi.service")
    assert boot_options(once, "iscsi.service") == once
    assert {"_netdev", "nofail"} <= set(once)
    assert not any(one.startswith(("x-systemd", "_netdev")) for one in runtime_options(once))
