"""The course of one seed: a change of a guest whose programs are struck until it is whole.

What must hold is asked of the kernel and of the tools, and of the program only what is in its journals.
"""

import json
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator
from random import Random

from msgspec import Struct, field

from tests.lab.volumes import DISKS, PORTAL, TARGET, blank, log_in, path_of, sh
from tui.lab.faults import Fault
from tui.lab.guest import Guest
from tui.lab.image import Release
from tui.lab.places import project_folder, seen_in_guest
from tui.lab.san import read_description

JOURNALS = "/var/lib/iscsi-console/journal"
_MOST_ROUNDS = 8
"""A change that is over quickly is made anew while strikes are left."""

ALL_STARTS = 1500.0
"""Longest time for all starts of one change, as a `Patience` counts."""

LUN = '\n[[target.lun]]\nnumber = {number}\nsize = "{size}"\nbacking = "iblock"\n'
SAN = read_description("open").replace('size = "512M"', 'size = "256M"\nbacking = "iblock"') + LUN.format(
    number=1, size="64M"
)

_NEW = re.compile(
    r"/(etc|var/lib)/iscsi/(nodes|send_targets|static|ifaces)\b|/etc/lvm/(archive|backup|devices)\b|/var/lib/iscsi-console\b"
    r"|/etc/systemd/system/[^/]+\.wants\b|/var/(log|cache|lib/systemd|tmp/systemd)|/srv/data|/root/|/tmp/systemd"
)
"""What may be new on the root file system: what a change is for, and what is kept of it."""


class Course(Struct):
    """What one seed did.

    Attributes:
        seed: of it.
        change: what was changed.
        strikes: those that met a program.
        starts: how often a program was started.
        locks: how often a lock of the record database had to be removed.
        wrong: what must not be, in words; empty when all held.
        written: the lines of the journals and the commands that ran, where something is wrong.
        seconds: of all.
    """

    seed: int
    change: str
    strikes: list[str] = field(default_factory=list)
    starts: int = 0
    locks: int = 0
    wrong: list[str] = field(default_factory=list)
    written: list[str] = field(default_factory=list)
    seconds: float = 0.0

    def __str__(self) -> str:
        lines = [f"seed {self.seed}: {self.change}, {len(self.strikes)} strikes, {self.starts} starts"]
        lines += [f"  {strike}" for strike in self.strikes]
        lines += [f"  WRONG: {wrong}" for wrong in self.wrong]
        lines += [f"    {line}" for line in self.written]
        lines.append(f"  {self.seconds:.0f} s")
        return "\n".join(lines)


def run(seed: int, strikes: int) -> Course:
    """Take the course of a seed, with at most so many strikes, in a guest of its own."""
    chance = Random(seed)
    change = tuple(CHANGES)[seed % len(CHANGES)]
    course = Course(seed, change)
    begun = time.monotonic()
    with Guest.boot(chance.choice(tuple(Release)), san=SAN) as guest:
        _put_data_aside(guest)
        CHANGES[change](_Struck(guest, course, chance, strikes))
        if _data_aside(guest) != "kept":
            course.wrong.append("the disk beside is not as it was")
        if course.wrong:
            course.written = sh(guest, f"tail -n +1 {JOURNALS}/* /root/commands 2>&1 || true").splitlines()
    course.seconds = time.monotonic() - begun
    return course


class _Struck(Struct, frozen=True):
    """A guest whose programs are struck."""

    guest: Guest
    course: Course
    chance: Random
    most: int

    @property
    def left(self) -> int:
        """How many strikes are left."""
        return max(0, self.most - len(self.course.strikes))

    def rounds(self) -> Iterator[int]:
        """Number the rounds, from 1, until there were all strikes."""
        for number in range(1, _MOST_ROUNDS + 1):
            if number > 1 and (not self.left or self.course.wrong):
                return
            yield number

    def until_whole(self, *program: str, share: int = 1) -> bool:
        """Strike a program and start it again until it ends well; False, and said, when it never does.

        Args:
            program: what to start.
            share: into how many parts the strikes that are left are divided; this gets one.
        """
        before = _files(self.guest)
        left = str(-(-self.left // share))
        sh(self.guest, "rm -f /root/commands")
        seed = str(self.chance.randrange(1 << 30))
        done = self.guest.run(("python3", "-m", "tests.lab.struck", seed, left, *program), timeout=ALL_STARTS)
        if done.status != 0:
            self.expect(False, f"{done.text}\n{done.error_text}")
            return False
        seen = json.loads(done.text.splitlines()[-1])
        self.course.strikes += seen["strikes"]
        self.course.starts += seen["starts"]
        self.course.locks += seen["locks"]
        self.expect(seen["status"] == 0, f"it does not end: {seen['said']}")
        self.expect(not seen["left"], f"still running: {seen['left']}")
        self._expect_no_rubbish(before)
        self._expect_nothing_twice()
        return bool(seen["status"] == 0)

    def expect(self, holds: bool, wrong: str) -> None:
        """Note what does not hold."""
        if not holds:
            self.course.wrong.append(wrong)

    def _expect_no_rubbish(self, before: frozenset[str]) -> None:
        new = sorted(_files(self.guest) - before)
        rubbish = [path for path in new if not _NEW.match(path) or ".iscsi-console-" in path]
        self.expect(not rubbish, f"left behind: {rubbish}")
        run = sh(
            self.guest,
            "find /run /tmp /var/tmp -xdev '(' -name '*iscsi-console*' -o -path '*/iscsi/lock*' ')' "
            "! -name iscsi-console.lock ! -path /run/lock/iscsi/lock",
        )
        self.expect(not run, f"left behind: {run}")

    def _expect_nothing_twice(self) -> None:
        counted: Counter[str] = Counter()
        for name in sh(self.guest, f"ls {JOURNALS} 2>/dev/null || true").split():
            events = [
                json.loads(line) for line in self.guest.read_text(f"{JOURNALS}/{name}").splitlines() if line
            ]
            open_ones = not any(event["event"] in ("finished", "abandoned") for event in events)
            self.expect(not open_ones, f"{name} is still open")
            for event in events:
                if event["event"] == "done":
                    counted[f"{name} {json.dumps(events[0]['operations'][event['number']])}"] += 1
        self.expect(max(counted.values(), default=0) < 2, f"done twice: {counted.most_common(1)}")
        ran: Counter[str] = Counter()
        for line in sh(self.guest, "cat /root/commands 2>/dev/null || true").splitlines():
            command = json.loads(line)
            if command["status"] == 0 and _ONCE.match(" ".join(command["argv"])):
                ran[" ".join(command["argv"])] += 1
        self.expect(max(ran.values(), default=0) < 2, f"succeeded twice: {ran.most_common(1)}")


_ONCE = re.compile(r"(lvm )?(mkfs|mke2fs|pvcreate|vgcreate|lvcreate|lvextend|wipefs)\b")
"""Commands that succeed at most once in a change."""


def _files(guest: Guest) -> frozenset[str]:
    """The paths on the root file system."""
    skipped = "-path /var/lib/iscsi-console -o -path /usr -o -path /root -o -path /proc -o -path /sys"
    return frozenset(sh(guest, f"find / -xdev '(' {skipped} ')' -prune -o -print").splitlines())


# The disk beside, which no change is about.

_RECORD = f"iscsiadm -m node -T {TARGET} -p {PORTAL}"


def _put_data_aside(guest: Guest) -> None:
    sh(
        guest,
        f"""{_RECORD} -o new >/dev/null; {_RECORD} -l >/dev/null
        until [ -b /dev/disk/by-path/*-lun-1 ] && {DISKS}; do sleep 0.1; done; udevadm settle
        mkfs.ext4 -q -L beside /dev/disk/by-path/*-lun-1
        head -c 32M /dev/disk/by-path/*-lun-1 | sha256sum > /root/beside; sync; udevadm settle
        {_RECORD} -u >/dev/null; {_RECORD} -o delete; udevadm settle""",
    )


def _data_aside(guest: Guest) -> str:
    """`kept` when it is as it was."""
    return sh(
        guest,
        f"""[ -n "$(ls /sys/class/iscsi_session 2>/dev/null)" ] ||
            {{ {_RECORD} -o new; {_RECORD} -l; }} >/dev/null
        until [ -b /dev/disk/by-path/*-lun-1 ] && {DISKS}; do sleep 0.1; done; udevadm settle
        blockdev --flushbufs /dev/disk/by-path/*-lun-1
        head -c 32M /dev/disk/by-path/*-lun-1 | sha256sum > /root/beside.now
        cmp -s /root/beside.now /root/beside && echo kept || echo differs""",
    )


# The changes.

_VERB = "tests.lab.verb_side"
_STOPPED = "F06.filesystem-stopped"


def _set_up(struck: _Struck) -> None:
    answers = seen_in_guest(project_folder() / "tui" / "lab" / "answers" / "open.toml")
    guest = struck.guest
    for number in struck.rounds():
        if number > 1:
            bare(guest)
        if not struck.until_whole("iscsi-console", "setup", "--answers", answers):
            return
        _expect_set_up(struck, answers)


def bare(guest: Guest) -> None:
    """Make a guest that was set up bare again: its disk, its records, its directory and the journals."""
    sh(guest, "umount /srv/data; rmdir /srv/data; vgremove -qq -ff -y vg_data; udevadm settle")
    sh(guest, "sed -i '\\,/srv/data,d' /etc/fstab; systemctl daemon-reload")
    blank(guest, path_of(guest, 0))
    sh(
        guest,
        f"iscsiadm -m node -u >/dev/null; iscsiadm -m node -o delete; udevadm settle; rm -rf {JOURNALS}",
    )


def _expect_set_up(struck: _Struck, answers: str) -> None:
    guest = struck.guest
    is_there = sh(guest, "lvm vgs --noheadings -o vg_name,lv_count,pv_count").split()
    struck.expect(is_there == ["vg_data", "1", "1"], f"LVM has {is_there}")
    lines = sh(guest, "grep -c ' /srv/data ' /etc/fstab || true")
    struck.expect(lines == "1", f"fstab has {lines} lines for it")
    struck.expect(_sessions(guest) == 1, f"{_sessions(guest)} sessions")
    struck.expect(_can_write(guest), "/srv/data cannot be written to")
    again = guest.run(("iscsi-console", "setup", "--answers", answers), timeout=300)
    struck.expect("Everything was set up already." in again.text, again.text)


def _disconnect_and_reconnect(struck: _Struck) -> None:
    side = "tests.lab.disconnect_side"
    _take_down_and_back(struck, (side, TARGET), (side, "reconnect"))


def _disconnect_and_reconnect_by_command(struck: _Struck) -> None:
    down = (_VERB, "disconnect", TARGET, "--users", "end", "--at-boot", "off")
    _take_down_and_back(struck, down, (_VERB, "reconnect"))


def _take_down_and_back(struck: _Struck, down: tuple[str, ...], back: tuple[str, ...]) -> None:
    guest = struck.guest
    _make_stack(guest)
    sh(
        guest,
        """mkdir /srv/data/part /srv/again; mount --bind /srv/data/part /srv/again
        mkswap /dev/vg/swap >/dev/null; udevadm settle; swapon /dev/vg/swap
        echo '/dev/vg/swap none swap _netdev,nofail 0 0' >> /etc/fstab; systemctl daemon-reload""",
    )
    fstab = guest.read_text("/etc/fstab")
    for _round in struck.rounds():
        if not struck.until_whole(*down, share=2):
            return
        struck.expect(_sessions(guest) == 0, "there is a session still")
        maps = sh(guest, "dmsetup ls | grep -v '^No devices' || true")
        struck.expect(not maps, f"maps are left: {maps}")
        if not struck.until_whole(*back):
            return
        struck.expect(guest.read_text("/etc/fstab") == fstab, "fstab is not as it was")
        struck.expect(len(sh(guest, "cat /proc/swaps").splitlines()) == 2, "swap is off")
        mounted = set(sh(guest, "findmnt -rno TARGET | grep ^/srv/ || true").split())
        struck.expect(mounted == {"/srv/data", "/srv/again"}, f"mounted is {mounted}")
    _expect_data(struck)


def _grow(struck: _Struck) -> None:
    _grown(struck, ("tests.lab.plan_side", "grow", "vg", "data"))


def _grow_by_command(struck: _Struck) -> None:
    _grown(struck, (_VERB, "grow", "vg/data"))


def _grown(struck: _Struck, program: tuple[str, ...]) -> None:
    guest = struck.guest
    _make_stack(guest)
    for grown in struck.rounds():
        guest.fault(Fault.LUN_GROWN, lun="0", size=f"{256 + 64 * grown}M")
        if not struck.until_whole(*program):
            return
        size = int(sh(guest, "lvs --noheadings --units m --nosuffix -o lv_size vg/data").partition(".")[0])
        struck.expect(size >= 216 + 64 * grown, f"the volume has {size} MiB")
        words = sh(guest, "dumpe2fs -h /dev/vg/data 2>/dev/null | grep -E '^Block (count|size):'").split()
        reach = int(words[2]) * int(words[5]) >> 20
        struck.expect(size - 8 < reach <= size, f"the file system has {reach} of {size} MiB")
    _expect_data(struck)


def _repair(struck: _Struck) -> None:
    _repaired(struck, ("tests.lab.plan_side", "fix", _STOPPED))


def _repair_by_command(struck: _Struck) -> None:
    _repaired(struck, (_VERB, "repair", _STOPPED, *("--answer", "yes") * 2))


def _repaired(struck: _Struck, program: tuple[str, ...]) -> None:
    guest = struck.guest
    _make_stack(guest)
    for _round in struck.rounds():
        sh(
            guest,
            """mount -o remount,errors=remount-ro /srv/data
            echo 1 > /sys/fs/ext4/$(basename $(readlink -f /dev/vg/data))/trigger_fs_error""",
        )
        if not struck.until_whole(*program):
            return
        struck.expect(_can_write(guest), "/srv/data cannot be written to")
    _expect_data(struck)


CHANGES: dict[str, Callable[[_Struck], None]] = {
    "set-up": _set_up,
    "disconnect and reconnect": _disconnect_and_reconnect,
    "growth": _grow,
    "repair of a file system": _repair,
    "disconnect and reconnect by command": _disconnect_and_reconnect_by_command,
    "growth by command": _grow_by_command,
    "repair of a file system by command": _repair_by_command,
}


def _make_stack(guest: Guest) -> None:
    log_in(guest)
    sh(
        guest,
        f"""vgcreate -qq vg {path_of(guest, 0)}; lvcreate -qq -Wn -L 32M -n swap vg
        lvcreate -qq -Wn -L 160M -n data vg; mkfs.ext4 -q /dev/vg/data; udevadm settle; mkdir -p /srv/data
        echo "UUID=$(blkid -s UUID -o value /dev/vg/data) /srv/data ext4 _netdev,nofail 0 0" >> /etc/fstab
        systemctl daemon-reload; mount /srv/data
        head -c 8000000 /dev/urandom > /srv/data/kept; sha256sum /srv/data/kept > /root/kept; sync""",
    )


def _expect_data(struck: _Struck) -> None:
    done = struck.guest.run(
        ("sh", "-c", "echo 3 > /proc/sys/vm/drop_caches; sha256sum --check --quiet /root/kept")
    )
    struck.expect(done.status == 0, f"data is lost: {done.text} {done.error_text}")
    checked = struck.guest.run(
        ("sh", "-c", "umount -q /srv/again; umount /srv/data && e2fsck -fn /dev/vg/data"), timeout=120
    )
    struck.expect(checked.status == 0, f"the file system is damaged: {checked.text} {checked.error_text}")


def _can_write(guest: Guest) -> bool:
    return guest.run(("sh", "-c", "mountpoint -q /srv/data && touch /srv/data/new && sync")).status == 0


def _sessions(guest: Guest) -> int:
    return int(sh(guest, "ls /sys/class/iscsi_session 2>/dev/null | wc -l"))
