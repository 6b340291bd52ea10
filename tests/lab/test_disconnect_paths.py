"""Safe disconnect with multipath: one path goes and the map goes on; the whole goes and nothing is left."""

from collections.abc import Iterator

import pytest

from tests.lab.test_disconnect import checksum, fill, in_background, maps, mounted, sessions, told
from tests.lab.volumes import carry_out, log_in, sh, wait_for
from tui.lab.guest import Guest
from tui.lab.image import Release
from tui.lab.san import read_description

pytestmark = [pytest.mark.lab, pytest.mark.xdist_group("disconnect-paths")]

JOIN = """
from tui.storage.operations.multipath.maps import CreateMultipathMap
luns = look_at_devices(HOST).luns
"""
MAKE = """
map=/dev/mapper/$(dmsetup ls --target multipath | cut -f 1)
pvcreate -q $map; vgcreate -q vg-m $map; lvcreate -q -L 200M -n data vg-m; mkfs.ext4 -q /dev/vg-m/data
mkdir -p /srv/data
echo '/dev/vg-m/data /srv/data ext4 _netdev,nofail 0 2' >> /etc/fstab
systemctl daemon-reload; udevadm settle; mount /srv/data
"""


@pytest.fixture(scope="module")
def guest() -> Iterator[Guest]:
    with Guest.boot(Release.TRIXIE, san=read_description("two_portals")) as booted:
        log_in(booted, "192.0.2.10:3260", "198.51.100.10:3260")
        joined = carry_out(booted, "CreateMultipathMap(luns[0].wwid, tuple(lun.disk for lun in luns))", JOIN)
        assert joined.stages == ["done"], joined
        sh(booted, MAKE)
        yield booted


def paths(guest: Guest) -> int:
    """How many disks the map stands on."""
    return len(sh(guest, "ls /sys/block/dm-*/slaves | grep ^sd || true").split())


# The tests follow each other on one machine.


def test_one_portal_goes_and_the_map_goes_on(guest: Guest) -> None:
    writer = "n=0; while :; do n=$((n+1)); echo $n > /srv/data/n; sync /srv/data/n || exit; sleep 0.1; done"
    in_background(guest, writer)
    wait_for(guest, "test -s /srv/data/n")
    before = sh(guest, "cat /srv/data/n")
    script = """
portal = of_rung(RungKind.PORTAL, "198.51.100.10:3260")
disconnect(portal, Choices(AboutUsers.WAIT, AtBoot.OFF, 5))
"""
    (done,) = told(guest, script)
    assert done.ok, done
    assert "keeps working over its other paths" in done.notes
    assert sessions(guest) == 1
    wait_for(guest, "test $(ls /sys/block/dm-*/slaves | grep -c ^sd) = 1")
    wait_for(guest, f"test $(cat /srv/data/n) -gt {before}")
    assert mounted(guest) == {"/srv/data"}
    (back,) = told(guest, "reconnect()")
    assert back.ok, back
    assert sessions(guest) == 2
    wait_for(guest, "test $(ls /sys/block/dm-*/slaves | grep -c ^sd) = 2")
    startups = sh(guest, "iscsiadm -m node -o show | grep '^node.startup'").split()
    assert startups.count("automatic") == 2


def test_a_target_with_two_paths_goes_whole_and_comes_back(guest: Guest) -> None:
    kept = fill(guest, "/srv/data")
    (done,) = told(
        guest, "disconnect(subject_of_target(TARGET), Choices(AboutUsers.END_PROCESSES, AtBoot.KEEP, 20))"
    )
    assert done.ok, done
    assert sum(command.startswith("multipath -f") for command in done.commands) == 1
    assert sessions(guest) == 0
    assert maps(guest) == set()
    assert mounted(guest) == set()
    assert sh(guest, "ls /sys/block | grep -c ^sd || true") == "0"
    (back,) = told(guest, "reconnect()")
    assert back.ok, back
    assert sessions(guest) == 2
    assert paths(guest) == 2
    assert mounted(guest) == {"/srv/data"}
    assert checksum(guest, "/srv/data") == kept
    assert sh(guest, "dmsetup ls --target multipath | wc -l") == "1"
