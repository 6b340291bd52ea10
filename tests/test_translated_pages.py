"""Pages in another language: each shows the code, the pictures and the keys of its English page.

README.LANG.md and docs/LANG/*.md. What changes in an English page beyond its prose fails here until the
translation follows.
"""

import re
from collections import Counter
from pathlib import Path

import pytest

from tests.test_pages import LINK, PAGES, PICTURE, ROOT
from tui import words
from tui.catalogue import FOLDER, read_catalogue
from tui.screens.console.keys import KEYS

BLOCK = re.compile(r"^(?: {4}.*\n(?:\n+(?= {4}))?)+", re.MULTILINE)
SPAN = re.compile(r"`[^`]+`")
COMMENT = re.compile(r" +# .*")
"""What stands behind a command or a value is prose, and translated."""

LANGUAGES = {path.name for path in FOLDER.iterdir() if path.is_dir()}


def language_of(page: Path) -> str:
    """The language of a page by its place; empty for English."""
    name = page.stem.partition(".")[2] if page.parent == ROOT else page.parent.name
    return name if name in LANGUAGES else ""


def english(page: Path) -> Path:
    """The page that a translation is of."""
    return ROOT / "README.md" if page.parent == ROOT else ROOT / "docs" / page.name


TRANSLATED = [page for page in PAGES if language_of(page)]
each = pytest.mark.parametrize("page", TRANSLATED, ids=lambda page: str(page.relative_to(ROOT)))


def blocks(text: str) -> list[str]:
    return [COMMENT.sub("", match.group()).rstrip() for match in BLOCK.finditer(text)]


def spans(text: str) -> Counter[str]:
    return Counter(" ".join(span.split()) for span in SPAN.findall(BLOCK.sub("", text)))


def shape(text: str) -> tuple[list[int], int]:
    """The levels of its headings, and how many rows its tables have."""
    prose = BLOCK.sub("", text)
    return [len(marks) for marks in re.findall(r"^(#+) ", prose, re.MULTILINE)], prose.count("\n|")


def pictures(page: Path) -> list[Path]:
    return [(page.parent / match["target"]).resolve() for match in PICTURE.finditer(page.read_text())]


def linked(page: Path) -> Counter[tuple[Path, str | None]]:
    """How often it links which English page, or its translation, at which anchor; not its own."""
    found = Counter[tuple[Path, str | None]]()
    for match in LINK.finditer(page.read_text()):
        goal = (page.parent / match["target"]).resolve() if match["target"] else page
        goal = english(goal) if language_of(goal) else goal
        found[goal, match["anchor"]] += goal != (english(page) if language_of(page) else page)
    return +found


def test_there_are_translated_pages() -> None:
    assert len(TRANSLATED) > 5
    assert [page for page in TRANSLATED if not english(page).exists()] == []


@each
def test_it_shows_the_code_of_its_english_page(page: Path) -> None:
    ours, theirs = page.read_text(), english(page).read_text()
    assert blocks(ours) == blocks(theirs)
    assert spans(ours) == spans(theirs)


@each
def test_it_has_the_headings_rows_pictures_and_links_of_its_english_page(page: Path) -> None:
    assert shape(page.read_text()) == shape(english(page).read_text())
    assert pictures(page) == pictures(english(page))
    assert linked(page) == linked(english(page))


@each
def test_both_begin_with_a_link_to_each_other(page: Path) -> None:
    for one, other in ((page, english(page)), (english(page), page)):
        top = "\n".join(one.read_text().splitlines()[:3])
        assert other.resolve() in {(one.parent / match["target"]).resolve() for match in LINK.finditer(top)}


@pytest.mark.parametrize("page", [page for page in TRANSLATED if page.name == "console.md"])
def test_it_lists_the_keys_in_the_words_of_the_screen(page: Path) -> None:
    catalogue = read_catalogue(language_of(page))
    told = re.findall(r"^\| `[^|]+` \| ([^|`]+) \|$", page.read_text(), re.MULTILINE)
    assert told == [catalogue.gettext(key.words) for key in KEYS]
    assert words.spoken() == words.SOURCE


def test_code_that_differs_is_found() -> None:
    text = "Read\n\n    a b   # why\n\n    c\n\nand `d`.\n"
    assert blocks(text) == ["    a b\n\n    c"]
    assert spans(text) == {"`d`": 1}
