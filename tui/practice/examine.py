"""Tells which goals of a scenario hold, on the machine it is practised on.

`python3 -m tui.practice.examine FOLDER` stays and answers every line on standard input, the word of a phase,
with a line of JSON: so no check has to wait until Python has started.
"""

import json
import shlex
import sys
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from msgspec import Struct

from tui.practice.reading import read_staged
from tui.practice.scenario import Goal, Phase, Scenario
from tui.storage.codec import decode, encode
from tui.storage.documents import parse_json
from tui.storage.host.interface import Command, Host
from tui.storage.host.local import LocalHost
from tui.storage.model.inventory import Inventory
from tui.storage.probe.inventory import take_inventory
from tui.storage.stacks.stack import Stack, StackIndex, stacks
from tui.storage.status import MEMBERSHIP
from tui.words import translate as _

SCRIPT_SECONDS = 5.0
"""Longest time a goal's script may take; one that takes longer does not hold. This is for a busy machine: on
a quiet one the scripts of a scenario, which run side by side, are all done within 2 s."""

PRELUDE = Path(__file__).parent / "prelude.sh"
SENTINELS = "/var/lib/practice/sentinels"
"""Where the prelude's `sentinel` remembers what files held."""

_OF_LVM = {"physical_volumes", "volume_groups", "logical_volumes"}


class Verdict(Struct, frozen=True):
    """Whether one goal holds; `note` says more where it was not possible to look."""

    identifier: str
    holds: bool
    words: str
    spared: bool = False
    note: str = ""


def all_goals(scenario: Scenario, phase: Phase) -> tuple[Goal, ...]:
    """The goals of a phase, with one for every file that has to stay as it is."""
    return (
        *scenario.goals_of(phase),
        *(_sentinel(number, file) for number, file in enumerate(scenario.sentinels)),
    )


def _sentinel(number: int, file: str) -> Goal:
    known = f"grep -F -- {shlex.quote(f'  {file}')} {SENTINELS}"
    return Goal(
        f"kept-{number + 1}",
        _("{file} is unchanged.").format(file=file),
        _("{file} is missing or was changed.").format(file=file),
        script=f"{known} | sha256sum --status --strict --check -",
        phases=frozenset(Phase),
        spared=True,
    )


def examine(host: Host, scenario: Scenario, phase: Phase) -> tuple[Verdict, ...]:
    """Look at the host and say of every goal of a phase whether it holds."""
    return judge(host, all_goals(scenario, phase), take_inventory)


def judge(host: Host, goals: Sequence[Goal], look: Callable[[Host], Inventory]) -> tuple[Verdict, ...]:
    """Say of goals whether they hold. Scripts run side by side, since most of their time they wait.

    Args:
        host: the machine.
        goals: what is asked.
        look: takes the inventory, if one is asked about; meanwhile the scripts run.
    """
    scripts = [goal for goal in goals if goal.script]
    with ThreadPoolExecutor(max_workers=max(1, len(scripts))) as pool:
        running = {goal.identifier: pool.submit(_script_verdict, host, goal) for goal in scripts}
        inventory = look(host) if len(scripts) < len(goals) else Inventory(host.name)
        found = stacks(inventory)
        return tuple(
            running[goal.identifier].result() if goal.script else _counted(goal, inventory, found)
            for goal in goals
        )


def _script_verdict(host: Host, goal: Goal) -> Verdict:
    outcome = host.run(Command(("sh", "-eu", "-c", goal.script), deadline=SCRIPT_SECONDS))
    note = _("This could not be checked in time.") if outcome.status is None else ""
    return _verdict(goal, holds=outcome.status == 0, note=note)


def _counted(goal: Goal, inventory: Inventory, found: Sequence[Stack]) -> Verdict:
    if goal.collection in _OF_LVM and (inventory.lvm.error or not inventory.lvm.asked):
        return _verdict(
            goal, holds=False, note=_("LVM does not respond: {why}").format(why=inventory.lvm.error)
        )
    number = sum(
        all(condition.holds(thing, stack) for condition in goal.conditions)
        for thing, stack in _things(goal, inventory, found)
    )
    return _verdict(goal, holds=goal.at_least <= number and (goal.at_most is None or number <= goal.at_most))


def _things(
    goal: Goal, inventory: Inventory, found: Sequence[Stack]
) -> Iterable[tuple[object, Stack | None]]:
    if goal.collection == "stacks":
        return [(stack, stack) for stack in found]
    if goal.collection == "rungs":
        return [(rung, stack) for stack in found for rung in stack.rungs]
    value = getattr(inventory, goal.collection)
    things: Sequence[object] = value if isinstance(value, tuple) else (value,)
    membership = MEMBERSHIP.get(goal.collection)
    if membership is None:
        return [(thing, None) for thing in things]
    index, by_key = StackIndex(found), {stack.key: stack for stack in found}
    return [(thing, by_key.get(membership(index, thing) or "")) for thing in things]


def _verdict(goal: Goal, *, holds: bool, note: str = "") -> Verdict:
    return Verdict(goal.identifier, holds, goal.says if holds else goal.lacks, goal.spared, note)


def read_verdicts(line: str) -> tuple[Verdict, ...]:
    """The verdicts in a line that `main` wrote."""
    return decode(tuple[Verdict, ...], parse_json(line))


def main(folder: str) -> None:
    """Answer until standard input ends."""
    scenario, host = read_staged(Path(folder)), LocalHost(looking_only=True)
    for line in sys.stdin:
        verdicts = examine(host, scenario, Phase(line.strip()))
        sys.stdout.write(json.dumps([encode(verdict) for verdict in verdicts]) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1])
