"""The whole set-up in the lab: the program with answers, against a shell script of the commands it ran.

The script is made of what the program says in a rehearsal: every command of an operation that was not so
already, every edit of a file, and between them the asking, waiting and trying that an administrator's script
needs as well.
"""

import shlex
import sys
import time
from collections.abc import Iterator

from tests.benchmarks.figures import Bound, Figure, Target, Unit, compared, rounds
from tui.lab.command import missing
from tui.lab.guest import Guest
from tui.lab.image import Release
from tui.lab.places import project_folder, seen_in_guest
from tui.lab.san import read_description

NAME = "open"
ROUNDS = 3
"""Each boots two guests."""

_LONGEST = 600.0
_NOTE = (
    "Set-up: a volume of the practice array from nothing to mounted, in a fresh guest each time, which is"
    " User-Mode Linux without KVM: starting a process takes several times as long there as on the host."
    " The script runs the commands that the program ran, waits for the disk, and writes and reads a file; it"
    " checks nothing before it writes."
)
_WAIT = (
    'for try in $(seq 300); do set -- /dev/disk/by-path/*-iscsi-*-lun-*; test -b "$1" && break;'
    ' sleep 0.1; done; test -b "$1" && udevadm settle'
)
_TRY = (
    "dd if=/dev/urandom of={0}/try bs=64K count=16 conv=fsync status=none"
    " && dd if={0}/try bs=64K iflag=direct status=none | cmp - {0}/try && rm {0}/try"
)


def measure(_count: int) -> list[Figure]:
    """Measure both, in turns."""
    lacking = missing()
    if lacking:
        print(f"No set-up without the practice machine: {' '.join(lacking)}", file=sys.stderr)
        return []
    answers = seen_in_guest(project_folder() / "tui" / "lab" / "answers" / f"{NAME}.toml")
    program = ("iscsi-console", "setup", "--answers", answers)
    _seconds, said = _timed(program)
    script = "\n".join(("set -e", *script_of(said)))

    def ours() -> float:
        return _timed(program)[0]

    def theirs() -> float:
        return _timed(("sh", "-c", script))[0]

    mine, other = rounds(ROUNDS, ours, theirs)
    return [
        compared(
            "Set-up in the lab",
            Unit.SECONDS,
            mine,
            against="a shell script of its commands",
            theirs=other,
            target=Target(Bound.AT_MOST, 1.1),
            note=_NOTE,
        )
    ]


def script_of(said: str) -> Iterator[str]:
    """The lines of a shell script that does what a set-up from answers says it did.

    Args:
        said: what the program wrote.
    """
    block: list[str] = []
    for raw in said.split("\n"):
        line = raw.strip()
        if line.startswith("now: "):
            block = []
        elif line.startswith("$ "):
            block.append(line.removeprefix("$ "))
        elif line.startswith("done: "):
            yield from map(_as_shell, block)
        elif line.startswith("Asking "):
            portal = shlex.quote(line.split()[1])
            yield f"iscsiadm -m discovery -t sendtargets -p {portal} -I default -o nonpersistent"
        elif line.startswith("Waiting for the disks"):
            yield _WAIT
        elif line.startswith("Writing and reading a file in "):
            yield _TRY.format(shlex.quote(line.split()[6]))


def _as_shell(shown: str) -> str:
    """A command as it is; `edit FILE: LINE` as adding that line, which is then tried where it stands."""
    if not shown.startswith("edit "):
        return shown.partition(" --tab-file ")[0]
    path, _colon, text = shown.removeprefix("edit ").partition(": ")
    return f"printf '%s\\n' {shlex.quote(text)} >> {shlex.quote(path)}"


def _timed(argv: tuple[str, ...]) -> tuple[float, str]:
    """Seconds that a command takes in a fresh guest, and what it wrote."""
    with Guest.boot(Release.BOOKWORM, san=read_description(NAME)) as guest:
        began = time.perf_counter()
        done = guest.run(argv, timeout=_LONGEST)
        seconds = time.perf_counter() - began
        mounted = guest.check("findmnt", "--noheadings", "--output", "TARGET", "/srv/data").strip()
    if done.status != 0 or mounted != "/srv/data":
        raise RuntimeError(f"The set-up failed: {done.text[-2000:]}\n{done.error_text[-2000:]}")
    return seconds, done.text
