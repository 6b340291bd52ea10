"""Walks through all screens by random keys: `python -m tests.wander [--seeds 1-50] [--only console]`.

What is looked for: nothing visible has the focus, a key of the bar does nothing, a key of no bar and no help
does something, Escape leaves the program or does not lead to its root, and every exception.
"""

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

from tests.campaign.__main__ import seeds_of
from tests.wander.programs import KINDS
from tests.wander.walk import walk
from tui.storage.changing import run_plan
from tui.storage.changing.run_plan import Places


def run(seeds: list[int], only: str) -> int:
    """Walk; print each walk that found a fault, and return their number."""
    wrong = 0
    for seed in seeds:
        taken = walk(seed, only)
        if taken.faults:
            wrong += 1
            print(taken, flush=True)
    return wrong


def main() -> int:
    """Do what the command line asks for; 1 when anything was found."""
    parser = argparse.ArgumentParser(prog="python -m tests.wander", description=__doc__)
    parser.add_argument("--seeds", type=seeds_of, default=seeds_of("1-50"), metavar="1-50")
    parser.add_argument("--only", choices=KINDS, default="")
    given = parser.parse_args()
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        run_plan.PLACES = Places(Path(folder) / "journals", Path(folder) / "lock")
        os.environ.update(TERM="xterm-256color", COLORTERM="truecolor", LANG="C.UTF-8", XDG_STATE_HOME=folder)
        wrong = run(given.seeds, given.only)
    print(f"{len(given.seeds)} walks in {time.monotonic() - began:.0f} s: {wrong} with faults")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
