"""The keys of the console: which actions have one, and what each opens.

Actions are declared in `tui.actions.declared`. Textual is not imported here: a screen is imported when a key
opens it, so that the console starts at once.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from tui.actions.declared import ACTIONS, Declared
from tui.words import translate as _

if TYPE_CHECKING:
    from textual.screen import Screen

    from tui.actions.here import Here
    from tui.maintenance.proposal import Proposal
    from tui.screens.access import Access
    from tui.storage.host.command_log import CommandLogHost


KEYS = tuple(declared for declared in ACTIONS if declared.key)
"""The actions that have a key, in the order in which the list of actions and the key bar show them."""


class Action(Struct, frozen=True):
    """A key that opens a screen, for what the cursor is on.

    Attributes:
        declared: the action.
        here: what the cursor is on.
        reason: why it cannot be done now, without a full stop; empty when it can.
    """

    declared: Declared
    here: "Here"
    reason: str

    @property
    def key(self) -> str:
        """The key that does it."""
        return self.declared.key

    @property
    def label(self) -> str:
        """What it does here, with a capital."""
        return _(self.declared.words) if self.declared.called is None else self.declared.called(self.here)

    def opens(self, host: "CommandLogHost", access: "Access") -> "Screen[Any]":
        """Make the screen it opens."""
        return _OPENS[self.declared.name](self.here, host, access)


def actions(here: "Here", access: "Access") -> tuple[Action, ...]:
    """Return what can be done with what the cursor is on, the likeliest first.

    Args:
        here: what the cursor is on.
        access: what may be done on the host, and why not more.
    """
    from tui.screens.rungs import is_wrong

    wrong = is_wrong(here.subject)
    keys = [key for key in KEYS if not key.runs and key.fits(here)]
    return tuple(
        Action(key, here, (access.reason if key.changes else "") or key.why_not(here))
        for key in sorted(keys, key=lambda key: not (wrong and key.when_wrong))
    )


def not_possible(reason: str) -> str:
    """Say why a key does nothing."""
    # translators: {reason} is a clause without a capital and a full stop
    return _("Not possible: {reason}.").format(reason=reason)


def _plan(proposal: "Proposal", host: "CommandLogHost", access: "Access") -> "Screen[Any]":
    from tui.screens.plan.plan_screen import PlanScreen

    return PlanScreen(proposal, host, access)


def _disconnect(here: "Here", host: "CommandLogHost", access: "Access") -> "Screen[Any]":
    from tui.screens.disconnect.disconnect_screen import DisconnectScreen

    assert here.part is not None
    return DisconnectScreen(host, access, here.inventory, here.part)


def _log_in_or_out(here: "Here", host: "CommandLogHost", access: "Access") -> "Screen[Any]":
    from tui.maintenance.sessions import log_in, log_out

    if here.session is None:
        return _plan(log_in(here.records, here.inventory), host, access)
    return _plan(log_out((here.session,), here.inventory), host, access)


def _scan(here: "Here", host: "CommandLogHost", access: "Access") -> "Screen[Any]":
    from tui.maintenance.sessions import scan

    assert here.session is not None
    return _plan(scan((here.session,)), host, access)


def _record(here: "Here", host: "CommandLogHost", access: "Access") -> "Screen[Any]":
    from tui.screens.records.record import RecordScreen

    return RecordScreen(host, access, here.inventory, here.records[0])


def _delete_records(here: "Here", host: "CommandLogHost", access: "Access") -> "Screen[Any]":
    from tui.maintenance.records import delete

    return _plan(delete(here.records, here.inventory), host, access)


def _grow(here: "Here", host: "CommandLogHost", access: "Access") -> "Screen[Any]":
    from tui.screens.grow.grow_screen import GrowScreen

    return GrowScreen(host, access, here.inventory, here.growing)


def _volumes(here: "Here", host: "CommandLogHost", access: "Access") -> "Screen[Any]":
    from tui.screens.volumes.volumes_screen import VolumesScreen

    return VolumesScreen(host, access, here.inventory, here.groups[0])


def _recover(here: "Here", host: "CommandLogHost", access: "Access") -> "Screen[Any]":
    from tui.screens.recovery.recovery_screen import RecoveryScreen

    return RecoveryScreen(host, access, here.inventory, here.subject, known=here.diagnosis)


def _reconnect(_here: "Here", host: "CommandLogHost", access: "Access") -> "Screen[Any]":
    from tui.screens.disconnect.reconnect import reconnect_screen

    return reconnect_screen(host, access)


def _targets(here: "Here", host: "CommandLogHost", access: "Access") -> "Screen[Any]":
    from tui.screens.records.targets import TargetsScreen

    return TargetsScreen(host, access, here.inventory)


def _portals(here: "Here", host: "CommandLogHost", access: "Access") -> "Screen[Any]":
    from tui.screens.records.portals import PortalsScreen

    return PortalsScreen(host, access, here.inventory)


def _interfaces(here: "Here", host: "CommandLogHost", access: "Access") -> "Screen[Any]":
    from tui.screens.records.interfaces import InterfacesScreen

    return InterfacesScreen(host, access, here.inventory)


def _history(here: "Here", host: "CommandLogHost", access: "Access") -> "Screen[Any]":
    from tui.screens.history.history_screen import HistoryScreen

    return HistoryScreen(host, access, here.inventory.host)


def _plans(_here: "Here", host: "CommandLogHost", access: "Access") -> "Screen[Any]":
    from tui.screens.plan.plans_screen import PlansScreen

    return PlansScreen(host, access)


_OPENS: "dict[str, Callable[[Here, CommandLogHost, Access], Screen[Any]]]" = {
    "disconnect": _disconnect,
    "log-in-or-out": _log_in_or_out,
    "scan": _scan,
    "record": _record,
    "delete-record": _delete_records,
    "grow": _grow,
    "volumes": _volumes,
    "repair": _recover,
    "reconnect": _reconnect,
    "targets": _targets,
    "portals": _portals,
    "interfaces": _interfaces,
    "history": _history,
    "plans": _plans,
}
"""What makes the screen that a key opens, by the name of the action; the others run one (`runs`)."""
