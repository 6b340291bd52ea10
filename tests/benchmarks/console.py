"""The console: how soon it shows a host, and what it costs when nothing happens."""

import json
import subprocess

from tests.benchmarks.figures import Bound, Figure, Target, Unit, compared
from tests.benchmarks.tree_mounts import ENVIRONMENT, apart

_START = (
    "Start: from the start of the process to the first frame that names a session, on a tree of three"
    " sessions without LVM; against a Textual App with one line. Both on a terminal of 80x24."
)
_REST = "Rest: three sessions at 80x24 without input or news; both programs run at the same time."


def start(count: int) -> list[Figure]:
    """Measure the start."""
    found = _measured("start", count)
    return [
        compared(
            "Start to the first frame",
            Unit.SECONDS,
            found["console"],
            against="Textual, one line",
            theirs=found["one line"],
            target=Target(Bound.AT_MOST, 1.3),
            note=_START,
        )
    ]


def rest(count: int) -> list[Figure]:
    """Measure a steady screen."""
    found = _measured("rest", count)
    figures = []
    for what, key, unit, limit in (
        ("Rest: written", "bytes", Unit.BYTES_PER_SECOND, 1),
        ("Rest: processor", "cost", Unit.CORE_MILLISECONDS_PER_SECOND, 2),
    ):
        ours, theirs = found[f"console {key}"], found[f"htop {key}"]
        figures.append(
            compared(
                what,
                unit,
                ours,
                against="`htop -d 20`",
                theirs=theirs,
                target=Target(Bound.AT_MOST, limit),
                note=_REST,
            )
        )
    return figures


def _measured(kind: str, count: int) -> dict[str, list[float]]:
    reply = subprocess.run(
        apart("tests.benchmarks.console_side", kind, str(count)),
        stdout=subprocess.PIPE,
        env=ENVIRONMENT,
        check=True,
    )
    found: dict[str, list[float]] = json.loads(reply.stdout)
    return found
