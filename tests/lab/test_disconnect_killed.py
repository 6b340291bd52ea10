"""A disconnect and the way back, killed at every operation boundary: both end where they would have."""

import json
from collections import Counter

import pytest

from tests.lab.conftest import GuestFactory
from tests.lab.test_disconnect import SERVICE, checksum, fill, in_background, maps, mounted, sessions
from tests.lab.test_setup_killed import done_operations, starts_until_done
from tests.lab.volumes import TARGET, log_in, path_of, sh, wait_for
from tui.lab.guest import Guest

pytestmark = pytest.mark.lab

NOTES = "/root/boundaries"
FEWEST_BOUNDARIES = 40
"""Fifteen operations that run, each with a boundary before, after, and after but not noted."""

MAKE = """
pvcreate -q {0}; vgcreate -q vg-a {0}; lvcreate -q -L 200M -n data vg-a; lvcreate -q -L 64M -n swap vg-a
mkfs.ext4 -q /dev/vg-a/data; mkswap /dev/vg-a/swap; udevadm settle
mkdir -p /srv/data /srv/again
printf '%s\n' '/dev/vg-a/data /srv/data ext4 _netdev,nofail 0 2' \
    '/dev/vg-a/swap none swap _netdev,nofail 0 0' >> /etc/fstab
systemctl daemon-reload
mount /srv/data; mkdir /srv/data/part; mount --bind /srv/data/part /srv/again; swapon /dev/vg-a/swap
"""


def kills_until_done(guest: Guest, what: str) -> int:
    """Start it again and again until it is done; how often it was killed."""
    return starts_until_done(guest, "tests.lab.disconnect_side", what) - 1


def test_killed_at_every_boundary_nothing_is_lost_and_nothing_left_behind(
    guest_factory: GuestFactory,
) -> None:
    guest = guest_factory("open")
    log_in(guest)
    sh(guest, MAKE.format(path_of(guest, 0)))
    guest.write_text("/etc/systemd/system/holder.service", SERVICE)
    sh(guest, "systemctl daemon-reload; systemctl start holder.service")
    in_background(guest, "cd /srv/data; touch here; exec sleep 1000")
    wait_for(guest, "test -e /srv/data/held -a -e /srv/data/here")
    fstab = guest.read_text("/etc/fstab")
    kept = fill(guest, "/srv/data")

    killed = kills_until_done(guest, TARGET)
    assert killed >= FEWEST_BOUNDARIES, guest.read_text(NOTES)
    assert (sessions(guest), maps(guest), mounted(guest)) == (0, set(), set())
    assert sh(guest, "ls /sys/block | grep -c ^sd || true") == "0"
    assert len(sh(guest, "cat /proc/swaps").splitlines()) == 1

    killed += kills_until_done(guest, "reconnect")
    assert killed == len(guest.read_text(NOTES).splitlines())
    assert mounted(guest) == {"/srv/data", "/srv/again"}
    assert checksum(guest, "/srv/data") == kept
    assert guest.read_text("/etc/fstab") == fstab
    assert sh(guest, "systemctl is-active holder.service") == "active"
    assert sessions(guest) == 1

    counted = done_operations(guest)
    assert counted
    assert {operation for operation, times in counted.items() if times > 1} == set()
    kinds = Counter(json.loads(operation)["kind"] for operation in counted)
    for kind in ("LogOut", "LogIn", "SwapOff", "SwapOn", "StopService", "DeactivateVolumeGroup"):
        assert kinds[kind] == 1, kinds
    assert kinds["UnmountFilesystem"] == 2
