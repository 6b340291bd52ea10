"""Outages of the past from recorded lines of a kernel and of iscsid, as the journal gives them."""

import json
from dataclasses import dataclass, field

import pytest

from tests.storage.scripted_host import ScriptedHost
from tui.recovery.gathering.failing import NotAvailable
from tui.recovery.gathering.logs import KERNEL
from tui.recovery.history.disks import disk_of_number
from tui.recovery.history.document import history_document
from tui.recovery.history.outage import End, History, SessionOutage
from tui.recovery.history.plot import Mark, glances
from tui.recovery.history.reading import ANY_KERNEL_LINE, FILES
from tui.recovery.history.taking import take_history
from tui.recovery.history.text import history_text
from tui.storage.host.interface import Command, Outcome

NOW = 1_800_000_000.0
TARGET, PORTAL = "iqn.2003-01.org.linux-iscsi.lab:t1", "192.0.2.10:3260"
LOGGED_IN = (
    "Connection1:0 to [target: iqn.2003-01.org.linux-iscsi.lab:t1, portal: 192.0.2.10,3260] "
    "through [iface: default] is operational now"
)
LOST = " connection1:0: detected conn error (1022)"
PING = (
    " connection1:0: ping timeout of 5 secs expired, recv timeout 5, last rx 4294, last ping 4295, now 4296"
)
GAVE_UP = " session1: session recovery timed out after 120 secs"
BACK = "connection1:0 is operational after recovery (3 attempts)"
BOOT, EARLIER = "b" * 32, "a" * 32


@dataclass
class Journal:
    """Lines of a journal, made one after the other."""

    lines: list[str] = field(default_factory=list)
    boot: str = BOOT
    booted: float = NOW - 90_000.0

    def kernel(self, at: float, text: str, facility: str = "0") -> None:
        self._add(at, text, _TRANSPORT="kernel", SYSLOG_FACILITY=facility)

    def iscsid(self, at: float, text: str) -> None:
        self._add(at, text, _TRANSPORT="syslog", SYSLOG_FACILITY="3")

    def _add(self, at: float, text: str, **fields: str) -> None:
        monotonic = at - self.booted
        entry = {
            "MESSAGE": text,
            "_BOOT_ID": self.boot,
            "__REALTIME_TIMESTAMP": str(int(at * 1e6)),
            "__MONOTONIC_TIMESTAMP": str(int(monotonic * 1e6)),
            **fields,
        }
        self.lines.append(json.dumps(entry))

    def log_in(self, at: float) -> None:
        self.kernel(at, "Loading iSCSI transport class v2.0-870.")
        self.kernel(at, "scsi host2: iSCSI Initiator over TCP/IP")
        self.kernel(at, "sd 2:0:0:0: [sdb] Attached SCSI disk")
        self.iscsid(at, LOGGED_IN)


def host_of(journal: Journal, *, status: int | None = 0, head: float = NOW - 30 * 86400) -> ScriptedHost:
    """A host with a journal, whose reading ends with a status."""

    def read(command: Command) -> Outcome:
        if "--lines=1" in command.argv:
            return Outcome(0, journal.lines[-1])
        assert any(word.startswith("--since=@") for word in command.argv)
        assert {"_TRANSPORT=kernel", "_UID=0"} <= set(command.argv)
        return Outcome(status, "\n".join(reversed(journal.lines)))

    header = f"File path: /x\nHead realtime timestamp: Fri 2026-01-02 03:04:05 UTC ({int(head * 1e6):x})\n"
    return ScriptedHost(
        files={"/proc/sys/kernel/random/boot_id": f"{BOOT}\n"},
        replies={("journalctl",): read, FILES.argv: Outcome(0, header)},
        clock=NOW,
    )


def history_of(journal: Journal, *, status: int | None = 0, head: float = NOW - 30 * 86400) -> History:
    return take_history(host_of(journal, status=status, head=head), NOW - 7 * 86400)


def only(history: History) -> SessionOutage:
    assert len(history.outages) == 1, history.outages
    return history.outages[0]


def test_an_outage_that_ended_in_time() -> None:
    journal = Journal()
    journal.log_in(NOW - 5000)
    journal.kernel(NOW - 4000, PING)
    journal.kernel(NOW - 4000, LOST)
    journal.iscsid(NOW - 3990, "cannot make a connection to 192.0.2.10:3260 (-1,113)")
    journal.iscsid(NOW - 3970, BACK)
    outage = only(history_of(journal))
    assert (outage.target, outage.portal, outage.sid) == (TARGET, PORTAL, 1)
    assert (outage.lost, outage.ended, outage.end) == (NOW - 4000, NOW - 3970, End.BACK)
    assert (outage.seconds, outage.attempts, outage.gave_up) == (30.0, 3, None)
    assert outage.cause == "the target stopped answering pings"
    assert [line.text.split(" ")[0] for line in outage.lines] == [
        "connection1:0:", "connection1:0:", "cannot", "connection1:0",
    ]  # fmt: skip


def test_io_errors_paths_and_stopped_file_systems() -> None:
    journal = Journal()
    journal.log_in(NOW - 5000)
    journal.kernel(NOW - 4000, LOST)
    journal.kernel(NOW - 3880, GAVE_UP)
    for sector in range(7):
        journal.kernel(NOW - 3879, f"I/O error, dev sdb, sector {sector} op 0x1:(WRITE) flags 0x0")
    journal.kernel(NOW - 3879, "I/O error, dev sdz, sector 8 op 0x0:(READ) flags 0x0")
    journal.kernel(NOW - 3879, "device-mapper: multipath: 253:0: Failing path 8:16.")
    journal.kernel(NOW - 3878, "EXT4-fs (dm-1): Remounting filesystem read-only")
    journal.iscsid(NOW - 3700, BACK)
    journal.kernel(NOW - 3699, "device-mapper: multipath: 253:0: Reinstating path 8:16.")
    outage = only(history_of(journal))
    assert outage.gave_up == NOW - 3880
    assert {(one.disk, one.count, one.is_of_session) for one in outage.errors} == {
        ("sdb", 7, True),
        ("sdz", 1, False),
    }
    assert [(one.disk, one.failed, one.reinstated) for one in outage.paths] == [("sdb", 1, 1)]
    assert [one.text for one in outage.filesystems] == ["EXT4-fs (dm-1): Remounting filesystem read-only"]
    told = " ".join(history_text(history_of(journal)).split())
    assert "replacement_timeout was over" in told
    assert "whose disk it was is not known" in told


def test_disks_of_another_session_are_not_counted() -> None:
    journal = Journal()
    journal.log_in(NOW - 5000)
    journal.kernel(NOW - 4990, "scsi host3: iSCSI Initiator over TCP/IP")
    journal.kernel(NOW - 4990, "sd 3:0:0:0: [sdc] Attached SCSI disk")
    journal.kernel(NOW - 4000, LOST)
    journal.kernel(NOW - 3999, "I/O error, dev sdc, sector 8 op 0x0:(READ) flags 0x0")
    journal.iscsid(NOW - 3970, BACK)
    history = history_of(journal)
    assert only(history).errors == ()
    assert [line.text for line in history.elsewhere] == [
        "I/O error, dev sdc, sector 8 op 0x0:(READ) flags 0x0"
    ]


def test_a_changed_clock_does_not_change_how_long_it_took() -> None:
    journal = Journal()
    journal.log_in(NOW - 90_000)
    journal.kernel(NOW - 80_000, LOST)
    journal.booted += 3600.0  # The clock is set forward by an hour meanwhile.
    journal.iscsid(NOW - 80_000 + 3620, BACK)
    outage = only(history_of(journal))
    assert (outage.ended or 0) - outage.lost == 3620
    assert outage.seconds == pytest.approx(20.0)


def test_an_outage_that_the_end_of_the_boot_ended() -> None:
    journal = Journal(boot=EARLIER)
    journal.log_in(NOW - 80_000)
    journal.kernel(NOW - 70_000, LOST)
    journal.kernel(NOW - 69_990, "sd 2:0:0:0: [sdb] Synchronize Cache(10) failed: Result: hostbyte=0x01")
    journal.boot, journal.booted = BOOT, NOW - 60_000
    journal.log_in(NOW - 59_000)
    history = history_of(journal)
    outage = only(history)
    assert (outage.end, outage.ended, outage.seconds) == (End.RESTART, NOW - 69_990, None)
    assert [boot.identifier for boot in history.boots] == [EARLIER, BOOT]


def test_an_outage_of_which_no_line_tells_the_end_is_not_given_one() -> None:
    journal = Journal()
    journal.kernel(NOW - 6000, LOST)
    journal.kernel(NOW - 3000, LOST)
    history = history_of(journal)
    assert [(one.end, one.ended, one.seconds) for one in history.outages] == [(End.NOT_KNOWN, None, None)] * 2
    assert history.without_iscsid == (BOOT,)
    assert "no line tells" in history_text(history)
    assert Mark.NOT_KNOWN in glances(history)[0].rows[0][1]


def test_a_broken_login_on_the_way_back_is_no_outage_of_its_own() -> None:
    journal = Journal()
    journal.log_in(NOW - 6000)
    journal.kernel(NOW - 5000, LOST)
    journal.kernel(NOW - 4990, " connection1:0: detected conn error (1020)")
    journal.iscsid(NOW - 4980, BACK)
    assert only(history_of(journal)).seconds == 20.0


def test_a_broken_login_after_giving_up_is_no_outage_of_its_own() -> None:
    journal = Journal()
    journal.log_in(NOW - 6000)
    journal.kernel(NOW - 5000, LOST)
    journal.kernel(NOW - 4880, GAVE_UP)
    journal.kernel(NOW - 4800, " connection1:0: detected conn error (1020)")
    journal.iscsid(NOW - 4700, BACK)
    assert only(history_of(journal)).seconds == 300.0


def test_a_session_that_is_lost_now() -> None:
    journal = Journal()
    journal.log_in(NOW - 6000)
    journal.kernel(NOW - 50, LOST)
    host = host_of(journal)
    host.files |= {
        "/sys/class/iscsi_session/session1/state": "FAILED\n",
        "/sys/class/iscsi_session/session1/targetname": f"{TARGET}\n",
    }
    assert only(take_history(host, NOW - 86400)).end is End.LASTS


def test_what_a_process_wrote_to_the_kernel_s_log_does_not_count() -> None:
    journal = Journal()
    journal.kernel(NOW - 50, LOST, facility="1")
    journal.kernel(NOW - 40, "usb 1-1: new device")
    assert history_of(journal).outages == ()


def test_a_journal_that_could_not_be_read_in_time() -> None:
    journal = Journal()
    journal.kernel(NOW - 5000, "usb 1-1: new device")
    journal.log_in(NOW - 4000)
    history = history_of(journal, status=None)
    assert (history.begins, history.is_cut) == (NOW - 5000, True)
    assert "Not read before" in history_text(history)


def test_a_journal_that_begins_later() -> None:
    journal = Journal()
    journal.log_in(NOW - 4000)
    history = history_of(journal, head=NOW - 86400)
    assert (history.begins, history.is_cut, history.unread) == (
        NOW - 86400,
        False,
        "the journal begins there",
    )
    marks = glances(history)[1]
    assert marks.rows == ()


def test_a_user_who_may_read_nothing_is_not_told_that_nothing_happened() -> None:
    host = ScriptedHost(replies={ANY_KERNEL_LINE.argv: Outcome(0, "")}, clock=NOW)
    host.replies[KERNEL.argv] = Outcome(1, "", "dmesg: read kernel buffer failed: Operation not permitted")
    with pytest.raises(NotAvailable, match="not permitted"):
        take_history(host, NOW - 86400)


def test_without_a_journal_the_kernel_s_buffer_is_read() -> None:
    host = ScriptedHost(files={"/proc/uptime": "5000.0 1.0\n"}, clock=NOW)
    host.replies[ANY_KERNEL_LINE.argv] = Outcome(1, "", "No journal files were found.")
    host.replies[KERNEL.argv] = Outcome(0, "<6>[ 1000.000000]  connection1:0: detected conn error (1020)\n")
    history = take_history(host, NOW - 86400)
    assert only(history).lost == NOW - 4000
    assert "the kernel's buffer was read" in history.unread
    assert history.is_cut


def test_storms_are_counted_and_not_kept() -> None:
    journal = Journal()
    journal.log_in(NOW - 5000)
    journal.kernel(NOW - 4000, LOST)
    for sector in range(5000):
        journal.kernel(NOW - 3900 + sector / 1000, f"I/O error, dev sdb, sector {sector} op 0x1:(WRITE)")
    journal.iscsid(NOW - 3800, BACK)
    assert [(one.disk, one.count) for one in only(history_of(journal)).errors] == [("sdb", 5000)]


def test_the_document_is_the_history() -> None:
    journal = Journal()
    journal.log_in(NOW - 5000)
    journal.kernel(NOW - 4000, LOST)
    journal.iscsid(NOW - 3970, BACK)
    document = json.loads(json.dumps(history_document(history_of(journal))))
    assert document["schema"] == 1
    assert document["outages"][0]["seconds"] == 30.0


@pytest.mark.parametrize(
    ("number", "disk"),
    [("8:0", "sda"), ("8:16", "sdb"), ("65:0", "sdq"), ("65:160", "sdaa"), ("253:3", "253:3"), ("x", "x")],
)
def test_device_numbers_of_disks(number: str, disk: str) -> None:
    assert disk_of_number(number) == disk
