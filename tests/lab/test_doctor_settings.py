"""What records and files of this host say, on a real kernel: the setting is named, and the fix mends it."""

from collections.abc import Iterator

import pytest

from tests.lab.doctoring import SUMS, healthy, named
from tests.lab.fixing import carried_out, fixed
from tests.lab.volumes import PORTAL, TARGET, disks_are_here, sh, wait_for
from tui.lab.guest import Guest
from tui.lab.image import Release
from tui.lab.san import read_description

pytestmark = [pytest.mark.lab, pytest.mark.xdist_group("doctor-settings")]

SECRET = "correct-horse-1"
OTHER = "iqn.2003-01.org.linux-iscsi.lab:other"
FIND = "$(find /etc/iscsi/nodes /var/lib/iscsi/nodes -type f 2>/dev/null | grep {} | head -1)"
RECORD = FIND.format(TARGET)
STRANGER = FIND.format(OTHER)
DATABASE = "$(dirname $(find /etc/iscsi /var/lib/iscsi -type d -name nodes 2>/dev/null | head -1))"


@pytest.fixture(scope="module", params=[Release.BOOKWORM, Release.TRIXIE])
def guest(request: pytest.FixtureRequest) -> Iterator[Guest]:
    with Guest.boot(request.param, san=read_description("open")) as running:
        sh(
            running,
            f"""
            iscsiadm -m discovery -t st -p {PORTAL} > /dev/null
            iscsiadm -m node -T {TARGET} -o update -n node.startup -v automatic
            iscsiadm -m node -T {TARGET} -p {PORTAL} -l > /dev/null
            systemctl enable -q open-iscsi.service iscsid.socket
            """,
        )
        disks_are_here(running)
        sh(
            running,
            f"""
            disk=$(readlink -f /dev/disk/by-path/*{TARGET}-lun-0)
            vgcreate -q vga $disk; lvcreate -qn a -l 100%FREE vga; mkfs.ext4 -q /dev/vga/a
            mkdir -p /srv/a; echo "/dev/vga/a /srv/a ext4 _netdev,nofail 0 2" > /etc/fstab
            systemctl daemon-reload; mount /srv/a; seq 100000 > /srv/a/sentinel
            sha256sum /srv/a/sentinel > {SUMS}
            sync
            """,
        )
        yield running


def gone(guest: Guest) -> None:
    """Nothing is logged in, as after a boot that logged in to nothing."""
    sh(guest, "umount /srv/a; vgchange -qq -an vga; iscsiadm -m node -u > /dev/null; udevadm settle")


def mounted(guest: Guest) -> None:
    """Wait until the VG is active and systemd has mounted the volume."""
    wait_for(guest, "systemctl start srv-a.mount && mountpoint -q /srv/a")


def lists(guest: Guest) -> None:
    """See that iscsiadm lists the records again, as a script would ask it."""
    assert TARGET in sh(guest, "iscsiadm -m node")


def test_a_host_that_is_well_has_no_finding(guest: Guest) -> None:
    healthy(guest)


def test_the_example_of_an_iface_is_no_damaged_record(guest: Guest) -> None:
    example = "#\n# Example iSCSI interface config\n#\n# iface.transport_name = tcp\n"
    sh(guest, f"mkdir -p {DATABASE}/ifaces; printf '{example}' > {DATABASE}/ifaces/iface.example")
    healthy(guest)
    sh(guest, f"rm -r {DATABASE}/ifaces")


@pytest.mark.parametrize(
    ("change", "line", "after"),
    [
        ("/queue_depth/a node.session.foo_reopen_log_freq = 3", "foo_reopen_log_freq = 3", "automatic"),
        ("s/^node.startup.*/node.startup = Automatic/", "node.startup = Automatic", "automatic"),
        ("s/^node.leading_login.*/node.leading_login = no/", "node.leading_login = no", "automatic"),
        ("s/^\\(.*HeaderDigest\\).*/\\1 = crc/", "HeaderDigest = crc", "automatic"),
    ],
)
def test_a_setting_that_iscsiadm_does_not_know_is_named_and_the_record_is_rewritten(
    guest: Guest, change: str, line: str, after: str
) -> None:
    sh(guest, f"cp {RECORD} /root/record; sed -i '{change}' {RECORD}; echo >> {RECORD}")
    number = sh(guest, f"grep -n '{line}' {RECORD} | cut -d: -f1")
    # What is no word for iscsiadm is no login at boot either.
    found = fixed(guest, "F58.refused-setting", follows=frozenset({"F04.not-at-boot"}))
    said = str(found.finding("F58.refused-setting")["seen"])
    assert f"{number}: " in said
    assert line in said
    assert TARGET in found.finding("F58.refused-setting")["summary"]
    lists(guest)
    assert sh(guest, f"sed -n 's/^node.startup = //p' {RECORD}") == after
    assert sh(guest, "grep -l 'reopen\\|Automatic\\|crc\\| no$' /var/lib/iscsi-console/backups/*default*")
    sh(guest, f"cp /root/record {RECORD}")


def test_every_record_that_an_upgrade_left_unreadable_is_rewritten_and_keeps_its_secret(guest: Guest) -> None:
    sh(
        guest,
        f"""
        iscsiadm -m node -T {OTHER} -p {PORTAL} -o new > /dev/null
        iscsiadm -m node -T {OTHER} -p {PORTAL} -o update -n node.session.auth.password -v {SECRET}
        for one in {RECORD} {STRANGER}; do sed -i '/queue_depth/a node.session.old_name = 7' $one; done
        """,
    )
    found = fixed(guest, "F58.refused-setting")
    assert "2" in found.finding("F58.refused-setting")["summary"]
    lists(guest)
    assert sh(guest, f"grep -c 'password = {SECRET}' {STRANGER}") == "1"
    assert sh(guest, f"grep -rl {SECRET} /var/lib/iscsi-console || echo none") == "none"
    assert SECRET not in str(found.document)
    sh(guest, f"iscsiadm -m node -T {OTHER} -o delete")


def test_an_iface_that_iscsiadm_does_not_take(guest: Guest) -> None:
    sh(guest, f"iscsiadm -m iface -I e0 -o new; echo 'iface.foo = 3' >> {DATABASE}/ifaces/e0")
    fixed(guest, "F58.refused-setting")
    assert "e0 tcp" in sh(guest, "iscsiadm -m iface")
    sh(guest, "iscsiadm -m iface -I e0 -o delete")


@pytest.mark.parametrize(
    ("setting", "said"),
    [("node.leading_login = Yes", "leading_login = Yes"), ("node.startup = onboot", "startup = onboot")],
)
def test_a_setting_for_which_the_login_at_boot_skips_the_record_is_named_and_changed(
    guest: Guest, setting: str, said: str
) -> None:
    gone(guest)
    key = setting.partition(" ")[0]
    sh(
        guest,
        f"sed -i 's/^{key} .*/{setting}/; s/^node.conn.0..startup.*/node.conn[0].startup = manual/' {RECORD}",
    )
    sh(guest, "iscsiadm -m node --loginall=automatic > /dev/null 2>&1 || true")
    assert sh(guest, "ls /sys/class/iscsi_session | wc -l") == "0"
    found = named(guest, "F04.not-back")
    finding = found.finding("F04.not-back")
    assert said in str(finding["meaning"])
    assert "Somebody logged out" not in str(finding["meaning"])
    carried_out(guest, "F04.not-back")
    mounted(guest)
    healthy(guest)
    gone(guest)
    sh(guest, "iscsiadm -m node --loginall=automatic > /dev/null")
    disks_are_here(guest)
    mounted(guest)
    healthy(guest)


def renamed(guest: Guest, name: str) -> None:
    """Give the host a name as somebody would with an editor, and log in with it."""
    gone(guest)
    sh(
        guest,
        f"""
        printf 'InitiatorName=%s\\n' '{name}' > /etc/iscsi/initiatorname.iscsi
        systemctl restart iscsid; iscsiadm -m node -T {TARGET} -p {PORTAL} -l > /dev/null
        """,
    )
    disks_are_here(guest)
    mounted(guest)


def set_up(guest: Guest) -> int | None:
    """Run the set-up with answers that do not speak of the name; its exit status."""
    answers = '[discover]\\naddress = "192.0.2.10"\\n[volumes]\\nway = "existing"\\n'
    sh(guest, f"printf '{answers}' > /root/a.toml; chmod 600 /root/a.toml")
    return guest.run(("python3", "-m", "tui", "setup", "--answers", "/root/a.toml"), timeout=200).status


@pytest.mark.parametrize(
    "name", ["iqn.2003-01.com.example:DB_Server01", "IQN.1993-08.org.debian:01:ABC_d", "eui.02004567A425678D"]
)
def test_a_name_that_is_there_is_kept_and_doctor_can_write_it_back(guest: Guest, name: str) -> None:
    before = sh(guest, "sed -n s/^InitiatorName=//p /etc/iscsi/initiatorname.iscsi")
    renamed(guest, name)
    healthy(guest)
    set_up(guest)
    assert sh(guest, "sed -n s/^InitiatorName=//p /etc/iscsi/initiatorname.iscsi") == name
    guest.write_text("/etc/iscsi/initiatorname.iscsi", "# nothing\n")
    fixed(guest, "F32.no-name")
    assert sh(guest, "sed -n s/^InitiatorName=//p /etc/iscsi/initiatorname.iscsi") == name
    renamed(guest, before)
    healthy(guest)


def test_a_malformed_name_stops_the_set_up_and_is_explained(guest: Guest) -> None:
    name = sh(guest, "sed -n s/^InitiatorName=//p /etc/iscsi/initiatorname.iscsi")
    gone(guest)
    guest.write_text("/etc/iscsi/initiatorname.iscsi", f"InitiatorName={name} # my host\n")
    assert set_up(guest) != 0
    assert "# my host" in sh(guest, "cat /etc/iscsi/initiatorname.iscsi")
    found = named(guest, "F32.bad-name")
    assert "There is a #" in str(found.finding("F32.bad-name")["seen"])
    carried_out(guest, "F32.bad-name")
    assert sh(guest, "cat /etc/iscsi/initiatorname.iscsi") == f"InitiatorName={name}"
    sh(guest, f"iscsiadm -m node -T {TARGET} -p {PORTAL} -l > /dev/null")
    disks_are_here(guest)
    mounted(guest)
    healthy(guest)


def test_chap_that_the_target_does_not_ask_for_is_not_called_wrong(guest: Guest) -> None:
    gone(guest)
    chap = f"-n node.session.auth.username -v host -n node.session.auth.password -v {SECRET}"
    sh(guest, f"iscsiadm -m node -T {TARGET} -o update {chap}; iscsiadm -m node -l > /dev/null 2>&1 || true")
    wait_for(guest, "journalctl -u iscsid -o cat | grep -q 'T bit set on response'")
    wait_for(guest, '[ -z "$(ls /sys/class/iscsi_session)" ]')
    found = named(guest, "F01.chap-not-asked")
    finding = found.finding("F01.chap-not-asked")
    assert "mutual" not in finding["summary"]
    assert len(finding["hypotheses"]) == 2
    assert finding["fixes"][0]["ask"]
    carried_out(guest, "F01.chap-not-asked")
    assert SECRET not in str(found.document) + sh(guest, f"cat {RECORD}")
    disks_are_here(guest)
    mounted(guest)
    healthy(guest)


@pytest.mark.parametrize("key", ["net_ifacename", "hwaddress"])
@pytest.mark.parametrize("way", [0, 1])
def test_an_iface_whose_network_interface_is_not_there(guest: Guest, key: str, way: int) -> None:
    gone(guest)
    value = {"net_ifacename": "ens33", "hwaddress": "00:0f:1f:92:6b:bf"}[key]
    sh(
        guest,
        f"""
        mkdir -p /root/nodes; cp -r {DATABASE}/nodes/. /root/nodes
        iscsiadm -m node -T {TARGET} -o delete
        iscsiadm -m iface -I e1 -o new; iscsiadm -m iface -I e1 -o update -n iface.{key} -v {value}
        iscsiadm -m node -T {TARGET} -p {PORTAL},1 -I e1 -o new > /dev/null
        iscsiadm -m node -T {TARGET} -o update -n node.startup -v automatic \\
            -n node.session.initial_login_retry_max -v 1 -n node.conn[0].timeo.login_timeout -v 2
        iscsiadm -m node -l > /dev/null 2>&1 || true
        """,
    )
    found = named(guest, "F59.iface-without-nic")
    finding = found.finding("F59.iface-without-nic")
    assert "e1" in finding["summary"]
    assert value in finding["summary"]
    carried_out(guest, "F59.iface-without-nic", way)
    disks_are_here(guest)
    mounted(guest)
    healthy(guest)
    gone(guest)
    sh(
        guest,
        f"""
        iscsiadm -m node -T {TARGET} -o delete; iscsiadm -m iface -I e1 -o delete
        cp -r /root/nodes/. {DATABASE}/nodes; iscsiadm -m node -l > /dev/null
        """,
    )
    disks_are_here(guest)
    mounted(guest)
    healthy(guest)


def test_leading_login_over_an_iface_of_its_own_is_well(guest: Guest) -> None:
    gone(guest)
    sh(
        guest,
        f"""
        iscsiadm -m iface -I e0 -o new
        iscsiadm -m node -T {TARGET} -o delete
        iscsiadm -m discovery -t st -p {PORTAL} -I e0 > /dev/null
        iscsiadm -m node -T {TARGET} -o update -n node.startup -v automatic -n node.leading_login -v Yes
        iscsiadm -m node --loginall=automatic > /dev/null
        """,
    )
    disks_are_here(guest)
    mounted(guest)
    healthy(guest)
