"""The shell script that the set-up is compared with."""

from tests.benchmarks.setting_up import script_of

SAID = """1 Name: iqn.2003-01.org.example:db7
  now: Load the kernel module iscsi_tcp
      $ modprobe -- iscsi_tcp
  done: Load the kernel module iscsi_tcp (0.3 s)
  now: Start iscsid.socket
      $ systemctl start iscsid.socket
  already so: Start iscsid.socket
3 Discover: 192.0.2.10:3260
  Asking 192.0.2.10:3260 …
  now: Log in
      $ iscsiadm -m node --login
      | LUN 0: sda
  done: Log in (2.8 s)
  Waiting for the disks …
  now: Mount /srv/data at every boot
      $ edit /etc/fstab: UUID=1 /srv/data ext4 rw 0 2
      $ findmnt --verify --tab-file /run/somewhere
  done: Mount /srv/data at every boot (3.2 s)
  Writing and reading a file in /srv/data …
"""


def test_it_has_what_the_program_did_and_nothing_that_was_so_already() -> None:
    lines = list(script_of(SAID))
    assert lines[:3] == [
        "modprobe -- iscsi_tcp",
        "iscsiadm -m discovery -t sendtargets -p 192.0.2.10:3260 -I default -o nonpersistent",
        "iscsiadm -m node --login",
    ]
    assert "udevadm settle" in lines[3]
    assert lines[4:6] == [
        "printf '%s\\n' 'UUID=1 /srv/data ext4 rw 0 2' >> /etc/fstab",
        "findmnt --verify",
    ]
    assert "of=/srv/data/try" in lines[6]
    assert len(lines) == 7
