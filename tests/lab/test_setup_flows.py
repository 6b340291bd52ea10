"""The set-up from answers on real kernels: mounted, still there after a reboot, and nothing to do twice.

Keys lead to every one of these arrays on both releases (`test_console_flows`). From answers, which take the
same way through the same steps, each array is set up once, on one release or the other.
"""

import json

import pytest
from msgspec import Struct

from tests.lab.conftest import GuestFactory
from tui.lab.guest import Guest
from tui.lab.image import Release
from tui.lab.places import project_folder, seen_in_guest

pytestmark = pytest.mark.lab

ANSWERS = project_folder() / "tui" / "lab" / "answers"
SECONDS = 300.0
"""Longest time for one set-up, on a host that is busy with other things."""


class Flow(Struct, frozen=True):
    """A set-up: its array and answers have the same name; secrets go into these files of root's home."""

    name: str
    release: Release
    mount_points: tuple[str, ...] = ("/srv/data",)
    secrets: tuple[tuple[str, str], ...] = ()
    maps: int = 0

    def __str__(self) -> str:
        return f"{self.name}-{self.release}"


CHAP = Flow("chap", Release.TRIXIE, ("/srv/data", "/srv/data/logs"), (("session.secret", "practice-in-12"),))
MUTUAL = Flow(
    "mutual",
    Release.BOOKWORM,
    secrets=(
        ("discovery.secret", "practice-find-in"),
        ("discovery-in.secret", "practice-find-out"),
        ("session.secret", "practice-login-in"),
        ("session-in.secret", "practice-login-out"),
    ),
)
FLOWS = (
    Flow("open", Release.BOOKWORM),
    CHAP,
    MUTUAL,
    Flow("two_portals", Release.TRIXIE, maps=1),
    Flow("ipv6", Release.BOOKWORM),
    Flow("tgt", Release.TRIXIE),
)


def plant(guest: Guest, flow: Flow) -> None:
    """Put the secrets where the answers look for them, for root's eyes only."""
    for name, secret in flow.secrets:
        guest.check("install", "-m", "600", "/dev/null", f"/root/{name}")
        guest.write_text(f"/root/{name}", f"{secret}\n")


def set_up(guest: Guest, answers: str) -> str:
    """Play answers that come with the program; what it said."""
    path = seen_in_guest(ANSWERS / f"{answers}.toml")
    done = guest.run(("iscsi-console", "setup", "--answers", path), timeout=SECONDS)
    assert done.status == 0, f"{done.text}\n{done.error_text}"
    return done.text


def write_file(guest: Guest, mount_point: str) -> str:
    """Write a file of random bytes, see it on the disk, and return its checksum."""
    path = f"{mount_point}/kept"
    guest.check("dd", "if=/dev/urandom", f"of={path}", "bs=1M", "count=4", "conv=fsync", "status=none")
    return checksum(guest, mount_point)


def checksum(guest: Guest, mount_point: str) -> str:
    return guest.check("sha256sum", f"{mount_point}/kept").split()[0]


def wait_until_mounted(guest: Guest, mount_point: str) -> str:
    """Wait for the boot to bring a mount; the identity of its file system."""
    wait = f"until findmnt --noheadings --output UUID --mountpoint {mount_point}; do sleep 0.2; done"
    return guest.check("timeout", "900", "sh", "-c", wait)


def fingerprints(guest: Guest) -> str:
    """Checksums of every file that a set-up may write."""
    places = "/etc/iscsi /etc/fstab /etc/lvm/backup /etc/multipath /etc/systemd/system /var/lib/iscsi-console"
    return guest.check(
        "sh", "-c", f"find {places} -type f -print0 2>/dev/null | sort -z | xargs -0 sha256sum"
    )


@pytest.mark.parametrize("flow", FLOWS, ids=str)
def test_a_volume_survives_a_reboot_and_a_second_run_changes_nothing(
    guest_factory: GuestFactory, flow: Flow
) -> None:
    guest = guest_factory(flow.name, release=flow.release)
    plant(guest, flow)
    said = set_up(guest, flow.name)
    assert "Everything is set up." in said
    assert "FAILS" not in said
    assert "doctor found" not in said
    sums = {point: write_file(guest, point) for point in flow.mount_points}
    identities = {point: wait_until_mounted(guest, point) for point in flow.mount_points}

    guest.reboot()
    assert {point: wait_until_mounted(guest, point) for point in flow.mount_points} == identities
    assert {point: checksum(guest, point) for point in flow.mount_points} == sums
    assert len(guest.check("multipath", "-ll", "-v1").split()) == flow.maps

    before = fingerprints(guest)
    again = set_up(guest, flow.name)
    assert "Everything was set up already." in again
    assert "done: " not in again
    assert fingerprints(guest) == before
    assert {point: checksum(guest, point) for point in flow.mount_points} == sums


def test_saved_answers_make_a_host_again(guest_factory: GuestFactory) -> None:
    guest = guest_factory("two_portals", release=Release.BOOKWORM)
    set_up(guest, "two_portals")
    kept = write_file(guest, "/srv/data")
    saved = "/root/saved.toml"
    guest.check("iscsi-console", "setup", "--save-answers", saved)
    before = fingerprints(guest)
    said = json_end(guest, saved)
    assert (said["status"], said["changed"]) == (0, False)
    assert fingerprints(guest) == before

    (target,) = {line.split()[3] for line in guest.check("iscsiadm", "-m", "session").splitlines()}
    guest.check("iscsi-console", "disconnect", target, "--yes", timeout=SECONDS)
    guest.check("iscsi-console", "record", "delete", target, "--yes")
    guest.check("sh", "-c", "sed -i '/disconnected by iscsi-console/d' /etc/fstab; systemctl daemon-reload")
    before = fingerprints(guest)
    planned = guest.check("iscsi-console", "plan", "setup", "--answers", saved, timeout=SECONDS)
    assert "198.51.100.10:3260" in planned
    assert fingerprints(guest) == before
    said = json_end(guest, saved)
    assert (said["status"], said["changed"]) == (0, True), said
    assert checksum(guest, "/srv/data") == kept
    (joined,) = json.loads(guest.check("iscsi-console", "status", "--json"))["multipath_maps"]
    table = guest.check("dmsetup", "table", joined["name"])
    assert joined["policy"]["selector"] in table.split()
    assert joined["policy"]["queues"] is ("queue_if_no_path" in table)


def json_end(guest: Guest, answers: str) -> dict[str, object]:
    """Play an answers file; the last event."""
    done = guest.run(("iscsi-console", "setup", "--answers", answers, "--json"), timeout=SECONDS)
    events = [json.loads(line) for line in done.text.splitlines()]
    assert events[-1]["event"] == "end", f"{done.text}\n{done.error_text}"
    return {**events[-1], "errors": done.error_text}


def test_an_existing_volume_is_attached_again_without_loss(guest_factory: GuestFactory) -> None:
    guest = guest_factory("open", release=Release.TRIXIE)
    make_volume_by_hand(guest)
    guest.check("mkdir", "/mnt/before")
    guest.check("mount", "/dev/vg_data/data", "/mnt/before")
    kept = write_file(guest, "/mnt/before")
    identity = guest.check("blkid", "-o", "value", "-s", "UUID", "/dev/vg_data/data")
    guest.check("umount", "/mnt/before")
    forget_by_hand(guest)

    said = set_up(guest, "existing")
    assert "mkfs" not in said
    assert "pvcreate" not in said
    assert checksum(guest, "/srv/data") == kept
    assert guest.check("blkid", "-o", "value", "-s", "UUID", "/dev/vg_data/data") == identity

    guest.reboot()
    wait_until_mounted(guest, "/srv/data")
    assert checksum(guest, "/srv/data") == kept


TARGET = "iqn.2003-01.org.linux-iscsi.lab:t1"
RECORD = ("-m", "node", "-T", TARGET, "-p", "192.0.2.10:3260")


def make_volume_by_hand(guest: Guest) -> None:
    """What an administrator did some years ago, without the program."""
    guest.check("iscsiadm", *RECORD, "-o", "new")
    guest.check("iscsiadm", *RECORD, "--login")
    guest.check("timeout", "900", "sh", "-c", "until test -b /dev/sda; do sleep 0.1; done; udevadm settle")
    guest.check("lvm", "pvcreate", "/dev/sda")
    guest.check("lvm", "vgcreate", "vg_data", "/dev/sda")
    guest.check("lvm", "lvcreate", "-l", "100%FREE", "-n", "data", "vg_data")
    guest.check("mkfs.ext4", "-q", "/dev/vg_data/data")


def forget_by_hand(guest: Guest) -> None:
    """Take the volume off this host, and leave nothing of it behind here."""
    guest.check("lvm", "vgchange", "-an", "vg_data")
    guest.check("iscsiadm", *RECORD, "--logout")
    guest.check("iscsiadm", *RECORD, "-o", "delete")
