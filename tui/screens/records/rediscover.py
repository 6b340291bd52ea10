"""Asking a stored portal again: what is new, what is known, what has gone."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from textual import on, work
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widget import Widget
from textual.worker import Worker, WorkerState

from tui.maintenance import records as plans
from tui.screens.access import Access
from tui.screens.failure import unexpected
from tui.screens.paragraphs import Paragraph, Paragraphs
from tui.screens.records.host_screen import HostScreen
from tui.storage.host.command_log import CommandLogHost
from tui.storage.iscsi.discovery import Discovered, DiscoveryKind, Found, Standing, discover
from tui.storage.model.inventory import Inventory
from tui.storage.model.iscsi import DiscoveryRecord
from tui.storage.problem import Problem
from tui.storage.untrusted import clean
from tui.words import translate as _, translate_count
from widgets.help import HelpSection
from widgets.state import Role, State
from widgets.table import Column, PickList, PickRow

_LONGEST = 300


@dataclass
class Told(Message):
    """The portal answered, or did not."""

    discovered: Discovered


class RediscoverScreen(HostScreen):
    """What one portal tells now; new ones are checked from the beginning.

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
        self._told: Discovered | None = None

    def parts(self) -> Iterable[Widget]:
        """Return what the portal told, as a list under a sentence."""
        yield Paragraphs(id="sum")
        yield PickList((Column(_("Target"), grow=True), Column(_("Portal"))), many=True, id="found")

    def heading(self) -> str:
        """Return the heading."""
        return _("What {portal} tells").format(portal=clean(self.record.portal.label))

    def ready(self) -> None:
        """Ask the portal, in the background."""
        self._sum(Paragraph(_("Asking. This takes a few seconds."), state=State.HERE))
        if self._access.reason:
            self._sum(
                Paragraph(
                    _("The portal is not asked: {reason}.").format(reason=self._access.reason),
                    Role.WARN,
                    state=State.WARN,
                )
            )
        else:
            self._ask()

    def _sum(self, *lines: Paragraph) -> None:
        self.query_one("#sum", Paragraphs).paragraphs = (*lines, Paragraph(""))

    @work(thread=True, group="asking", exit_on_error=False)
    def _ask(self) -> None:
        kind = DiscoveryKind(self.record.kind)
        self.post_message(Told(discover(self._host, self.inventory, kind, self.record.portal)))

    @on(Worker.StateChanged)
    def _asking_failed(self, event: Worker.StateChanged) -> None:
        if event.state is WorkerState.ERROR and event.worker.group == "asking":
            self._show_problem(unexpected(event.worker.error))

    @on(Told)
    def _was_told(self, event: Told) -> None:
        if not self.is_attached:
            return
        self._told = event.discovered
        if event.discovered.problem is not None:
            self._show_problem(event.discovered.problem)
            return
        found = event.discovered.found
        picks = self.query_one("#found", PickList)
        picks.rows = tuple(_row(one) for one in found)
        picks.checked = frozenset(_key(one) for one in found if one.standing is Standing.NEW)
        picks.focus()
        new = sum(one.standing is Standing.NEW for one in found)
        gone = sum(one.standing is Standing.VANISHED for one in found)
        words = translate_count(
            "{count} portal of a target: {new} new, {gone} gone.",
            "{count} portals of targets: {new} new, {gone} gone.",
            len(found),
        ).format(count=len(found), new=new, gone=gone)
        self._sum(Paragraph(words, state=State.GOOD))
        self.refresh_keys()

    def _show_problem(self, problem: Problem) -> None:
        self._sum(
            Paragraph(problem.summary, Role.STRONG, state=State.BAD),
            *(Paragraph(words) for words in (problem.cause, problem.remedy) if words),
            *(Paragraph(line, Role.MUTED) for line in problem.evidence[:4]),
        )

    def chosen(self) -> tuple[Found, ...]:
        """Return the checked ones."""
        checked = self.query_one("#found", PickList).checked
        return tuple(one for one in (self._told.found if self._told else ()) if _key(one) in checked)

    @on(PickList.Checked)
    def _checked(self) -> None:
        self.refresh_keys()

    def enter_words(self) -> str:
        """Say what Enter does."""
        return _("take in what is marked") if self.chosen() else ""

    def action_take(self) -> None:
        """Propose what is marked, wherever the cursor is."""
        chosen = self.chosen()
        if chosen:
            self.propose(plans.rediscover(self.record, chosen, self.inventory))
        else:
            self.say(_("Mark what is to be stored or deleted first (Space)."))

    def after_plan(self, done: bool | None) -> None:
        """Go back when it is done."""
        if done:
            self.dismiss(None)
        else:
            super().after_plan(done)

    def help(self) -> tuple[HelpSection, ...]:
        """Explain the list."""
        return (
            HelpSection(
                _("What the words mean"),
                _(
                    "new: not stored yet; marked, it is stored. known: there is a record, which keeps its "
                    "settings. gone: there is a record, but the portal no longer tells of it; marked, the "
                    "record is deleted. unreachable: told, but it does not take a connection from here."
                ),
            ),
        )


def _key(found: Found) -> str:
    return f"{found.target} {found.portal.label}"


def _row(found: Found) -> PickRow:
    state, word = {
        Standing.NEW: (State.HERE, _("new")),
        Standing.KNOWN: (State.GOOD, _("known")),
        Standing.VANISHED: (State.WARN, _("gone")),
        Standing.UNREACHABLE: (State.BAD, _("unreachable")),
        Standing.UNUSABLE: (State.BAD, _("unusable")),
    }[found.standing]
    reasons = {Standing.KNOWN: _("stored")}
    can_be_marked = found.standing in {Standing.NEW, Standing.VANISHED}
    return PickRow(
        _key(found),
        (clean(found.target, _LONGEST), clean(found.portal.label)),
        state,
        word,
        reason="" if can_be_marked else reasons.get(found.standing, clean(found.note)),
    )
