"""Plans that somebody else began, or that run just now, beside a set-up that asks nobody."""

import json

import pytest

from tests.lab.conftest import GuestFactory
from tests.lab.test_setup_flows import ANSWERS, checksum, set_up, write_file
from tui.lab.guest import Guest
from tui.lab.places import seen_in_guest
from tui.setup.unattended import BUSY, INTERRUPTED

pytestmark = pytest.mark.lab

JOURNALS = "/var/lib/iscsi-console/journal"
ANSWERS_FILE = "/root/answers.toml"
HALF = (ANSWERS / "open.toml").read_text().replace('size = "100%"', 'size = "50%"')

DESTRUCTIVE = """
from pathlib import Path
from tui.storage.changing.journal import FOLDER, Journal, Origin
from tui.storage.changing.plan import Plan
from tui.storage.host.local import LocalHost
from tui.storage.operations.lvm.destroy_volume import DestroyVolume
from tui.storage.probe.inventory import take_inventory
seen = take_inventory(LocalHost(looking_only=True))
(group,) = [group for group in seen.volume_groups if group.name == "vg_data"]
(volume,) = [volume for volume in seen.logical_volumes if volume.name == "old"]
plan = Plan("Remove the volume old", (
    DestroyVolume("vg_data", group.uuid, "old", volume.uuid, volume.size, "ext4"),
))
print(Journal.open(plan, FOLDER, Origin.CONSOLE).identifier)
"""

STOPPED_IN_THE_MIDDLE = """
import os, signal, subprocess, sys
with open("/root/first", "w") as said:
    first = subprocess.Popen(
        sys.argv[1:], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    for line in first.stdout:
        said.write(line)
        said.flush()
        if line.strip().startswith("now:") and "vg_data" in line:
            os.kill(first.pid, signal.SIGSTOP)
            break
print(first.pid)
"""


def unattended(guest: Guest, *options: str) -> tuple[int, str]:
    """Set up from the file of answers in the guest: exit status and what it said."""
    done = guest.run(("iscsi-console", "setup", "--answers", ANSWERS_FILE, *options), timeout=300)
    assert "Traceback" not in done.text + done.error_text
    return done.status or 0, done.text


def journals(guest: Guest) -> str:
    """Everything that is written in them."""
    return guest.check("sh", "-c", f"cat {JOURNALS}/*.jsonl")


def test_a_destructive_plan_of_the_console_is_not_carried_out(guest_factory: GuestFactory) -> None:
    guest = guest_factory("open")
    guest.write_text(ANSWERS_FILE, HALF)
    status, said = unattended(guest)
    assert status == 0, said
    guest.check("lvm", "lvcreate", "-qq", "--yes", "-Wn", "-l", "8", "-n", "old", "vg_data")
    guest.check("mkfs.ext4", "-q", "/dev/vg_data/old")
    guest.check("mkdir", "-p", "/srv/old")
    guest.check("mount", "/dev/vg_data/old", "/srv/old")
    kept = write_file(guest, "/srv/old")
    guest.check("umount", "/srv/old")
    name = guest.check("python3", "-c", DESTRUCTIVE).strip()

    before = journals(guest)
    status, said = unattended(guest)
    assert status == INTERRUPTED
    assert "Remove the volume old" in said
    assert f"--give-up {name}" in said
    assert journals(guest) == before
    guest.check("mount", "/dev/vg_data/old", "/srv/old")
    assert checksum(guest, "/srv/old") == kept

    status, said = unattended(guest, "--give-up", name)
    assert status == 0, said
    assert checksum(guest, "/srv/old") == kept
    assert json.loads(journals(guest).splitlines()[-1]).get("event") in ("abandoned", "finished")
    status, said = unattended(guest)
    assert status == 0, said


def test_a_running_plan_is_left_to_the_process_that_runs_it(guest_factory: GuestFactory) -> None:
    guest = guest_factory("open")
    answers = seen_in_guest(ANSWERS / "open.toml")
    guest.write_text(ANSWERS_FILE, (ANSWERS / "open.toml").read_text())
    program = ("iscsi-console", "setup", "--answers", answers)
    first = guest.check("python3", "-c", STOPPED_IN_THE_MIDDLE, *program, timeout=300).strip()
    assert first.isdecimal()
    before = journals(guest)
    assert '"finished"' not in before.splitlines()[-1]

    status, said = unattended(guest)
    assert status == BUSY
    assert f"(process {first})" in said
    assert journals(guest) == before

    # It was stopped by a signal and its output is gone; killed now, it is an interrupted plan.
    guest.check("kill", "-KILL", first)
    status, said = unattended(guest)
    assert status == INTERRUPTED
    assert "An interrupted plan is open" in said
    name = said.partition("--resume ")[2].split()[0]
    status, said = unattended(guest, "--resume", name)
    assert status == 0, said
    assert "Everything was set up already." in set_up(guest, "open")
