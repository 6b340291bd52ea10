"""Two set-ups from the same answers at once, ten times: one runs, the other says so, the result is whole."""

import json

import pytest

from tests.kills.course import bare
from tests.lab.conftest import GuestFactory
from tests.lab.test_setup_flows import ANSWERS
from tests.lab.volumes import sh
from tui.lab.guest import Guest
from tui.lab.places import seen_in_guest

pytestmark = pytest.mark.lab

TIMES = 10

BUSY = 5
"""Exit status where another process changes the host."""


@pytest.fixture(scope="module")
def guest(guest_factory: GuestFactory) -> Guest:
    return guest_factory("open")


@pytest.mark.parametrize("time", range(TIMES))
def test_one_runs_the_other_says_so_and_the_result_is_whole(guest: Guest, time: int) -> None:
    answers = seen_in_guest(ANSWERS / "open.toml")
    told = json.loads(guest.check("python3", "-m", "tests.lab.two_setups", answers, timeout=300))
    first, second = sorted(told, key=lambda one: one["status"])
    assert (first["status"], second["status"]) == (0, BUSY), "\n".join(one["said"] for one in told)
    assert "Everything is set up." in first["said"]
    assert f"(process {first['process']})" in second["said"], second
    assert "done: " not in second["said"]

    assert sh(guest, "lvm vgs --noheadings -o vg_name,lv_count,pv_count").split() == ["vg_data", "1", "1"]
    assert sh(guest, "grep -c ' /srv/data ' /etc/fstab") == "1"
    assert sh(guest, "ls /sys/class/iscsi_session | wc -l") == "1"
    assert sh(guest, "ls /etc/iscsi/nodes/* | wc -l") == "1"
    sh(guest, "echo kept > /srv/data/kept; sync; cat /srv/data/kept")
    events = sh(guest, "cat /var/lib/iscsi-console/journal/*.jsonl").splitlines()
    ended = [json.loads(line)["event"] for line in events]
    assert ended.count("plan") == ended.count("finished") + ended.count("abandoned")
    assert "failed" not in ended
    bare(guest)
