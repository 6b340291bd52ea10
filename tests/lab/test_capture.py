"""A real host is captured, and what its twin must have is read from the capture alone."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lab.volumes import TARGET, log_in, sh, wait_for
from tui.lab.guest import Guest
from tui.lab.image import Release
from tui.lab.san import read_description
from tui.maintenance.dependents import subject_of_target
from tui.maintenance.disconnect import propose
from tui.maintenance.disconnect_seen import AboutUsers, Choices, see
from tui.practice.rehearsal.described import describe
from tui.practice.rehearsal.description import Described, Place, PlaceKind
from tui.storage.host.recorded import RecordedHost
from tui.storage.operations.services.stop_service import StopService
from tui.storage.probe.inventory import take_inventory

pytestmark = [pytest.mark.lab, pytest.mark.xdist_group("capture")]

SAN = (
    read_description("two_portals")
    + '\n[[target.lun]]\nnumber = 1\nsize = "512M"\n\n[[target.lun]]\nnumber = 2\nsize = "300M"\n'
)
SECRET = "pLanted-5ecret"
DATA, STORE, SWAP = (f"{digit * 8}-2222-4333-8444-555555555555" for digit in "123")
CAPTURE = "/root/captured.json"
MULTIPATH = f"""
defaults {{
    user_friendly_names yes
    find_multipaths yes
    # the array's password is {SECRET}
}}
"""
UNIT = f"""
[Service]
Environment=TOKEN={SECRET}
WorkingDirectory=/srv/data
ExecStart=/bin/sh -c "exec 3> /srv/data/log; while true; do sleep 1000 {SECRET}; done"
"""


@pytest.fixture(scope="module")
def guest() -> Iterator[Guest]:
    with Guest.boot(Release.BOOKWORM, san=SAN) as booted:
        booted.write_text("/etc/multipath.conf", MULTIPATH)
        booted.write_text("/etc/systemd/system/app.service", UNIT)
        sh(booted, "modprobe --all dm_thin_pool dm_raid dm_snapshot; multipathd reconfigure > /dev/null")
        log_in(booted, "192.0.2.10:3260", "198.51.100.10:3260")
        wait_for(booted, "[ $(ls /dev/mapper/mpath? | wc -l) = 3 ]")
        sh(
            booted,
            f"""
            lun() {{
                for disk in /sys/block/sd*; do
                    address=$(readlink -f $disk/device)
                    [ ${{address##*:}} != $1 ] || echo /dev/mapper/$(cat $disk/holders/*/dm/name)
                done | sort -u
            }}
            vgcreate -qq vga $(lun 0) $(lun 1)
            lvcreate -qq -Wn -y -L 200M -T vga/pool -V 300M -n thin
            lvcreate -qq -Wn -y --type raid1 -m 1 --nosync -L 60M -n mirror vga
            lvcreate -qq -Wn -y -i 2 -L 64M -n wide vga
            mkfs.ext4 -q -L data -U {DATA} /dev/vga/thin
            mkdir -p /srv/data /srv/store; chmod 750 /srv/store; mount /dev/vga/thin /srv/data
            fallocate -l 40M /srv/data/full; sync
            lvcreate -qq -y -s -n snap vga/thin
            mkswap -U {SWAP} /dev/vga/wide; swapon -p 7 /dev/vga/wide
            mkfs.btrfs -q -U {STORE} $(lun 2)
            printf 'UUID={DATA} /srv/data ext4 _netdev,nofail 0 2\n' >> /etc/fstab
            printf 'UUID={STORE} /srv/store btrfs _netdev,nofail 0 0\n' >> /etc/fstab
            systemctl daemon-reload; udevadm settle; mount /srv/store; systemctl start app.service
            """,
        )
        wait_for(booted, "[ -e /srv/data/log ]")
        yield booted


@pytest.fixture(scope="module")
def captured(guest: Guest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    guest.check("iscsi-console", "capture", "--force", CAPTURE, timeout=180)
    place = tmp_path_factory.mktemp("capture") / "host.json"
    place.write_text(guest.read_text(CAPTURE))
    return place


@pytest.fixture(scope="module")
def described(captured: Path) -> Described:
    return describe(RecordedHost(str(captured)))


def test_no_secret_is_in_it(captured: Path) -> None:
    assert SECRET not in captured.read_text()


def test_what_holds_a_volume_is_known_from_the_capture(captured: Path) -> None:
    host = RecordedHost(str(captured))
    subject = subject_of_target(TARGET)
    plan = propose(see(host, subject), subject, Choices(AboutUsers.STOP_SERVICES)).plan
    stopped = [operation.unit for operation in plan.operations if isinstance(operation, StopService)]
    assert stopped == ["app.service"]


def test_the_array(described: Described, guest: Guest) -> None:
    description = described.description
    (target,) = description.targets
    assert [(portal.address, portal.port) for portal in target.portals] == [
        ("192.0.2.10", 3260),
        ("198.51.100.10", 3260),
    ]
    assert [lun.number for lun in target.luns] == [0, 1, 2]
    assert [disk.size >> 20 for disk in description.disks] == [512, 512, 300]
    assert all(disk.can_be_same and disk.serial for disk in description.disks)
    assert description.initiator == sh(guest, "sed -n s/^InitiatorName=//p /etc/iscsi/initiatorname.iscsi")
    assert [(network.own, network.portals) for network in description.networks] == [
        (("192.0.2.1/24",), ("192.0.2.10",)),
        (("198.51.100.1/24",), ("198.51.100.10",)),
    ]
    assert sorted(joined.name for joined in description.maps) == ["mpatha", "mpathb", "mpathc"]


def test_the_volumes(described: Described, guest: Guest) -> None:
    (group,) = described.description.groups
    assert (group.name, group.uuid, group.seqno) == (
        "vga",
        *sh(guest, "vgs --noheadings -o vg_uuid vga").split(),
        int(sh(guest, "vgs --noheadings -o vg_seqno vga")),
    )
    starts = sh(guest, "pvs --noheadings --units b --nosuffix -o pe_start -S vg_name=vga").split()
    assert [volume.start for volume in group.physical] == [int(start) for start in starts]
    disks = {disk.wwid for disk in described.description.disks[:2]}
    assert {volume.place.name for volume in group.physical if volume.place is not None} == disks
    by_name = {volume.name: volume for volume in group.logical}
    assert by_name["thin"].uuid == sh(guest, "lvs --noheadings -o lv_uuid vga/thin")
    assert [segment.kind for segment in by_name["mirror"].segments] == ["raid1"]
    # ext4 goes on initializing itself after the capture.
    assert by_name["pool"].data is not None
    assert 1.0 < by_name["pool"].data <= float(sh(guest, "lvs --noheadings -o data_percent vga/pool")) + 0.1
    assert by_name["thin"].data
    assert by_name["snap"].active is False
    assert by_name["mirror"].active


def test_what_is_on_them(described: Described) -> None:
    description = described.description
    found = {filesystem.uuid: filesystem for filesystem in description.filesystems}
    assert set(found) == {DATA, STORE}
    data, store = found[DATA], found[STORE]
    assert (data.places[0].name, data.label, data.size >> 20, data.block > 0) == (
        "vga/thin",
        "data",
        300,
        True,
    )
    assert data.used is not None
    assert data.used > 40 << 20
    assert store.places == (Place(PlaceKind.DISK, description.disks[2].wwid),)
    (swap,) = description.swaps
    assert (swap.place.name, swap.uuid, swap.active, swap.priority) == ("vga/wide", SWAP, True, 7)
    assert sorted(mount.target for mount in description.mounts) == ["/srv/data", "/srv/store"]
    assert [line.mount_point for line in description.fstab] == ["/srv/data", "/srv/store"]


def test_who_uses_it_and_how_it_is_configured(described: Described) -> None:
    description = described.description
    holders = [(holder.command, holder.unit) for holder in description.holders]
    assert ("sh", "app.service") in holders
    files = {file.path: file.text for file in description.files}
    assert "user_friendly_names yes" in files["/etc/multipath.conf"]
    assert sorted(files["/etc/multipath/bindings"].split()[::2]) == ["mpatha", "mpathb", "mpathc"]
    assert sum(path.startswith("/etc/iscsi/nodes/") for path in files) == 2
    active = {service.unit for service in description.services if service.active}
    assert "multipathd.service" in active


def test_what_will_differ_is_said(described: Described, captured: Path) -> None:
    said = [difference.what for difference in described.unlike]
    assert said[:2] == ["data", "durations"]
    assert "vga" not in said
    inventory = take_inventory(RecordedHost(str(captured)))
    assert json.loads(captured.read_text())["name"] == inventory.host
