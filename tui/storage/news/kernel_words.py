"""Which lines of the kernel's log are about storage, and what they mean in a few words.

The lines are those of drivers/scsi, libiscsi, the block layer, device-mapper, ext4, XFS and btrfs of kernels
5.10 to 6.12; the numbers of connection errors are `enum iscsi_err` of include/scsi/iscsi_if.h.
"""

import re
from collections.abc import Callable

from msgspec import Struct

from tui.storage.news.happening import Tone
from tui.words import marked, translate as _

Words = Callable[[re.Match[str]], str]


class Meaning(Struct, frozen=True):
    """What a line of a log means.

    Attributes:
        words: a few words for a person; empty where the line says it all.
        tone: how it is meant.
        subject: the raw name of what it is about (`news.subject`), or empty.
        session: it is about a session's state, so the sessions are worth a look now.
    """

    words: str
    tone: Tone = Tone.PLAIN
    subject: str = ""
    session: bool = False


class _Rule(Struct, frozen=True):
    pattern: re.Pattern[str]
    words: Words
    tone: Tone
    subject: str
    """A template over the named groups of the pattern."""
    session: bool = False


def _rule(
    pattern: str, words: Words | str, tone: Tone = Tone.PLAIN, subject: str = "", *, session: bool = False
) -> _Rule:
    said = words
    return _Rule(
        re.compile(pattern), said if callable(said) else lambda _match: _(said), tone, subject, session
    )


def connection_error(code: int) -> str:
    """What a connection error number of the kernel means; 1000 is its base."""
    return {
        1011: _("the connection broke: network or target"),
        1014: _("a header was corrupted on the way (digest error)"),
        1015: _("data was corrupted on the way (digest error)"),
        1019: _("sending failed: network or target"),
        1020: _("the target closed the connection"),
        1021: _("a command timed out, so the session was dropped"),
        1022: _("the target stopped answering pings"),
    }.get(code, _("the connection is lost"))


def _broken(match: re.Match[str]) -> str:
    return connection_error(int(match["code"]))


def _gave_up(match: re.Match[str]) -> str:
    return _("replacement_timeout of {seconds} s is over; I/O fails from now on").format(
        seconds=match["seconds"]
    )


_SESSION = "sid:{sid}"
_DISK = "device:{disk}"
_SCSI = "lun:{address}"
_ADDRESS = r"(?:sd|scsi) (?P<address>\d{1,18}:\d{1,18}:\d{1,18}:\d{1,18}): "

_DEVICE = r"(?P<disk>(?:sd[a-z]+|dm-|nvme\d{1,18}n|vd[a-z]+|zram)[\dp]*)"

_RULES: tuple[_Rule, ...] = (
    _rule(
        r"connection(?P<sid>\d{1,18}):\d{1,18}: detected conn error \((?P<code>\d{1,18})\)",
        _broken,
        Tone.BAD,
        _SESSION,
        session=True,
    ),
    _rule(
        r"connection(?P<sid>\d{1,18}):\d{1,18}: ping timeout of \d{1,18} secs expired",
        marked("the target did not answer a ping in time"),
        Tone.BAD,
        _SESSION,
        session=True,
    ),
    _rule(
        r"session(?P<sid>\d{1,18}): session recovery timed out after (?P<seconds>\d{1,18}) secs",
        _gave_up,
        Tone.BAD,
        _SESSION,
        session=True,
    ),
    _rule(
        _ADDRESS + r".*rejecting I/O to (?:offline|dead) device",
        marked("the kernel gave up on the disk: I/O fails at once"),
        Tone.BAD,
        _SCSI,
    ),
    _rule(_ADDRESS + r".*Device offlined", marked("the kernel set the disk offline"), Tone.BAD, _SCSI),
    _rule(
        _ADDRESS + r".*LUN assignments on this target have changed",
        marked("the target's list of LUNs has changed: a rescan finds new ones"),
        Tone.WARN,
        _SCSI,
    ),
    _rule(
        _ADDRESS + r".*Capacity data has changed",
        marked("the LUN has another size: a rescan reads it"),
        Tone.WARN,
        _SCSI,
    ),
    _rule(
        _DEVICE + r": detected capacity change from (?P<old>[1-9]\d*) to (?P<new>\d{1,18})",
        marked("the disk has another size, in sectors of 512 bytes"),
        Tone.GOOD,
        _DISK,
    ),
    _rule(
        _ADDRESS + r".*Synchronize Cache\(10\) failed",
        marked("its last writes could not be flushed: the connection was lost"),
        Tone.WARN,
        _SCSI,
    ),
    _rule(
        _ADDRESS + r".*Power-on or device reset occurred",
        marked("the target was reset or restarted"),
        Tone.PLAIN,
        _SCSI,
    ),
    _rule(
        # blk_print_req_error writes both forms; the block layer then writes zeros itself.
        r"(?:critical target|I/O|operation not supported) error, dev " + _DEVICE + r".*\(WRITE_ZEROES\)",
        marked("the storage has no command that writes zeros; they are written block by block instead"),
        Tone.PLAIN,
        _DISK,
    ),
    _rule(
        r"critical space allocation error, dev " + _DEVICE,
        marked("the storage has no space left for this thin LUN: the write failed"),
        Tone.BAD,
        _DISK,
    ),
    _rule(
        # The second form is that of kernels without CONFIG_SCSI_CONSTANTS.
        _ADDRESS + r".*(?:Space allocation failed write protect|ASC=0x27 ASCQ=0x7\b)",
        marked("the storage has no space left for this thin LUN"),
        Tone.BAD,
        _SCSI,
    ),
    _rule(
        _ADDRESS + r".*(?:Add\. Sense: |ASC=0x[0-9a-f]+ ASCQ=)",
        marked("why the storage rejected a command"),
        Tone.WARN,
        _SCSI,
    ),
    _rule(
        r"critical (?:target|medium|nexus) error, dev " + _DEVICE,
        marked("the storage rejected a command"),
        Tone.BAD,
        _DISK,
    ),
    _rule(
        r"Buffer I/O error on dev " + _DEVICE + r".*lost (?:async|sync) page write",
        marked("a write is lost"),
        Tone.BAD,
        _DISK,
    ),
    _rule(r"Buffer I/O error on dev(?:ice)? " + _DEVICE, marked("I/O error"), Tone.BAD, _DISK),
    _rule(r"I/O error, dev " + _DEVICE + r".*WRITE", marked("write error"), Tone.BAD, _DISK),
    _rule(r"I/O error, dev " + _DEVICE, marked("I/O error"), Tone.BAD, _DISK),
    _rule(
        r"EXT4-fs \(" + _DEVICE + r"\): Remounting filesystem read-only",
        marked("ext4 is read-only now; unmount and check it when the disk is back"),
        Tone.BAD,
        _DISK,
    ),
    _rule(
        r"Aborting journal on device (?P<disk>(?:dm-\d{1,18}|sd[a-z]+\d*))",
        marked("the file system could not write its journal"),
        Tone.BAD,
        _DISK,
    ),
    _rule(
        r"EXT4-fs warning \(device " + _DEVICE + r"\): .*(?:mmp|MMP|multi_mount_protect)",
        marked("another host seems to have it mounted"),
        Tone.BAD,
        _DISK,
    ),
    _rule(
        r"XFS \(" + _DEVICE + r"\): (?:Metadata (?:corruption|CRC error) detected|Corruption )",
        marked("XFS found corruption"),
        Tone.BAD,
        _DISK,
    ),
    _rule(r"EXT4-fs error \(device " + _DEVICE + r"\)", marked("ext4 met an error"), Tone.BAD, _DISK),
    _rule(
        r"EXT4-fs (?:warning )?\((?:device )?" + _DEVICE + r"\):.*(?:I/O error|failed to convert)",
        marked("ext4 could not write"),
        Tone.BAD,
        _DISK,
    ),
    _rule(
        r"EXT4-fs \(" + _DEVICE + r"\): .*(?:Can't find ext4 filesystem|bad geometry|unsupported"
        r"|write access unavailable|unable to read superblock|error loading journal)",
        marked("ext4 could not be mounted"),
        Tone.BAD,
        _DISK,
    ),
    _rule(
        r"XFS \(" + _DEVICE + r"\): .*(?:Invalid superblock magic|SB (?:validate|sanity check) failed"
        r"|unknown .*features|last sector read failed|write access unavailable)",
        marked("XFS could not be mounted"),
        Tone.BAD,
        _DISK,
    ),
    _rule(r"EXT4-fs \(" + _DEVICE + r"\): mounted filesystem", marked("mounted"), Tone.GOOD, _DISK),
    _rule(r"EXT4-fs \(" + _DEVICE + r"\): unmounting filesystem", marked("unmounted"), Tone.PLAIN, _DISK),
    _rule(
        r"EXT4-fs \(" + _DEVICE + r"\): recovery complete",
        marked("the journal was replayed after an unclean shutdown"),
        Tone.WARN,
        _DISK,
    ),
    _rule(
        r"EXT4-fs \(" + _DEVICE + r"\): resized filesystem", marked("ext4 has been grown"), Tone.GOOD, _DISK
    ),
    _rule(
        r"XFS \(" + _DEVICE + r"\): .*(?:[Ff]ilesystem has been shut down|Shutting down filesystem)",
        marked("XFS shut itself down; unmount, and mount again when the disk is back"),
        Tone.BAD,
        _DISK,
    ),
    _rule(
        r"XFS \(" + _DEVICE + r"\): .*log I/O error", marked("XFS could not write its log"), Tone.BAD, _DISK
    ),
    _rule(
        r"XFS \(" + _DEVICE + r"\): device supports \d+ byte sectors \(not \d+\)",
        marked("XFS was not mounted: the sectors of its device are larger than those it was made for"),
        Tone.BAD,
        _DISK,
    ),
    _rule(
        r"XFS \(" + _DEVICE + r"\): .*duplicate UUID",
        marked("a file system with the same UUID is mounted: a copy or a snapshot"),
        Tone.BAD,
        _DISK,
    ),
    _rule(
        r"XFS \(" + _DEVICE + r"\): Starting recovery",
        marked("replaying the log after an unclean shutdown"),
        Tone.WARN,
        _DISK,
    ),
    _rule(r"XFS \(" + _DEVICE + r"\): Ending (?:clean mount|recovery)", marked("mounted"), Tone.GOOD, _DISK),
    _rule(r"XFS \(" + _DEVICE + r"\): Unmounting [Ff]ilesystem", marked("unmounted"), Tone.PLAIN, _DISK),
    _rule(
        r"BTRFS(?: \w+)? \(device " + _DEVICE + r"[^)]*\):.*forced readonly",
        marked("btrfs is read-only now"),
        Tone.BAD,
        _DISK,
    ),
    _rule(r"BTRFS error \(device " + _DEVICE, marked("btrfs met an error"), Tone.BAD, _DISK),
    _rule(
        r"device-mapper: multipath: .*Failing path (?P<number>\d{1,18}:\d{1,18})",
        marked("one path failed; the map keeps working if another is left"),
        Tone.WARN,
        "number:{number}",
    ),
    _rule(
        r"device-mapper: multipath: .*Reinstating path (?P<number>\d{1,18}:\d{1,18})",
        marked("the path is back"),
        Tone.GOOD,
        "number:{number}",
    ),
    _rule(
        r"device-mapper: thin: (?P<number>\d{1,9}:\d+): .*(?:low water mark|out-of-data-space|no free data)",
        marked("the thin pool is almost full"),
        Tone.WARN,
        "number:{number}",
    ),
    _rule(
        r"device-mapper: snapshots: Invalidating snapshot",
        marked("a snapshot filled up and is invalid; its origin is fine"),
        Tone.WARN,
    ),
    _rule(
        r"INFO: task (?P<task>\S+):\d{1,18} blocked for more than \d{1,18} seconds",
        marked("a process waits for a disk that does not answer"),
        Tone.WARN,
    ),
    _rule(
        r"iscsi: .*(?:conn|session).*(?:failed|error)|"
        + _ADDRESS
        + r".*(?:[Ff]ail|FAILED|[Ee]rror|[Oo]ffline)",
        "",
        Tone.WARN,
    ),
)

_WORTH_A_LOOK = re.compile(
    r"conn|session|sd |scsi|I/O error|critical \w+.* error|EXT4|XFS|BTRFS|device-mapper|journal|"
    r"blocked for|capacity|iscsi"
)
"""What every rule's line holds: most lines are none of them, and a log may have many."""


def may_be_of_storage(line: str) -> bool:
    """Whether a line of the kernel's log can have a meaning for storage; quick, for logs with many lines."""
    return _WORTH_A_LOOK.search(line) is not None


def meaning_of_kernel_line(line: str) -> Meaning | None:
    """What a line of the kernel's log means for storage, or None when it is not about storage."""
    if not may_be_of_storage(line):
        return None
    for rule in _RULES:
        match = rule.pattern.search(line)
        if match is not None:
            named = {name: value or "" for name, value in match.groupdict().items()}
            subject = rule.subject.format(**named)
            return Meaning(rule.words(match), rule.tone, subject, rule.session)
    return None
