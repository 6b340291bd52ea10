"""What goes wrong is told, leaves nothing half-done, and is mended by starting again."""

import json
from collections import Counter

import pytest

from tests.lab.conftest import GuestFactory
from tests.lab.test_setup_flows import ANSWERS, RECORD, SECONDS
from tests.lab.test_setup_killed import done_operations
from tests.waiting import Stopwatch
from tui.lab.guest import Guest
from tui.setup.unattended import FAILED, INTERRUPTED

pytestmark = pytest.mark.lab

OPEN = (ANSWERS / "open.toml").read_text()
QUICK = 60.0
"""Longest time until a closed port is told; iscsiadm alone would take two minutes."""


def stopped(guest: Guest, answers: str, status: int = FAILED) -> str:
    """Play answers that cannot succeed; why it stopped."""
    guest.write_text("/root/answers.toml", answers)
    done = guest.run(("iscsi-console", "setup", "--answers", "/root/answers.toml"), timeout=SECONDS)
    assert done.status == status, done.text
    assert "Traceback" not in done.text + done.error_text
    return done.text.rpartition("Stopped: ")[2]


def records(guest: Guest) -> str:
    return guest.check("sh", "-c", "iscsiadm -m node 2>/dev/null || true")


def test_every_stop_is_told_and_the_next_start_goes_on(guest_factory: GuestFactory) -> None:
    guest = guest_factory("open")

    watch = Stopwatch()
    why = stopped(guest, OPEN.replace("[volumes]", "port = 3261\n\n[volumes]"))
    assert "192.0.2.10:3261 refuses the connection" in why
    assert watch.seconds() < QUICK
    assert records(guest) == ""

    why = stopped(guest, OPEN.replace("[volumes]", '[target]\nnames = ["iqn.2001-01.x:none"]\n\n[volumes]'))
    assert "neither known to this host nor offered" in why
    assert records(guest) == ""

    guest.check("mkdir", "-p", "/var/lib/iscsi-console/journal")
    guest.check("mount", "-t", "tmpfs", "-o", "size=4k,nr_inodes=2", "none", "/var/lib/iscsi-console/journal")
    guest.run(("sh", "-c", "head -c 8k /dev/zero > /var/lib/iscsi-console/journal/full"))
    assert "journal" in stopped(guest, OPEN)
    assert records(guest) == ""
    guest.check("umount", "/var/lib/iscsi-console/journal")

    put_a_stranger_on_the_disk(guest)
    why = stopped(guest, OPEN)
    assert "/dev/sda is not empty: ext4" in why
    wwid = guest.check("sh", "-c", "cat /sys/block/sda/device/wwid").strip()
    assert wwid in why
    assert "not empty" in stopped(guest, OPEN.replace("[volumes]", f'[volumes]\nerase = "{wwid[:-1]}"'))
    assert guest.check("blkid", "-o", "value", "-s", "LABEL", "/dev/sda") == "stranger"

    fstab = guest.read_text("/etc/fstab")
    guest.check("chattr", "+i", "/etc/fstab")
    consented = OPEN.replace("[volumes]", f'[volumes]\nerase = "{wwid}"')
    why = stopped(guest, consented)
    assert "/etc/fstab" in why
    now = why.partition("This host now")[2]
    assert "done: Create the volume group vg_data" in now
    assert "not done: Mount" in now
    assert guest.read_text("/etc/fstab") == fstab
    assert guest.run(("findmnt", "--mountpoint", "/srv/data")).status != 0
    guest.check("chattr", "-i", "/etc/fstab")

    # The same answers resume what they began; others are told of the plan and leave it.
    assert "An interrupted plan is open" in stopped(guest, OPEN, INTERRUPTED)
    guest.write_text("/root/answers.toml", consented)
    said = guest.check("iscsi-console", "setup", "--answers", "/root/answers.toml", timeout=300)
    assert "Resuming: " in said
    assert "Everything is set up." in said
    twice = {one: times for one, times in done_operations(guest).items() if times > 1}
    assert twice == {}
    kinds = Counter(json.loads(one)["kind"] for one in done_operations(guest))
    assert kinds["WipeSignatures"] == kinds["AddFstabEntry"] == 1


def put_a_stranger_on_the_disk(guest: Guest) -> None:
    guest.check("iscsiadm", *RECORD, "-o", "new")
    guest.check("iscsiadm", *RECORD, "--login")
    guest.check("timeout", "900", "sh", "-c", "until test -b /dev/sda; do sleep 0.1; done; udevadm settle")
    guest.check("mkfs.ext4", "-q", "-L", "stranger", "/dev/sda")


def test_a_target_without_a_lun_is_told(guest_factory: GuestFactory) -> None:
    guest = guest_factory("no_lun")
    why = stopped(guest, OPEN)
    assert "the target shows no LUN" in why
    assert "initiator name" in why
