"""What status, capture and the watch see on a real kernel with a real target, on each Debian."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from tests.lab.conftest import GuestFactory
from tests.waiting import Stopwatch, until
from tui.fleet.facts import HostFacts
from tui.fleet.fleet import RowKind, survey
from tui.fleet.reading import read_capture
from tui.lab.faults import Fault
from tui.lab.guest import Guest
from tui.lab.image import Release
from tui.storage.host.recorded import RecordedHost
from tui.storage.probe.inventory import take_inventory
from tui.storage.stacks.stack import first_broken, stacks

pytestmark = pytest.mark.lab

TARGET = "iqn.2003-01.org.linux-iscsi.lab:t1"
PORTAL = "192.0.2.10:3260"
SECRET = "planted-chap-secret"
BLOCKED = 60.0
"""Seconds: less than the 120 that a reader of a blocked disk waits (replacement_timeout)."""

SET_UP = f"""
set -e
iscsiadm -m discoverydb -t st -p {PORTAL} -o new
iscsiadm -m discoverydb -t st -p {PORTAL} -o new --discover
iscsiadm -m node -T {TARGET} -p {PORTAL} -o update -n node.conn[0].timeo.noop_out_interval -v 1 \
    -n node.conn[0].timeo.noop_out_timeout -v 5
iscsiadm -m node -T {TARGET} -p {PORTAL} -l
udevadm settle
disk=/dev/$(ls /sys/class/iscsi_session/session1/device/target*/*/block)
pvcreate $disk
vgcreate vg_look $disk
lvcreate -y -L 100M -n lv-one vg_look
mkfs.ext4 -q -L 'my data' /dev/vg_look/lv-one
mkdir /data
mount /dev/vg_look/lv-one /data
udevadm settle
"""

WATCHED = """
import subprocess, sys, threading
from tui.storage.host.local import LocalHost
from tui.storage.watching.watch import Watch

news = threading.Condition()
told = set()

def on_change(topics):
    with news:
        told.update(topics)
        news.notify_all()

def expect(*wanted, do):
    with news:
        told.clear()
    subprocess.run(do, shell=True, check=True, stdout=subprocess.DEVNULL)
    with news:
        if not news.wait_for(lambda: set(wanted) <= told, 30):
            sys.exit(f"{do}: told of {sorted(told)} only")

watch = Watch(LocalHost(looking_only=True), on_change, records=sys.argv[1])
watch.start()
if not watch.wait_until_ready(60):
    sys.exit("never ready")
expect("devices", "lvm", do="lvcreate -y -L 8M -n lv-two vg_look")
expect("mounts", do="umount /data")
expect("records", do="sed -i s/manual/automatic/ " + sys.argv[2])
expect("mounts", do="mount /dev/vg_look/lv-one /data")
expect("devices", "lvm", do="lvremove -y vg_look/lv-two")
watch.stop()
print("all noticed")
"""


@pytest.fixture(scope="module", params=list(Release))
def guest(request: pytest.FixtureRequest, guest_factory: GuestFactory) -> Guest:
    guest = guest_factory("open", release=request.param)
    guest.check("bash", "-c", SET_UP)
    return guest


def document(guest: Guest) -> dict[str, Any]:
    found = json.loads(guest.check("iscsi-console", "status", "--json"))
    assert isinstance(found, dict)
    return found


def wait_for(guest: Guest, condition: Callable[[], bool]) -> None:
    until(condition, lambda: guest.check("dmesg")[-2000:])


def session_state(guest: Guest) -> str:
    return guest.read_text("/sys/class/iscsi_session/session1/state").strip()


def daemon_is_content(guest: Guest) -> bool:
    """Whether iscsid has the session and nothing to do about it."""
    said = guest.run(("iscsiadm", "-m", "session", "-P", "1")).text
    return "Connection State: LOGGED IN" in said and "iscsid Session State: NO CHANGE" in said


def test_the_whole_ladder_is_seen(guest: Guest) -> None:
    found = document(guest)
    (stack,) = found["stacks"]
    assert stack["health"] == "good"
    assert [rung["kind"] for rung in stack["rungs"]] == [
        "portal",
        "session",
        "lun",
        "physical-volume",
        "volume-group",
        "logical-volume",
        "filesystem",
        "mount",
    ]
    assert found["lvm"]["asked"]
    assert found["sessions"][0]["noop_interval"] == 1
    assert found["logical_volumes"][0]["device"].startswith("dm-")
    assert [one["label"] for one in found["filesystems"] if one["stack"] == stack["key"]] == ["my data"]
    assert found["unseen"] == []
    roles = {service["role"]: service for service in found["services"]}
    assert roles["login-at-boot"]["unit"] == "open-iscsi.service"


def test_without_root_the_ladder_is_seen_and_what_is_hidden_is_named(guest: Guest) -> None:
    said = guest.check("setpriv", "--reuid=65534", "--clear-groups", "iscsi-console", "status")
    assert "/data" in said
    assert "lv-one" in said
    assert "Not read, so it may exist although it is not listed above:" in said
    assert "/nodes: Only root can read it." in said


def test_looking_does_not_wake_a_daemon_that_waits_behind_its_socket(guest: Guest) -> None:
    guest.check("systemctl", "stop", "iscsid.service")
    guest.check("systemctl", "start", "iscsid.socket")
    assert document(guest)["daemon_answers"]
    assert guest.run(("systemctl", "is-active", "iscsid.service")).text.strip() == "inactive"
    guest.check("systemctl", "start", "iscsid.service")
    # A daemon that has just started takes up its sessions by logging in to them again.
    wait_for(guest, lambda: daemon_is_content(guest))


def test_a_capture_is_the_host_without_its_secrets(guest: Guest, tmp_path: Path) -> None:
    record = document(guest)["node_records"][0]["path"]
    before = guest.read_text(record)
    guest.write_text(record, before.replace("# END", f"node.session.auth.password = {SECRET}\n# END"))
    guest.check("iscsi-console", "capture", "/root/host.json")
    text = guest.read_text("/root/host.json")
    assert guest.check("stat", "-c", "%a", "/root/host.json").strip() == "600"
    guest.write_text(record, before)
    assert SECRET not in text
    place = tmp_path / "host.json"
    place.write_text(text)
    inventory = take_inventory(RecordedHost(str(place)))
    live = document(guest)
    assert [session.target for session in inventory.sessions] == [TARGET]
    assert inventory.node_records[0].chap.kind == "one-way"
    assert inventory.logical_volumes[0].uuid == live["logical_volumes"][0]["uuid"]
    assert [device.name for device in inventory.devices] == [device["name"] for device in live["devices"]]
    (stack,) = stacks(inventory)
    assert first_broken(stack) is None


def test_a_capture_holds_what_hosts_are_compared_by(guest: Guest, tmp_path: Path) -> None:
    guest.check("iscsi-console", "capture", "--force", "/root/host.json")
    text = guest.read_text("/root/host.json")
    (tmp_path / "db1.json").write_text(text)
    assert guest.read_text("/etc/machine-id").strip() not in text
    facts = read_capture(tmp_path / "db1.json")
    assert isinstance(facts, HostFacts)
    assert len(facts.machine) == 32
    versions = dict(facts.versions)
    assert versions["kernel"] == guest.check("uname", "-r").strip()
    assert {"iscsiadm", "lvm", "udevadm"} <= set(versions)
    assert facts.addresses
    # The same machine under other names is a clone, and two hosts then have one file system mounted.
    clone = replace(facts, file="db2.json", name="db2", addresses=())
    fleet = survey((facts, clone), (), facts.taken_at)
    assert {finding.code for finding in fleet.findings if not finding.own} == {
        *("mounted-by-several", "unprotected-vg", "same-initiator-name", "same-machine-id"),
    }
    cells = {(row.kind, row.cells[0].words) for row in fleet.rows}
    assert cells == {(RowKind.LUN, "mounted"), (RowKind.TARGET, "1 of 1"), (RowKind.PORTAL, "logged in")}


def test_the_watch_notices_a_volume_a_mount_and_a_record(guest: Guest) -> None:
    record = document(guest)["node_records"][0]["path"]
    root = record.partition("/nodes/")[0]
    assert guest.check("python3", "-c", WATCHED, root, record, timeout=180).strip() == "all noticed"


def test_a_lost_connection_is_told_quickly_and_nothing_on_it_is_called_good(guest: Guest) -> None:
    guest.fault(Fault.LINK_DOWN)
    wait_for(guest, lambda: session_state(guest) == "FAILED")
    watch = Stopwatch()
    found = document(guest)
    assert watch.seconds() < BLOCKED
    (stack,) = found["stacks"]
    assert stack["first_broken"].startswith("session:")
    assert {rung["health"] for rung in stack["rungs"] if rung["kind"] != "portal"} == {"bad"}
    assert set(found["lvm"]["left_out"]) >= {found["luns"][0]["disk"]}
    assert "logical-volume" in {rung["kind"] for rung in stack["rungs"]}
    guest.fault(Fault.LINK_UP)
    wait_for(guest, lambda: session_state(guest) == "LOGGED_IN")
    wait_for(guest, lambda: document(guest)["stacks"][0]["health"] == "good")
