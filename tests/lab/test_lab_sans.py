"""Every array that comes with the program is there for a plain iscsiadm and keeps strangers out."""

import pytest

from tests.lab.conftest import GuestFactory
from tests.waiting import until
from tui.lab.faults import Fault
from tui.lab.guest import Guest
from tui.lab.san import Chap, San, parse, read_description

pytestmark = pytest.mark.lab

QUICK = {
    "discovery.sendtargets.reopen_max": "0",
    "node.session.initial_login_retry_max": "0",
    "node.conn[0].timeo.login_timeout": "5",
}


def wait_for_disks(guest: Guest, number: int) -> list[str]:
    """The SCSI disks, once there are as many as expected."""
    disks: list[str] = []

    def come() -> bool:
        script = "udevadm settle; cd /sys/block; ls -d sd* 2>/dev/null || true"
        disks[:] = guest.check("sh", "-c", script).split()
        return len(disks) == number

    until(come, lambda: f"{number} disks, but {disks}")
    return disks


def configure(guest: Guest, settings: dict[str, str]) -> None:
    """Set lines of iscsid.conf; secrets never stand on a command line."""
    path = "/etc/iscsi/iscsid.conf"
    kept = [line for line in guest.read_text(path).splitlines() if line.split(" =")[0] not in settings]
    guest.write_text(
        path, "\n".join([*kept, *(f"{name} = {value}" for name, value in settings.items())]) + "\n"
    )


def chap_settings(chap: Chap | None, prefix: str) -> dict[str, str]:
    if chap is None:
        return {}
    settings = {"authmethod": "CHAP", "username": chap.user, "password": chap.secret}
    if chap.mutual:
        settings |= {"username_in": chap.mutual_user, "password_in": chap.mutual_secret}
    return {f"{prefix}.auth.{name}": value for name, value in settings.items()}


def log_in(guest: Guest, san: San) -> None:
    """Find and log in to everything the array has, with its credentials."""
    settings = QUICK | chap_settings(san.discovery, "discovery.sendtargets")
    configure(guest, settings | chap_settings(san.targets[0].chap, "node.session"))
    # Discovery that has to start iscsid first now and then goes without the CHAP it was configured with.
    guest.check("systemctl", "start", "iscsid.service")
    guest.check("iscsiadm", "-m", "discovery", "-t", "sendtargets", "-p", str(san.targets[0].portals[0]))
    guest.check("iscsiadm", "-m", "node", "--login")


@pytest.mark.parametrize(
    "name", ["open", "chap", "mutual", "ipv6", "tgt", "two_luns", "no_lun", "two_portals"]
)
def test_an_array_is_found_and_logged_in_to(name: str, guest_factory: GuestFactory) -> None:
    san = parse(read_description(name))
    guest = guest_factory(name)
    assert guest.state == "running"
    log_in(guest, san)
    target = san.targets[0]
    sessions = guest.check("iscsiadm", "-m", "session").splitlines()
    assert len(sessions) == len(target.portals)
    disks = wait_for_disks(guest, len(target.luns) * len(target.portals))
    wwids = {guest.check("cat", f"/sys/block/{disk}/device/wwid") for disk in disks}
    assert len(wwids) == len(target.luns)
    sizes = {int(guest.check("cat", f"/sys/block/{disk}/size")) * 512 for disk in disks}
    assert sizes == {lun.size for lun in target.luns}


@pytest.mark.parametrize("name", ["chap", "mutual"])
def test_a_wrong_secret_is_refused(name: str, guest_factory: GuestFactory) -> None:
    san = parse(read_description(name))
    guest = guest_factory(name)
    log_in(guest, san)
    guest.check("iscsiadm", "-m", "node", "--logout")
    guest.check(
        *(
            "iscsiadm",
            "-m",
            "node",
            "-o",
            "update",
            "-n",
            "node.session.auth.password",
            "-v",
            "no-such-secret",
        )
    )
    assert guest.run(("iscsiadm", "-m", "node", "--login")).status == 24


def test_discovery_without_credentials_is_refused(guest_factory: GuestFactory) -> None:
    guest = guest_factory("mutual")
    configure(guest, QUICK)
    assert guest.run(("iscsiadm", "-m", "discovery", "-t", "st", "-p", "192.0.2.10")).status != 0


def test_the_array_is_up_before_the_initiator_after_a_reboot(guest_factory: GuestFactory) -> None:
    guest = guest_factory("open")
    log_in(guest, parse(read_description("open")))
    guest.check("iscsiadm", "-m", "node", "-o", "update", "-n", "node.startup", "-v", "automatic")
    (disk,) = wait_for_disks(guest, 1)
    wwid = guest.check("cat", f"/sys/block/{disk}/device/wwid")
    guest.check("dd", f"of=/dev/{disk}", "conv=fsync", "status=none", stdin=b"still here")
    guest.reboot()
    assert guest.state == "running"
    (disk,) = wait_for_disks(guest, 1)
    assert guest.check("cat", f"/sys/block/{disk}/device/wwid") == wwid
    assert guest.check("head", "-c", "10", f"/dev/{disk}") == "still here"


def test_two_paths_make_one_map(guest_factory: GuestFactory) -> None:
    guest = guest_factory("two_portals")
    guest.write_text("/etc/multipath.conf", "defaults {\n    find_multipaths yes\n}\n")
    guest.check("multipathd", "reconfigure")
    log_in(guest, parse(read_description("two_portals")))
    wait_for_disks(guest, 2)
    count = ("multipathd", "show", "maps", "raw", "format", "%N")
    until(lambda: guest.check(*count) == "2", "a map of two paths")


CLONES = """
[[network]]
name = "a"
initiator = ["10.20.30.1/24"]
array = ["10.20.30.10/24", "10.99.0.11/32"]

[[target]]
name = "iqn.1992-08.com.netapp:sn.one"
portals = ["10.20.30.10:3260"]
initiators = ["iqn.1993-08.org.debian:01:production"]
tag = 1003
{luns}
[[target]]
name = "iqn.1992-08.com.netapp:sn.one"
portals = ["10.99.0.11:3260"]
initiators = ["iqn.1993-08.org.debian:01:production"]
tag = 1004
{slow}
"""
LUNS = """
[[target.lun]]
number = 3
size = "536870912B"
backing = "iblock"
sector_size = 4096
[target.lun.identity]
wwid = "naa.600a098038304437415d4b6a59684a52"
vendor = "NETAPP"
product = "LUN C-Mode"
revision = "9111"

[[target.lun]]
number = 7
size = "20T"
backing = "iblock"
read_only = true
[target.lun.identity]
wwid = "naa.60060e801234567890abcdef12345678"
serial = "01234567890abcdef12345678-7"
"""


def test_an_array_takes_the_place_of_one_elsewhere() -> None:
    with Guest.boot(
        san=CLONES.format(
            luns=LUNS, slow=LUNS.replace('"iblock"', '"iblock"\naccess = "active/non-optimized"')
        )
    ) as guest:
        guest.write_text(
            "/etc/iscsi/initiatorname.iscsi", "InitiatorName=iqn.1993-08.org.debian:01:production\n"
        )
        guest.check("iscsiadm", "-m", "discovery", "-t", "sendtargets", "-p", "10.20.30.10")
        guest.check("iscsiadm", "-m", "node", "--login")
        disks = wait_for_disks(guest, 4)
        said = {
            tuple(
                guest.check("cat", f"/sys/block/{disk}/{name}").strip()
                for name in (
                    "device/wwid",
                    "device/vendor",
                    "device/model",
                    "queue/logical_block_size",
                    "ro",
                    "size",
                )
            )
            for disk in disks
        }
        assert said == {
            ("naa.600a098038304437415d4b6a59684a52", "NETAPP", "LUN C-Mode", "4096", "0", str(2**20)),
            ("naa.60060e801234567890abcdef12345678", "LIO-ORG", "IBLOCK", "512", "1", str(20 * 2**31)),
        }
        for number, portal in (("1003", "10.20.30.10"), ("1004", "10.99.0.11")):
            assert f"{portal}:3260,{number}" in guest.check("iscsiadm", "-m", "session")
        # The guest's kernel has no handler for ALUA; what the array answers is what counts.
        told = [guest.check("sg_rtpg", "--decode", "--readonly", f"/dev/{disk}") for disk in disks]
        assert all("active/non optimized" in groups for groups in told), told
        # Of two LUNs of one identity one may go; a target stops with all its portal groups.
        guest.fault(Fault.LUN_REMOVED, target="iqn.1992-08.com.netapp:sn.one", lun="3")
        guest.fault(Fault.LUN_RESTORED, target="iqn.1992-08.com.netapp:sn.one", lun="3")
        guest.fault(Fault.TARGET_RESTARTED)
