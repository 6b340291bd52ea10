"""Looks at a host against `iscsiadm -m session -P 3` and `lsblk -J -O`, on one made-up tree.

Run in a namespace of its own by `measure`, once for each number of sessions.
"""

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from functools import partial

from tests.benchmarks.fake_sysfs import write_tree
from tests.benchmarks.figures import Bound, Figure, Target, Unit, compared, rounds, spread
from tests.benchmarks.processor import cost
from tests.benchmarks.stand_in import start_stand_in
from tests.benchmarks.tree_mounts import ENVIRONMENT, apart, prepare_root, put_over
from tui.storage.host.local import LocalHost
from tui.storage.host.recording import RecordingHost
from tui.storage.probe.glance import glance
from tui.storage.probe.inventory import take_inventory
from tui.storage.probe.memory import Memory
from tui.storage.watching.session_states import PolledStates

SIZES = (1, 100, 1000)
_ISCSIADM = ("iscsiadm", "-m", "session", "-P", "3")
_LSBLK = ("lsblk", "-J", "-O")
_AGAIN = {1: 10.0, 100: 15.0, 1000: 15.0}
_FIRST = {100: 2.2, 1000: 2.2}
_NOTE = (
    "Looks, in processor time: all read one tree on a tmpfs over /sys, /run/udev and /etc/iscsi, which takes"
    " less time for a file than sysfs. Ours keeps running; the others are started each time. The first look"
    " reads the record database as well, and LVM is not run. iscsiadm asks iscsid of each session: a stand-in"
    " answers at once, and its time is not counted."
)
_AGAIN_NOTE = "Look again: what a change on a host that is watched costs, with what earlier looks know."
_POLLED_NOTE = "States: what the console reads each second while nothing happens, on kept handles."
_BARE = (
    "Bare: every file and directory that our reading opens, in a loop that opens, reads and closes it and"
    " does nothing else: the lower limit for any program that reads them in Python."
)
_LINEAR = "One more session: what each from the 101st to the 1,000th adds, by the least times; 1 is linear."


def measure(count: int) -> list[Figure]:
    """Measure every size; `count` rounds each, a third of them for the biggest."""
    figures: list[Figure] = []
    least: dict[int, float] = {}
    for size in SIZES:
        turns = max(3, count // 3) if size == max(SIZES) else count
        reply = subprocess.run(
            apart("tests.benchmarks.reading", str(size), str(turns)),
            stdout=subprocess.PIPE,
            env=ENVIRONMENT,
            check=True,
        )
        measured: dict[str, list[float]] = json.loads(reply.stdout)
        figures += _of_size(size, measured)
        least[size] = min(measured["first"])
    return [*figures, *_growth(least)]


def _of_size(size: int, measured: dict[str, list[float]]) -> list[Figure]:
    sessions = f"{size:,} session{'s' if size > 1 else ''}"
    iscsiadm, lsblk = (f"`{' '.join(argv)}`" for argv in (_ISCSIADM, _LSBLK))
    again = Target(Bound.AT_LEAST, _AGAIN[size])
    first = Target(Bound.AT_LEAST, _FIRST[size]) if size in _FIRST else None
    figures = [
        compared(
            f"{what} {sessions}",
            Unit.CORE_SECONDS,
            measured[ours],
            against=against,
            theirs=measured[theirs],
            faster=True,
            target=target,
            note=note,
        )
        for what, ours, against, theirs, target, note in (
            ("Look again at", "again", iscsiadm, "iscsiadm", again, _AGAIN_NOTE),
            ("Look first at", "first", iscsiadm, "iscsiadm", first, _NOTE),
            ("Look first at", "first", lsblk, "lsblk", None, _NOTE),
            ("Look first at", "first", "the same files, only opened, read and closed", "bare", None, _BARE),
        )
    ]
    polled = spread([1000 * seconds for seconds in measured["polled"]])
    limit = Target(Bound.AT_MOST, 1.5) if size == max(SIZES) else None
    poll = Figure(
        f"States of {sessions}, each second",
        Unit.CORE_MILLISECONDS_PER_SECOND,
        polled,
        target=limit,
        note=_POLLED_NOTE,
    )
    return [*figures, poll]


def _growth(least: dict[int, float]) -> list[Figure]:
    """How the cost of one more session grows: that between 100 and 1,000 to that between 1 and 100."""
    one, some, many = SIZES
    early = (least[some] - least[one]) / (some - one)
    late = (least[many] - least[some]) / (many - some)
    if early <= 0 or late <= 0:
        return []
    return [
        compared(
            "Read one more session",
            Unit.MILLISECONDS,
            [late * 1000],
            against="one of the first 100",
            theirs=[early * 1000],
            target=Target(Bound.AT_MOST, 1.2),
            note=_LINEAR,
        )
    ]


def _inside(sessions: int, count: int) -> dict[str, list[float]]:
    """Write the tree, see that all three see it, and measure."""
    root = prepare_root()
    write_tree(root, sessions)
    put_over(root)
    start_stand_in()
    host = LocalHost(looking_only=True)
    seen = take_inventory(host)
    listed = _output(_ISCSIADM)
    disks = json.loads(_output(_LSBLK))["blockdevices"]
    answers = (
        len(seen.sessions),
        sum(lun.disk != "" for lun in seen.luns),
        len(seen.node_records),
        listed.count("iSCSI Connection State: LOGGED IN"),
        listed.count("Attached scsi disk sd"),
        sum(disk["tran"] == "iscsi" and disk["fstype"] == "ext4" for disk in disks),
    )
    if answers != (sessions,) * len(answers):
        sys.exit(f"Not all of {sessions} sessions are seen by all: {answers}")

    files, folders = _asked_for(host)

    def bare() -> None:
        for path in files:
            handle = os.open(path, os.O_RDONLY)
            os.read(handle, 65536)
            os.close(handle)
        for path in folders:
            os.listdir(path)  # noqa: PTH208 (the least that can be done)

    memory, polled = Memory(), PolledStates(host)
    # A handle is opened when a thing is looked at for the second time.
    glance(host, glance(host, seen, memory), memory)
    polled.look()
    sides: dict[str, Callable[[], object]] = {
        "first": lambda: take_inventory(host),
        "again": lambda: glance(host, seen, memory),
        "polled": polled.look,
        "bare": bare,
        "iscsiadm": lambda: _output(_ISCSIADM),
        "lsblk": lambda: _output(_LSBLK),
    }
    measured = rounds(count, *(partial(cost, side) for side in sides.values()))
    return dict(zip(sides, measured, strict=True))


def _asked_for(host: LocalHost) -> tuple[list[str], list[str]]:
    """The files that an inventory reads and the folders it lists, those that are not there left out."""
    noting = RecordingHost(host)
    take_inventory(noting)
    document = noting.document()
    found: list[list[str]] = []
    for table in ("read", "names"):
        answers = document[table]
        assert isinstance(answers, dict)
        found.append([path for path, answer in answers.items() if not isinstance(answer, dict)])
    return found[0], found[1]


def _output(argv: Sequence[str]) -> str:
    return subprocess.run(argv, capture_output=True, text=True, check=True).stdout


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("sessions", type=int)
    parser.add_argument("count", type=int)
    chosen = parser.parse_args()
    print(json.dumps(_inside(chosen.sessions, chosen.count)))
