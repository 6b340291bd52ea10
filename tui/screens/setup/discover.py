"""Page 3: which portal is asked, and what it tells."""

from collections.abc import Iterable

from textual.widget import Widget

from tui.screens.paragraphs import Paragraph, Paragraphs
from tui.screens.setup.page import LONGEST, Page, in_a_row, next_word
from tui.setup.answers import DiscoverAnswer
from tui.setup.state import SetupState
from tui.setup.step import Step
from tui.setup.steps import discover
from tui.setup.steps.portal import DEFAULT_PORT, ISNS_PORT
from tui.storage.host.interface import Answer as Connected
from tui.storage.iscsi.discovery import DiscoveryKind, Found, Standing, about_slp
from tui.storage.model.iscsi import InterfaceRecord
from tui.storage.untrusted import clean
from tui.words import enumerated, labelled, prose, translate as _, translate_count, translate_in
from widgets.fields.choice_field import CheckField, Choice, ChoiceField
from widgets.fields.text_field import TextField
from widgets.help import HelpSection
from widgets.state import Role, State
from widgets.table import Column, PickList, PickRow
from widgets.text import duration

ANY, CHOSEN, NEW = "any", "chosen", "new"

_STATES = {
    Standing.NEW: State.HERE,
    Standing.KNOWN: State.GOOD,
    Standing.VANISHED: State.ABSENT,
    Standing.UNREACHABLE: State.WARN,
    Standing.UNUSABLE: State.BAD,
}


def standing_word(standing: Standing) -> str:
    """The word for how a portal of a target stands to this host."""
    return {
        Standing.NEW: translate_in("state of a target that was found", "new"),
        Standing.KNOWN: _("known"),
        Standing.VANISHED: _("vanished"),
        Standing.UNREACHABLE: _("unreachable"),
        Standing.UNUSABLE: _("unusable"),
    }[standing]


class DiscoverPage(Page):
    """Where to look, and what was found."""

    DEFAULT_CSS = """
    DiscoverPage #found {
        max-height: 16;
    }
    """
    step = Step.DISCOVER

    def parts(self) -> Iterable[Widget]:
        """Return the fields and the list of what was found."""
        chosen = discover.answer(self.state)
        yield ChoiceField(
            _("Method"),
            tuple(Choice(kind, name) for kind, name, _when in discover.kinds()),
            chosen.kind,
            id="kind",
        )
        yield from in_a_row(
            TextField(_("Portal"), chosen.address, id="address"),
            TextField(_("Port"), chosen.port, width=7, id="port"),
        )
        yield TextField(_("Target"), chosen.target, validate=self.checks("target"), id="target")
        yield from self._interfaces(chosen)
        yield Paragraphs(id="answered", classes="space")
        yield PickList((Column("", grow=True), Column("")), id="found")

    def _interfaces(self, chosen: DiscoverAnswer) -> Iterable[Widget]:
        way = NEW if chosen.new_iface is not None else CHOSEN if chosen.ifaces else ANY
        known = self._known()
        yield ChoiceField(
            _("Through"),
            (
                Choice(ANY, _("any interface")),
                Choice(CHOSEN, _("chosen"), "" if known else _("none yet")),
                Choice(NEW, _("another")),
            ),
            way,
            id="ifaces",
        )
        for record in known:
            bound = record.network_device or record.ip_address or record.hardware_address
            yield CheckField(
                "",
                clean(record.name),
                value=record.name in chosen.ifaces,
                hint=clean(bound),
                id=f"iface-{known.index(record)}",
            )
        new = chosen.new_iface or InterfaceRecord("")
        yield from in_a_row(
            TextField(
                _("Its name"),
                new.name,
                placeholder="san-a",
                id="new-iface-name",
            ),
            TextField(
                _("Interface"),
                new.network_device,
                placeholder="eth1",
                width=16,
                id="new-iface-network-device",
            ),
            id="new-iface",
        )

    def _known(self) -> tuple[InterfaceRecord, ...]:
        return tuple(
            interface
            for interface in self.state.inventory.interfaces
            if interface.name not in {"default", "iser"}
        )

    def answer(self) -> DiscoverAnswer:
        """Return everything as typed."""
        kind = DiscoveryKind(self._text("kind", ChoiceField))
        way = self._text("ifaces", ChoiceField)
        new = None
        names: tuple[str, ...] = ()
        if way == CHOSEN:
            names = tuple(
                record.name
                for number, record in enumerate(self._known())
                if self.query_one(f"#iface-{number}", CheckField).value
            )
        elif way == NEW:
            new = InterfaceRecord(
                self._text("new-iface-name"), network_device=self._text("new-iface-network-device")
            )
            names = (new.name,)
        return DiscoverAnswer(
            kind, self._text("address"), self._text("port"), names, new, self._text("target")
        )

    def _text(self, name: str, kind: type[TextField] | type[ChoiceField] = TextField) -> str:
        return self.query_one(f"#{name}", kind).value

    def edited(self) -> None:
        """Change the port along with the method, as long as it is the usual one of the other."""
        kind, port = self._text("kind", ChoiceField), self.query_one("#port", TextField)
        usual = ISNS_PORT if kind == DiscoveryKind.ISNS else DEFAULT_PORT
        if port.value in {ISNS_PORT, DEFAULT_PORT} and port.value != usual:
            port.value = usual
        super().edited()

    def refresh_parts(self) -> None:
        """Show the fields that the method asks for, and what was found."""
        chosen = self.answer()
        for name, shown in (
            ("address", chosen.kind is not DiscoveryKind.FIRMWARE),
            ("port", chosen.kind is not DiscoveryKind.FIRMWARE),
            ("target", chosen.kind is DiscoveryKind.STATIC),
            ("new-iface", self._text("ifaces", ChoiceField) == NEW),
        ):
            self.query_one(f"#{name}").display = shown
        for number in range(len(self._known())):
            self.query_one(f"#iface-{number}", CheckField).display = (
                self._text("ifaces", ChoiceField) == CHOSEN
            )
        found = discover.found(self.state)
        self.query_one("#answered", Paragraphs).paragraphs = _answered(self.state, found)
        picks = self.query_one("#found", PickList)
        picks.rows = tuple(_rows(found))
        picks.display = bool(found)

    def moves_on(self, state: SetupState) -> bool:  # noqa: ARG002 (what was found is there to be looked at)
        """Stay: the person looks at what was found before going on."""
        return False

    def is_done(self, state: SetupState) -> bool:
        """Go on when this very portal was asked and listed something usable."""
        return state.asked == discover.answer(state) and super().is_done(state)

    def focus_first(self) -> None:
        """Put the focus on the portal, the likeliest thing to be typed."""
        address = self.query_one("#address", TextField)
        if address.display:
            self.focus_field(address)
        else:
            super().focus_first()

    def enter_words(self) -> str:
        """Say whether the portal is asked or left behind."""
        if self.is_done(self.state):
            return next_word()
        return _("discover") if self.answer().kind is not DiscoveryKind.STATIC else _("try portal")

    def help(self) -> tuple[HelpSection, ...]:
        """Explain portals and discovery."""
        ways = "\n".join(labelled(name, when) for _kind, name, when in discover.kinds())
        return (
            HelpSection(
                _("What a portal is"),
                _(
                    "The address and port where the storage listens, usually port 3260. The "
                    "storage administrator gives it to you. A host name, an IPv4 address or an "
                    "IPv6 address."
                ),
            ),
            HelpSection(_("Discovery methods"), f"{ways}\n{_slp()}"),
            HelpSection(
                _("What the words in the list mean"),
                _(
                    "new: this host has no record of it yet. known: it has one, which keeps its "
                    "settings. vanished: it has one, but the portal no longer offers it. "
                    "unreachable: the portal offers it, but it does not accept a connection from "
                    "here."
                ),
            ),
            HelpSection(
                _("Through"),
                _(
                    "Usually any interface: the routing table decides. To use certain network "
                    "interfaces, for example one per path, name them; each gets its own iface "
                    "record."
                ),
            ),
        )


def _slp() -> str:
    about = about_slp()
    return prose(about.summary, about.cause, about.remedy)


def _answered(state: SetupState, found: tuple[Found, ...]) -> tuple[Paragraph, ...]:
    if state.discovered is None or state.asked != discover.answer(state):
        return ()
    lines = []
    answer = state.discovered.answer
    where = discover.portal_of(discover.answer(state))
    if answer is not None and where is not None and answer.answer is Connected.OPEN:
        lines.append(
            Paragraph(
                _("{portal} answers").format(portal=clean(where.label)),
                state=State.GOOD,
                after=duration(answer.seconds),
            )
        )
    if found:
        targets = len({portal.target for portal in found})
        portals = translate_count("{count} portal", "{count} portals", len(found)).format(count=len(found))
        lines.append(
            Paragraph(
                translate_count("{count} target", "{count} targets", targets).format(count=targets),
                Role.STRONG,
                after=_("on {portals}").format(portals=portals),
            )
        )
    return tuple(lines)


def _rows(found: tuple[Found, ...]) -> Iterable[PickRow]:
    """One row for the portals of a target that stand alike to this host."""
    alike: dict[tuple[str, Standing, str], list[Found]] = {}
    for portal in found:
        alike.setdefault((portal.target, portal.standing, portal.note), []).append(portal)
    for (name, standing, note), members in alike.items():
        labels = enumerated(clean(member.portal.label) for member in members)
        count = translate_count("{count} portal", "{count} portals", len(members)).format(count=len(members))
        yield PickRow(
            f"{name} {standing} {note}",
            (clean(name, LONGEST), labels if len(members) == 1 else count),
            _STATES[standing],
            standing_word(standing),
            note=clean(note) or (_("keeps its settings") if standing is Standing.KNOWN else ""),
        )
