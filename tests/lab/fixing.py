"""What tests of `doctor` share that carry a fix out without a screen: named alone, fixed, healthy."""

from tests.lab.doctoring import Look, healthy, is_alone, look
from tests.lab.operate import tell
from tui.lab.guest import Guest


def carried_out(guest: Guest, code: str, number: int = 0) -> None:
    """Carry out a plan of a finding to its end."""
    script = f"from tests.lab.fix_side import carry_out_fix\ncarry_out_fix({code!r}, {number})"
    said = tell(guest, script)[0]
    assert said["problem"] == "", said
    assert set(said["stages"]) <= {"done", "already", "skipped"}, said  # type: ignore[call-overload]


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
    carried_out(guest, code, number)
    healthy(guest)
    return found
