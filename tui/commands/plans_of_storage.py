"""The plans of disconnecting, reconnecting and growing, from what is typed."""

from msgspec.structs import replace

from tui.commands.choosing import grows_named, part_named
from tui.commands.planned import Arguments, Planned, nothing_to_do
from tui.commands.sizes import size_or_refused
from tui.maintenance import disconnect as disconnecting
from tui.maintenance.disconnect_seen import AboutUsers, AtBoot, Choices, see
from tui.maintenance.growth_plan import Wish, propose as propose_growth
from tui.maintenance.growth_sizes import Growth, growth, read_facts
from tui.maintenance.reconnect import Disconnected, disconnected, propose_forget, propose_reconnect
from tui.setup.size_text import Bytes
from tui.storage.host.interface import Host
from tui.storage.probe.inventory import take_inventory
from tui.storage.problem import Problem, Refused
from tui.storage.untrusted import clean
from tui.words import translate as _

_USERS = {"wait": AboutUsers.WAIT, "stop": AboutUsers.STOP_SERVICES, "end": AboutUsers.END_PROCESSES}

_NOTHING_NEW = frozenset({"growth.nothing-new", "growth.nothing-chosen"})
"""Codes of refusals that say that everything has grown already."""


def disconnect(host: Host, arguments: Arguments) -> Planned:
    """Disconnect a part of the storage."""
    inventory = take_inventory(host)
    word = arguments.text("what")
    away = any(word in (*_names(note), *note.went) for note in disconnected(host))
    subject = part_named(inventory, word, away=away)
    if subject is None:
        return nothing_to_do(
            _("Disconnect {name}").format(name=clean(word)), _("It is not connected to this host now.")
        )
    choices = Choices(
        _USERS[arguments.text("users")], AtBoot(arguments.text("at_boot")), arguments.number("patience")
    )
    return Planned(disconnecting.propose(see(host, subject, inventory), subject, choices))


def reconnect(host: Host, arguments: Arguments) -> Planned:
    """Reconnect what was disconnected, or forget it."""
    found = disconnected(host)
    word = arguments.text("note")
    chosen = [note for note in found if not word or word in _names(note)]
    if not chosen:
        return nothing_to_do(
            _("Reconnect"), _("iscsi-console disconnected nothing, or it is already reconnected.")
        )
    if len(chosen) > 1:
        raise Refused(
            Problem(
                "reconnect.several",
                _("Several things were disconnected."),
                remedy=_("Name one of them; the last is the first in this list."),
                evidence=tuple(f"{note.name}  {note.words}" for note in chosen),
            )
        )
    note = chosen[0]
    return Planned(propose_forget(note) if arguments.flag("forget") else propose_reconnect(note))


def _names(note: Disconnected) -> tuple[str, ...]:
    subject = note.subject
    return (note.name,) if subject is None else (note.name, subject.name, subject.key)


def grow(host: Host, arguments: Arguments) -> Planned:
    """Grow a volume with all below and above it, or only the next layer."""
    inventory = take_inventory(host)
    subject = grows_named(inventory, arguments.text("what"))
    found = growth(inventory, subject, read_facts(host, inventory, subject))
    proposal = propose_growth(found, inventory, _wish(found, arguments))
    refusal = proposal.refusal
    if refusal is not None and refusal.code in _NOTHING_NEW:
        plan = replace(proposal.plan, operations=())
        return Planned(replace(proposal, plan=plan, why=refusal.summary, notes=(), refusal=None))
    return Planned(proposal)


def _wish(found: Growth, arguments: Arguments) -> Wish:
    if arguments.flag("next"):
        return Wish(whole=False)
    typed = arguments.text("to")
    if not typed:
        return Wish()
    size = size_or_refused(typed)
    if not isinstance(size, Bytes):
        return Wish(share=max(1, int(size.part * 100)))
    if found.volume is not None and found.volume.size == size.count:
        return Wish(share=0)
    return Wish(share=0, size=size.count)
