"""Where a volume may be mounted."""

import pytest
from hypothesis import given, strategies as st

from tui.storage.files.mount_point import is_below, mount_point_problems
from tui.storage.probe.mounts.fstab import normalised


def code(path: str) -> str:
    found = mount_point_problems(path)
    assert len(found) <= 1
    return found[0].code.removeprefix("mount-point.") if found else ""


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/srv/data", ""),
        ("/srv/my data", ""),
        ("/mnt", ""),
        ("/home", ""),
        ("/iscsi/", ""),
        ("/var/lib/postgresql", ""),
        ("/usr/local/data", ""),
        ("/bootstrap", ""),
        ("/runs", ""),
        ("", "empty"),
        ("  ", "empty"),
        ("data", "relative"),
        ("~/data", "relative"),
        ("./data", "relative"),
        ("/srv/../etc", "dots"),
        ("/srv/./x", "dots"),
        ("/srv/a\nb", "character"),
        ("/srv/a\x1b[31m", "character"),
        ("/srv/data ", "blank"),
        ("/", "system"),
        ("//", "system"),
        ("/etc", "system"),
        ("/etc/data", "system"),
        ("/usr", "system"),
        ("/usr/lib/x", "system"),
        ("/var", "system"),
        ("/boot/efi", "system"),
        ("/proc/x", "system"),
        ("/var/lib/iscsi/nodes", "system"),
        ("/run", "system"),
        ("/run/x", "volatile"),
        ("/tmp/x", "volatile"),
        ("/srv/" + "x" * 256, "too-long"),
        ("/x" * 2100, "too-long"),
        ("/srv/" + "-" * 70, "unit-too-long"),
        ("/srv/" + "ä" * 40, "unit-too-long"),
    ],
)
def test_each_mistake_has_its_own_problem(path: str, expected: str) -> None:
    assert code(path) == expected


def test_slashes_are_put_in_order() -> None:
    assert normalised("//srv///data/") == "/srv/data"
    assert normalised("/") == "/"
    assert normalised("data/") == "data/"


def test_below() -> None:
    assert is_below("/srv/data", "/srv")
    assert is_below("/srv", "/srv")
    assert not is_below("/srv2", "/srv")
    assert is_below("/srv", "/")


@given(st.text(max_size=60))
def test_any_text_gives_words_that_can_be_shown(path: str) -> None:
    for candidate in (path, f"/{path}"):
        for problem in mount_point_problems(candidate):
            assert problem.summary.isprintable()
            assert problem.remedy
