"""A host is captured, its twin is built from the capture, and both go the same way."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from msgspec import Struct

from tests.lab.volumes import disks_are_here, sh, wait_for
from tests.waiting import until
from tui.lab.guest import Guest
from tui.lab.places import Places
from tui.practice.rehearsal.described import describe
from tui.practice.rehearsal.result import read_result
from tui.practice.rehearsal.twin import Twin
from tui.storage.host.recorded import RecordedHost
from tui.storage.probe.inventory import take_inventory

pytestmark = [pytest.mark.lab, pytest.mark.xdist_group("rehearsal-of-a-host")]

TARGET = "iqn.2003-01.org.linux-iscsi.lab:t1"
SECRET = "planted-secret-99"

SAN = f"""
[[network]]
name = "a"
initiator = ["192.0.2.1/24"]
array = ["192.0.2.10/24"]

[[network]]
name = "b"
initiator = ["198.51.100.1/24"]
array = ["198.51.100.10/24"]

[[target]]
name = "{TARGET}"
portals = ["192.0.2.10:3260", "198.51.100.10:3260"]
initiators = ["iqn.2003-01.org.example:host-a"]
[target.chap]
user = "host-a"
secret = "{SECRET}"

[[target.lun]]
number = 0
size = "640M"
backing = "iblock"
[target.lun.identity]
wwid = "naa.600a098038304437415d4b6a59600000"
vendor = "EXAMPLE"
product = "ARRAY"
revision = "1.0"

[[target.lun]]
number = 1
size = "640M"
backing = "iblock"
[target.lun.identity]
wwid = "naa.600a098038304437415d4b6a59600001"
vendor = "EXAMPLE"
product = "ARRAY"
revision = "1.0"
"""

MULTIPATH = "defaults {\n    find_multipaths yes\n    user_friendly_names yes\n}\n"

MAKE = """
modprobe --all dm_thin_pool dm_raid dm_snapshot
vgcreate -qq data /dev/mapper/mpatha /dev/mapper/mpathb
lvcreate -qq -y -L 100M -n app data
lvcreate -qq -y --type thin-pool -L 120M -n pool data
lvcreate -qq -y -V 200M --thinpool pool -n thin data
lvcreate -qq -y --type raid1 -m1 --nosync -L 48M -n mirror data
lvcreate -qq -y -i 2 -L 64M -n wide data
mkfs.ext4 -q -L app /dev/data/app
mkfs.ext4 -q /dev/data/thin
mkfs.ext4 -q /dev/data/mirror
mkswap -q -L paging /dev/data/wide
lvcreate -qq -y -s -n thin_snap data/thin
mkdir -p /srv/app /srv/thin /srv/mirror
for name in app thin mirror; do
    echo "/dev/data/$name /srv/$name ext4 _netdev,nofail 0 2" >> /etc/fstab
done
systemctl daemon-reload
mount /srv/app; mount /srv/thin; mount /srv/mirror
fallocate -l 40M /srv/app/records
touch /srv/app/log
chown 33:33 /srv/app
printf '[Service]\\nExecStart=/usr/bin/tail -f /srv/app/log\\n[Install]\\nWantedBy=multi-user.target\\n' \
    > /etc/systemd/system/app.service
systemctl daemon-reload
systemctl enable --now --quiet app.service
"""


def made(guest: Guest) -> None:
    """Make host A."""
    guest.write_text("/etc/iscsi/initiatorname.iscsi", "InitiatorName=iqn.2003-01.org.example:host-a\n")
    sh(guest, "hostname host-a; echo host-a > /etc/hostname")
    guest.write_text("/etc/multipath.conf", MULTIPATH)
    conf = guest.read_text("/etc/iscsi/iscsid.conf")
    chap = ("authmethod = CHAP", "username = host-a", f"password = {SECRET}")
    lines = [*(f"node.session.auth.{line}" for line in chap), "node.startup = automatic"]
    kept = [line for line in conf.splitlines() if not line.startswith(("node.session.auth", "node.startup"))]
    guest.write_text("/etc/iscsi/iscsid.conf", "\n".join([*kept, *lines]) + "\n")
    sh(guest, "systemctl restart iscsid multipathd")
    for portal in ("192.0.2.10", "198.51.100.10"):
        guest.check("iscsiadm", "-m", "discovery", "-t", "sendtargets", "-p", portal)
    guest.check("iscsiadm", "-m", "node", "--login")
    guest.check("systemctl", "enable", "--quiet", "open-iscsi.service", "iscsid.socket")
    disks_are_here(guest)
    wait_for(guest, "[ -e /dev/mapper/mpatha ] && [ -e /dev/mapper/mpathb ]")
    sh(guest, MAKE)


COMMANDS = (
    ("disconnect", "/srv/app", "--users", "stop", "--yes"),
    ("disconnect", TARGET, "--users", "stop", "--yes"),
    ("reconnect", "--yes"),
    ("grow", "/srv/app", "--to", "140M", "--yes"),
)

Facts = dict[str, object]


def outcomes(guest: Guest) -> list[tuple[int, list[tuple[str, str, str]]]]:
    """The exit status of each command, with the steps that it told."""
    told = []
    for command in COMMANDS:
        done = guest.run(("iscsi-console", *command, "--json"), timeout=300)
        events = [json.loads(line) for line in done.text.splitlines() if line.startswith("{")]
        steps = [
            (str(event["title"]), str(event["stage"]), str(event["problem"]))
            for event in events
            if event["event"] == "step" and event["stage"] in ("done", "already", "failed")
        ]
        told.append((done.status, [(_plain(title), stage, problem) for title, stage, problem in steps]))
    return told


def _plain(text: str) -> str:
    """A text without names that differ from boot to boot: of disks, and of the note of a disconnect."""
    return re.sub(r"\b(sd[a-z]+|dm-\d+|\d{8}-\d{6}-\d+)\b", "*", text)


def facts(guest: Guest) -> Facts:
    """What has to be equal of two hosts' inventories."""
    status: dict[str, Any] = {}

    def is_read() -> bool:
        # Beside other guests LVM may take longer than a look waits.
        status.update(json.loads(guest.check("iscsi-console", "status", "--json", timeout=120)))
        return not status["unseen"]

    until(is_read, lambda: f"a whole look, but {status['unseen']}")
    same = {
        "sessions": ("target", "portal", "state", "initiator_name"),
        "luns": ("number", "wwid", "size", "vendor", "model", "revision", "state", "read_only"),
        "multipath_maps": ("name", "wwid", "size"),
        "node_records": ("target", "portal", "iface", "startup", "chap"),
        "physical_volumes": ("path", "uuid", "volume_group", "size", "free", "device_size", "missing"),
        "volume_groups": ("name", "uuid", "size", "free", "extent_size"),
        "logical_volumes": ("name", "uuid", "size", "active", "attributes", "pool", "origin"),
        "filesystems": ("kind", "uuid", "label"),
        "mounts": ("source", "target", "kind", "size"),
        "fstab": ("spec", "mount_point", "kind", "options"),
    }
    found: Facts = {
        what: sorted(
            json.dumps([one[name] for name in names])
            for one in status[what]
            if "/dev/ub" not in json.dumps(one)
        )
        for what, names in same.items()
    }
    found["host"] = status["host"]
    found["initiator"] = status["initiator"]["name"]
    found["health"] = sorted(
        _plain(f"{rung['kind']} {rung['name']} {rung['health']}")
        for stack in status["stacks"]
        for rung in stack["rungs"]
    )
    return found


class HostA(Struct, frozen=True):
    """Host A: its capture, what it was then, and what became of the commands."""

    capture: Path
    was: Facts
    did: list[tuple[int, list[tuple[str, str, str]]]]


@pytest.fixture(scope="module")
def host_a(tmp_path_factory: pytest.TempPathFactory) -> HostA:
    capture = tmp_path_factory.mktemp("capture") / "host-a.json"
    with Guest.boot(san=SAN) as guest:
        made(guest)
        guest.check("iscsi-console", "capture", "/root/capture.json", timeout=120)
        capture.write_text(guest.read_text("/root/capture.json"))
        return HostA(capture, facts(guest), outcomes(guest))


def test_the_twin_has_the_inventory_of_the_host_and_goes_the_same_way(host_a: HostA) -> None:
    assert SECRET not in host_a.capture.read_text()
    host = RecordedHost(str(host_a.capture))
    inventory = take_inventory(host)
    with Twin(describe(host, inventory), Places.of_environment(), lambda _words: None) as twin:
        twin.compare_with(inventory)
        comparison = twin.sheet.comparison
        assert comparison is not None
        assert comparison.differences == ()
        assert comparison.equal > 1000
        was = facts(twin.guest)
        assert {name: (value, was[name]) for name, value in host_a.was.items() if was[name] != value} == {}
        assert outcomes(twin.guest) == host_a.did


def test_the_review_on_the_host_says_what_was_rehearsed(host_a: HostA, tmp_path: Path) -> None:
    words = ("disconnect", "/srv/app", "--users", "stop")
    rehearse = ("rehearse", "--out", str(tmp_path / "result.json"), str(host_a.capture), "--")
    done = program(tmp_path, *rehearse, "iscsi-console", *words, "--yes")
    assert done.returncode == 0, done.stderr
    assert "data: No file's content is in a capture" in done.stdout
    assert "Unmount /srv/app: done" in done.stdout
    assert "fields of the inventory are equal." in done.stdout
    assert "It went through." in done.stdout
    assert read_result(tmp_path / "result.json").host == "host-a"
    review = program(tmp_path, "plan", *words, "--recorded", str(host_a.capture))
    assert re.search("Rehearsed on .*: it went through", review.stdout), review.stdout


def program(home: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    """Run the program on the machine outside."""
    environment = {**os.environ, "XDG_STATE_HOME": str(home)}
    return subprocess.run(
        (sys.executable, "-m", "tui", *words), env=environment, capture_output=True, text=True, check=False
    )
