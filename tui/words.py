"""Every sentence a person reads passes through here, so that it can be translated.

Catalogues are `locale/<language>/LC_MESSAGES/iscsi-console.mo` beside this module; without one for the
language of the environment (LANGUAGE, LC_ALL, LC_MESSAGES, LANG) the English source text is shown.
"""

import gettext
import os
import re
from collections.abc import Mapping
from pathlib import Path

NO_LANGUAGE = "C"
"""The name of the locale whose sentences are the source text."""

_LANGUAGE = re.compile(r"[A-Za-z]{1,8}(_[A-Za-z0-9]{1,8})?(\.[A-Za-z0-9-]{1,20})?(@[A-Za-z0-9]{1,20})?\Z")


def languages(environ: Mapping[str, str]) -> list[str]:
    """The languages that the environment asks for, the most wanted first; what is no name is left out.

    gettext(3) joins them to the directory of the catalogues, so that a path would load anybody's sentences.
    """
    set_ones = (environ.get(name, "") for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"))
    wanted = next((value.split(":") for value in set_ones if value), [])
    return [name for name in wanted if _LANGUAGE.match(name)]


_catalogue = gettext.translation(
    "iscsi-console",
    localedir=str(Path(__file__).parent / "locale"),
    languages=languages(os.environ),
    fallback=True,
)

translate = _catalogue.gettext
"""The sentence in the person's language; placeholders are `{name}`, filled in afterwards by `str.format`."""

translate_count = _catalogue.ngettext
"""The singular or plural sentence for a number: `translate_count(one, many, number)`."""
