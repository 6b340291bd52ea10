"""Rates from counters."""

from pathlib import Path

import psutil
from hypothesis import given, strategies as st

from tui.storage.watching.activity import IDLE, Activity, Counters, DiskStats, Rates, rates_between
from tui.storage.watching.processes import ProcessKind, classify, read_processes


def test_rates_are_differences_over_time() -> None:
    before = Counters(10, 20, 1000, 2000, 500)
    after = Counters(30, 40, 5000, 2000, 900)
    rates = rates_between(before, after, 2.0)
    assert rates == Rates(read=2000.0, written=0.0, requests=20.0, waited=0.2)
    assert rates.latency == 0.01
    assert IDLE.latency is None


def test_a_disk_that_took_another_s_name_is_idle_at_first() -> None:
    assert rates_between(Counters(10, 0, 100, 0, 5), Counters(1, 0, 10, 0, 1), 1.0) is IDLE


def test_a_session_is_the_sum_of_its_disks() -> None:
    activity = Activity()
    activity.sample(0.0, {"sda": Counters(), "sdb": Counters(), "sdc": Counters()})
    activity.sample(1.0, {"sda": Counters(read_bytes=100, reads=1), "sdb": Counters(read_bytes=50, reads=1)})
    activity.sample(2.0, {"sda": Counters(read_bytes=100, reads=1), "sdb": Counters(read_bytes=90, reads=2)})
    assert [rates.read for rates in activity.of(["sda"])] == [100.0, 0.0]
    assert [rates.read for rates in activity.of(["sda", "sdb", "gone"])] == [150.0, 40.0]
    assert activity.of(["sdc"]) == ()


def test_a_later_disk_is_added_at_the_end_of_time() -> None:
    activity = Activity()
    activity.sample(0.0, {"sda": Counters()})
    activity.sample(1.0, {"sda": Counters(written_bytes=10, writes=1), "sdb": Counters()})
    activity.sample(
        2.0,
        {"sda": Counters(written_bytes=20, writes=2), "sdb": Counters(written_bytes=5, writes=1)},
    )
    assert [rates.written for rates in activity.of(["sda", "sdb"])] == [10.0, 15.0]


@given(st.lists(st.integers(0, 10**12), min_size=1, max_size=200))
def test_memory_is_bounded_and_nothing_is_negative(values: list[int]) -> None:
    activity = Activity(most=20)
    for at, value in enumerate(values):
        activity.sample(float(at), {"sda": Counters(value, value, value, value, value)})
    history = activity.of(["sda"])
    assert len(history) <= 20
    assert all(rates.read >= 0 and rates.requests >= 0 for rates in history)


def test_this_machine_s_counters_can_be_read() -> None:
    counters = DiskStats().read()
    assert all(one.reads >= 0 for one in counters.values())
    assert isinstance(read_processes(), tuple)


def test_names_of_processes() -> None:
    assert classify("iscsid") == (ProcessKind.DAEMON, None)
    assert classify("iscsi_q_12") == (ProcessKind.TRANSMIT, 12)
    assert classify("kworker/R-iscsi_q_3") == (ProcessKind.TRANSMIT, 3)
    assert classify("scsi_eh_2") == (ProcessKind.ERRORS, 2)
    assert classify("iscsi_eh") == (ProcessKind.ERRORS, None)
    assert classify("kworker/u4:2-iscsi_q_7") == (ProcessKind.WORKER, 7)
    assert classify("kworker/0:1-events") is None
    assert classify("bash") is None


_LINES = """\
   8       0 sda 100 5 800 50 10 0 80 7 0 40 55 0 0 0 0 0 0
   8       1 sda1 1 0 8 1 0 0 0 0 0 1 1
   8      16 sdb 0 0 0 0 0 0 0 0 0 0 0
   broken line
"""


def test_counters_are_those_of_the_file_and_an_idle_disk_s_are_kept(tmp_path: Path) -> None:
    file = tmp_path / "diskstats"
    file.write_text(_LINES)
    stats = DiskStats(str(file))
    first = stats.read()
    assert first == {
        "sda": Counters(100, 10, 800 * 512, 80 * 512, 57),
        "sda1": Counters(1, 0, 8 * 512, 0, 1),
        "sdb": Counters(),
    }
    file.write_text(_LINES.replace("sdb 0 0 0", "sdb 3 0 24"))
    second = stats.read()
    assert second["sdb"] == Counters(reads=3, read_bytes=24 * 512)
    assert second["sda"] is first["sda"]
    file.unlink()
    assert stats.read() == {}


def test_counters_of_this_machine_have_the_names_that_psutil_gives() -> None:
    assert set(DiskStats().read()) == set(psutil.disk_io_counters(perdisk=True) or {})
