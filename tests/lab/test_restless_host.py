"""A host on which sessions come and go each second, and others are refused: Recovery comes to rest."""

import re
import signal
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.lab.recovery_by_keys import SLOW, flat, recovery_console
from tests.lab.volumes import PORTAL, sh, wait_for
from tui.lab.faults import Fault
from tui.lab.guest import Guest

pytestmark = pytest.mark.lab

REFUSING, RESTLESS = (f"iqn.2003-01.org.linux-iscsi.lab:t{number}" for number in (1, 2))
SAN = f"""
[[network]]
name = "a"
initiator = ["192.0.2.1/24"]
array = ["192.0.2.10/24"]

[[target]]
name = "{REFUSING}"
portals = ["{PORTAL}"]

[[target.lun]]
number = 0
size = "64M"

[[target]]
name = "{RESTLESS}"
portals = ["{PORTAL}"]

[[target.lun]]
number = 0
size = "64M"
"""

RECORDS = " ".join(f"iscsiadm -m node -T {target} -p {PORTAL} -o new;" for target in (REFUSING, RESTLESS))
TRYING = f"while :; do iscsiadm -m node -T {REFUSING} -p {PORTAL} -l; sleep 0.5; done"
"""What an impatient unit does. A glance sees little of it: each session is gone within moments."""

FLAPPING = f"""
while :; do
    iscsiadm -m node -T {RESTLESS} -p {PORTAL} -l; sleep 1
    iscsiadm -m node -T {RESTLESS} -p {PORTAL} -u; sleep 1
done
"""
"""Sessions that stay long enough to be seen."""

BEGUN = re.compile(rf"a session to {re.escape(RESTLESS)} was begun at least (\d+) times since")
STAMP = re.compile(r"What was checked \((\d\d:\d\d:\d\d)")
REFUSED = "does not accep"
"""Said in the list, wherever the cursor is, and cut there."""
LIST = "Checking changes nothing"
"""Said of the last line of the list while the cursor is on it."""

MANY = 20
"""Sessions after which it must be at rest."""


@pytest.fixture(scope="module")
def guest() -> Iterator[Guest]:
    with Guest.boot(san=SAN) as running:
        sh(running, RECORDS)
        running.fault(Fault.CHAP_CHANGED, target=REFUSING, user="host", secret="correct-horse-1")
        yield running


@contextmanager
def meanwhile(guest: Guest, script: str) -> Iterator[None]:
    running = guest.start(("sh", "-c", f"exec >/dev/null 2>&1; {script}"))
    try:
        yield
    finally:
        running.signal(signal.SIGTERM)


def test_it_comes_to_rest_and_says_what_goes_on(guest: Guest) -> None:
    with (
        meanwhile(guest, TRYING),
        meanwhile(guest, FLAPPING),
        recovery_console(guest) as console,
    ):
        terminal = console.terminal
        wait_for(guest, "test $(journalctl -u iscsid -o cat | grep -c 'login rejected') -gt 3")
        terminal.press("r")
        terminal.wait_until(lambda screen: REFUSED in flat(screen), "the finding", SLOW)
        terminal.wait_until(lambda screen: BEGUN.search(flat(screen)) is not None, "what goes on", SLOW)
        terminal.press("End")
        terminal.wait_for(LIST)

        looks: set[str] = set()
        first = [0]

        def has_begun_many(screen: str) -> bool:
            shown = flat(screen)
            told = BEGUN.search(shown)
            if told is None:
                return False
            first[0] = first[0] or int(told[1])
            looks.update(STAMP.findall(shown))
            return int(told[1]) >= first[0] + MANY

        rested = flat(terminal.wait_until(has_begun_many, f"{MANY} more sessions", SLOW))
        # Each session is two changes at least.
        assert 0 < len(looks) <= MANY // 2, looks
        assert "broken" in rested
        assert LIST in rested
        terminal.press("Home")
        terminal.wait_until(lambda screen: LIST not in screen, "the cursor elsewhere")
        assert "since" in flat(terminal.wait_for("logins that iscsid noted as refused like this"))

        # A person's look is taken to its end and shown, though the host changes meanwhile.
        before = terminal.wait_until(lambda screen: STAMP.search(flat(screen)) is not None, "at rest", SLOW)
        terminal.press("F5")
        after = terminal.wait_until(
            lambda screen: STAMP.findall(flat(screen)) not in ([], STAMP.findall(flat(before))),
            "the next look",
            SLOW,
        )
        assert REFUSED in flat(after)

        guest.fault(Fault.CHAP_CHANGED, target=REFUSING)
        wait_for(guest, f"grep -qsx {REFUSING} /sys/class/iscsi_session/*/targetname")
        terminal.wait_until(lambda screen: "Nothing wrong was found" in flat(screen), "the repair", SLOW)


def test_when_it_is_over_what_was_said_of_it_goes_away(guest: Guest) -> None:
    with recovery_console(guest) as console:
        terminal = console.terminal
        with meanwhile(guest, FLAPPING):
            terminal.press("r")
            terminal.wait_until(lambda screen: BEGUN.search(flat(screen)) is not None, "what goes on", SLOW)
        terminal.wait_until(lambda screen: "This host is changing" not in flat(screen), "rest", SLOW)
