"""The course of one seed: a stack, faults, the program's first fix again and again, the end of the faults.

What must hold is seen by `tests.campaign.oracle`, which asks the kernel and never the program.
"""

import time
from random import Random
from typing import Any

from msgspec import Struct, field

from tests.campaign.faults import strikes_of
from tests.campaign.oracle import STATE, Unmet, comes_to_rest, damaged, left_running, unmet
from tests.campaign.stack import Stack, building, stack_of
from tests.lab.operate import tell
from tests.recovery.nevers import nothing_forbidden_in
from tui.lab.guest import Guest
from tui.lab.image import Release

SIDE = "from tests.lab.campaign_side import look_and_fix\n"

FIXES = 4
"""Most fixes that are carried out while the faults hold."""

MORE_FIXES = 14
"""Most fixes afterwards."""

_LONG = 420.0
"""Seconds that a look with its fix may take on a busy machine."""


class Course(Struct):
    """What one seed did.

    Attributes:
        seed: of it.
        stack: what was built.
        strikes: what it was struck with.
        wrong: what must not be, in words; empty when all held.
        turns: codes of the findings and the plan that ran, turn by turn.
        left: codes of findings that were left to people in the end.
        seen: what was said of those, and the evidence.
        slowest: seconds of the longest look.
        seconds: of all.
    """

    seed: int
    stack: Stack
    strikes: tuple[str, ...]
    wrong: list[str] = field(default_factory=list)
    turns: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    seen: list[str] = field(default_factory=list)
    slowest: float = 0.0
    seconds: float = 0.0

    def __str__(self) -> str:
        lines = [f"seed {self.seed}: {self.stack.words}", f"  struck: {', '.join(self.strikes)}"]
        lines += [f"  {turn}" for turn in self.turns]
        if self.left:
            lines.append(f"  left to people: {', '.join(self.left)}")
            lines += [f"    {line}" for line in self.seen]
        lines += [f"  WRONG: {wrong}" for wrong in self.wrong]
        lines.append(f"  longest look {self.slowest:.1f} s, all {self.seconds:.0f} s")
        return "\n".join(lines)


def run(seed: int) -> Course:
    """Take the course of a seed in a guest of its own."""
    chance = Random(seed)
    stack = stack_of(chance)
    strikes = strikes_of(chance, stack)
    course = Course(seed, stack, tuple(map(str, strikes)))
    begun = time.monotonic()
    with Guest.boot(chance.choice(tuple(Release)), san=stack.san) as guest:
        guest.check("sh", "-c", building(stack), timeout=300)
        before = left_running(guest, frozenset())
        _expect_healthy(guest, course)
        for strike in strikes:
            strike.trouble.begins(guest, strike.volume)
        _repair(guest, course, FIXES)
        for strike in reversed(strikes):
            strike.trouble.ends(guest, strike.volume)
        comes_to_rest(guest)
        course.turns.append("the faults have ended")
        last = _repair(guest, course, MORE_FIXES)
        for finding in last["findings"]:
            course.left.append(finding["code"])
            course.seen.append(finding["summary"])
            course.seen += [f"| {line}" for source in finding["seen"] for line in source["lines"]]
            course.seen += [f"{number}. {fix['title']}" for number, fix in enumerate(finding["fixes"], 1)]
        course.wrong += damaged(guest, stack)
        course.wrong += [f"left running: {line}" for line in sorted(left_running(guest, before))]
    course.seconds = time.monotonic() - begun
    return course


def _expect_healthy(guest: Guest, course: Course) -> None:
    told = _turn(guest, course, fixes=False)
    causes = [finding["code"] for finding in told["findings"]]
    if told["status"] != "healthy":
        course.wrong.append(f"the sound stack is called {told['status']}: {causes}")


def _repair(guest: Guest, course: Course, most: int) -> dict[str, Any]:
    """Carry out the first fix until there is none or nothing changes; the last document."""
    failed: set[str] = set()
    told = _turn(guest, course)
    for _fix in range(most):
        ran = told["ran"]
        if not ran or (not ran["done"] and ran["key"] in failed):
            break
        if not ran["done"]:
            failed.add(ran["key"])
        told = _turn(guest, course)
    return told


def _turn(guest: Guest, course: Course, *, fixes: bool = True) -> dict[str, Any]:
    """One look and its first fix, and whether what was said is true."""
    told: dict[str, Any] = dict(tell(guest, f"{SIDE}look_and_fix({STATE!r}, {fixes})", _LONG)[-1])
    # What is unmet before the look and after it was unmet while it was taken.
    before, after = (unmet(state, course.stack) for state in told["states"])
    codes = [f"{finding['code']}({finding['weight'][0]})" for finding in told["findings"]]
    ran = told["ran"]
    course.turns.append(
        f"{told['status']} {' '.join(codes)}"
        + (f" | {ran['title']}: {'done' if ran['done'] else ran['problem']}" if ran else "")
    )
    course.slowest = max(course.slowest, told["seconds"])
    try:
        nothing_forbidden_in(told)
    except AssertionError as error:
        course.wrong.append(f"a plan that its own never forbids: {error}")
    course.wrong += [f"not told: {one}" for one in sorted(map(str, _untold(before & after, told)))]
    return told


def _untold(missing: frozenset[Unmet], told: dict[str, Any]) -> list[Unmet]:
    """What is not as expected and nothing names, or everything where it was called healthy.

    Named is also what the list of expectations shows as not there, with the finding to be repaired before.
    """
    listed = [one for one in told["expected"] if one["standing"] != "met" and one["explained_by"]]
    said = f"{told['findings']} {listed}"
    return [
        one for one in missing if told["status"] == "healthy" or not any(word in said for word in one.words)
    ]
