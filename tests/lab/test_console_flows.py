"""The wizard driven by keys on a guest's own console, to a volume that is mounted again after a reboot."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from msgspec import Struct

from tests.lab.terminal import Terminal
from tests.waiting import AT_MOST
from tui.lab.image import Release

pytestmark = pytest.mark.lab

PROGRAM = (sys.executable, "-m", "tui", "lab")
SLOW = 120.0
"""Seconds for what a busy machine may take long for: a boot, a login, the plan."""

MAKE_FILE = "head -c 4M /dev/urandom > /srv/data/kept; sha256sum /srv/data/kept > /root/sum; sync"
SEE_FILE = (
    "timeout 900 sh -c 'until mountpoint -q /srv/data; do sleep 0.2; done'; "
    "findmnt -no SOURCE /srv/data; multipath -ll -v1 | sed 's/^/map /'; sha256sum -c /root/sum"
)
BY_HAND = """set -e
r='-m node -T iqn.2003-01.org.linux-iscsi.lab:t1 -p 192.0.2.10:3260'
iscsiadm $r -o new; iscsiadm $r --login
timeout 900 sh -c 'until test -b /dev/sda; do sleep 0.1; done'; udevadm settle
pvcreate -q /dev/sda; vgcreate -q vg_data /dev/sda; lvcreate -q -l 100%FREE -n data vg_data
mkfs.ext4 -q /dev/vg_data/data; mkdir -p /srv/data; mount /dev/vg_data/data /srv/data
head -c 4M /dev/urandom > /srv/data/kept; sha256sum /srv/data/kept > /root/sum
umount /srv/data; rmdir /srv/data; vgchange -q -an vg_data
iscsiadm $r --logout; iscsiadm $r -o delete
"""
"""A volume that some administrator made years ago, and that this host has forgotten since."""


class Flow(Struct, frozen=True):
    """One way through the wizard.

    Attributes:
        san: the array.
        chap: keys on the page CHAP. `=` stands in front of text that is typed, `?` in front of words that
            must be on the screen before, as often as there are question marks.
        portal: what is typed as the portal.
        disks: what the page says when the disks are there.
        before: a script that runs on the machine before.
        volumes: what the page of the volumes shows.
        source: what is mounted in the end.
        maps: multipath maps after the reboot.
    """

    san: str
    chap: tuple[str, ...] = ()
    portal: str = "192.0.2.10"
    disks: str = "1 disk"
    before: str = ""
    volumes: str = "(•) new group"
    source: str = "/dev/mapper/vg_data-data"
    maps: int = 0

    def __str__(self) -> str:
        return "existing" if self.before else self.san


ONE_WAY = ("Right", "?User name", "Down", "=lab-initiator", "Down", "=practice-in-12")
MUTUAL = (
    *("Right", "Right", "?Its name", "Down", "=lab-initiator", "Down", "=practice-login-in"),
    *("Down", "=lab-array", "Down", "=practice-login-out", "Down"),
    *("Right", "Right", "??Its name", "Down", "=lab-finder", "Down", "=practice-find-in"),
    *("Down", "=lab-array-finder", "Down", "=practice-find-out"),
)
FLOWS = (
    Flow("open"),
    Flow("chap", ONE_WAY),
    Flow("mutual", MUTUAL),
    Flow("two_portals", disks="2 paths", maps=1),
    Flow("ipv6", portal="2001:db8::10"),
    Flow("tgt"),
    Flow("open", before=BY_HAND, volumes="(•) existing content"),
)


class Machine(Struct, frozen=True):
    """A machine of the lab whose disk is kept between its starts."""

    name: str
    release: Release
    san: str

    def options(self) -> tuple[str, ...]:
        return ("--release", self.release, "--san", self.san, "--keep", self.name)

    def run(self, script: str) -> str:
        """Boot it, run a script, and return what it said."""
        words = (*PROGRAM, "exec", *self.options(), "--", "sh", "-c", script)
        done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=AT_MOST)
        assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
        return done.stdout

    def console(self, script: str) -> Terminal:
        """Boot it with a script on its console."""
        return Terminal((*PROGRAM, "run", *self.options(), "--", "sh", "-c", script), scale=2.0)


@contextmanager
def machine(name: str, release: Release, san: str) -> Iterator[Machine]:
    """A machine that is gone afterwards."""
    one = Machine(name, release, san)
    subprocess.run((*PROGRAM, "forget", name), capture_output=True, check=False)
    try:
        yield one
    finally:
        subprocess.run((*PROGRAM, "forget", name), capture_output=True, check=False)


def play(terminal: Terminal, keys: tuple[str, ...]) -> None:
    """Press keys and type texts."""
    for key in keys:
        words = key.lstrip("?")
        if key.startswith("="):
            terminal.write(key[1:])
        elif words != key:
            times = len(key) - len(words)
            terminal.wait_until(lambda screen: screen.count(words) >= times, words)  # noqa: B023 (waits here)
        else:
            terminal.press(key)


def walk(terminal: Terminal, flow: Flow) -> None:
    """Go through every page, each when it is there."""
    terminal.wait_for("What is this host called", "Enter set name", deadline=SLOW)
    terminal.press("Enter")
    terminal.wait_for("Do the portal and the target require", "Enter next", deadline=SLOW)
    play(terminal, flow.chap)
    terminal.press("Enter")
    terminal.wait_for("Which portal offers", "Enter discover", deadline=SLOW)
    play(terminal, (f"={flow.portal}", "Enter"))
    terminal.wait_for("1 target", "Enter next", deadline=SLOW)
    terminal.press("Enter")
    terminal.wait_for("Which targets should", "Enter store")
    terminal.press("Enter")
    terminal.wait_for("Log in, and see", "Enter log in", deadline=SLOW)
    terminal.press("Enter")
    terminal.wait_for(flow.disks, "LOGGED_IN", "Enter next", deadline=SLOW)
    terminal.press("Enter")
    terminal.wait_for("Which volumes do you want", flow.volumes, "Enter next")
    terminal.press("Enter")
    terminal.wait_for("Where should the volumes", "/srv/data", "Enter next", deadline=SLOW)
    terminal.press("Enter")
    terminal.wait_for("Should the storage be available", "Enter review", deadline=SLOW)
    terminal.press("Enter")
    terminal.wait_for("This is what will be done", "No data on any disk is", "Enter set up")
    terminal.press("Enter")
    terminal.wait_for("Set this up now?")
    terminal.press("Right", "Enter")
    terminal.wait_for("The storage is ready.", "is mounted at /srv/data", deadline=SLOW)


@pytest.mark.parametrize("release", list(Release))
@pytest.mark.parametrize("flow", FLOWS, ids=str)
def test_keys_lead_to_a_volume_that_survives_a_reboot(release: Release, flow: Flow) -> None:
    with machine(f"keys-{flow}-{release}", release, flow.san) as here:
        if flow.before:
            here.run(flow.before)
        with here.console(f"iscsi-console setup; {'sync' if flow.before else MAKE_FILE}") as terminal:
            walk(terminal, flow)
            terminal.wait_for("LOGGED_IN")
            assert "practice-" not in terminal.history()
            terminal.press("Enter")
            assert terminal.status(deadline=SLOW) == 0, terminal.history()
        after = here.run(SEE_FILE)
    assert flow.source in after
    assert "/srv/data/kept: OK" in after
    assert after.count("map ") == flow.maps
