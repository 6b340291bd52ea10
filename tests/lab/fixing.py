"""What tests of `doctor` share that carry a fix out by command: named alone, fixed, healthy."""

import json

from tests.lab.doctoring import Look, healthy, is_alone, look, ways
from tui.lab.guest import Guest


def carried_out(guest: Guest, code: str, number: int = 0, found: Look | None = None) -> None:
    """Carry out a plan of a finding to its end, by `iscsi-console repair`.

    Args:
        guest: the machine.
        code: of the finding.
        number: of the plan among the finding's plans, 0 for the first.
        found: what doctor says now, where that is known.
    """
    finding = (found or look(guest)).finding(code)
    way = ways(finding)[number]
    place = (finding["rungs"] or [finding["device"]])[0]
    answers = ["--answer=yes" for _question in finding["fixes"][way - 1]["confirm"]]
    words = (
        f"{code}:{place}" if place else code,
        f"--fix={way}",
        *answers,
        "--yes",
        "--word=erase",
        "--json",
    )
    done = guest.run(("iscsi-console", "repair", *words), timeout=300)
    end = json.loads(done.text.splitlines()[-1])
    assert (done.status, end["status"], end["problem"]) == (0, 0, ""), f"{done.text}\n{done.error_text}"


def fixed(guest: Guest, code: str, number: int = 0, *, follows: frozenset[str] = frozenset()) -> Look:
    """One thing is named first and alone; one of its plans is carried out; nothing is wrong afterwards.

    Args:
        guest: the machine.
        code: what is wrong.
        number: of the plan among the finding's plans, 0 for the first.
        follows: codes of what may be named as following from it.

    Returns:
        What was said before.
    """
    found = look(guest)
    is_alone(found, code, follows)
    carried_out(guest, code, number, found)
    healthy(guest)
    return found
