"""A multipath map all of whose disks are gone: what stands on it is still in use, and stays in the tree."""

from collections.abc import Iterator

import pytest

from tests.lab.test_claims import below_mount
from tests.lab.test_disconnect import mounted
from tests.lab.test_disconnect_paths import JOIN, MAKE, paths
from tests.lab.volumes import carry_out, log_in, sh, wait_for
from tui.lab.guest import Guest
from tui.lab.image import Release
from tui.lab.san import read_description

pytestmark = pytest.mark.lab


@pytest.fixture(scope="module")
def guest() -> Iterator[Guest]:
    with Guest.boot(Release.TRIXIE, san=read_description("two_portals")) as booted:
        log_in(booted, "192.0.2.10:3260", "198.51.100.10:3260")
        joined = carry_out(booted, "CreateMultipathMap(luns[0].wwid, tuple(lun.disk for lun in luns))", JOIN)
        assert joined.stages == ["done"], joined
        sh(booted, MAKE)
        yield booted


def test_its_volume_group_volume_and_mount_stay_in_the_tree(guest: Guest) -> None:
    name = sh(guest, "dmsetup ls --target multipath | cut -f 1")
    assert {name, "vg-m", "data"} <= set(below_mount(guest, "/srv/data"))
    sh(guest, "for disk in /sys/block/sd*; do echo 1 > $disk/device/delete; done")
    wait_for(guest, "! ls /sys/block/dm-*/slaves | grep -q ^sd")
    assert paths(guest) == 0
    assert mounted(guest) == {"/srv/data"}
    on = below_mount(guest, "/srv/data")
    assert {name, "vg-m", "data", "ext4"} <= set(on), on
    assert not [one for one in on if one.startswith("LUN ")], on
