"""Looking at a host for the set-up: files, folders, disks that appear, and what is on them."""

import threading

from tui.setup.state import FolderFacts, Probed
from tui.setup.steps.disks import Disk
from tui.storage.devices.contents import contents
from tui.storage.devices.settling import settle
from tui.storage.files.rc_local import PATHS
from tui.storage.host.interface import FileKind, Host
from tui.storage.model.inventory import Inventory
from tui.storage.probe.iscsi.sessions import read_sessions
from tui.storage.probe.reading import whole_number
from tui.storage.waiting import wait_for

_DISKS_DEADLINE = 15.0
"""Seconds in which the kernel has found the LUNs of a new session; a target without one takes them all."""


def modified(host: Host, path: str) -> float | None:
    """When a file was written, seconds since the epoch, or None when it is not there."""
    facts = host.facts(path)
    return facts.modified if facts is not None else None


def rc_local(host: Host) -> str:
    """The text of rc.local, wherever this distribution keeps it, or empty."""
    for path in PATHS:
        try:
            return host.read(path)
        except OSError:
            continue
    return ""


def folder_facts(host: Host, path: str) -> FolderFacts:
    """What a mount point is now; a link counts as what it leads to."""
    facts = host.facts(host.resolve(path))
    if facts is None:
        return FolderFacts(path)
    if facts.kind is not FileKind.FOLDER:
        return FolderFacts(path, exists=True)
    try:
        entries = len([entry for entry in host.names(path) if entry != "lost+found"])
    except OSError:
        entries = 0
    return FolderFacts(path, exists=True, is_folder=True, entries=entries)


def wait_for_disks(host: Host, sids: frozenset[int], leave: threading.Event) -> bool:
    """Wait until every session shows its disks and udev has looked at them; whether all do.

    The kernel looks for LUNs on its own after the login, and how many there are nobody tells. So the disks
    count as complete when each session has one, all of them run, and a second look finds no more.
    """
    seen: list[frozenset[tuple[int, str, str]]] = [frozenset()]

    def complete() -> bool:
        if leave.is_set():
            return True
        luns = [lun for lun in read_sessions(host)[1] if lun.sid in sids]
        now = frozenset((lun.sid, lun.disk, lun.state.value) for lun in luns)
        with_disk = {lun.sid for lun in luns if lun.disk and lun.state.answers}
        before, seen[0] = seen[0], now
        return sids <= with_disk and now == before

    found = wait_for(complete, _DISKS_DEADLINE, pause=0.3)
    settle(host)
    return found


def look_at_disk(host: Host, inventory: Inventory, disk: Disk) -> Probed:
    """What is on a disk, asked of the disk itself."""
    found = contents(host, inventory, disk.device)
    return Probed(disk.wwid, found, _alignment(host, disk.device.name))


def _alignment(host: Host, name: str) -> int:
    try:
        text = host.read(f"/sys/class/block/{name}/queue/optimal_io_size").strip()
    except OSError:
        return 0
    return whole_number(text) or 0
