"""A real repair driven by keys: a session is lost past its timer, its file system stops, and is mended.

What the person sees is waited for on the guest's own console; what became of the host is read in the guest.
"""

import re

import pytest

from tests.lab.conftest import GuestFactory
from tests.lab.on_console import on_console
from tests.lab.recovery_by_keys import flat, is_looking
from tests.lab.terminal import Terminal
from tests.lab.volumes import PORTAL, TARGET, log_in, sh, wait_for
from tui.lab.faults import Fault
from tui.lab.guest import Guest

pytestmark = pytest.mark.lab

SLOW = 120.0
"""Seconds for what a busy machine may take long for: a boot, a look, a plan."""

TIMER = 15
"""Seconds until the kernel gives up, in this guest."""

WAYS = ("Enter wait for it", "Enter read the message")
"""The first way out while the kernel waits, and on a machine so slow that it has given up by then."""

RECORD = f"iscsiadm -m node -T {TARGET} -p {PORTAL}"
PREPARE = f"""
vgcreate -qq vg_data /dev/sda
lvcreate -qq -Wn -l 100%FREE -n data vg_data
mkfs.ext4 -q /dev/vg_data/data
mkdir -p /srv/data; mount /dev/vg_data/data /srv/data
head -c 4M /dev/urandom > /srv/data/kept; sha256sum /srv/data/kept > /root/sum; sync
{RECORD} -o update -n node.session.timeo.replacement_timeout -v {TIMER}
echo {TIMER} > /sys/class/iscsi_session/session1/recovery_tmo
"""
WRITE = "dd if=/dev/zero of=/srv/data/late bs=64k count=64 conv=fsync"
STATE = "cat /sys/class/iscsi_session/session1/state"


@pytest.fixture(scope="module")
def guest(guest_factory: GuestFactory) -> Guest:
    guest = guest_factory("open")
    log_in(guest)
    sh(guest, PREPARE)
    return guest


def say_yes(terminal: Terminal, *words: str) -> None:
    """Answer a question with its yes, which is not the answer that Enter alone would give."""
    terminal.wait_for(*words)
    terminal.press("Right", "Enter")


def test_a_lost_session_is_waited_for_and_its_file_system_repaired(guest: Guest) -> None:
    with on_console(guest, "iscsi-console", scale=2.0) as terminal:
        terminal.wait_for("LOGGED_IN", "w what happened", deadline=SLOW)
        assert "r repair" not in terminal.screen()

        guest.fault(Fault.LINK_DOWN)
        writer = guest.start(("sh", "-c", WRITE))
        terminal.wait_for("FAILED", "r repair", deadline=SLOW)
        terminal.press("r")
        terminal.wait_for("has lost its connection", "to repair", deadline=SLOW)
        terminal.wait_until(
            lambda screen: not is_looking(flat(screen)) and any(way in screen for way in WAYS),
            "the end of the look",
            deadline=SLOW,
        )
        terminal.press("Enter")
        terminal.wait_for("lost", "Enter check again")
        wait_for(guest, f"test $({STATE}) = FREE")

        guest.fault(Fault.LINK_UP)
        wait_for(guest, f"test $({STATE}) = LOGGED_IN")
        terminal.wait_for("It is gone: The session to", "Enter see what is left", deadline=SLOW)
        assert writer.wait(SLOW) != 0
        terminal.press("Enter")
        terminal.wait_for("has stopped writing", "to repair", deadline=SLOW)
        terminal.wait_until(lambda screen: not is_looking(flat(screen)), "the end of the look", deadline=SLOW)
        terminal.press("Enter")
        terminal.wait_for("Unmount it, repair it, and mount it again", "Enter see the plan")
        terminal.press("Enter")
        say_yes(terminal, "Question 1 of 2", "has the array not failed over")
        say_yes(terminal, "Question 2 of 2", "Is it certain that no other host has it mounted?")
        terminal.wait_for("Unmount it, repair it, and mount it again", "Runs", deadline=SLOW)
        terminal.press("Enter")
        say_yes(terminal, "It cannot be", "No, go back", "Repair")
        terminal.wait_for("Done and verified.", "Enter close", deadline=SLOW)
        terminal.press("Enter")
        terminal.wait_until(
            lambda screen: (
                "Repaired, and checked again" in screen
                and re.search(r"stopped writing.*repaired", screen) is not None
            ),
            "repaired, above and in the list",
            deadline=SLOW,
        )

    assert sh(guest, "sha256sum -c /root/sum") == "/srv/data/kept: OK"
    assert sh(guest, "findmnt -no SOURCE /srv/data") == "/dev/mapper/vg_data-data"
    sh(guest, "touch /srv/data/writable; sync /srv/data/writable")
    assert sh(guest, "cat /sys/fs/ext4/dm-0/errors_count") == "0"
