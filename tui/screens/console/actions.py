"""What can be done with the rung under the cursor, and why not, where something cannot.

No screen is imported here: `openers` does that when an action is taken, so that the console starts at once.
"""

from collections.abc import Iterator
from dataclasses import replace

from tui.maintenance.dependents import subject_of, subject_of_target
from tui.maintenance.growth_targets import Subject as Grows, subjects_of
from tui.maintenance.records import why_no_deletion
from tui.maintenance.sessions import record_of, why_no_login, why_no_logout
from tui.screens.access import Access
from tui.screens.console import openers
from tui.screens.console.action import Action, Subject
from tui.screens.rungs import is_wrong
from tui.storage.model.inventory import Inventory
from tui.storage.model.iscsi import NodeRecord, Session, SessionState
from tui.storage.model.lvm import VolumeGroup
from tui.storage.stacks.iscsi_rungs import record_key
from tui.storage.stacks.rung import Rung, RungKind
from tui.storage.stacks.stack import Stack
from tui.words import translate as _


def actions(subject: Subject, inventory: Inventory, access: Access) -> tuple[Action, ...]:
    """Return what can be done, the likeliest first; every key once.

    Args:
        subject: what the cursor is on.
        inventory: the host as it was read last.
        access: what may be done on it, and why not more.
    """
    found: dict[str, Action] = {}
    recovery = _recovery(subject, inventory)
    first = (recovery,) if is_wrong(subject) else ()
    for action in (*first, *_of_subject(subject, inventory), recovery, *_of_the_host(inventory)):
        allowed = replace(action, reason=access.reason) if access.reason and action.changes else action
        found.setdefault(action.key, allowed)
    return tuple(found.values())


def _recovery(subject: Subject, inventory: Inventory) -> Action:
    return Action(
        "r",
        _("Find out what is wrong, and repair it"),
        lambda host, access: openers.recover(host, access, inventory, subject),
        changes=False,
    )


def _of_subject(subject: Subject, inventory: Inventory) -> Iterator[Action]:
    """Yield what concerns the rung or stack itself."""
    yield from _of_disconnect(subject, inventory)
    if isinstance(subject, Rung):
        yield from _of_sessions(subject, inventory)
        yield from _of_records(subject, inventory)
    if subject is not None:
        yield from _of_volumes(subject, inventory)


def _of_the_host(inventory: Inventory) -> Iterator[Action]:
    """Yield what can be done wherever the cursor is; all of it begins with looking."""
    yield Action("c", _("Reconnect what was disconnected"), openers.reconnect)
    yield Action(
        "t",
        _("Targets and sessions of this host"),
        lambda host, access: openers.targets(host, access, inventory),
        changes=False,
    )
    yield Action(
        "p",
        _("Portals to ask for targets"),
        lambda host, access: openers.portals(host, access, inventory),
        changes=False,
    )
    yield Action(
        "i",
        _("Iface records"),
        lambda host, access: openers.interfaces(host, access, inventory),
        changes=False,
    )


def _of_disconnect(subject: Subject, inventory: Inventory) -> Iterator[Action]:
    if isinstance(subject, Rung):
        part = subject_of(subject, inventory)
    else:
        targets = [one for one in subject.targets if inventory.sessions_of(one)] if subject else []
        part = subject_of_target(targets[0]) if len(targets) == 1 else None
    if part is not None:
        yield Action(
            "d",
            _("Disconnect it safely"),
            lambda host, access: openers.disconnect(host, access, inventory, part),
            changes=False,
        )


def _of_sessions(rung: Rung, inventory: Inventory) -> Iterator[Action]:
    session = session_at(rung, inventory)
    records = records_at(rung, inventory)
    if session is not None:
        yield Action(
            "l",
            _("Log out"),
            lambda host, access: openers.log_out(host, access, inventory, session),
            why_no_logout(session, inventory),
        )
        yield Action(
            "u",
            _("Look for new LUNs"),
            lambda host, access: openers.scan(host, access, session),
            "" if session.state is SessionState.LOGGED_IN else _("the session is not logged in"),
        )
    elif records and rung.kind in {RungKind.PORTAL, RungKind.SESSION}:
        yield Action(
            "l",
            _("Log in"),
            lambda host, access: openers.log_in(host, access, inventory, records),
            why_no_login(records[0], inventory),
        )


def _of_records(rung: Rung, inventory: Inventory) -> Iterator[Action]:
    records = records_at(rung, inventory)
    if not records or rung.kind not in {RungKind.PORTAL, RungKind.SESSION}:
        return
    yield Action(
        "e",
        _("Settings of the record"),
        lambda host, access: openers.record(host, access, inventory, records[0]),
        changes=False,
    )
    reasons = [reason for one in records if (reason := why_no_deletion(one, inventory))]
    yield Action(
        "x",
        _("Delete the record") if len(records) == 1 else _("Delete the records"),
        lambda host, access: openers.delete_records(host, access, inventory, records),
        reasons[0] if reasons else "",
    )


def session_at(rung: Rung, inventory: Inventory) -> Session | None:
    """Return the session a portal, session or LUN belongs to, where there is exactly one."""
    if rung.kind not in {RungKind.PORTAL, RungKind.SESSION, RungKind.LUN}:
        return None
    if rung.sid is not None:
        return inventory.session(rung.sid)
    if rung.kind is not RungKind.PORTAL:
        return None
    through = [one for one in inventory.sessions_of(rung.target) if one.portal.label == rung.name]
    return through[0] if len(through) == 1 else None


def records_at(rung: Rung, inventory: Inventory) -> tuple[NodeRecord, ...]:
    """Return the node records of a portal or session, one for each iface."""
    session = session_at(rung, inventory)
    if session is not None:
        record = record_of(inventory, session)
        return () if record is None else (record,)
    keys = {rung.key, *rung.also}
    return tuple(
        one
        for one in inventory.node_records
        if one.target == rung.target and (record_key(one) in keys or _session_key(one) in keys)
    )


def _session_key(record: NodeRecord) -> str:
    return f"session:{record.target}|{record.portal.label}|{record.iface}"


def _of_volumes(subject: Rung | Stack, inventory: Inventory) -> Iterator[Action]:
    """Yield what concerns the volumes on a rung, or on all of a stack."""
    found = growing_at(subject, inventory)
    yield Action(
        "g",
        _("Grow"),
        lambda host, access: openers.grow(host, access, inventory, found),
        "" if found else _("no volume and no file system stands here"),
    )
    groups = _groups(found, inventory)
    yield Action(
        "n",
        _("Make or change volumes"),
        lambda host, access: openers.volumes(host, access, inventory, groups[0]),
        ""
        if len(groups) == 1
        else _("several groups stand here; go to one of them")
        if groups
        else _("no volume group stands here; the set-up (s) makes one"),
    )


def growing_at(subject: Rung | Stack, inventory: Inventory) -> tuple[Grows, ...]:
    """Return what may grow on a rung or a whole stack: its volumes, and file systems without LVM."""
    if isinstance(subject, Rung):
        return subjects_of(inventory, subject)
    whole = (rung for rung in subject.rungs if rung.kind in {RungKind.LUN, RungKind.VOLUME_GROUP})
    return tuple(dict.fromkeys(one for rung in whole for one in subjects_of(inventory, rung)))


def _groups(found: tuple[Grows, ...], inventory: Inventory) -> tuple[VolumeGroup, ...]:
    """Return the groups of these that LVM told of."""
    names = {one.group for one in found if one.group}
    return tuple(one for one in inventory.volume_groups if one.name in names and one.extent_size)
