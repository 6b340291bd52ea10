"""LVM's own report as it writes it: the call, and what its rows say.

`lvm fullreport` gives every VG a report of its own, with one row `vg` and the rows of its PVs and LVs
(lvmreport(7)): that tells which VG a row belongs to, also where two VGs have one name.
"""

import re
from collections.abc import Iterable, Iterator

from msgspec import Struct
from msgspec.structs import replace

from tui.storage.documents import parse_json
from tui.storage.host.interface import Command
from tui.storage.model.lvm import LogicalVolume, LvmReading, PhysicalVolume, VolumeGroup
from tui.storage.probe.reading import whole_number
from tui.storage.untrusted import clean_lines

DEADLINE = 20.0
"""Seconds LVM gets. It opens every disk, so a host with a thousand needs some."""

_REPORT = ("lvm", "fullreport")

_FIELDS = {
    "vg": "vg_name,vg_uuid,vg_size,vg_free,vg_extent_size,vg_missing_pv_count,vg_partial,vg_exported,"
    "vg_systemid,vg_shared,vg_clustered,vg_lock_type,vg_autoactivation",
    "pv": "pv_name,pv_uuid,vg_name,pv_size,pv_free,dev_size,pv_missing,pv_exported",
    "lv": "lv_name,vg_name,lv_uuid,lv_size,lv_path,lv_attr,lv_health_status,lv_skip_activation,pool_lv,"
    "origin,lv_parent",
    "pvseg": "pvseg_start",
    "seg": "seg_start",
}

_PART = re.compile(r"^\[(.+)\]$")
"""How LVM writes the name of an LV that only serves others, when it is asked for all (lvs(8), --all)."""
_DUPLICATE = re.compile(r"Not using device (\S+) for PV (\S+?)\.?$", re.MULTILINE)
_SYSTEM_ID = re.compile(r"^\s*system ID: (\S+)", re.MULTILINE)

_NOTICE = re.compile(r"^\s*(WARNING|Cannot access VG|Device not found)", re.MULTILINE)


class Volumes(Struct, frozen=True):
    """LVM's three layers, and the parts that LVs are made of."""

    physical: tuple[PhysicalVolume, ...] = ()
    groups: tuple[VolumeGroup, ...] = ()
    logical: tuple[LogicalVolume, ...] = ()
    parts: tuple[LogicalVolume, ...] = ()
    reading: LvmReading = LvmReading()


def report_command(allowed: Iterable[str] | None = None) -> Command:
    """The call; `allowed` are the only paths it may open, or None for all that LVM would.

    With --test LVM reports the same and rewrites nothing: a report alone brings the devices file up to date
    when the names of disks have changed (measured with 2.03.16 and 2.03.31; lvmdevices(8)).
    """
    argv = [*_REPORT, "--all", "--foreign", "--shared", "--nohints", "--test"]
    argv += ["--reportformat", "json", "--units", "b", "--nosuffix", "--binary"]
    for report, fields in _FIELDS.items():
        argv += ["--configreport", report, "-o", fields]
    for path in allowed or ():
        argv += ["--devices", path]
    return Command(tuple(argv), deadline=DEADLINE)


def is_report(command: Command) -> bool:
    """Whether a command is the call that `report_command` makes, for whichever disks."""
    return command.argv[: len(_REPORT)] == _REPORT


def parse_report(stdout: str, stderr: str) -> Volumes:
    """Read the report (format `json`: every value is a string) and the warnings beside it and in it.

    With `json` LVM prints what it has to say while it reads the disks, and puts what it says of a group
    into the list `log` of the document instead (lvmreport(7), command log).

    Raises:
        ValueError: the text is no such report.
    """
    document = parse_json(stdout)
    reports = document.get("report") if isinstance(document, dict) else None
    if not isinstance(document, dict) or not isinstance(reports, list):
        raise ValueError("no report")  # noqa: TRY004 (the text is wrong, not the caller's type)
    said = "\n".join((stderr, *(row.get("log_message", "") for row in _rows([document], "log"))))
    groups = tuple(_group(row) for row in _rows(reports, "vg"))
    listed = [_physical(row, uuid) for uuid, row in _owned_rows(reports, "pv") if row.get("pv_uuid")]
    doubled = {match[2] for match in _DUPLICATE.finditer(said)}
    listed = [replace(volume, duplicate=volume.uuid in doubled) for volume in listed]
    others = [PhysicalVolume(match[1], "", match[2], duplicate=True) for match in _DUPLICATE.finditer(said)]
    logical = [_logical(row, uuid) for uuid, row in _owned_rows(reports, "lv")]
    volumes = tuple(volume for volume in logical if _PART.match(volume.name) is None)
    parts = tuple(replace(volume, name=match[1]) for volume in logical if (match := _PART.match(volume.name)))
    notices = "\n".join(line for line in said.split("\n") if _NOTICE.match(line))
    reading = LvmReading(asked=True, warnings=clean_lines(notices))
    return Volumes((*listed, *others), groups, volumes, parts, reading)


def said_of(stderr: str) -> str:
    """What LVM says, without the line by which it tells that it runs with --test."""
    return "\n".join(line for line in stderr.split("\n") if not line.strip().startswith("TEST MODE:"))


def parse_system_id(output: str) -> str:
    """This host's own system id from `lvm systemid`, or empty when it has none."""
    match = _SYSTEM_ID.search(output)
    return match[1] if match is not None else ""


def _rows(reports: list[object], kind: str) -> list[dict[str, str]]:
    rows: list[dict[str, str]] = []
    for report in reports:
        found = report.get(kind) if isinstance(report, dict) else None
        listed = found if isinstance(found, list) else []
        rows += [
            {str(key): str(value) for key, value in row.items()} for row in listed if isinstance(row, dict)
        ]
    return rows


def _owned_rows(reports: list[object], kind: str) -> Iterator[tuple[str, dict[str, str]]]:
    """The rows of a kind, each with the UUID of the VG that its report is about, empty for PVs of none."""
    for report in reports:
        groups = _rows([report], "vg")
        uuid = groups[0].get("vg_uuid", "") if len(groups) == 1 else ""
        for row in _rows([report], kind):
            yield uuid if row.get("vg_name") else "", row


def _bytes(row: dict[str, str], key: str) -> int:
    return max(0, whole_number(row.get(key, "")) or 0)


def _physical(row: dict[str, str], vg_uuid: str) -> PhysicalVolume:
    return PhysicalVolume(
        path=row.get("pv_name", ""),
        device="",
        uuid=row.get("pv_uuid", ""),
        volume_group=row.get("vg_name", ""),
        vg_uuid=vg_uuid,
        size=_bytes(row, "pv_size"),
        free=_bytes(row, "pv_free"),
        device_size=_bytes(row, "dev_size"),
        missing=row.get("pv_missing") == "1",
        exported=row.get("pv_exported") == "1",
    )


def _group(row: dict[str, str]) -> VolumeGroup:
    lock = row.get("vg_lock_type", "")
    return VolumeGroup(
        name=row.get("vg_name", ""),
        uuid=row.get("vg_uuid", ""),
        size=_bytes(row, "vg_size"),
        free=_bytes(row, "vg_free"),
        extent_size=_bytes(row, "vg_extent_size"),
        missing_volumes=_bytes(row, "vg_missing_pv_count"),
        partial=row.get("vg_partial") == "1",
        exported=row.get("vg_exported") == "1",
        system_id=row.get("vg_systemid", ""),
        shared="1" in {row.get("vg_shared"), row.get("vg_clustered")} or lock in {"dlm", "sanlock", "idm"},
        autoactivation=row.get("vg_autoactivation", "1") != "0",
    )


def _logical(row: dict[str, str], vg_uuid: str) -> LogicalVolume:
    attributes = row.get("lv_attr", "").ljust(10, "-")
    return LogicalVolume(
        name=row.get("lv_name", ""),
        volume_group=row.get("vg_name", ""),
        vg_uuid=vg_uuid,
        uuid=row.get("lv_uuid", ""),
        size=_bytes(row, "lv_size"),
        path=row.get("lv_path", ""),
        active=attributes[4] in "asISmMdih",
        open=attributes[5] == "o",
        suspended=attributes[4] in "sSmM",
        health=row.get("lv_health_status", ""),
        attributes=row.get("lv_attr", ""),
        pool=row.get("pool_lv", ""),
        origin=row.get("origin", ""),
        parent=row.get("lv_parent", ""),
        skip_activation=row.get("lv_skip_activation") == "1",
    )
