"""Every sentence a person reads passes through here, so that it can be translated.

The program chooses its catalogue when it starts; until then the English source text is shown. So nothing is
translated while modules are imported: a constant is `marked`, and translated where it is shown.
"""

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gettext import NullTranslations

SOURCE = "en"
"""The language of the source text, which has no catalogue."""

NO_LANGUAGE = "C"
"""The name of the locale whose sentences are the source text."""

_LANGUAGE = re.compile(r"[A-Za-z]{1,8}(_[A-Za-z0-9]{1,8})?(\.[A-Za-z0-9-]{1,20})?(@[A-Za-z0-9]{1,20})?\Z")

_catalogue: "NullTranslations | None" = None


def languages(environ: Mapping[str, str]) -> list[str]:
    """The languages that the environment asks for, the most wanted first; what is no name is left out.

    LANGUAGE goes before LC_ALL, LC_MESSAGES and LANG, but where they name the locale C (gettext(3)). gettext
    joins a language to the directory of the catalogues, so that a path would load anybody's sentences.
    """
    variables = ("LC_ALL", "LC_MESSAGES", "LANG")
    locale = next((value for name in variables if (value := environ.get(name, ""))), "")
    if locale.partition(".")[0] in {NO_LANGUAGE, "POSIX"}:
        return []
    wanted = (environ.get("LANGUAGE") or locale).split(":")
    return [name for name in wanted if _LANGUAGE.match(name)]


def use(catalogue: "NullTranslations | None") -> None:
    """Translate by a catalogue from now on; None shows the source text."""
    global _catalogue  # noqa: PLW0603 (a program speaks one language)
    _catalogue = catalogue


def spoken() -> str:
    """The language that sentences are shown in, by the name that its catalogue has for it."""
    return SOURCE if _catalogue is None else _catalogue.info().get("language", SOURCE)


def marked(sentence: str) -> str:
    """The sentence as it is: a constant that goes into the catalogue, for `translate` where it is shown."""
    return sentence


def translate(sentence: str) -> str:
    """The sentence in the person's language. Placeholders are `{name}`, filled in with `str.format`."""
    return _catalogue.gettext(sentence) if _catalogue is not None and sentence else sentence


def translate_count(one: str, many: str, number: int) -> str:
    """The singular or plural sentence for a number."""
    if _catalogue is not None:
        return _catalogue.ngettext(one, many, number)
    return one if number == 1 else many


def translate_in(context: str, words: str) -> str:
    """Words that mean different things in different places, in the person's language.

    Args:
        context: the place, in words for translators.
        words: the words, in English.
    """
    return _catalogue.pgettext(context, words) if _catalogue is not None else words


def enumerated(items: Iterable[str]) -> str:
    """A list in a sentence."""
    # translators: what stands between the items of a list
    return translate_in("list", ", ").join(items)


def prose(*sentences: str) -> str:
    """Sentences one after the other; empty ones are left out."""
    # translators: in Chinese nothing stands between two sentences
    pair = translate_in("two sentences, one after the other", "{first} {second}")
    text = ""
    for sentence in filter(None, sentences):
        text = pair.format(first=text, second=sentence) if text else sentence
    return text


def labelled(label: str, words: str) -> str:
    """What is said about something, behind its name."""
    # translators: in Chinese a full-width colon, without a space
    return translate_in("a name, and what is said about it", "{label}: {words}").format(
        label=label, words=words
    )


def remarked(words: str, remark: str) -> str:
    """Words with a remark behind them."""
    # translators: in Chinese full-width parentheses, without a space
    return translate_in("words, and a remark behind them", "{words} ({remark})").format(
        words=words, remark=remark
    )
