"""Step 2: CHAP for asking the portal and for using the target, each none, one-way or mutual."""

from tui.setup.answers import ChapAnswer, ChapChoice, ChapScope
from tui.setup.state import Explanation, SetupState, commands
from tui.storage.changing.plan import Plan
from tui.storage.iscsi import chap as rules
from tui.storage.iscsi.chap import NO_CHAP, ChapKind, ChapSettings, Placement
from tui.storage.model.iscsi import ChapFacts
from tui.storage.operations.iscsi.chap import SetDefaultChap
from tui.storage.problem import Problem
from tui.storage.untrusted import clean
from tui.words import translate as _


def answer(state: SetupState) -> ChapAnswer:
    """The decided answer or the defaults."""
    return state.answers.chap or defaults(state)


def defaults(state: SetupState) -> ChapAnswer:
    """What the records of this host hold, names only; none on a fresh host."""
    session = next(iter(_stored_for_sessions(state)), ChapFacts())
    discovery = next(iter(_stored_for_discovery(state)), ChapFacts())
    return ChapAnswer(_choice(discovery), _choice(session))


def _choice(facts: ChapFacts) -> ChapChoice:
    kind = ChapKind(facts.kind)
    return ChapChoice(
        kind,
        facts.username if kind is not ChapKind.NONE else "",
        username_in=facts.username_in if kind is ChapKind.MUTUAL else "",
    )


def _stored_for_sessions(state: SetupState) -> tuple[ChapFacts, ...]:
    """CHAP of the records this set-up is about: the chosen ones, else those that are logged in, else all.

    Without any record it is what new ones get.
    """
    records = state.inventory.node_records
    target = state.answers.target
    chosen = [(choice.target, choice.portal, choice.iface) for choice in target.chosen] if target else []
    if not chosen:
        chosen = [(session.target, session.portal, session.iface) for session in state.inventory.sessions]
    mine = [
        record
        for record in records
        if any(
            (record.target, record.iface) == (name, iface) and record.portal.is_same_place(portal)
            for name, portal, iface in chosen
        )
    ]
    return tuple(record.chap for record in mine or records) or (state.inventory.defaults.session_chap,)


def _stored_for_discovery(state: SetupState) -> tuple[ChapFacts, ...]:
    records = state.inventory.discovery_records
    return tuple(record.chap for record in records) or (state.inventory.defaults.discovery_chap,)


def satisfied(state: SetupState) -> str | None:
    """This host logged in before, so its records hold what is needed, and nothing else was asked for."""
    if not state.inventory.sessions or (state.answers.chap and state.answers.chap != defaults(state)):
        return None
    return _("This host is already logged in: {kind}.").format(kind=note(state))


def keeps_stored(choice: ChapChoice, stored: tuple[ChapFacts, ...]) -> bool:
    """Whether the secrets are left empty because the host stores them under the same names."""
    settings = choice.settings
    return settings.lacks_secrets and any(
        facts.kind == choice.kind
        and facts.username == settings.username
        and facts.username_in == settings.username_in
        for facts in stored
    )


def to_write(choice: ChapChoice, stored: ChapFacts) -> ChapSettings | None:
    """What has to be written where `stored` is what a record or iscsid.conf says now; None when it is right.

    A secret that is left empty is kept where it is stored under the same name.
    """
    if keeps_stored(choice, (stored,)) or (choice.settings == NO_CHAP and stored.is_empty):
        return None
    return choice.settings


def secret_unknown(choice: ChapChoice, stored: ChapFacts, where: str) -> Problem | None:
    """Why a secret that was left empty does not do: it is stored, but not at this place."""
    if not choice.settings.lacks_secrets or keeps_stored(choice, (stored,)):
        return None
    return Problem(
        "chap.secret-elsewhere",
        _("The secret for {where} is not stored on this host.").format(where=clean(where)),
        _("Another record has one for this user name, but a secret is never copied from there."),
        _("Go back to CHAP (^P) and type it."),
    )


def problems(state: SetupState) -> tuple[Problem, ...]:
    """What is wrong with names and secrets."""
    chosen = answer(state)
    discovery, session = _stored_for_discovery(state), _stored_for_sessions(state)
    if chosen.scope is ChapScope.DEFAULTS:
        defaults = state.inventory.defaults
        discovery, session = (defaults.discovery_chap,), (defaults.session_chap,)
    return (
        *_of_choice(chosen.discovery, discovery, "discovery."),
        *_of_choice(chosen.session, session, "session."),
    )


def _of_choice(choice: ChapChoice, stored: tuple[ChapFacts, ...], prefix: str) -> tuple[Problem, ...]:
    if choice.kind is ChapKind.NONE or keeps_stored(choice, stored):
        return ()
    settings = choice.settings
    if choice.kind is ChapKind.ONE_WAY and settings.kind is ChapKind.NONE:
        return (
            Problem(
                "chap.no-username",
                _("CHAP needs this host's user name."),
                remedy=_("Type the user name and the secret that the storage administrator entered."),
                field=f"{prefix}username",
            ),
        )
    found = rules.problems(settings, prefix)
    if choice.kind is ChapKind.MUTUAL and settings.kind is not ChapKind.MUTUAL:
        found += (
            Problem(
                "chap.no-username",
                _("Mutual CHAP needs the target's user name."),
                remedy=_("Type the target's own user name and secret, or choose one-way."),
                field=f"{prefix}username_in",
            ),
        )
    return found


def warnings(state: SetupState) -> tuple[Problem, ...]:
    """Secrets that some storage refuses."""
    chosen = answer(state)
    return (
        *rules.advice(chosen.discovery.settings, "discovery."),
        *rules.advice(chosen.session.settings, "session."),
    )


def placements(state: SetupState) -> tuple[Placement, ...]:
    """Which of the four secrets goes where, and what the storage administrator must have entered."""
    chosen = answer(state)
    return rules.which_secret_goes_where(
        chosen.discovery.kind, chosen.session.kind, state.inventory.initiator.name
    )


def plan(state: SetupState) -> Plan:
    """Write the defaults of iscsid.conf, when that was asked for; records get theirs as they are made."""
    chosen = answer(state)
    title = _("Set CHAP for new records")
    if chosen.scope is ChapScope.RECORDS:
        return Plan(title, ())
    defaults = state.inventory.defaults
    session = to_write(chosen.session, defaults.session_chap)
    discovery = to_write(chosen.discovery, defaults.discovery_chap)
    if session is None and discovery is None:
        return Plan(title, ())
    return Plan(title, (SetDefaultChap(session, discovery),))


def blocker(state: SetupState) -> Problem | None:
    """The first mistake."""
    return next(iter(problems(state)), None)


def explain(state: SetupState) -> Explanation:
    """What CHAP does, and where the secrets go."""
    chosen = answer(state)
    runs = commands(plan(state)) if not problems(state) else ()
    kinds = {chosen.discovery.kind, chosen.session.kind}
    if chosen.scope is ChapScope.RECORDS and kinds != {ChapKind.NONE}:
        runs = (_("nothing yet: the secrets are written to the records when those are created"),)
    return Explanation(
        _(
            "With CHAP this host proves that it knows a secret without sending it. Leave it at none "
            "unless the storage administrator gave you a user name and a secret. Secrets are "
            "stored only in open-iscsi's own files, which only root can read."
        ),
        runs,
    )


def note(state: SetupState) -> str:
    """Who proves itself, for the portal and for the target."""
    chosen = answer(state)
    words = {
        ChapKind.NONE: _("none"),
        ChapKind.ONE_WAY: _("one-way"),
        ChapKind.MUTUAL: _("mutual"),
    }
    if chosen.discovery.kind is chosen.session.kind:
        return words[chosen.session.kind]
    return _("{session}, discovery {discovery}").format(
        session=words[chosen.session.kind], discovery=words[chosen.discovery.kind]
    )
