"""A udev that lags, a host that moves while it is read, and one that is at rest."""

from collections.abc import Callable, Iterator

import pytest

from tests.storage.scripted_host import ScriptedHost
from tui.storage.devices.settling import QUEUE, Rest, allowed_at_rest, is_moving, read_at_rest, settle
from tui.storage.host.interface import Command, FileFacts, FileKind, Outcome
from tui.storage.probe.devices.udev import DATA
from tui.storage.problem import Problem, Refused

SETTLE = ("udevadm", "settle")
TIMED_OUT = Outcome(1, "", "", 5.0)
SUSPENDED = "/sys/block/dm-0/dm/suspended"
SEQUENCE = "/sys/kernel/uevent_seqnum"


def in_turn(
    outcomes: list[Outcome], before: Callable[[], None] = lambda: None
) -> Callable[[Command], Outcome]:
    """Answers one after the other; `before` is called before each."""
    left: Iterator[Outcome] = iter(outcomes)

    def answer(_command: Command) -> Outcome:
        before()
        return next(left)

    return answer


def test_udev_is_waited_for_as_long_as_its_database_changes() -> None:
    host = ScriptedHost()

    def get_on() -> None:
        host.clock += 1
        host.facts_of[DATA] = FileFacts(FileKind.FOLDER, 0o755, 0, 0, 0, host.clock)

    host.replies = {SETTLE: in_turn([TIMED_OUT, Outcome(None), TIMED_OUT, Outcome(0)], get_on)}
    assert settle(host, quiet=0.0)
    assert len(host.commands) == 4


def test_a_udev_that_does_not_get_on_is_given_up() -> None:
    host = ScriptedHost(replies={SETTLE: in_turn([TIMED_OUT])})
    assert not settle(host, quiet=0.0)
    assert len(host.commands) == 1


@pytest.mark.parametrize("outcome", [Outcome(127), Outcome(1, "", "no udev", 0.01), Outcome(2)])
def test_where_there_is_no_udev_nothing_is_waited_for(outcome: Outcome) -> None:
    host = ScriptedHost(replies={SETTLE: in_turn([outcome])})
    assert not settle(host)


def test_a_host_moves_while_udev_has_events_or_a_map_is_suspended() -> None:
    assert not is_moving(ScriptedHost())
    assert is_moving(ScriptedHost(files={QUEUE: ""}))
    assert is_moving(ScriptedHost(files={SUSPENDED: "1\n"}))
    assert not is_moving(ScriptedHost(files={SUSPENDED: "0\n"}))


def test_an_event_that_came_and_was_worked_off_is_noticed() -> None:
    host = ScriptedHost(files={SEQUENCE: "828\n"})
    rest = Rest(host)
    assert rest.is_kept()
    host.files[SEQUENCE] = "829\n"
    assert not rest.is_kept()


def refuse() -> None:
    raise Refused(Problem("device.silent", "does not answer now"))


def test_a_refusal_by_a_host_at_rest_counts_at_once() -> None:
    asked: list[int] = []

    def check() -> None:
        asked.append(1)
        refuse()

    with pytest.raises(Refused):
        allowed_at_rest(ScriptedHost(), check)
    assert len(asked) == 1


def test_a_refusal_by_a_host_that_moved_meanwhile_is_asked_again() -> None:
    host = ScriptedHost(files={SEQUENCE: "0", SUSPENDED: "1"}, replies={SETTLE: Outcome(0)})
    asked: list[str] = []

    def check() -> None:
        suspended = host.files[SUSPENDED]
        asked.append(suspended)
        if len(asked) == 3:
            # It is at rest by the time that this is looked at: only the event tells that it was not.
            host.files.update({SUSPENDED: "0", SEQUENCE: "1"})
        if suspended == "1":
            refuse()

    allowed_at_rest(host, check)
    assert asked == ["1", "1", "1", "0"]


def test_a_host_that_does_not_come_to_rest_refuses_in_the_end() -> None:
    with pytest.raises(Refused):
        allowed_at_rest(ScriptedHost(files={QUEUE: ""}), refuse, patience=0.2)


def test_what_was_read_of_a_host_that_moved_is_read_again() -> None:
    host = ScriptedHost(files={QUEUE: ""}, replies={SETTLE: Outcome(0)})
    read: list[int] = []

    def look() -> None:
        read.append(1)
        if len(read) == 2:
            del host.files[QUEUE]

    read_at_rest(host, look)
    assert len(read) == 2
