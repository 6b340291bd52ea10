"""What the disks say of themselves when they are asked now, beside what the kernel has kept."""

import re
from collections.abc import Iterable
from functools import partial

from tui.recovery.facts import Identity
from tui.recovery.gathering.bounded import side_by_side
from tui.recovery.gathering.failing import NotAvailable
from tui.storage.host.interface import Command, Host, Outcome
from tui.storage.iscsi.sessions import DISK
from tui.storage.model.iscsi import Lun, Session, SessionState
from tui.storage.probe.iscsi.sessions import read_sessions
from tui.storage.probe.system.tools import tool_path
from tui.words import translate as _

_PLACES = ("/usr/lib/udev/scsi_id", "/lib/udev/scsi_id")
_MOST = 64
"""Disks that are asked."""
_READCAP = re.compile(
    r"Number of logical blocks=(\d{1,18}).*?Logical block length=(\d{1,18}) bytes", re.DOTALL
)
_FORMS = {"3": "naa.", "2": "eui."}
"""What scsi_id puts before an identifier, by its type (udev's scsi_id/scsi_serial.c), and the kernel."""
_NO_DISK = "generic"
"""scsi_id's ID_TYPE for peripheral device types that are no disk, tape or optical drive, 1Fh among them."""


def read_identities(host: Host, end: float) -> tuple[Identity, ...]:
    """Ask every disk that answers; one whose session or state is not well would block whoever asks.

    Raises:
        NotAvailable: udev's scsi_id is not installed.
    """
    sessions, luns = read_sessions(host)
    asked = tuple(askable(sessions, luns))[:_MOST]
    if not asked:
        return ()
    program = next((path for path in _PLACES if host.facts(path) is not None), "")
    if not program:
        raise NotAvailable(_("udev's scsi_id is not installed"))
    measure = bool(tool_path(host, "sg_readcap"))
    answers = side_by_side(
        {lun.disk: partial(_identity, host, lun, program, measure=measure) for lun in asked},
        end,
        workers=8,
    )
    return tuple(done.value for done in answers.values() if done.value is not None)


def askable(sessions: Iterable[Session], luns: Iterable[Lun]) -> Iterable[Lun]:
    """The disks that answer at once."""
    good = {session.sid for session in sessions if session.state is SessionState.LOGGED_IN}
    return (lun for lun in luns if lun.kind == DISK and lun.disk and lun.sid in good and lun.state.answers)


def identity_command(program: str, disk: str) -> Command:
    """The question for what a disk is (INQUIRY) and its identity, VPD page 83h, past udev's configuration."""
    return Command((program, "--export", "--whitelisted", "--page=0x83", f"--device=/dev/{disk}"))


def parse_answer(output: str) -> dict[str, str]:
    """What `scsi_id --export` prints, by key: ID_TYPE, ID_VENDOR, ID_MODEL, ID_SERIAL and others."""
    lines = (line.partition("=") for line in output.split("\n"))
    return {key: value.strip() for key, equals, value in lines if equals}


def parse_identity(serial: str) -> str:
    """An ID_SERIAL in the form of sysfs `wwid`, or empty where the two cannot be compared."""
    if not re.fullmatch(r"[0-9a-fA-F]{17,33}", serial):
        return ""
    form = _FORMS.get(serial[0])
    return f"{form}{serial[1:].lower()}" if form is not None else ""


def parse_capacity(output: str) -> int | None:
    """Bytes, of `sg_readcap`, or None."""
    match = _READCAP.search(output)
    return int(match[1]) * int(match[2]) if match is not None else None


def _identity(host: Host, lun: Lun, program: str, *, measure: bool) -> Identity | None:
    outcome = host.run(identity_command(program, lun.disk))
    if outcome.status is None or outcome.status == 127:
        return None
    size = host.run(Command(("sg_readcap", f"/dev/{lun.disk}"))) if measure else None
    found = understood(lun, outcome, parse_capacity(size.stdout) if size is not None and size.ok else None)
    # The connection may have been lost without a sign when it was asked: then it is no answer of the target.
    return None if found.refused and not _is_askable_still(host, lun) else found


def _is_askable_still(host: Host, lun: Lun) -> bool:
    return any(known.disk == lun.disk and known.sid == lun.sid for known in askable(*read_sessions(host)))


def understood(lun: Lun, outcome: Outcome, live_size: int | None = None) -> Identity:
    """What an answer of scsi_id means for a LUN that was a disk when the kernel found it.

    Args:
        lun: the LUN.
        outcome: the answer, however it ended.
        live_size: READ CAPACITY, where it was asked.
    """
    told = parse_answer(outcome.stdout)
    if told.get("ID_TYPE") == _NO_DISK:
        names = f"{told.get('ID_VENDOR', '')} {told.get('ID_MODEL', '')}".strip()
        return Identity(lun.disk, lun.wwid, "", stand_in=names or _NO_DISK)
    serial = told.get("ID_SERIAL", "")
    # It told its identity when the kernel found it, as sysfs shows: now it answers that it does not.
    refused = bool(lun.wwid) and not (outcome.ok and serial)
    return Identity(lun.disk, lun.wwid, parse_identity(serial), live_size, refused)
