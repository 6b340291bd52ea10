"""The iface records: which network interface sessions use."""

import re
from collections.abc import Iterable
from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.widget import Widget

from tui.maintenance import records as plans
from tui.screens.paragraphs import Paragraph, Paragraphs
from tui.screens.records.host_screen import HostScreen
from tui.storage.model.iscsi import InterfaceRecord
from tui.storage.untrusted import clean
from tui.words import marked, translate as _
from widgets.fields.choice_field import Choice, ChoiceField
from widgets.fields.form import Form
from widgets.fields.text_field import TextField
from widgets.help import HelpSection
from widgets.state import Role
from widgets.table import Column, PickList, PickRow

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
"""A name that is a file's name as well (iface.c); open-iscsi itself checks no more."""

_INTERFACES = "/sys/class/net"


class InterfacesScreen(HostScreen):
    """The list, and the settings of the one under the cursor."""

    DEFAULT_CSS = """
    InterfacesScreen #interfaces {
        height: 1fr;
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "new", marked("new")),
        Binding("x", "delete", marked("delete")),
    ]

    def parts(self) -> Iterable[Widget]:
        """Return the list over the details."""
        yield PickList(
            (Column(_("Iface"), grow=True), Column(_("Interface")), Column(_("Transport"))), id="interfaces"
        )
        yield Paragraphs(id="details", classes="space")

    def heading(self) -> str:
        """Return the heading."""
        return _("Iface records")

    def ready(self) -> None:
        """Focus the list."""
        self.query_one("#interfaces", PickList).focus()

    def show(self) -> None:
        """Show the records."""
        self.query_one("#interfaces", PickList).rows = tuple(
            PickRow(
                iface.name,
                (clean(iface.name), clean(iface.network_device) or _("any"), clean(iface.transport)),
                note=plans.why_interface_stays(iface, self.inventory),
            )
            for iface in self.inventory.interfaces
        )
        self._show_details()

    def _current(self) -> InterfaceRecord | None:
        key = self.query_one("#interfaces", PickList).key
        return next((iface for iface in self.inventory.interfaces if iface.name == key), None)

    @on(PickList.Highlighted)
    def _show_details(self) -> None:
        iface = self._current()
        facts = (
            ()
            if iface is None
            else (
                (_("interface"), iface.network_device or _("any: the routing table decides")),
                (_("IP address"), iface.ip_address),
                (_("MAC address"), iface.hardware_address),
                (_("initiator name"), iface.initiator_name),
            )
        )
        self.query_one("#details", Paragraphs).paragraphs = tuple(
            Paragraph(clean(value, 300), label=label) for label, value in facts if value
        )

    def action_new(self) -> None:
        """Create an iface record."""
        self.app.push_screen(NewInterfaceScreen(self._host, self._access, self.inventory), self.after_plan)

    def action_delete(self) -> None:
        """Delete the iface record under the cursor; say why when it cannot be deleted."""
        iface = self._current()
        if iface is None:
            return
        reason = plans.why_interface_stays(iface, self.inventory)
        if reason:
            self.say(_("Not possible: {reason}.").format(reason=reason))
        else:
            self.propose(plans.delete_interface(iface, self.inventory))

    def help_sections(self) -> tuple[HelpSection, ...]:
        """Explain iface records."""
        return (
            HelpSection(
                _("What this is"),
                _(
                    "An iface record binds sessions to one network interface, so that two interfaces can "
                    "carry two paths to the same storage. default means no binding: the routing table "
                    "decides. A target has one node record for each iface it is reached through."
                ),
            ),
        )


class NewInterfaceScreen(HostScreen):
    """A name and a network interface."""

    DEFAULT_CSS = """
    NewInterfaceScreen Form {
        height: auto;
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,tab", "go(1)", show=False, priority=True),
        Binding("up,shift+tab", "go(-1)", show=False, priority=True),
    ]

    def parts(self) -> Iterable[Widget]:
        """Return the form."""
        with Form(id="form"):
            yield TextField(_("Name"), "", validate=self._wrong_name, max_length=64, width=24, id="name")
            devices = self._devices()
            yield ChoiceField(
                _("Interface"),
                tuple(Choice(device, clean(device)) for device in devices),
                devices[0] if devices else None,
                id="device",
            )
        yield Paragraphs(
            (
                Paragraph(
                    _("Sessions that use it go through that interface, whatever the routing table says."),
                    Role.MUTED,
                ),
            ),
            classes="space",
        )

    def _devices(self) -> tuple[str, ...]:
        try:
            names = self._host.names(_INTERFACES)
        except OSError:
            names = ()
        return tuple(name for name in names if name != "lo")

    def _wrong_name(self, name: str) -> str | None:
        if not _NAME.fullmatch(name):
            return _("Letters, digits, dot, dash and underscore; at most 64 characters.")
        if any(iface.name == name for iface in self.inventory.interfaces):
            return _("An iface record with this name already exists.")
        return None

    def heading(self) -> str:
        """Return the heading."""
        return _("New iface record")

    def ready(self) -> None:
        """Begin with the name."""
        form = self.query_one("#form", Form)
        form.align_labels()
        form.focus_field(form.fields()[0])

    def enter_words(self) -> str:
        """Return what Enter does."""
        return _("create")

    def action_go(self, step: int) -> None:
        """Go to the field above or below."""
        if step > 0:
            self.focus_next()
        else:
            self.focus_previous()

    @on(Form.Submitted)
    def _submitted(self) -> None:
        name = self.query_one("#name", TextField).value
        device = self.query_one("#device", ChoiceField).value
        if not device:
            self.say(_("This host has no network interface that could be bound."))
            return
        self.propose(plans.add_interface(InterfaceRecord(name, "tcp", network_device=device)))

    def help_sections(self) -> tuple[HelpSection, ...]:
        """Explain the two fields."""
        return (
            HelpSection(
                _("What this is"),
                _(
                    "The new iface record binds sessions to the network interface you choose. Nothing uses "
                    "it until a discovery is made through it, which creates node records for this iface."
                ),
            ),
        )

    def after_plan(self, done: bool | None) -> None:
        """Go back when it is created."""
        if done:
            self.dismiss(None)
