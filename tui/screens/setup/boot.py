"""Page 8: what is arranged for the next boot."""

from collections.abc import Iterable

from textual.widget import Widget

from tui.screens.paragraphs import Paragraph, Paragraphs
from tui.screens.setup.page import Page
from tui.setup.answers import BootAnswer, BootWay
from tui.setup.step import Step
from tui.setup.steps import boot
from tui.words import translate as _
from widgets.fields.choice_field import CheckField, Choice, ChoiceField
from widgets.fields.text_field import TextField
from widgets.help import HelpSection
from widgets.state import Role


class BootPage(Page):
    """How the mount comes back after a reboot."""

    step = Step.BOOT

    def parts(self) -> Iterable[Widget]:
        """Return the fields."""
        chosen = boot.answer(self.state)
        yield ChoiceField(
            _("Mount"), tuple(Choice(way, name) for way, name, _why in boot.ways()), chosen.way, id="way"
        )
        yield Paragraphs(id="why-way", classes="facts")
        yield TextField(
            _("Wait"),
            chosen.device_timeout,
            width=6,
            validate=self.checks("device_timeout"),
            max_length=20,
            hint=_("seconds for the disk"),
            id="device-timeout",
        ).add_class("space")
        yield CheckField(
            "", _("Start the services that log in at boot"), value=chosen.services, id="services"
        )
        yield CheckField(
            "",
            _("Comment out the old lines in rc.local"),
            value=chosen.replace_rc_local,
            id="replace-rc-local",
        )
        yield Paragraphs(id="old-lines", classes="facts")

    def answer(self) -> BootAnswer:
        """Return what is chosen and typed."""
        return BootAnswer(
            BootWay(self.query_one("#way", ChoiceField).value),
            self.query_one("#device-timeout", TextField).value,
            self.query_one("#services", CheckField).value,
            self.query_one("#replace-rc-local", CheckField).value,
        )

    def refresh_parts(self) -> None:
        """Show what speaks for the choice, and the old lines that would go."""
        way = self.answer().way
        why = next(words for known, _name, words in boot.ways() if known is way)
        self.query_one("#why-way", Paragraphs).paragraphs = (Paragraph(why, Role.MUTED, " "),)
        old = boot.rc_local_lines(self.state)
        self.query_one("#replace-rc-local", CheckField).display = bool(old)
        self.query_one("#old-lines", Paragraphs).paragraphs = tuple(
            Paragraph(line.shown, Role.MUTED, " ") for line in old
        )
        for name in ("device-timeout", "services"):
            self.query_one(f"#{name}").display = way is not BootWay.NONE

    def enter_words(self) -> str:
        """Say what comes."""
        return _("review")

    def help(self) -> tuple[HelpSection, ...]:
        """Explain what happens at boot."""
        return (
            HelpSection(
                _("What happens at boot"),
                _(
                    "First the network comes up, then the login service logs in to the targets, "
                    "LVM activates the VG, and last the volume is mounted. Each part needs "
                    "configuration; this page takes care of it."
                ),
            ),
            HelpSection(
                _("If the storage is unavailable"),
                _(
                    "The boot waits for the disk as long as you enter here and then goes on "
                    "without it, so that you can log in and check. The options _netdev and nofail "
                    "do that."
                ),
            ),
            HelpSection(
                _("fstab or a unit"),
                _(
                    "A line in /etc/fstab is the usual place. With a UUID it identifies the file "
                    "system whatever the device is called. A systemd mount unit does the same in "
                    "its own file."
                ),
            ),
        )
