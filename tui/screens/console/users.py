"""The processes and threads that carry a session, and those that use a mount."""

from collections.abc import Iterable, Iterator

from tui.screens.console.details import Fact
from tui.storage.model.inventory import Inventory
from tui.storage.model.users import KernelUser, Process, Users
from tui.storage.stacks.rung import Rung, RungKind
from tui.storage.watching.processes import IscsiProcess, ProcessKind
from tui.words import enumerated, translate as _, translate_count

MOST = 6
"""Users that are listed; the others are counted."""

USED = frozenset({RungKind.FILESYSTEM, RungKind.MOUNT, RungKind.SWAP})
"""Layers that processes use."""


def worker_facts(rung: Rung, inventory: Inventory, processes: Iterable[IscsiProcess]) -> Iterator[Fact]:
    """Yield the processes and kernel threads that carry a session."""
    session = inventory.session(rung.sid) if rung.sid is not None else None
    if rung.kind is not RungKind.SESSION or session is None:
        return
    every = tuple(processes)
    daemons = [process for process in every if process.kind is ProcessKind.DAEMON]
    threads = [process for process in every if process.host_number == session.host_number >= 0]
    for label, found in ((_("daemon"), daemons), (_("threads"), threads)):
        names = enumerated(f"{process.name} {process.pid}" for process in found)
        waits = any(process.waiting for process in found)
        yield label, names, _("waits for a disk that does not respond") if waits else ""


def user_facts(users: Users) -> Iterator[Fact]:
    """Yield what uses a mount, a line each."""
    found = [*map(_process, users.processes), *map(_kernel_user, users.kernel)]
    if not found:
        nobody = _("unknown") if users.unseen else _("nothing now")
        yield _("used by"), nobody, ""
    for place, (name, what) in enumerate(found[:MOST]):
        yield (_("used by") if place == 0 else " "), name, what
    left = len(found) - MOST
    if left > 0:
        yield " ", translate_count("and {count} more", "and {count} more", left).format(count=left), ""
    for unseen in users.unseen:
        yield " ", unseen.what, unseen.why


def _process(process: Process) -> tuple[str, str]:
    words = process.command.partition(" ")[0].rpartition("/")[2] or process.command
    held = process.held[0].path if process.held else ""
    waits = _("waits for the disk") if process.waits else ""
    what = enumerated(word for word in (process.service, process.container, waits, held) if word)
    return f"{words} {process.pid}", what


def _kernel_user(user: KernelUser) -> tuple[str, str]:
    return user.name, user.detail or user.how.value
