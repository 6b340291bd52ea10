"""The pages beside the code: what they point at is there, and every picture is shown."""

import re
from pathlib import Path

import pytest

from tests.screenshots import PICTURES

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted(ROOT.glob("*.md"))
LINK = re.compile(r"\]\((?!https?://|#)(?P<target>[^)#\s]+)")
TARGET = re.compile(r"`make (?P<name>[a-z-]+)`|^    make (?P<line>[a-z-]+)$", re.MULTILINE)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_somewhere(page: Path) -> None:
    targets = [match["target"] for match in LINK.finditer(page.read_text())]
    assert [target for target in targets if not (ROOT / target).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_make_target_is_there(page: Path) -> None:
    there = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = {match["name"] or match["line"] for match in TARGET.finditer(page.read_text())}
    assert named <= there


def test_the_readme_shows_every_picture() -> None:
    shown = {match["target"] for match in LINK.finditer((ROOT / "README.md").read_text())}
    drawn = {str(path.relative_to(ROOT)) for path in PICTURES.glob("*.svg")}
    assert drawn <= shown
