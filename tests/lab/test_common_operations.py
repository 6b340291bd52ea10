"""The guide's "common operations", each done with keys in the console and with the guide's own command.

Both begin at the same state of the same guest, and must leave the same records, sessions and disks.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest
from msgspec import Struct

from tests.lab.conftest import GuestFactory
from tests.lab.on_console import on_console
from tests.lab.terminal import Terminal
from tui.lab.faults import Fault
from tui.lab.guest import Guest

pytestmark = pytest.mark.lab

T1, T2 = (f"iqn.2003-01.org.linux-iscsi.lab:t{number}" for number in (1, 2))
PORTAL = "192.0.2.10:3260"
SAN = f"""
[[network]]
name = "a"
initiator = ["192.0.2.1/24"]
array = ["192.0.2.10/24"]

[[target]]
name = "{T1}"
portals = ["{PORTAL}"]

[[target.lun]]
number = 0
size = "64M"

[[target.lun]]
number = 1
size = "32M"

[[target]]
name = "{T2}"
portals = ["{PORTAL}"]

[[target.lun]]
number = 0
size = "64M"
"""

_SETTING = re.compile(r"(?:node|iface)\.\S+ = [^\s│┃█]+(?: [^\s│┃█]+)*")
"""A line of a record, wherever on the screen the dialog that shows it stands."""

HOME = "s set up   w what happened"
"""What the keys of the console itself say, and those of no other screen."""

EMPTY = """
iscsiadm -m node -U all; iscsiadm -m node -o delete
iscsiadm -m discovery -t st -p 192.0.2.10:3260 -o delete
rm -rf /etc/iscsi/nodes/* /etc/iscsi/send_targets/*; udevadm settle; true
"""
STORED = f"{EMPTY}\niscsiadm -m discovery -t st -p {PORTAL} >/dev/null"
LOGGED_IN = f"{STORED}\niscsiadm -m node -L all >/dev/null; udevadm settle"

EFFECT = """
cd /etc/iscsi; find nodes send_targets | sort
find nodes -type f | sort | xargs -r sha256sum
for one in /sys/class/iscsi_session/session*; do
    test -e $one && echo "$(cat $one/targetname) $(cat $one/state) $(cat $one/ifacename)"
done | sort
udevadm settle; ls /dev/disk/by-path 2>/dev/null | grep iscsi; true
"""


class Case(Struct, frozen=True):
    """One operation of the guide.

    Attributes:
        name: what it is.
        before: the script that brings about the state it begins at.
        ready: words that the console shows when it has followed.
        keys: does it in the console.
        command: the guide's own command.
    """

    name: str
    before: str
    ready: str
    keys: Callable[[Terminal], None]
    command: str

    def __str__(self) -> str:
        return self.name


def choose(*keys: str, title: str, asks: bool = True) -> Callable[[Terminal], None]:
    """Keys in the list of targets, then the plan with that title is carried out."""

    def play(terminal: Terminal) -> None:
        terminal.press(*keys)
        carry_out(terminal, title, asks=asks)

    return play


def carry_out(terminal: Terminal, title: str, *, asks: bool) -> None:
    terminal.wait_for(title, "Runs")
    terminal.press("Enter")
    if asks:
        terminal.wait_for("No, go back")
        terminal.press("y", "Enter")
    terminal.wait_for("Done and verified.")
    terminal.press("Enter")


CASES = (
    Case(
        "log in to all",
        STORED,
        "no session",
        choose("a", "l", title="Log in to 2 portals of targets", asks=False),
        "iscsiadm -m node -L all",
    ),
    Case(
        "log in to one",
        STORED,
        "no session",
        choose("l", title=f"Log in to {T1} at {PORTAL}", asks=False),
        f"iscsiadm -m node -T {T1} -p 192.0.2.10 --login",
    ),
    Case(
        "log out of all",
        LOGGED_IN,
        "2 active sessions.",
        choose("a", "o", title="Log out of 2 sessions"),
        "iscsiadm -m node -U all",
    ),
    Case(
        "log out of one",
        LOGGED_IN,
        "2 active sessions.",
        choose("Down", "o", title=f"Log out of {T2} at {PORTAL}"),
        f"iscsiadm -m node -T {T2} -p 192.0.2.10 --logout",
    ),
    Case(
        "delete all records",
        STORED,
        "no session",
        choose("a", "x", title="Delete 2 node records"),
        "iscsiadm -m node --op delete",
    ),
    Case(
        "delete one record",
        STORED,
        "no session",
        choose("Down", "x", title=f"Delete the node record of {T2}"),
        f"iscsiadm -m node -o delete -T {T2}",
    ),
)


@pytest.fixture(scope="module")
def guest(guest_factory: GuestFactory, tmp_path_factory: pytest.TempPathFactory) -> Guest:
    path = tmp_path_factory.mktemp("san") / "two.toml"
    path.write_text(SAN)
    return guest_factory(str(path))


@pytest.fixture(scope="module")
def terminal(guest: Guest) -> Iterator[Terminal]:
    guest.check("sh", "-c", STORED)
    with on_console(guest, "iscsi-console") as terminal:
        terminal.wait_for(HOME, T1[-6:], deadline=120)
        yield terminal


@pytest.fixture(autouse=True)
def at_home(terminal: Terminal) -> Iterator[None]:
    """Begin and end every test on the console itself."""
    terminal.wait_for(HOME)
    yield
    for _screen in range(4):
        with suppress(AssertionError):
            terminal.wait_for(HOME, deadline=3)
            return
        terminal.press("Escape")


def bring_about(guest: Guest, terminal: Terminal, script: str) -> None:
    """Bring about a state, and wait until the console has followed.

    It is reached through one in which nothing is stored, so that what the console showed before is not taken
    for it; and sessions have numbers of their own.
    """
    terminal.wait_for(HOME)
    guest.check("sh", "-c", EMPTY)
    terminal.wait_until(lambda screen: T1[-6:] not in screen and T2[-6:] not in screen, "nothing stored")
    guest.check("sh", "-c", script)
    terminal.wait_for(T1[-6:], T2[-6:])


def numbers(guest: Guest) -> list[str]:
    """The list's words for the sessions that there are."""
    listed = guest.run(("iscsiadm", "-m", "session")).text.splitlines()
    return [f"session {line.split('[')[1].split(']')[0]}" for line in listed]


def effect(guest: Guest) -> str:
    return guest.check("sh", "-c", EFFECT)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_an_operation_has_the_effect_of_the_guides_command(
    guest: Guest, terminal: Terminal, case: Case
) -> None:
    bring_about(guest, terminal, case.before)
    before = effect(guest)
    terminal.press("t")
    terminal.wait_for("Targets and sessions", case.ready, T2[-6:], *numbers(guest))
    case.keys(terminal)
    ours = effect(guest)
    terminal.wait_for("Targets and sessions")
    terminal.press("Escape")
    terminal.wait_for(HOME)
    guest.check("sh", "-c", case.before)
    assert effect(guest) == before
    guest.check("sh", "-c", f"{case.command}; udevadm settle")
    assert ours == effect(guest)
    assert ours != before


def test_the_records_are_listed(guest: Guest, terminal: Terminal) -> None:
    bring_about(guest, terminal, STORED)
    terminal.press("t")
    terminal.wait_for("Targets and sessions")
    listed = guest.check("iscsiadm", "-m", "node").splitlines()
    assert len(listed) == 2
    for line in listed:
        portal, target = line.split()
        terminal.wait_for(portal.partition(",")[0], target[-12:])


def test_the_sessions_are_told(guest: Guest, terminal: Terminal) -> None:
    bring_about(guest, terminal, STORED)
    said = guest.run(("iscsiadm", "-m", "session")).error_text
    assert "No active sessions." in said
    terminal.press("t")
    terminal.wait_for("No active sessions.")
    terminal.press("Escape")
    terminal.wait_for(HOME)
    bring_about(guest, terminal, LOGGED_IN)
    sessions = numbers(guest)
    assert len(sessions) == 2
    terminal.press("t")
    terminal.wait_for(*sessions, "2 active sessions.")


def test_a_records_settings_are_shown(guest: Guest, terminal: Terminal) -> None:
    bring_about(guest, terminal, STORED)
    shown = guest.check("iscsiadm", "-m", "node", "-o", "show", "-T", T1)
    terminal.press("t")
    terminal.wait_for("Targets and sessions", "no session")
    terminal.press("Enter")
    terminal.wait_for(f"{T1} at {PORTAL}", "At boot", "Recovery")
    terminal.press("F3")
    seen: set[str] = set()
    screen = terminal.wait_for("The whole record", "node.name")
    for _page in range(20):
        seen |= set(_SETTING.findall(screen))
        if any(line.startswith("node.conn[0].iscsi.OFMarker") for line in seen):
            break
        terminal.press("PageDown")
        before = screen
        screen = terminal.wait_until(lambda now: now != before, "another page")  # noqa: B023 (waits here)
    assert len(seen) > 30
    assert seen <= set(shown.splitlines())


def test_a_discovery_portal_is_forgotten(guest: Guest, terminal: Terminal) -> None:
    bring_about(guest, terminal, STORED)
    before = effect(guest)
    terminal.press("p")
    terminal.wait_for("Discovery records", PORTAL)
    terminal.press("x")
    carry_out(terminal, f"Forget the portal {PORTAL}", asks=True)
    ours = effect(guest)
    terminal.wait_for("No discovery records")
    guest.check("sh", "-c", STORED)
    guest.check("iscsiadm", "--mode", "discovery", "-o", "delete", "-p", PORTAL)
    assert ours == effect(guest) != before


def test_a_record_is_changed_as_iscsiadm_changes_it(guest: Guest, terminal: Terminal) -> None:
    bring_about(guest, terminal, STORED)
    terminal.press("t")
    terminal.wait_for("Targets and sessions", "no session")
    terminal.press("Enter")
    terminal.wait_for(f"{T1} at {PORTAL}", "Recovery", "120")
    terminal.wait_for("Whether this host logs in")
    terminal.press("Left")
    terminal.wait_for("(•) log in")
    terminal.press("Down")
    terminal.wait_for("I/O is queued after the connection")
    terminal.press("BSpace", "BSpace", "BSpace")
    terminal.wait_until(lambda screen: "120" not in screen, "an empty field")
    terminal.write("33")
    terminal.wait_for("33  ")
    terminal.press("Enter")
    terminal.wait_for(
        "At boot: manual becomes automatic, at the next boot", "(replacement_timeout): 120 becomes 33"
    )
    carry_out(terminal, "Change the record", asks=False)
    terminal.wait_for("Targets and sessions", "automatic")
    ours = effect(guest)
    guest.check("sh", "-c", STORED)
    record = ("iscsiadm", "-m", "node", "-T", T1, "-p", PORTAL, "-I", "default", "-o", "update")
    for key, value in (
        ("node.startup", "automatic"),
        ("node.conn[0].startup", "automatic"),
        ("node.session.timeo.replacement_timeout", "33"),
    ):
        guest.check(*record, "-n", key, "-v", value)
    assert ours == effect(guest)


def test_asking_again_adds_what_is_new_and_keeps_every_setting(guest: Guest, terminal: Terminal) -> None:
    bring_about(guest, terminal, STORED)
    first = ("iscsiadm", "-m", "node", "-T", T1, "-p", PORTAL)
    guest.check(*first, "-o", "update", "-n", "node.startup", "-v", "automatic")
    wanted = effect(guest)
    guest.check("iscsiadm", "-m", "node", "-T", T2, "-p", PORTAL, "-o", "delete")
    terminal.press("p")
    terminal.wait_for("Discovery records", PORTAL)
    terminal.press("Enter")
    terminal.wait_for("2 portals of targets: 1 new, 0 gone.")
    terminal.press("Enter")
    carry_out(terminal, "Store what", asks=True)
    terminal.wait_for("Discovery records")
    assert _records(effect(guest)) == _records(wanted)
    assert "node.startup = automatic" in guest.check(*first)


def _records(effect: str) -> list[str]:
    """The records by name, and what is in that of `T1`; one made anew says that nobody told of it."""
    lines = [line for line in effect.splitlines() if "nodes/" in line and "send_targets" not in line]
    return [line for line in lines if line.startswith("nodes/") or T1 in line]


def test_a_lun_that_was_mapped_later_is_found(guest: Guest, terminal: Terminal) -> None:
    guest.fault(Fault.LUN_REMOVED, lun="1")
    bring_about(guest, terminal, LOGGED_IN)
    disks = f"ls /dev/disk/by-path | grep -c {T1}"
    assert guest.check("sh", "-c", disks).strip() == "1"
    guest.fault(Fault.LUN_RESTORED, lun="1")
    terminal.press("t")
    terminal.wait_for("Targets and sessions", "2 active sessions.", *numbers(guest))
    terminal.press("u")
    carry_out(terminal, "Scan for new LUNs", asks=True)
    assert guest.check("sh", "-c", disks).strip() == "2"


def test_an_iface_record_is_made_and_deleted_as_by_iscsiadm(guest: Guest, terminal: Terminal) -> None:
    guest.check("sh", "-c", EMPTY)
    ifaces = "cd /etc/iscsi/ifaces 2>/dev/null && ls && cat *; true"
    before = guest.check("sh", "-c", ifaces)
    terminal.press("i")
    terminal.wait_for("Iface records", "default", "iser")
    terminal.press("n")
    terminal.wait_for("New iface record")
    terminal.write("san-a")
    card = terminal.screen().partition("(•) ")[2].split()[0]
    terminal.press("Enter")
    carry_out(terminal, "Create the iface record san-a", asks=False)
    terminal.wait_for("Iface records", "san-a")
    ours = guest.check("sh", "-c", ifaces)
    guest.check("iscsiadm", "-m", "iface", "-I", "san-a", "-o", "delete")
    guest.check("iscsiadm", "-m", "iface", "-I", "san-a", "-o", "new")
    bind = ("-o", "update", "-n", "iface.net_ifacename", "-v", card)
    guest.check("iscsiadm", "-m", "iface", "-I", "san-a", *bind)
    assert ours == guest.check("sh", "-c", ifaces) != before
    # The list follows what iscsiadm does and may lose the record for a moment: opened again, it is current.
    terminal.press("Escape")
    terminal.wait_until(lambda screen: "Iface records" not in screen, "the console")
    terminal.press("i")
    terminal.wait_until(
        lambda screen: any("san-a" in line and card in line for line in screen.splitlines()), "the record"
    )
    terminal.press("Down", "Down")
    terminal.wait_until(
        lambda screen: any("▌san-a" in line for line in screen.splitlines()), "the record selected"
    )
    terminal.press("x")
    carry_out(terminal, "Delete the iface record san-a", asks=True)
    terminal.wait_until(lambda screen: "san-a" not in screen and "Iface records" in screen, "deleted")
    assert guest.check("sh", "-c", ifaces) == before
