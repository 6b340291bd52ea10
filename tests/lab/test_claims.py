"""What the kernel holds without saying so is a user like any other: nothing is taken from under it."""

import json
from collections.abc import Iterator

import pytest

from tests.lab.operate import run_script
from tests.lab.test_disconnect import in_background, told
from tests.lab.volumes import (
    THREE_LUNS,
    answer,
    carry_out,
    disks_are_here,
    log_in,
    path_of,
    sh,
    wait_for,
)
from tui.lab.guest import Guest
from tui.lab.image import Release

pytestmark = pytest.mark.lab


@pytest.fixture(scope="module")
def guest() -> Iterator[Guest]:
    with Guest.boot(Release.BOOKWORM, san=THREE_LUNS) as booted:
        log_in(booted)
        yield booted


@pytest.fixture
def disks(guest: Guest) -> Iterator[tuple[str, str, str]]:
    """The three disks, blank before and after."""
    found = (path_of(guest, 0), path_of(guest, 1), path_of(guest, 2))
    yield found
    sh(
        guest,
        f"""
for disk in {" ".join(found)}; do
    blkdiscard -z $disk || dd if=/dev/zero of=$disk bs=1M 2>/dev/null || true
done
udevadm settle
""",
    )
    disks_are_here(guest)


def refusal(guest: Guest, lun: int) -> tuple[str, str, list[str]]:
    """What disconnecting one LUN is refused with: code, evidence, and the commands that ran."""
    (done,) = told(guest, f'disconnect(of_rung(RungKind.LUN, "{lun}"))')
    assert not done.ok, done
    return done.code, done.evidence, done.commands


def contents_of(guest: Guest, lun: int) -> dict[str, object]:
    """What the Volumes page would say of a LUN."""
    return answer(guest, f"say_contents({lun})")


def wiped(guest: Guest, lun: int) -> tuple[str, list[str]]:
    """What erasing a LUN is refused with, and the commands that ran."""
    done = carry_out(guest, f"WipeSignatures(identity({lun}))")
    return done.codes[0], done.commands


def sentinel(guest: Guest, folder: str) -> str:
    """A file with random content that is on the disk; its checksum."""
    return sh(
        guest,
        f"head -c 5000000 /dev/urandom > {folder}/kept; sync -f {folder}; echo 3 > /proc/sys/vm/drop_caches;"
        f" sha256sum < {folder}/kept",
    )


def checksum(guest: Guest, folder: str) -> str:
    """The checksum of that file, read from the disk."""
    return sh(guest, f"echo 3 > /proc/sys/vm/drop_caches; sha256sum < {folder}/kept")


def claimed(guest: Guest, disk: str) -> None:
    """Start a program that opens a disk exclusively and keeps it."""
    opened = f"os.open('{disk}', os.O_RDONLY | os.O_EXCL)"
    script = f"import os, time; {opened}; open('/tmp/held', 'w'); time.sleep(900)"
    in_background(guest, f'exec python3 -c "{script}"')
    wait_for(guest, "test -e /tmp/held")


def let_go(guest: Guest) -> None:
    """End that program."""
    sh(guest, "pkill -f 'os[.]O_EXCL'; rm /tmp/held")
    wait_for(guest, "! pgrep -f 'os[.]O_EXCL'")


def test_a_program_that_claims_a_disk_is_not_robbed_of_it(guest: Guest, disks: tuple[str, str, str]) -> None:
    claimed(guest, disks[1])
    try:
        assert contents_of(guest, 1)["refusal"] == "device.claimed"
        assert wiped(guest, 1) == ("device.claimed", [])
    finally:
        let_go(guest)
    assert contents_of(guest, 1)["refusal"] == ""


def test_a_claim_between_the_making_of_a_plan_and_its_running_is_seen(
    guest: Guest, disks: tuple[str, str, str]
) -> None:
    """Before anything of the plan runs: the mount on another disk of the same session stays."""
    sh(guest, f"mkfs.ext4 -q {disks[0]}; mkdir -p /srv/one; mount {disks[0]} /srv/one")
    kept = sentinel(guest, "/srv/one")
    output = run_script(
        guest,
        f"""
from tests.lab.disconnect_side import *
import os
subject = subject_of_target(TARGET)
seen = see(HOST, subject)
proposal = propose(seen, subject, Choices(AboutUsers.WAIT, AtBoot.KEEP, 2))
assert proposal.refusal is None, proposal.refusal
kept = os.open("{disks[2]}", os.O_RDONLY | os.O_EXCL)
play(proposal, ())
""",
        200,
    )
    done = json.loads(output.splitlines()[-1])
    assert not done["ok"], done
    assert done["commands"] == []
    assert checksum(guest, "/srv/one") == kept
    sh(guest, "umount /srv/one")
