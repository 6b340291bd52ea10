"""What this host is to bring up at boot, and how systemd fared with it: units, mdadm.conf."""

from tui.recovery.facts import BootUnit, UnitLines
from tui.recovery.gathering.failing import output_of
from tui.recovery.gathering.look import Look
from tui.storage.host.interface import Command, Host
from tui.storage.probe.reading import text, whole_number
from tui.storage.untrusted import clean_lines

MDADM_FILES = ("/etc/mdadm/mdadm.conf", "/etc/mdadm.conf")
"""Where mdadm.conf(5) is: on Debian's kin and SUSE's second name, and elsewhere."""

_PROPERTIES = (
    "Id,LoadState,ActiveState,Result,What,Where,SourcePath,FragmentPath,UnitFileState,"
    "InactiveEnterTimestampMonotonic,ConditionResult"
)
BOOT_UNITS = Command(
    # `--all`: without it, units that are inactive are passed over (systemctl(1)).
    (
        *("systemctl", "show", "--all", f"--property={_PROPERTIES}"),
        *("--", "*.mount", "*.swap", "*.automount", "systemd-cryptsetup@*.service"),
    )
)

_MOST_UNITS = 8
"""Failed units whose lines are read."""
_MOST_LINES = 6
"""Lines kept of each, the newest."""


def read_boot_units(look: Look) -> tuple[BootUnit, ...]:
    """The units of mounts, automounts, swap space and encrypted devices that systemd knows.

    Raises:
        NotAvailable: systemd does not answer.
    """
    return parse_boot_units(output_of(look.host.run(BOOT_UNITS)))


def parse_boot_units(output: str) -> tuple[BootUnit, ...]:
    """Read `systemctl show`: one block of KEY=VALUE lines for each unit."""
    found: dict[str, BootUnit] = {}
    for block in output.split("\n\n"):
        said = dict(line.partition("=")[::2] for line in block.split("\n") if "=" in line)
        name, ended = said.get("Id", ""), said.get("InactiveEnterTimestampMonotonic", "")
        if name:
            found[name] = BootUnit(
                name,
                load=said.get("LoadState", ""),
                active=said.get("ActiveState", ""),
                result=said.get("Result", ""),
                what=said.get("What", ""),
                where=said.get("Where", ""),
                source=said.get("SourcePath", ""),
                fragment=said.get("FragmentPath", ""),
                enabled=said.get("UnitFileState", ""),
                ended=(whole_number(ended) or 0) / 1_000_000 or None,
                condition={"yes": True, "no": False}.get(said.get("ConditionResult", "")),
            )
    return tuple(found.values())


def read_unit_lines(look: Look) -> tuple[UnitLines, ...]:
    """What the journal of this boot has of those units that failed, the newest lines of each.

    Raises:
        NotAvailable: systemd or the journal does not answer.
    """
    failed = [unit.name for unit in look.once(read_boot_units) if unit.active == "failed"]
    return tuple(UnitLines(name, _lines(look.host, name)) for name in failed[:_MOST_UNITS])


def _lines(host: Host, unit: str) -> tuple[str, ...]:
    command = ("journalctl", f"--unit={unit}", "--boot", f"--lines={_MOST_LINES}", "--output=cat")
    return clean_lines(output_of(host.run(Command((*command, "--quiet", "--no-pager")))), most=_MOST_LINES)


def read_mdadm_conf(host: Host) -> str:
    """The text of mdadm.conf(5), or empty."""
    return next((found for path in MDADM_FILES if (found := text(host, path))), "")
