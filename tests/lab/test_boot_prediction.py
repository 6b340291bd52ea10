"""What the boot check says of a filter that takes a disk by a link alone, and what the boot then does."""

import pytest

from tests.lab.conftest import GuestFactory
from tests.lab.volumes import answer, log_in, sh, wait_for
from tui.lab.guest import Guest
from tui.lab.image import Release

pytestmark = pytest.mark.lab

MAKE = """
vgcreate -qq vg_a /dev/sda; lvcreate -qq -Wn -l 20 -n data vg_a; mkfs.ext4 -q /dev/vg_a/data
echo '/dev/vg_a/data /srv/data ext4 _netdev,nofail,x-systemd.device-timeout=5s 0 2' >> /etc/fstab
mkdir -p /srv/data; systemctl daemon-reload; mount /srv/data
"""
FILTER = r"""
link=$(ls /dev/disk/by-id/scsi-3* | head -1)
printf 'devices {\n filter = [ "a|^%s$|", "r|.*|" ]\n}\n' $link >> /etc/lvm/lvmlocal.conf
test $(vgs --noheadings -o vg_name) = vg_a
"""


@pytest.fixture(scope="module", params=list(Release))
def guest(request: pytest.FixtureRequest, guest_factory: GuestFactory) -> Guest:
    return guest_factory("open", release=request.param)


def test_a_filter_that_takes_the_disk_by_a_link_alone(guest: Guest) -> None:
    log_in(guest)
    sh(guest, MAKE)
    assert answer(guest, "say_boot_check('/srv/data')")["survives"]
    sh(guest, FILTER)
    told = answer(guest, "say_boot_check('/srv/data')")
    guest.reboot()
    if told["survives"]:
        wait_for(guest, "mountpoint -q /srv/data")
    else:
        wait_for(guest, "journalctl -b -t lvm -o cat | grep -q 'device is rejected by filter'")
        guest.check("udevadm", "settle")
        assert guest.run(("test", "-e", "/dev/vg_a/data")).status != 0
    old = "VERSION_CODENAME=bookworm" in guest.read_text("/etc/os-release")
    assert told["survives"] is not old
