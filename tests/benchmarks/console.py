"""The console: how soon it shows a host, and what it costs when nothing happens."""

import json
import subprocess

from tests.benchmarks.figures import Bound, Figure, Target, Unit, compared, spread
from tests.benchmarks.tree_mounts import ENVIRONMENT, apart

_START = (
    "Start: from the start of the process to the first frame that names a session, on a tree of three"
    " sessions without LVM; against a Textual App with one line. Both on a terminal of 80x24. Ours reads the"
    " host in a process of its own meanwhile, on another processor where there is one."
)
_REST = (
    "Rest: at 80x24 without input or news; both programs run at the same time, for 40 s after the check that"
    " follows the start. htop looks at this machine's processes, whatever number of sessions there is."
)
_BIG = (
    "Big: 1,000 sessions with 5 disks each at 80x24, from a key on a quiet screen to the first bytes of"
    " the next frame."
)
_CHANGE = (
    "Uevent: a disk's state changes and the kernel announces a change; until the frame that has the new word."
)
_STORM = (
    "Storm: F1 in the middle of 10,000 uevents; afterwards a change made before the last storm must be shown."
)


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
            target=Target(Bound.AT_MOST, 1.25),
            note=_START,
        )
    ]


def rest(count: int) -> list[Figure]:
    """Measure a steady screen over few sessions, and over many."""
    figures = []
    for sessions, limit in ((3, 1.0), (100, 1.5), (1000, 3.0)):
        found = _measured("rest" if sessions == 3 else f"rest {sessions}", count)
        for what, key, unit, most in (
            ("written", "bytes", Unit.BYTES_PER_SECOND, 1.0),
            ("processor", "cost", Unit.CORE_MILLISECONDS_PER_SECOND, limit),
        ):
            ours, theirs = found[f"console {key}"], found[f"htop {key}"]
            figures.append(
                compared(
                    f"Rest, {sessions:,} sessions: {what}",
                    unit,
                    ours,
                    against="`htop -d 20`",
                    theirs=theirs,
                    target=Target(Bound.AT_MOST, most),
                    note=_REST,
                )
            )
    return figures


def big(count: int) -> list[Figure]:
    """Measure keys on a thousand sessions."""
    found = _measured("big", count)
    target = Target(Bound.AT_MOST, 100)
    figures = [
        Figure(
            f"Big: {words}",
            Unit.MILLISECONDS,
            spread([1000 * value for value in found[key]]),
            target=target,
            note=_BIG,
        )
        for words, key in (
            ("arrow down", "arrow"),
            ("search: open, type, find", "search"),
            ("fold and unfold a stack", "fold"),
        )
    ]
    return [
        *figures,
        Figure(
            "Big: first frame",
            Unit.SECONDS,
            spread(found["first"]),
            target=Target(Bound.AT_MOST, 0.4),
            note=_BIG,
        ),
        Figure("Big: memory (RSS)", Unit.MEBIBYTES, spread(found["memory"]), note=_BIG),
    ]


def change(count: int) -> list[Figure]:
    """Measure a change and a storm."""
    found = _measured("change", count)
    changes = spread([1000 * value for value in found["change"]])
    return [
        Figure("Uevent to frame", Unit.MILLISECONDS, changes, target=Target(Bound.AT_MOST, 50), note=_CHANGE),
        Figure(
            "Uevent to frame, the slowest",
            Unit.MILLISECONDS,
            changes,
            target=Target(Bound.AT_MOST, 150, by_tail=True),
            note=_CHANGE,
        ),
        Figure(
            "F1 on a quiet host",
            Unit.MILLISECONDS,
            spread([1000 * value for value in found["quiet"]]),
            note=_STORM,
        ),
        Figure(
            "F1 in a storm of 10,000 uevents",
            Unit.MILLISECONDS,
            spread([1000 * value for value in found["key"]]),
            target=Target(Bound.AT_MOST, 100),
            note=_STORM,
        ),
        Figure("Memory before and after storms", Unit.MEBIBYTES, spread(found["memory"]), note=_STORM),
    ]


def _measured(kind: str, count: int) -> dict[str, list[float]]:
    reply = subprocess.run(
        apart("tests.benchmarks.console_side", kind, str(count)),
        stdout=subprocess.PIPE,
        env=ENVIRONMENT,
        check=True,
    )
    found: dict[str, list[float]] = json.loads(reply.stdout)
    return found
