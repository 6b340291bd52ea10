"""Outages of the past, on a real kernel: a host that was cut off three times in a week."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.lab.volumes import DISKS, sh, wait_for
from tui.lab.faults import Fault
from tui.lab.guest import Guest
from tui.lab.san import read_description

pytestmark = pytest.mark.lab

TARGET = "iqn.2003-01.org.linux-iscsi.lab:t1"
PORTAL = "192.0.2.10:3260"
STATE = "/sys/class/iscsi_session/session*/state"
BACK = "journalctl -u iscsid -o cat | grep -c 'operational after recovery'"
SET_UP = f"""
set -e
iscsiadm -m node -T {TARGET} -p {PORTAL} -o new
iscsiadm -m node -T {TARGET} -p {PORTAL} -o update -n node.conn[0].timeo.noop_out_interval -v 1 \
    -n node.conn[0].timeo.noop_out_timeout -v 5 -n node.session.timeo.replacement_timeout -v 5 \
    -n node.conn[0].timeo.login_timeout -v 60
iscsiadm -m node -T {TARGET} -p {PORTAL} -l
until {DISKS}; do udevadm settle; done
disk=/dev/$(ls /sys/class/iscsi_session/session*/device/target*/*/block)
mkfs.ext4 -q $disk
mkdir /data
mount $disk /data
"""


@pytest.fixture(scope="module")
def guest() -> Iterator[Guest]:
    with Guest.boot(san=read_description("open")) as running:
        sh(running, SET_UP)
        yield running


def history(guest: Guest, *arguments: str) -> dict[str, Any]:
    found = json.loads(guest.check("iscsi-console", "history", "--json", *arguments))
    assert isinstance(found, dict)
    return found


def cut_off(guest: Guest, until: str) -> None:
    """Take the network away until a shell condition holds, and give it back."""
    before = sh(guest, f"{BACK} || true")
    guest.fault(Fault.LINK_DOWN)
    wait_for(guest, f"[ $(cat {STATE}) != LOGGED_IN ]")
    wait_for(guest, until)
    guest.fault(Fault.LINK_UP)
    wait_for(guest, f"[ $(cat {STATE}) = LOGGED_IN ]")
    wait_for(guest, f"journalctl --sync; [ $({BACK}) -gt {before} ]")


def days_pass(guest: Guest, days: int) -> None:
    sh(guest, f"date --set=@$(($(date +%s) + {days * 86400}))")


def test_a_host_that_was_cut_off_three_times_in_a_week(guest: Guest) -> None:
    begun = float(sh(guest, "date +%s"))
    cut_off(guest, "true")
    days_pass(guest, 2)
    # A file is written meanwhile, so that the kernel has something to give up.
    cut_off(guest, f"echo x > /data/x; timeout 1 sync /data/x; [ $(cat {STATE}) = FREE ]")
    days_pass(guest, 3)
    cut_off(guest, "true")
    ended = float(sh(guest, "date +%s"))

    found = history(guest)
    first, second, third = found["outages"]
    for outage, days in ((first, 0), (second, 2), (third, 5)):
        assert (outage["target"], outage["portal"]) == (TARGET, PORTAL)
        assert outage["end"] == "back"
        assert 0 < outage["seconds"] < ended - begun - 5 * 86400
        assert outage["ended"] - outage["lost"] == pytest.approx(outage["seconds"], abs=1.0)
        assert begun + days * 86400 <= outage["lost"] <= ended - (5 - days) * 86400
    assert [outage["gave_up"] is not None for outage in found["outages"]] == [False, True, False]
    assert second["lost"] < second["gave_up"] < second["ended"]
    assert any(one["is_of_session"] and one["count"] for one in second["errors"])
    assert any("operational after recovery" in line["text"] for line in third["lines"])
    assert found["without_iscsid"] == []

    assert len(history(guest, "--since", "4d")["outages"]) == 2
    said = guest.check("iscsi-console", "history")
    assert said.count("Lost ") == 3
    assert said.count("replacement_timeout was over") == 1
    assert "The last seven days" in said


def test_a_line_that_anybody_can_write_is_no_outage(guest: Guest) -> None:
    before = len(history(guest)["outages"])
    nobody = ("setpriv", "--reuid=65534", "--clear-groups")
    guest.check(*nobody, "logger", "-t", "kernel", "connection1:0: detected conn error (1022)")
    guest.check(*nobody, "logger", "-t", "iscsid", "connection1:0 is operational after recovery")
    sh(guest, "echo '<12>connection1:0: detected conn error (1022)' > /dev/kmsg; journalctl --sync")
    assert len(history(guest)["outages"]) == before


def test_a_user_who_may_read_the_kernel_s_buffer_only_is_told_so(guest: Guest) -> None:
    nobody = ("setpriv", "--reuid=65534", "--clear-groups")
    said = guest.run((*nobody, "iscsi-console", "history"))
    assert said.status == 2
    assert "Not read before" in said.text
    assert "not known" in said.text
    sh(guest, "sysctl -qw kernel.dmesg_restrict=1")
    said = guest.run((*nobody, "iscsi-console", "history"))
    assert said.status == 2
    assert "could not be read" in said.error_text
