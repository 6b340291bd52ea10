"""The `key = value` text that open-iscsi keeps its configuration and its records in.

The rules are those of open-iscsi's reader (usr/idbm.c, idbm_recinfo_config): one setting per line; blanks
around the line, the key and the value do not count; a line that begins with `#` is a comment, but a `#`
later on belongs to the value, as do quotes, `=` and backslashes. A key without `=` says nothing. Of
repeated keys the last one counts.
"""

import re
from collections.abc import Iterator, Mapping

from msgspec import Struct

from tui.storage.model.iscsi import ChapFacts
from tui.storage.probe.reading import whole_number
from tui.storage.secret import Secret

_BLANKS = " \t\r\n\v\f"
_BLANK_WITHIN = re.compile(r"[ \t\r\n\v\f]").search
_LINES = re.compile(
    r"^[ \t\r\v\f]*+([^ \t\r\n\v\f#=][^ \t\r\n\v\f=]*+)[ \t\r\v\f]*+=(.*)$", re.MULTILINE
).findall
"""Key and text of every line that sets something, in one go: what `_settings` finds line by line."""


class Setting(Struct, frozen=True):
    """One line that sets something.

    Attributes:
        line: its number, from 1.
        key: as written.
        value: its text; a `Secret` where the key names a password.
    """

    line: int
    key: str
    value: str | Secret


def is_secret_key(key: str) -> bool:
    """Whether the value of a key is a CHAP secret: `….password`, `….password_in`."""
    # Asked of every line of every record, and of those few have the word at all.
    folded = key.lower()
    return "password" in folded and "password" in folded.rpartition(".")[2]


def parse_settings(text: str) -> tuple[Setting, ...]:
    """Every line that sets something, in order; never raises."""
    return tuple(_settings(text))


def _settings(text: str) -> Iterator[Setting]:
    for number, raw in enumerate(text.split("\n"), 1):
        line = raw.strip(_BLANKS)
        if not line or line.startswith("#"):
            continue
        before, equals, after = line.partition("=")
        key = before.strip(_BLANKS)
        if not equals or not key or _BLANK_WITHIN(key):
            continue
        value = after.strip(_BLANKS)
        yield Setting(number, key, Secret(value) if is_secret_key(key) else value)


def print_settings(settings: tuple[Setting, ...]) -> str:
    """The text that `parse_settings` reads back as the same keys and values, with secrets as stars."""
    return "".join(f"{setting.key} = {setting.value}\n" for setting in settings)


def settings_by_key(text: str) -> dict[str, str | Secret]:
    """The settings of a text without their places; at 1,000 records there are some 70,000. Never raises."""
    found: dict[str, str | Secret] = {key: value.strip(_BLANKS) for key, value in _LINES(text)}
    for key in [key for key in found if "password" in key.lower() and is_secret_key(key)]:
        found[key] = Secret(str(found[key]))
    return found


class Values:
    """Settings by key, without their places."""

    def __init__(self, by_key: Mapping[str, str | Secret]) -> None:
        self._by_key = by_key

    def __bool__(self) -> bool:
        return bool(self._by_key)

    def text(self, key: str, default: str = "") -> str:
        """The value of a key that is not a secret, or the default when it is not set."""
        value = self._by_key.get(key, default)
        return value if isinstance(value, str) and value != "<empty>" else default

    def secret(self, key: str) -> Secret | None:
        """The secret under a key, or None when it is not set or empty."""
        value = self._by_key.get(key)
        return value if isinstance(value, Secret) and value else None

    def number(self, key: str) -> int | None:
        """The decimal number under a key, or None."""
        return whole_number(self.text(key))

    def chap(self, prefix: str) -> ChapFacts:
        """What is said of CHAP under `node.session.auth` or `discovery.sendtargets.auth`, without a secret.

        The algorithms of a discovery record stand under the node's key (facts of open-iscsi's idbm.c).
        """
        return ChapFacts(
            method=self.text(f"{prefix}.authmethod", "None"),
            username=self.text(f"{prefix}.username"),
            has_password=self.secret(f"{prefix}.password") is not None,
            username_in=self.text(f"{prefix}.username_in"),
            has_password_in=self.secret(f"{prefix}.password_in") is not None,
            algorithms=self.text(f"{prefix}.chap_algs", self.text("node.session.auth.chap_algs")),
        )


class Settings(Values):
    """The settings of one file, in their places and by key."""

    def __init__(self, lines: tuple[Setting, ...]) -> None:
        super().__init__({setting.key: setting.value for setting in lines})
        self.lines = lines
