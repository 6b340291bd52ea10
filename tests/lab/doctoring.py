"""What tests of `doctor` share: one thing is broken, it is named first and alone, mended, and all is well.

A module's guest keeps the checksums of files that must never change in `SUMS`, by whole paths.
"""

from collections.abc import Callable
from typing import Any

from msgspec import Struct

from tests.lab.operate import tell
from tests.lab.recovery_by_keys import Console
from tests.lab.volumes import sh, wait_for
from tests.recovery.nevers import nothing_forbidden_in
from tui.lab.guest import Guest

SIDE = "from tests.lab.doctor_side import say_document\n"

ALL_LOGGED_IN = "! cat /sys/class/iscsi_session/*/state 2>/dev/null | grep -qv LOGGED_IN"
"""A shell condition: no session is waiting."""

MOST_LOOKS = 10
"""Looks until everything answers."""

SUMS = "/root/sums"
"""Checksums of the sentinel files, as `sha256sum` writes them."""


class Look(Struct, frozen=True):
    """What was said: the status word, codes by weight in their order, and the whole document."""

    status: str
    causes: list[str]
    others: list[str]
    document: dict[str, Any]

    @property
    def codes(self) -> list[str]:
        """Every code, in the order in which they are named."""
        return [one["code"] for one in self.document["findings"] if one["accepted"] is None]

    def finding(self, code: str) -> dict[str, Any]:
        """The first finding of that kind."""
        return next(one for one in self.document["findings"] if one["code"] == code)


def mounted_by_hand(guest: Guest) -> None:
    """Accept in a guest that nothing mounts at the next boot what its tests mount by hand."""
    sh(
        guest,
        'mkdir -p /etc/iscsi-console; printf \'[[accepted]]\\ncode = "F51.not-in-fstab"\\n'
        'reason = "The tests mount it by hand."\\n\' > /etc/iscsi-console/accepted.toml',
    )


def read(document: dict[str, Any]) -> Look:
    """What a document of `doctor --json` says; no plan in it does what must never be done."""
    nothing_forbidden_in(document)
    found = [one for one in document["findings"] if one["accepted"] is None]
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


def repaired(console: Console, code: str, number: int = 0, *, follows: frozenset[str] = frozenset()) -> Look:
    """Nothing but one thing is wrong; one of its plans is carried out by keys; nothing is wrong afterwards.

    Args:
        console: the program on the console of the guest.
        code: what is wrong.
        number: place of the plan among those of the finding.
        follows: codes of what may be named as following from it.

    Returns:
        What was said before.
    """
    found = look(console.guest)
    is_alone(found, code, follows)
    mended(console, found, code, number)
    # A new iscsid opens the connections of the sessions it finds anew.
    wait_for(console.guest, ALL_LOGGED_IN)
    healthy(console.guest)
    return found


def mended(
    console: Console,
    found: Look,
    code: str,
    number: int = 0,
    *,
    place: int = 0,
    meanwhile: Callable[[], object] = lambda: None,
) -> None:
    """Carry out one of a finding's plans by keys, and see that the finding is gone.

    Args:
        console: the program on the console of the guest.
        found: what `doctor` said last.
        code: of the finding.
        number: place of the plan among those of the finding.
        place: of the finding in the list of the screen, where what follows from a cause stands below it.
        meanwhile: done before its questions are answered: what they ask about.
    """
    finding = found.finding(code)
    console.mend(finding, ways(finding)[number], place, meanwhile)


def ways(finding: dict[str, Any]) -> list[int]:
    """The numbers of those ways out that are plans, 1 for the first way."""
    return [number for number, fix in enumerate(finding["fixes"], start=1) if fix["plan"] is not None]


def is_alone(found: Look, code: str, follows: frozenset[str]) -> None:
    """See that one thing is named first, no other as a cause, and nothing but what may follow from it."""
    assert found.codes[:1] == [code], found.codes
    assert set(found.causes) <= {code}, found.codes
    assert set(found.codes) - follows == {code}, found.codes


def healthy(guest: Guest) -> None:
    """See that nothing is found, and that what was written first is there.

    A map whose paths have just come back is loaded anew and does not answer meanwhile: no verdict, so it is
    looked at again.
    """
    found = look(guest)
    for _look in range(MOST_LOOKS):
        if found.status != "incomplete":
            break
        found = look(guest)
    is_healthy(guest, found)


def is_healthy(guest: Guest, found: Look) -> None:
    """See that a look found nothing, and that the sentinel files have their checksums, read from the disk."""
    assert found.status == "healthy", (found.codes, found.document)
    sentinels(guest)


def sentinels(guest: Guest) -> None:
    """See that what was written first has its checksums, read from the disk."""
    sh(guest, f"echo 3 > /proc/sys/vm/drop_caches; sha256sum --check --quiet {SUMS}")
