"""Why something is not disconnected at all: the system stands on it, or it cannot be done without loss."""

from collections.abc import Iterator
from itertools import chain

from tui.maintenance.dependents import Dependents
from tui.maintenance.disconnect_layers import left_to_hands
from tui.storage.model.inventory import Inventory
from tui.storage.model.users import KernelHold, Users
from tui.storage.operations.mounts.release import keeps_hold, kernel_words
from tui.storage.operations.mounts.swap import MARGIN
from tui.storage.problem import Problem
from tui.storage.size import size_words
from tui.storage.untrusted import clean
from tui.words import translate as _

SYSTEM = ("/", "/boot", "/boot/efi", "/etc", "/usr", "/var", "/var/lib", "/run", "/var/lib/iscsi-console")
"""Places without which the machine does not run, or this program cannot write down what it does."""


def refusal(inventory: Inventory, found: Dependents, users: Users, room: int | None = None) -> Problem | None:
    """Why a subject is not disconnected, or None.

    Args:
        inventory: the host.
        found: what would go.
        users: those who hold it and whom the plan does nothing about but wait.
        room: bytes free in memory and in the swap space that stays, or None when that is not known.
    """
    return next(chain(_reasons(inventory, found, users), _no_room(found, room)), None)


def _reasons(inventory: Inventory, found: Dependents, users: Users) -> Iterator[Problem]:
    if found.is_empty:
        yield Problem(
            "disconnect.nothing",
            _("There is nothing to disconnect: it is already gone."),
            remedy=_("Read the host again (r)."),
        )
    yield from _of_the_system(inventory, found)
    yield from _nameless(found)
    yield from _silent(inventory, found)
    yield from _kernel(inventory, found, users)
    ours = [process for process in users.processes if process.ours]
    if ours:
        yield Problem(
            "disconnect.our-own",
            _("The working directory of this program is on it."),
            cause=clean(ours[0].held[0].path, 200) if ours[0].held else "",
            remedy=_("Leave the program, change to another directory (cd /), and start it again."),
        )


def _of_the_system(inventory: Inventory, found: Dependents) -> Iterator[Problem]:
    system = next((mount.target for mount in found.mounts if mount.target in SYSTEM), None)
    if system is not None:
        yield Problem(
            "disconnect.system",
            _("{path} of this running system is on it.").format(path=clean(system, 80)),
            _("The machine cannot run without it."),
            _("It can only be disconnected when the machine is shut down."),
        )
    for record in inventory.node_records:
        onboot = "onboot" in {record.startup, record.connection_startup}
        if onboot and any(session.is_by(record) for session in found.sessions):
            yield Problem(
                "disconnect.boots-from-it",
                _("This machine boots from {target}.").format(target=clean(record.target, 120)),
                _(
                    "Its record has node.startup = onboot: the session is opened before the root "
                    "file system is mounted."
                ),
                _("It can only be disconnected when the machine is shut down."),
            )


def _nameless(found: Dependents) -> Iterator[Problem]:
    for session in found.sessions:
        if not session.target:
            yield Problem(
                "disconnect.nameless",
                _("Session {sid} has no target name, so iscsiadm cannot address it.").format(sid=session.sid),
                _("iscsid was killed or restarted in the middle of a login."),
                _("It does no harm and ends at the next reboot."),
            )


def _silent(inventory: Inventory, found: Dependents) -> Iterator[Problem]:
    """What is in memory for a disk that does not answer would be lost, and unmounting would hang."""
    used = {name for mount in found.mounts for name in mount.devices} | {swap.device for swap in found.swaps}
    active = {volume.device for group in found.groups for volume in inventory.volumes_of(group)}
    for name in (*used, *(active - {""})):
        device = inventory.device(name)
        if device is not None and not device.answers:
            yield Problem(
                "disconnect.silent",
                _("{path} does not answer now.").format(path=clean(device.path, 120)),
                _("Its session is lost, or a disk below it is gone. Unmounting now would hang or lose data."),
                _("Wait until the session is back, or repair it first; then disconnect."),
            )
            return


def _no_room(found: Dependents, room: int | None) -> Iterator[Problem]:
    used = sum(swap.used for swap in found.swaps)
    if room is not None and used and room < used + MARGIN:
        yield Problem(
            "disconnect.no-room",
            _("{used} are swapped out to it, and only {room} are free elsewhere.").format(
                used=size_words(used, room), room=size_words(room, used)
            ),
            _("Disabling this swap space would make the kernel kill processes (out of memory)."),
            _("Stop a process that uses much memory, or add swap space elsewhere."),
        )


def _kernel(inventory: Inventory, found: Dependents, users: Users) -> Iterator[Problem]:
    """What the plan has no operation for: a person ends it, and the screen sees that at once."""
    evidence = [kernel_words(user.how, user.name) for user in users.kernel if keeps_hold(user)]
    evidence += [
        _("where to look: {place}").format(place=place)
        for user in users.kernel
        if user.how is KernelHold.CLAIM
        for place in user.detail.split("; ")
    ]
    evidence += [
        _("{name} uses it: close it first ({how})").format(name=clean(rung.name, 80), how=how)
        for rung in found.rungs
        if (how := left_to_hands(inventory, rung))
    ]
    if evidence:
        yield Problem(
            "disconnect.held-by-kernel",
            _("The kernel uses it in a way that only you can end."),
            remedy=_("Stop what is listed below by hand; the list is updated continuously."),
            evidence=tuple(dict.fromkeys(evidence))[:12],
        )
