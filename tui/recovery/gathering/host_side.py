"""The host around the storage: multipathd's view, mount units, the database's lock, module, identity."""

import re

from tui.recovery.facts import DatabaseLock, KernelModules, NameFacts, PathState, Queueing, Unit
from tui.recovery.gathering.failing import output_of
from tui.recovery.gathering.look import Look
from tui.storage.files.unit_names import mount_unit
from tui.storage.host.interface import Command, Host
from tui.storage.probe.iscsi.database import locate_database
from tui.storage.probe.iscsi.initiator import INITIATOR_FILE
from tui.storage.probe.mounts.fstab import FSTAB, parse_fstab
from tui.storage.probe.reading import text, word
from tui.storage.probe.system.distribution import read_distribution
from tui.storage.probe.system.modules import read_modules
from tui.storage.untrusted import clean, clean_lines

_MULTIPATHD = "/org/kernel/linux/storage/multipathd"
"""Abstract socket on which multipathd takes questions (multipath-tools, libmpathcmd)."""
_MULTIPATHD_FILE = "/run/multipathd.socket"
"""The same as a file, in newer versions."""

PATHS = Command(("multipathd", "show", "paths", "raw", "format", "%d %w %t %T"))
QUEUEING = Command(("multipathd", "show", "maps", "raw", "format", "%Q %n"))

_UNIT_PROPERTIES = (
    "Id,ActiveState,Result,RequiredBy,WantedBy,After,Before,ConditionResult,ActiveEnterTimestampMonotonic,Job"
)
_SERVICES = (
    *("iscsid.service", "iscsid.socket", "open-iscsi.service", "iscsi.service", "multipathd.service"),
    *("emergency.target", "rescue.target"),
)

_MODULE = "iscsi_tcp"


def read_paths_and_queueing(look: Look) -> tuple[tuple[PathState, ...], tuple[Queueing, ...]]:
    """Every path and every map as multipathd sees it; none where multipathd does not run.

    Raises:
        NotAvailable: it runs and does not tell.
    """
    host = look.host
    if not host.listens(_MULTIPATHD) and host.facts(_MULTIPATHD_FILE) is None:
        return (), ()
    return parse_paths(output_of(host.run(PATHS))), parse_queueing(output_of(host.run(QUEUEING)))


def parse_paths(output: str) -> tuple[PathState, ...]:
    """Read `multipathd show paths`: disk, WWID, state in the map, state by the checker."""
    rows = (line.split() for line in output.split("\n"))
    return tuple(
        PathState(*(clean(word) for word in row)) for row in rows if len(row) == 4 and row[0] != "dev"
    )


def parse_queueing(output: str) -> tuple[Queueing, ...]:
    """Read `multipathd show maps`: what each map does without a path, one word or two, and its name."""
    rows = (re.fullmatch(r"(on|off|-|\d+ (?:sec|chk))\s+(\S+)", line.strip()) for line in output.split("\n"))
    return tuple(Queueing(row[2], row[1]) for row in rows if row is not None)


def units_command(mount_points: tuple[str, ...]) -> Command:
    """The one call that tells of the mounts of fstab and of the services of iSCSI."""
    names = (*_SERVICES, *dict.fromkeys(mount_unit(mount_point) for mount_point in mount_points))
    return Command(("systemctl", "show", f"--property={_UNIT_PROPERTIES}", "--", *names))


def read_units(host: Host) -> tuple[Unit, ...]:
    """The units of fstab's mounts and of iSCSI.

    Raises:
        NotAvailable: systemd does not answer.
    """
    mount_points = tuple(
        entry.mount_point
        for entry in parse_fstab(text(host, FSTAB))
        if entry.mount_point.startswith("/") and entry.mount_point != "/"
    )
    return parse_units(output_of(host.run(units_command(mount_points))))


def parse_units(output: str) -> tuple[Unit, ...]:
    """Read `systemctl show`: one block of KEY=VALUE lines for each unit; an alias twice is one unit."""
    found: dict[str, Unit] = {}
    for block in output.split("\n\n"):
        said = dict(line.partition("=")[::2] for line in block.split("\n") if "=" in line)
        name = said.get("Id", "")
        if name:
            condition = {"yes": True, "no": False}.get(said.get("ConditionResult", ""))
            found[name] = Unit(
                name,
                said.get("ActiveState", ""),
                said.get("Result", ""),
                required_by=tuple(said.get("RequiredBy", "").split()),
                wanted_by=tuple(said.get("WantedBy", "").split()),
                after=tuple(said.get("After", "").split()),
                before=tuple(said.get("Before", "").split()),
                condition=condition,
                entered={"": None, "0": False}.get(said.get("ActiveEnterTimestampMonotonic", ""), True),
                queued=said.get("Job", "") not in {"", "0"},
            )
    return tuple(found.values())


def read_database(host: Host) -> DatabaseLock:
    """Whether the record database is locked, and since when (open-iscsi usr/idbm.c)."""
    folder = locate_database(host, read_distribution(host)).lock_folder
    path = f"{folder}/lock.write"
    facts = host.facts(path)
    if facts is None:
        return DatabaseLock(path)
    return DatabaseLock(path, taken=True, seconds=max(0.0, host.now() - facts.modified))


def read_kernel_modules(host: Host) -> KernelModules:
    """The running kernel, and whether it has or could load iscsi_tcp. modprobe only says what it would do."""
    release = word(host, "/proc/sys/kernel/osrelease")
    folder = host.facts(host.resolve(f"/lib/modules/{release}")) is not None if release else None
    if _MODULE in read_modules(host):
        return KernelModules(release, folder, can_load=True)
    outcome = host.run(Command(("modprobe", "--show-depends", _MODULE)))
    if outcome.status in {None, 127}:
        return KernelModules(release, folder)
    said = clean_lines(outcome.stdout + outcome.stderr)
    # `install COMMAND` stands for a command of modprobe.d in the module's place (modprobe.d(5)).
    diverted = any(line.startswith("install ") for line in outcome.stdout.split("\n"))
    return KernelModules(release, folder, outcome.ok and not diverted, said)


def read_names(host: Host) -> NameFacts:
    """When the files that make this host unlike others were written."""
    written = [
        facts.modified if (facts := host.facts(host.resolve(path))) is not None else None
        for path in (INITIATOR_FILE, "/etc/machine-id")
    ]
    return NameFacts(*written)
