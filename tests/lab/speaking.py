"""The language in which the program on a terminal speaks, and the tests that read it."""

from collections.abc import Iterator
from contextlib import contextmanager

from tui.catalogue import matching, read_catalogue
from tui.words import SOURCE, use

CHINESE = "zh_CN.UTF-8"
"""A value of LANG. The locale need not be on the machine: the program reads the variable alone."""


@contextmanager
def speaking(locale: str) -> Iterator[None]:
    """Translate in the test as the program does with that LANG, so that its sentences can be waited for."""
    language = matching([locale])
    use(None if language == SOURCE else read_catalogue(language))
    try:
        yield
    finally:
        use(None)


def squeezed(text: str) -> str:
    """A text without blanks: a Chinese sentence is broken into lines anywhere, an English one at blanks."""
    return "".join(text.split())
