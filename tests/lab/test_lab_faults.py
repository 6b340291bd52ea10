"""Every fault does what its name says, seen from the initiator's side."""

from collections.abc import Callable, Iterator

import pytest

from tests.lab.conftest import GuestFactory
from tests.lab.test_lab_sans import QUICK, configure, log_in, wait_for_disks
from tests.waiting import until
from tui.lab.errors import LabError
from tui.lab.faults import Fault
from tui.lab.guest import Guest
from tui.lab.san import parse, read_description

pytestmark = pytest.mark.lab

PORTAL = ("192.0.2.10", "3260")
TIMERS = {
    "node.session.timeo.replacement_timeout": "5",
    "node.conn[0].timeo.noop_out_interval": "1",
    "node.conn[0].timeo.noop_out_timeout": "4",
}
STATE = ("sh", "-c", "cat /sys/class/iscsi_session/session*/state")
CONNECT = "import socket, sys; socket.create_connection((sys.argv[1], int(sys.argv[2])), 2)"


def wait_for(read: Callable[[], str], expected: str) -> None:
    seen = ""

    def comes() -> bool:
        nonlocal seen
        seen = read()
        return seen == expected

    until(comes, lambda: f"{seen!r} instead of {expected!r}")


def connecting(guest: Guest) -> str:
    """What becomes of a connection to the portal, as Python names it."""
    done = guest.run(("python3", "-c", CONNECT, *PORTAL))
    return "connected" if done.status == 0 else done.error_text.splitlines()[-1].partition(":")[0]


def state(guest: Guest) -> str:
    return guest.run(STATE).text


@pytest.fixture(scope="module")
def booted(guest_factory: GuestFactory) -> Guest:
    guest = guest_factory("two_luns")
    configure(guest, QUICK | TIMERS)
    return guest


@pytest.fixture
def guest(booted: Guest) -> Iterator[Guest]:
    log_in(booted, parse(read_description("two_luns")))
    wait_for_disks(booted, 2)
    yield booted
    booted.run(("iscsiadm", "-m", "node", "--logout"))
    booted.fault(Fault.PORTALS_RESTORED)
    booted.fault(Fault.TARGET_RESTARTED)


def wwids(guest: Guest) -> set[str]:
    guest.check("iscsiadm", "-m", "session", "--rescan")
    guest.check("udevadm", "settle")
    return set(guest.check("sh", "-c", "cat /sys/block/sd*/device/wwid").split())


def test_a_link_that_goes_down_fails_the_session_and_comes_back(guest: Guest) -> None:
    guest.fault(Fault.LINK_DOWN)
    assert guest.read_text("/sys/class/net/eth0/carrier").strip() == "0"
    wait_for(lambda: state(guest), "FREE")
    guest.fault(Fault.LINK_UP)
    wait_for(lambda: state(guest), "LOGGED_IN")


def test_a_refused_portal_answers_no(guest: Guest) -> None:
    assert connecting(guest) == "connected"
    guest.fault(Fault.PORTAL_REFUSED)
    assert connecting(guest) == "ConnectionRefusedError"
    guest.fault(Fault.PORTALS_RESTORED)
    wait_for(lambda: connecting(guest), "connected")


def test_a_dropped_portal_does_not_answer(guest: Guest) -> None:
    guest.fault(Fault.PORTAL_DROPPED, portal="192.0.2.10:3260")
    assert connecting(guest) == "TimeoutError"
    with pytest.raises(LabError, match=r"192\.0\.2\.99"):
        guest.fault(Fault.PORTAL_DROPPED, portal="192.0.2.99:3260")
    guest.fault(Fault.PORTALS_RESTORED)
    wait_for(lambda: connecting(guest), "connected")


def test_packets_are_lost_until_they_are_not(guest: Guest) -> None:
    guest.fault(Fault.PACKET_LOSS, percent="100")
    assert guest.run(("ping", "-c1", "-W1", PORTAL[0])).status == 1
    guest.fault(Fault.PACKET_LOSS, percent="0")
    assert guest.run(("ping", "-c1", "-W5", PORTAL[0])).status == 0


def disks_that_answer(guest: Guest) -> int:
    """How many disks are ready (TEST UNIT READY)."""
    script = "for disk in /sys/block/sd*; do sg_turs /dev/${disk##*/} >/dev/null 2>&1 && echo yes; done; true"
    return guest.check("sh", "-c", script).count("yes")


def test_a_lun_is_removed_and_restored(guest: Guest) -> None:
    before = wwids(guest)
    guest.fault(Fault.LUN_REMOVED, lun="0")
    assert disks_that_answer(guest) == 1
    guest.fault(Fault.LUN_RESTORED, lun="0")
    # The first command after a change is answered with "LUNs changed"; the next ones are carried out.
    wait_for(lambda: str(disks_that_answer(guest)), "2")
    assert wwids(guest) == before


def test_a_lun_that_is_made_anew_is_another_disk(guest: Guest) -> None:
    before = wwids(guest)
    guest.check("iscsiadm", "-m", "node", "--logout")
    guest.fault(Fault.LUN_RECREATED, lun="0")
    guest.check("iscsiadm", "-m", "node", "--login")
    wait_for_disks(guest, 2)
    assert len(wwids(guest) & before) == 1


def test_a_lun_grows_while_it_is_in_use(guest: Guest) -> None:
    guest.fault(Fault.LUN_GROWN, lun="1", size="1G")
    guest.check("iscsiadm", "-m", "session", "--rescan")
    sizes = ("sh", "-c", "cat /sys/block/sd*/size")
    wait_for(lambda: str(sorted(map(int, guest.check(*sizes).split()))), str([2**20, 2**21]))
    with pytest.raises(LabError, match="iblock"):
        guest.fault(Fault.LUN_GROWN, lun="0", size="1G")


def test_a_changed_secret_is_wanted_at_the_next_login(guest: Guest) -> None:
    guest.check("iscsiadm", "-m", "node", "--logout")
    guest.fault(Fault.CHAP_CHANGED, user="someone", secret="another-secret")
    assert guest.run(("iscsiadm", "-m", "node", "--login")).status == 24
    guest.fault(Fault.CHAP_CHANGED)
    guest.check("iscsiadm", "-m", "node", "--login")


def test_only_listed_initiators_are_let_in(guest: Guest) -> None:
    name = guest.check("sed", "-n", "s/^InitiatorName=//p", "/etc/iscsi/initiatorname.iscsi")
    guest.check("iscsiadm", "-m", "node", "--logout")
    guest.fault(Fault.ACL_CHANGED, initiators="iqn.2003-01.org.example:someone-else")
    assert guest.run(("iscsiadm", "-m", "node", "--login")).status == 24
    guest.fault(Fault.ACL_CHANGED, initiators=name)
    guest.check("iscsiadm", "-m", "node", "--login")
    wait_for_disks(guest, 2)
    guest.check("iscsiadm", "-m", "node", "--logout")
    guest.fault(Fault.ACL_CHANGED, initiators="any")
    guest.check("iscsiadm", "-m", "node", "--login")


def test_a_stopped_target_refuses_and_a_started_one_is_found_again(guest: Guest) -> None:
    before = wwids(guest)
    guest.fault(Fault.TARGET_STOPPED)
    assert connecting(guest) == "ConnectionRefusedError"
    wait_for(lambda: state(guest), "FREE")
    guest.fault(Fault.TARGET_STARTED)
    wait_for(lambda: state(guest), "LOGGED_IN")
    assert wwids(guest) == before


def test_a_restarted_target_is_logged_in_to_again(guest: Guest) -> None:
    guest.fault(Fault.TARGET_RESTARTED)
    wait_for(lambda: state(guest), "LOGGED_IN")


def test_an_unknown_option_is_refused(guest: Guest) -> None:
    with pytest.raises(LabError, match="colour"):
        guest.fault(Fault.LINK_DOWN, colour="red")
