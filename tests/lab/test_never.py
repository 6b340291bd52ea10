"""On a real kernel: what the catalogue says never to do is refused in the very state in which it is tried.

`tests/recovery/never_ways.py` has every never with what makes it impossible; here are those that the state of
a host decides. Nothing may have run and nothing may have changed afterwards.
"""

from collections.abc import Iterator

import pytest

from tests.lab.operate import operate
from tests.lab.test_repair_operations import REPAIRS
from tests.lab.volumes import PORTAL, TARGET, log_in, path_of, sh
from tui.lab.faults import Fault
from tui.lab.guest import Guest
from tui.lab.san import read_description

pytestmark = pytest.mark.lab

SAN = read_description("open") + '\n[[target.lun]]\nnumber = 1\nsize = "128M"\n'
AT = f"{TARGET!r}, Portal('192.0.2.10', 3260, 1)"

IN_USE = (
    ("F05", f"LogOut(ANY_SESSION, {AT})", "logout.in-use"),
    ("F06", "CheckFilesystem('/dev/vg/data', EXT4, fs_uuid('/dev/vg/data'))", "device.mounted"),
    ("F06", "RepairFilesystem('/dev/vg/data', EXT4, fs_uuid('/dev/vg/data'))", "device.mounted"),
    ("F07", "MountFilesystem('/dev/vg/data', '/mnt', 'ext4')", "mount.elsewhere"),
    ("F08", "WipeSignatures(identity(0), look(0).signatures)", "device.mounted"),
    ("F08", "CreateVolumeGroup('other', (identity(0),))", "device.mounted"),
    ("F09", f"DeleteNodeRecord({AT})", "record.in-use"),
    ("F10", "StopService('iscsid.service')", "service.not-to-be-stopped"),
    (
        "F15",
        "ImportClone((identity(0), identity(1)), (pv_uuid(0), pv_uuid(1)), 'vg', 'vg2')",
        "device.mounted",
    ),
    ("F22", "DeactivateVolumeGroup('vg')", "group.in-use"),
    (
        "F24",
        "RestoreGroupMetadata('vg', group('vg').uuid, notes_file('vg'), noted('vg').number)",
        "metadata.active",
    ),
    (
        "F31",
        f"SetRecordValues({AT}, 'default', (('node.session.auth.password', 'x'),))",
        "record.secret-in-argv",
    ),
)
"""Number of the catalogue, what is tried while everything is well and used, and why it is not done."""

MORE = """
from tui.storage.operations.iscsi.records import DeleteNodeRecord
from tui.storage.operations.services.stop_service import StopService
"""
STATE = """
cat /sys/class/iscsi_session/*/state; vgs --noheadings -o vg_name,vg_uuid,seqno,pv_count,vg_missing_pv_count
find /etc/iscsi /var/lib/iscsi -type f 2>/dev/null | sort | xargs sha256sum; grep /srv /proc/self/mountinfo
systemctl is-active iscsid.service iscsid.socket; sha256sum --check /root/sums
"""


@pytest.fixture(scope="module")
def guest() -> Iterator[Guest]:
    with Guest.boot(san=SAN) as booted:
        log_in(booted)
        first, second = (path_of(booted, lun) for lun in (0, 1))
        sh(
            booted,
            f"""
            vgcreate -qq vg {first} {second}
            lvcreate -qq -Wn -l 100%PVS -n data vg {first}; lvcreate -qq -Wn -l 4 -n span vg {second}
            mkfs.ext4 -q /dev/vg/data; mkdir -p /srv/data; mount /dev/vg/data /srv/data
            head -c 3000000 /dev/urandom > /srv/data/kept; sha256sum /srv/data/kept > /root/sums; sync
            """,
        )
        yield booted


def codes_of(guest: Guest, *tried: str) -> list[str]:
    """Try operations, each as a plan of its own; why each is not done. Nothing of the host may differ."""
    before = sh(guest, STATE)
    done = operate(guest, "\n".join((REPAIRS, MORE, *(f"perform({operation})" for operation in tried))))
    assert [one.commands for one in done] == [[]] * len(tried)
    assert sh(guest, STATE) == before
    return [one.codes[0] for one in done]


def test_what_would_harm_a_volume_in_use_is_refused(guest: Guest) -> None:
    found = codes_of(guest, *(operation for _number, operation, _code in IN_USE))
    assert found == [code for _number, _operation, code in IN_USE]


def test_nothing_is_given_up_while_it_may_return(guest: Guest) -> None:
    uuid = sh(guest, f"pvs --noheadings -o pv_uuid {path_of(guest, 1)}")
    disk = path_of(guest, 1).removeprefix("/dev/")
    sh(guest, "lvchange -qq -an vg/span")
    guest.fault(Fault.LUN_REMOVED, lun="1")
    sh(guest, f"echo 1 > /sys/block/{disk}/device/delete; udevadm settle")
    other = ("-m", "node", "-T", "iqn.2003-01.org.linux-iscsi.lab:t9", "-p", PORTAL)
    guest.check("iscsiadm", *other, "-o", "new")
    tried = (
        f"RemoveMissingPvs('vg', group('vg').uuid, ({uuid!r},))",
        f"RemoveMissingPvsAndVolumes('vg', group('vg').uuid, ({uuid!r},), ('span',))",
        "ActivateCompleteVolume('vg', group('vg').uuid, 'span', lv_uuid('vg', 'span'))",
    )
    assert codes_of(guest, *tried) == ["group.may-return", "group.may-return", "volume.partial"]
    guest.check("iscsiadm", *other, "-o", "delete")
    # Without the volume named that goes with it, it is not given up either.
    assert codes_of(guest, tried[0]) == ["missing.volumes-lost"]
