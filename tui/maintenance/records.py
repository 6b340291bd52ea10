"""Changing and deleting what the record database holds, as proposals."""

from collections.abc import Mapping, Sequence

from tui.maintenance.proposal import Proposal, way_back_of
from tui.maintenance.record_fields import CONNECTION_STARTUP, STARTUP, Change, changes
from tui.maintenance.sessions import session_of
from tui.storage.changing.plan import Plan
from tui.storage.iscsi.chap import ChapKind, ChapSettings
from tui.storage.iscsi.discovery import DiscoveryKind, Found, Standing
from tui.storage.model.inventory import Inventory
from tui.storage.model.iscsi import ChapFacts, DiscoveryRecord, InterfaceRecord, NodeRecord
from tui.storage.operations.iscsi.chap import SetRecordChap
from tui.storage.operations.iscsi.discovery import (
    AddInterface,
    DeleteDiscoveryRecord,
    DeleteInterface,
    StoreDiscovered,
)
from tui.storage.operations.iscsi.records import DeleteNodeRecord, SetRecordValues
from tui.storage.operations.operation import Operation
from tui.storage.probe.iscsi.settings import Settings
from tui.storage.problem import Problem
from tui.storage.untrusted import clean
from tui.words import enumerated, translate as _, translate_count

BUILT_IN_INTERFACES = frozenset({"default", "iser"})
"""Iface records that open-iscsi has without a file."""


def kind_of(facts: ChapFacts) -> ChapKind:
    """Which CHAP a record has. A secret counts even where the method says None (iscsid.conf's own note)."""
    if facts.has_password_in or facts.username_in:
        return ChapKind.MUTUAL
    return ChapKind.ONE_WAY if facts.has_password or facts.username else ChapKind.NONE


def wanted_chap(kind: ChapKind, typed: ChapSettings, stored: ChapFacts) -> ChapSettings | None:
    """What is to be written, or None when a record keeps what it has: the same names and no new secret.

    Args:
        kind: which side authenticates itself.
        typed: names and secrets as typed; an empty secret keeps the stored one.
        stored: what the record says.
    """
    if kind is ChapKind.NONE:
        return None if stored.is_empty else ChapSettings()
    wanted = ChapSettings(typed.username, typed.password)
    if kind is ChapKind.MUTUAL:
        wanted = typed
    same_names = (wanted.username, wanted.username_in) == (stored.username, stored.username_in)
    has_secrets = stored.has_password and (stored.has_password_in or kind is not ChapKind.MUTUAL)
    kept = same_names and has_secrets and not wanted.password and not wanted.password_in
    return None if kept else wanted


def edit(
    record: NodeRecord,
    stored: Settings,
    wanted: Mapping[str, str],
    chap: ChapSettings | None,
    inventory: Inventory,
) -> Proposal:
    """Change settings of one node record; the notes are the difference, line by line.

    Args:
        record: the record.
        stored: its settings as its file has them.
        wanted: values by key.
        chap: names and secrets to write, or None to keep them.
        inventory: the host.
    """
    different = changes(stored, wanted)
    operations: list[Operation] = []
    if different:
        operations.append(_set_values(record, stored, different))
    if chap is not None:
        operations.append(SetRecordChap(record.target, record.portal, record.iface, chap))
    plan = Plan(
        _("Change the record of {target} at {portal}").format(
            target=clean(record.target), portal=clean(record.portal.label)
        ),
        tuple(operations),
    )
    notes = [change.words for change in different]
    if chap is not None:
        notes.append(_chap_words(kind_of(record.chap), chap.kind))
    session = session_of(inventory, record)
    if session is not None and operations:
        notes.append(
            _("Session {sid} keeps its settings until it logs out and in again.").format(sid=session.sid)
        )
    return Proposal(
        plan,
        _("Only this record is changed. Other settings stay as they are."),
        tuple(notes),
        yes=_("Save"),
        way_back=way_back_of(plan),
    )


def _set_values(record: NodeRecord, stored: Settings, different: Sequence[Change]) -> SetRecordValues:
    values = [(change.field.key, change.after) for change in different]
    previous = [(change.field.key, change.before) for change in different]
    startup = dict(values).get(STARTUP)
    if startup is not None:
        values.append((CONNECTION_STARTUP, startup))
        previous.append((CONNECTION_STARTUP, stored.text(CONNECTION_STARTUP)))
    known = all(value for _key, value in previous)
    return SetRecordValues(
        record.target, record.portal, record.iface, tuple(values), tuple(previous) if known else ()
    )


def _chap_words(before: ChapKind, after: ChapKind) -> str:
    words = {ChapKind.NONE: _("none"), ChapKind.ONE_WAY: _("one-way"), ChapKind.MUTUAL: _("mutual")}
    if before is after:
        return _("CHAP: another name or secret, at the next login")
    return _("CHAP: {before} becomes {after}, at the next login").format(
        before=words[before], after=words[after]
    )


def delete(records: Sequence[NodeRecord], inventory: Inventory) -> Proposal:
    """Delete node records; refused while a session uses one of them, as iscsiadm refuses it."""
    operations = tuple(DeleteNodeRecord(record.target, record.portal, record.iface) for record in records)
    title = (
        operations[0].title()
        if len(operations) == 1
        else _("Delete {count} node records").format(count=len(operations))
    )
    notes = [_("Settings and CHAP secrets in them are lost. Asking the portal again creates new records.")]
    at_boot = sum(record.logs_in_at_boot for record in records)
    if at_boot:
        notes.append(
            translate_count(
                "This host then no longer logs in there at boot.",
                "This host then no longer logs in at boot with {count} of them.",
                at_boot,
            ).format(count=at_boot)
        )
    return Proposal(
        Plan(title, operations),
        _("Without a record this host cannot log in to the target, at boot or by hand."),
        tuple(notes),
        _in_use(records, inventory),
        _("Delete"),
    )


def why_no_deletion(record: NodeRecord, inventory: Inventory) -> str:
    """Why a record is not deleted now, without a full stop; empty when it can be."""
    session = session_of(inventory, record)
    return "" if session is None else _("session {sid} uses it").format(sid=session.sid)


def _in_use(records: Sequence[NodeRecord], inventory: Inventory) -> Problem | None:
    found = [
        (record, session) for record in records if (session := session_of(inventory, record)) is not None
    ]
    if not found:
        return None
    sids = enumerated(str(session.sid) for _record, session in found)
    return Problem(
        "record.in-use",
        translate_count(
            "{count} of these records is in use, by session {sids}.",
            "{count} of these records are in use, by the sessions {sids}.",
            len(found),
        ).format(count=len(found), sids=sids),
        _("A session reads its record again when it reconnects."),
        _("Log out there first, or choose only the others."),
    )


def forget_portal(
    record: DiscoveryRecord, made_by_it: Sequence[NodeRecord], inventory: Inventory
) -> Proposal:
    """Delete the record of a portal that is asked for targets.

    Args:
        record: the portal's discovery record.
        made_by_it: the node records that go with it (`storage.discovery.records_told_by`).
        inventory: the host.
    """
    plan = Plan(
        _("Forget the portal {portal}").format(portal=clean(record.portal.label)),
        (DeleteDiscoveryRecord(DiscoveryKind(record.kind), record.portal),),
    )
    notes = []
    if made_by_it:
        notes.append(
            translate_count(
                "{count} node record is deleted too, because iscsiadm created it by asking this "
                "portal: {names}.",
                "{count} node records are deleted too, because iscsiadm created them by asking "
                "this portal: {names}.",
                len(made_by_it),
            ).format(
                count=len(made_by_it),
                names=enumerated(dict.fromkeys(clean(record.target) for record in made_by_it)),
            )
        )
    else:
        notes.append(_("The node records stay, and so do sessions."))
    if record.chap.has_password:
        notes.append(_("Its CHAP secret for discovery is lost."))
    return Proposal(
        plan,
        _("This host no longer remembers that this portal can be asked for targets."),
        tuple(notes),
        _in_use(made_by_it, inventory),
        _("Forget"),
    )


def rediscover(record: DiscoveryRecord, chosen: Sequence[Found], inventory: Inventory) -> Proposal:
    """Store what a portal newly lists, and delete what it no longer lists.

    Records that exist are never touched: a plain discovery would reset their settings.

    Args:
        record: the portal that was asked.
        chosen: new ones are stored, vanished ones are deleted.
        inventory: the host.
    """
    fresh = [choice for choice in chosen if choice.standing is Standing.NEW]
    gone = {(choice.target, choice.portal.label) for choice in chosen if choice.standing is Standing.VANISHED}
    doomed = [record for record in inventory.node_records if (record.target, record.portal.label) in gone]
    operations: list[Operation] = []
    if fresh:
        keys = tuple(portal.key for portal in fresh)
        operations.append(StoreDiscovered(DiscoveryKind(record.kind), record.portal, keys))
    operations += [DeleteNodeRecord(record.target, record.portal, record.iface) for record in doomed]
    notes = [_("Existing records keep all settings.")]
    if fresh:
        notes.append(_("New records get the settings of iscsid.conf; this host does not log in yet."))
    return Proposal(
        Plan(_("Store what {portal} lists").format(portal=clean(record.portal.label)), tuple(operations)),
        _("Only what you chose is stored or deleted."),
        tuple(notes),
        _in_use(doomed, inventory),
        _("Apply"),
    )


def add_interface(interface: InterfaceRecord) -> Proposal:
    """Make an iface record."""
    plan = Plan(
        _("Create the iface record {name}").format(name=clean(interface.name)),
        (
            AddInterface(
                interface.name, interface.network_device, interface.ip_address, interface.hardware_address
            ),
        ),
    )
    return Proposal(
        plan,
        _("Sessions through it use that network interface, whatever the routing table says."),
        (
            _("It is used when a target is stored through it; existing records stay as they are."),
            _("While any iface record exists, a bare iscsiadm discovery stores targets through all of them."),
        ),
        yes=_("Create"),
        way_back=way_back_of(plan),
    )


def delete_interface(interface: InterfaceRecord, inventory: Inventory) -> Proposal:
    """Delete an iface record; refused while node records go through it."""
    plan = Plan(
        _("Delete the iface record {name}").format(name=clean(interface.name)),
        (DeleteInterface(interface.name),),
    )
    reason = why_interface_stays(interface, inventory)
    refusal = Problem(
        "iface.in-use",
        _("The iface record stays: {reason}.").format(reason=reason),
        remedy=_("Delete the node records that go through it first."),
    )
    return Proposal(
        plan,
        _("It no longer binds sessions to that network interface."),
        refusal=refusal if reason else None,
        yes=_("Delete"),
    )


def why_interface_stays(interface: InterfaceRecord, inventory: Inventory) -> str:
    """Why an iface record is not deleted, without a full stop; empty when it can be."""
    if interface.name in BUILT_IN_INTERFACES:
        return _("open-iscsi has it built in")
    users = sum(record.iface == interface.name for record in inventory.node_records)
    if users:
        return translate_count("{count} node record uses it", "{count} node records use it", users).format(
            count=users
        )
    if any(session.iface == interface.name for session in inventory.sessions):
        return _("a session uses it")
    return ""
