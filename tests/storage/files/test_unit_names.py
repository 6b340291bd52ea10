"""Names of units, compared with systemd's own tool where it is installed."""

import shutil
import subprocess

import pytest
from hypothesis import given, settings, strategies as st

from tui.storage.files.unit_names import device_unit, escape_path, mount_unit, unit_value

PATHS = st.lists(
    st.text(
        st.characters(codec="utf-8", exclude_characters="/\0", exclude_categories=["Cs"]),
        min_size=1,
        max_size=8,
    ).filter(lambda part: part not in (".", "..")),
    min_size=1,
    max_size=4,
).map(lambda parts: "/" + "/".join(parts))


@pytest.mark.parametrize(
    ("path", "unit"),
    [
        ("/", "-.mount"),
        ("/srv/data", "srv-data.mount"),
        ("/srv//data/", "srv-data.mount"),
        ("/srv/my data", r"srv-my\x20data.mount"),
        ("/srv/a-b", r"srv-a\x2db.mount"),
        ("/.a/.b", r"\x2ea-.b.mount"),
        ("/ü", r"\xc3\xbc.mount"),
    ],
)
def test_known_names(path: str, unit: str) -> None:
    assert mount_unit(path) == unit


def test_devices_and_values() -> None:
    assert device_unit("/dev/disk/by-uuid/1-2") == r"dev-disk-by\x2duuid-1\x2d2.device"
    assert unit_value("/srv/100%") == "/srv/100%%"


@pytest.mark.skipif(shutil.which("systemd-escape") is None, reason="systemd-escape is not installed")
@settings(max_examples=60, deadline=None)
@given(PATHS)
def test_the_same_as_systemd_escape(path: str) -> None:
    said = subprocess.run(("systemd-escape", "--path", "--", path), capture_output=True, check=True)
    assert escape_path(path).encode() == said.stdout.rstrip(b"\n")
