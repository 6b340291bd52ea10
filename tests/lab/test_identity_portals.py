"""One portal in several spellings, and by host name beside its address, is one portal on a real kernel."""

import json

import pytest

from tests.lab.conftest import GuestFactory
from tests.lab.doctoring import SUMS, look
from tests.lab.fixing import fixed
from tests.lab.operate import operate
from tests.lab.test_disconnect import told
from tests.lab.volumes import TARGET, sh
from tui.lab.guest import Guest

pytestmark = pytest.mark.lab

NAMED = """
printf '%s nas.example.com nas\n' 192.0.2.10 2001:db8::10 >> /etc/hosts
iscsiadm -m node -T {target} -p '{name}' -o new
iscsiadm -m node -T {target} -o update -n node.startup -v automatic; iscsiadm -m node -l; udevadm settle
systemctl enable -q open-iscsi.service iscsid.socket
"""

VOLUME = """
pvcreate -qq {disk}; vgcreate -qq vga {disk}; lvcreate -qq -L 100M -n a vga; mkfs.ext4 -q /dev/vga/a
"""

ANSWERS = """
[discover]
{discover}
[volumes]
way = "existing"
existing = ["vga/a"]
[[mount]]
volume = "vga/a"
mount_point = "/srv/a"
"""


def set_up(guest: Guest, discover: str) -> None:
    """Run the unattended set-up with what stands for the portal; it mounts the volume that is there."""
    answers = ANSWERS.format(discover=discover).encode()
    guest.check("sh", "-c", "cat > /root/a.toml; chmod 600 /root/a.toml", stdin=answers)
    sh(guest, "iscsi-console setup --answers /root/a.toml")
    sh(guest, "mountpoint -q /srv/a")


def is_one_portal(guest: Guest, written: str) -> None:
    """One record, one session, one portal in the stacks, and nothing wrong."""
    assert [name.split(",")[0] for name in sh(guest, "ls /etc/iscsi/nodes/*").split()] == [written]
    assert sh(guest, "iscsiadm -m session | wc -l") == "1"
    document = json.loads(sh(guest, "iscsi-console status --json"))
    (stack,) = document["stacks"]
    kinds = [rung["kind"] for rung in stack["rungs"]]
    assert (kinds.count("portal"), kinds.count("session")) == (1, 1), stack
    assert stack["health"] == "good", stack
    assert look(guest).causes == []


def test_a_record_by_host_name_and_the_address_are_one_portal(guest_factory: GuestFactory) -> None:
    guest = guest_factory("open")
    sh(guest, NAMED.format(target=TARGET, name="nas.example.com") + VOLUME.format(disk="/dev/sda"))
    is_one_portal(guest, "nas.example.com")
    set_up(guest, 'address = "192.0.2.10"')
    is_one_portal(guest, "nas.example.com")
    sh(guest, "umount /srv/a; vgchange -qq -an vga; iscsiadm -m node -u")
    set_up(guest, 'address = "192.0.2.10"')
    is_one_portal(guest, "nas.example.com")
    (gone,) = told(guest, "disconnect(subject_of_target(TARGET))")
    assert gone.ok, gone
    (back,) = told(guest, "reconnect()")
    assert back.ok, back
    is_one_portal(guest, "nas.example.com")
    # A name that nobody resolves any more is still the one that the session was logged in by.
    sh(guest, "sed -i /nas.example/d /etc/hosts")
    document = json.loads(sh(guest, "iscsi-console status --json"))
    assert [rung["kind"] for rung in document["stacks"][0]["rungs"]].count("session") == 1


TWICE = """
iscsiadm -m node -T {target} -p 192.0.2.10 -o new
iscsiadm -m node -T {target} -p 192.0.2.10 -o update -n node.startup -v automatic
"""


def test_of_records_by_host_name_and_by_address_one_is_deleted(
    guest_factory: GuestFactory,
) -> None:
    guest = guest_factory("open")
    sh(guest, NAMED.format(target=TARGET, name="nas.example.com") + TWICE.format(target=TARGET))
    both = operate(guest, f'perform(DeleteNodeRecord("{TARGET}", Portal("192.0.2.10")))')
    assert both[0].codes == ["record.in-use"]
    sh(guest, f"sha256sum /etc/hostname > {SUMS}")
    fixed(guest, "F16.doubled-record")
    is_one_portal(guest, "nas.example.com")
    # Without a session iscsiadm itself would delete both.
    sh(guest, "iscsiadm -m node -u" + TWICE.format(target=TARGET))
    both = operate(guest, f'perform(DeleteNodeRecord("{TARGET}", Portal("192.0.2.10")))')
    assert both[0].codes == ["record.two-spellings"]
    assert sh(guest, f"ls /etc/iscsi/nodes/{TARGET} | wc -l") == "2"


SHORT, LONG = "2001:db8::10", "2001:0DB8:0:0::10"


@pytest.mark.parametrize(
    ("stored", "typed"),
    [
        (SHORT, f'kind = "static"\naddress = "{LONG}"\ntarget = "{TARGET}"'),
        (LONG, f'address = "{SHORT}"'),
        (SHORT, f'address = "{SHORT}"\n[target]\nportals = ["[{LONG}]:3260"]'),
        (SHORT, f'kind = "static"\naddress = "nas.example.com"\ntarget = "{TARGET}"'),
    ],
    ids=["static in another spelling", "stored in another spelling", "chosen in another spelling", "by name"],
)
def test_an_ipv6_address_is_one_portal_however_written(
    guest_factory: GuestFactory, stored: str, typed: str
) -> None:
    guest = guest_factory("ipv6")
    sh(guest, NAMED.format(target=TARGET, name=f"[{stored}]") + VOLUME.format(disk="/dev/sda"))
    is_one_portal(guest, stored)
    set_up(guest, typed)
    is_one_portal(guest, stored)
