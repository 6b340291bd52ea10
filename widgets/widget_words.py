"""The few words that widgets say by themselves, translated.

The package knows nothing of the program that uses it, so it has a catalogue of its own:
`locale/<language>/LC_MESSAGES/widgets.mo` beside this module. Without one the English text is shown.
Everything else a widget shows is handed to it, already translated.
"""

import gettext
import os
from pathlib import Path


def _languages() -> list[str]:
    """The languages that the environment asks for; a path, which gettext(3) would follow, is none."""
    variables = ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")
    wanted = next((value for name in variables if (value := os.environ.get(name, ""))), "")
    return [name for name in wanted.split(":") if name and os.sep not in name and not name.startswith(".")]


_catalogue = gettext.translation(
    "widgets", localedir=str(Path(__file__).parent / "locale"), languages=_languages(), fallback=True
)

translate = _catalogue.gettext
"""The sentence in the person's language. Placeholders are `{name}`, filled in with `str.format`."""

translate_count = _catalogue.ngettext
"""The singular or plural sentence for a number: `translate_count(one, many, number)`."""
