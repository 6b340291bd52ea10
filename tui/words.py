"""Every sentence a person reads passes through here, so that it can be translated.

Catalogues are `locale/<language>/LC_MESSAGES/iscsi-console.mo` beside this module; without one for the
language of the environment (LANGUAGE, LC_ALL, LC_MESSAGES, LANG) the English source text is shown.
"""

import gettext
from pathlib import Path

_catalogue = gettext.translation(
    "iscsi-console", localedir=str(Path(__file__).parent / "locale"), fallback=True
)

translate = _catalogue.gettext
"""The sentence in the person's language; placeholders are `{name}`, filled in afterwards by `str.format`."""

translate_count = _catalogue.ngettext
"""The singular or plural sentence for a number: `translate_count(one, many, number)`."""
