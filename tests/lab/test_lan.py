"""Several hosts on one LAN: what two kernels do to one LUN, and what an array is without its own host."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing

import pytest

from tests.lab.doctoring import look
from tests.lab.switches import switch_of
from tests.lab.volumes import TARGET, sh, wait_for
from tests.waiting import AT_MOST
from tui.lab.faults import Fault
from tui.lab.guest import Guest
from tui.lab.network.lan import join
from tui.lab.places import Places, project_folder
from tui.lab.san import read_description

pytestmark = [pytest.mark.lab, pytest.mark.xdist_group("lan")]

ARRAY = "192.0.2.10"
TIMERS = """
for key in timeo.noop_out_interval timeo.noop_out_timeout; do
    sed -i "s/^node.conn\\[0\\].$key = .*/node.conn[0].$key = 2/" /etc/iscsi/iscsid.conf
done
"""


class Hosts:
    """An array, and two hosts that reach it over a LAN only."""

    def __init__(self, array: Guest, one: Guest, two: Guest) -> None:
        self.array = array
        self.one = one
        self.two = two


@pytest.fixture(scope="module")
def hosts() -> Iterator[Hosts]:
    lan = (f"hosts-{os.getpid()}",)
    with ExitStack() as running:
        array = running.enter_context(Guest.boot(san=read_description("open"), lan=lan))
        one, two = (running.enter_context(Guest.boot(lan=lan)) for _number in range(2))
        for host in (one, two):
            sh(host, f"{TIMERS} iscsiadm -m discovery -t st -p {ARRAY}")
        yield Hosts(array, one, two)


def log_in(*hosts: Guest) -> None:
    for host in hosts:
        sh(host, "iscsiadm -m node --login && udevadm settle")


def log_out(*hosts: Guest) -> None:
    for host in hosts:
        sh(host, "iscsiadm -m node --logout && udevadm settle")


def wwid(host: Guest) -> str:
    """Of the one LUN of a host, as the program reads it."""
    (found,) = json.loads(sh(host, "iscsi-console status --quick --json"))["luns"]
    return str(found["wwid"])


def test_two_hosts_see_one_lun(hosts: Hosts) -> None:
    log_in(hosts.one, hosts.two)
    assert wwid(hosts.one) == wwid(hosts.two) != ""
    names = {sh(host, "cat /etc/machine-id /etc/hostname; hostname") for host in (hosts.one, hosts.two)}
    assert len(names) == 2
    sh(hosts.one, "echo written by one | dd of=/dev/sda bs=512 conv=sync oflag=direct status=none")
    assert "written by one" in sh(hosts.two, "dd if=/dev/sda bs=512 count=1 iflag=direct status=none")
    sessions = sh(hosts.array, f"ls /sys/kernel/config/target/iscsi/{TARGET}/tpgt_1/dynamic_sessions")
    assert sessions
    log_out(hosts.one, hosts.two)


def test_the_array_ends_and_comes_back(hosts: Hosts) -> None:
    log_in(hosts.one, hosts.two)
    before = wwid(hosts.one)
    hosts.array.cut_power()
    state = "cat /sys/class/iscsi_session/session*/state"
    wait_for(hosts.one, f"test $({state}) = FAILED")
    hosts.array.power_on()
    for host in (hosts.one, hosts.two):
        wait_for(host, f"test $({state}) = LOGGED_IN")
        assert wwid(host) == before
    assert "eth0" in sh(hosts.array, "ip -br address")
    log_out(hosts.one, hosts.two)


def test_a_portal_that_is_down_is_down_for_every_host(hosts: Hosts) -> None:
    ping = f"ping -c 1 -W 2 {ARRAY} > /dev/null && echo reached || echo lost"
    hosts.array.fault(Fault.LINK_DOWN)
    assert [sh(host, ping) for host in (hosts.one, hosts.two)] == ["lost", "lost"]
    hosts.array.fault(Fault.LINK_UP)
    for host in (hosts.array, hosts.one, hosts.two):
        wait_for(host, f"ping -c 1 -W 2 {ARRAY}")


def test_a_cloned_initiator_name(hosts: Hosts) -> None:
    name = sh(hosts.one, "cat /etc/iscsi/initiatorname.iscsi")
    own = sh(hosts.two, "cat /etc/iscsi/initiatorname.iscsi")
    assert name != own
    log_in(hosts.one)
    hosts.two.write_text("/etc/iscsi/initiatorname.iscsi", f"{name}\n")
    sh(hosts.two, "systemctl restart iscsid && iscsiadm -m node --login")
    # Both have logged in as often, so the ISID is the same too: the array takes the second login for the
    # first host's, which it throws out, and each comes back in turn.
    thrown_out = "dmesg | grep -c 'detected conn error (1020)' || true"
    for host in (hosts.one, hosts.two):
        before = int(sh(host, thrown_out))
        wait_for(host, f"test $({thrown_out}) -ge {before + 3}")
    assert look(hosts.one).causes == ["F13.doubled-name"]
    hosts.two.write_text("/etc/iscsi/initiatorname.iscsi", f"{own}\n")
    log_out(hosts.two, hosts.one)
    sh(hosts.two, "systemctl restart iscsid")


def test_a_guest_survives_its_switch_and_no_other_lan_notices(hosts: Hosts) -> None:
    name = f"alone-{os.getpid()}"
    with Guest.boot(lan=(name,)) as alone:
        with closing(join(Places.of_environment(), name)) as port:
            switch = switch_of(port)
        os.kill(int(switch.name), signal.SIGKILL)
        assert "100% packet loss" in alone.run(("ping", "-c", "1", "-W", "2", ARRAY)).text
        assert sh(alone, "sleep 1; echo here") == "here"
    assert sh(hosts.one, f"ping -c 1 -W 5 {ARRAY} > /dev/null && echo reached") == "reached"


def test_by_the_command_line() -> None:
    lab = (sys.executable, "-m", "tui", "lab", "exec", "--lan", f"words-{os.getpid()}")
    asking = f"hostname; iscsiadm -m discovery -t st -p {ARRAY}"
    with subprocess.Popen(
        (*lab, "--san", "open", "--", "sh", "-c", "echo up; cat"),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=project_folder(),
    ) as array:
        assert array.stdin is not None
        assert array.stdout is not None
        assert array.stdout.readline() == b"up\n"
        done = subprocess.run(
            (*lab, "--", "sh", "-c", asking),
            stdin=subprocess.DEVNULL,
            cwd=project_folder(),
            capture_output=True,
            text=True,
            timeout=AT_MOST,
            check=False,
        )
        array.stdin.close()
        assert array.wait(AT_MOST) == 0
    assert done.stdout.splitlines()[:2] == ["lab-2", f"{ARRAY}:3260,1 {TARGET}"], done.stderr
