"""Measurements of the console on a made-up tree. Run in a namespace of its own, one kind at a time."""

import argparse
import json
import sys
import tempfile
import threading
import time
from collections.abc import Callable

from tests.benchmarks.fake_sysfs import target_of, write_tree
from tests.benchmarks.figures import rounds
from tests.benchmarks.one_line import LINE
from tests.benchmarks.pseudo_terminal import PseudoTerminal
from tests.benchmarks.stand_in import start_stand_in
from tests.benchmarks.tree_mounts import ENVIRONMENT, prepare_root, put_over

CONSOLE = (sys.executable, "-m", "tui", "--read-only")
ONE_LINE = (sys.executable, "-m", "tests.benchmarks.one_line")
HTOP = ("htop", "-d", "20")

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


def rest(count: int) -> Series:
    """A screen on which nothing happens, against htop at the same time: bytes/s, and ms of CPU per second."""
    seconds = 20.0 if count > 3 else 5.0
    _host(3)
    with (
        tempfile.TemporaryDirectory() as home,
        PseudoTerminal(CONSOLE, ENVIRONMENT) as console,
        PseudoTerminal(HTOP, {**ENVIRONMENT, "HOME": home}) as htop,
    ):
        console.wait_for(target_of(1))
        htop.wait_for("Load average")
        console.wait_for_rest(2.0)
        found: Series = {f"{side} {what}": [] for side in ("console", "htop") for what in ("bytes", "cost")}
        for _round in range(max(2, count // 3)):
            began = time.perf_counter()
            before = [(side.count, side.cost()) for side in (console, htop)]
            threading.Event().wait(seconds)
            passed = time.perf_counter() - began
            for name, side, (counted, cost) in zip(("console", "htop"), (console, htop), before, strict=True):
                found[f"{name} bytes"].append((side.count - counted) / passed)
                found[f"{name} cost"].append((side.cost() - cost) / passed * 1000)
        return found


def _host(sessions: int, disks_each: int = 1) -> None:
    root = prepare_root()
    write_tree(root, sessions, disks_each)
    put_over(root)
    start_stand_in()


def _seen_after(argv: tuple[str, ...], text: str) -> float:
    with PseudoTerminal(argv, ENVIRONMENT) as terminal:
        return terminal.wait_for(text) - terminal.began


KINDS: dict[str, Callable[[int], Series]] = {"start": start, "rest": rest}

if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("kind", choices=KINDS)
    parser.add_argument("count", type=int)
    chosen = parser.parse_args()
    print(json.dumps(KINDS[chosen.kind](chosen.count)))
