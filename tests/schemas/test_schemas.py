"""The JSON Schemas in `schemas/`: those of the types, which what is printed has exactly."""

import json
from pathlib import Path

import pytest
from msgspec import ValidationError, convert

from tests.commands.test_plan_file import CHAP, MANUAL, stored
from tests.fleet.hosts import NOW as FLEET_NOW, varied, written
from tests.recovery.history.test_outages import LOST, NOW, Journal, history_of
from tests.schemas.shapes import DOCUMENTS, schema_text
from tests.storage.changing.plan_operations import FailWith, MakeFile
from tests.storage.scripted_host import ScriptedHost
from tests.test_import_hygiene import ROOT
from tui.commands.planned import Planned
from tui.commands.running import Consent, run
from tui.commands.telling import JsonTeller
from tui.fleet.captures import capture_files
from tui.fleet.document import fleet_document
from tui.fleet.facts import HostFacts, Unreadable
from tui.fleet.fleet import survey
from tui.fleet.reading import read_capture
from tui.maintenance.proposal import Proposal
from tui.recovery.diagnosis import diagnose
from tui.recovery.document import diagnosis_document
from tui.recovery.gather import gather
from tui.recovery.history.document import history_document
from tui.storage.changing import run_plan
from tui.storage.changing.plan import Plan
from tui.storage.changing.run_plan import Places
from tui.storage.host.recorded import RecordedHost
from tui.storage.problem import Problem
from tui.storage.stacks.judgement import judge
from tui.storage.stacks.stack import stacks
from tui.storage.status import status_document

RECORDED = sorted((ROOT / "tests" / "machines").glob("*.json"))


def fits(name: str, document: object) -> None:
    """See that a document has exactly the shape of its schema, as it is after it was printed."""
    convert(json.loads(json.dumps(document)), DOCUMENTS[name]())


@pytest.mark.parametrize("name", DOCUMENTS)
def test_the_schemas_are_those_of_the_types(name: str) -> None:
    assert (ROOT / "schemas" / f"{name}.json").read_text() == schema_text(name)


@pytest.mark.parametrize("path", RECORDED, ids=lambda path: path.stem)
def test_status_and_doctor_print_what_their_schemas_say(path: Path) -> None:
    diagnosis = diagnose(gather(RecordedHost(str(path)), 60.0))
    fits("doctor", diagnosis_document(diagnosis))
    inventory = diagnosis.evidence.inventory
    for judgement in (diagnosis.judgement, None):
        fits("status", status_document(inventory, judge(stacks(inventory), judgement)))


def test_a_fleet_is_printed_as_its_schema_says(tmp_path: Path) -> None:
    captures = {
        "db1": varied("single-path-ext4", "db1"),
        "db2": varied("single-path-ext4", "db2"),
        "older": varied("single-path-ext4", "db2", now=FLEET_NOW - 9),
        "cut": "{",
    }
    found = [read_capture(file) for file in capture_files(str(written(tmp_path, captures)))]
    hosts = [one for one in found if isinstance(one, HostFacts)]
    unreadable = [one for one in found if isinstance(one, Unreadable)]
    fleet = survey(hosts, unreadable, FLEET_NOW)
    assert fleet.rows
    assert fleet.findings
    assert fleet.replaced
    assert fleet.unreadable
    fits("fleet", fleet_document(fleet))


def test_plans_are_as_their_schema_says() -> None:
    fits("plan", stored(MANUAL))
    fits("plan", stored(CHAP))


def test_outages_are_as_their_schema_says() -> None:
    journal = Journal()
    journal.log_in(NOW - 5000)
    journal.kernel(NOW - 4000, LOST)
    history = history_of(journal)
    assert len(history.outages) == 1
    fits("history", history_document(history))


def test_every_event_is_as_its_schema_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(run_plan, "PLACES", Places(tmp_path / "journal", tmp_path / "lock"))
    teller = JsonTeller()
    operations = (MakeFile(str(tmp_path), "one"), FailWith("failed"))
    for refusal in (Problem("x.y", "No."), None):
        proposal = Proposal(Plan("Make files", operations), "for the test", ("note",), refusal)
        run(Planned(proposal, ("Is it true?",), 1), ScriptedHost(), teller, Consent(yes=True))
    teller.line("Reading")
    teller.planned("plan.json")
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert {one["event"] for one in told} == {"plan", "step", "line", "problem", "left", "end"}
    for one in told:
        fits("events", one)


@pytest.mark.parametrize(
    "change", [{"extra": 1}, {"schema": 2}, {"status": "0"}, {"event": "ended"}, {"journal": None}]
)
def test_another_shape_is_found(change: dict[str, object]) -> None:
    end = {
        "event": "end",
        "schema": 1,
        "status": 0,
        "changed": True,
        "problem": "",
        "journal": "",
        "file": "",
    }
    fits("events", end)
    with pytest.raises(ValidationError):
        fits("events", {**end, **change})
