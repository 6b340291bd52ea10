"""How goals are looked at: scripts side by side, and the inventory only when something asks about it."""

import threading

from tests.practice.test_coach import goal
from tests.storage.scripted_host import ScriptedHost
from tests.waiting import AT_MOST
from tui.practice.condition import conditions
from tui.practice.examine import judge
from tui.practice.scenario import Goal
from tui.storage.host.interface import Command, Host, Outcome
from tui.storage.model.inventory import Inventory


def test_the_scripts_and_the_look_at_the_host_wait_side_by_side() -> None:
    meeting, machine = threading.Barrier(3), ScriptedHost()

    def meet(_command: Command) -> Outcome:
        meeting.wait(AT_MOST)
        return Outcome(0)

    def look(host: Host) -> Inventory:
        meeting.wait(AT_MOST)
        return Inventory(host.name)

    machine.replies[("sh", "-eu", "-c")] = meet
    none = Goal("none", "None.", "Some.", "sessions", conditions("sessions", {}), at_least=0, at_most=0)
    verdicts = judge(machine, (goal("a"), none, goal("b")), look)
    assert [(verdict.identifier, verdict.holds) for verdict in verdicts] == [
        ("a", True),
        ("none", True),
        ("b", True),
    ]


def test_no_inventory_is_taken_for_scripts_alone() -> None:
    def look(_host: Host) -> Inventory:
        raise AssertionError("nobody asked")

    machine = ScriptedHost()
    machine.replies[("sh", "-eu", "-c", "b")] = Outcome(1)
    machine.replies[("sh", "-eu", "-c", "a")] = Outcome(0)
    verdicts = judge(machine, (goal("a"), goal("b")), look)
    assert [(verdict.identifier, verdict.holds) for verdict in verdicts] == [("a", True), ("b", False)]
