"""What tests of `doctor` share: one thing is broken, it is named first and alone, mended, and all is well.

A module's guest keeps the checksums of files that must never change in `SUMS`, by whole paths.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.lab.operate import Performed, performed, tell
from tests.lab.recovery_by_keys import Console
from tests.lab.volumes import sh, wait_for
from tests.recovery.nevers import nothing_forbidden_in
from tui.lab.guest import Guest

SIDE = "from tests.lab.doctor_side import repair, say_document\n"

ALL_LOGGED_IN = "! cat /sys/class/iscsi_session/*/state 2>/dev/null | grep -qv LOGGED_IN"
"""A shell condition: no session is waiting."""

SUMS = "/root/sums"
"""Checksums of the sentinel files, as `sha256sum` writes them."""


@dataclass(frozen=True, slots=True)
class Look:
    """What was said: the status word, codes by weight in their order, and the whole document."""

    status: str
    causes: list[str]
    others: list[str]
    document: dict[str, Any]

    @property
    def codes(self) -> list[str]:
        """Every code, in the order in which they are named."""
        return [one["code"] for one in self.document["findings"]]

    def finding(self, code: str) -> dict[str, Any]:
        """The first finding of that kind."""
        return next(one for one in self.document["findings"] if one["code"] == code)


@dataclass(frozen=True, slots=True)
class Repair:
    """What was said before a repair, and what was done."""

    before: Look
    done: Performed


def read(document: dict[str, Any]) -> Look:
    """What a document of `doctor --json` says; no plan in it does what must never be done."""
    nothing_forbidden_in(document)
    found = document["findings"]
    return Look(
        document["status"],
        [one["code"] for one in found if one["weight"] == "cause"],
        [one["code"] for one in found if one["weight"] != "cause"],
        document,
    )


def look(guest: Guest) -> Look:
    """What `doctor` says now."""
    return read(tell(guest, f"{SIDE}say_document()")[-1])


def named(guest: Guest, code: str) -> Look:
    """See that findings of one kind come first, and that nothing else is called a cause."""
    found = look(guest)
    assert found.codes[:1] == [code], found.codes
    assert set(found.causes) == {code}, found.codes
    return found


def mended(guest: Guest, code: str, number: int = 0) -> Performed:
    """Carry out one of the plans that a finding offers; it must succeed.

    Args:
        guest: where.
        code: of the finding.
        number: place of the plan among those of the finding.
    """
    return succeeded(tell(guest, f"{SIDE}repair({code!r}, {number})")[1])


def repaired(guest: Guest, code: str, number: int = 0, *, follows: frozenset[str] = frozenset()) -> Repair:
    """Nothing but one thing is wrong; one of its plans is carried out; nothing is wrong afterwards.

    Args:
        guest: where.
        code: what is wrong.
        number: place of the plan among those of the finding.
        follows: codes of what may be named as following from it.
    """
    first, done, last = tell(guest, f"{SIDE}repair({code!r}, {number})")
    before = read(first)
    is_alone(before, code, follows)
    repair = Repair(before, succeeded(done))
    is_healthy(guest, read(last))
    return repair


def repaired_by_keys(
    console: Console, code: str, way: int = 0, *, follows: frozenset[str] = frozenset()
) -> Look:
    """The same through the Recovery screen.

    Args:
        console: where.
        code: what is wrong.
        way: number of the way out, 1 for the first; the first that is a plan by default.
        follows: codes of what may be named as following from it.

    Returns:
        What was said before.
    """
    found = look(console.guest)
    is_alone(found, code, follows)
    mended_by_keys(console, found, way)
    # A new iscsid opens the connections of the sessions it finds anew.
    wait_for(console.guest, ALL_LOGGED_IN)
    healthy(console.guest)
    return found


def mended_by_keys(
    console: Console, found: Look, way: int = 0, meanwhile: Callable[[], object] = lambda: None
) -> None:
    """Take one of the ways out of the first finding by keys, and see that the finding is gone.

    Args:
        console: where.
        found: what `doctor` said last.
        way: its number, 1 for the first; the first that is a plan by default.
        meanwhile: done before its questions are answered: what they ask about.
    """
    finding = found.document["findings"][0]
    console.mend(finding, way or first_plan(finding), meanwhile)


def first_plan(finding: dict[str, Any]) -> int:
    """Number of the first way out that is a plan."""
    return next(number for number, fix in enumerate(finding["fixes"], start=1) if fix["plan"] is not None)


def is_alone(found: Look, code: str, follows: frozenset[str]) -> None:
    """See that one thing is named first, no other as a cause, and nothing but what may follow from it."""
    assert found.codes[:1] == [code], found.codes
    assert set(found.causes) <= {code}, found.codes
    assert set(found.codes) - follows == {code}, found.codes


def succeeded(result: dict[str, object]) -> Performed:
    """See that everything was done, and nothing that must never be."""
    done = performed(result)
    failed = [one for one in done.codes if one]
    assert set(done.stages) <= {"done", "already"}, (done.stages, failed, done.evidence, done.journal[-900:])
    words = {word for command in done.commands for word in command.split()}
    assert not words & {"-ff", "-L", "-y", "remove_all", "--force"}
    return done


def healthy(guest: Guest) -> None:
    """See that nothing is found, and that what was written first is there."""
    is_healthy(guest, look(guest))


def is_healthy(guest: Guest, found: Look) -> None:
    """See that a look found nothing, and that the sentinel files have their checksums, read from the disk."""
    assert found.status == "healthy", (found.codes, found.document)
    sentinels(guest)


def sentinels(guest: Guest) -> None:
    """See that what was written first has its checksums, read from the disk."""
    sh(guest, f"echo 3 > /proc/sys/vm/drop_caches; sha256sum --check --quiet {SUMS}")
