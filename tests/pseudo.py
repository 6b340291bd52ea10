"""A language that nobody speaks: every sentence of the program, longer, with wide characters and accents."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from gettext import NullTranslations

from tui import words

_ACCENTS = str.maketrans("aceinosuyzACEINOSUYZ", "äçëïñöšüÿžÄÇËÏÑÖŠÜŸŽ")
_KEPT = re.compile(r"\{[^{}]*\}|%\([a-z_]+\)[srd]|%[a-zA-Z]|`[^`]*`")
_LONGER = 0.15
"""Share of a sentence's characters that is added at its end, in characters of two cells."""


def pseudo(sentence: str) -> str:
    """The sentence in that language; what is filled in, and commands, stay."""
    said, end = "", 0
    for kept in _KEPT.finditer(sentence):
        said += sentence[end : kept.start()].translate(_ACCENTS) + kept.group()
        end = kept.end()
    said += sentence[end:].translate(_ACCENTS)
    return said + "漢" * round(len(sentence) * _LONGER) if any(map(str.isalpha, sentence)) else said


class Pseudo(NullTranslations):
    """Its catalogue, which has everything."""

    def gettext(self, message: str) -> str:
        return pseudo(message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return pseudo(msgid1 if n == 1 else msgid2)

    def pgettext(self, context: str, message: str) -> str:
        return pseudo(message) if "%" not in message and "{" not in message else message


@contextmanager
def spoken() -> Iterator[None]:
    """Speak it for a while."""
    words.use(Pseudo())
    try:
        yield
    finally:
        words.use(None)
