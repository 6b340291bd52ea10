from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from tests.storage.scripted_host import ScriptedHost
from tui.storage.host.interface import Outcome
from tui.storage.model.inventory import Distribution
from tui.storage.model.iscsi import Portal
from tui.storage.probe.iscsi.database import Database, default_database, locate_database, parse_strings
from tui.storage.probe.iscsi.records import (
    parse_discovery_record,
    parse_interface_record,
    parse_node_record,
    parse_portal,
    portal_name,
    read_records,
)

GOLDEN = Path(__file__).parents[2] / "golden" / "node-record-2.1.8.txt"
TARGET = "iqn.2003-01.org.linux-iscsi.t:sn.1"
DEBIAN = Distribution("debian", "12", "Debian", "debian")


def test_a_real_record() -> None:
    record = parse_node_record(GOLDEN.read_text(), "folder", Portal("192.0.2.1", 3260, 1), "default", "/p")
    assert record is not None
    assert record.target == TARGET
    assert record.portal == Portal("192.0.2.1", 3260, 1)
    assert record.startup == "manual"
    assert record.chap.kind == "one-way"
    assert record.chap.username == "u1"
    assert "a=b" not in repr(record)
    assert record.timers.replacement_timeout == 120
    assert record.timers.login_timeout == 30
    assert record.timers.login_retries == 4
    assert record.timers.noop_interval == 5


@pytest.mark.parametrize(
    ("name", "portal"),
    [
        ("192.0.2.1,3260,1", Portal("192.0.2.1", 3260, 1)),
        ("192.0.2.2,3260", Portal("192.0.2.2", 3260, None)),
        ("2001:db8::1,3260,1", Portal("2001:db8::1", 3260, 1)),
        ("192.0.2.2,3260,4294967295", Portal("192.0.2.2", 3260, None)),
        ("san.example,860,-1", Portal("san.example", 860, None)),
        (",3260,-1", None),
        ("x", None),
        ("a,b,c", None),
        ("a,70000,1", None),
        ("a,1,2,3", None),
    ],
)
def test_portals_by_their_folder_names(name: str, portal: Portal | None) -> None:
    assert parse_portal(name) == portal


def test_both_layouts_strays_and_empty_files_live_together() -> None:
    host = ScriptedHost()
    text = GOLDEN.read_text()
    root = "/etc/iscsi"
    host.files |= {
        f"{root}/nodes/{TARGET}/192.0.2.1,3260,1/default": text,
        f"{root}/nodes/{TARGET}/192.0.2.1,3260,1/.tmpx": "",
        f"{root}/nodes/iqn.2000-01.x:old/192.0.2.2,3260": text.replace(TARGET, "iqn.2000-01.x:old"),
        f"{root}/nodes//,3260,-1/default".replace("//", "/empty/"): "",
        f"{root}/nodes/stray": "hello",
        f"{root}/send_targets/192.0.2.1,3260/st_config": (
            "discovery.startup = manual\ndiscovery.type = sendtargets\n"
            "discovery.sendtargets.address = 192.0.2.1\ndiscovery.sendtargets.port = 3260\n"
            "discovery.sendtargets.auth.password = secretsecret\n"
        ),
        f"{root}/ifaces/nic1": "iface.iscsi_ifacename = nic1\niface.net_ifacename = eth1\n",
        f"{root}/ifaces/broken": "\x00\x01",
    }
    records = read_records(host, root)
    assert [record.target for record in records.nodes] == ["iqn.2000-01.x:old", TARGET]
    assert [record.chap.kind for record in records.discovery] == ["one-way"]
    assert [interface.name for interface in records.interfaces] == ["default", "iser", "nic1"]
    assert records.interfaces[2].network_device == "eth1"
    assert set(records.damaged) == {
        f"{root}/nodes/{TARGET}/192.0.2.1,3260,1/.tmpx",
        f"{root}/nodes/empty/,3260,-1/default",
        f"{root}/nodes/stray",
        f"{root}/ifaces/broken",
    }
    assert records.unseen == ()


def test_what_may_not_be_read_is_named() -> None:
    class Forbidding(ScriptedHost):
        def names(self, path: str) -> tuple[str, ...]:
            if path.endswith("/nodes"):
                raise PermissionError(13, "Permission denied", path)
            return super().names(path)

        def read(self, path: str) -> str:
            if "send_targets" in path:
                raise PermissionError(13, "Permission denied", path)
            return super().read(path)

    host = Forbidding()
    host.files["/etc/iscsi/send_targets/192.0.2.1,3260/st_config"] = ""
    records = read_records(host, "/etc/iscsi")
    assert [unseen.what for unseen in records.unseen] == [
        "/etc/iscsi/nodes",
        "/etc/iscsi/send_targets/192.0.2.1,3260/st_config",
    ]
    assert not records.discovery[0].readable
    assert records.discovery[0].portal == Portal("192.0.2.1", 3260)


def test_where_the_database_is() -> None:
    assert default_database(DEBIAN) == Database("/etc/iscsi", "/run/lock/iscsi")
    assert default_database(Distribution("debian", "13", "", "debian")).root == "/var/lib/iscsi"
    assert default_database(Distribution("ubuntu", "24.04", "", "debian")).root == "/etc/iscsi"
    assert default_database(Distribution("rhel", "9", "", "redhat")).root == "/var/lib/iscsi"
    assert default_database(Distribution("sles", "15.4", "", "suse")).root == "/etc/iscsi"
    assert default_database(Distribution("sles", "15.5", "", "suse")).root == "/var/lib/iscsi"
    assert default_database(Distribution()).root == "/var/lib/iscsi"


def test_iscsiadm_itself_says_where_once() -> None:
    host = ScriptedHost()
    host.files["/usr/sbin/iscsiadm"] = "binary"
    found = "\0".join(("/opt/db/send_targets", "junk", "/run/opt/lock.write", ""))
    host.replies[("grep",)] = Outcome(0, found)
    expected = Database("/opt/db", "/run/opt")
    assert locate_database(host, DEBIAN) == expected
    assert locate_database(host, DEBIAN) == expected
    assert len(host.commands) == 1
    host.files["/usr/sbin/iscsiadm"] = "another binary"
    assert locate_database(host, DEBIAN) == expected
    assert len(host.commands) == 2


@given(st.text(), st.text(max_size=20))
def test_any_text_can_be_read(text: str, name: str) -> None:
    parse_node_record(text, name, None, name, name)
    parse_discovery_record(text, "sendtargets", Portal(name))
    parse_interface_record(text, name)
    parse_portal(text)
    parse_strings(text, Database("/a", "/b"))


@given(
    st.one_of(st.ip_addresses().map(str), st.from_regex(r"[a-z][a-z0-9.-]{0,40}", fullmatch=True)),
    st.integers(1, 65535),
    st.none() | st.integers(0, 65535),
)
def test_a_portals_name_is_read_back(address: str, port: int, group: int | None) -> None:
    portal = Portal(address, port, group)
    assert parse_portal(portal_name(portal)) == portal
