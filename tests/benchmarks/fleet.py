"""500 captured hosts with 20 LUNs each: how soon they are on the screen, and what comparing them costs."""

import sys
import tempfile
import time
from pathlib import Path

from tests.benchmarks.figures import Bound, Figure, Target, Unit, spread
from tests.benchmarks.pseudo_terminal import PseudoTerminal
from tests.benchmarks.tree_mounts import ENVIRONMENT
from tests.fleet.hosts import NOW, large
from tui.fleet.captures import capture_files, read_captures
from tui.fleet.facts import HostFacts
from tui.fleet.fleet import survey
from tui.storage.codec import encode

HOSTS, ARRAYS = 500, 25
_NOTE = (
    "Fleet: 500 captures of hosts with 20 LUNs, 20 hosts to an array, on a terminal of 80x24. The first frame"
    " says that captures are read; then the table grows, from the first hosts on. Each capture is diagnosed"
    " as `doctor --recorded` does, by as many processes as there are processors."
)


def measure(count: int) -> list[Figure]:
    """Measure the screen, and the comparison alone."""
    with tempfile.TemporaryDirectory() as place:
        directory = Path(place)
        for array in range(ARRAYS):
            text = large("hostNNN", array)
            for number in range(array * HOSTS // ARRAYS, (array + 1) * HOSTS // ARRAYS):
                name = f"host{number:03d}"
                (directory / f"{name}.json").write_text(text.replace("hostNNN", name))
        frames = [_frames(directory) for _round in range(max(2, count // 5))]
        hosts = [one for one in read_captures(capture_files(place)) if isinstance(one, HostFacts)]
    compared: list[float] = []
    for _round in range(count):
        began = time.perf_counter()
        fleet = survey(hosts, (), NOW)
        compared.append(time.perf_counter() - began)
    assert len(fleet.columns) == HOSTS
    assert encode(fleet.rows)
    return [
        Figure(f"Fleet: {what}", Unit.SECONDS, spread(values), target=target, note=_NOTE)
        for what, values, target in (
            ("first frame", [first for first, _hosts, _all in frames], Target(Bound.AT_MOST, 2)),
            ("first hosts", [some for _first, some, _all in frames], None),
            ("all hosts", [every for _first, _some, every in frames], None),
            ("comparison alone", compared, None),
        )
    ]


def _frames(directory: Path) -> tuple[float, float, float]:
    """Seconds from the start of the process to the first frame, the first hosts, and all of them."""
    argv = (sys.executable, "-m", "tui", "fleet", "--max-age", "1000000", str(directory))
    with PseudoTerminal(argv, ENVIRONMENT) as console:
        first = console.wait_for("Reading the captures") - console.began
        some = console.wait_for("captures read") - console.began
        every = console.wait_for(f"{HOSTS} hosts: ") - console.began
        return first, some, every
