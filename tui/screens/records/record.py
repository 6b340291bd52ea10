"""One node record: every setting, what it means, and when a change takes effect."""

from collections.abc import Iterable
from typing import ClassVar

from textual import events, on
from textual.binding import Binding, BindingType
from textual.widget import Widget

from tui.maintenance import records as plans
from tui.maintenance.record_fields import RecordField, changes, fields, problems
from tui.maintenance.records import kind_of, wanted_chap
from tui.screens.access import Access
from tui.screens.records.host_screen import HostScreen
from tui.storage.host.command_log import CommandLogHost
from tui.storage.iscsi.chap import ChapKind, ChapSettings, problems as chap_problems
from tui.storage.model.inventory import Inventory
from tui.storage.model.iscsi import NodeRecord
from tui.storage.probe.iscsi.settings import Settings, parse_settings, print_settings
from tui.storage.secret import Secret
from tui.storage.untrusted import clean, clean_lines
from tui.words import marked, translate as _
from widgets.explain import Explain, Explanation
from widgets.fields.choice_field import Choice, ChoiceField
from widgets.fields.form import Field, Form
from widgets.fields.secret_field import SecretField
from widgets.fields.text_field import TextField
from widgets.help import Help, HelpSection

_CHAP = "chap"
_SECRETS = (("username", "password"), ("username_in", "password_in"))


def _id(key: str) -> str:
    """Return the identifier of the field for a key of the record."""
    return "f-" + "".join(letter if letter.isalnum() else "-" for letter in key)


class RecordScreen(HostScreen):
    """The settings of one record as a form. Nothing is changed before the changes were shown.

    Args:
        host: the host.
        access: what may be done on it, and why not more.
        inventory: the host as it was read last.
        record: the record.
    """

    DEFAULT_CSS = """
    RecordScreen {
        #form {
            height: 1fr;
            max-height: 1fr;
            scrollbar-size-vertical: 1;
        }
        Explain {
            min-height: 4;
            padding: 0 2 0 3;
        }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,tab", "go(1)", show=False, priority=True),
        Binding("up,shift+tab", "go(-1)", show=False, priority=True),
        Binding("f3", "all", marked("whole record")),
    ]

    def __init__(
        self, host: CommandLogHost, access: Access, inventory: Inventory, record: NodeRecord
    ) -> None:
        super().__init__(host, access, inventory)
        self.record = record
        self.stored = _stored(host, record)

    def parts(self) -> Iterable[Widget]:
        """Return the form."""
        with Form(id="form"):
            for field in fields():
                yield self._field(field)
            yield ChoiceField(_("CHAP"), _kinds(), kind_of(self.record.chap), id=_CHAP)
            chap = self.record.chap
            words = ((_("  User name"), _("  Secret")), (_("  Target user"), _("  Target secret")))
            names = (chap.username, chap.username_in)
            for (name_key, secret_key), (name, secret), typed in zip(_SECRETS, words, names, strict=True):
                yield TextField(name, clean(typed), validate=lambda _value: None, id=name_key)
                yield SecretField(
                    secret, hint=_("stored; leave empty to keep it") if typed else "", id=secret_key
                )

    def _field(self, field: RecordField) -> Field:
        value = self.stored.text(field.key)
        if field.choices:
            known = dict(field.choices)
            offered = field.choices if value in known or not value else (*field.choices, (value, value))
            return ChoiceField(
                field.label,
                tuple(Choice(key, words) for key, words in offered),
                value or None,
                id=_id(field.key),
            )
        return TextField(
            field.label,
            value,
            width=8,
            validate=lambda typed: self._wrong(field, typed),
            max_length=8,
            hint=field.unit,
            id=_id(field.key),
        )

    def _wrong(self, field: RecordField, typed: str) -> str | None:
        found = problems({field.key: typed})
        return found[0].summary if found else None

    def below(self) -> Iterable[Widget]:
        """Return the explanation of the field in front."""
        yield Explain(id="meaning")

    def heading(self) -> str:
        """Name the record whole."""
        words = _("{target} at {portal}").format(
            target=clean(self.record.target, 300), portal=clean(self.record.portal.label)
        )
        if self.record.iface == "default":
            return words
        return _("{record} through {iface}").format(record=words, iface=clean(self.record.iface))

    def ready(self) -> None:
        """Begin with the first field."""
        self._show_chap()
        form = self.query_one("#form", Form)
        form.align_labels()
        form.focus_field(form.fields()[0])

    def show(self) -> None:
        """Use what the file holds now, where it was changed meanwhile."""
        fresh = next(
            (record for record in self.inventory.node_records if record.key == self.record.key), None
        )
        if fresh is not None:
            self.record = fresh
            self.stored = _stored(self._host, fresh)

    def enter_words(self) -> str:
        """Return what Enter does."""
        return _("show the changes")

    def after_plan(self, done: bool | None) -> None:
        """Leave when it is saved."""
        if done:
            self.dismiss(None)
        else:
            super().after_plan(done)

    # The field in front -------------------------------------------------------------------------------------

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """Explain the field that has the focus."""
        field = next((ancestor for ancestor in event.widget.ancestors if isinstance(ancestor, Field)), None)
        if field is not None:
            self.query_one("#meaning", Explain).text = self._explanation(field)

    def _explanation(self, field: Field) -> Explanation:
        known = next((setting for setting in fields() if _id(setting.key) == field.id), None)
        if known is None:
            words = _(
                "CHAP authenticates a login. One-way: this host authenticates to the target. Mutual: the "
                "target also authenticates to this host. Takes effect at the next login. A stored secret is "
                "never shown."
            )
            return Explanation(words)
        words = _("{meaning} A change takes effect {when}.").format(
            meaning=known.meaning, when=known.effect.words
        )
        return Explanation(words, (), clean(known.key))

    # The form -----------------------------------------------------------------------------------------------

    @on(Field.Changed, f"#{_CHAP}")
    def _show_chap(self) -> None:
        kind = ChapKind(self.query_one(f"#{_CHAP}", ChoiceField).value)
        for names, shown in zip(_SECRETS, (kind is not ChapKind.NONE, kind is ChapKind.MUTUAL), strict=True):
            for name in names:
                self.query_one(f"#{name}").display = shown

    def action_go(self, step: int) -> None:
        """Go to the field above or below."""
        if step > 0:
            self.focus_next()
        else:
            self.focus_previous()

    def wanted(self) -> dict[str, str]:
        """Return the values of the fields by the record's keys."""
        found: dict[str, str] = {}
        for field in fields():
            widget = self.query_one(f"#{_id(field.key)}")
            if isinstance(widget, ChoiceField | TextField):
                found[field.key] = widget.value or ""
        return found

    def _typed_chap(self) -> tuple[ChapKind, ChapSettings]:
        kind = ChapKind(self.query_one(f"#{_CHAP}", ChoiceField).value)
        names = [self.query_one(f"#{name}", TextField).value for name, _secret in _SECRETS]
        secrets = [
            Secret(self.query_one(f"#{secret}", SecretField).value.reveal()) for _name, secret in _SECRETS
        ]
        return kind, ChapSettings(names[0], secrets[0], names[1], secrets[1])

    def loss(self) -> str:
        """Say that what was changed in the fields is not in the record yet."""
        kind, typed = self._typed_chap()
        chap = wanted_chap(kind, typed, self.record.chap)
        changed = chap is not None or bool(changes(self.stored, self.wanted()))
        return _("The changes of the node record are not saved; Enter shows them first.") if changed else ""

    @on(Form.Submitted)
    def _submitted(self) -> None:
        kind, typed = self._typed_chap()
        chap = wanted_chap(kind, typed, self.record.chap)
        wanted = self.wanted()
        if chap is not None and kind is not ChapKind.NONE:
            wrong = chap_problems(chap)
            if wrong:
                self._show_wrong(wrong[0].field, wrong[0].summary)
                return
        if chap is None and not changes(self.stored, wanted):
            self.say(_("Nothing was changed."))
            return
        self.propose(plans.edit(self.record, self.stored, wanted, chap, self.inventory))

    def _show_wrong(self, name: str, words: str) -> None:
        for field in self.query_one("#form", Form).fields():
            if field.id == name:
                field.error = words
                self.query_one("#form", Form).focus_field(field)

    def action_all(self) -> None:
        """Show the whole record, secrets as stars."""
        lines = clean_lines(print_settings(self.stored.lines), 400, 300)
        self.app.push_screen(
            Help(_("The whole record"), (HelpSection(clean(self.record.path, 500), "\n".join(lines)),))
        )

    def help_sections(self) -> tuple[HelpSection, ...]:
        """Explain the screen."""
        return (
            HelpSection(
                _("What this is"),
                _(
                    "The settings with which open-iscsi logs in to this target at this portal. Enter shows "
                    "the changes; nothing is written before you confirm them. Only this record is changed, "
                    "never those of other portals."
                ),
            ),
            HelpSection(
                _("When a change takes effect"),
                _(
                    "A session keeps the settings it was logged in with. At boot (node.startup) is read when "
                    "this host starts; all other settings apply from the next login. iscsid.conf applies "
                    "only to new records."
                ),
            ),
        )


def _kinds() -> tuple[Choice, ...]:
    return (
        Choice(ChapKind.NONE, _("none")),
        Choice(ChapKind.ONE_WAY, _("one-way")),
        Choice(ChapKind.MUTUAL, _("mutual")),
    )


def _stored(host: CommandLogHost, record: NodeRecord) -> Settings:
    """Return the settings in the record's file; none where it cannot be read."""
    try:
        return Settings(parse_settings(host.read(record.path)))
    except OSError:
        return Settings(())
