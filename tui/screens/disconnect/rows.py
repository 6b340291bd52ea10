"""What would be removed, with its users, as rows of the stack view."""

from tui.maintenance.dependents import Dependents, users_at
from tui.maintenance.disconnect_seen import AboutUsers, processes_to_end, services_of
from tui.screens.rungs import LONGEST, state_of
from tui.storage.model.inventory import Inventory
from tui.storage.model.users import Hold, KernelUser, Process, Users
from tui.storage.operations.mounts.release import keeps_hold, kernel_words
from tui.storage.stacks.layer_words import layer_word
from tui.storage.untrusted import clean
from tui.words import enumerated, translate as _
from widgets.stack_view import Rung as Row
from widgets.state import State


def rows_of(found: Dependents, inventory: Inventory, users: Users, choice: AboutUsers) -> tuple[Row, ...]:
    """Return the layers that are removed, from the bottom, each with its users below it.

    Args:
        found: what is removed.
        inventory: the host.
        users: those who use it.
        choice: what is done about them, shown at each.
    """
    rows: list[Row] = []
    lowest = min((rung.depth for rung in found.rungs), default=0)
    for rung in found.rungs:
        depth = rung.depth - lowest
        details = [clean(word, LONGEST) for word in rung.detail if word]
        rows.append(
            Row(
                rung.key,
                layer_word(rung.kind),
                clean(rung.name, LONGEST),
                depth,
                details[0] if details else "",
                state_of(rung.health),
                clean(rung.state),
                enumerated(details[1:]),
            )
        )
        here = users_at(rung, inventory, users)
        rows += [
            _process(rung.key, depth + 1, process, users, choice)
            for process in here.processes
            if not process.is_storage
        ]
        rows += [_kernel(rung.key, depth + 1, user, users, choice) for user in here.kernel]
    return tuple(rows)


def hold_word(how: Hold) -> str:
    """Return how a process holds what it holds, in a few words."""
    return {
        Hold.CURRENT_FOLDER: _("working directory:"),
        Hold.ROOT_FOLDER: _("root directory:"),
        Hold.PROGRAM: _("program:"),
        Hold.OPEN_FILE: _("open file:"),
        Hold.MAPPED_FILE: _("mapped file:"),
        Hold.SOCKET: _("socket:"),
        Hold.OPEN_DEVICE: _("open device:"),
    }[how]


def _process(above: str, depth: int, process: Process, users: Users, choice: AboutUsers) -> Row:
    held = process.held[0]
    where = process.container or process.service or process.user
    return Row(
        f"{above} process {process.pid}.{process.started}",
        _("process"),
        clean(f"{process.pid} {process.command}", 200),
        depth,
        clean(where, 60),
        State.WARN,
        _("waits for I/O") if process.waits else _fate(process, users, choice),
        clean(f"{hold_word(held.how)} {held.path}", 200),
    )


def _fate(process: Process, users: Users, choice: AboutUsers) -> str:
    """Return what becomes of a process by what was chosen."""
    if choice is not AboutUsers.WAIT and process.unit in services_of(users):
        return _("will be stopped")
    if choice is AboutUsers.END_PROCESSES and process in _whole(process, users):
        return _("gets SIGTERM")
    return _("in use")


def _whole(process: Process, users: Users) -> tuple[Process, ...]:
    """Return the process when it is among those that are asked to end, whatever is shown of what it holds."""
    return (process,) if process.pid in {ended.pid for ended in processes_to_end(users)} else ()


def _kernel(above: str, depth: int, user: KernelUser, users: Users, choice: AboutUsers) -> Row:
    stopped = choice is not AboutUsers.WAIT and bool(user.unit) and user.unit in services_of(users)
    blocks = keeps_hold(user) and not stopped
    return Row(
        f"{above} kernel {user.how.value} {user.name} {user.detail}",
        _("kernel"),
        kernel_words(user.how, user.name),
        depth,
        clean(user.container or user.unit, 60),
        State.WARN if blocks else State.WAITING,
        _("end it yourself") if blocks else _("is removed too"),
    )
