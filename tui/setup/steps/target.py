"""Step 4: which targets this host uses, through which portals, and with which timers."""

from tui.setup.answers import Startup, TargetAnswer, TargetChoice, TimerPreset
from tui.setup.state import Explanation, SetupState, commands
from tui.setup.steps import chap, discover
from tui.storage.changing.plan import Plan
from tui.storage.iscsi.discovery import DiscoveryKind, NodeKey
from tui.storage.model.iscsi import ChapFacts, NodeRecord, Timers
from tui.storage.operations.iscsi.chap import SetRecordChap
from tui.storage.operations.iscsi.discovery import AddNodeRecord, StoreDiscovered
from tui.storage.operations.iscsi.records import SetRecordValues
from tui.storage.operations.operation import Operation
from tui.storage.problem import Problem
from tui.storage.untrusted import clean
from tui.words import translate as _, translate_count

PRESETS = {
    TimerPreset.SINGLE: Timers(120, 15, 8, 5, 5),
    TimerPreset.MULTIPATH: Timers(15, 15, 8, 5, 5),
    TimerPreset.KEEP: Timers(),
}
"""Seconds and counts; the single path has the values that open-iscsi ships (iscsid.conf)."""

KEYS = {
    "replacement_timeout": "node.session.timeo.replacement_timeout",
    "login_timeout": "node.conn[0].timeo.login_timeout",
    "login_retries": "node.session.initial_login_retry_max",
    "noop_interval": "node.conn[0].timeo.noop_out_interval",
    "noop_timeout": "node.conn[0].timeo.noop_out_timeout",
}
"""The record key of every timer."""


def timer_words() -> dict[str, tuple[str, str]]:
    """For every timer its label and what it means."""
    return {
        "replacement_timeout": (
            _("Recovery timeout"),
            _("Seconds that I/O is queued after a session is lost (replacement_timeout), before it fails."),
        ),
        "login_timeout": (_("Login timeout"), _("Seconds that one login attempt can take.")),
        "login_retries": (_("Login attempts"), _("How often the initial login is tried.")),
        "noop_interval": (_("Ping interval"), _("Seconds between pings; 0 sends none.")),
        "noop_timeout": (
            _("Ping timeout"),
            _("Seconds that a ping can take before the path counts as lost."),
        ),
    }


def preset_words() -> dict[TimerPreset, str]:
    """What every preset is for."""
    return {
        TimerPreset.SINGLE: _(
            "One path: wait two minutes for it to come back, so that a switch can reboot without I/O errors."
        ),
        TimerPreset.MULTIPATH: _("Several paths: fail a lost path after 15 s, so that the others take over."),
        TimerPreset.KEEP: _("Leave the timers as they are in the records."),
    }


def offers(state: SetupState) -> tuple[TargetChoice, ...]:
    """Everything that can be chosen: what the portal listed now, and what this host knows, sorted."""
    ifaces = discover.answer(state).ifaces or ("default",)
    fresh = {
        TargetChoice(portal.target, portal.portal, iface)
        for portal in discover.found(state)
        if portal.can_be_used
        for iface in ifaces
    }
    known = {
        TargetChoice(record.target, record.portal, record.iface) for record in state.inventory.node_records
    }
    new = {choice for choice in fresh if not any(_is_same(choice, other) for other in known)}
    return tuple(
        sorted(
            known | new,
            key=lambda choice: (choice.target, choice.portal.label, choice.iface),
        )
    )


def _is_same(choice: TargetChoice, other: TargetChoice) -> bool:
    """Whether both mean one target at one portal through one iface, however the portal is written."""
    same = (choice.target, choice.iface) == (other.target, other.iface)
    return same and choice.portal.is_same_place(other.portal)


def answer(state: SetupState) -> TargetAnswer:
    """The decided answer or the defaults."""
    return state.answers.target or defaults(state)


def defaults(state: SetupState) -> TargetAnswer:
    """Every portal of the only target; where there are several targets, the person chooses."""
    offered = offers(state)
    listed = {portal.target for portal in discover.found(state) if portal.can_be_used} or {
        offer.target for offer in offered
    }
    logged_in = {session.target for session in state.inventory.sessions}
    candidates = (listed & logged_in) or listed
    chosen = tuple(offer for offer in offered if len(candidates) == 1 and offer.target in candidates)
    if chosen and all(record(state, choice) is not None for choice in chosen):
        kept = record(state, chosen[0])
        startup = Startup(kept.startup) if kept and kept.startup in set(Startup) else Startup.AUTOMATIC
        return TargetAnswer(chosen, startup, TimerPreset.KEEP, PRESETS[TimerPreset.KEEP])
    preset = TimerPreset.MULTIPATH if len(chosen) > 1 else TimerPreset.SINGLE
    # The system runs from a target of the firmware: it is never logged out by the services (onboot).
    from_firmware = discover.answer(state).kind is DiscoveryKind.FIRMWARE
    startup = Startup.ONBOOT if from_firmware else Startup.AUTOMATIC
    return TargetAnswer(chosen, startup, preset, PRESETS[preset])


def record(state: SetupState, choice: TargetChoice) -> NodeRecord | None:
    """The record a choice has on this host already, or None; of several the one that is written so."""
    found = [
        record
        for record in state.inventory.node_records
        if _is_same(choice, TargetChoice(record.target, record.portal, record.iface))
    ]
    return next(
        (target for target in found if target.portal.is_written_as(choice.portal)), next(iter(found), None)
    )


def satisfied(state: SetupState) -> str | None:
    """Every chosen record is stored with these settings, and is logged in."""
    if problems(state):
        return None
    chosen = answer(state)
    for choice in chosen.chosen:
        stored = record(state, choice)
        sessions = state.inventory.sessions_of(choice.target)
        connected = any(session.portal.is_same_place(choice.portal) for session in sessions)
        if stored is None or not connected:
            return None
        if _pending_values(stored, chosen):
            return None
    return _("The records are stored and in use.")


def problems(state: SetupState) -> tuple[Problem, ...]:
    """Nothing chosen, something chosen that is not offered, numbers that are none."""
    chosen = answer(state)
    found: list[Problem] = []
    if not chosen.chosen:
        found.append(
            Problem(
                "target.none-chosen",
                _("No target is chosen."),
                remedy=_("Mark at least one target with Space."),
                field="chosen",
            )
        )
    offered = offers(state)
    found.extend(
        Problem(
            "target.not-offered",
            _("{target} at {portal} is neither known to this host nor offered by the portal.").format(
                target=clean(choice.target), portal=clean(choice.portal.label)
            ),
            _("The storage may offer other targets to this initiator."),
            _("Ask the portal again, or ask the storage administrator whether this initiator is in the ACL."),
            "chosen",
        )
        for choice in chosen.chosen
        if not any(_is_same(choice, offer) for offer in offered)
    )
    session = chap.answer(state).session
    unknown = (
        chap.secret_unknown(session, _chap_of(state, record(state, choice)), choice.target)
        for choice in chosen.chosen
    )
    found.extend(problem for problem in unknown if problem is not None)
    found.extend(_timer_problems(chosen.timers))
    return tuple(found)


_RANGES = {
    "replacement_timeout": (-1, 86_400),
    "login_timeout": (1, 600),
    "login_retries": (1, 100),
    "noop_interval": (0, 600),
    "noop_timeout": (0, 600),
}


def _timer_problems(timers: Timers) -> list[Problem]:
    found = []
    for name, (least, most) in _RANGES.items():
        value = getattr(timers, name)
        if value is not None and not least <= value <= most:
            found.append(
                Problem(
                    "target.timer",
                    _("{label}: {value} is out of range.").format(label=timer_words()[name][0], value=value),
                    remedy=_("Choose a number from {least} to {most}.").format(least=least, most=most),
                    field=f"timers.{name}",
                )
            )
    return found


def warnings(state: SetupState) -> tuple[Problem, ...]:
    """Choices that are possible and likely to be regretted."""
    chosen = answer(state)
    found: list[Problem] = []
    portals = {(choice.target, choice.portal.label) for choice in chosen.chosen}
    several = len(portals) > len({target for target, _portal in portals})
    if chosen.startup is Startup.MANUAL:
        found.append(
            Problem(
                "target.manual",
                _("The targets are not logged in at boot."),
                remedy=_("Choose at every boot if the volumes should be available after a reboot."),
                field="startup",
            )
        )
    hold = chosen.timers.replacement_timeout
    if hold is not None and not several and 0 <= hold < 60:
        found.append(
            Problem(
                "target.short-timer",
                _("With one path, I/O fails {seconds} s after the path is lost.").format(seconds=hold),
                _("A file system with such an error becomes read-only or shuts down."),
                _("Keep 120 unless there are several paths."),
                "timers.replacement_timeout",
            )
        )
    if hold == -1:
        found.append(
            Problem(
                "target.endless-timer",
                _("I/O waits without a limit while the path is lost."),
                _("Processes then hang and cannot be killed."),
                _("Use this only for a root file system on iSCSI."),
                "timers.replacement_timeout",
            )
        )
    return tuple(found)


def _chap_of(state: SetupState, stored: NodeRecord | None) -> ChapFacts:
    """What a record says of CHAP; one that is yet to be made gets what iscsid.conf says."""
    return state.inventory.defaults.session_chap if stored is None else stored.chap


def _values(chosen: TargetAnswer) -> tuple[tuple[str, str], ...]:
    # open-iscsi logs in at boot when either of the two startup keys says so (iscsiadm.c, match_startup_mode).
    values = [("node.startup", str(chosen.startup)), ("node.conn[0].startup", str(chosen.startup))]
    for name, key in KEYS.items():
        value = getattr(chosen.timers, name)
        if value is not None:
            values.append((key, str(value)))
    return tuple(values)


def _stored_values(stored: NodeRecord | None) -> tuple[tuple[str, str], ...]:
    """What the record says now of the values that are set here, for the undo."""
    if stored is None:
        return ()
    values = [("node.startup", stored.startup), ("node.conn[0].startup", stored.connection_startup)]
    values.extend(
        (key, str(value)) for name, key in KEYS.items() if (value := getattr(stored.timers, name)) is not None
    )
    return tuple((key, value) for key, value in values if value)


def _pending_values(stored: NodeRecord, chosen: TargetAnswer) -> bool:
    if stored.startup != chosen.startup:
        return True
    return any(getattr(chosen.timers, name) not in (None, getattr(stored.timers, name)) for name in KEYS)


def plan(state: SetupState) -> Plan:
    """Store the chosen records, give them their CHAP, their startup mode and their timers."""
    chosen, asked = answer(state), discover.answer(state)
    operations: list[Operation] = []
    new = tuple(choice for choice in chosen.chosen if record(state, choice) is None)
    if new and asked.kind is DiscoveryKind.STATIC:
        operations.extend(AddNodeRecord(choice.target, choice.portal, choice.iface) for choice in new)
    elif new:
        where = discover.portal_of(asked)
        keys = tuple(dict.fromkeys(NodeKey(choice.target, choice.portal) for choice in new))
        ifaces = tuple(dict.fromkeys(choice.iface for choice in new))
        operations.append(StoreDiscovered(asked.kind, where, keys, ifaces))
    for choice in chosen.chosen:
        stored = record(state, choice)
        # iscsiadm finds a record only by the portal as it is written there.
        portal = stored.portal if stored is not None else choice.portal
        secrets = chap.to_write(chap.answer(state).session, _chap_of(state, stored))
        if secrets is not None:
            operations.append(SetRecordChap(choice.target, portal, choice.iface, secrets))
        values, before = _values(chosen), _stored_values(stored)
        operations.append(
            SetRecordValues(
                choice.target,
                portal,
                choice.iface,
                values,
                tuple(pair for pair in before if pair[0] in dict(values)),
            )
        )
    return Plan(_("Store the targets"), tuple(operations))


def blocker(state: SetupState) -> Problem | None:
    """The first mistake, or that the records are not stored yet."""
    mistakes = problems(state)
    if mistakes:
        return mistakes[0]
    missing = [choice for choice in answer(state).chosen if record(state, choice) is None]
    if not missing:
        return None
    return Problem(
        "target.not-stored",
        translate_count(
            "{count} chosen target is not stored yet.",
            "{count} chosen targets are not stored yet.",
            len(missing),
        ).format(count=len(missing)),
        remedy=_("Go on with Enter: the records are created."),
        field="chosen",
    )


def explain(state: SetupState) -> Explanation:
    """What a record is."""
    return Explanation(
        _(
            "A record holds how this host logs in to a target at one portal: with which secrets, "
            "whether also at boot, and how long it waits when the network fails."
        ),
        commands(plan(state)) if not problems(state) else (),
    )


def note(state: SetupState) -> str:
    """How many targets over how many portals."""
    chosen = answer(state).chosen
    if not chosen:
        return ""
    targets = sorted({choice.target for choice in chosen})
    portals = len({(choice.target, choice.portal) for choice in chosen})
    if len(targets) == 1:
        return translate_count("{target}, {count} portal", "{target}, {count} portals", portals).format(
            target=clean(targets[0]), count=portals
        )
    return _("{targets} targets, {portals} portals").format(targets=len(targets), portals=portals)
