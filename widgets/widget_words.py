"""The few words that widgets say by themselves, in the language of the program that uses them.

The package knows nothing of that program, which says how it translates: `use(translate, translate_count)`.
Until then the English text is shown. Everything else a widget shows is handed to it, already translated, but
the words of key bindings: those are made while classes are, and translated where they are shown.
"""

from collections.abc import Callable

Translate = Callable[[str], str]
TranslateCount = Callable[[str, str, int], str]


def marked(sentence: str) -> str:
    """The sentence as it is: a constant that goes into the catalogue, for `translate` where it is shown."""
    return sentence


def _singular_or_plural(one: str, many: str, number: int) -> str:
    return one if number == 1 else many


_translate: Translate = marked
_translate_count: TranslateCount = _singular_or_plural


def use(translate: Translate, translate_count: TranslateCount) -> None:
    """Say the widgets' words in the program's language from now on."""
    global _translate, _translate_count
    _translate, _translate_count = translate, translate_count


def translate(sentence: str) -> str:
    """The sentence in the person's language. Placeholders are `{name}`, filled in with `str.format`."""
    return _translate(sentence)


def translate_count(one: str, many: str, number: int) -> str:
    """The singular or plural sentence for a number."""
    return _translate_count(one, many, number)
