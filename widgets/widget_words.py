"""The few words that widgets say by themselves, translated.

The package knows nothing of the program that uses it, so it has a catalogue of its own:
`locale/<language>/LC_MESSAGES/widgets.mo` beside this module. Without one the English text is shown.
Everything else a widget shows is handed to it, already translated.
"""

import gettext
from pathlib import Path

_catalogue = gettext.translation("widgets", localedir=str(Path(__file__).parent / "locale"), fallback=True)

translate = _catalogue.gettext
"""The sentence in the person's language. Placeholders are `{name}`, filled in with `str.format`."""

translate_count = _catalogue.ngettext
"""The singular or plural sentence for a number: `translate_count(one, many, number)`."""
