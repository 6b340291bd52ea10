"""The language that the program speaks, chosen when it starts.

ISCSI_CONSOLE_LANGUAGE goes first, which `language` of config.toml sets (`tui.preferences`); then the locale:
LANGUAGE, LC_ALL, LC_MESSAGES, LANG. It is English where there is no catalogue, and where the terminal cannot
show another language's characters.
"""

import os
from collections.abc import MutableMapping

from msgspec import Struct

from tui import preferences
from tui.storage.problem import ConsoleError
from tui.words import SOURCE, languages, translate as _, use

VARIABLE = "ISCSI_CONSOLE_LANGUAGE"


class Spoken(Struct, frozen=True):
    """What is spoken.

    Attributes:
        language: its name, as that of a locale.
        instead: the language that was asked for, when that is another one; empty when it is this one.
        reason: why it is not spoken, in a sentence.
    """

    language: str
    instead: str = ""
    reason: str = ""


def speak(environ: MutableMapping[str, str]) -> Spoken:
    """Choose the language and speak it from now on.

    What is wrong with config.toml does not keep the program from speaking; the screens report it.

    Args:
        environ: the variables of the environment; what config.toml says is set in it.
    """
    spoken = choose(environ)
    if spoken.language == SOURCE:
        use(None)
        return spoken
    from tui.catalogue import read_catalogue  # noqa: PLC0415 (English needs none)

    try:
        use(read_catalogue(spoken.language))
    except (OSError, ValueError) as error:
        use(None)
        return Spoken(SOURCE, spoken.language, _("Its catalogue cannot be read: {why}.").format(why=error))
    return spoken


def choose(environ: MutableMapping[str, str]) -> Spoken:
    """Which language fits the environment, the files and the terminal."""
    if any(map(os.path.exists, preferences.files())):
        _prefer(environ)
    wanted = [environ[VARIABLE]] if environ.get(VARIABLE) else languages(environ)
    if not wanted or wanted[0].partition("_")[0] in {SOURCE, "C", "POSIX"}:
        return Spoken(SOURCE)
    from tui.catalogue import matching  # noqa: PLC0415 (English needs none)

    language = matching(wanted)
    if language == SOURCE:
        return Spoken(SOURCE, wanted[0], _("There is no catalogue of it."))
    from tui.terminal import Glyphs, glyphs_here, read_tty  # noqa: PLC0415 (likewise)

    if glyphs_here(environ, read_tty()) is not Glyphs.UNICODE:
        return Spoken(SOURCE, language, _("This terminal cannot show its characters."))
    return Spoken(language)


def choices() -> preferences.Choices:
    """What config.toml may say about the language."""
    from tui.catalogue import available  # noqa: PLC0415 (likewise)

    return {"language": (VARIABLE, frozenset(available()))}


def _prefer(environ: MutableMapping[str, str]) -> None:
    from tui.terminal import CHOICES  # noqa: PLC0415 (likewise)

    try:
        preferences.apply_preferences(preferences.files(), {**CHOICES, **choices()}, environ)
    except ConsoleError:
        return
