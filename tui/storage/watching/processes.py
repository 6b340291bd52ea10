"""The processes and kernel threads that carry iSCSI on this machine, read by psutil.

Names are those of libiscsi and the SCSI layer: a host, which with iscsi_tcp is a session, has a transmit
queue `iscsi_q_H` (its rescuer thread; `kworker/R-iscsi_q_H` from kernel 6.8 on), an error handler
`scsi_eh_H` and a queue for task management `scsi_tmf_H`.
"""

import re
from enum import StrEnum

from msgspec import Struct

_THREAD = re.compile(
    r"^(?:kworker/R-)?(?P<kind>iscsi_q|iscsi_eh|iscsi_conn_cleanup|scsi_eh|scsi_tmf)_?(?P<host>\d{1,18})?$"
)
_KWORKER = re.compile(r"^kworker/\S*[+-](?:iscsi_q_(?P<host>\d{1,18})|iscsi)")
_DAEMONS = frozenset({"iscsid", "iscsiuio", "multipathd"})


class ProcessKind(StrEnum):
    """What it is for."""

    DAEMON = "daemon"
    TRANSMIT = "transmit"
    ERRORS = "errors"
    WORKER = "worker"


class IscsiProcess(Struct, frozen=True):
    """One of them.

    Attributes:
        pid: its number.
        name: its name, whole.
        kind: what it is for.
        waiting: it is in uninterruptible sleep (state D): something it waits for does not answer.
        host_number: the SCSI host it serves, or None for all.
    """

    pid: int
    name: str
    kind: ProcessKind
    waiting: bool = False
    host_number: int | None = None


def classify(name: str) -> tuple[ProcessKind, int | None] | None:
    """What a process of that name is for and which SCSI host it serves; None for all others."""
    if name in _DAEMONS:
        return ProcessKind.DAEMON, None
    match = _THREAD.match(name)
    if match is not None:
        number = int(match["host"]) if match["host"] else None
        return (ProcessKind.TRANSMIT if match["kind"] == "iscsi_q" else ProcessKind.ERRORS), number
    match = _KWORKER.match(name)
    if match is not None:
        return ProcessKind.WORKER, int(match["host"]) if match["host"] else None
    return None


def read_processes() -> tuple[IscsiProcess, ...]:
    """Those that run now, by number."""
    import psutil  # noqa: PLC0415 (30 ms that a start need not wait for)

    found: list[IscsiProcess] = []
    for process in psutil.process_iter(["name", "status"]):
        name = process.info["name"] or ""
        known = classify(name)
        if known is not None:
            waiting = process.info["status"] == psutil.STATUS_DISK_SLEEP
            found.append(IscsiProcess(process.pid, name, known[0], waiting, known[1]))
    return tuple(sorted(found, key=lambda process: process.pid))
