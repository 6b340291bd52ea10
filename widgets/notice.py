"""What went wrong: what happened, the likely cause, what to do next, and buttons that do it.

    answer = await self.app.push_screen_wait(Notice(_("Login failed"), happened=..., offers=(Offer(...),)))

The one component for this. What the tools said is folded behind a key, so that words and buttons stay in
sight on the smallest terminal.
"""

from collections.abc import Iterable
from typing import ClassVar

from msgspec import Struct
from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from widgets.dialogs import Dialog, PushButton
from widgets.look import look_of
from widgets.state import Role, State
from widgets.text import cells, pad, wrap
from widgets.widget_words import marked, translate as _, translate_count


class Offer(Struct, frozen=True):
    """Something that can be done about it: a button."""

    key: str
    label: str


class Notice(Dialog[str | None]):
    """A problem on a box of its own. Answers the key of the offer that was pressed, or None.

    Args:
        title: What is the case, in a few words.
        happened: What happened, in a sentence; may carry the tool's own words.
        cause: The likely cause.
        next_step: What to do next.
        evidence: What the tools said, a line per entry; folded until a key opens it.
        offers: What the program can do about it; the first has the focus.
        close: The word on the button that only closes.
        state: How bad it is.
    """

    DEFAULT_CSS = """
    Notice .part {
        height: auto;
        margin-bottom: 1;
        & > Static {
            width: 1fr;
            height: auto;
        }
        & > Static:first-child {
            width: auto;
        }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("o", "evidence", marked("output"))]

    def __init__(
        self,
        title: str,
        *,
        happened: str = "",
        cause: str = "",
        next_step: str = "",
        evidence: tuple[str, ...] = (),
        offers: tuple[Offer, ...] = (),
        close: str = "",
        state: State = State.BAD,
    ) -> None:
        super().__init__(title, state)
        self._parts = ((_("What"), happened), (_("Cause"), cause), (_("Next"), next_step))
        self._evidence = evidence
        self._is_open = False
        self._offers = tuple((offer, PushButton(offer.label)) for offer in offers)
        self._close = PushButton(close or _("Close"))

    def body(self) -> Iterable[Widget]:
        """Return the parts, their labels in one column, and what the tools said."""
        labels = (*(label for label, _text in self._parts), _("Output"))
        width = max(map(cells, labels)) + 2
        look = look_of(self.app)
        for label, text in self._parts:
            if text:
                yield Horizontal(
                    Static(look.text(pad(label, width), Role.MUTED)), Static(look.text(text)), classes="part"
                )
        if self._evidence:
            yield Horizontal(
                Static(look.text(pad(_("Output"), width), Role.MUTED)), Static(id="evidence"), classes="part"
            )

    def buttons(self) -> Iterable[PushButton]:
        """Return the offers and close."""
        yield from (button for _offer, button in self._offers)
        yield self._close

    def on_mount(self) -> None:
        """Put the focus on the first button, at once: the next key is for it."""
        self.set_focus(self._offers[0][1] if self._offers else self._close)

    def fit(self) -> None:
        """Fit the box, and wrap what the tools said."""
        super().fit()
        self._show_evidence()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer the output where there is some."""
        return bool(self._evidence) if action == "evidence" else super().check_action(action, parameters)

    def action_evidence(self) -> None:
        """Show what the tools said, or fold it again."""
        self._is_open = not self._is_open
        self._show_evidence()
        if self._is_open:
            self.call_after_refresh(self._show_beginning)
        else:
            self.query_one(".body", VerticalScroll).scroll_home(animate=False)

    def _show_beginning(self) -> None:
        top = self.query_one("#evidence", Static).virtual_region_with_margin.y
        part = self.query_one("#evidence", Static).parent
        if isinstance(part, Widget):
            top = part.virtual_region.y
        self.query_one(".body", VerticalScroll).scroll_to(y=top, animate=False)

    def _show_evidence(self) -> None:
        for place in self.query("#evidence").results(Static):
            look = look_of(self)
            lines = [line for text in self._evidence for line in wrap(text, max(20, place.size.width))]
            if self._is_open:
                place.update(Content("\n").join(look.text(line, Role.MUTED) for line in lines))
                continue
            count = len(lines)
            words = translate_count("{count} line; o shows it", "{count} lines; o shows them", count)
            place.update(look.text(words.format(count=count), Role.MUTED))

    @on(PushButton.Pressed)
    def _pressed(self, event: PushButton.Pressed) -> None:
        chosen = [offer.key for offer, button in self._offers if button is event.button]
        self.dismiss(chosen[0] if chosen else None)
