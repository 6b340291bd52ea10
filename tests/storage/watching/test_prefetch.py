"""A look at a host that another process takes while this one gets ready."""

import os
from pathlib import Path

import psutil
import pytest

from tests.storage.scripted_host import ScriptedHost
from tui.storage.host.command_log import CommandLogHost, Ran
from tui.storage.host.interface import ChangingHost, Command, Outcome
from tui.storage.model.inventory import Inventory
from tui.storage.probe.inventory import take_inventory
from tui.storage.watching.prefetch import Prefetch

# The program forks while it has one thread; what runs the tests has others, which the child does not touch.
pytestmark = pytest.mark.filterwarnings("ignore:.*multi-threaded, use of fork:DeprecationWarning")

SEEN = {
    "/etc/iscsi/initiatorname.iscsi": "InitiatorName=iqn.2003-01.org.example:db7\n",
    "/proc/self/status": "Uid:\t0\t0\t0\t0\n",
}
UNITS = ("systemctl", "show")


def scripted() -> ScriptedHost:
    return ScriptedHost(
        files=dict(SEEN), replies={UNITS: Outcome(0, "Id=iscsid.service\nLoadState=loaded\n")}
    )


def test_what_it_saw_and_what_it_ran_is_what_looking_here_sees_and_runs() -> None:
    here = CommandLogHost(scripted())
    expected = take_inventory(here)
    start = Prefetch(scripted())
    seen = start.taken()
    assert seen is not None
    inventory, ran = seen
    assert inventory == expected
    assert inventory.initiator.name == "iqn.2003-01.org.example:db7"
    assert [one.command for one in ran] == [one.command for one in here.ran()] != []


def test_it_is_given_once_and_leaves_no_process_behind() -> None:
    # What ran before in this process may have children of its own.
    before = set(psutil.Process().children())
    start = Prefetch(scripted())
    assert start.taken() is not None
    assert start.ready
    assert start.taken() is None
    assert set(psutil.Process().children()) <= before


def test_it_is_ready_only_when_it_has_seen_something(tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    os.mkfifo(gate)

    def waiting(host: ChangingHost) -> tuple[Inventory, tuple[Ran, ...]]:
        gate.read_text()
        return take_inventory(host), ()

    start = Prefetch(scripted(), waiting)
    assert not start.ready
    gate.write_text("go")
    assert start.taken() is not None


@pytest.mark.parametrize("mistake", [RuntimeError("broken"), SystemExit(0), KeyboardInterrupt()])
def test_where_looking_fails_nothing_is_given_and_nothing_is_written(
    mistake: BaseException, capfd: pytest.CaptureFixture[str]
) -> None:
    def broken(host: ChangingHost) -> tuple[Inventory, tuple[Ran, ...]]:
        raise mistake

    assert Prefetch(scripted(), broken).taken() is None
    assert capfd.readouterr() == ("", "")


def test_what_ran_elsewhere_is_among_the_commands() -> None:
    host = CommandLogHost(ScriptedHost())
    told: list[Ran] = []
    host.listen(told.append)
    ran = Ran(1.0, Command(("lvm", "fullreport")), Outcome(0, "{}"))
    host.adopt((ran,))
    assert host.ran() == (ran,)
    assert told == []
