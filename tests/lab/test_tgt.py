"""A volume on another implementation of a target: set up, disconnected, and reconnected."""

from collections.abc import Iterator

import pytest

from tests.lab.test_setup_flows import checksum, set_up, write_file
from tests.lab.volumes import sh
from tui.lab.guest import Guest
from tui.lab.image import Release
from tui.lab.san import read_description

pytestmark = pytest.mark.lab

TARGET = "iqn.2001-04.com.example:storage.tgt1"


@pytest.fixture(scope="module")
def guest() -> Iterator[Guest]:
    with Guest.boot(Release.TRIXIE, san=read_description("tgt")) as booted:
        assert "Everything is set up." in set_up(booted, "tgt")
        yield booted


def test_it_is_taken_apart_and_comes_back(guest: Guest) -> None:
    kept = write_file(guest, "/srv/data")
    before = sh(guest, "findmnt -no SOURCE,FSTYPE,OPTIONS /srv/data; sha256sum /etc/fstab")
    guest.check("iscsi-console", "disconnect", TARGET, "--at-boot", "off", "--yes", timeout=300)
    assert sh(guest, "ls /sys/class/iscsi_session 2>/dev/null | wc -l") == "0"
    assert sh(guest, "dmsetup ls | grep -v '^No devices' || true") == ""
    assert sh(guest, "findmnt -no SOURCE /srv/data || true") == ""
    guest.check("iscsi-console", "reconnect", "--yes", timeout=300)
    assert sh(guest, "findmnt -no SOURCE,FSTYPE,OPTIONS /srv/data; sha256sum /etc/fstab") == before
    assert checksum(guest, "/srv/data") == kept
    assert "Everything was set up already." in set_up(guest, "tgt")
