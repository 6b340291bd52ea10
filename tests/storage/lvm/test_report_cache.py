"""LVM's report is asked for once between two changes, and nothing else is kept."""

from itertools import count

from tests.storage.scripted_host import ScriptedHost
from tui.storage.host.interface import Command, Outcome
from tui.storage.lvm.report_cache import FRESH, LvmReportCache
from tui.storage.probe.devices.lvm_report import report_command


def answering(status: int = 0) -> ScriptedHost:
    """A host each of whose answers is another one."""
    numbers = count(1)
    return ScriptedHost(replies={("lvm",): lambda _command: Outcome(status, str(next(numbers)))})


def test_a_fresh_report_serves_again_and_an_old_one_does_not() -> None:
    time = 100.0
    look = LvmReportCache(answering(), lambda: time)
    assert [look.run(report_command()).stdout for _again in range(3)] == ["1"] * 3
    time += FRESH
    assert look.run(report_command()).stdout == "2"
    look.forget()
    assert look.run(report_command()).stdout == "3"


def test_a_report_of_fewer_disks_is_another_one() -> None:
    look = LvmReportCache(answering(), lambda: 100.0)
    whole, narrow = report_command(), report_command(("/dev/sda",))
    assert [look.run(one).stdout for one in (whole, narrow, whole, narrow)] == ["1", "2", "1", "2"]


def test_what_failed_is_asked_again() -> None:
    look = LvmReportCache(answering(5), lambda: 100.0)
    assert [look.run(report_command()).stdout for _again in range(2)] == ["1", "2"]


def test_other_commands_run_each_time() -> None:
    look = LvmReportCache(answering(), lambda: 100.0)
    command = Command(("lvm", "lvs"))
    assert [look.run(command).stdout for _again in range(2)] == ["1", "2"]
