"""The screens that actions open. Each is imported when it is opened, so that the console starts at once."""

from collections.abc import Sequence
from typing import Any

from textual.screen import Screen

from tui.maintenance import records, sessions
from tui.maintenance.dependents import Subject
from tui.maintenance.growth_targets import Subject as Grows
from tui.maintenance.proposal import Proposal, way_back_of
from tui.screens.access import Access
from tui.storage.changing.journal import Journal
from tui.storage.changing.plan import Plan
from tui.storage.host.command_log import CommandLogHost
from tui.storage.model.inventory import Inventory
from tui.storage.model.iscsi import NodeRecord, Session
from tui.storage.model.lvm import VolumeGroup
from tui.storage.stacks.rung import Rung
from tui.storage.stacks.stack import Stack
from tui.words import translate as _


def plan(host: CommandLogHost, access: Access, proposal: Proposal) -> Screen[Any]:
    """Put a proposal before the person."""
    from tui.screens.plan.plan_screen import PlanScreen

    return PlanScreen(proposal, host, access)


def log_in(
    host: CommandLogHost, access: Access, inventory: Inventory, records: Sequence[NodeRecord]
) -> Screen[Any]:
    """Log in by these records."""
    return plan(host, access, sessions.log_in(records, inventory))


def log_out(host: CommandLogHost, access: Access, inventory: Inventory, session: Session) -> Screen[Any]:
    """Log out of a session."""
    return plan(host, access, sessions.log_out((session,), inventory))


def scan(host: CommandLogHost, access: Access, session: Session) -> Screen[Any]:
    """Look for new LUNs of a session."""
    return plan(host, access, sessions.scan((session,)))


def record(host: CommandLogHost, access: Access, inventory: Inventory, one: NodeRecord) -> Screen[Any]:
    """Show and change the settings of a node record."""
    from tui.screens.records.record import RecordScreen

    return RecordScreen(host, access, inventory, one)


def delete_records(
    host: CommandLogHost, access: Access, inventory: Inventory, doomed: Sequence[NodeRecord]
) -> Screen[Any]:
    """Delete node records."""
    return plan(host, access, records.delete(doomed, inventory))


def targets(host: CommandLogHost, access: Access, inventory: Inventory) -> Screen[Any]:
    """Show every record and session."""
    from tui.screens.records.targets import TargetsScreen

    return TargetsScreen(host, access, inventory)


def portals(host: CommandLogHost, access: Access, inventory: Inventory) -> Screen[Any]:
    """Show the stored discovery portals."""
    from tui.screens.records.portals import PortalsScreen

    return PortalsScreen(host, access, inventory)


def interfaces(host: CommandLogHost, access: Access, inventory: Inventory) -> Screen[Any]:
    """Show the iface records."""
    from tui.screens.records.interfaces import InterfacesScreen

    return InterfacesScreen(host, access, inventory)


def disconnect(host: CommandLogHost, access: Access, inventory: Inventory, subject: Subject) -> Screen[Any]:
    """Show what depends on something, and take it apart."""
    from tui.screens.disconnect.disconnect_screen import DisconnectScreen

    return DisconnectScreen(host, access, inventory, subject)


def reconnect(host: CommandLogHost, access: Access) -> Screen[Any]:
    """Put back what was disconnected."""
    from tui.screens.disconnect.reconnect import reconnect_screen

    return reconnect_screen(host, access)


def grow(host: CommandLogHost, access: Access, inventory: Inventory, found: tuple[Grows, ...]) -> Screen[Any]:
    """Show the sizes of a stack and let it grow."""
    from tui.screens.grow.grow_screen import GrowScreen

    return GrowScreen(host, access, inventory, found)


def volumes(host: CommandLogHost, access: Access, inventory: Inventory, group: VolumeGroup) -> Screen[Any]:
    """Show a volume group and what can be done with it."""
    from tui.screens.volumes.volumes_screen import VolumesScreen

    return VolumesScreen(host, access, inventory, group)


def recover(
    host: CommandLogHost, access: Access, inventory: Inventory, subject: Rung | Stack | None
) -> Screen[Any]:
    """Find out what is wrong, beginning with what the cursor is on."""
    from tui.screens.recovery.recovery_screen import RecoveryScreen

    return RecoveryScreen(host, access, inventory, subject)


def resume(host: CommandLogHost, access: Access, interrupted: Plan, journal: Journal) -> Screen[Any]:
    """Carry on a plan that was cut off."""
    from tui.screens.plan.plan_screen import PlanScreen

    proposal = Proposal(
        interrupted,
        _("This was begun before and cut off. What is done is not repeated."),
        way_back=way_back_of(interrupted),
    )
    return PlanScreen(proposal, host, access, resumed=journal)
