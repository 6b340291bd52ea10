"""Page 1: the name of this host in the storage network."""

from collections.abc import Iterable
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.widget import Widget

from tui.screens.paragraphs import Paragraph, Paragraphs
from tui.screens.setup.page import Page, next_word
from tui.setup.answers import NameAnswer
from tui.setup.step import Step
from tui.setup.steps import name
from tui.storage.untrusted import clean
from tui.words import enumerated, marked, translate as _
from widgets.fields.choice_field import CheckField
from widgets.fields.text_field import TextField
from widgets.help import HelpSection
from widgets.state import Role, State


class NamePage(Page):
    """The present name, the wanted one, and what must be installed."""

    step = Step.NAME
    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+g", "fresh", marked("new name"))]

    def parts(self) -> Iterable[Widget]:
        """Return the fields."""
        chosen = name.answer(self.state)
        yield Paragraphs(id="present", classes="facts")
        yield TextField(_("Name"), chosen.name, validate=self.checks("name"), max_length=1000, id="name")
        yield Paragraphs(id="missing", classes="facts space")
        yield CheckField("", _("Install, load and start it for me"), value=chosen.prepare, id="prepare")

    def answer(self) -> NameAnswer:
        """Return the name as typed."""
        return NameAnswer(
            self.query_one("#name", TextField).value, self.query_one("#prepare", CheckField).value
        )

    def refresh_parts(self) -> None:
        """Show the present name and what is missing."""
        initiator = self.state.inventory.initiator
        present = clean(initiator.name) or _("none yet")
        if not initiator.readable:
            present = _("cannot be read without root")
        self.query_one("#present", Paragraphs).paragraphs = (
            Paragraph(present, label=_("Now"), after=_("from {path}").format(path=clean(initiator.path))),
        )
        missing = name.missing(self.state.inventory)
        self.query_one("#missing", Paragraphs).paragraphs = (
            (Paragraph(enumerated(missing), Role.WARN, _("Missing"), State.ABSENT),) if missing else ()
        )
        self.query_one("#prepare", CheckField).display = bool(missing)
        self.query_one("#name", TextField).hint = ""

    def notes(self) -> tuple[Paragraph, ...]:
        """Return what will really be written, when that is not what was typed."""
        typed, wanted = self.answer().name, name.wanted(self.draft())
        corrected = (
            (Paragraph(_("Will be written as {name}").format(name=clean(wanted)), state=State.HERE),)
            if wanted and wanted != typed
            else ()
        )
        return (*corrected, *super().notes())

    def action_fresh(self) -> None:
        """Put a fresh name into the field."""
        if self.state.suggested_name:
            field = self.query_one("#name", TextField)
            field.value = self.state.suggested_name
            field.error = ""
            self.edited()

    def enter_words(self) -> str:
        """Say whether anything is to be done."""
        return next_word() if self.is_done(self.state) else _("set name")

    def help(self) -> tuple[HelpSection, ...]:
        """Explain the initiator name."""
        return (
            HelpSection(
                _("What this name is"),
                _(
                    "In iSCSI the host that uses storage is the initiator, and the storage is the "
                    "target. Each has a name that is unique in the world. The storage "
                    "administrator allows access by this name (ACL), so send it to them, and "
                    "change it only when they can change it too."
                ),
            ),
            HelpSection(
                _("What it looks like"),
                _(
                    "iqn.YEAR-MONTH.your.domain.reversed:anything, in lowercase, such as "
                    "iqn.2024-03.com.example:db7. Names that begin with eui. or naa. are for "
                    "hosts whose hardware provides one. ^G generates a new name that no other "
                    "host has."
                ),
            ),
            HelpSection(
                _("What happens with Enter"),
                _(
                    "Missing packages are installed, the kernel module is loaded, the name is "
                    "written and iscsid is restarted to read it. Existing sessions keep running."
                ),
            ),
        )
