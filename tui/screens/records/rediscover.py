"""Repeating a discovery: which targets are new, known or gone."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widget import Widget

from tui.maintenance import records as plans
from tui.screens.access import Access
from tui.screens.paragraphs import Paragraph, Paragraphs, problem_lines
from tui.screens.records.host_screen import HostScreen
from tui.storage.host.command_log import CommandLogHost
from tui.storage.iscsi.discovery import Discovered, DiscoveryKind, Found, Standing, discover
from tui.storage.model.inventory import Inventory
from tui.storage.model.iscsi import DiscoveryRecord
from tui.storage.problem import Problem
from tui.storage.untrusted import clean
from tui.words import translate as _, translate_count, translate_in
from widgets.help import HelpSection
from widgets.state import Role, State
from widgets.table import Column, PickList, PickRow

_LONGEST = 300
_ASKING = "asking"


@dataclass
class Answered(Message):
    """The portal answered, or the discovery failed."""

    discovered: Discovered


class RediscoverScreen(HostScreen):
    """The targets that one portal lists now; new ones are marked from the start.

    Args:
        host: the host.
        access: what may be done on it, and why not more.
        inventory: the host as it was read last.
        record: the portal's discovery record.
    """

    DEFAULT_CSS = """
    RediscoverScreen #found {
        height: 1fr;
    }
    """

    # With priority: Enter is for what is marked, not for the row under the cursor.
    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "take", show=False, priority=True)]

    def __init__(
        self, host: CommandLogHost, access: Access, inventory: Inventory, record: DiscoveryRecord
    ) -> None:
        super().__init__(host, access, inventory)
        self.record = record
        self._discovered: Discovered | None = None

    def parts(self) -> Iterable[Widget]:
        """Return the list of targets under a sentence."""
        yield Paragraphs(id="sum")
        yield PickList((Column(_("Target"), grow=True), Column(_("Portal"))), many=True, id="found")

    def heading(self) -> str:
        """Return the heading."""
        return _("Targets at {portal}").format(portal=clean(self.record.portal.label))

    def ready(self) -> None:
        """Query the portal, in the background."""
        self._sum(Paragraph(_("Discovering targets. This takes a few seconds."), state=State.HERE))
        if self._access.reason:
            self._sum(
                Paragraph(
                    _("No discovery: {reason}.").format(reason=self._access.reason),
                    Role.WARN,
                    state=State.WARN,
                )
            )
        else:
            self.in_background(_ASKING, self._ask)

    def _sum(self, *lines: Paragraph) -> None:
        self.query_one("#sum", Paragraphs).paragraphs = (*lines, Paragraph(""))

    def _ask(self) -> Answered:
        kind = DiscoveryKind(self.record.kind)
        return Answered(discover(self._host, self.inventory, kind, self.record.portal))

    def job_failed(self, job: str, problem: Problem) -> None:
        """Show why the portal could not be queried in place of what it lists."""
        if job == _ASKING:
            self._sum(*problem_lines(problem))
        else:
            super().job_failed(job, problem)

    @on(Answered)
    def _answered(self, event: Answered) -> None:
        if not self.is_attached:
            return
        self._discovered = event.discovered
        if event.discovered.problem is not None:
            self._sum(*problem_lines(event.discovered.problem))
            return
        found = event.discovered.found
        picks = self.query_one("#found", PickList)
        picks.rows = tuple(_row(portal) for portal in found)
        picks.checked = frozenset(_key(portal) for portal in found if portal.standing is Standing.NEW)
        picks.focus()
        new = sum(portal.standing is Standing.NEW for portal in found)
        gone = sum(portal.standing is Standing.VANISHED for portal in found)
        words = translate_count(
            "{count} portal of a target: {new} new, {gone} gone.",
            "{count} portals of targets: {new} new, {gone} gone.",
            len(found),
        ).format(count=len(found), new=new, gone=gone)
        self._sum(Paragraph(words, state=State.GOOD))
        self.refresh_keys()

    def chosen(self) -> tuple[Found, ...]:
        """Return what is marked."""
        checked = self.query_one("#found", PickList).checked
        return tuple(
            portal
            for portal in (self._discovered.found if self._discovered else ())
            if _key(portal) in checked
        )

    @on(PickList.Checked)
    def _checked(self) -> None:
        self.refresh_keys()

    def enter_words(self) -> str:
        """Return what Enter does."""
        return _("apply") if self.chosen() else ""

    def action_take(self) -> None:
        """Propose what is marked, wherever the cursor is."""
        chosen = self.chosen()
        if chosen:
            self.propose(plans.rediscover(self.record, chosen, self.inventory))
        else:
            self.say(_("First mark what to add or delete (Space)."))

    def after_plan(self, done: bool | None) -> None:
        """Go back when it is done."""
        if done:
            self.dismiss(None)
        else:
            super().after_plan(done)

    def help_sections(self) -> tuple[HelpSection, ...]:
        """Explain the list."""
        return (
            HelpSection(
                _("What the words mean"),
                _(
                    "new: no node record yet; if marked, one is created. known: has a node record, which "
                    "keeps its settings. gone: has a node record but is no longer offered by the portal; if "
                    "marked, the record is deleted. unreachable: listed, but does not accept a connection "
                    "from here."
                ),
            ),
        )


def _key(found: Found) -> str:
    return f"{found.target} {found.portal.label}"


def _row(found: Found) -> PickRow:
    state, word = {
        Standing.NEW: (State.HERE, translate_in("state of a target that was found", "new")),
        Standing.KNOWN: (State.GOOD, _("known")),
        Standing.VANISHED: (State.WARN, _("gone")),
        Standing.UNREACHABLE: (State.BAD, _("unreachable")),
        Standing.UNUSABLE: (State.BAD, _("unusable")),
    }[found.standing]
    reasons = {Standing.KNOWN: _("has a record")}
    can_be_marked = found.standing in {Standing.NEW, Standing.VANISHED}
    return PickRow(
        _key(found),
        (clean(found.target, _LONGEST), clean(found.portal.label)),
        state,
        word,
        reason="" if can_be_marked else reasons.get(found.standing, clean(found.note)),
    )
