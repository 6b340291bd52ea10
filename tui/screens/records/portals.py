"""The discovery records: portals that can be queried for targets."""

from collections.abc import Iterable
from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.widget import Widget

from tui.maintenance import records as plans
from tui.screens.records.host_screen import HostScreen
from tui.screens.records.rediscover import RediscoverScreen
from tui.storage.iscsi.discovery import DiscoveryKind, records_told_by
from tui.storage.model.inventory import Inventory
from tui.storage.model.iscsi import DiscoveryRecord
from tui.storage.untrusted import clean
from tui.words import marked, translate as _
from widgets.help import HelpSection
from widgets.table import Column, PickList, PickRow


def askable(inventory: Inventory) -> tuple[DiscoveryRecord, ...]:
    """Return the discovery records of portals that can be queried."""
    kinds = {kind.value for kind in DiscoveryKind if kind.is_recorded}
    return tuple(record for record in inventory.discovery_records if record.kind in kinds)


class PortalsScreen(HostScreen):
    """The list."""

    DEFAULT_CSS = """
    PortalsScreen #portals {
        height: 1fr;
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("x", "delete", marked("delete"))]

    def parts(self) -> Iterable[Widget]:
        """Return the list."""
        yield PickList(
            (Column(_("Portal"), grow=True), Column(_("Kind")), Column(_("CHAP"))),
            empty=_("No discovery records. The set-up (s) discovers the targets of a portal."),
            id="portals",
        )

    def heading(self) -> str:
        """Return the heading."""
        return _("Discovery records")

    def ready(self) -> None:
        """Focus the list."""
        self.query_one("#portals", PickList).focus()

    def show(self) -> None:
        """Show the portals."""
        self.query_one("#portals", PickList).rows = tuple(
            PickRow(_key(record), (clean(record.portal.label), record.kind, record.chap.kind))
            for record in askable(self.inventory)
        )

    def _current(self) -> DiscoveryRecord | None:
        key = self.query_one("#portals", PickList).key
        return next((record for record in askable(self.inventory) if _key(record) == key), None)

    def enter_words(self) -> str:
        """Return what Enter does."""
        return _("discover") if askable(self.inventory) else ""

    @on(PickList.Picked)
    def _picked(self, event: PickList.Picked) -> None:
        event.stop()
        record = self._current()
        if record is not None:
            screen = RediscoverScreen(self._host, self._access, self.inventory, record)
            self.app.push_screen(screen, self.after_plan)

    def action_delete(self) -> None:
        """Delete the discovery record."""
        record = self._current()
        if record is None:
            self.say(_("There is no discovery record."))
            return
        made = records_told_by(self._host, DiscoveryKind(record.kind), record.portal)
        self.propose(plans.forget_portal(record, made, self.inventory))

    def help_sections(self) -> tuple[HelpSection, ...]:
        """Explain discovery records."""
        return (
            HelpSection(
                _("What this is"),
                _(
                    "A portal whose targets were discovered has a discovery record, with its discovery CHAP. "
                    "Enter repeats the discovery and shows which targets are new and which are gone; "
                    "existing node records keep their settings, which a plain iscsiadm discovery would reset."
                ),
            ),
            HelpSection(
                _("Deleting"),
                _(
                    "The discovery record is removed. iscsiadm then also deletes the node records that it "
                    "created by this discovery; they are listed before anything is done."
                ),
            ),
        )


def _key(record: DiscoveryRecord) -> str:
    return f"{record.kind} {record.portal.label}"
