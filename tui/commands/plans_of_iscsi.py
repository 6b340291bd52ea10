"""The plans for sessions, node records, discovery portals and iface records, from what is typed."""

from tui.commands.choosing import nothing_named, records_named, sessions_named
from tui.commands.planned import Arguments, Planned, nothing_to_do
from tui.commands.secret_files import SESSION, SESSION_IN, read_secrets
from tui.maintenance import records as record_plans
from tui.maintenance.proposal import Proposal, way_back_of
from tui.maintenance.record_fields import fields, problems
from tui.maintenance.sessions import log_in, log_out, scan, session_of
from tui.storage.changing.plan import Plan
from tui.storage.host.interface import Host
from tui.storage.iscsi.chap import NO_SECRET, ChapSettings
from tui.storage.iscsi.discovery import DiscoveryKind, records_told_by
from tui.storage.model.inventory import Inventory
from tui.storage.model.iscsi import InterfaceRecord, NodeRecord, SessionState
from tui.storage.probe.inventory import take_inventory
from tui.storage.probe.iscsi.settings import Settings, parse_settings
from tui.storage.problem import Problem, Refused
from tui.storage.untrusted import clean
from tui.words import enumerated, translate as _

_METHOD = "node.session.auth.authmethod"
_USER, _USER_IN = "node.session.auth.username", "node.session.auth.username_in"


def login(host: Host, arguments: Arguments) -> Planned:
    """Log in by the node records of a target that nobody is logged in by."""
    inventory = take_inventory(host)
    records = _records(inventory, arguments)
    waiting = tuple(record for record in records if not _is_logged_in(inventory, record))
    if not waiting:
        return nothing_to_do(_title(_("Log in to {target}"), arguments), _("There is a session already."))
    return Planned(log_in(waiting, inventory))


def logout(host: Host, arguments: Arguments) -> Planned:
    """Log out of the sessions to a target."""
    inventory = take_inventory(host)
    sessions = sessions_named(inventory, *_place(arguments))
    if not sessions:
        _records(inventory, arguments)
        return nothing_to_do(_title(_("Log out of {target}"), arguments), _("There is no session."))
    return Planned(log_out(sessions, inventory))


def scan_for_luns(host: Host, arguments: Arguments) -> Planned:
    """Look for LUNs through the sessions to a target."""
    inventory = take_inventory(host)
    sessions = sessions_named(inventory, *_place(arguments))
    if not sessions:
        raise Refused(
            Problem(
                "scan.no-session",
                _("There is no session to {target}.").format(target=clean(arguments.text("target"))),
                remedy=_("Log in first: iscsi-console login TARGET."),
            )
        )
    return Planned(scan(sessions))


def set_record(host: Host, arguments: Arguments) -> Planned:
    """Change settings of the node records of a target."""
    inventory = take_inventory(host)
    wanted = dict(arguments.pairs("settings"))
    names = {key: wanted.pop(key) for key in (_METHOD, _USER, _USER_IN) if key in wanted}
    _refuse_settings(wanted)
    secrets = read_secrets(arguments.pairs("secret_file"))
    proposals = []
    for record in _records(inventory, arguments):
        chap = None
        if names or secrets:
            typed = ChapSettings(
                names.get(_USER, record.chap.username),
                secrets.get(SESSION, NO_SECRET),
                names.get(_USER_IN, record.chap.username_in),
                secrets.get(SESSION_IN, NO_SECRET),
            )
            typed = ChapSettings() if names.get(_METHOD) == "None" else typed
            chap = record_plans.wanted_chap(typed.kind, typed, record.chap)
        proposals.append(record_plans.edit(record, _stored(host, record), wanted, chap, inventory))
    return Planned(_together(_title(_("Change the records of {target}"), arguments), proposals))


def delete_record(host: Host, arguments: Arguments) -> Planned:
    """Delete the node records of a target."""
    inventory = take_inventory(host)
    return Planned(record_plans.delete(_records(inventory, arguments), inventory))


def forget_portal(host: Host, arguments: Arguments) -> Planned:
    """Delete the record of a discovery portal."""
    inventory = take_inventory(host)
    word = arguments.text("portal")
    found = [record for record in inventory.discovery_records if record.portal.label == word]
    if not found:
        raise nothing_named(word)
    record = found[0]
    made_by_it = records_told_by(host, DiscoveryKind(record.kind), record.portal)
    return Planned(record_plans.forget_portal(record, made_by_it, inventory))


def add_interface(host: Host, arguments: Arguments) -> Planned:
    """Create an iface record."""
    del host
    return Planned(
        record_plans.add_interface(
            InterfaceRecord(
                arguments.text("name"),
                hardware_address=arguments.text("hardware_address"),
                ip_address=arguments.text("address"),
                network_device=arguments.text("device"),
            )
        )
    )


def delete_interface(host: Host, arguments: Arguments) -> Planned:
    """Delete an iface record."""
    inventory = take_inventory(host)
    name = arguments.text("name")
    found = [interface for interface in inventory.interfaces if interface.name == name]
    if not found:
        raise nothing_named(name)
    return Planned(record_plans.delete_interface(found[0], inventory))


def _is_logged_in(inventory: Inventory, record: NodeRecord) -> bool:
    session = session_of(inventory, record)
    return session is not None and session.state is SessionState.LOGGED_IN


def _place(arguments: Arguments) -> tuple[str, str, str]:
    return arguments.text("target"), arguments.text("portal"), arguments.text("iface")


def _records(inventory: Inventory, arguments: Arguments) -> tuple[NodeRecord, ...]:
    return records_named(inventory, *_place(arguments))


def _title(words: str, arguments: Arguments) -> str:
    return words.format(target=clean(arguments.text("target")))


def _refuse_settings(wanted: dict[str, str]) -> None:
    known = {field.key for field in fields()}
    strange = [key for key in wanted if key not in known]
    if strange:
        raise Refused(
            Problem(
                "record.key",
                _("{key} is not a setting that this program changes.").format(key=clean(strange[0])),
                remedy=_("These are: {keys}.").format(keys=enumerated(sorted(known))),
            )
        )
    wrong = problems(wanted)
    if wrong:
        raise Refused(wrong[0])


def _stored(host: Host, record: NodeRecord) -> Settings:
    try:
        return Settings(parse_settings(host.read(record.path)))
    except OSError:
        return Settings(())


def _together(title: str, proposals: list[Proposal]) -> Proposal:
    """Several proposals of the same kind as one, each step once."""
    if len(proposals) == 1:
        return proposals[0]
    operations = tuple(operation for proposal in proposals for operation in proposal.plan.operations)
    plan = Plan(title, operations)
    notes = tuple(dict.fromkeys(note for proposal in proposals for note in proposal.notes))
    refusal = next((proposal.refusal for proposal in proposals if proposal.refusal is not None), None)
    return Proposal(plan, proposals[0].why, notes, refusal, proposals[0].yes, way_back_of(plan))
