"""How long the tests take about, and how far they are: a plugin of pytest's, and what `make test` says first.

`durations.json` has how many tests are in each file and the seconds that they took together when they were
measured, by ring: `fast` (`-m "not lab"`) and `lab` (`-m lab`); `--keep-durations` writes it anew. What such
a run measures is used by the next one on this machine. Soon what is left is told by the pace of the run.
"""

import argparse
import json
import os
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from msgspec import Struct, field

MEASURED = Path(__file__).with_name("durations.json")
ROOT = Path(__file__).resolve().parent.parent

EVERY = 30.0
"""Seconds between two lines at least."""

SHORT = 30.0
"""Seconds: of a run that is over sooner nothing is told."""

SURE = 0.05
"""Share of a run from which on its own pace is what counts."""

UNKNOWN = 1.0
"""Seconds for a test where none was ever measured."""

LINTERS = 60.0
"""Seconds of the linters and the type checker when they have seen nothing yet, on two processors."""

_CACHED = "console/durations"

Durations = Mapping[str, Mapping[str, tuple[int, float]]]
"""Number of tests and seconds, by file, by ring (`fast`, `lab`)."""


def in_words(seconds: float) -> str:
    """A time as a person says it."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    if seconds < 90 * 60:
        return f"{seconds / 60:.0f} min"
    return f"{seconds // 3600:.0f} h {seconds % 3600 / 60:.0f} min"


def read_durations(text: str) -> Durations:
    """Durations as JSON text has them."""
    return {
        ring: {file: (int(count), float(seconds)) for file, (count, seconds) in files.items()}
        for ring, files in json.loads(text).items()
    }


def measured() -> Durations:
    """The durations that come with the project."""
    return read_durations(MEASURED.read_text())


def of_one(durations: Durations, ring: str, file: str) -> float:
    """Seconds that a test of a file takes; of a file that is not known the mean of its ring."""
    known = durations.get(ring, {})
    count, seconds = known.get(file) or (
        sum(count for count, _seconds in known.values()),
        sum(seconds for _count, seconds in known.values()),
    )
    return seconds / count if count else UNKNOWN


def of_ring(durations: Durations, ring: str, processes: int) -> float:
    """Seconds of a whole ring in so many processes at a time."""
    return sum(seconds for _count, seconds in durations.get(ring, {}).values()) / max(processes, 1)


class Run(Struct):
    """How far a run is.

    Attributes:
        expected: seconds for every test that is to be run, by name.
        processes: how many run at a time.
        began: when.
        done: how many tests have ended.
        done_expected: seconds that were expected for these.
        tests: how many have ended, by file.
        seconds: how long those took.
    """

    expected: dict[str, float]
    processes: int
    began: float
    done: int = 0
    done_expected: float = 0.0
    tests: Counter[str] = field(default_factory=Counter)
    seconds: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))

    @property
    def whole(self) -> float:
        """Seconds for all, as expected at the start."""
        return sum(self.expected.values()) / self.processes

    def left(self, now: float) -> float:
        """Seconds until the end."""
        total = sum(self.expected.values())
        pace = 1 / self.processes
        if total and self.done_expected >= SURE * total:
            pace = (now - self.began) / self.done_expected
        return max(total - self.done_expected, 0.0) * pace

    def end(self, test: str) -> None:
        """A test has ended."""
        self.done += 1
        self.done_expected += self.expected.get(test, 0.0)

    def line(self, now: float) -> str:
        """Where it stands."""
        share = self.done / max(len(self.expected), 1)
        return (
            f"{self.done} of {len(self.expected)} tests ({share:.0%}) after {in_words(now - self.began)}, "
            f"about {in_words(self.left(now))} left"
        )


class Progress:
    """Tells at the start how long it takes about, and now and then how far it is."""

    def __init__(self, config: pytest.Config, clock: Callable[[], float] = time.monotonic) -> None:
        self._config = config
        self._clock = clock
        self._run: Run | None = None
        self._told = 0.0

    @property
    def _ring(self) -> str | None:
        """The ring of tests that this run belongs to; None for a mixed one."""
        return {"not lab": "fast", "lab": "lab"}.get(self._config.getoption("markexpr"))

    @property
    def _durations(self) -> Durations:
        """Of the project, and of this machine where it has measured some."""
        known = {ring: dict(files) for ring, files in measured().items()}
        cache = getattr(self._config, "cache", None)
        if cache is not None:
            for ring, files in read_durations(json.dumps(cache.get(_CACHED, {}))).items():
                known.setdefault(ring, {}).update(files)
        return known

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, ids: list[str]) -> None:
        """All processes collect the same."""
        self._start(ids)

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Without parallel processes."""
        if not self._config.getoption("numprocesses", None):
            self._start([item.nodeid for item in session.items])

    def _start(self, tests: list[str]) -> None:
        if self._run is not None or self._config.getoption("collectonly"):
            return
        known = self._durations
        expected = {test: of_one(known, self._ring or "fast", test.partition("::")[0]) for test in tests}
        processes = int(self._config.getoption("numprocesses", None) or 1)
        self._run = run = Run(expected, processes, self._clock())
        self._told = run.began
        if run.whole >= SHORT:
            self._say(f"{len(tests)} tests, {processes} at a time: about {in_words(run.whole)}")

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """One part of a test is over."""
        run = self._run
        if run is None:
            return
        key = report.nodeid.partition("::")[0]
        run.seconds[key] += report.duration
        if report.when != "teardown":
            return
        run.tests[key] += 1
        run.end(report.nodeid)
        now = self._clock()
        if now - self._told >= EVERY:
            self._told = now
            self._say(run.line(now))

    def _say(self, line: str) -> None:
        reporter: Any = self._config.pluginmanager.get_plugin("terminalreporter")
        if reporter is not None and self._config.get_verbosity() >= 0:
            reporter.ensure_newline()
            reporter.write_line(line)
            reporter.flush()

    def pytest_sessionfinish(self) -> None:
        """Keep what was measured."""
        run = self._run
        if run is None or self._ring is None:
            return
        found = {
            self._ring: {file: (count, round(run.seconds[file], 2)) for file, count in run.tests.items()}
        }
        cache = getattr(self._config, "cache", None)
        if cache is not None:
            cache.set(_CACHED, _joined(read_durations(json.dumps(cache.get(_CACHED, {}))), found))
        if self._config.getoption("--keep-durations"):
            write(_joined(measured(), found))


def _joined(before: Durations, found: Durations) -> dict[str, dict[str, tuple[int, float]]]:
    """What was known, with what was found; files that are no more are left out."""
    joined = {ring: dict(files) for ring, files in before.items()}
    for ring, files in found.items():
        joined.setdefault(ring, {}).update(files)
    return {
        ring: {file: files[file] for file in sorted(files) if (ROOT / file).is_file()}
        for ring, files in sorted(joined.items())
    }


def write(durations: Durations) -> None:
    """Write what comes with the project, a line for each file."""
    rings = [
        f' "{ring}": {{\n'
        + ",\n".join(f"  {json.dumps(file)}: {json.dumps(known)}" for file, known in files.items())
        + "\n }"
        for ring, files in durations.items()
    ]
    MEASURED.write_text("{\n" + ",\n".join(rings) + "\n}\n")


def outlook(durations: Durations, fast: int, guests: int) -> str:
    """What `make test` is about to do, and how long that takes about."""
    parts = {
        "linters and types": LINTERS,
        "fast tests": of_ring(durations, "fast", fast),
        "tests on real kernels": of_ring(durations, "lab", guests),
    }
    each = ", ".join(f"{name} {in_words(seconds)}" for name, seconds in parts.items())
    return (
        f"This takes about {in_words(sum(parts.values()))} on a machine with {len(os.sched_getaffinity(0))} "
        f"processors: {each}; the first time a few minutes more."
    )


def main() -> int:
    """Say how long `make test` takes about."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--fast", type=int, required=True, help="fast tests that run at a time")
    parser.add_argument("--guests", type=int, required=True, help="guests that run at a time")
    chosen = parser.parse_args()
    print(outlook(measured(), chosen.fast, chosen.guests), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
