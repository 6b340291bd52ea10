"""The console on a guest's own terminal follows what the kernel does, and `status --json` agrees with it.

The time is taken from the moment the kernel's own files show a change to the moment the screen does.
"""

import contextlib
import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec import Struct, field

from tests.lab.conftest import GuestFactory
from tests.lab.on_console import on_console
from tests.lab.terminal import Terminal
from tests.waiting import AT_MOST, Stopwatch
from tui.lab.channel import Running
from tui.lab.errors import LabError
from tui.lab.faults import Fault
from tui.lab.guest import Guest

pytestmark = pytest.mark.lab

WITNESS = (Path(__file__).parent / "kernel_witness.py").read_text()
LIMIT = 2.0
"""Seconds from the kernel to the screen."""

USUAL_BOOT = 12.0
"""Seconds a guest takes to boot on a machine for which the limit is meant."""

CLOCK = Stopwatch()
"""All times here are of it."""

SLOW = 60.0
TARGET, PORTAL = "iqn.2003-01.org.linux-iscsi.lab:t1", "192.0.2.10:3260"
RECORD = f"iscsiadm -m node -T {TARGET} -p {PORTAL} -I default"
PREPARE = f"""
systemctl start iscsid.socket iscsid.service
{RECORD} -o new
{RECORD} -o update -n node.conn[0].timeo.noop_out_interval -v 1 -n node.conn[0].timeo.noop_out_timeout -v 4 \\
  -n node.session.timeo.replacement_timeout -v 90
"""

Kernel = dict[str, dict[str, str]]
Saw = Callable[[Kernel], bool]


class Witness(Struct):
    """What the kernel showed, and when it was told here."""

    running: Running
    seen: list[tuple[float, Kernel]] = field(default_factory=list)

    def listen(self) -> None:
        """Take what is told, until the guest or the command ends."""
        rest = b""
        with contextlib.suppress(LabError):
            for output in self.running.outputs():
                *lines, rest = (rest + output.data).split(b"\n")
                at = CLOCK.seconds()
                self.seen += [(at, json.loads(line)) for line in lines if line.startswith(b"{")]

    def since(self, begun: float, holds: Saw) -> float | None:
        """When the kernel first showed what is waited for, after a moment."""
        return next((at for at, kernel in self.seen if at >= begun and holds(kernel)), None)


class Scene(Struct):
    """The guest, the console on its terminal, and the witness beside it."""

    guest: Guest
    terminal: Terminal
    witness: Witness
    limit: float
    delays: dict[str, float] = field(default_factory=dict)

    def follows(self, what: str, act: Callable[[], object], kernel: Saw, shown: Callable[[str], bool]) -> str:
        """Let something happen, and see that the screen shows it soon after the kernel does."""
        begun = CLOCK.seconds()
        acting = threading.Thread(target=act, daemon=True)
        acting.start()
        end = begun + SLOW
        at_kernel = at_screen = None
        screen = ""
        while at_screen is None and CLOCK.seconds() < end:
            screen = self.terminal.screen()
            now = CLOCK.seconds()
            at_kernel = self.witness.since(begun, kernel)
            if at_kernel is not None and shown(screen):
                at_screen = now
            time.sleep(0.03)
        acting.join(AT_MOST)
        assert at_kernel is not None, f"{what}: the kernel did not; {self.witness.seen[-1:]}\n{screen}"
        assert at_screen is not None, f"{what}: not on the screen\n{screen}"
        self.delays[what] = round(at_screen - at_kernel, 2)
        return screen

    def status(self) -> dict[str, Any]:
        """What `status --json` says."""
        document: dict[str, Any] = json.loads(self.guest.check("iscsi-console", "status", "--json"))
        return document

    def shell(self, script: str) -> None:
        """Do something in another shell."""
        self.guest.check("sh", "-c", script, timeout=SLOW)

    def disk_of(self, lun: str) -> str:
        """The disk of a LUN, as the kernel has it now."""
        return self.witness.seen[-1][1]["luns"][lun].split()[0]


@pytest.fixture(scope="module")
def guest(guest_factory: GuestFactory) -> Guest:
    guest = guest_factory("two_luns")
    guest.check("sh", "-c", PREPARE)
    return guest


@pytest.fixture
def scene(guest: Guest) -> Iterator[Scene]:
    running = guest.start(("python3", "-u", "-c", WITNESS))
    witness = Witness(running)
    threading.Thread(target=witness.listen, daemon=True).start()
    limit = LIMIT * max(1.0, guest.boot_seconds / USUAL_BOOT)
    with on_console(guest, "iscsi-console", columns=120, rows=40) as terminal:
        yield Scene(guest, terminal, witness, limit)
        terminal.press("q")


def lun_row(screen: str, number: int) -> str:
    """The line of a LUN in the ladder, or empty."""
    found = re.search(rf"LUN +{number} +.*", screen)
    return found.group() if found else ""


def session_row(screen: str) -> str:
    """The line of the session, without the details beside it."""
    found = re.search(r"^[^a-z]*[●✖▲?] session +\d+ +(?:tcp +)?\S+", screen, re.MULTILINE)
    return found.group() if found else ""


def logged_in(kernel: Kernel) -> bool:
    """Whether a session is up with both disks."""
    states = [lun.split()[1] for lun in kernel["luns"].values()]
    return list(kernel["sessions"].values()) == ["LOGGED_IN"] and states == ["running"] * 2


def failed(kernel: Kernel) -> bool:
    """Whether the session is lost."""
    return "FAILED" in kernel["sessions"].values()


def test_the_screen_follows_the_kernel(scene: Scene) -> None:
    guest, terminal = scene.guest, scene.terminal
    terminal.wait_for("intended", "iSCSI daemon with pid", deadline=SLOW)

    scene.follows(
        "login from another shell",
        lambda: scene.shell(f"{RECORD} --login"),
        logged_in,
        lambda screen: (
            "LOGGED_IN" in session_row(screen)
            and all("running" in lun_row(screen, number) for number in (0, 1))
        ),
    )
    document = scene.status()
    assert [one["state"] for one in document["sessions"]] == ["LOGGED_IN"]
    assert sorted(one["number"] for one in document["luns"]) == [0, 1]
    # A look may have met the session before its login was through.
    logged_in_words = ("a new session", "FREE → LOGGED_IN")
    terminal.wait_until(
        lambda screen: "a new disk" in screen and any(words in screen for words in logged_in_words),
        "a new session with a new disk",
    )

    disk = scene.disk_of("0")
    guest.fault(Fault.LUN_REMOVED, lun="0")
    scene.follows(
        "LUN removed",
        lambda: scene.shell(f"echo 1 > /sys/block/{disk}/device/delete"),
        lambda kernel: "0" not in kernel["luns"],
        lambda screen: not lun_row(screen, 0) and f"remove {disk}" in screen,
    )
    assert [one["number"] for one in scene.status()["luns"]] == [1]

    guest.fault(Fault.LUN_RESTORED, lun="0")
    scene.follows(
        "LUN added",
        lambda: scene.shell("iscsiadm -m session -r 1 -R"),
        logged_in,
        lambda screen: "running" in lun_row(screen, 0),
    )
    assert sorted(one["number"] for one in scene.status()["luns"]) == [0, 1]

    guest.fault(Fault.LUN_GROWN, lun="1", size="1G")
    scene.follows(
        "LUN grown",
        lambda: scene.shell("iscsiadm -m session -r 1 -R"),
        lambda kernel: kernel["luns"].get("1", "").endswith(f" {2**30}"),
        lambda screen: "1 GiB" in lun_row(screen, 1) and "RESIZE=1" in screen,
    )
    assert {one["number"]: one["size"] for one in scene.status()["luns"]}[1] == 2**30

    terminal.press("Home", "Down", "Down")
    screen = scene.follows(
        "link down",
        lambda: guest.fault(Fault.LINK_DOWN),
        failed,
        lambda screen: "FAILED" in session_row(screen),
    )
    terminal.wait_for("gives up  in 1 min", "Nothing is lost so far", "detected conn error")
    assert [one["state"] for one in scene.status()["sessions"]] == ["FAILED"], screen

    scene.follows(
        "link up",
        lambda: guest.fault(Fault.LINK_UP),
        logged_in,
        lambda screen: "LOGGED_IN" in session_row(screen) and "running" in lun_row(screen, 0),
    )
    assert [one["state"] for one in scene.status()["sessions"]] == ["LOGGED_IN"]
    terminal.wait_until(lambda screen: "gives up  in" not in screen, "no countdown")

    scene.follows(
        "target restarted: gone",
        lambda: guest.fault(Fault.TARGET_STOPPED),
        failed,
        lambda screen: "FAILED" in session_row(screen),
    )
    scene.follows(
        "target restarted: back",
        lambda: guest.fault(Fault.TARGET_STARTED),
        logged_in,
        lambda screen: "LOGGED_IN" in session_row(screen) and "running" in lun_row(screen, 0),
    )
    assert [one["state"] for one in scene.status()["sessions"]] == ["LOGGED_IN"]

    scene.follows(
        "logout from another shell",
        lambda: scene.shell(f"{RECORD} --logout"),
        lambda kernel: not kernel["sessions"],
        lambda screen: not lun_row(screen, 0) and "logged out" in screen,
    )
    assert scene.status()["sessions"] == []
    terminal.press("w")
    terminal.wait_for("What happened", "go to it")
    terminal.press("Escape")
    terminal.wait_for("w what happened")
    terminal.press("t")
    terminal.wait_for("No active sessions.")
    scene.follows(
        "login, in the list of targets",
        lambda: scene.shell(f"{RECORD} --login"),
        logged_in,
        lambda screen: "1 active session." in screen,
    )
    terminal.press("Escape")
    print(f"kernel to screen, seconds: {scene.delays}; allowed {scene.limit:.1f}")
    assert max(scene.delays.values()) <= scene.limit, scene.delays
