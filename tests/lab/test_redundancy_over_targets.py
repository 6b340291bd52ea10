"""Arrays over two targets: one of them fails, is withdrawn, or comes back; the array works all the time."""

from collections.abc import Iterator

import pytest

from tests.lab.doctoring import SUMS, healthy, look, named, sentinels
from tests.lab.operate import tell
from tests.lab.volumes import disks_are_here, sh, wait_for
from tui.lab.faults import Fault
from tui.lab.guest import Guest
from tui.lab.image import Release
from tui.lab.san import read_description

pytestmark = [pytest.mark.lab, pytest.mark.xdist_group("redundancy-over-targets")]

LV, MD, BTRFS = "F54.lv-degraded", "F55.array-degraded", "F56.btrfs-degraded"
T1, T2 = (f"iqn.2003-01.org.linux-iscsi.lab:t{number}" for number in (1, 2))
PORTAL, SECOND = "192.0.2.10:3260", "198.51.100.10:3260"
LUNS = "".join(f'\n[[target.lun]]\nnumber = {number}\nsize = "256M"\n' for number in (0, 1, 2))
NETWORKS = read_description("two_portals").partition("[[target]]")[0]
SAN = f"""{NETWORKS}
[[target]]
name = "{T1}"
portals = ["{PORTAL}"]
{LUNS}
[[target]]
name = "{T2}"
portals = ["{SECOND}"]
{LUNS}
"""

MAKE = f"""
modprobe dm_raid; modprobe raid1; mkdir -p /srv/lv /srv/md /srv/bt
disk() {{ readlink -f /dev/disk/by-path/*$1-lun-$2; }}
vgcreate -qq vgx $(disk t1 0) $(disk t2 0)
lvcreate -qq -y --type raid1 -m1 --nosync -L 64M -n r vgx; mkfs.ext4 -q /dev/vgx/r
mdadm --create /dev/md0 --run --assume-clean --level=1 --metadata=1.2 --bitmap=internal --raid-devices=2 \\
    $(disk t1 1) $(disk t2 1) 2>/dev/null
udevadm settle; mkfs.ext4 -q /dev/md0
mkfs.btrfs -q -m raid1 -d raid1 $(disk t1 2) $(disk t2 2); udevadm settle
for one in /dev/vgx/r:lv:ext4 /dev/md0:md:ext4 $(disk t1 2):bt:btrfs; do
    device=${{one%%:*}}; rest=${{one#*:}}
    where="/srv/${{rest%%:*}} ${{rest#*:}} _netdev,nofail 0 0"
    echo "UUID=$(blkid -s UUID -o value $device) $where" >> /etc/fstab
done
systemctl daemon-reload; mount --all
for one in lv md bt; do head -c 2000000 /dev/urandom > /srv/$one/sentinel; done
sha256sum /srv/*/sentinel > {SUMS}; sync
"""


@pytest.fixture(scope="module")
def guest() -> Iterator[Guest]:
    with Guest.boot(Release.BOOKWORM, san=SAN) as booted:
        for target, portal in ((T1, PORTAL), (T2, SECOND)):
            where = ("-m", "node", "-T", target, "-p", portal)
            booted.check("iscsiadm", *where, "-o", "new")
            booted.check("iscsiadm", *where, "-o", "update", "-n", "node.startup", "-v", "automatic")
            timer = ("-n", "node.session.timeo.replacement_timeout", "-v", "5")
            booted.check("iscsiadm", *where, "-o", "update", *timer)
            booted.check("iscsiadm", *where, "-l")
        disks_are_here(booted)
        booted.check("systemctl", "enable", "--quiet", "open-iscsi.service", "iscsid.socket")
        sh(booted, MAKE)
        yield booted


REPAIR = """
import threading
from tests.lab.volume_side import HOST, say
from tui.recovery.diagnosis import diagnose
from tui.recovery.gather import gather
from tui.storage.changing.journal import Origin
from tui.storage.changing.run_plan import carry_out
from tui.storage.changing.watcher import Unwatched
found = next(one for one in diagnose(gather(HOST, 60)).findings if one.code == {code!r})
proposal = next(fix.proposal for fix in found.fixes if fix.proposal is not None)
ending = carry_out(proposal.plan, HOST, Unwatched(), threading.Event(), origin=Origin.CONSOLE)
say({{"ok": ending.ok, "problem": str(ending.problem)}})
"""


def repair(guest: Guest, code: str) -> None:
    """Carry out the first plan of a finding."""
    told = tell(guest, REPAIR.format(code=code))[-1]
    assert told["ok"], told


def write(guest: Guest) -> None:
    """Write to all three, so that the kernel notices what is gone; each takes it."""
    sh(
        guest,
        "for one in lv md bt; do "
        "dd if=/dev/urandom of=/srv/$one/later bs=64k count=4 conv=fsync status=none; done",
    )


def untouched(guest: Guest) -> None:
    """See that all three are mounted, writable, and whole."""
    for name in ("lv", "md", "bt"):
        sh(guest, f"findmnt -no OPTIONS /srv/{name} | grep -q '^rw'")
    sentinels(guest)


def test_a_host_with_arrays_that_are_whole_is_healthy(guest: Guest) -> None:
    healthy(guest)


def test_an_outage_of_one_target_is_the_cause_and_what_works_without_it_follows(guest: Guest) -> None:
    guest.fault(Fault.LINK_DOWN, network="b")
    wait_for(guest, "grep -q FREE /sys/class/iscsi_session/*/state")
    write(guest)
    found = look(guest)
    assert not set(found.causes) & {LV, MD, BTRFS}, found.codes
    assert found.causes, found.codes
    assert {LV, MD} <= set(found.others), found.codes
    assert "F07.stale-maps" not in found.codes
    untouched(guest)
    guest.fault(Fault.LINK_UP, network="b")
    wait_for(guest, "! grep -qv LOGGED_IN /sys/class/iscsi_session/*/state")


def test_when_it_is_back_each_leg_is_given_back_while_in_use(guest: Guest) -> None:
    sh(guest, "udevadm settle")
    found = look(guest)
    assert set(found.causes) <= {LV, MD, BTRFS}, found.codes
    for code in (MD, LV):
        if code in found.causes:
            repair(guest, code)
            wait_for(guest, "[ $(cat /sys/block/md0/md/sync_action) = idle ]")
            found = look(guest)
    assert not {LV, MD} & set(found.codes), found.codes
    sh(guest, "btrfs scrub start -B /srv/bt; btrfs device stats --reset /srv/bt")
    healthy(guest)
    untouched(guest)


def test_a_leg_that_was_failed_by_hand_is_named_and_given_back(guest: Guest) -> None:
    disk = sh(guest, "readlink -f /dev/disk/by-path/*t2-lun-1")
    sh(guest, f"mdadm -q --manage /dev/md0 --fail {disk}")
    write(guest)
    found = named(guest, MD)
    assert disk in found.finding(MD)["summary"]
    repair(guest, MD)
    wait_for(guest, "[ $(cat /sys/block/md0/md/degraded) = 0 ]")
    wait_for(guest, "[ $(cat /sys/block/md0/md/sync_action) = idle ]")
    healthy(guest)
    untouched(guest)
