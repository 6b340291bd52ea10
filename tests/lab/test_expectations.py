"""What the host says should be there and is not: named with its line, and mended by what is offered."""

from collections.abc import Iterator

import pytest

from tests.lab.doctoring import SUMS, Look, healthy, look, named, repaired
from tests.lab.operate import tell
from tests.lab.recovery_by_keys import Console
from tests.lab.volumes import PORTAL, TARGET, log_in, path_of, sh
from tui.lab.faults import Fault
from tui.lab.guest import Guest
from tui.lab.image import Release
from tui.lab.san import read_description

pytestmark = [pytest.mark.lab, pytest.mark.xdist_group("expectations")]

SAN = (
    read_description("open").replace('size = "512M"', 'size = "256M"')
    + '\n[[target.lun]]\nnumber = 1\nsize = "200M"\n\n[[target.lun]]\nnumber = 2\nsize = "200M"\n'
)
DATA = "11111111-2222-4333-8444-555555555555"
SWAP = "44444444-2222-4333-8444-555555555555"
LINES = (
    f"UUID={DATA} /srv/data ext4 _netdev,nofail 0 2\n"
    "/srv/data/shared /srv/shared none bind,_netdev,nofail 0 0\n"
    f"UUID={SWAP} none swap _netdev,nofail 0 0\n"
)
SIDE = "from tests.lab.disconnect_side import *\n"
RECORD = ("iscsiadm", "-m", "node", "-T", TARGET, "-p", PORTAL)


@pytest.fixture(scope="module")
def guest() -> Iterator[Guest]:
    with Guest.boot(Release.BOOKWORM, san=SAN) as booted:
        log_in(booted)
        first, second, third = (path_of(booted, lun) for lun in (0, 1, 2))
        sh(
            booted,
            f"""
            vgcreate -qq vga {first}
            lvcreate -qq -Wn -L 100M -n data vga; lvcreate -qq -Wn -L 60M -n swap vga
            mkfs.ext4 -q -U {DATA} /dev/vga/data; mkswap -q -U {SWAP} /dev/vga/swap
            mkfs.ext4 -q -L "my data" {second}; mkfs.ext4 -q {third}
            cat /etc/fstab > /root/fstab; printf '{LINES}' >> /etc/fstab; cp /etc/fstab /root/whole
            mkdir -p /srv/data /srv/shared "/srv/b b" /srv/other /srv/third
            systemctl daemon-reload; udevadm settle; mount /srv/data; mkdir /srv/data/shared
            mount /srv/shared; swapon -a; head -c 3000000 /dev/urandom > /srv/data/sentinel
            sha256sum /srv/data/sentinel > {SUMS}; sync
            """,
        )
        yield booted


def fstab(guest: Guest, lines: str = "", *, without: str = "") -> None:
    """Write fstab: what it has at first, without lines that have a word in them, and further lines."""
    first = guest.read_text("/root/whole").splitlines(keepends=True)
    kept = "".join(line for line in first if not without or without not in line)
    guest.write_text("/etc/fstab", kept + lines)
    sh(guest, "systemctl daemon-reload")


def accounts(found: Look, standing: str) -> set[str]:
    """The names of what is expected and stands like this."""
    return {one["name"] for one in found.document["expected"] if one["standing"] == standing}


# The tests follow each other on one machine: each breaks something, and leaves everything well.


def test_a_host_on_which_everything_is_there_has_no_finding(guest: Guest) -> None:
    healthy(guest)
    found = look(guest)
    assert {"/srv/data", "/srv/shared", f"UUID={SWAP}", "vga/data", "vga/swap"} <= accounts(found, "met")
    assert not accounts(found, "unmet")


def test_what_was_unmounted_by_hand_is_told_and_mounted(guest: Guest, console: Console) -> None:
    sh(guest, "umount /srv/shared /srv/data")
    found = repaired_then(guest, console, "F46.not-mounted")
    assert "It was there until" in found.finding("F46.not-mounted")["meaning"]
    # The bind mount is explained by the volume that it shows.
    assert accounts(found, "unmet") == {"/srv/data", "/srv/shared"}


def repaired_then(guest: Guest, console: Console, code: str) -> Look:
    """The first way of a finding is carried out by keys; what stood on it is mounted by hand; all is well."""
    found = named(guest, code)
    console.mend(found.finding(code), 1)
    named(guest, "F46.second-place")
    sh(guest, "mount /srv/shared")
    healthy(guest)
    return found


def test_a_mount_point_that_is_a_symbolic_link_is_where_it_leads(guest: Guest, console: Console) -> None:
    """mount(8) follows it, and the kernel shows where it leads."""
    sh(guest, "umount /srv/shared /srv/data; ln -s /srv/data /data")
    fstab(guest, f"UUID={DATA} /data ext4 _netdev,nofail 0 2\n", without="/srv/data")
    console.mend(named(guest, "F46.not-mounted").finding("F46.not-mounted"), 1)
    assert sh(guest, "findmnt -no TARGET -S UUID=" + DATA) == "/srv/data"
    healthy(guest)
    assert not look(guest).document["unexplained"]
    sh(guest, "umount /data; rm /data")
    fstab(guest)
    sh(guest, "mount /srv/data; mount /srv/shared")
    healthy(guest)


def test_swap_that_is_off_is_told_and_enabled(guest: Guest, console: Console) -> None:
    sh(guest, "swapoff -a")
    repaired(console, "F48.swap-off")
    assert "dm-" in sh(guest, "cat /proc/swaps")


def test_swap_without_netdev_is_a_risk_before_and_a_finding_after(guest: Guest, console: Console) -> None:
    fstab(guest, "/dev/vga/swap none swap sw 0 0\n", without=SWAP)
    found = look(guest)
    assert (found.causes, found.codes) == ([], ["F03.no-netdev"]), found.document
    sh(guest, "swapoff -a")
    found = look(guest)
    assert found.causes == ["F48.swap-off"]
    assert found.others == ["F03.no-netdev"]
    sh(guest, "swapon -a")
    repaired(console, "F03.no-netdev")
    assert "/dev/vga/swap none swap sw,_netdev,nofail" in guest.read_text("/etc/fstab")
    fstab(guest)
    healthy(guest)


SPELLINGS = (
    "UUID=99999999-2222-3333-4444-555555555555",
    "/dev/vgnone/data",
    "LABEL=payroll",
    'PARTUUID="11111111-2222-3333-4444-555555555555"',
    "/dev/disk/by-id/scsi-36001405ffffffffffffffffffffffffff",
    "PARTLABEL=x",
    "/dev/mapper/vgnone-data",
)


def test_volumes_whose_lun_is_gone_are_named_in_every_spelling(guest: Guest) -> None:
    lines = "".join(
        f"{spec} /srv/x{number} ext4 _netdev,nofail 0 2\n" for number, spec in enumerate(SPELLINGS)
    )
    fstab(guest, f"{lines}LABEL=gone none swap _netdev,nofail 0 0\n")
    found = look(guest)
    assert found.causes == ["F47.volume-missing"] * (len(SPELLINGS) + 1)
    said = {one["seen"][0]["lines"][0] for one in found.document["findings"]}
    assert {line.strip() for line in lines.split("\n") if line} <= said
    for one in found.document["findings"]:
        assert "systemd has no record that it was there" in one["meaning"]
        assert any(fix["ask"] is not None for fix in one["fixes"])
    fstab(guest)
    healthy(guest)


def test_lines_that_ask_for_nothing_now_are_no_finding(guest: Guest) -> None:
    uuid = sh(guest, f"blkid -s UUID -o value {path_of(guest, 2)}")
    fstab(
        guest,
        "LABEL=nowhere /srv/n ext4 noauto,_netdev 0 0\n"
        "/dev/disk/by-partuuid/none none ignore defaults 0 0\n"
        '  LABEL="my\\040data"\t/srv/b\\040b/   ext4\t_netdev,nofail,x-systemd.automount\t0\t2\n'
        f'UUID="{uuid}"  /srv//third/\text4 defaults,_netdev,nofail\n',
    )
    sh(guest, "systemctl start 'srv-b\\x20b.automount'; mount /srv/third/")
    healthy(guest)
    # Using it mounts it: all the same.
    sh(guest, "ls '/srv/b b'; grep -q 'srv/b.*ext4' /proc/mounts")
    healthy(guest)
    sh(guest, "systemctl stop 'srv-b\\x20b.automount' srv-third.mount")
    found = look(guest)
    assert found.causes == ["F46.not-mounted"] * 2, found.document
    fstab(guest)
    healthy(guest)


def test_what_is_mounted_elsewhere_is_told_and_nothing_is_taken_down(guest: Guest, console: Console) -> None:
    third = path_of(guest, 2)
    uuid = sh(guest, f"blkid -s UUID -o value {third}")
    fstab(guest, f"UUID={uuid} /srv/third ext4 _netdev,nofail 0 0\n")
    sh(guest, f"mount {third} /srv/other")
    found = repaired(console, "F50.mounted-elsewhere")
    assert "/srv/other" in found.finding("F50.mounted-elsewhere")["summary"]
    sh(guest, "findmnt /srv/other; findmnt /srv/third; umount /srv/other")
    healthy(guest)
    sh(guest, "umount /srv/third; mount -L 'my data' /srv/third")
    assert "F50.other-volume" in look(guest).causes
    sh(guest, "umount /srv/third")
    fstab(guest)
    healthy(guest)


def test_a_mount_without_a_line_is_a_risk_and_gets_one(guest: Guest, console: Console) -> None:
    third = path_of(guest, 2)
    sh(guest, f"mount {third} /srv/third")
    assert repaired(console, "F51.not-in-fstab").causes == []
    assert "/srv/third ext4 defaults,_netdev" in guest.read_text("/etc/fstab")
    sh(guest, "umount /srv/third")
    fstab(guest)


def test_a_mount_unit_is_expected_like_a_line(guest: Guest, console: Console) -> None:
    third = path_of(guest, 2)
    uuid = sh(guest, f"blkid -s UUID -o value {third}")
    unit = (
        f"[Mount]\\nWhat=/dev/disk/by-uuid/{uuid}\\nWhere=/srv/third\\nOptions=_netdev\\n"
        "[Install]\\nWantedBy=remote-fs.target\\n"
    )
    sh(
        guest,
        f"printf '{unit}' > /etc/systemd/system/srv-third.mount; systemctl daemon-reload;"
        " systemctl enable -q --now srv-third.mount",
    )
    healthy(guest)
    sh(guest, "systemctl stop srv-third.mount")
    repaired(console, "F46.unit-not-active")
    sh(guest, "systemctl disable -q --now srv-third.mount; rm /etc/systemd/system/srv-third.mount")
    sh(guest, "systemctl daemon-reload")
    healthy(guest)


def test_a_volume_that_was_deactivated_explains_its_mount(guest: Guest, console: Console) -> None:
    sh(guest, "umount /srv/shared /srv/data; lvchange -an vga/data")
    found = named(guest, "F52.not-active")
    assert {"/srv/data", "/srv/shared", "vga/data"} == accounts(found, "unmet")
    console.mend(found.finding("F52.not-active"), 1)
    console.mend(named(guest, "F46.not-mounted").finding("F46.not-mounted"), 1)
    sh(guest, "mount /srv/shared")
    healthy(guest)


def test_the_record_of_a_live_session_that_was_deleted_is_a_risk(guest: Guest, console: Console) -> None:
    sh(guest, f"rm -r /etc/iscsi/nodes/{TARGET}")
    found = repaired(console, "F51.no-record")
    assert found.causes == []
    assert "/srv/data" in found.finding("F51.no-record")["meaning"]
    assert "node.startup = automatic" in guest.check(*RECORD)


def test_a_session_that_somebody_ended_is_told_and_one_that_is_led_is_not_expected(
    guest: Guest, console: Console
) -> None:
    sh(guest, "umount /srv/shared /srv/data; swapoff -a; vgchange -qq -an vga")
    guest.check(*RECORD, "-u")
    found = look(guest)
    assert found.causes == ["F04.not-back"], found.codes
    assert {"/srv/data", f"UUID={SWAP}"} <= accounts(found, "unmet")
    fstab(guest, without="_netdev")
    assert "There is no session" in named(guest, "F49.not-logged-in").finding("F49.not-logged-in")["summary"]
    console.mend(look(guest).finding("F49.not-logged-in"), 1)
    fstab(guest)
    sh(guest, "udevadm settle; mount -a; swapon -a")
    healthy(guest)


def test_what_a_person_disconnected_is_as_wished(guest: Guest) -> None:
    sh(guest, "umount /srv/shared")
    fstab(guest, without="shared")
    keep = "Choices(AboutUsers.WAIT, AtBoot.KEEP, 20)"
    ended = tell(guest, f"{SIDE}disconnect(subject_of_target(TARGET), {keep})")[-1]
    assert ended["problem"] is None, ended
    found = look(guest)
    assert found.status == "healthy", found.document
    assert {"/srv/data", f"UUID={SWAP}"} <= accounts(found, "as-wished")
    tell(guest, f"{SIDE}reconnect()")
    fstab(guest)
    sh(guest, "mount /srv/shared")
    healthy(guest)
    assert {"/srv/data", f"UUID={SWAP}"} <= accounts(look(guest), "met")


def test_a_lun_that_is_gone_while_the_session_is_up(guest: Guest) -> None:
    """What fstab names was on a LUN that the storage no longer shows, and no login brings it back."""
    third = path_of(guest, 2)
    uuid = sh(guest, f"blkid -s UUID -o value {third}")
    fstab(guest, f"UUID={uuid} /srv/third ext4 _netdev,nofail 0 0\n")
    sh(guest, "mount /srv/third; umount /srv/third")
    guest.fault(Fault.LUN_REMOVED, target=TARGET, lun="2")
    sh(guest, f"echo 1 > /sys/block/$(basename {third})/device/delete; udevadm settle")
    found = named(guest, "F47.volume-missing").finding("F47.volume-missing")
    assert "/srv/third" in found["summary"]
    assert "It was there until" in found["meaning"] or "systemd has no record" in found["meaning"]
    assert TARGET in found["fixes"][0]["ask"]["words"]
    guest.fault(Fault.LUN_RESTORED, target=TARGET, lun="2")
    sh(guest, "iscsiadm -m session -R; udevadm settle; mount /srv/third")
    healthy(guest)


def test_a_login_service_that_runs_and_that_no_boot_starts_is_a_risk(guest: Guest, console: Console) -> None:
    sh(guest, "systemctl start open-iscsi.service; systemctl disable -q open-iscsi.service")
    assert repaired(console, "F64.service-not-at-boot").causes == []
    assert sh(guest, "systemctl is-enabled open-iscsi.service") == "enabled"
    healthy(guest)
