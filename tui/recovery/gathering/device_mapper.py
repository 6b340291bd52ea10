"""The device-mapper's maps, asked of the kernel without reading a disk (dmsetup(8))."""

from tui.recovery.facts import MapTable
from tui.recovery.gathering.failing import output_of
from tui.storage.host.interface import Command, Host
from tui.storage.probe.reading import whole_number
from tui.storage.untrusted import clean

INFO = Command(
    ("dmsetup", "info", "-c", "--noheadings", "--separator", "|", "-o", "major,minor,open,attr,uuid,name")
)
TABLE = Command(("dmsetup", "table"))
STATUS = Command(("dmsetup", "status", "--noflush"))
"""`--noflush`: a thin pool is not made to write its metadata for it."""


def read_maps(host: Host) -> tuple[MapTable, ...]:
    """Every map.

    Raises:
        NotAvailable: dmsetup is not there, or this user may not ask.
    """
    info = output_of(host.run(INFO))
    tables = parse_lines(output_of(host.run(TABLE)))
    status = host.run(STATUS)
    return parse_maps(info, tables, parse_lines(status.stdout) if status.ok else {})


def parse_maps(
    info: str, tables: dict[str, tuple[str, ...]], status: dict[str, tuple[str, ...]]
) -> tuple[MapTable, ...]:
    """Read `dmsetup info`, and add the lines of the other two; never raises."""
    found: list[MapTable] = []
    for line in info.split("\n"):
        fields = line.strip().split("|", 5)
        if len(fields) < 6:
            continue
        major, minor, opened, attributes, uuid, name = fields
        found.append(
            MapTable(
                name,
                uuid,
                f"{major}:{minor}",
                whole_number(opened) or 0,
                # attr: live and inactive table, then s for suspended (dmsetup(8), libdm-report).
                attributes[2:3] == "s",
                tables.get(name, ()),
                status.get(name, ()),
            )
        )
    return tuple(found)


def parse_lines(output: str) -> dict[str, tuple[str, ...]]:
    """Read `NAME: REST`, one line or several for each map; `No devices found` is none."""
    found: dict[str, list[str]] = {}
    for line in output.split("\n"):
        name, colon, rest = line.partition(": ")
        if colon:
            found.setdefault(name.strip(), []).append(clean(rest.strip()))
    return {name: tuple(lines) for name, lines in found.items()}
