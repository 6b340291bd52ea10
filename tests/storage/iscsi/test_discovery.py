"""What a portal tells, and how it stands to what is recorded."""

import json

import pytest
from hypothesis import given, strategies as st

from tests.storage.scripted_host import ScriptedHost
from tui.storage.host.interface import Answer, Outcome, PortAnswer
from tui.storage.iscsi.discovery import (
    DiscoveryKind,
    NodeKey,
    Standing,
    about_slp,
    discover,
    is_link_local,
    parse_targets,
    query,
)
from tui.storage.model.inventory import Distribution, Inventory
from tui.storage.model.iscsi import Portal

T1 = "iqn.2003-01.org.linux-iscsi.lab:t1"
T2 = "iqn.2003-01.org.linux-iscsi.lab:t2"
PORTAL = Portal("192.0.2.10")
OPEN = PortAnswer(Answer.OPEN, 0.0004)
INVENTORY = Inventory("db7", distribution=Distribution("debian", "12", "Debian 12", "debian"))
NODES = "/etc/iscsi/nodes"


def record(target: str, address: str, iface: str = "default") -> tuple[str, str]:
    text = (
        f"node.name = {target}\nnode.tpgt = 1\nnode.conn[0].address = {address}\nnode.conn[0].port = 3260\n"
        f"iface.iscsi_ifacename = {iface}\n"
    )
    return f"{NODES}/{target}/{address},3260,1/{iface}", text


def host_telling(*lines: str, status: int = 0, stderr: str = "") -> ScriptedHost:
    output = "".join(f"{line}\n" for line in lines)
    return ScriptedHost(
        replies={("iscsiadm",): Outcome(status, output, stderr)},
        answers={("192.0.2.10", 3260): OPEN, ("198.51.100.10", 3260): OPEN},
    )


def test_reads_what_iscsiadm_prints() -> None:
    output = (
        f"192.0.2.10:3260,1 {T1}\n[2001:db8::10]:3260,2 {T1}\nnot a line\n[san]:3261,-1 {T2}\n"
        f"192.0.2.10:3260,1 {T1}\n192.0.2.11:99999,1 {T1}\n"
    )
    assert parse_targets(output) == (
        NodeKey(T1, Portal("192.0.2.10", 3260, 1)),
        NodeKey(T1, Portal("2001:db8::10", 3260, 2)),
        NodeKey(T2, Portal("san", 3261, None)),
    )


@given(st.text())
def test_reading_never_fails(output: str) -> None:
    for key in parse_targets(output):
        assert key.target
        assert 0 < key.portal.port < 65536


def test_a_portal_that_refuses_is_not_asked() -> None:
    host = ScriptedHost()
    found = discover(host, INVENTORY, DiscoveryKind.SENDTARGETS, PORTAL)
    assert found.problem is not None
    assert found.problem.code == "portal.refused"
    assert found.problem.field == "address"
    assert host.commands == []


@pytest.mark.parametrize("answer", [answer for answer in Answer if answer is not Answer.OPEN])
def test_every_silence_has_words(answer: Answer) -> None:
    host = ScriptedHost(answers={("192.0.2.10", 3260): PortAnswer(answer, 3.0, "why")})
    found = discover(host, INVENTORY, DiscoveryKind.STATIC, PORTAL)
    assert found.problem is not None
    assert found.problem.code == f"portal.{answer.value}"
    assert found.problem.summary
    assert found.problem.cause
    assert found.problem.remedy


def test_new_known_vanished_and_unreachable_are_told_apart() -> None:
    host = host_telling(
        f"192.0.2.10:3260,1 {T1}",
        f"198.51.100.10:3260,1 {T1}",
        f"203.0.113.9:3260,1 {T1}",
        f"[fe80::1]:3260,1 {T1}",
        f"192.0.2.10:3260,1 {T2}\x1b[2J",
    )
    host.files.update([record(T1, "198.51.100.10"), record(T2, "192.0.2.10"), record(T2, "203.0.113.77")])
    found = discover(host, INVENTORY, DiscoveryKind.SENDTARGETS, PORTAL)
    assert found.problem is None
    assert found.answer == OPEN
    assert {(one.target, one.portal.address): one.standing for one in found.found} == {
        (T1, "192.0.2.10"): Standing.NEW,
        (T1, "198.51.100.10"): Standing.KNOWN,
        (T1, "203.0.113.9"): Standing.UNREACHABLE,
        (T1, "fe80::1"): Standing.UNREACHABLE,
        (T2 + "\x1b[2J", "192.0.2.10"): Standing.UNUSABLE,
        (T2, "192.0.2.10"): Standing.VANISHED,
    }
    assert [one.portal.address for one in found.found if one.can_be_used] == ["192.0.2.10", "198.51.100.10"]


def test_what_the_portal_told_earlier_is_missed_by_its_link() -> None:
    host = host_telling(f"192.0.2.10:3260,1 {T1}")
    host.files.update([record(T2, "203.0.113.77")])
    link = f"/etc/iscsi/send_targets/192.0.2.10,3260/{T2},203.0.113.77,3260,1,default"
    host.files[link] = ""
    standings = {
        one.target: one.standing for one in discover(host, INVENTORY, DiscoveryKind.SENDTARGETS, PORTAL).found
    }
    assert standings == {T1: Standing.NEW, T2: Standing.VANISHED}


def test_a_target_is_known_only_through_every_iface_asked_for() -> None:
    host = host_telling(f"192.0.2.10:3260,1 {T1}")
    host.files.update([record(T1, "192.0.2.10", "eth1")])
    one = discover(host, INVENTORY, DiscoveryKind.SENDTARGETS, PORTAL, ("eth1",)).found
    both = discover(host, INVENTORY, DiscoveryKind.SENDTARGETS, PORTAL, ("eth1", "eth2")).found
    assert (one[0].standing, both[0].standing) == (Standing.KNOWN, Standing.NEW)
    assert "-I eth1 -I eth2" in host.commands[-1].shown


def test_the_stored_record_is_used_once_there_is_one() -> None:
    host = host_telling(f"192.0.2.10:3260,1 {T1}")
    assert query(DiscoveryKind.SENDTARGETS, PORTAL).shown == (
        "iscsiadm -m discovery -t sendtargets -p 192.0.2.10:3260 -I default -o nonpersistent"
    )
    host.files["/etc/iscsi/send_targets/192.0.2.10,3260/st_config"] = (
        "discovery.sendtargets.address = 192.0.2.10\ndiscovery.sendtargets.port = 3260\n"
    )
    discover(host, INVENTORY, DiscoveryKind.SENDTARGETS, PORTAL)
    assert host.commands[-1].shown == (
        "iscsiadm -m discoverydb -t sendtargets -p 192.0.2.10:3260 -I default -o nonpersistent --discover"
    )
    assert not any(command.changes for command in host.commands)


def test_a_refusal_is_explained() -> None:
    host = host_telling(status=24, stderr="iscsiadm: discovery login to 192.0.2.10 rejected: authorization\n")
    found = discover(host, INVENTORY, DiscoveryKind.SENDTARGETS, PORTAL)
    assert found.problem is not None
    assert found.problem.code.startswith("discovery.")
    assert found.problem.evidence


def test_firmware_needs_no_portal() -> None:
    host = host_telling(status=21, stderr="iscsiadm: Could not get list of targets from firmware.\n")
    found = discover(host, INVENTORY, DiscoveryKind.FIRMWARE, None)
    assert found.problem is not None
    assert "firmware lists no target" in found.problem.summary
    assert host.commands[0].shown == "iscsiadm -m discovery -t fw -o nonpersistent"


def test_link_local_addresses() -> None:
    assert is_link_local("fe80::1")
    assert is_link_local("fe80::1%eth0")
    assert is_link_local("169.254.3.4")
    assert not is_link_local("192.0.2.10")
    assert not is_link_local("san.example.com")


def test_slp_has_an_answer() -> None:
    assert "SLP" in about_slp().summary
    assert json.dumps(about_slp().remedy)
