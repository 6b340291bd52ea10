"""Keeps the catalogues of `tui/locale`: extracts the template, and brings each language up to date with it.

    python packaging/messages.py                      extract, and update every language
    python packaging/messages.py new LANG             begin a language
    python packaging/messages.py split LANG N FOLDER  write what is not translated yet as N files
    python packaging/messages.py merge LANG FILE ...  put what such files translate into the catalogue

A language is a folder LANG/LC_MESSAGES with iscsi-console.po in it; nothing else names it. What is in the
template is said by babel.cfg: the sentences of the code, and the texts of what can be practised. It is
compiled where it is handed out (`dist.py`, `wheel_hook.py`), and in memory in a checkout (`tui.catalogue`).
"""

import argparse
import ast
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO, cast

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from man_sections import paragraphs  # noqa: E402 (beside this module)

from tui.catalogue import Message, read_messages  # noqa: E402 (of this project, whatever is installed)

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

_OF_THE_DAY = (
    '"POT-Creation-Date:',
    '"PO-Revision-Date:',
    '"Generated-By:',
    '"Language-Team:',
    "# FIRST AUTHOR",
)
"""Lines that differ when nothing was changed, or that a tool makes up."""

_BLANK_LINE = re.compile(r"\n[ \t]*\n")

Extracted = tuple[int, None, str, list[str]]
"""What a Babel extractor yields: line, function, message, comments for translators."""


def practice_texts(
    file: BinaryIO, _keywords: object, _comment_tags: object, options: object
) -> Iterator[Extracted]:
    """The texts of a scenario or lesson, as Babel's extractors yield them."""
    del options  # Babel passes it by name.
    source = file.read().decode()
    for key, text in _texts(tomllib.loads(source)):
        at = source.find(text.split("\n")[0])
        comment = [f"translators: {_COMMENTS[key]}"] if key in _COMMENTS else []
        yield source.count("\n", 0, max(at, 0)) + 1, None, text, comment


def documented(
    file: BinaryIO,
    keywords: Mapping[str, Any],
    comment_tags: Collection[str],
    options: object,
) -> Iterator[tuple[int, object, object, object]]:
    """What Babel finds in a module, and the paragraphs of its docstring: a man page is made of them."""
    from babel.messages.extract import extract_python  # noqa: PLC0415 (Babel alone calls this)

    yield from extract_python(file, keywords, comment_tags, cast("Any", options))
    file.seek(0)
    comment = ["translators: a paragraph of a man page; of what is moved in only the comments are translated"]
    for paragraph in paragraphs(ast.get_docstring(ast.parse(file.read()), clean=False) or ""):
        yield 1, None, paragraph, comment


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
    _keep_still(template)


def update(file: Path) -> None:
    """Add to a catalogue what is new in the template, and take out what is gone. Nothing is guessed."""
    _babel(
        *("update", f"--domain={DOMAIN}", f"--locale={_language(file)}", f"--input-file={TEMPLATE}"),
        *(f"--output-file={file}", "--no-fuzzy-matching", "--ignore-obsolete", "--width=110"),
    )
    _keep_still(file)


def begin(language: str) -> Path:
    """Begin a language: everything untranslated, with its plural forms as Babel knows them."""
    file = catalogue(language)
    file.parent.mkdir(parents=True)
    _babel("init", f"--locale={language}", f"--input-file={TEMPLATE}", f"--output-file={file}", "--width=110")
    # Babel writes zh_Hans_CN for zh_CN, which is no name of a locale of the C library.
    named = re.sub(r'^"Language: .*$', rf'"Language: {language}\\n"', file.read_text(), flags=re.MULTILINE)
    file.write_text(named)
    _keep_still(file)
    return file


def split(language: str, parts: int, folder: Path) -> list[Path]:
    """Write what is not translated yet as files of about the same number of words, in the template's order.

    The header, with the plural forms, is in each of them.
    """
    header, *blocks = _blocks(catalogue(language))
    open_ones = [block for block in blocks if not _message(block).is_done]
    words = sum(_words(block) for block in open_ones)
    files = [folder / f"{language}-{number:02}.po" for number in range(1, parts + 1)]
    shares: list[list[str]] = [[header] for _file in files]
    before = 0
    for block in open_ones:
        shares[min(before * parts // max(words, 1), parts - 1)].append(block)
        before += _words(block)
    folder.mkdir(parents=True, exist_ok=True)
    for file, share in zip(files, shares, strict=True):
        file.write_text("\n\n".join(share) + "\n")
    return files


def merge(language: str, files: list[Path]) -> int:
    """Put the translations of some files into the catalogue, by their source texts; how many were put there.

    Raises:
        ValueError: a file is no `.po`, or translates what the catalogue does not have.
    """
    file = catalogue(language)
    header, *blocks = _blocks(file)
    places = {_message(block).key: place for place, block in enumerate(blocks)}
    count = 0
    for part in files:
        for block in _blocks(part)[1:]:
            message = _message(block)
            if message.key not in places:
                raise ValueError(f"{part}: not in the catalogue: {message.ids[0]!r}")
            if message.is_done:
                blocks[places[message.key]] = block
                count += 1
    file.write_text("\n\n".join((header, *blocks)) + "\n")
    return count


def catalogue(language: str) -> Path:
    """The file of a language."""
    return LOCALE / language / "LC_MESSAGES" / f"{DOMAIN}.po"


def _blocks(file: Path) -> list[str]:
    """The entries of a `.po` as they stand there, the header first."""
    return [block.strip("\n") for block in _BLANK_LINE.split(file.read_text()) if block.strip()]


def _language(file: Path) -> str:
    return file.parent.parent.name


def _message(block: str) -> Message:
    (message,) = read_messages(block)
    return message


def _words(block: str) -> int:
    return len(_message(block).ids[0].split())


def _keep_still(file: Path) -> None:
    lines = file.read_text().splitlines(keepends=True)
    kept = "".join(line for line in lines if not line.startswith(_OF_THE_DAY))
    file.write_text(kept.rstrip("\n") + "\n")


def _babel(*arguments: str) -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "packaging")}
    command = (sys.executable, "-m", "babel.messages.frontend", "--quiet", *arguments)
    # Of languages with one plural form Babel warns that the template has two; what fails is an exit status.
    done = subprocess.run(command, cwd=ROOT, env=environment, check=False, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(done.stderr)


def main() -> None:
    """Do what the arguments ask for."""
    parser = argparse.ArgumentParser(description="Keep the catalogues.")
    commands = parser.add_subparsers(dest="command")
    commands.add_parser("new").add_argument("language")
    parting = commands.add_parser("split")
    parting.add_argument("language")
    parting.add_argument("parts", type=int)
    parting.add_argument("folder", type=Path)
    merging = commands.add_parser("merge")
    merging.add_argument("language")
    merging.add_argument("files", type=Path, nargs="+")
    arguments = parser.parse_args()
    match arguments.command:
        case "new":
            print(begin(arguments.language))
        case "split":
            print(*split(arguments.language, arguments.parts, arguments.folder), sep="\n")
        case "merge":
            print(merge(arguments.language, arguments.files), "translations")
        case _:
            extract(TEMPLATE)
            for file in sorted(LOCALE.glob(f"*/LC_MESSAGES/{DOMAIN}.po")):
                update(file)


if __name__ == "__main__":
    main()
