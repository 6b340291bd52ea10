"""The portals this host remembers as ones to ask for targets."""

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
from tui.words import translate as _
from widgets.help import HelpSection
from widgets.table import Column, PickList, PickRow


def askable(inventory: Inventory) -> tuple[DiscoveryRecord, ...]:
    """Return the discovery records of portals that can be asked."""
    kinds = {kind.value for kind in DiscoveryKind if kind.is_recorded}
    return tuple(one for one in inventory.discovery_records if one.kind in kinds)


class PortalsScreen(HostScreen):
    """The list."""

    DEFAULT_CSS = """
    PortalsScreen #portals {
        height: 1fr;
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("x", "delete", _("forget"))]

    def parts(self) -> Iterable[Widget]:
        """Return the list."""
        yield PickList(
            (Column(_("Portal"), grow=True), Column(_("Kind")), Column(_("CHAP"))),
            empty=_("No portal is remembered. The set-up asks one for its targets (s)."),
            id="portals",
        )

    def heading(self) -> str:
        """Return the heading."""
        return _("Portals to ask for targets")

    def ready(self) -> None:
        """Give the keys to the list."""
        self.query_one("#portals", PickList).focus()

    def show(self) -> None:
        """Show the portals."""
        self.query_one("#portals", PickList).rows = tuple(
            PickRow(_key(one), (clean(one.portal.label), one.kind, one.chap.kind))
            for one in askable(self.inventory)
        )

    def _current(self) -> DiscoveryRecord | None:
        key = self.query_one("#portals", PickList).key
        return next((one for one in askable(self.inventory) if _key(one) == key), None)

    def enter_words(self) -> str:
        """Say what Enter does."""
        return _("ask again") if askable(self.inventory) else ""

    @on(PickList.Picked)
    def _picked(self, event: PickList.Picked) -> None:
        event.stop()
        record = self._current()
        if record is not None:
            screen = RediscoverScreen(self._host, self._access, self.inventory, record)
            self.app.push_screen(screen, self.after_plan)

    def action_delete(self) -> None:
        """Forget the portal."""
        record = self._current()
        if record is not None:
            told = records_told_by(self._host, DiscoveryKind(record.kind), record.portal)
            self.propose(plans.forget_portal(record, told, self.inventory))

    def help(self) -> tuple[HelpSection, ...]:
        """Explain discovery records."""
        return (
            HelpSection(
                _("What this is"),
                _(
                    "A portal that was asked for its targets is remembered with the CHAP for asking. Enter "
                    "asks it again and shows what is new and what has gone; records that exist keep their "
                    "settings, which a bare iscsiadm discovery would reset."
                ),
            ),
            HelpSection(
                _("Forgetting"),
                _(
                    "The portal is no longer remembered. iscsiadm deletes the node records with it that it "
                    "made by asking this portal; you see which before anything is done."
                ),
            ),
        )


def _key(record: DiscoveryRecord) -> str:
    return f"{record.kind} {record.portal.label}"
