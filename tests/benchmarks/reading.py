"""Reading: a whole Inventory against `iscsiadm -m session -P 3` and `lsblk -J -O`, on one made-up tree.

Run in a namespace of its own by `measure`, once for each number of sessions.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence

from tests.benchmarks.fake_sysfs import write_tree
from tests.benchmarks.figures import Bound, Figure, Target, Unit, compared, rounds
from tests.benchmarks.stand_in import start_stand_in
from tests.benchmarks.tree_mounts import ENVIRONMENT, apart, prepare_root, put_over
from tui.storage.host.local import LocalHost
from tui.storage.host.recording import RecordingHost
from tui.storage.probe.inventory import take_inventory

SIZES = (1, 100, 1000)
_ISCSIADM = ("iscsiadm", "-m", "session", "-P", "3")
_LSBLK = ("lsblk", "-J", "-O")
_NOTE = (
    "Reading: all three read one tree on a tmpfs over /sys, /run/udev and /etc/iscsi. Ours keeps running and"
    " reads the record database as well; the others are started each time. LVM is not run. iscsiadm asks"
    " iscsid of each session: a stand-in answers at once; where no iscsid runs, iscsiadm waits a second per"
    " session."
)
_BARE = (
    "Bare: every file and directory that our reading opens, in a loop that opens, reads and closes it and"
    " does nothing else: the lower limit for any program that reads them in Python."
)
_LINEAR = "One more session: what each from the 101st to the 1,000th adds, by the least times; 1 is linear."


def measure(count: int) -> list[Figure]:
    """Measure every size; `count` rounds each, a third of them for the biggest."""
    figures: list[Figure] = []
    middles: dict[int, float] = {}
    for size in SIZES:
        turns = max(3, count // 3) if size == max(SIZES) else count
        reply = subprocess.run(
            apart("tests.benchmarks.reading", str(size), str(turns)),
            stdout=subprocess.PIPE,
            env=ENVIRONMENT,
            check=True,
        )
        ours, iscsiadm, lsblk, bare = json.loads(reply.stdout)
        target = Target(Bound.AT_LEAST, 10) if size == max(SIZES) else None
        what = f"Read {size:,} session{'s' if size > 1 else ''}"
        for words, theirs in ((" ".join(_ISCSIADM), iscsiadm), (" ".join(_LSBLK), lsblk)):
            figures.append(
                compared(
                    what,
                    Unit.SECONDS,
                    ours,
                    against=f"`{words}`",
                    theirs=theirs,
                    faster=True,
                    target=target,
                    note=_NOTE,
                )
            )
        figures.append(
            compared(
                what,
                Unit.SECONDS,
                ours,
                against="the same files, only opened, read and closed",
                theirs=bare,
                note=_BARE,
            )
        )
        middles[size] = figures[-1].ours.minimum
    return [*figures, *_growth(middles)]


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


def _inside(sessions: int, count: int) -> list[Sequence[float]]:
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

    def ours() -> float:
        began = time.perf_counter()
        take_inventory(host)
        return time.perf_counter() - began

    files, folders = _asked_for(host)

    def bare() -> float:
        began = time.perf_counter()
        for path in files:
            handle = os.open(path, os.O_RDONLY)
            os.read(handle, 65536)
            os.close(handle)
        for path in folders:
            os.listdir(path)  # noqa: PTH208 (the least that can be done)
        return time.perf_counter() - began

    return list(rounds(count, ours, lambda: _timed(_ISCSIADM), lambda: _timed(_LSBLK), bare))


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


def _timed(argv: Sequence[str]) -> float:
    began = time.perf_counter()
    subprocess.run(argv, stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - began


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("sessions", type=int)
    parser.add_argument("count", type=int)
    chosen = parser.parse_args()
    print(json.dumps(_inside(chosen.sessions, chosen.count)))
