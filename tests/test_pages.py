"""The pages beside the code: what they point at is there, and every picture is shown."""

import re
from pathlib import Path

import pytest

from tests.screenshots import PICTURES
from tui.recovery.diagnosis import diagnose
from tui.recovery.gather import gather
from tui.storage.codec import Plain
from tui.storage.host.recorded import RecordedHost
from tui.storage.stacks.judgement import judge
from tui.storage.status import status_document

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


FIELD = re.compile(r"`([a-z_]+)`")


def field_names(plain: Plain) -> set[str]:
    """The names of all fields in a JSON document, at every depth."""
    if isinstance(plain, dict):
        return set(plain).union(*(field_names(value) for value in plain.values()))
    if isinstance(plain, list | tuple):
        return set().union(*(field_names(value) for value in plain))
    return set()


def test_the_readme_names_every_field_of_the_status() -> None:
    captures = sorted((ROOT / "tests" / "machines").glob("*.json"))
    assert len(captures) > 5
    told = [diagnose(gather(RecordedHost(str(capture)), 60.0)) for capture in captures]
    documents = [
        status_document(one.evidence.inventory, judge(one.evidence.stacks, one.judgement)) for one in told
    ]
    section = (ROOT / "README.md").read_text().partition("### The fields of `status --json`")[2]
    named = set(FIELD.findall(section.partition("\n## ")[0]))
    assert set().union(*(field_names(document) for document in documents)) == named
