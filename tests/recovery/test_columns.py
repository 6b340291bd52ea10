"""What `doctor` and `status` print fits into 80 columns, in English and in Chinese."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tui import catalogue, words
from tui.recovery.diagnosis import diagnose
from tui.recovery.gather import gather
from tui.recovery.text import diagnosis_text
from tui.storage.cells import cells
from tui.storage.host.recorded import RecordedHost
from tui.storage.stacks.judgement import judge
from tui.storage.status import status_text

MACHINES = sorted((Path(__file__).parent.parent / "machines").glob("*.json"))
COLUMNS = 80

_NO_PROSE = re.compile(r" +\$ ")
"""A command, which is copied whole."""


@pytest.fixture(params=[None, "zh_CN"], ids=["en", "zh_CN"], autouse=True)
def _spoken(request: pytest.FixtureRequest) -> Iterator[None]:
    words.use(catalogue.read_catalogue(request.param) if request.param else None)
    yield
    words.use(None)


def wide(text: str) -> list[str]:
    """The lines that are too long and have more than one word."""
    return [line for line in text.split("\n") if cells(line) > COLUMNS and len(line.split()) > 1]


@pytest.mark.parametrize("path", MACHINES, ids=lambda path: path.stem)
def test_no_line_is_wider_than_a_terminal(path: Path) -> None:
    diagnosis = diagnose(gather(RecordedHost(str(path)), 60.0))
    inventory, judgement = diagnosis.evidence.inventory, diagnosis.judgement
    assert wide(status_text(inventory, judge(judgement.seen, judgement))) == []
    assert [line for line in wide(diagnosis_text(diagnosis)) if not _NO_PROSE.match(line)] == []
