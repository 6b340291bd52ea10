"""Page 4: which targets and portals are used, at boot or by hand, and with which timers."""

from collections.abc import Iterable

from textual import events
from textual.widget import Widget

from tui.screens.setup.page import LONGEST, Page, field_id, next_word, wrong_list
from tui.setup.answers import Startup, TargetAnswer, TargetChoice, TimerPreset
from tui.setup.state import Explanation, SetupState
from tui.setup.step import Step
from tui.setup.steps import target
from tui.storage.model.iscsi import Timers
from tui.storage.untrusted import clean
from tui.words import translate as _, translate_in
from widgets.fields.choice_field import Choice, ChoiceField
from widgets.fields.text_field import NumberField
from widgets.help import HelpSection
from widgets.state import State
from widgets.table import Column, PickList, PickRow

WIDE = 100
"""Columns from which a timer's meaning fits beside it."""


class TargetPage(Page):
    """The list to choose from, and the settings for what is chosen."""

    DEFAULT_CSS = """
    TargetPage #chosen {
        height: auto;
        max-height: 12;
    }
    """
    step = Step.TARGET

    def __init__(self, state: SetupState) -> None:
        super().__init__(state)
        self._looked_at: str | None = None

    def parts(self) -> Iterable[Widget]:
        """Return the list, the startup mode and the timers."""
        chosen = target.answer(self.state)
        offered = target.offers(self.state)
        yield PickList(
            (Column(_("Target"), grow=True), Column(_("Portal")), Column("")),
            many=True,
            checked=frozenset(_key(offer) for offer in offered if offer in chosen.chosen),
            empty=_("Nothing was found. Go back with ^P and ask another portal."),
            id="chosen",
        )
        yield wrong_list("chosen")
        yield ChoiceField(
            _("Log in"),
            (
                Choice(Startup.AUTOMATIC, _("at every boot")),
                Choice(Startup.MANUAL, _("manually")),
                Choice(Startup.ONBOOT, _("before the root file system")),
            ),
            chosen.startup,
            id="startup",
        ).add_class("space")
        yield ChoiceField(
            _("Timers"),
            (
                Choice(TimerPreset.SINGLE, _("one path")),
                Choice(TimerPreset.MULTIPATH, _("several paths")),
                Choice(TimerPreset.KEEP, _("keep")),
            ),
            chosen.preset,
            id="preset",
        )
        for name, (label, words) in target.timer_words().items():
            yield NumberField(
                label,
                getattr(chosen.timers, name),
                minimum=-1,
                maximum=86_400,
                hint=words if self.app.size.width >= WIDE else _unit(name),
                id=field_id(f"timers.{name}"),
            )

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """Let the pane below say what a number is for."""
        field = next(
            (ancestor for ancestor in event.widget.ancestors if isinstance(ancestor, NumberField)), None
        )
        self._looked_at = field.id if field is not None else None
        self.post_message(self.Looked())

    def explanation(self) -> Explanation | None:
        """Explain the timer that has the focus, where there was no room beside it."""
        if self.app.size.width >= WIDE:
            return None
        for name, (label, words) in target.timer_words().items():
            if self._looked_at == field_id(f"timers.{name}"):
                return Explanation(f"{label}. {words}", target.explain(self.draft()).runs)
        return None

    def answer(self) -> TargetAnswer:
        """Return what is marked and typed."""
        marked = self.query_one("#chosen", PickList).checked
        preset = TimerPreset(self.query_one("#preset", ChoiceField).value)
        return TargetAnswer(
            tuple(offer for offer in target.offers(self.state) if _key(offer) in marked),
            Startup(self.query_one("#startup", ChoiceField).value),
            preset,
            self._numbers() if preset is not TimerPreset.KEEP else target.PRESETS[TimerPreset.KEEP],
        )

    def _numbers(self) -> Timers:
        typed = {
            name: self.query_one(f"#{field_id(f'timers.{name}')}", NumberField).number
            for name in target.timer_words()
        }
        return Timers(**typed)

    def edited(self) -> None:
        """Put the numbers of the preset into the fields when another one was chosen."""
        preset = TimerPreset(self.query_one("#preset", ChoiceField).value)
        if preset is not target.answer(self.state).preset and preset is not TimerPreset.KEEP:
            for name in target.timer_words():
                number = getattr(target.PRESETS[preset], name)
                self.query_one(f"#{field_id(f'timers.{name}')}", NumberField).value = str(number)
        super().edited()

    def refresh_parts(self) -> None:
        """Show what can be chosen, and the numbers unless they are kept."""
        picks = self.query_one("#chosen", PickList)
        several_cards = len({offer.iface for offer in target.offers(self.state)}) > 1
        picks.rows = tuple(
            PickRow(
                _key(offer),
                (
                    clean(offer.target, LONGEST),
                    clean(offer.portal.label),
                    clean(offer.iface) if several_cards else "",
                ),
                State.GOOD if target.record(self.state, offer) is not None else State.HERE,
                _("known")
                if target.record(self.state, offer) is not None
                else translate_in("state of a target that was found", "new"),
            )
            for offer in target.offers(self.state)
        )
        preset = TimerPreset(self.query_one("#preset", ChoiceField).value)
        for name in target.timer_words():
            field = self.query_one(f"#{field_id(f'timers.{name}')}", NumberField)
            field.display = preset is not TimerPreset.KEEP

    def enter_words(self) -> str:
        """Say whether something is stored."""
        return next_word() if self.is_done(self.state) else _("store")

    def help(self) -> tuple[HelpSection, ...]:
        """Explain targets, startup and timers."""
        presets = "\n".join(target.preset_words().values())
        return (
            HelpSection(
                _("What to mark"),
                _(
                    "A target is a piece of storage with a name; a portal is one path to it. Mark "
                    "with Space every portal of the target you were given: two portals of one "
                    "target are two paths to the same disks, and the storage stays available when "
                    "one fails. The letter a marks all."
                ),
            ),
            HelpSection(
                _("Log in"),
                _(
                    "At every boot is what a server needs. Manually is for storage that is used "
                    "now and then. Before the root file system is only for a host that boots from "
                    "iSCSI."
                ),
            ),
            HelpSection(_("Timers"), presets),
        )


def _key(choice: TargetChoice) -> str:
    return f"{choice.target} {choice.portal.label} {choice.iface}"


def _unit(timer: str) -> str:
    return _("times") if timer == "login_retries" else _("s")
