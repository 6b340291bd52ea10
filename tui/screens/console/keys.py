"""Every key of the console: what it does, when it is possible, why not, and what it opens.

The key bar, the list of actions, the help and the README's table of keys are made of `KEYS`. Textual is not
imported here: a screen is imported when a key opens it, so that the console starts at once.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tui.words import translate as _

if TYPE_CHECKING:
    from textual.screen import Screen

    from tui.maintenance.proposal import Proposal
    from tui.screens.access import Access
    from tui.screens.console.here import Here
    from tui.storage.host.command_log import CommandLogHost


@dataclass(frozen=True, slots=True)
class Key:
    """One key.

    Attributes:
        key: the key as Textual names it; several are separated by commas.
        words: what it does, with a capital.
        bar: the same in a word or two for the key bar; empty where the bar does not show it.
        action: the console's own action that it runs; empty for a key that opens a screen.
        opens: makes the screen that it opens.
        fits: whether it means anything where the cursor is.
        why_not: why it is not possible there, without a full stop; empty when it is.
        called: what it does there, where that can be said more exactly.
        changes: it is of no use where nothing may be changed.
        when_wrong: it is likeliest, and in the bar, while something is wrong, and only then.
    """

    key: str
    words: str
    bar: str = ""
    action: str = ""
    opens: "Callable[[Here, CommandLogHost, Access], Screen[Any]] | None" = None
    fits: "Callable[[Here], object]" = lambda _here: True
    why_not: "Callable[[Here], str]" = lambda _here: ""
    called: "Callable[[Here], str] | None" = None
    changes: bool = False
    when_wrong: bool = False


@dataclass(frozen=True, slots=True)
class Action:
    """A key that opens a screen, for what the cursor is on.

    Attributes:
        declared: the key.
        here: what the cursor is on.
        reason: why it cannot be done now, without a full stop; empty when it can.
    """

    declared: Key
    here: "Here"
    reason: str

    @property
    def key(self) -> str:
        """The key that does it."""
        return self.declared.key

    @property
    def label(self) -> str:
        """What it does here, with a capital."""
        return self.declared.words if self.declared.called is None else self.declared.called(self.here)

    def opens(self, host: "CommandLogHost", access: "Access") -> "Screen[Any]":
        """Make the screen it opens."""
        assert self.declared.opens is not None
        return self.declared.opens(self.here, host, access)


def actions(here: "Here", access: "Access") -> tuple[Action, ...]:
    """Return what can be done with what the cursor is on, the likeliest first.

    Args:
        here: what the cursor is on.
        access: what may be done on the host, and why not more.
    """
    from tui.screens.rungs import is_wrong

    wrong = is_wrong(here.subject)
    keys = [key for key in KEYS if key.opens is not None and key.fits(here)]
    return tuple(
        Action(key, here, (access.reason if key.changes else "") or key.why_not(here))
        for key in sorted(keys, key=lambda key: not (wrong and key.when_wrong))
    )


def not_possible(reason: str) -> str:
    """Say why a key does nothing."""
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

    return RecoveryScreen(host, access, here.inventory, here.subject)


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


KEYS = (
    Key("enter,a", _("List what can be done with the layer under the cursor"), _("actions"), "actions"),
    Key("d", _("Disconnect safely"), opens=_disconnect, fits=lambda here: here.part is not None),
    Key(
        "l",
        _("Log in or out"),
        opens=_log_in_or_out,
        fits=lambda here: here.session or here.records,
        why_not=lambda here: here.why_no_login,
        called=lambda here: _("Log in") if here.session is None else _("Log out"),
        changes=True,
    ),
    Key(
        "u",
        _("Scan for new LUNs"),
        opens=_scan,
        fits=lambda here: here.session,
        why_not=lambda here: here.why_no_scan,
        changes=True,
    ),
    Key("e", _("Show and change the node record"), opens=_record, fits=lambda here: here.records),
    Key(
        "x",
        _("Delete the node record"),
        opens=_delete_records,
        fits=lambda here: here.records,
        why_not=lambda here: here.why_no_deletion,
        called=lambda here: (
            _("Delete the node record") if len(here.records) == 1 else _("Delete the node records")
        ),
        changes=True,
    ),
    Key(
        "g",
        _("Grow volumes and file systems"),
        opens=_grow,
        fits=lambda here: here.subject is not None,
        why_not=lambda here: here.why_no_growth,
        changes=True,
    ),
    Key(
        "n",
        _("Create or change volumes"),
        opens=_volumes,
        fits=lambda here: here.subject is not None,
        why_not=lambda here: here.why_no_volumes,
        changes=True,
    ),
    Key("r", _("Find out what is wrong and repair it"), _("repair"), opens=_recover, when_wrong=True),
    Key("c", _("Reconnect what was disconnected"), opens=_reconnect, changes=True),
    Key("t", _("Targets and sessions of this host"), opens=_targets),
    Key("p", _("Discovery portals"), opens=_portals),
    Key("i", _("Iface records"), opens=_interfaces),
    Key("s", _("Set up storage"), _("set up"), "set_up", changes=True),
    Key("w", _("Show everything that happened"), _("what happened"), "happenings"),
    Key("f", _("Fold healthy stacks, or unfold them"), action="fold_healthy"),
    Key("o", _("Sort the stacks: as found, problems first, by name"), action="reorder"),
    Key("ctrl+r", _("Read the host again"), action="read_again"),
    Key("f9", _("Practice on a separate machine"), action="other('practice')"),
    Key("f8", _("Take a tour on a recorded host"), action="other('tour')"),
    Key("f1", _("Explain this screen"), _("help"), "help"),
    Key("f2", _("List every command that ran"), _("commands"), "commands"),
    Key("escape,q", _("Leave"), _("leave"), "leave"),
)
"""In the order in which the list of actions and the key bar show them."""
