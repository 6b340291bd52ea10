"""Measurements of the console on a made-up tree. Run in a namespace of its own, one kind at a time."""

import argparse
import json
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from tests.benchmarks.fake_sysfs import FakeDisk, target_of, write_tree
from tests.benchmarks.figures import rounds
from tests.benchmarks.kernel_spark import SparkOfKernel
from tests.benchmarks.one_line import LINE
from tests.benchmarks.pseudo_terminal import PseudoTerminal
from tests.benchmarks.stand_in import start_stand_in
from tests.benchmarks.tree_mounts import ENVIRONMENT, prepare_root, put_over

CONSOLE = (sys.executable, "-m", "tui", "--read-only")
ONE_LINE = (sys.executable, "-m", "tests.benchmarks.one_line")
HTOP = ("htop", "-d", "20")
STORM = 10_000
_QUIET = 0.4
"""Seconds without output after which what follows is the answer to what is done next."""
_LONGEST_CHECK, _SPAN, _BUSY = 120.0, 3.0, 0.05
"""Seconds the check after the start may take; seconds and share of a processor that show that it runs."""
_HELP = "Storage on this host"

Series = dict[str, list[float]]


def start(count: int) -> Series:
    """Process start to first frame, in seconds: the console with three sessions, and one line of Textual."""
    _host(3)

    def ours() -> float:
        return _seen_after(CONSOLE, target_of(1))

    def theirs() -> float:
        return _seen_after(ONE_LINE, LINE)

    ours()
    theirs()
    console, one_line = rounds(count, ours, theirs)
    return {"console": console, "one line": one_line}


def rest(count: int, sessions: int = 3) -> Series:
    """A screen on which nothing happens, against htop at the same time: bytes/s, and ms of CPU per second."""
    seconds = 20.0 if count > 3 else 5.0
    _host(sessions)
    with (
        tempfile.TemporaryDirectory() as home,
        PseudoTerminal(CONSOLE, ENVIRONMENT) as console,
        PseudoTerminal(HTOP, {**ENVIRONMENT, "HOME": home}) as htop,
    ):
        console.wait_for(target_of(1))
        htop.wait_for("Load average")
        console.wait_for_rest(2.0)
        _wait_for_checked(console)
        found: Series = {f"{side} {what}": [] for side in ("console", "htop") for what in ("bytes", "cost")}
        for _round in range(2):
            began = time.perf_counter()
            before = [(side.count, side.cost()) for side in (console, htop)]
            threading.Event().wait(seconds)
            passed = time.perf_counter() - began
            for name, side, (counted, cost) in zip(("console", "htop"), (console, htop), before, strict=True):
                found[f"{name} bytes"].append((side.count - counted) / passed)
                found[f"{name} cost"].append((side.cost() - cost) / passed * 1000)
        return found


def _wait_for_checked(console: PseudoTerminal) -> None:
    """Wait until the check that follows the start is over, or takes longer than anybody would wait."""
    deadline = time.perf_counter() + _LONGEST_CHECK
    while time.perf_counter() < deadline:
        before = console.cost()
        threading.Event().wait(_SPAN)
        if console.cost() - before < _SPAN * _BUSY:
            return


def big(count: int) -> Series:
    """A thousand sessions with five disks each: seconds from a key to its frame, and MiB of memory."""
    _host(1000, 5)
    with PseudoTerminal(CONSOLE, ENVIRONMENT) as console:
        first = console.wait_for(target_of(1)) - console.began
        found: Series = {"first": [first], "arrow": [], "search": [], "fold": []}
        for _round in range(count * 2):
            found["arrow"].append(_answered(console, b"\x1b[B"))
        for turn in range(count):
            found["search"].append(_answered(console, b"/"))
            found["search"] += [_answered(console, b"%d" % digit) for digit in (0, 9 - turn % 10, 7, 3)]
            found["search"].append(_answered(console, b"\r"))
            console.wait_for_rest(_QUIET)
            console.press(b"\x1b[H")
            found["fold"] += [_answered(console, b" ") for _way in ("fold", "unfold")]
        memory = console.process.memory_info().rss
    return {**found, "memory": [memory / 2**20]}


def change(count: int) -> Series:
    """Seconds from a uevent of the kernel to the frame that shows what changed, and from a key in a storm.

    A disk of the tree goes offline, and the kernel announces a change of a disk of this machine.
    """
    with SparkOfKernel() as spark:
        disks = _host(3)
        state = Path("/sys") / disks[0].place / "state"
        with PseudoTerminal(CONSOLE, ENVIRONMENT) as console:
            console.wait_for(target_of(1))
            found: Series = {"change": [], "quiet": [], "key": [], "memory": []}
            for _round in range(count * 3):
                for word in ("offline", "running"):
                    console.wait_for_rest(_QUIET)
                    state.write_text(f"{word}\n")
                    before, announced = console.count, time.perf_counter()
                    spark.announce()
                    found["change"].append(console.wait_for(word, before) - announced)
            for _round in range(max(3, count // 3)):
                console.wait_for_rest(_QUIET)
                found["memory"].append(console.process.memory_info().rss / 2**20)
                found["quiet"].append(_help_answered(console))
                storm = threading.Thread(target=spark.storm, args=(STORM,))
                spark.half.clear()
                storm.start()
                spark.half.wait()
                found["key"].append(_help_answered(console))
                storm.join()
            console.wait_for_rest(_QUIET)
            found["memory"].append(console.process.memory_info().rss / 2**20)
            before = console.count
            state.write_text("offline\n")
            spark.storm(STORM)
            console.wait_for("offline", before)
            return found


def _answered(console: PseudoTerminal, keys: bytes) -> float:
    """Seconds from a key on a quiet terminal to the first bytes of the frame that follows."""
    console.wait_for_rest(_QUIET)
    before = console.count
    pressed = console.press(keys)
    return console.wait_for_more(before) - pressed


def _help_answered(console: PseudoTerminal) -> float:
    """Seconds from F1 to its help, which is closed again."""
    before = console.count
    pressed = console.press(b"\x1bOP")
    answered = console.wait_for(_HELP, before) - pressed
    console.wait_for_rest(_QUIET)
    console.press(b"\x1b")
    console.wait_for_rest(_QUIET)
    return answered


def _host(sessions: int, disks_each: int = 1) -> tuple[FakeDisk, ...]:
    root = prepare_root()
    disks = write_tree(root, sessions, disks_each)
    put_over(root)
    start_stand_in()
    return disks


def _seen_after(argv: tuple[str, ...], text: str) -> float:
    with PseudoTerminal(argv, ENVIRONMENT) as terminal:
        return terminal.wait_for(text) - terminal.began


KINDS: dict[str, Callable[[int], Series]] = {
    "start": start,
    "rest": rest,
    "rest 100": partial(rest, sessions=100),
    "rest 1000": partial(rest, sessions=1000),
    "big": big,
    "change": change,
}

if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("kind", choices=KINDS)
    parser.add_argument("count", type=int)
    chosen = parser.parse_args()
    print(json.dumps(KINDS[chosen.kind](chosen.count)))
