"""The sentences of the program, and the words that none of them may use (`vocabulary.toml`).

`python -m tests.vocabulary [PATH ...]` lists every use of such a word below the paths, or everywhere.
"""

import ast
import re
import sys
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path

from msgspec import Struct

ROOT = Path(__file__).resolve().parent.parent
TABLE = ROOT / "tests" / "vocabulary.toml"
EVERYWHERE = (
    *("tui", "widgets", "bootstrap.py"),
    *("README.md", "docs", "SECURITY.md", "CONTRIBUTING.md", "CHANGELOG.md", ".github"),
)
"""Where a person's sentences are: translated strings, the texts of practice, the pages."""

_TRANSLATORS = {"_", "marked", "translate", "translate_count", "translate_in"}
_TEXTS = {".toml", ".json", ".md"}
_CODE_IN_TEXT = re.compile(r"`[^`]*`|^    .*$|^\s*#.*$", re.MULTILINE)


class Word(Struct, frozen=True):
    """A word that is not used, by a pattern; what stands in its place, and the source of that."""

    pattern: re.Pattern[str]
    use: str
    source: str
    harmless: tuple[re.Pattern[str], ...]

    def uses(self, sentence: str) -> Iterator[str]:
        """Where a sentence uses the word, as it stands there."""
        spared = [match.span() for pattern in self.harmless for match in pattern.finditer(sentence)]
        for match in self.pattern.finditer(sentence):
            if not any(start < match.end() and match.start() < end for start, end in spared):
                yield match.group()


class Sentence(Struct, frozen=True):
    """A text that a person reads, with its place in the project."""

    path: Path
    line: int
    text: str


def words() -> tuple[Word, ...]:
    """The table."""
    entries = tomllib.loads(TABLE.read_text())["words"]
    return tuple(
        Word(
            re.compile(rf"(?<![\w-])(?:{entry['term']})(?![\w-])", re.IGNORECASE),
            entry["use"],
            entry["source"],
            tuple(re.compile(pattern, re.IGNORECASE) for pattern in entry.get("except", ())),
        )
        for entry in entries
    )


def sentences(paths: Iterable[Path]) -> Iterator[Sentence]:
    """Every sentence below some files and folders."""
    for path in paths:
        files = sorted(path.rglob("*")) if path.is_dir() else [path]
        for file in files:
            if file.suffix == ".py":
                yield from _of_module(file)
            elif file.suffix in _TEXTS:
                yield from _of_text(file)


def _of_module(path: Path) -> Iterator[Sentence]:
    for node in ast.walk(ast.parse(path.read_text())):
        if not isinstance(node, ast.Call) or _called(node.func) not in _TRANSLATORS:
            continue
        for argument in node.args:
            if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                yield Sentence(path, argument.lineno, argument.value)


def _called(function: ast.expr) -> str:
    match function:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""


def _of_text(path: Path) -> Iterator[Sentence]:
    """The paragraphs of a text without what is code in it."""
    text = _CODE_IN_TEXT.sub(lambda match: re.sub(r"[^\n]", " ", match.group()), path.read_text())
    line = 1
    for part in re.split(r"(\n\s*\n)", text):
        if part.strip():
            yield Sentence(path, line, " ".join(part.split()))
        line += part.count("\n")


def misused(paths: Iterable[Path]) -> list[str]:
    """Every use of a word of the table, a line each: where, the word, what to say, the sentence."""
    table = words()
    return [
        f"{_place(sentence)}: {found!r}, say: {word.use} ({word.source}): {sentence.text[:160]!r}"
        for sentence in sentences(paths)
        for word in table
        for found in word.uses(sentence.text)
    ]


def _place(sentence: Sentence) -> str:
    path = sentence.path.resolve()
    shown = path.relative_to(ROOT) if path.is_relative_to(ROOT) else path
    return f"{shown}:{sentence.line}"


if __name__ == "__main__":
    found = misused([Path(name) for name in sys.argv[1:]] or [ROOT / name for name in EVERYWHERE])
    print("\n".join(found))
    print(len(found), "uses")
