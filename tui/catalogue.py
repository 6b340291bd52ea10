"""The catalogues of the program: which languages there are, and what each says.

A language is a folder `locale/LANG/LC_MESSAGES` beside this module. In a checkout it has iscsi-console.po,
which people edit; in what is handed out iscsi-console.mo, which is compiled from that. Both say the same: a
`.po` is compiled in memory, so that a checkout needs no build.
"""

import json
import re
import struct
from collections.abc import Iterable, Iterator
from gettext import GNUTranslations
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

from tui.words import SOURCE, translate as _

FOLDER = Path(__file__).parent / "locale"
"""The only place that catalogues are read from; a language is a name in it, never a path."""

_DOMAIN = "iscsi-console"
_MAGIC = 0x950412DE
_DIRECTIVE = re.compile(r'(msgctxt|msgid|msgid_plural|msgstr|msgstr\[\d+\]) (".*")\Z')


class Message(NamedTuple):
    """One entry of a `.po` (GNU gettext manual, PO Files).

    Attributes:
        ids: the source text; of a number the singular and the plural.
        strings: the translation, or one for each plural form; empty where there is none yet.
        context: what tells it from another with the same source text; None without one.
        fuzzy: the translation was guessed, and is not used.
        places: the files it is from.
    """

    ids: tuple[str, ...]
    strings: tuple[str, ...]
    context: str | None = None
    fuzzy: bool = False
    places: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """What names it in a `.mo`."""
        return ("" if self.context is None else f"{self.context}\x04") + "\0".join(self.ids)

    @property
    def is_done(self) -> bool:
        """Whether every form is translated."""
        return all(self.strings) and not self.fuzzy


def available() -> tuple[str, ...]:
    """The languages of the program, the source's first."""
    found = {path.parent.parent.name for path in FOLDER.glob(f"*/LC_MESSAGES/{_DOMAIN}.[mp]o")}
    return (SOURCE, *sorted(found))


def matching(wanted: Iterable[str]) -> str:
    """The first of some locale names that is a language of the program; the source's when none is.

    `de_AT.UTF-8@euro` is de_AT, else de.
    """
    known = available()
    for name in wanted:
        locale = name.partition("@")[0].partition(".")[0]
        for language in (locale, locale.partition("_")[0]):
            if language in known:
                return language
    return SOURCE


def read_catalogue(language: str) -> GNUTranslations:
    """Read the catalogue of a language.

    Args:
        language: one of `available`, but not the source's.

    Raises:
        OSError: it cannot be read.
        ValueError: it is none.
    """
    folder = FOLDER / language / "LC_MESSAGES"
    compiled = folder / f"{_DOMAIN}.mo"
    content = compiled.read_bytes() if compiled.exists() else None
    if content is None:
        content = compile_catalogue((folder / f"{_DOMAIN}.po").read_text(encoding="utf-8"))
    try:
        return GNUTranslations(BytesIO(content))
    except (struct.error, IndexError, OSError) as error:
        raise ValueError(str(error)) from error


def compiled() -> Iterator[tuple[Path, bytes]]:
    """The `.mo` of each `.po` in this tree, with its place in `FOLDER`: what is handed out instead."""
    for file in sorted(FOLDER.glob(f"*/LC_MESSAGES/{_DOMAIN}.po")):
        yield file.relative_to(FOLDER).with_suffix(".mo"), compile_catalogue(file.read_text(encoding="utf-8"))


def compile_catalogue(text: str) -> bytes:
    """What msgfmt(1) makes of a `.po`: the `.mo` of all messages that are translated."""
    entries = sorted(
        (message.key.encode(), "\0".join(message.strings).encode())
        for message in read_messages(text)
        if message.is_done
    )
    count = len(entries)
    begin = 28 + 16 * count
    tables, strings = b"", b""
    for column in (0, 1):
        for entry in entries:
            tables += struct.pack("<II", len(entry[column]), begin + len(strings))
            strings += entry[column] + b"\0"
    return struct.pack("<7I", _MAGIC, 0, count, 28, 28 + 8 * count, 0, begin) + tables + strings


def read_messages(text: str) -> Iterator[Message]:
    """The entries of a `.po`, its header, whose source text is empty, among them; obsolete ones are not.

    Raises:
        ValueError: a line is not of a `.po`.
    """
    for block in re.split(r"\n[ \t]*\n", text):
        lines = [line for line in block.splitlines() if line.strip()]
        fields: dict[str, str] = {}
        name = ""
        for line in lines:
            if line.startswith("#"):
                continue
            directive = _DIRECTIVE.match(line)
            if directive is not None:
                name = directive[1]
            if directive is not None and name in fields:
                raise ValueError(_("An empty line is missing before: {line}").format(line=line))
            fields.setdefault(name, "")
            fields[name] += json.loads(directive[2] if directive is not None else line, strict=False)
        if "msgid" not in fields:
            continue
        ids = (fields["msgid"], *([fields["msgid_plural"]] if "msgid_plural" in fields else []))
        yield Message(
            ids,
            tuple(value for field, value in fields.items() if field.startswith("msgstr")),
            fields.get("msgctxt"),
            any(line.startswith("#,") and "fuzzy" in line for line in lines) and bool(ids[0]),
            tuple(place for line in lines if line.startswith("#:") for place in line[2:].split()),
        )
