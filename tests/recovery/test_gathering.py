"""Reading the evidence: the outputs of tools, and an end to it whatever a host does."""

import json
import re
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace

from tui.recovery.evidence import Evidence, Item, item_words, sources
from tui.recovery.facts import Link, MapTable, PathState
from tui.recovery.gather import gather
from tui.recovery.gathering.bounded import BoundedHost, side_by_side
from tui.recovery.gathering.device_mapper import parse_lines, parse_maps
from tui.recovery.gathering.failing import NotAvailable, output_of
from tui.recovery.gathering.host_side import parse_paths, parse_queueing, parse_units
from tui.recovery.gathering.identities import parse_capacity, parse_identity, understood
from tui.recovery.gathering.kernel_state import parse_stat
from tui.recovery.gathering.logs import parse_kernel, read_activation, read_daemon
from tui.recovery.gathering.look import Look
from tui.recovery.gathering.lvm_side import parse_sections
from tui.recovery.gathering.network_paths import parse_segments, read_links
from tui.storage.host.interface import Answer, Command, Host, Outcome
from tui.storage.host.recorded import RecordedHost
from tui.storage.model.iscsi import Lun
from tui.storage.probe.system.routes import Route, parse_route
from tui.storage.problem import ConsoleError

MACHINES = Path(__file__).parent.parent / "machines"

DMESG = """\
<6>[    1.500000] Linux version 6.1.0
<6>[  893.240000]  connection1:0: detected conn error (1020)
<3>[  901.600000]  session1: session recovery timed out after 8 secs
<30>[  902.000000] systemd[1]: session1: detected conn error (1020)
no record
"""


def test_the_kernels_lines_have_their_times_and_only_those_of_storage_count() -> None:
    found = parse_kernel(DMESG, 1000.0)
    assert [one.when for one in found] == [pytest.approx(1893.24), pytest.approx(1901.6)]
    assert found[0].subject == "sid:1"


class Journal:
    """A host of which only the answer of its journal is known."""

    def __init__(self, outcome: Outcome) -> None:
        self._outcome = outcome

    def run(self, command: Command) -> Outcome:
        assert command.argv[0] == "journalctl"
        return self._outcome


NO_JOURNAL = "No journal files were found."


@pytest.mark.parametrize("read", [read_activation, read_daemon])
@pytest.mark.parametrize(
    ("outcome", "why"),
    [
        (Outcome(1, "", NO_JOURNAL), "there is no journal"),
        (Outcome(1, "", "Permission denied"), "Permission denied"),
        (Outcome(1, "a line\n", f"{NO_JOURNAL} (2)"), f"{NO_JOURNAL} (2)"),
        (Outcome(None), "no answer in time"),
        (Outcome(0, "", NO_JOURNAL), ""),
        (Outcome(0), ""),
    ],
)
def test_a_journal_is_missing_only_where_the_call_failed_and_said_so(
    read: Callable[[Host], tuple[object, ...]], outcome: Outcome, why: str
) -> None:
    host = Journal(outcome)
    if not why:
        assert read(host) == ()  # type: ignore[arg-type]  # nothing else is asked
        return
    with pytest.raises(NotAvailable, match=re.escape(why)):
        read(host)  # type: ignore[arg-type]  # likewise


def test_every_item_has_a_reader_and_words_and_a_reader_is_run_once_for_all_its_items() -> None:
    assert {source.item for source in sources().values()} == set(Item)
    assert all(item_words(item) != item.value or item is Item.FSTAB for item in Item)
    assert all(hasattr(Evidence, name) for name in sources())
    calls: list[Look] = []

    def fails(look: Look) -> str:
        calls.append(look)
        raise NotAvailable("not here")

    look = Look(RecordedHost(str(MACHINES / "bare.json")), 0.0)
    for _time in range(2):
        with pytest.raises(NotAvailable, match="not here"):
            look.once(fails)
    assert calls == [look]
    assert look.once(lambda _look: "read") == "read"


def test_maps_with_their_tables_and_odd_names() -> None:
    info = "253|1|1|L--w|LVM-abc|vg-lv\n254|0|0|L-sw|mpath-3600|mpatha\nNo devices found\n"
    tables = parse_lines("vg-lv: 0 8 linear 8:16 2048\nvg-lv: 8 8 linear 8:32 0\nNo devices found\n")
    first, second = parse_maps(info, tables, {})
    assert first == MapTable(
        "vg-lv", "LVM-abc", "253:1", 1, suspended=False, table=("0 8 linear 8:16 2048", "8 8 linear 8:32 0")
    )
    assert second.suspended
    assert second.table == ()


def test_routes() -> None:
    told = json.dumps([{"dst": "192.0.2.10", "dev": "eth1", "prefsrc": "192.0.2.5", "flags": []}])
    assert parse_route(told, "192.0.2.10") == Route("192.0.2.10", "eth1", "192.0.2.5")
    for nothing in ("", "[]", "{}", "[1]", "nonsense"):
        assert parse_route(nothing, "192.0.2.10") is None


def test_segments_count_their_timestamps() -> None:
    told = "0 0 192.0.2.5:5 192.0.2.10:3260 ts sack cubic rto:201 mss:1448 pmtu:1500\n0 0 a b sack mss:1460\n"
    assert parse_segments(told) == (1460, 1460)


def test_identities_are_compared_in_the_kernels_form() -> None:
    assert parse_identity("360014053767aef92fbe5136996a8473d") == "naa.60014053767aef92fbe5136996a8473d"
    assert parse_identity("1LIO-ORG_disk") == ""
    assert parse_identity("") == ""
    told = (
        "Read Capacity results:\n   Last LBA=1228799, Number of logical blocks=1228800\n"
        "   Logical block length=512 bytes\n"
    )
    assert parse_capacity(told) == 1228800 * 512
    assert parse_capacity("READ CAPACITY failed") is None


DISK_ANSWERS = (
    "ID_SCSI=1\nID_VENDOR=LIO-ORG\nID_MODEL=FILEIO\nID_TYPE=disk\nID_SERIAL=360014053767aef92fbe51\n"
)
NOBODY_ANSWERS = "ID_SCSI=1\nID_VENDOR=\nID_MODEL=\nID_TYPE=disk\n"
NO_DISK_ANSWERS = "ID_VENDOR=LIO-ORG\nID_MODEL=RAMDISK-MCP\nID_TYPE=generic\nID_SERIAL=1LIO-ORG\n"


@pytest.mark.parametrize(
    ("outcome", "refused", "stand_in", "live"),
    [
        (Outcome(0, DISK_ANSWERS), False, "", "naa.60014053767aef92fbe51"),
        (Outcome(0, NOBODY_ANSWERS), True, "", ""),
        (Outcome(1), True, "", ""),
        (Outcome(0, NO_DISK_ANSWERS), False, "LIO-ORG RAMDISK-MCP", ""),
        (Outcome(0, "ID_TYPE=generic\n"), False, "generic", ""),
    ],
)
def test_what_answers_under_the_number_of_a_lun(
    outcome: Outcome, *, refused: bool, stand_in: str, live: str
) -> None:
    lun = Lun("1:0:0:0", 1, 0, "sda", "naa.60014053767aef92fbe51")
    found = understood(lun, outcome)
    assert (found.refused, found.stand_in, found.live) == (refused, stand_in, live)
    assert not understood(replace(lun, wwid=""), Outcome(1)).refused


def test_processes_by_their_stat() -> None:
    rest = " ".join(["D", "16", *(["0"] * 17), "4242", "0"])
    assert parse_stat(f"17 (a ) b) {rest}") == ("a ) b", "D", 4242, 16)
    assert parse_stat("") is None


def test_paths_and_units() -> None:
    assert parse_paths("dev uuid dm_st chk_st\nsda 3600 active ready\n\n") == (
        PathState("sda", "3600", "active", "ready"),
    )
    kept = parse_queueing("56 sec 3600\non mpatha\n12 chk mpathb\noff mpathc\n\ntimeout\n")
    assert [(one.name, one.seconds_left) for one in kept] == [
        ("3600", 56.0),
        ("mpatha", None),
        ("mpathb", None),
        ("mpathc", None),
    ]
    told = "Id=srv-data.mount\nActiveState=failed\nRequiredBy=local-fs.target\nConditionResult=no\n\nId=\n"
    (unit,) = parse_units(told)
    assert unit.required_by == ("local-fs.target",)
    assert unit.condition is False


def test_settings_of_lvm() -> None:
    told = 'devices {\n\tglobal_filter="r|^/dev/loop|"\n\tfilter=["a|.*|", "r|x|"]\n\tuse_devicesfile=0\n}\n'
    section = parse_sections(told).sections["devices"]
    assert section.values["global_filter"] == "r|^/dev/loop|"
    assert section.values["use_devicesfile"] == "0"
    assert "a|.*|" in section.values["filter"]


def test_a_call_that_failed_tells_why() -> None:
    with pytest.raises(NotAvailable, match="no answer"):
        output_of(Outcome(None))
    with pytest.raises(NotAvailable, match="not permitted"):
        output_of(Outcome(1, "", "dmesg: read kernel buffer failed: Operation not permitted\n"))
    assert output_of(Outcome(0, "x")) == "x"


class Sluggish:
    """A captured host on which every command takes until its deadline, as on a host that hangs."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self.deadlines: list[float] = []

    def __getattr__(self, name: str) -> object:
        return getattr(self._host, name)

    def run(self, command: Command, on_line: Callable[[str], None] | None = None) -> Outcome:
        self.deadlines.append(command.deadline)
        return Outcome(None, seconds=command.deadline)

    def connect(self, address: str, port: int, deadline: float = 3.0) -> object:
        self.deadlines.append(deadline)
        return self._host.connect(address, port, deadline)


def test_no_command_gets_more_time_than_there_is_left() -> None:
    host = Sluggish(RecordedHost(str(MACHINES / "failed-session.json")))
    evidence = gather(host, 3.0)  # type: ignore[arg-type]  # it passes everything on
    assert evidence.inventory.sessions
    assert not evidence.has(Item.KERNEL)
    assert host.deadlines
    assert max(host.deadlines) <= 3.0


def test_with_no_time_left_nothing_is_begun() -> None:
    host = Sluggish(RecordedHost(str(MACHINES / "failed-session.json")))
    bounded = BoundedHost(host, time.monotonic() - 1.0)  # type: ignore[arg-type]  # likewise
    assert bounded.run(Command(("lvm", "fullreport"))).status is None
    assert bounded.connect("192.0.2.10", 3260).answer is Answer.UNTRIED
    assert host.deadlines == []


class Stuck:
    """A captured host that never answers a question for a file."""

    def __init__(self, host: Host) -> None:
        self._host = host

    def __getattr__(self, name: str) -> object:
        return getattr(self._host, name)

    def read(self, path: str) -> str:
        time.sleep(3600.0)
        return path


def test_a_host_that_answers_nothing_is_given_up() -> None:
    with pytest.raises(ConsoleError) as failed:
        gather(Stuck(RecordedHost(str(MACHINES / "bare.json"))), 1.0)  # type: ignore[arg-type]  # likewise
    assert failed.value.problem.code == "doctor.no-inventory"


def test_questions_that_fail_or_are_late_spoil_no_other() -> None:
    def late() -> int:
        time.sleep(3600.0)
        return 0

    def fails() -> int:
        raise ValueError("no")

    answers = side_by_side({"a": lambda: 1, "b": fails, "c": late}, time.monotonic() + 2.0)
    assert answers["a"].value == 1
    assert isinstance(answers["b"].error, ValueError)
    assert "c" not in answers


def test_every_item_is_told_as_it_comes() -> None:
    told: dict[Item, str] = {}
    evidence = gather(RecordedHost(str(MACHINES / "single-path-ext4.json")), 60.0, told.__setitem__)
    assert set(told) == set(Item)
    assert {item for item, why in told.items() if why} == {one.item for one in evidence.unread}


def test_interfaces_that_a_bond_is_made_of(tmp_path: Path) -> None:
    host = RecordedHost(str(MACHINES / "bare.json"))
    tables = {
        "/sys/class/net/bond0/mtu": "9000\n",
        "/sys/class/net/eth1/mtu": "1500\n",
        "/sys/class/net/eth1/carrier": "1\n",
    }
    host._read |= tables
    host._names |= {"/sys/class/net/bond0": ["lower_eth1", "mtu"]}
    bond, lower = read_links(host, (Route("192.0.2.10", "bond0"),))
    assert bond == replace(Link("bond0"), mtu=9000, lower=("eth1",))
    assert (lower.mtu, lower.carrier) == (1500, True)
