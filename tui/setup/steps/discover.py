"""Step 3: ask a portal which targets it offers this host."""

import ipaddress
import re

from tui.setup.answers import DiscoverAnswer
from tui.setup.state import Explanation, SetupState, commands
from tui.setup.steps import chap, portal as portals
from tui.storage.changing.plan import Plan
from tui.storage.host.interface import Command
from tui.storage.iscsi.chap import ChapKind
from tui.storage.iscsi.discovery import DiscoveryKind, Found, Standing, query
from tui.storage.iscsi.iscsi_name import is_usable_target, name_problems, name_warnings
from tui.storage.model.iscsi import ChapFacts, DiscoveryRecord, InterfaceRecord, Portal
from tui.storage.operations.iscsi.chap import SetDiscoveryChap
from tui.storage.operations.iscsi.discovery import AddDiscoveryRecord, AddInterface
from tui.storage.operations.operation import Operation
from tui.storage.problem import Problem
from tui.storage.untrusted import clean
from tui.words import enumerated, translate as _, translate_count


def kinds() -> tuple[tuple[DiscoveryKind, str, str], ...]:
    """Every way of finding targets: its kind, its name, and a sentence on when to use it."""
    return (
        (
            DiscoveryKind.SENDTARGETS,
            _("SendTargets"),
            _("Ask a portal of the storage. The usual way."),
        ),
        (DiscoveryKind.ISNS, _("iSNS"), _("Ask a name server that knows several storage systems.")),
        (
            DiscoveryKind.FIRMWARE,
            _("Firmware"),
            _("Use the target that this machine's firmware booted from (iBFT)."),
        ),
        (DiscoveryKind.STATIC, _("By hand"), _("Type the target's name; the portal is not asked.")),
    )


def answer(state: SetupState) -> DiscoverAnswer:
    """The decided answer or the defaults."""
    return state.answers.discover or defaults(state)


def defaults(state: SetupState) -> DiscoverAnswer:
    """The portal this host asked before, else one of its records, else nothing."""
    for record in state.inventory.discovery_records:
        if record.kind in (DiscoveryKind.SENDTARGETS, DiscoveryKind.ISNS):
            return DiscoverAnswer(DiscoveryKind(record.kind), record.portal.address, str(record.portal.port))
    for node in state.inventory.node_records:
        return DiscoverAnswer(address=node.portal.address, port=str(node.portal.port))
    return DiscoverAnswer()


def portal_of(chosen: DiscoverAnswer) -> Portal | None:
    """The portal that is asked; None for firmware, which needs none."""
    if chosen.kind is DiscoveryKind.FIRMWARE:
        return None
    return portals.portal(chosen.address, chosen.port)


def was_asked(state: SetupState) -> bool:
    """Whether the portal was asked with the answer that stands now."""
    return state.discovered is not None and state.asked == answer(state)


def found(state: SetupState) -> tuple[Found, ...]:
    """What the portal listed, as long as the answer is still the one it was asked with.

    A target typed by hand is found when its portal takes connections.
    """
    if state.discovered is None or not was_asked(state):
        return ()
    chosen = answer(state)
    where = state.discovered.portal or portal_of(chosen)
    if chosen.kind is not DiscoveryKind.STATIC or state.discovered.problem or where is None:
        return state.discovered.found
    typed = name_problems(chosen.target, for_target=True, field="target")[0]
    known = any(
        record.target == typed and record.portal.is_same_place(where)
        for record in state.inventory.node_records
    )
    return (Found(typed, where, Standing.KNOWN if known else Standing.NEW, recorded=known),)


def satisfied(state: SetupState) -> str | None:
    """This host already has records of targets, and nobody asked for another portal."""
    records = state.inventory.node_records
    if not records or (state.answers.discover and state.answers.discover != defaults(state)):
        return None
    targets = len({record.target for record in records})
    return translate_count(
        "{count} target is known to this host.", "{count} targets are known to this host.", targets
    ).format(count=targets)


def problems(state: SetupState) -> tuple[Problem, ...]:
    """What is wrong with address, port, target name and iface."""
    chosen = answer(state)
    found_problems: list[Problem] = []
    if chosen.kind is not DiscoveryKind.FIRMWARE:
        found_problems.extend(portals.problems(chosen.address, chosen.port))
    if chosen.kind is DiscoveryKind.STATIC:
        found_problems.extend(_target_problems(chosen.target))
    found_problems.extend(_iface_problems(chosen, state.inventory.interfaces))
    if not found_problems:
        found_problems.extend(_secret_problems(state, chosen))
    return tuple(found_problems)


def _secret_problems(state: SetupState, chosen: DiscoverAnswer) -> tuple[Problem, ...]:
    where = portal_of(chosen)
    if where is None or not chosen.kind.is_recorded:
        return ()
    asked = chap.answer(state).discovery
    unknown = chap.secret_unknown(asked, _stored_chap(state, chosen), where.label)
    return () if unknown is None else (unknown,)


def _target_problems(target: str) -> tuple[Problem, ...]:
    # Blanks around the name, as they come with a copied text, have one good reading.
    better = name_problems(target, for_target=True)[0]
    mistakes = name_problems(better, for_target=True, field="target")[1]
    if mistakes or is_usable_target(better):
        return mistakes
    return (
        Problem(
            "name.unusable",
            _("{name} is not a valid target name.").format(name=clean(target)),
            remedy=_("Copy the name from the storage again."),
            field="target",
        ),
    )


def _iface_problems(chosen: DiscoverAnswer, interfaces: tuple[InterfaceRecord, ...]) -> tuple[Problem, ...]:
    new = chosen.new_iface
    known = {interface.name for interface in interfaces} | ({new.name} if new else set()) | {"default"}
    mistakes = [
        Problem(
            "iface.unknown",
            _("There is no iface record named {name}.").format(name=clean(name)),
            remedy=_("Choose one of: {names}.").format(names=enumerated(sorted(map(clean, known)))),
            field="ifaces",
        )
        for name in chosen.ifaces
        if name not in known
    ]
    if new is not None:
        mistakes.extend(_new_iface_problems(new, interfaces))
    return tuple(mistakes)


def _new_iface_problems(new: InterfaceRecord, interfaces: tuple[InterfaceRecord, ...]) -> list[Problem]:
    mistakes: list[Problem] = []

    def add(code: str, field: str, summary: str, remedy: str) -> None:
        mistakes.append(Problem(f"iface.{code}", summary, remedy=remedy, field=f"new_iface.{field}"))

    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}", new.name) or new.name in ("default", "iser"):
        add(
            "name",
            "name",
            _("{name} is not a valid name for an iface record.").format(name=clean(new.name) or _("Nothing")),
            _("Use letters, digits, hyphens and dots, such as san-a; default and iser are reserved."),
        )
    existing = next((interface for interface in interfaces if interface.name == new.name), None)
    if existing is not None and existing != new:
        add(
            "taken",
            "name",
            _("An iface record named {name} already exists, with other bindings.").format(
                name=clean(new.name)
            ),
            _("Choose another name, or use the existing record."),
        )
    if not (new.network_device or new.ip_address or new.hardware_address):
        add(
            "binds-nothing",
            "network_device",
            _("The iface record binds nothing."),
            _("Name the network interface, its IP address or its hardware address."),
        )
    if new.network_device and not re.fullmatch(r"[^\s/:]{1,15}", new.network_device):
        add(
            "device",
            "network_device",
            _("{name} is not a valid name of a network interface.").format(name=clean(new.network_device)),
            _("Copy it from the output of: ip link"),
        )
    if new.ip_address and not _is_ip(new.ip_address):
        add(
            "address",
            "ip_address",
            _("{address} is not an IP address.").format(address=clean(new.ip_address)),
            _("Write an address of this host, without a netmask."),
        )
    if new.hardware_address and not re.fullmatch(
        r"[0-9A-Fa-f]{2}(?::[0-9A-Fa-f]{2}){5}", new.hardware_address
    ):
        add(
            "hardware-address",
            "hardware_address",
            _("{address} is not a hardware address.").format(address=clean(new.hardware_address)),
            _("Write six pairs of hexadecimal digits with colons between them."),
        )
    return mistakes


def _is_ip(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def warnings(state: SetupState) -> tuple[Problem, ...]:
    """Unusual target names."""
    chosen = answer(state)
    if chosen.kind is not DiscoveryKind.STATIC:
        return ()
    return name_warnings(chosen.target, for_target=True, field="target")


def _record(state: SetupState, chosen: DiscoverAnswer) -> DiscoveryRecord | None:
    where = portal_of(chosen)
    return next(
        (
            record
            for record in state.inventory.discovery_records
            if where is not None and record.portal.is_same_place(where) and record.kind == chosen.kind
        ),
        None,
    )


def _stored_chap(state: SetupState, chosen: DiscoverAnswer) -> ChapFacts:
    """What the portal's record says of CHAP; without one, what a new record gets from iscsid.conf."""
    stored = _record(state, chosen)
    if stored is not None:
        return stored.chap
    asks_portal = chosen.kind is DiscoveryKind.SENDTARGETS
    return state.inventory.defaults.discovery_chap if asks_portal else ChapFacts()


def plan(state: SetupState) -> Plan:
    """Make the iface record, and a discovery record where a secret has to be kept; asking stores nothing."""
    chosen = answer(state)
    operations: list[Operation] = []
    new = chosen.new_iface
    if new is not None:
        operations.append(AddInterface(new.name, new.network_device, new.ip_address, new.hardware_address))
    where = portal_of(chosen)
    if chosen.kind.is_recorded and where is not None:
        stored = _record(state, chosen)
        secrets = chap.to_write(chap.answer(state).discovery, _stored_chap(state, chosen))
        if secrets is not None:
            if stored is None:
                operations.append(AddDiscoveryRecord(chosen.kind, where))
            operations.append(SetDiscoveryChap(chosen.kind, where, secrets))
    return Plan(_("Ask the portal for its targets"), tuple(operations))


def question(state: SetupState) -> Command | None:
    """The call that asks; None for a target typed by hand."""
    chosen = answer(state)
    if chosen.kind is DiscoveryKind.STATIC:
        return None
    asked = chap.answer(state).discovery
    # Only a record can hold other secrets, or none, than iscsid.conf says.
    recorded = asked.kind is not ChapKind.NONE or not _stored_chap(state, chosen).is_empty
    return query(chosen.kind, portal_of(chosen), chosen.ifaces, recorded=recorded)


def blocker(state: SetupState) -> Problem | None:
    """The first mistake, why the portal listed nothing, or that it was not asked yet and nothing is known."""
    mistakes = problems(state)
    if mistakes:
        return mistakes[0]
    if any(portal.can_be_used for portal in found(state)):
        return None
    if state.discovered is not None and was_asked(state):
        return state.discovered.problem or _nothing_usable(state)
    if satisfied(state) is not None:
        return None
    return Problem(
        "discover.not-asked",
        _("The portal has not been asked yet."),
        remedy=_("Go on with Enter: it is asked, and only the portal itself is stored."),
        field="address",
    )


def _nothing_usable(state: SetupState) -> Problem:
    listed = found(state)
    return Problem(
        "discover.nothing-usable",
        _("The portal listed no usable target."),
        clean("; ".join(f"{portal.target} {portal.portal.label}: {portal.note}" for portal in listed)),
        _("Ask the storage administrator which portals this host can reach, and with which initiator name."),
        "address",
    )


def explain(state: SetupState) -> Explanation:
    """What discovery does."""
    return Explanation(
        _(
            "The portal lists the targets that it offers to this host's initiator name. The list "
            "is shown before any target is stored. Targets that this host already knows keep "
            "their settings."
        ),
        _runs(state) if not problems(state) else (),
    )


def _runs(state: SetupState) -> tuple[str, ...]:
    asked = question(state)
    return (*commands(plan(state)), *((asked.shown,) if asked is not None else ()))


def note(state: SetupState) -> str:
    """The portal, or what is known."""
    chosen = answer(state)
    if not problems(state):
        where = portal_of(chosen)
        return clean(where.label) if where is not None else _("firmware")
    return ""
