"""What can be done with what the cursor is on, as a list to choose from."""

from collections.abc import Iterable, Sequence
from typing import ClassVar

from textual import events, on
from textual.binding import Binding, BindingType
from textual.widget import Widget

from tui.screens.console.keys import Action, not_possible
from tui.words import marked
from widgets.dialogs import Dialog
from widgets.table import Column, PickList, PickRow


class ActionMenu(Dialog[str | None]):
    """Answers the key of the action that was chosen, or None. Its letter chooses an action at once."""

    DEFAULT_CSS = """
    ActionMenu {
        .body {
            max-height: 18;
        }
        .buttons {
            display: none;
        }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", marked("close"))]

    def __init__(self, title: str, actions: Sequence[Action]) -> None:
        super().__init__(title)
        self._actions = tuple(actions)

    def body(self) -> Iterable[Widget]:
        """Return the list; what cannot be done says why."""
        yield PickList(
            (Column(""), Column("", grow=True)),
            tuple(
                PickRow(action.key, (action.key, action.label), reason=action.reason)
                for action in self._actions
            ),
            id="actions",
        )

    def on_mount(self) -> None:
        """Put the cursor on the first action that can be taken."""
        picks = self.query_one("#actions", PickList)
        picks.focus()
        possible = next((action.key for action in self._actions if not action.reason), None)
        if possible is not None:
            picks.go_to(possible)

    def on_key(self, event: events.Key) -> None:
        """Take an action by its letter; say why when it cannot be taken."""
        action = next((action for action in self._actions if action.key == event.character), None)
        if action is None:
            return
        event.stop()
        event.prevent_default()
        if action.reason:
            self.notify(not_possible(action.reason), markup=False)
        else:
            self.dismiss(action.key)

    @on(PickList.Picked)
    def _picked(self, event: PickList.Picked) -> None:
        event.stop()
        self.dismiss(event.key)
