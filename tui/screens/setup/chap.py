"""Page 2: CHAP for asking the portal and for using the target."""

from collections.abc import Iterable

from textual.widget import Widget

from tui.screens.paragraphs import Paragraph, Paragraphs
from tui.screens.setup.page import Page, field_id, next_word
from tui.setup.answers import ChapAnswer, ChapChoice, ChapScope
from tui.setup.step import Step
from tui.setup.steps import chap
from tui.storage.iscsi.chap import ChapKind
from tui.storage.secret import Secret
from tui.storage.untrusted import clean
from tui.words import translate as _
from widgets.fields.choice_field import Choice, ChoiceField
from widgets.fields.secret_field import Hidden, SecretField
from widgets.fields.text_field import TextField
from widgets.help import HelpSection
from widgets.state import Role

DISCOVERY, SESSION = "discovery", "session"


class ChapPage(Page):
    """Who proves itself to whom, and with what."""

    step = Step.CHAP

    def parts(self) -> Iterable[Widget]:
        """Return two groups of fields, and where the secrets are kept."""
        chosen = chap.answer(self.state)
        yield from self._group(SESSION, _("Target"), chosen.session)
        yield from self._group(DISCOVERY, _("Discovery"), chosen.discovery)
        yield ChoiceField(
            _("Keep for"),
            (
                Choice(ChapScope.RECORDS, _("what is chosen here")),
                Choice(ChapScope.DEFAULTS, _("later targets too")),
            ),
            chosen.scope,
            id="scope",
        )
        yield Paragraphs(id="placements", classes="space")

    def _group(self, use: str, label: str, choice: ChapChoice) -> Iterable[Widget]:
        yield ChoiceField(label, _kinds(), choice.kind, id=field_id(f"{use}.kind"))
        for suffix, name_label, secret_label in (
            ("", _("  User name"), _("  Secret")),
            ("_in", _("  Its name"), _("  Its secret")),
        ):
            name, secret = f"{use}.username{suffix}", f"{use}.password{suffix}"
            typed = choice.username_in if suffix else choice.username
            kept = choice.password_in if suffix else choice.password
            yield TextField(name_label, typed, validate=self.checks(name), id=field_id(name))
            yield SecretField(
                secret_label,
                Hidden(kept.reveal()) if kept else None,
                validate=self.checks(secret),
                id=field_id(secret),
            )

    def answer(self) -> ChapAnswer:
        """Return names and secrets as typed."""
        return ChapAnswer(
            self._choice(DISCOVERY),
            self._choice(SESSION),
            ChapScope(self.query_one("#scope", ChoiceField).value),
        )

    def _choice(self, use: str) -> ChapChoice:
        def text(name: str) -> str:
            return self.query_one(f"#{field_id(f'{use}.{name}')}", TextField).value

        def secret(name: str) -> Secret:
            return Secret(self.query_one(f"#{field_id(f'{use}.{name}')}", SecretField).value.reveal())

        return ChapChoice(
            ChapKind(self.query_one(f"#{use}-kind", ChoiceField).value),
            text("username"),
            secret("password"),
            text("username_in"),
            secret("password_in"),
        )

    def refresh_parts(self) -> None:
        """Show only the fields that the kinds ask for, and what the storage side must have."""
        chosen = self.answer()
        for use, choice in ((DISCOVERY, chosen.discovery), (SESSION, chosen.session)):
            one_way, mutual = choice.kind is not ChapKind.NONE, choice.kind is ChapKind.MUTUAL
            for name, shown in (
                ("username", one_way),
                ("password", one_way),
                ("username_in", mutual),
                ("password_in", mutual),
            ):
                self.query_one(f"#{field_id(f'{use}.{name}')}").display = shown
        none = chosen.discovery.kind is ChapKind.NONE and chosen.session.kind is ChapKind.NONE
        self.query_one("#scope").display = not none
        self._show_placements()

    def _show_placements(self) -> None:
        found: list[Paragraph] = []
        for placement in chap.placements(self.draft()):
            found += [
                Paragraph(placement.use, Role.STRONG),
                Paragraph(placement.here, label=_("This host")),
                Paragraph(clean(placement.there), label=_("Storage")),
            ]
        self.query_one("#placements", Paragraphs).paragraphs = tuple(found)

    def enter_words(self) -> str:
        """Say what comes."""
        return next_word()

    def help(self) -> tuple[HelpSection, ...]:
        """Explain CHAP."""
        return (
            HelpSection(
                _("What CHAP is"),
                _(
                    "A check when a connection is made: this host proves that it knows a secret, and with "
                    "mutual CHAP the storage does too, without sending it. It does not encrypt the "
                    "data. If the storage administrator gave you no user name and secret, leave both "
                    "at none."
                ),
            ),
            HelpSection(
                _("One-way and mutual"),
                _(
                    "One-way: this host proves its identity to the storage. Mutual: the storage "
                    "proves its identity to this host as well, with its own user name and secret. "
                    "The two secrets must differ."
                ),
            ),
            HelpSection(
                _("Target and discovery"),
                _(
                    "Login to a target and discovery at a portal are authenticated separately. "
                    "Many storage systems require a secret only for the login."
                ),
            ),
            HelpSection(
                _("Where secrets are stored"),
                _(
                    "Only in open-iscsi's own files, which only root can read. They are never "
                    "shown, logged or put on a command line. ^R shows what you type until you "
                    "leave the field."
                ),
            ),
        )


def _kinds() -> tuple[Choice, ...]:
    return (
        Choice(ChapKind.NONE, _("none")),
        Choice(ChapKind.ONE_WAY, _("one-way")),
        Choice(ChapKind.MUTUAL, _("mutual")),
    )
