"""A problem on a screen: what happened, the likely cause, what to do next, and buttons that do it."""

from dataclasses import dataclass

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.message import Message

from tui.screens.paragraphs import Paragraph, Paragraphs
from tui.storage.problem import Problem
from tui.words import translate as _
from widgets.dialogs import Offer, PushButton
from widgets.state import Role, State

AGAIN = "again"
CLOSE = "close"
REMOVE_LOCK = "remove-lock"


def remedies(problem: Problem) -> tuple[Offer, ...]:
    """Return what the program itself can do about a problem; the most likely first."""
    if problem.code == "record.lock-stale":
        return (Offer(REMOVE_LOCK, _("Remove the lock and retry")),)
    return ()


class Trouble(Vertical):
    """The block. The first offer has the focus when it appears."""

    DEFAULT_CSS = """
    Trouble {
        height: auto;
        .offers {
            height: 1;
            margin-top: 1;
        }
    }
    """

    @dataclass
    class Chosen(Message):
        """An offer was taken: its key."""

        key: str

    def __init__(self) -> None:
        super().__init__()
        self._offers: tuple[tuple[Offer, PushButton], ...] = ()

    def compose(self) -> ComposeResult:
        """Put the buttons under the words."""
        yield Paragraphs()
        yield Horizontal(classes="offers")

    async def show(self, problem: Problem, offered: tuple[Offer, ...], most: int) -> None:
        """Show a problem, its evidence cut to what fits into `most` lines."""
        self.query_one(Paragraphs).paragraphs = _words(problem, most)
        row = self.query_one(".offers", Horizontal)
        await row.remove_children()
        self._offers = tuple((offer, PushButton(offer.label)) for offer in offered)
        row.display = bool(offered)
        await row.mount(*(button for _offer, button in self._offers))
        if self._offers:
            self.call_after_refresh(self._take_focus, self._offers[0][1])

    def _take_focus(self, button: PushButton) -> None:
        """Put the focus on an offer at once, so that a page which looks for the focus sees it there."""
        if button.is_attached:
            self.screen.set_focus(button)

    def on_key(self, event: events.Key) -> None:
        """Go from button to button."""
        if event.key in {"left", "right"} and isinstance(self.screen.focused, PushButton):
            event.stop()
            buttons = [button for _offer, button in self._offers]
            here = buttons.index(self.screen.focused)
            buttons[(here + (1 if event.key == "right" else -1)) % len(buttons)].focus()

    @on(PushButton.Pressed)
    def _pressed(self, event: PushButton.Pressed) -> None:
        event.stop()
        for offer, button in self._offers:
            if button is event.button:
                self.post_message(self.Chosen(offer.key))


def _words(problem: Problem, most: int) -> tuple[Paragraph, ...]:
    found = [Paragraph(problem.summary, Role.STRONG, _("What"), State.BAD)]
    if problem.cause:
        found.append(Paragraph(problem.cause, label=_("Cause")))
    if problem.remedy:
        found.append(Paragraph(problem.remedy, label=_("Next")))
    room = max(0, most - 2 * len(found))
    for number, line in enumerate(problem.evidence[:room]):
        found.append(Paragraph(line, Role.MUTED, _("Output") if number == 0 else " "))
    return tuple(found)
