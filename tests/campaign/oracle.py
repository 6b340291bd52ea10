"""What ought to hold on a guest, asked of its kernel and tools, and never of the program under test."""

import contextlib

from msgspec import Struct

from tests.campaign.stack import SUMS, Stack, Volume
from tests.waiting import until
from tui.lab.guest import Guest


class Unmet(Struct, frozen=True):
    """Something that ought to be and is not.

    Attributes:
        what: in words.
        words: one of them has to stand in what is told of it.
    """

    what: str
    words: tuple[str, ...]

    def __str__(self) -> str:
        return self.what


STATE = """
for session in /sys/class/iscsi_session/session*; do
    [ -e $session ] && echo "session $(cat $session/targetname) $(cat $session/state)"
done
while read -r _ _ _ _ where options _; do
    case $where in /srv/*) echo "mount $where $options";; esac
done < /proc/self/mountinfo
"""
"""A shell script that says what the kernel has: a line for each session and each mount of the stack."""


def unmet(state: str, stack: Stack) -> frozenset[Unmet]:
    """What every volume lacks: a session to each portal, and its mount, to be written to.

    Args:
        state: what `STATE` said.
        stack: what ought to be.
    """
    lines = state.splitlines()
    found: set[Unmet] = set()
    for volume in stack.volumes:
        states = [line.split()[2] for line in lines if line.startswith(f"session {volume.target} ")]
        names = (volume.target, volume.mount_point, volume.group)
        if states.count("LOGGED_IN") < len(volume.portals):
            found.add(Unmet(f"sessions to {volume.target}: {', '.join(states) or 'none'}", names))
        mounts = [line.split()[2] for line in lines if line.startswith(f"mount {volume.mount_point} ")]
        if not mounts:
            found.add(Unmet(f"{volume.mount_point} is not mounted", names))
        elif "ro" in mounts[-1].split(","):
            found.add(Unmet(f"{volume.mount_point} is mounted read-only", names))
    return frozenset(found)


def comes_to_rest(guest: Guest) -> None:
    """Wait until no session that is there is on its way back, as a person would who is told to wait."""
    with contextlib.suppress(AssertionError):
        until(lambda: guest.run(("sh", "-c", _ON_ITS_WAY)).status != 0, "sessions", 60.0)


_ON_ITS_WAY = "cat /sys/class/iscsi_session/*/state 2>/dev/null | grep -qv LOGGED_IN"


def damaged(guest: Guest, stack: Stack) -> list[str]:
    """Sentinel files without their checksums; where nothing is mounted, the device is mounted elsewhere."""
    lost = []
    for volume in stack.volumes:
        done = guest.run(("sh", "-c", _check(volume)), timeout=120)
        if done.status not in (0, _NOT_REACHED):
            lost.append(f"data lost at {volume.mount_point}: {done.text} {done.error_text}")
    return lost


_NOT_REACHED = 77
"""The device is not there: what is on it cannot be told from here."""


def _check(volume: Volume) -> str:
    device = volume.path if volume.has_group else f"/dev/disk/by-label/v{volume.number}"
    activate = (
        f"vgimport {volume.group}; vgchange -qq -ay {volume.group}; udevadm settle"
        if volume.has_group
        else ":"
    )
    return f"""
exec 2>&1; echo 3 > /proc/sys/vm/drop_caches
if mountpoint -q {volume.mount_point}; then at={volume.mount_point}; else
    ({activate}; udevadm settle) >/dev/null 2>&1
    [ -e {device} ] || exit {_NOT_REACHED}
    at=/mnt; umount -q /mnt; mount {device} /mnt || exit 1
fi
want=$(grep ' {volume.mount_point}/kept$' {SUMS} | cut -c 1-64); is=$(sha256sum < $at/kept | cut -c 1-64)
umount -q /mnt
[ "$want" = "$is" ] || {{ echo "$want became $is"; exit 1; }}
"""


_TOOLS = "e2fsck|fsck|xfs_repair|lvm|vgchange|pvmove|iscsiadm|mount|umount|dmsetup|mkfs|wipefs|kill|sleep"


def left_running(guest: Guest, before: frozenset[str]) -> frozenset[str]:
    """Tools that run, by number and command line, and did not before, once udev has done with its own."""
    found = _running(guest) - before
    with contextlib.suppress(AssertionError):
        until(lambda: not found & _running(guest), "tools of udev", 30.0)
    return found & _running(guest)


def _running(guest: Guest) -> frozenset[str]:
    listed = guest.run(("sh", "-c", f"ps -e -o pid=,comm=,args= | grep -E '^ *[0-9]+ ({_TOOLS}) '")).text
    return frozenset(" ".join(line.split()) for line in listed.splitlines())
