"""Which disk was whose in a boot, by the kernel's own lines."""

import re

from tui.storage.model.iscsi import Lun, Session

_HOST = re.compile(r"scsi host(?P<host>\d{1,9}): iSCSI Initiator over")
_ATTACHED = re.compile(r"sd (?P<host>\d{1,9}):\d+:\d+:\d+: \[(?P<disk>sd[a-z]{1,5})\] Attached SCSI disk")
_LOADED = re.compile(r"Loading iSCSI transport class")

_SD_MAJORS = (8, *range(65, 72), *range(128, 136))
"""Block majors of SCSI disks, 16 disks each (Documentation/admin-guide/devices.txt)."""


class Disks:
    """The session of each disk, as lines of one boot are taken one after the other.

    The kernel counts sessions from 1 when its module is loaded, and makes the SCSI host of a session together
    with it (iscsi_tcp.c, iscsi_sw_tcp_session_create): the n-th host is that of session n. It is known only
    where the log was read from that moment on.
    """

    def __init__(self) -> None:
        self._made: int | None = None
        self._sid_of_host: dict[int, int] = {}
        self._host_of_disk: dict[str, int] = {}

    def adopt(self, sessions: tuple[Session, ...], luns: tuple[Lun, ...]) -> None:
        """Take what there is now, of the boot of now: it counts before what lines tell."""
        for session in sessions:
            self._sid_of_host[session.host_number] = session.sid
        for lun in luns:
            host = lun.address.partition(":")[0]
            if lun.disk and host.isdecimal():
                self._host_of_disk[lun.disk] = int(host)

    def take(self, line: str) -> None:
        """Take a line of the kernel."""
        if _LOADED.search(line):
            self._made = 0
        elif (host := _HOST.search(line)) is not None:
            if self._made is not None:
                self._made += 1
                self._sid_of_host.setdefault(int(host["host"]), self._made)
        elif (attached := _ATTACHED.search(line)) is not None:
            self._host_of_disk[attached["disk"]] = int(attached["host"])

    def session_of(self, subject: str) -> int | None:
        """The session of a disk or LUN by its raw name (`news.subject`), or None where that is not known."""
        kind, _colon, name = subject.partition(":")
        if kind == "lun":
            host = name.partition(":")[0]
            return self._sid_of_host.get(int(host)) if host.isdecimal() else None
        disk = disk_of_number(name) if kind == "number" else name
        found = re.match(r"sd[a-z]{1,5}", disk)
        return self._sid_of_host.get(self._host_of_disk.get(found[0], -1)) if found is not None else None


def disk_of_number(number: str) -> str:
    """The name of the disk with a device number, `8:16` for sdb; the number where it is another device."""
    major, _colon, minor = number.partition(":")
    if not (major.isdecimal() and minor.isdecimal()) or int(major) not in _SD_MAJORS:
        return number
    index = _SD_MAJORS.index(int(major)) * 16 + int(minor) // 16
    name = ""
    while index >= 0:
        name = chr(ord("a") + index % 26) + name
        index = index // 26 - 1
    return f"sd{name}"
