"""The list of every action of the screen in front, found by its words: Textual's command palette."""

from collections.abc import Iterable
from functools import partial
from typing import Any

from textual.app import SystemCommand
from textual.command import CommandPalette
from textual.screen import Screen

from widgets.key_bar import key_name
from widgets.widget_words import translate as _


def actions_of(screen: Screen[Any]) -> Iterable[SystemCommand]:
    """Yield every action of a screen that has words, with its key. What is impossible now says so."""
    seen: set[str] = set()
    for active in screen.active_bindings.values():
        binding = active.binding
        words = _(binding.tooltip or binding.description)
        if not words or binding.system or binding.action in seen or "palette" in binding.action:
            continue
        seen.add(binding.action)
        title = words if active.enabled else _("{words} (not now)").format(words=words)
        run = partial(screen.app.run_action, binding.action, active.node)
        yield SystemCommand(title[:1].upper() + title[1:], key_name(binding.key), run)


def palette() -> CommandPalette:
    """Return the list, to be opened over a screen."""
    return CommandPalette(placeholder=_("Type words of what you want to do"), id="--command-palette")
