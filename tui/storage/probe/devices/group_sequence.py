"""The number of each VG's metadata (vg_seqno), which grows with every change: it tells an old backup."""

from collections.abc import Iterable

from tui.storage.documents import parse_json
from tui.storage.host.interface import Command, Host
from tui.storage.model.block import BlockDevice
from tui.storage.probe.devices.lvm_report import DEADLINE
from tui.storage.probe.reading import whole_number

_QUESTION = (
    *("lvm", "vgs", "--foreign", "--shared", "--nohints", "--reportformat", "json"),
    *("-o", "vg_uuid,vg_seqno"),
)


def read_sequence(host: Host, devices: Iterable[BlockDevice]) -> dict[str, int]:
    """The number of each VG, by its UUID; a disk that would block its reader is not opened.

    Args:
        host: the machine.
        devices: every block device, with `answers` marked.
    """
    found = tuple(devices)
    allowed: tuple[str, ...] = ()
    if not all(device.answers for device in found):
        members = (device for device in found if device.answers and device.content == "LVM2_member")
        allowed = tuple(word for device in members for word in ("--devices", device.path))
        if not allowed:
            return {}
    outcome = host.run(Command((*_QUESTION, *allowed), deadline=DEADLINE))
    return parse_sequence(outcome.stdout) if outcome.ok else {}


def parse_sequence(output: str) -> dict[str, int]:
    """Read the report. Never raises."""
    try:
        document = parse_json(output)
    except ValueError:
        return {}
    reports = document.get("report") if isinstance(document, dict) else None
    found: dict[str, int] = {}
    for report in reports if isinstance(reports, list) else ():
        rows = report.get("vg") if isinstance(report, dict) else None
        for row in rows if isinstance(rows, list) else ():
            if isinstance(row, dict) and (seqno := whole_number(str(row.get("vg_seqno", "")))) is not None:
                found[str(row.get("vg_uuid", ""))] = seqno
    return found
