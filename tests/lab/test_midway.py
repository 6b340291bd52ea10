"""Plans that fail midway: they say what is missing, and the way back or the way on brings it back whole."""

import json
import shlex
from collections.abc import Iterator

import pytest
from msgspec import Struct

from tests.lab.volumes import TARGET, log_in, path_of, sh
from tui.lab.faults import Fault
from tui.lab.guest import Guest
from tui.lab.image import Release
from tui.lab.san import read_description

pytestmark = pytest.mark.lab

SAN = read_description("open").replace('size = "512M"', 'size = "512M"\nbacking = "iblock"')

KILLED = """#!/bin/sh
case "$*" in {pattern}) kill -KILL $$;; esac
exec {real} "$@"
"""
"""A tool that is killed when its arguments are like a pattern of sh, in front of the real one."""


class Said(Struct, frozen=True):
    """What a command said: its status, how it says the host is, the way back, and its last problem."""

    status: int | None
    states: list[str]
    way_back: list[str]
    problem: str
    errors: str


@pytest.fixture(scope="module")
def guest() -> Iterator[Guest]:
    with Guest.boot(Release.BOOKWORM, san=SAN) as booted:
        log_in(booted)
        sh(
            booted,
            f"""vgcreate -qq v {path_of(booted, 0)}
            lvcreate -qq -Wn -L 128M -n d v; lvcreate -qq -Wn -L 32M -n s v
            mkfs.ext4 -q /dev/v/d; mkswap /dev/v/s >/dev/null; udevadm settle; mkdir -p /srv/d /srv/again
            uuid=$(blkid -s UUID -o value /dev/v/d)
            printf '%s\\n' "UUID=$uuid /srv/d ext4 _netdev,nofail,noatime,nodev 0 2" \
                '/dev/v/s none swap _netdev,nofail 0 0' >> /etc/fstab; systemctl daemon-reload
            mount /srv/d; swapon /dev/v/s; mkdir /srv/d/part; mount --bind /srv/d/part /srv/again
            head -c 3000000 /dev/urandom > /srv/d/kept; sha256sum /srv/d/kept > /root/kept; sync""",
        )
        yield booted


def command(guest: Guest, line: str) -> Said:
    """Run the program's command line in the guest."""
    done = guest.run(("iscsi-console", *shlex.split(line), "--json"), timeout=300)
    events = [json.loads(one) for one in done.stdout.decode().splitlines()]
    nowhere: dict[str, list[str]] = {"states": [], "back": []}
    left = next((one for one in events if one["event"] == "left"), nowhere)
    problem = events[-1]["problem"] if events else "?"
    return Said(done.status, left["states"], left["back"], problem, done.error_text)


def as_it_was(guest: Guest) -> list[str]:
    """What is mounted and how, swap, fstab, and open plans; the file is whole."""
    sh(guest, "sha256sum --check --quiet /root/kept")
    return [
        sh(guest, "findmnt -rno TARGET,SOURCE,FSTYPE,OPTIONS | grep ' /dev/mapper/v-' | sort"),
        sh(guest, "swapon --noheadings --show=NAME,SIZE"),
        sh(guest, "sha256sum /etc/fstab"),
        sh(guest, "ls /sys/class/iscsi_session | wc -l"),
        sh(guest, "iscsi-console journal list | grep -c ' open ' || true"),
    ]


def killed(guest: Guest, tool: str, pattern: str = "*") -> None:
    """Let a tool be killed whenever its arguments are like a pattern."""
    real = sh(guest, f"command -v {tool}")
    guest.write_text(f"/usr/local/sbin/{tool}", KILLED.format(pattern=pattern, real=real))
    sh(guest, f"chmod 755 /usr/local/sbin/{tool}")


def whole_again(guest: Guest, tool: str) -> None:
    """Let the tool run again."""
    sh(guest, f"rm /usr/local/sbin/{tool}")


def test_a_disconnect_whose_tool_is_killed_is_undone(guest: Guest) -> None:
    before = as_it_was(guest)
    killed(guest, "lvm", "*activate*")
    done = command(guest, f"disconnect {TARGET} --at-boot off --yes")
    assert done.status == 1, done
    assert set(done.states) >= {
        "/srv/d is not mounted.",
        "/srv/again is not mounted.",
        "The swap space /dev/v/s is disabled.",
    }, done
    assert done.way_back, done
    whole_again(guest, "lvm")
    assert sh(guest, "findmnt -rno TARGET | grep ^/srv/ || true") == ""
    undone = command(guest, "journal undo --yes")
    assert undone.status == 0, undone
    assert as_it_was(guest) == before


def test_a_disconnect_on_a_full_disk_is_undone(guest: Guest) -> None:
    """The lines of fstab are commented out last; there is no room for the new file."""
    before = as_it_was(guest)
    sh(
        guest,
        """mkdir -p /root/etc; mount -t tmpfs -o size=4m none /root/etc; cp -a /etc/. /root/etc/
        mount --bind /root/etc /etc; head -c 8M /dev/zero > /etc/full || true""",
    )
    done = command(guest, f"disconnect {TARGET} --at-boot off --yes")
    sh(guest, "rm /etc/full; umount /etc; umount /root/etc")
    assert (done.status, done.problem) == (1, "system.full"), done
    states = " ".join(done.states)
    undone = command(guest, "journal undo --yes") if done.way_back else command(guest, "journal give-up")
    assert undone.status == 0, (done, undone)
    assert as_it_was(guest) == before, states


def test_a_repair_whose_tool_is_killed_says_what_is_unmounted_and_goes_on(guest: Guest) -> None:
    before = as_it_was(guest)
    sh(
        guest,
        """umount /srv/again; mount -o remount,errors=remount-ro /srv/d
        echo 1 > /sys/fs/ext4/$(basename $(readlink -f /dev/v/d))/trigger_fs_error""",
    )
    killed(guest, "e2fsck", "*-p*")
    done = command(guest, "repair F06.filesystem-stopped --yes --answer yes --answer yes")
    whole_again(guest, "e2fsck")
    assert done.status == 1, done
    assert done.states[0] == "/srv/d is not mounted.", done
    assert done.states[1].startswith("Begun and not finished: Repair"), done
    # What is half repaired is not mounted again by an undo.
    assert done.way_back == [], done
    refused = command(guest, "journal undo --yes")
    assert (refused.status, refused.problem) == (3, "journal.no-way-back"), refused
    assert command(guest, "journal resume --yes").status == 0
    sh(guest, "mount --bind /srv/d/part /srv/again")
    assert [sorted(line.split(",")) for line in as_it_was(guest)][1:] == [
        sorted(line.split(",")) for line in before
    ][1:]


def test_a_growth_whose_tool_is_killed_goes_on(guest: Guest) -> None:
    guest.fault(Fault.LUN_GROWN, lun="0", size="640M")
    killed(guest, "resize2fs")
    done = command(guest, "grow v/d --yes")
    whole_again(guest, "resize2fs")
    assert done.status == 1, done
    assert done.states == ["Begun and not finished: Grow the file system at /srv/d."], done
    assert done.way_back == [], done
    size = sh(guest, "lvs --noheadings -o lv_size v/d")
    assert command(guest, "journal resume --yes").status == 0
    assert sh(guest, "lvs --noheadings -o lv_size v/d") == size
    words = sh(guest, "dumpe2fs -h /dev/v/d 2>/dev/null | grep -E '^Block (count|size):'").split()
    assert int(words[2]) * int(words[5]) == int(sh(guest, "blockdev --getsize64 /dev/v/d"))
    sh(guest, "sha256sum --check --quiet /root/kept")


def test_a_target_that_refuses_leaves_the_reconnection_where_it_can_go_on(guest: Guest) -> None:
    before = as_it_was(guest)
    assert command(guest, f"disconnect {TARGET} --at-boot keep --yes").status == 0
    guest.fault(Fault.ACL_CHANGED, initiators="iqn.2001-01.com.example:other")
    refused = command(guest, "reconnect --yes")
    assert refused.status in {1, 3}, refused
    assert refused.problem == "login.access-list", refused
    guest.fault(Fault.ACL_CHANGED, initiators="any")
    again = command(guest, "journal resume --yes")
    if again.problem == "journal.none":
        again = command(guest, "reconnect --yes")
    assert again.status == 0, again
    assert as_it_was(guest) == before
