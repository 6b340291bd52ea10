"""Reading a TOML table key by key, so that every mistake names the file, the key, and what is wrong."""

import unicodedata
from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

from tui.storage.documents import is_bounded
from tui.storage.problem import ConsoleError, Problem
from tui.storage.untrusted import clean
from tui.words import enumerated, translate as _

Choice = TypeVar("Choice", bound=StrEnum)


class Table:
    """One table of the file. Keys that nobody asked for are a mistake, found by `end`.

    Args:
        file: path of the file, for the words of a mistake.
        content: what tomllib made of the table.
        place: its name in the file, such as `chap.session`, or empty for the file itself.
        has_lines: strings may hold line feeds and tabs; other controls are a mistake everywhere.
    """

    def __init__(
        self, file: str, content: Mapping[str, object], place: str = "", *, has_lines: bool = False
    ) -> None:
        self.file = file
        self._allowed = "\n\t" if has_lines else ""
        self._has_lines = has_lines
        self._content = content
        self._place = place
        self._asked: set[str] = set()

    def key(self, name: str) -> str:
        """The full name of a key, as a person finds it in the file."""
        return f"{self._place}.{name}" if self._place else name

    def mistake(self, name: str, summary: str, remedy: str = "") -> ConsoleError:
        """What is wrong with a key, as an error to raise."""
        words = _("{file}: {key}: {what}").format(file=clean(self.file), key=self.key(name), what=summary)
        return ConsoleError(Problem("answers.key", words, remedy=remedy, field=self.key(name)))

    def has(self, name: str) -> bool:
        """Whether the key is there."""
        return name in self._content

    def text(self, name: str, default: str = "") -> str:
        """A string. Raises ConsoleError."""
        value = self._take(name)
        if value is None:
            return default
        if not isinstance(value, str):
            raise self._unexpected(name, _("expected a string, not {value}."), value)
        return value

    def number_text(self, name: str, default: str) -> str:
        """A whole number, as text; written with or without quotation marks. Raises ConsoleError."""
        value = self._take(name)
        if value is None:
            return default
        if isinstance(value, str) or (isinstance(value, int) and not isinstance(value, bool)):
            return str(value)
        raise self._unexpected(name, _("expected an integer, not {value}."), value)

    def number(self, name: str) -> int | None:
        """A whole number, or None when the key is not there. Raises ConsoleError."""
        value = self._take(name)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int):
            raise self._unexpected(name, _("expected an integer, not {value}."), value)
        return value

    def flag(self, name: str, default: bool) -> bool:
        """Yes or no. Raises ConsoleError."""
        value = self._take(name)
        if value is None:
            return default
        if not isinstance(value, bool):
            raise self._unexpected(name, _("expected a boolean (true or false), not {value}."), value)
        return value

    def choice(self, name: str, kind: type[Choice], default: Choice) -> Choice:
        """One word of several. Raises ConsoleError."""
        text = self.text(name, default.value)
        found = next((member for member in kind if member.value == text), None)
        if found is None:
            raise self.mistake(
                name,
                _("{value} is not one of {words}.").format(
                    value=_shown(text), words=enumerated(f'"{member.value}"' for member in kind)
                ),
            )
        return found

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of strings; a single string counts as a list of one. Raises ConsoleError."""
        value = self._take(name)
        if value is None:
            return ()
        if isinstance(value, str):
            return (value,)
        if isinstance(value, list) and all(isinstance(item, str) for item in value):
            return tuple(value)
        raise self._unexpected(name, _("expected an array of strings, not {value}."), value)

    def table(self, name: str) -> "Table | None":
        """A table within this one, or None. Raises ConsoleError."""
        value = self._take(name)
        if value is None:
            return None
        if not isinstance(value, dict):
            raise self.mistake(name, _("expected a table: [{key}]").format(key=self.key(name)))
        return Table(self.file, value, self.key(name), has_lines=self._has_lines)

    def tables(self, name: str) -> "tuple[Table, ...]":
        """A list of tables, `[[name]]`. Raises ConsoleError."""
        value = self._take(name)
        if value is None:
            return ()
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            raise self.mistake(name, _("expected an array of tables: [[{key}]]").format(key=self.key(name)))
        return tuple(
            Table(self.file, row, f"{self.key(name)}[{number}]", has_lines=self._has_lines)
            for number, row in enumerate(value, start=1)
        )

    def content(self, name: str) -> Mapping[str, object] | None:
        """A table whose keys are not known beforehand, as it is, or None. Raises ConsoleError."""
        table = self.table(name)
        return None if table is None else table.whole()

    def whole(self) -> Mapping[str, object]:
        """Everything in it, as it is."""
        self._asked |= set(self._content)
        return self._content

    def end(self) -> None:
        """See that nothing is in the table that nobody asked for. Raises ConsoleError."""
        for name in self._content:
            if name not in self._asked:
                raise self.mistake(
                    clean(name, 60),
                    _("unknown key."),
                    _("Known keys: {names}.").format(names=enumerated(sorted(self._asked))),
                )

    def _take(self, name: str) -> object:
        self._asked.add(name)
        value = self._content.get(name)
        for part in value if isinstance(value, list) else (value,):
            if isinstance(part, str) and self._has_control(part):
                raise self.mistake(name, _("it holds a control character."))
            if isinstance(part, int) and not is_bounded(part):
                raise self.mistake(name, _("the number is too large."))
        return value

    def _has_control(self, text: str) -> bool:
        return any(unicodedata.category(letter) == "Cc" and letter not in self._allowed for letter in text)

    def _unexpected(self, name: str, words: str, value: object) -> ConsoleError:
        """The mistake of a value of the wrong kind: the value itself, or its kind where it may be secret."""
        holds_secret = any(word in name.lower() for word in _SECRET_WORDS)
        return self.mistake(name, words.format(value=_kind(value) if holds_secret else _shown(value)))


_SECRET_WORDS = ("password", "secret", "chap")


def _shown(value: object) -> str:
    return clean(f'"{value}"' if isinstance(value, str) else str(value), 60)


def _kind(value: object) -> str:
    kinds: tuple[tuple[type, str], ...] = (
        (bool, _("a boolean")),
        (int, _("an integer")),
        (float, _("a number")),
        (str, _("a string")),
        (list, _("an array")),
        (dict, _("a table")),
    )
    return next((words for kind, words in kinds if isinstance(value, kind)), _("a date or time"))
