"""Inputs that nobody sane would write, for every parser and document: `python -m tests.fuzz --inputs N`.

Each input is made from a seed of its own, which a failure names: with `--seed SEED --first NUMBER --inputs 1`
it is made again. What counts as a failure: an exception that the parser does not declare, a raw control
character in what is printed, or more than `SLOW` seconds of the processor.
"""

import argparse
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct

from tests.fuzz.inputs import Input
from tests.fuzz.targets import TARGETS
from tests.hostile import raw_controls
from tui.storage.codec import NotDecodable
from tui.storage.operations import catalogue as _catalogue  # noqa: F401 (knows every operation)

SLOW = 3.0
"""Seconds of the processor that one input may take."""


class Failure(Struct, frozen=True):
    """What went wrong with one input."""

    number: int
    target: str
    what: str
    excerpt: str

    def __str__(self) -> str:
        return f"{self.number} {self.target}: {self.what}\n    {self.excerpt}"


def run(inputs: int, seed: int = 0, first: int = 0, only: str = "") -> tuple[Counter[str], list[Failure]]:
    """Try inputs; how many each target got, and what failed."""
    names = [only] if only else list(TARGETS)
    weights = [TARGETS[name].weight for name in names]
    counted: Counter[str] = Counter()
    failures: list[Failure] = []
    with tempfile.TemporaryDirectory() as folder:
        for number in range(first, first + inputs):
            source = Input(seed, number, Path(folder))
            name = source.random.choices(names, weights)[0]
            counted[name] += 1
            failures.extend(_tried(name, source))
    return counted, failures


def _tried(name: str, source: Input) -> Iterator[Failure]:
    target = TARGETS[name]
    began = time.process_time()
    try:
        said = target.take(source)
    except Exception as error:  # noqa: BLE001 (that is what is looked for)
        said = None
        if isinstance(error, (*target.declared, NotDecodable)):
            return
        trace = error.__traceback__
        while trace is not None and trace.tb_next is not None:
            trace = trace.tb_next
        where = f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace is not None else "?"
        yield Failure(source.number, name, f"{type(error).__name__} at {where}", ascii(str(error))[:300])
    if isinstance(said, str) and (found := raw_controls(said)):
        yield Failure(source.number, name, "raw control characters", found[0][:300])
    took = time.process_time() - began
    if took > SLOW:
        yield Failure(source.number, name, "slow", f"{took:.1f} s")


def main() -> int:
    """Do what the command line asks for; 1 when anything failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--inputs", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--only", choices=sorted(TARGETS), default="")
    arguments = parser.parse_args()
    began = time.monotonic()
    counted, failures = run(arguments.inputs, arguments.seed, arguments.first, arguments.only)
    for name, count in counted.most_common():
        print(f"{count:>8}  {name}")
    for failure in failures:
        print(failure)
    seconds = time.monotonic() - began
    print(
        f"{sum(counted.values())} inputs in {seconds:.0f} s, seed {arguments.seed}: {len(failures)} failures"
    )
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
