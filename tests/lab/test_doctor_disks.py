"""What a disk's own properties break, on a real kernel: named first, and nothing is tried that must fail."""

from collections.abc import Iterator

import pytest

from tests.lab.doctoring import SUMS, healthy, look, named
from tests.lab.fixing import carried_out
from tests.lab.operate import tell
from tests.lab.volumes import PORTAL, TARGET, disks_are_here, log_in, path_of, sh, wait_for
from tui.lab.faults import Fault
from tui.lab.guest import Guest
from tui.lab.san import read_description

pytestmark = [pytest.mark.lab, pytest.mark.xdist_group("doctor-disks")]

TPG = f"/sys/kernel/config/target/iscsi/{TARGET}/tpgt_1"


@pytest.fixture(scope="module")
def guest() -> Iterator[Guest]:
    with Guest.boot(san=read_description("two_luns")) as running:
        log_in(running)
        first, second = (path_of(running, lun) for lun in (0, 1))
        sh(
            running,
            f"""
            vgcreate -q vga {first}; lvcreate -qn a -L 100M vga
            mkfs.ext4 -q /dev/vga/a; mkfs.ext4 -q {second}
            echo "/dev/vga/a /srv/a ext4 _netdev,nofail 0 2" > /etc/fstab
            echo "UUID=$(blkid -s UUID -o value {second}) /srv/c ext4 _netdev,nofail 0 2" >> /etc/fstab
            systemctl daemon-reload; udevadm settle
            for one in a c; do mkdir -p /srv/$one; mount /srv/$one; seq 100000 > /srv/$one/sentinel; done
            sha256sum /srv/*/sentinel > {SUMS}; sync
            """,
        )
        yield running


def logged_out(guest: Guest) -> None:
    sh(guest, "umount /srv/a /srv/c || true; vgchange -qq -an vga; iscsiadm -m node -u > /dev/null")


def mounted(guest: Guest) -> None:
    """Wait until everything of fstab is mounted read-write."""
    for one in ("a", "c"):
        wait_for(guest, f"systemctl start srv-{one}.mount && mountpoint -q /srv/{one}")


def protect(guest: Guest, *, on: bool) -> None:
    """Have the target refuse writes of this initiator, or allow them again; noticed at the next login."""
    name = sh(guest, "sed -n s/^InitiatorName=//p /etc/iscsi/initiatorname.iscsi")
    for number in (0, 1):
        place = f"{TPG}/acls/{name}/lun_{number}"
        make = f"mkdir -p {place}; [ -e {place}/l ] || ln -s {TPG}/lun/lun_{number} {place}/l"
        sh(guest, f"{make}; echo {int(on)} > {place}/write_protect")


def test_a_host_that_is_well_has_no_finding(guest: Guest) -> None:
    healthy(guest)


def test_a_write_protected_lun_is_the_cause_and_nothing_is_activated_or_repaired(guest: Guest) -> None:
    logged_out(guest)
    protect(guest, on=True)
    sh(guest, f"iscsiadm -m node -T {TARGET} -p {PORTAL} -l > /dev/null")
    disks_are_here(guest)
    sh(guest, "vgchange -ay vga > /dev/null 2>&1 || true; mount /srv/c || true")
    found = named(guest, "F60.write-protected")
    assert not any(code.startswith("F06") for code in found.codes)
    said = found.finding("F60.write-protected")
    assert said["fixes"][0]["ask"]
    assert "read_only_volume_list" in str(said["fixes"])
    for finding in found.document["findings"]:
        assert all(fix["plan"] is None or fix["plan"]["refusal"] for fix in finding["fixes"]), finding["code"]
    sh(
        guest,
        "vgchange -ay --config 'activation/read_only_volume_list=[\"vga\"]' vga; mount -o ro /srv/a",
    )
    sh(guest, f"sha256sum --check --quiet {SUMS}")


def test_what_is_read_only_on_purpose_is_well(guest: Guest) -> None:
    sh(guest, "cp /etc/fstab /root/fstab; sed -i 's/nofail/nofail,ro/' /etc/fstab; systemctl daemon-reload")
    healthy(guest)
    sh(guest, "cp /root/fstab /etc/fstab; systemctl daemon-reload")
    logged_out(guest)
    protect(guest, on=False)
    sh(guest, f"iscsiadm -m node -T {TARGET} -p {PORTAL} -l > /dev/null")
    disks_are_here(guest)
    # The unit of the activation that failed is in the way of the next one.
    sh(guest, "systemctl reset-failed; vgchange -qq -ay vga")
    mounted(guest)
    healthy(guest)


def test_a_stopped_file_system_stays_mounted_while_its_disk_is_silent(guest: Guest) -> None:
    sh(guest, "for one in /sys/class/iscsi_session/*/recovery_tmo; do echo 3 > $one; done")
    guest.fault(Fault.PORTAL_DROPPED, portal=PORTAL)
    sh(
        guest,
        "(for i in $(seq 20); do date >> /srv/c/log; timeout 20 sync -f /srv/c; done) > /dev/null 2>&1 &",
    )
    wait_for(guest, "grep -q FREE /sys/class/iscsi_session/*/state")
    wait_for(guest, "dmesg | grep -q 'Aborting journal'")
    found = look(guest)
    stopped = found.finding("F06.filesystem-stopped")
    assert all(fix["plan"] is None or fix["plan"]["refusal"] for fix in stopped["fixes"])
    script = "from tests.lab.fix_side import carry_out_fix\ncarry_out_fix('F06.filesystem-stopped', 0)"
    assert tell(guest, script)[0]["problem"] == "recovery.disk-silent"
    assert sh(guest, "mountpoint /srv/c")
    guest.fault(Fault.PORTALS_RESTORED)
    wait_for(guest, "grep -q LOGGED_IN /sys/class/iscsi_session/*/state")
    wait_for(guest, "! pgrep -x sync")
    while "F06.filesystem-stopped" in look(guest).codes:
        carried_out(guest, "F06.filesystem-stopped")
    healthy(guest)
    sh(guest, f"sha256sum --check --quiet {SUMS}")
