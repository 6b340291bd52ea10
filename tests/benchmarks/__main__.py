"""`python -m tests.benchmarks [--quick] [PART …]`: measure side by side; print and keep the table.

bench.md and bench.json have the last run, bench-history.csv a row for each figure of each whole run.
"""

import argparse
import csv
import os
import platform
import sys
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

from tests.benchmarks import commands, console, fleet, reading, setting_up
from tests.benchmarks.figures import HISTORY_COLUMNS, Figure, as_json, history, table

PROJECT = Path(__file__).resolve().parent.parent.parent
PARTS: dict[str, Callable[[int], list[Figure]]] = {
    "reading": reading.measure,
    "commands": commands.measure,
    "start": console.start,
    "rest": console.rest,
    "big": console.big,
    "change": console.change,
    "fleet": fleet.measure,
    "setup": setting_up.measure,
}
_ROUNDS, _FEW = 15, 3


def conditions() -> tuple[str, ...]:
    """When and where this is measured."""
    processor = next(
        (
            line.partition(":")[2].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if line.startswith("model name")
        ),
        platform.machine(),
    )
    system = platform.freedesktop_os_release().get("PRETTY_NAME", platform.system())
    return (
        f"{datetime.now().astimezone():%Y-%m-%d}",
        f"{os.cpu_count()} x {processor}",
        f"{system}, Linux {platform.release()}, Python {platform.python_version()}",
        f"load {os.getloadavg()[0]:.1f}",
    )


def _add_to_history(file: Path, figures: Sequence[Figure], load: str) -> None:
    """Add a row for each figure, below a heading."""
    is_new = not file.exists()
    with file.open("a", encoding="utf-8", newline="") as opened:
        rows = csv.writer(opened)
        if is_new:
            rows.writerow(HISTORY_COLUMNS)
        rows.writerows(history(figures, f"{datetime.now().astimezone():%Y-%m-%dT%H:%M:%S%z}", load))


def main() -> int:
    """Measure what was asked for and return the exit status."""
    parser = argparse.ArgumentParser(
        prog="bench", description="Measure the program side by side with others."
    )
    parser.add_argument(
        "parts", nargs="*", metavar="PART", help=f"{', '.join(PARTS)}; all when none is given"
    )
    parser.add_argument("--quick", action="store_true", help="few rounds, to see that everything runs")
    asked = parser.parse_args()
    unknown = sorted(set(asked.parts) - set(PARTS))
    if unknown:
        parser.error(f"no such part: {', '.join(unknown)}")
    figures: list[Figure] = []
    where, load = conditions(), f"{os.getloadavg()[0]:.1f}"
    for name, measure in PARTS.items():
        if not asked.parts or name in asked.parts:
            print(f"Measuring: {name}", file=sys.stderr, flush=True)
            figures += measure(_FEW if asked.quick else _ROUNDS)
    text = f"Measured on {'; '.join(where)}. Least / middle / most.\n\n{table(figures)}"
    print(text)
    (PROJECT / "bench.md").write_text(text)
    (PROJECT / "bench.json").write_text(as_json(figures, where))
    if not asked.quick:
        _add_to_history(PROJECT / "bench-history.csv", figures, load)
    return 0


if __name__ == "__main__":
    sys.exit(main())
