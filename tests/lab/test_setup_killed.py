"""The set-up is killed at every operation boundary, started again each time, and ends where it would have."""

import json
import re
from collections import Counter

import pytest

from tests.lab.conftest import GuestFactory
from tests.lab.test_setup_flows import ANSWERS, checksum, set_up, wait_until_mounted, write_file
from tui.lab.guest import Guest
from tui.lab.places import seen_in_guest

pytestmark = pytest.mark.lab

JOURNALS = "/var/lib/iscsi-console/journal"
NOTES = "/root/boundaries"
FEWEST_BOUNDARIES = 25
"""Ten operations that run, each with a boundary before, after, and after but not noted."""
ALL_STARTS_SECONDS = 1800.0
"""Longest time for all of them, on a host that is busy with other things."""


def starts_until_done(guest: Guest, *program: str) -> int:
    """Run a program of `tests.lab.killed_setup` to its end; how often it was started."""
    done = guest.run(("python3", "-m", *program), timeout=ALL_STARTS_SECONDS, env={"BOUNDARIES_USED": NOTES})
    assert done.status == 0, f"{done.status}\n{done.text}\n{done.error_text}"
    return int(re.findall(r"^started (\d+) times$", done.text, re.MULTILINE)[-1])


def journal_events(guest: Guest) -> dict[str, list[dict[str, object]]]:
    """The events of every journal, by its name."""
    names = guest.check("ls", JOURNALS).split()
    return {
        name: [json.loads(line) for line in guest.read_text(f"{JOURNALS}/{name}").splitlines()]
        for name in names
    }


def done_operations(guest: Guest) -> Counter[str]:
    """How often each operation was noted as run, over all journals: its kind and fields."""
    counted: Counter[str] = Counter()
    for events in journal_events(guest).values():
        operations = events[0]["operations"]
        assert isinstance(operations, list)
        for event in events:
            if event["event"] == "done":
                number = event["number"]
                assert isinstance(number, int)
                counted[json.dumps(operations[number], sort_keys=True)] += 1
    return counted


def test_killed_at_every_boundary_it_ends_in_the_same_state(guest_factory: GuestFactory) -> None:
    guest = guest_factory("open")
    answers = seen_in_guest(ANSWERS / "open.toml")
    starts = starts_until_done(guest, "tests.lab.killed_setup", "setup", "--answers", answers)
    boundaries = guest.read_text(NOTES).splitlines()
    assert starts == len(boundaries) + 1
    assert len(boundaries) >= FEWEST_BOUNDARIES

    counted = done_operations(guest)
    assert counted
    assert {operation for operation, times in counted.items() if times > 1} == set()
    kinds = Counter(json.loads(operation)["kind"] for operation in counted)
    for kind in (
        "CreatePhysicalVolume",
        "CreateVolumeGroup",
        "CreateLogicalVolume",
        "MakeFilesystem",
        "LogIn",
    ):
        assert kinds[kind] == 1, f"{kind}: {kinds}"

    assert guest.check("lvm", "vgs", "--noheadings", "-o", "vg_name,lv_count,pv_count").split() == [
        "vg_data",
        "1",
        "1",
    ]
    lines = [line for line in guest.read_text("/etc/fstab").splitlines() if " /srv/data " in line]
    assert len(lines) == 1
    assert guest.check("sh", "-c", "iscsiadm -m session | wc -l") == "1"
    kept = write_file(guest, "/srv/data")
    assert "Everything was set up already." in set_up(guest, "open")

    guest.reboot()
    wait_until_mounted(guest, "/srv/data")
    assert checksum(guest, "/srv/data") == kept
