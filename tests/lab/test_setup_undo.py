"""Undoing a set-up on a real kernel: from mounted back to bare, and nothing else is touched."""

import re

import pytest

from tests.lab.conftest import GuestFactory
from tests.lab.on_console import on_console
from tests.lab.recovery_by_keys import WORD
from tests.lab.terminal import Terminal
from tests.lab.test_setup_flows import set_up, write_file
from tui.lab.guest import Guest
from tui.lab.image import Release

pytestmark = pytest.mark.lab

SLOW = 120.0
DONE = re.compile(r"Done,? and (seen to have worked|verified)\.")
TYPED = re.compile(rf"to confirm[ \[]+{WORD}\b")
ASKED = f'Type "{WORD}" to confirm'
FOUND = {
    "sessions": "ls /sys/class/iscsi_session",
    "records": "find /etc/iscsi/nodes /etc/iscsi/send_targets -type f",
    "volumes": "lvm pvs --noheadings -o pv_name; lvm vgs --noheadings -o vg_name",
    "mounts": "findmnt --noheadings /srv/data",
    "directory": "find /srv/data -maxdepth 0",
    "fstab": "grep /srv/data /etc/fstab",
}
"""What a set-up leaves on a host; each prints nothing on a host without one."""


def found(guest: Guest) -> dict[str, str]:
    return {name: guest.run(("sh", "-c", script)).text.strip() for name, script in FOUND.items()}


def is_on_yes(terminal: Terminal) -> bool:
    """Whether the button behind the one that goes back is drawn bold, as what has the focus is."""
    lines = [line for line in terminal.screen(styled=True).splitlines() if "No, go back" in line]
    return len(lines) == 1 and "\x1b[1m" in lines[0].partition("No, go back")[2]


def disk_start(guest: Guest) -> str:
    """Whether a fresh login shows a LUN on which nothing is known."""
    return guest.check(
        "sh",
        "-c",
        "iscsiadm -m discoverydb -t sendtargets -p 192.0.2.10:3260 -o nonpersistent --discover >/dev/null;"
        "iscsiadm -m node -T $(iscsiadm -m discovery -t st -p 192.0.2.10 | head -1 | cut -d' ' -f2) --login"
        " >/dev/null; udevadm settle; for disk in /sys/class/iscsi_session/*/device/target*/*/block/*; do"
        " wipefs --noheadings /dev/${disk##*/}; done",
    )


def test_a_set_up_is_undone_by_keys_from_mounted_back_to_bare(guest_factory: GuestFactory) -> None:
    guest = guest_factory("open", release=Release.BOOKWORM)
    fstab = guest.check("cat", "/etc/fstab")
    name = guest.check("cat", "/etc/iscsi/initiatorname.iscsi")
    assert not any(found(guest).values())
    set_up(guest, "open")
    write_file(guest, "/srv/data")
    there = found(guest)
    assert all(there.values()), there
    wanted = guest.check("cat", "/etc/iscsi/initiatorname.iscsi")

    with on_console(guest, "iscsi-console", "setup") as terminal:
        terminal.wait_for("F8 undo", deadline=SLOW)
        terminal.press("F8")
        terminal.wait_for("Undo the set-up", "Unmount", deadline=SLOW)
        terminal.press("Enter")
        terminal.wait_for("Undo the set-up?", "vg_data/data", "ext4 data", ASKED)
        terminal.press("Escape")
        terminal.wait_until(lambda screen: ASKED not in screen, "the plan again")
        assert found(guest) == there, "nothing is undone before the word is typed"
        terminal.press("Enter")
        terminal.wait_for(ASKED)
        terminal.write(WORD)
        terminal.wait_until(lambda screen: TYPED.search(screen) is not None, "the word as typed", SLOW)
        terminal.press("Enter")
        terminal.wait_until(lambda _screen: is_on_yes(terminal), "the focus on yes", SLOW)
        terminal.press("Enter")
        terminal.wait_until(lambda screen: DONE.search(screen) is not None, "the end of the plan", SLOW)
        terminal.press("Enter")
        terminal.wait_for("Do the portal and the target require", deadline=SLOW)
        terminal.press("C-q")
        terminal.wait_for("Your answers are kept", deadline=SLOW)

    assert not any(found(guest).values()), found(guest)
    assert guest.check("cat", "/etc/fstab") == fstab
    assert guest.check("cat", "/etc/iscsi/initiatorname.iscsi") in {name, wanted}
    assert disk_start(guest) == ""
    guest.run(("iscsiadm", "-m", "node", "--logoutall=all"))
