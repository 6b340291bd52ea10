"""The actions of a rung, as a short list to choose from."""

from collections.abc import Iterable, Sequence
from typing import ClassVar

from textual import events, on
from textual.binding import Binding, BindingType
from textual.widget import Widget

from tui.screens.console.action import Action
from tui.words import translate as _
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
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", _("close"))]

    def __init__(self, title: str, actions: Sequence[Action]) -> None:
        super().__init__(title)
        self._actions = tuple(actions)

    def body(self) -> Iterable[Widget]:
        """Return the list; what cannot be done says why."""
        yield PickList(
            (Column(""), Column("", grow=True)),
            tuple(PickRow(one.key, (one.key, one.label), reason=one.reason) for one in self._actions),
            id="actions",
        )

    def on_mount(self) -> None:
        """Put the cursor on the first action that can be taken."""
        picks = self.query_one("#actions", PickList)
        picks.focus()
        possible = next((one.key for one in self._actions if not one.reason), None)
        if possible is not None:
            picks.go_to(possible)

    def on_key(self, event: events.Key) -> None:
        """Take an action by its letter; say why when it cannot be taken."""
        action = next((one for one in self._actions if one.key == event.character), None)
        if action is None:
            return
        event.stop()
        event.prevent_default()
        if action.reason:
            self.notify(_("Not possible: {reason}.").format(reason=action.reason), markup=False)
        else:
            self.dismiss(action.key)

    @on(PickList.Picked)
    def _picked(self, event: PickList.Picked) -> None:
        event.stop()
        self.dismiss(event.key)
