"""A cloned host, large packets that vanish, a target that goes, refused logouts, sessions without a name, and
boots that stop: named first and alone on a real kernel, and gone after what is offered.
"""

import signal
from collections.abc import Iterator

import pytest

from tests.lab.doctoring import Look, healthy, look, mended, repaired, sentinels
from tests.lab.recovery_by_keys import recovery_console
from tests.lab.test_disconnect import told
from tests.lab.test_doctor_iscsi import (
    PORTAL,
    SECOND,
    T1,
    T2,
    T3,
    log_in,
    log_out,
    moment,
    record,
    said,
    state_of,
)
from tests.lab.volumes import sh, wait_for
from tests.waiting import until
from tui.lab.faults import Fault
from tui.lab.guest import Guest

pytestmark = [pytest.mark.lab, pytest.mark.xdist_group("doctor-network")]

SAN = """
[[network]]
name = "a"
initiator = ["192.0.2.1/24"]
array = ["192.0.2.10/24"]

[[network]]
name = "b"
initiator = ["198.51.100.1/24"]
array = ["198.51.100.10/24"]
""" + "".join(
    f"""
[[target]]
name = "{target}"
portals = ["{portal}"]

[[target.lun]]
number = 0
size = "{size}"
"""
    for target, portal, size in ((T1, PORTAL, "256M"), (T2, SECOND, "64M"), (T3, PORTAL, "64M"))
)
"""The first target carries a volume; the second is alone in its network; the third is beside the first."""

AT_BOOT = (
    *("node.startup=automatic", "node.conn[0].startup=automatic"),
    *("node.conn[0].timeo.noop_out_interval=1", "node.conn[0].timeo.noop_out_timeout=1"),
)
REJECTIONS = "journalctl -u iscsid -o cat | grep -c 'login rejected' || true"
"""How often a login was refused so far."""
ROOT = "/dev/ubda / ext4 errors=remount-ro 0 1\n"
FILL = f"""
disk=$(readlink -f /dev/disk/by-path/*{T1}-lun-0)
vgcreate -q vg_a $disk; lvcreate -qWn -n data -l 100%FREE vg_a
mkfs.ext4 -q -E lazy_itable_init=0,lazy_journal_init=0 /dev/vg_a/data
echo '/dev/vg_a/data /srv/data ext4 noatime,_netdev,nofail 0 2' >> /etc/fstab
mkdir -p /srv/data; systemctl daemon-reload; mount /srv/data
cd /srv/data; head -c 8M /dev/urandom > a; seq 100000 > b; sha256sum $PWD/a $PWD/b > /root/sums; sync
systemctl enable -q open-iscsi.service iscsid.socket
"""

JUMBO = """
ip link set eth1 mtu 9000 gso_max_segs 1; ip -netns san link set s1 mtu 9000 gso_max_segs 1
tc -n san qdisc add dev s1 clsact
for way in ingress egress; do
    tc -n san filter add dev s1 $way matchall \\
        action police rate 10gbit burst 10m mtu 1514 conform-exceed drop/ok
done
"""
"""Both ends send large packets, as they are and not in bundles, and the way between swallows them."""

NETWORK_FIRST = """
cat > /etc/systemd/system/san-network.service << END
[Unit]
Before=network.target
Wants=network.target
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/true
ExecStop=ip link set eth0 down
[Install]
WantedBy=multi-user.target
END
cat > /etc/systemd/system/last-words.service << END
[Unit]
RequiresMountsFor=/srv/data
After=san-network.service
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/true
ExecStop=/bin/sh -c 'echo kept > /srv/data/late'
END
for service in open-iscsi blk-availability; do
    mkdir -p /run/systemd/system/$service.service.d
    printf '[Service]\\nExecStop=\\nExecStop=/bin/true\\n' > /run/systemd/system/$service.service.d/none.conf
done
systemctl daemon-reload; systemctl enable -q --now san-network.service; systemctl restart last-words.service
for timer in /sys/class/iscsi_session/*/recovery_tmo; do echo 5 > $timer; done
"""
"""At the shutdown a service writes its last words; then the network goes, as any network does, before local
disks are unmounted. Nobody unmounts before it: open-iscsi.service does, and blk-availability.service, where
they have been started."""

PASSING = 180.0
"""Seconds until what has passed is no news any more; generous, for a slow machine."""


@pytest.fixture(scope="module")
def guest() -> Iterator[Guest]:
    with Guest.boot(san=SAN) as running:
        for target, portal in ((T1, PORTAL), (T2, SECOND), (T3, PORTAL)):
            record(running, target, portal, *AT_BOOT)
            log_in(running, target, portal)
        sh(running, FILL)
        yield running


def sid_of(guest: Guest, target: str) -> int:
    """The number of the session to a target."""
    place = sh(guest, f"dirname $(grep -lx {target} /sys/class/iscsi_session/*/targetname)")
    return int(place.rpartition("session")[2])


def becomes_healthy(guest: Guest) -> None:
    """Look until nothing is found any more, and see that the files are as they were."""
    found = look(guest)

    def is_healthy() -> bool:
        nonlocal found
        found = look(guest)
        return found.status == "healthy"

    until(is_healthy, lambda: found, PASSING)
    sentinels(guest)


def only_cause(found: Look, code: str) -> None:
    """See that one cause is named, and besides it nothing but what follows from it."""
    assert found.causes == [code]
    assert all(one["weight"] == "consequence" for one in found.document["findings"][1:])


# The tests follow each other on one machine: each breaks something, and leaves everything well.


def test_a_clone_with_the_same_initiator_name(guest: Guest) -> None:
    healthy(guest)
    sid = sid_of(guest, T1)
    name = sh(guest, f"cat /sys/class/iscsi_session/session{sid}/initiatorname")
    # An ISID of open-iscsi ends in the number of the session.
    clone = ("192.0.2.10", f"00023d{sid:06x}")
    other = guest.start(("python3", "-m", "tests.lab.second_host", name, T1, *clone))
    wait_for(guest, f"test $(dmesg | grep -c 'connection{sid}:0: detected conn error (1020)') -ge 3")
    found = look(guest)
    only_cause(found, "F13.doubled-name")
    finding = found.finding("F13.doubled-name")
    assert name in finding["fixes"][0]["ask"]["words"]
    assert all(fix["plan"] is None for fix in finding["fixes"])
    other.signal(signal.SIGTERM)
    other.wait(60)
    renamed = guest.start(("python3", "-m", "tests.lab.second_host", f"{name}:clone", T1, *clone))
    becomes_healthy(guest)
    renamed.signal(signal.SIGTERM)
    renamed.wait(60)


def test_large_packets_that_vanish_on_the_way(guest: Guest) -> None:
    log_out(guest, T2)
    sh(guest, JUMBO)
    login = guest.start(("iscsiadm", "-m", "node", "-T", T2, "-p", SECOND, "-l"))
    wait_for(guest, "test $(dmesg | grep -c 'detected conn error (1022)') -ge 3")
    found = look(guest)
    only_cause(found, "F17.large-packets-lost")
    finding = found.finding("F17.large-packets-lost")
    assert "eth1: mtu 9000" in str(finding["seen"])
    ((command,),) = [fix["by_hand"] for fix in finding["fixes"] if fix["by_hand"]]
    sh(guest, command)
    assert login.wait(180) == 0
    becomes_healthy(guest)
    guest.fault(Fault.PORTALS_RESTORED)
    sh(guest, "ip -netns san link set s1 mtu 1500")


def test_a_target_that_is_not_in_service_and_one_that_is_retired(guest: Guest) -> None:
    begun = moment(guest)
    guest.fault(Fault.TARGET_STOPPED, target=T3)
    wait_for(guest, said("login rejected", begun))
    found = look(guest)
    assert (found.causes, found.others) == (["F10.target-unavailable"], [])
    asked = found.finding("F10.target-unavailable")["fixes"][0]["ask"]["words"]
    assert T3 in asked
    guest.fault(Fault.TARGET_STARTED, target=T3)
    wait_for(guest, state_of(T3, "LOGGED_IN"))
    healthy(guest)
    rejected = sh(guest, REJECTIONS)
    guest.fault(Fault.TARGET_STOPPED, target=T3)
    wait_for(guest, f'test "$({REJECTIONS})" -gt {rejected}')
    with recovery_console(guest) as console:
        repaired(console, "F10.target-unavailable", -1)
    assert T3 not in sh(guest, "iscsiadm -m node; iscsiadm -m session")


def test_a_logout_that_is_refused_because_of_a_mount(guest: Guest) -> None:
    sh(guest, "echo 'iscsid.safe_logout = Yes' >> /etc/iscsi/iscsid.conf; systemctl restart iscsid.service")
    becomes_healthy(guest)
    begun = moment(guest)
    logout = guest.run(("iscsiadm", "-m", "node", "-T", T1, "-p", PORTAL, "-u"), timeout=120)
    assert logout.status == 28
    # iscsid hands its lines to a process of its own, which writes them when it comes to it.
    wait_for(guest, said("actively in use", begun))
    found = look(guest)
    assert (found.causes, found.others) == ([], ["F35.logout-refused"])
    finding = found.finding("F35.logout-refused")
    assert "/srv/data" in finding["meaning"]
    (fix,) = finding["fixes"]
    assert fix["plan"]["refusal"]["code"] == "logout.in-use"
    # The way that the finding names: disconnect in the right order; nothing is forced.
    gone, back = told(
        guest,
        "disconnect(subject_of_target(TARGET), Choices(AboutUsers.WAIT, AtBoot.KEEP, 20)); reconnect()",
    )
    assert (gone.ok, back.ok) == (True, True), (gone, back)
    becomes_healthy(guest)


def test_a_session_without_a_name_stays_until_a_reboot(guest: Guest) -> None:
    before = set(sh(guest, "ls /sys/class/iscsi_session").split())
    guest.check("python3", "-m", "tests.lab.nameless_session")
    (nameless,) = set(sh(guest, "ls /sys/class/iscsi_session").split()) - before
    assert sh(guest, f"cat /sys/class/iscsi_session/{nameless}/targetname") == "(null)"
    found = look(guest)
    assert (found.causes, found.others) == ([], ["F45.nameless-session"])
    # What the finding says: no command removes it, and a new iscsid does not either.
    sid = nameless.removeprefix("session")
    assert guest.run(("iscsiadm", "-m", "session", "-r", sid, "-u")).status != 0
    assert guest.run(("modprobe", "-r", "iscsi_tcp")).status != 0
    guest.check("systemctl", "restart", "iscsid.service")
    wait_for(guest, "journalctl -u iscsid -o cat | grep -q 'could not read session targetname'")
    assert nameless in sh(guest, "ls /sys/class/iscsi_session")
    for target in (T1, T2):
        wait_for(guest, state_of(target, "LOGGED_IN"))
    assert look(guest).others == ["F45.nameless-session"]
    sentinels(guest)
    guest.reboot()
    becomes_healthy(guest)


def test_a_boot_that_stops_at_a_line_without_netdev(guest: Guest) -> None:
    line = "/dev/vg_a/data /srv/data ext4 noatime,x-systemd.device-timeout=5s 0 2"
    guest.write_text("/etc/fstab", f"{ROOT}{line}\n")
    # A mount stays what it was when it was made.
    sh(guest, "umount /srv/data; systemctl daemon-reload; mount /srv/data")
    found = look(guest)
    assert (found.causes, found.others) == ([], ["F03.no-netdev"])
    assert (
        "At shutdown the network may stop before it is unmounted" in found.finding("F03.no-netdev")["meaning"]
    )
    sh(guest, NETWORK_FIRST)
    guest.reboot()
    assert guest.state == "maintenance"
    found = look(guest)
    only_cause(found, "F03.boot-stopped")
    with recovery_console(guest) as console:
        mended(console, found, "F03.boot-stopped")
    assert "noatime,x-systemd.device-timeout=60s,_netdev,nofail 0 2" in guest.read_text("/etc/fstab")
    guest.reboot()
    assert guest.state == "running"
    becomes_healthy(guest)
    assert sh(guest, "findmnt -no SOURCE /srv/data") == "/dev/mapper/vg_a-data"
    assert "kept" not in sh(guest, "cat /srv/data/late || true"), "the network had gone before it was written"


def test_a_boot_that_went_on_before_the_volume_came(guest: Guest) -> None:
    options = "noatime,x-systemd.device-timeout=1ms,_netdev,nofail"
    guest.write_text("/etc/fstab", f"{ROOT}/dev/vg_a/data /srv/data ext4 {options} 0 2\n")
    sh(guest, "umount /srv/data; systemctl daemon-reload; mount /srv/data" + NETWORK_FIRST)
    guest.reboot()
    wait_for(guest, "test -e /dev/vg_a/data")
    guest.check("udevadm", "settle")
    assert guest.run(("mountpoint", "-q", "/srv/data")).status != 0
    with recovery_console(guest) as console:
        repaired(console, "F03.not-mounted", -1)
    assert sh(guest, "cat /srv/data/late") == "kept", "what needs the network is unmounted before it goes"
    assert "noatime,x-systemd.device-timeout=60s,_netdev,nofail 0 2" in guest.read_text("/etc/fstab")
