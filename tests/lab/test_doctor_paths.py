"""Paths that no map joins, maps that wait for ever, and guards of LVM that hide a disk: on a real kernel."""

from collections.abc import Iterator

import pytest

from tests.lab.operate import Performed, performed, tell
from tests.lab.test_doctor_volumes import DOCTOR
from tests.lab.volumes import log_in, sh, wait_for
from tui.lab.faults import Fault
from tui.lab.guest import Guest
from tui.lab.image import Release
from tui.lab.san import read_description

pytestmark = [pytest.mark.lab, pytest.mark.xdist_group("doctor-paths")]

FIRST, SECOND = "192.0.2.10:3260", "198.51.100.10:3260"
UUID = "11111111-2222-4333-8444-555555555555"
NO_MULTIPATH = "systemctl stop multipathd.socket multipathd.service; multipath -F || true; udevadm settle"
QUEUES = """
from tui.storage.operations.queueing import ResumeQueueing, StopQueueing
wwid = next(one.wwid for one in look_at_devices(HOST).multipath_maps)
name = next(one.name for one in look_at_devices(HOST).multipath_maps)
"""


@pytest.fixture(scope="module")
def guest() -> Iterator[Guest]:
    with Guest.boot(Release.TRIXIE, san=read_description("two_portals")) as booted:
        sh(booted, NO_MULTIPATH)
        log_in(booted, FIRST)
        sh(
            booted,
            f"""
            disk=$(readlink -f /dev/disk/by-path/*-lun-0)
            vgcreate -qq vg $disk; lvcreate -qq -Wn -l 100 -n data vg; mkfs.ext4 -q -U {UUID} /dev/vg/data
            echo 'UUID={UUID} /srv/data ext4 _netdev,nofail 0 0' > /etc/fstab; systemctl daemon-reload
            udevadm settle; mkdir -p /srv/data; mount /srv/data
            head -c 3000000 /dev/urandom > /srv/data/sentinel; sha256sum /srv/data/sentinel > /root/sums; sync
            """,
        )
        yield booted


def told(guest: Guest) -> dict[str, object]:
    """The diagnosis."""
    return tell(guest, DOCTOR + "say_diagnosis()")[-1]


def named(guest: Guest, code: str) -> None:
    """See that one kind of finding is the only cause, and comes first."""
    found = told(guest)
    causes = found["causes"]
    assert isinstance(causes, list)
    assert set(causes) == {code}, found["all"]


def mended(guest: Guest, code: str, number: int = 0) -> Performed:
    """Carry out one of the ways out that a finding offers; it must succeed."""
    done = performed(tell(guest, DOCTOR + f"mend({code!r}, {number})", timeout=300.0)[-1])
    assert set(done.stages) <= {"done", "already"}, (
        done.stages,
        [one for one in done.codes if one],
        done.evidence,
        done.journal[-900:],
    )
    return done


def well(guest: Guest) -> None:
    """See that nothing is found, and what was written first is there."""
    found = told(guest)
    assert found["all"] == [], found["texts"]
    sh(guest, "mountpoint -q /srv/data; sha256sum --check --quiet /root/sums")


# The tests follow each other on one machine.


def test_a_volume_on_one_of_two_paths_is_put_onto_a_map(guest: Guest) -> None:
    well(guest)
    log_in(guest, SECOND)
    named(guest, "F08.volume-on-one-path")
    done = mended(guest, "F08.volume-on-one-path")
    assert not any(word in command.split() for command in done.commands for word in ("-F", "wipefs"))
    assert "mpath" in sh(guest, "lsblk -s -no NAME,TYPE /dev/vg/data")
    well(guest)


def test_a_map_that_waits_for_ever_is_let_go_only_with_a_word_typed(guest: Guest) -> None:
    operation = "StopQueueing(wwid, name)"
    sh(
        guest,
        "dmsetup table $(multipath -l -v1) | grep -q queue_if_no_path ||"
        " multipathd restorequeueing map $(multipath -l -v1)",
    )
    refused = performed(tell(guest, f"{DOCTOR}{QUEUES}\nperform({operation})")[-1])
    assert refused.codes == ["queueing.path-up"] or refused.stages == ["already"], refused
    for network in ("a", "b"):
        guest.fault(Fault.LINK_DOWN, network=network)
    wait_for(guest, "! grep -q LOGGED_IN /sys/class/iscsi_session/session*/state")
    found = told(guest)
    causes = found["causes"]
    assert isinstance(causes, list)
    assert set(causes) == {"F05.session-lost"}, found["all"]
    assert "F34.holds-back:consequence" in str(found["all"])
    done = performed(tell(guest, f"{DOCTOR}{QUEUES}\nperform({operation})")[-1])
    assert done.stages == ["done"], done
    assert "queue_if_no_path" not in sh(guest, "dmsetup table $(multipath -l -v1)")
    for network in ("a", "b"):
        guest.fault(Fault.LINK_UP, network=network)
    wait_for(guest, "! grep -vq LOGGED_IN /sys/class/iscsi_session/session*/state")
    wait_for(guest, "multipath -ll | grep -q 'active ready'")
    resumed = performed(tell(guest, f"{DOCTOR}{QUEUES}\nperform(ResumeQueueing(wwid, name))")[-1])
    assert resumed.stages in (["done"], ["already"]), resumed


def test_a_disk_that_the_devices_file_does_not_list(guest: Guest) -> None:
    # The outage before may have stopped the file system; that is mended by what is offered, too.
    for code in (one for one in ("F06.filesystem-stopped",) if one in str(told(guest)["causes"])):
        mended(guest, code)
    well(guest)
    sh(
        guest,
        """umount /srv/data; vgchange -qq -an vg; mkdir -p /etc/lvm/devices
        sed -i 's/^devices {/devices {\\nuse_devicesfile=1/' /etc/lvm/lvm.conf
        map=/dev/mapper/$(dmsetup ls --target multipath | cut -f 1)
        lvm lvmdevices --adddev $map; lvm lvmdevices --deldev $map""",
    )
    named(guest, "F20.devices-file")
    mended(guest, "F20.devices-file")
    sh(guest, "vgchange -qq -ay vg; udevadm settle; mount /srv/data")
    well(guest)


def test_a_single_path_that_multipath_still_lists(guest: Guest) -> None:
    sh(
        guest,
        "umount /srv/data; vgchange -qq -an vg; rm /etc/lvm/devices/system.devices;"
        " sed -i '/^use_devicesfile=1/d' /etc/lvm/lvm.conf; " + NO_MULTIPATH,
    )
    target = "iqn.2003-01.org.linux-iscsi.lab:t1"
    for argv in (("-u",), ("-o", "delete")):
        guest.check("iscsiadm", "-m", "node", "-T", target, "-p", SECOND, *argv)
    sh(guest, "udevadm trigger --settle --action=change --subsystem-match=block")
    named(guest, "F08.single-path-listed")
    mended(guest, "F08.single-path-listed")
    sh(guest, "vgchange -qq -ay vg; udevadm settle; mount /srv/data")
    well(guest)
