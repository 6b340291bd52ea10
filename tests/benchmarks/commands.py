"""What a short command costs above Python itself: mostly what it imports."""

import os
import subprocess
import sys
from functools import partial
from pathlib import Path

from tests.benchmarks.figures import Bound, Figure, Target, Unit, rounds, spread
from tests.benchmarks.processor import cost

_MACHINE = Path(__file__).resolve().parent.parent / "machines" / "multipath-xfs.json"
_NOTE = (
    "Commands: processor time above that of `python -c pass` in the same round; `status` and `doctor` look at"
    " a recorded host, so that no other program's time is in it."
)
_BARE = (sys.executable, "-c", "pass")
_ASKED = (
    (("--help",), 20.0),
    (("status", "--quick", "--recorded", str(_MACHINE)), 40.0),
    (("doctor", "--recorded", str(_MACHINE)), 110.0),
)
_ENVIRONMENT = {**os.environ, "LC_ALL": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": ""}


def measure(count: int) -> list[Figure]:
    """Measure each, beside bare Python."""
    figures = []
    for argv, limit in _ASKED:
        command = (sys.executable, "-m", "tui", *argv)
        bare, own = rounds(count, partial(_milliseconds, _BARE), partial(_milliseconds, command))
        above = [ours - theirs for ours, theirs in zip(own, bare, strict=True)]
        figures.append(
            Figure(
                f"Command `{argv[0]}`, above Python",
                Unit.MILLISECONDS,
                spread(above),
                "`python -c pass`",
                spread(bare),
                target=Target(Bound.AT_MOST, limit),
                note=_NOTE,
            )
        )
    return figures


def _milliseconds(argv: tuple[str, ...]) -> float:
    def run() -> None:
        subprocess.run(argv, env=_ENVIRONMENT, stdin=subprocess.DEVNULL, capture_output=True, check=False)

    return cost(run) * 1000
