"""Every node record and session of the host: log in, log out, settings, delete."""

from collections.abc import Iterable
from typing import ClassVar

from msgspec import Struct
from textual import on
from textual.binding import Binding, BindingType
from textual.widget import Widget

from tui.maintenance import records as record_plans, sessions as session_plans
from tui.maintenance.sessions import session_of
from tui.screens.paragraphs import Paragraph, Paragraphs
from tui.screens.records.host_screen import HostScreen
from tui.screens.records.record import RecordScreen
from tui.storage.model.inventory import Inventory
from tui.storage.model.iscsi import NodeRecord, Portal, Session, SessionState
from tui.storage.stacks.iscsi_rungs import record_key, session_key
from tui.storage.untrusted import clean
from tui.words import marked, translate as _, translate_count
from widgets.help import HelpSection
from widgets.state import Role, State
from widgets.table import Column, PickList, PickRow

_LONGEST = 300
_STATES = {SessionState.LOGGED_IN: State.GOOD, SessionState.UNKNOWN: State.UNKNOWN}


class Entry(Struct, frozen=True):
    """A record, a session, or both, where the session was logged in by the record."""

    key: str
    record: NodeRecord | None
    session: Session | None

    @property
    def target(self) -> str:
        """The target's name; empty for a session that lost it."""
        known = self.record or self.session
        return known.target if known is not None else ""

    @property
    def portal(self) -> Portal | None:
        """Where it is."""
        known = self.record or self.session
        return known.portal if known is not None else None

    @property
    def iface(self) -> str:
        """Through which iface record."""
        known = self.record or self.session
        return known.iface if known is not None else ""


def entries(inventory: Inventory) -> tuple[Entry, ...]:
    """Return every record with its session, then the sessions without a record, by target and portal."""
    found = [
        Entry(record_key(record), record, session_of(inventory, record)) for record in inventory.node_records
    ]
    recorded = {entry.session.sid for entry in found if entry.session is not None}
    found += [
        Entry(session_key(session), None, session)
        for session in inventory.sessions
        if session.sid not in recorded
    ]
    return tuple(
        sorted(
            found,
            key=lambda entry: (entry.target, entry.portal.label if entry.portal else "", entry.iface),
        )
    )


class TargetsScreen(HostScreen):
    """The list. Without check marks the keys are for the row under the cursor."""

    DEFAULT_CSS = """
    TargetsScreen #entries {
        height: 1fr;
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("l", "log_in", marked("log in")),
        Binding("o", "log_out", marked("log out")),
        Binding("x", "delete", marked("delete")),
        Binding("u", "scan", show=False, tooltip=marked("Scan for new LUNs")),
    ]

    _entries: tuple[Entry, ...] = ()

    def parts(self) -> Iterable[Widget]:
        """Return the list and what is true of all of it."""
        yield PickList(
            (Column(_("Target"), grow=True), Column(_("Portal")), Column(_("At boot"))),
            many=True,
            empty=_("No node records. The set-up (s in the console) discovers the targets of a portal."),
            id="entries",
        )
        yield Paragraphs(id="sum", classes="space")

    def heading(self) -> str:
        """Return the heading."""
        return _("Targets and sessions")

    def ready(self) -> None:
        """Focus the list."""
        self.query_one("#entries", PickList).focus()

    def show(self) -> None:
        """Show node records and sessions."""
        self._entries = entries(self.inventory)
        self.query_one("#entries", PickList).rows = tuple(_row(entry) for entry in self._entries)
        count = len(self.inventory.sessions)
        words = (
            translate_count("{count} active session.", "{count} active sessions.", count).format(count=count)
            if count
            else _("No active sessions.")
        )
        damaged = tuple(
            Paragraph(_("Not a record: {path}").format(path=clean(path)), Role.WARN, state=State.WARN)
            for path in self.inventory.damaged_records[:3]
        )
        self.query_one("#sum", Paragraphs).paragraphs = (
            *damaged,
            Paragraph(words, after=_("a marks all, x deletes, u scans for new LUNs")),
        )

    def chosen(self) -> tuple[Entry, ...]:
        """Return the checked rows, or the one under the cursor."""
        picks = self.query_one("#entries", PickList)
        keys = picks.checked or {picks.key}
        return tuple(entry for entry in self._entries if entry.key in keys)

    def enter_words(self) -> str:
        """Return what Enter does."""
        return _("settings") if self.inventory.node_records else ""

    @on(PickList.Picked)
    def _picked(self, event: PickList.Picked) -> None:
        event.stop()
        entry = next((entry for entry in self._entries if entry.key == event.key), None)
        if entry is None:
            return
        if entry.record is None:
            self.say(_("This session has no node record."))
            return
        self.app.push_screen(
            RecordScreen(self._host, self._access, self.inventory, entry.record), self.after_plan
        )

    def action_log_in(self) -> None:
        """Log in by the chosen records that have no session."""
        chosen = [entry.record for entry in self.chosen() if entry.record is not None]
        free = [record for record in chosen if not session_plans.why_no_login(record, self.inventory)]
        if free:
            self.propose(session_plans.log_in(free, self.inventory))
        elif chosen:
            reason = session_plans.why_no_login(chosen[0], self.inventory)
            self.say(_("Not possible: {reason}.").format(reason=reason))
        else:
            self.say(self._no_record())

    def _no_record(self) -> str:
        return _("This session has no node record.") if self.chosen() else _("There is no node record.")

    def action_log_out(self) -> None:
        """Log out of the chosen sessions."""
        chosen = [entry.session for entry in self.chosen() if entry.session is not None]
        if chosen:
            self.propose(session_plans.log_out(chosen, self.inventory))
        else:
            self.say(_("No session there."))

    def action_delete(self) -> None:
        """Delete the chosen records."""
        chosen = [entry.record for entry in self.chosen() if entry.record is not None]
        if chosen:
            self.propose(record_plans.delete(chosen, self.inventory))
        else:
            self.say(self._no_record())

    def action_scan(self) -> None:
        """Scan for new LUNs through the chosen sessions."""
        chosen = [entry.session for entry in self.chosen() if entry.session is not None]
        if chosen:
            self.propose(session_plans.scan(chosen))
        else:
            self.say(_("No session there."))

    def help_sections(self) -> tuple[HelpSection, ...]:
        """Explain records and sessions."""
        return (
            HelpSection(
                _("What a node record is"),
                _(
                    "A node record holds how open-iscsi logs in to one target at one portal through one "
                    "iface: when, with which timeouts, and with which CHAP. A session is the connection that "
                    "a login opens."
                ),
            ),
            HelpSection(
                _("Selecting"),
                _(
                    "Space marks a row, a marks all. l, o, x and u act on the marked rows, or on the row "
                    "under the cursor when none is marked. Before anything is changed you see exactly which "
                    "targets, portals and ifaces are affected."
                ),
            ),
            HelpSection(
                _("Deleting"),
                _(
                    "A record that a session uses is not deleted; log out first. Repeating the discovery "
                    "creates a new record, with the settings of iscsid.conf."
                ),
            ),
        )


def _absent(record: NodeRecord | None) -> State:
    """Return how no session is drawn: as missing only where the record logs in at boot."""
    return State.ABSENT if record is not None and record.logs_in_at_boot else State.WAITING


def _row(entry: Entry) -> PickRow:
    portal = clean(entry.portal.label) if entry.portal is not None else ""
    if entry.iface not in {"", "default"}:
        portal = _("{portal} via {iface}").format(portal=portal, iface=clean(entry.iface))
    startup = clean(entry.record.startup) if entry.record is not None else _("no record")
    session = entry.session
    return PickRow(
        entry.key,
        (clean(entry.target, _LONGEST) or _("no target"), portal, startup),
        _absent(entry.record) if session is None else _STATES.get(session.state, State.BAD),
        _("no session")
        if session is None
        else _("session {sid}").format(sid=session.sid)
        if session.state is SessionState.LOGGED_IN
        else session.state.value,
    )
