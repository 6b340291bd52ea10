"""Every command line of the program that a page shows is one that its parsers accept."""

import argparse
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.test_pages import PAGES, ROOT
from tui.__main__ import whole_parser

PROGRAM = r"(?:sudo )?(?:\./dist/|\.venv/bin/)?iscsi-console(?:\.pyz)?"
LINE = re.compile(rf"^    {PROGRAM}(?P<words>| .*)$", re.MULTILINE)
SPAN = re.compile(r"`(?P<text>[^`]+)`")
WHOLE = re.compile(rf"{PROGRAM} (?P<words>.+)")
EXAMPLES = {
    "CODE[:KEY]": "F51:mount:/srv/data",
    "SECONDS": "5",
    "VERB": "grow",
    "DIRECTORY": "captures",
    "HOURS": "24",
    "FILE": "file",
    "ID": "20260101-000000",
}


def parser_error(words: list[str]) -> str:
    """What the program's parser has against a command line; empty when it takes it."""
    parser = whole_parser()
    try:
        parser.parse_args(words)
    except SystemExit as left:
        return "" if not left.code else "refused"
    return ""


def arguments(shown: str) -> list[str]:
    """The words of a command line that a page shows, without its comment; placeholders have values."""
    plain = shown
    for placeholder, example in EXAMPLES.items():
        plain = re.sub(rf"(?<![\w-]){re.escape(placeholder)}(?![\w-])", example, plain)
    return shlex.split(re.sub(r"\[(--[^][]*)\]", r"\1", plain), comments=True)


def sub_parsers(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    """The sub-commands of a parser."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            return dict(action.choices)
    return {}


def unknown(words: list[str]) -> list[str]:
    """The options and sub-commands of words such as `journal undo` or `doctor --check` that are not there."""
    parser, wrong = whole_parser(), []
    for word in words:
        if word.startswith("-"):
            if word.partition("=")[0] not in parser._option_string_actions:
                wrong.append(word)
        elif below := sub_parsers(parser):
            names = EXAMPLES.get(word, word).split("|")
            if not set(names) <= set(below):
                return [*wrong, word]
            parser = below[names[0]]
    return wrong


def is_name(shown: str) -> bool:
    """Whether it only names a verb that takes more, such as `capture`."""
    parser = whole_parser()
    for word in shown.split():
        below = sub_parsers(parser)
        if word not in below:
            return False
        parser = below[word]
    return bool(shown)


def whole_lines(text: str) -> Iterator[str]:
    """Every command line that begins with the program's name, in a line of its own or in a sentence."""
    yield from (match["words"] for match in LINE.finditer(text))
    for match in SPAN.finditer(text):
        if whole := WHOLE.fullmatch(" ".join(match["text"].split())):
            yield whole["words"]


def verb_spans(text: str) -> Iterator[str]:
    """Every verb with what follows it, in a sentence."""
    verbs = sub_parsers(whole_parser())
    for match in SPAN.finditer(text):
        words = match["text"].split()
        if len(words) > 1 and words[0] in verbs:
            yield " ".join(words)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_command_line_is_accepted(page: Path) -> None:
    text = page.read_text()
    wrong = [line for line in whole_lines(text) if not is_name(line) and parser_error(arguments(line))]
    assert wrong == []
    assert [span for span in verb_spans(text) if unknown(shlex.split(span))] == []


def test_command_lines_are_found_and_wrong_ones_told() -> None:
    texts = [page.read_text() for page in PAGES]
    assert sum(len(list(whole_lines(text))) for text in texts) > 20
    assert sum(len(list(verb_spans(text))) for text in texts) > 5
    text = "    sudo iscsi-console doctor [--jason] [--within SECONDS]   # look\n\nand `iscsi-console mend x`"
    assert [parser_error(arguments(line)) for line in whole_lines(text)] == ["refused", "refused"]
    assert unknown(["journal", "redo"]) == ["redo"]
    assert unknown(["doctor", "--jason"]) == ["--jason"]
