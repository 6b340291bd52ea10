"""Keeps the catalogues of `tui/locale`: extracts the template, and brings each language up to date with it.

    python packaging/messages.py

A language is a folder LANG/LC_MESSAGES with iscsi-console.po in it; nothing else names it. What is in the
template is said by babel.cfg: the sentences of the code, and the texts of what can be practised.
"""

import os
import subprocess
import sys
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

ROOT = Path(__file__).resolve().parent.parent
LOCALE = ROOT / "tui" / "locale"
DOMAIN = "iscsi-console"
TEMPLATE = LOCALE / f"{DOMAIN}.pot"

KEYWORDS = ("_", "marked", "translate", "translate_count:1,2", "translate_in:1c,2")
"""The functions of `tui.words`, as xgettext(1) names them."""

_SENTENCES = (
    "title",
    "task",
    "say",
    "do",
    "see",
    "says",
    "lacks",
    "happened",
    "other_ways",
    "would_have_lost",
)
_LISTS = ("learns", "hints")
"""The texts of a scenario.toml (`tui.practice.reading`)."""

_COMMENTS = {
    "says": "what is true once a goal is reached",
    "lacks": "what is the case while a goal is not reached",
    "learns": "an item of the list of what is learnt",
    "do": "what to do in the console; keys stay",
}

Message = tuple[int, None, str, list[str]]
"""What a Babel extractor yields: line, function, message, comments for translators."""


def practice_texts(
    file: BinaryIO, _keywords: object, _comment_tags: object, options: object
) -> Iterator[Message]:
    """The texts of a scenario or lesson, as Babel's extractors yield them."""
    del options  # Babel passes it by name.
    source = file.read().decode()
    for key, text in _texts(tomllib.loads(source)):
        at = source.find(text.split("\n")[0])
        comment = [f"translators: {_COMMENTS[key]}"] if key in _COMMENTS else []
        yield source.count("\n", 0, max(at, 0)) + 1, None, text, comment


def _texts(table: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for key, value in table.items():
        if isinstance(value, str) and key in _SENTENCES:
            yield key, value.strip()
        elif isinstance(value, list) and key in _LISTS:
            yield from ((key, item.strip()) for item in value)
        elif isinstance(value, dict) and key == "debrief":
            yield from _texts(value)
        elif isinstance(value, list) and key in {"step", "goal"}:
            for item in value:
                yield from _texts(item)


def catalogues() -> list[Path]:
    """The catalogue of each language."""
    return sorted(LOCALE.glob(f"*/LC_MESSAGES/{DOMAIN}.po"))


def extract(template: Path) -> None:
    """Write the template."""
    keywords = [word for keyword in KEYWORDS for word in ("-k", keyword)]
    _babel(
        *("extract", "--mapping-file=babel.cfg", "--no-default-keywords", *keywords),
        *("--add-comments=translators:", "--add-location=file", "--sort-by-file", "--width=110"),
        *(
            "--project=iscsi-console",
            "--copyright-holder=The iscsi-console authors",
            f"--output-file={template}",
        ),
        ".",
    )
    lines = template.read_text().splitlines(keepends=True)
    template.write_text("".join(line for line in lines if not line.startswith(_OF_THE_DAY)))


_OF_THE_DAY = ('"POT-Creation-Date:', '"PO-Revision-Date:', '"Generated-By:', "# FIRST AUTHOR")
"""Lines of a template that differ when nothing was changed."""


def update(files: Iterable[Path]) -> None:
    """Add to each catalogue what is new in the template, and take out what is gone. Nothing is guessed."""
    for file in files:
        language = file.parent.parent.name
        _babel(
            *("update", f"--domain={DOMAIN}", f"--locale={language}", f"--input-file={TEMPLATE}"),
            *(f"--output-file={file}", "--no-fuzzy-matching", "--ignore-obsolete", "--width=110"),
        )


def _babel(*arguments: str) -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "packaging")}
    command = (sys.executable, "-m", "babel.messages.frontend", "--quiet", *arguments)
    subprocess.run(command, cwd=ROOT, env=environment, check=True)


if __name__ == "__main__":
    extract(TEMPLATE)
    update(catalogues())
