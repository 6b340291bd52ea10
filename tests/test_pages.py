"""The pages beside the code: what they point at is there, and every picture is shown."""

import inspect
import re
import textwrap
import tomllib
from pathlib import Path
from types import ModuleType

import pytest

from tests.screenshots import PICTURES
from tui.commands import journals, telling, versions
from tui.commands.telling import Exit
from tui.fleet import document as fleet_document
from tui.maintenance import reconnect
from tui.practice import progress, reading
from tui.recovery import document
from tui.recovery.diagnosis import diagnose
from tui.recovery.gather import gather
from tui.recovery.gathering import accepted_file
from tui.recovery.history import document as history_document
from tui.recovery.monitoring import metrics
from tui.setup import answers_file
from tui.storage import status
from tui.storage.codec import Plain
from tui.storage.host import recorded
from tui.storage.host.recorded import RecordedHost
from tui.storage.stacks.judgement import judge
from tui.storage.status import status_document

ROOT = Path(__file__).resolve().parent.parent
_NO_PAGES = {ROOT / "bench.md"}
"""What `make bench` leaves behind."""
PAGES = sorted({*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob(".github/**/*.md")} - _NO_PAGES)
README = ROOT / "README.md"
MOST_OF_README = 7_000
"""Bytes: what a person reads before trying it."""

LINK = re.compile(r"\]\((?!https?://)(?P<target>[^)#\s]*)(?:#(?P<anchor>[^)\s]+))?\)")
PICTURE = re.compile(r"!\[[^]]*\]\((?P<target>[^)\s]+)\)")
TARGET = re.compile(r"`make (?P<name>[a-z-]+)`|^    make (?P<line>[a-z-]+)$", re.MULTILINE)
HEADING = re.compile(r"^#+ (?P<words>.+)$", re.MULTILINE)

named = pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))


def anchors(page: Path) -> set[str]:
    """What a link into a page can name: its headings, as GitHub makes anchors of them."""
    words = (match["words"].lower() for match in HEADING.finditer(page.read_text()))
    return {re.sub(r"[^\w -]", "", heading).replace(" ", "-") for heading in words}


@named
def test_every_link_leads_somewhere(page: Path) -> None:
    lost = []
    for link in LINK.finditer(page.read_text()):
        place = page.parent / link["target"] if link["target"] else page
        if not place.exists() or (link["anchor"] and link["anchor"] not in anchors(place)):
            lost.append(link.group())
    assert lost == []


@named
def test_every_make_target_is_there(page: Path) -> None:
    there = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    shown = {match["name"] or match["line"] for match in TARGET.finditer(page.read_text())}
    assert shown <= there


def test_the_pages_show_every_picture() -> None:
    shown = {
        (page.parent / match["target"]).resolve()
        for page in PAGES
        for match in PICTURE.finditer(page.read_text())
    }
    assert set(PICTURES.resolve().glob("*.svg")) <= shown


def test_the_readme_is_short_and_leads_to_every_page() -> None:
    assert len(README.read_bytes()) <= MOST_OF_README
    linked = {(ROOT / match["target"]).resolve() for match in LINK.finditer(README.read_text())}
    assert {page for page in PAGES if page.parent in {ROOT, ROOT / "docs"}} - {README} <= linked


def test_the_readme_begins_with_a_picture_that_a_package_index_shows() -> None:
    pictures = [match["target"] for match in PICTURE.finditer(README.read_text()[:1_000])]
    assert pictures
    urls = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"].get("urls", {})
    # Without a URL of the project there is no absolute address.
    assert all(target.startswith("https://") for target in pictures) is bool(urls)


@pytest.mark.parametrize(
    ("page", "module", "indent"),
    [
        ("answers.md", answers_file, ""),
        ("practice.md", reading, ""),
        ("recovery.md", accepted_file, "    "),
        ("fleets.md", fleet_document, ""),
    ],
)
def test_a_format_is_described_in_the_words_of_its_module(page: str, module: ModuleType, indent: str) -> None:
    title, _blank, described = inspect.cleandoc(module.__doc__ or "").partition("\n\n")
    assert title
    assert textwrap.indent(described, indent) in (ROOT / "docs" / page).read_text()


def test_the_page_names_every_metric() -> None:
    capture = next(iter(sorted((ROOT / "tests" / "machines").glob("*.json"))))
    text = metrics(diagnose(gather(RecordedHost(str(capture)), 60.0)))
    told = re.findall(r"^# HELP iscsi_console_(\w+) (.*)$", text, re.MULTILINE)
    rows = re.findall(
        r"^\| `(\w+)` \|.*\| (.*) \|$", (ROOT / "docs" / "monitoring.md").read_text(), re.MULTILINE
    )
    assert len(told) > 5
    assert rows == told


def test_the_page_promises_every_exit_status_and_the_schema_of_every_document() -> None:
    text = (ROOT / "docs" / "promises.md").read_text()
    told = {int(number) for number in re.findall(r"^\| (\d+) \|", text, re.MULTILINE)}
    assert told == {int(status) for status in Exit}
    documents = (
        recorded,
        status,
        reconnect,
        progress,
        history_document,
        fleet_document,
        document,
        telling,
        versions,
        journals,
    )
    assert "`schema` is 1 in every document." in text
    assert {one.SCHEMA for one in (*documents, journals)} == {1}


def test_every_failure_is_proved_by_a_test_that_is_there() -> None:
    table = (ROOT / "docs" / "recovery.md").read_text().partition("| failure |")[2].partition("\n\n")[0]
    rows = table.splitlines()[2:]
    assert len(rows) > 40
    tests = {path.stem for path in (ROOT / "tests").rglob("test_*.py")}
    assert set(re.findall(r"`(test_\w+)`", table)) <= tests
    assert [row for row in rows if not re.search(r"`test_\w+`|units", row.rsplit("|", 2)[1])] == []


FIELD = re.compile(r"`([a-z_]+)`")


def field_names(plain: Plain) -> set[str]:
    """The names of all fields in a JSON document, at every depth."""
    if isinstance(plain, dict):
        return set(plain).union(*(field_names(value) for value in plain.values()))
    if isinstance(plain, list | tuple):
        return set().union(*(field_names(value) for value in plain))
    return set()


def test_the_page_names_every_field_of_the_status() -> None:
    captures = sorted((ROOT / "tests" / "machines").glob("*.json"))
    assert len(captures) > 5
    told = [diagnose(gather(RecordedHost(str(capture)), 60.0)) for capture in captures]
    documents = [
        status_document(one.evidence.inventory, judge(one.evidence.stacks, one.judgement)) for one in told
    ]
    section = (ROOT / "docs" / "command-line.md").read_text().partition("## The fields of `status --json`")[2]
    told_of = set(FIELD.findall(section.partition("\n## ")[0]))
    assert set().union(*(field_names(document) for document in documents)) == told_of
