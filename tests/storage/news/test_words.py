"""What lines and events are taken to mean."""

import pytest
from hypothesis import given, strategies as st

from tui.storage.news.daemon_words import meaning_of_daemon_line
from tui.storage.news.happening import Source, Tone
from tui.storage.news.kernel_words import meaning_of_kernel_line
from tui.storage.news.session_words import session_happenings
from tui.storage.news.uevent_words import told_early, uevent_happening

KERNEL = {
    " connection1:0: detected conn error (1022)": ("the target stopped answering pings", "sid:1", Tone.BAD),
    " connection12:0: detected conn error (1020)": (
        "the target closed the connection",
        "sid:12",
        Tone.BAD,
    ),
    " connection1:0: ping timeout of 5 secs expired, recv timeout 5, last rx 4294952": (
        "the target did not answer a ping in time",
        "sid:1",
        Tone.BAD,
    ),
    " session3: session recovery timed out after 120 secs": (
        "replacement_timeout of 120 s is over; I/O fails from now on",
        "sid:3",
        Tone.BAD,
    ),
    "sd 2:0:0:1: rejecting I/O to offline device": (
        "the kernel gave up on the disk: I/O fails at once",
        "lun:2:0:0:1",
        Tone.BAD,
    ),
    "sd 2:0:0:0: Capacity data has changed": (
        "the LUN has another size: a rescan reads it",
        "lun:2:0:0:0",
        Tone.WARN,
    ),
    "sda: detected capacity change from 1048576 to 2097152": (
        "the disk has another size, in sectors of 512 bytes",
        "device:sda",
        Tone.GOOD,
    ),
    "I/O error, dev sdb, sector 2048 op 0x1:(WRITE) flags 0x800 phys_seg 1 prio class 2": (
        "write error",
        "device:sdb",
        Tone.BAD,
    ),
    "blk_update_request: I/O error, dev sda, sector 0": ("I/O error", "device:sda", Tone.BAD),
    "Buffer I/O error on dev dm-0, logical block 5, lost async page write": (
        "a write is lost",
        "device:dm-0",
        Tone.BAD,
    ),
    "EXT4-fs (dm-3): Remounting filesystem read-only": (
        "ext4 is read-only now; unmount and check it when the disk is back",
        "device:dm-3",
        Tone.BAD,
    ),
    "critical target error, dev sda, sector 2048 op 0x9:(WRITE_ZEROES) flags 0x8000000 phys_seg 0": (
        "the storage has no command that writes zeros; they are written block by block instead",
        "device:sda",
        Tone.PLAIN,
    ),
    "Aborting journal on device dm-3-8.": (
        "the file system could not write its journal",
        "device:dm-3",
        Tone.BAD,
    ),
    "XFS (dm-0): Filesystem has been shut down due to log error (0x2).": (
        "XFS shut itself down; unmount, and mount again when the disk is back",
        "device:dm-0",
        Tone.BAD,
    ),
    "device-mapper: multipath: 254:0: Failing path 8:16.": (
        "one path failed; the map keeps working if another is left",
        "number:8:16",
        Tone.WARN,
    ),
    "device-mapper: multipath: 254:0: Reinstating path 8:16.": (
        "the path is back",
        "number:8:16",
        Tone.GOOD,
    ),
}

QUIET = (
    "sd 2:0:0:0: [sda] Mode Sense: 43 00 10 08",
    "sd 2:0:0:0: [sda] Write Protect is off",
    "sd 2:0:0:0: [sda] Attached SCSI disk",
    "scsi host2: iSCSI Initiator over TCP/IP",
    "eth0: link up",
    "usb 1-1: new device",
    "loop0: detected capacity change from 0 to 1310720",
    "iSCSI Login timeout on Network Portal 192.0.2.10:3260",
    "",
)


@pytest.mark.parametrize("line", KERNEL)
def test_a_line_of_the_kernel(line: str) -> None:
    meaning = meaning_of_kernel_line(line)
    assert meaning is not None
    assert (meaning.words, meaning.subject, meaning.tone) == KERNEL[line]


@pytest.mark.parametrize("line", QUIET)
def test_lines_that_tell_nothing_are_left_out(line: str) -> None:
    assert meaning_of_kernel_line(line) is None


@given(st.text())
def test_any_line_can_be_read(line: str) -> None:
    meaning_of_kernel_line(line)
    meaning_of_daemon_line(line)


@pytest.mark.parametrize(
    ("line", "words", "subject"),
    [
        (
            "Kernel reported iSCSI connection 1:0 error (1022 - ISCSI_ERR_NOP_TIMEDOUT: A NOP timed out)",
            "the target stopped answering pings",
            "sid:1",
        ),
        ("connection1:0 is operational after recovery (2 attempts)", "the connection is back", "sid:1"),
        (
            "Connection4:0 to [target: iqn.2003-01.org.example:t, portal: 192.0.2.1,3260] is operational now",
            "logged in",
            "sid:4",
        ),
        (
            "connect to 192.0.2.10:3260 failed (Connection refused)",
            ("connection refused: nothing listens at that address"),
            "",
        ),
        ("cannot make a connection to 192.0.2.10:3260 (-1,101)", "no route to that network", ""),
        (
            "session 1 login rejected: Initiator failed authentication with target",
            "the target does not accept the CHAP user or secret",
            "sid:1",
        ),
        (
            "conn 0 login rejected: initiator failed authorization with target",
            "not authorized: this initiator is not in the target's ACL",
            "",
        ),
    ],
)
def test_a_line_of_iscsid(line: str, words: str, subject: str) -> None:
    meaning = meaning_of_daemon_line(line)
    assert meaning is not None
    assert (meaning.words, meaning.subject) == (words, subject)


def test_iscsid_s_noise_is_left_out() -> None:
    assert (
        meaning_of_daemon_line(
            "Could not set session1 priority. READ/WRITE throughout and latency could be affected."
        )
        is None
    )
    assert meaning_of_daemon_line("Started iscsid.service - iSCSI initiator daemon (iscsid).") is None


@pytest.mark.parametrize(
    ("action", "subsystem", "name", "properties", "text"),
    [
        ("add", "block", "sda", {"DEVTYPE": "disk"}, "add sda"),
        ("remove", "block", "dm-0", {"DM_NAME": "vg-lv"}, "remove dm-0 vg-lv"),
        ("change", "block", "sda", {"RESIZE": "1"}, "change sda RESIZE=1"),
        (
            "change",
            "block",
            "dm-0",
            {"DM_NAME": "mpatha", "DM_ACTION": "PATH_FAILED", "DM_NR_VALID_PATHS": "1"},
            "change dm-0 mpatha PATH_FAILED DM_NR_VALID_PATHS=1",
        ),
        (
            "change",
            "scsi",
            "2:0:0:0",
            {"SDEV_UA": "CAPACITY_DATA_HAS_CHANGED"},
            "change 2:0:0:0 SDEV_UA=CAPACITY_DATA_HAS_CHANGED",
        ),
        ("add", "block", "dm-0", {}, None),
        ("add", "block", "loop3", {}, None),
        ("add", "scsi", "2:0:0:0", {}, None),
        ("add", "iscsi_session", "session2", {}, None),
    ],
)
def test_an_event(
    action: str, subsystem: str, name: str, properties: dict[str, str], text: str | None
) -> None:
    told = uevent_happening(1.0, action, subsystem, name, properties)
    assert (told.text if told is not None else None) == text
    if told is not None:
        assert told.source is Source.EVENT
        assert told.words


def test_what_needs_no_udev_is_told_at_once() -> None:
    assert told_early("add", "block", "sda", {})
    assert told_early("remove", "block", "sda1", {})
    assert told_early("change", "block", "sda", {"RESIZE": "1"})
    assert told_early("change", "scsi", "2:0:0:0", {"SDEV_UA": "CAPACITY_DATA_HAS_CHANGED"})
    assert not told_early("change", "block", "sda", {})
    assert not told_early("remove", "block", "dm-0", {})


def test_a_hostile_name_is_cleaned() -> None:
    told = uevent_happening(1.0, "remove", "block", "dm-0", {"DM_NAME": "a\x1b[2Jb"})
    assert told is not None
    assert "\x1b" not in told.text


def test_what_two_looks_at_the_sessions_tell() -> None:
    found = session_happenings(
        5.0,
        {1: "LOGGED_IN", 2: "FAILED", 3: "FAILED", 4: "LOGGED_IN", 6: "LOGGED_IN"},
        {1: "FAILED", 2: "FREE", 3: "LOGGED_IN", 5: "LOGGED_IN", 6: "LOGGED_IN"},
    )
    assert [(one.text, one.tone) for one in found] == [
        ("1 LOGGED_IN → FAILED", Tone.BAD),
        ("2 FAILED → FREE", Tone.BAD),
        ("3 FAILED → LOGGED_IN", Tone.GOOD),
        ("4 LOGGED_IN →", Tone.PLAIN),
        ("5 → LOGGED_IN", Tone.GOOD),
    ]
    assert [one.subject for one in found] == ["sid:1", "sid:2", "sid:3", "sid:4", "sid:5"]


def test_a_session_that_was_met_before_its_login_is_not_called_back() -> None:
    (made,) = session_happenings(5.0, {}, {1: "FREE"})
    assert made.words == "a session is being created"
    (logged_in,) = session_happenings(6.0, {1: "FREE"}, {1: "LOGGED_IN"})
    assert logged_in.words == "logged in"
    (back,) = session_happenings(7.0, {1: "FAILED"}, {1: "LOGGED_IN"})
    assert "the session has reconnected" in back.words
