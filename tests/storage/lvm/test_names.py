"""Names of groups and volumes, by LVM's rules."""

import string

import pytest
from hypothesis import given, strategies as st

from tui.storage.lvm.names import (
    LONGEST,
    logical_volume_name_problems,
    map_name,
    mapper_path,
    volume_group_name_problems,
    volume_path,
)
from tui.storage.probe.devices.lvm import names_of_map

GOOD = st.text(string.ascii_letters + string.digits + "+_.-", min_size=1, max_size=40).filter(
    lambda name: not name.startswith("-") and name not in (".", "..")
)


def code(name: str, volume_group: str = "", taken: tuple[str, ...] = ()) -> str:
    found = logical_volume_name_problems(name, volume_group, taken)
    assert len(found) <= 1
    return found[0].code.removeprefix("lvm-name.") if found else ""


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("data", ""),
        ("data-1.2+x_Y", ""),
        ("_data", ""),
        (".hidden", ""),
        ("", "empty"),
        (" ", "character"),
        ("a b", "character"),
        ("a/b", "character"),
        ("däta", "character"),
        ("a\x1b[31m", "character"),
        ("a\n", "character"),
        ("-data", "hyphen"),
        ("--", "hyphen"),
        (".", "dots"),
        ("..", "dots"),
        ("x" * LONGEST, ""),
        ("x" * (LONGEST + 1), "too-long"),
        ("snapshot", "reserved"),
        ("snapshot1", "reserved"),
        ("pvmove0", "reserved"),
        ("a_mimage", "reserved"),
        ("a_rmeta_0", "reserved"),
        ("pool_tdata", "reserved"),
        ("mysnapshot", ""),
    ],
)
def test_each_mistake_has_its_own_problem(name: str, expected: str) -> None:
    assert code(name) == expected


def test_the_problem_is_words_and_names_its_field() -> None:
    (problem,) = logical_volume_name_problems("a\x1b", field="volumes.0.name")
    assert problem.field == "volumes.0.name"
    assert "\x1b" not in problem.summary
    assert problem.remedy


def test_reserved_names_are_for_volumes_only() -> None:
    assert not volume_group_name_problems("snapshot_vg")
    assert volume_group_name_problems("..")[0].code == "lvm-name.dots"


def test_a_name_that_is_taken() -> None:
    assert code("data", taken=("data",)) == "taken"
    assert volume_group_name_problems("vg", ["vg"])[0].code == "lvm-name.taken"


def test_both_names_must_fit_into_one() -> None:
    assert code("b" * 60, "a" * 66) == ""
    assert code("b" * 60, "a" * 67) == "too-long"
    assert code("b" * 60, "-".join("a" * 33)) == "too-long"


@given(GOOD, GOOD)
def test_the_kernels_name_can_be_taken_apart_again(volume_group: str, volume: str) -> None:
    # A hyphen at the end of a group's name makes a run of three, which can be read in two ways.
    if volume_group.endswith("-"):
        return
    assert names_of_map(map_name(volume_group, volume)) == (volume_group, volume)


@given(st.text(max_size=200))
def test_never_more_than_one_problem_and_never_an_error(name: str) -> None:
    assert len(volume_group_name_problems(name)) <= 1
    assert len(logical_volume_name_problems(name, name)) <= 1


@given(GOOD)
def test_what_is_accepted_holds_only_what_lvm_takes(name: str) -> None:
    assert not volume_group_name_problems(name)
    assert mapper_path(name, "x").startswith("/dev/mapper/")
    assert volume_path(name, "x") == f"/dev/{name}/x"
