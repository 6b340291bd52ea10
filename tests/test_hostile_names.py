"""Every name in a host is hostile: none reaches a text as more than its escapes."""

import io
import threading
from collections.abc import Iterator

import pytest
from hypothesis import given, settings, strategies as st
from msgspec.structs import replace

from tests.hostile import NASTY, Maker, operations, places, raw_controls, spoil_with, spoiled
from tests.machines.trees import hostile
from tests.recovery.making import HEALTHY, SILENT, evidence_of, lost
from tui.maintenance.proposal import Proposal
from tui.recovery.diagnosis import Diagnosis, diagnose
from tui.recovery.document import diagnosis_document
from tui.recovery.evidence import Evidence
from tui.recovery.gather import gather
from tui.recovery.report import report_text
from tui.recovery.text import diagnosis_text
from tui.storage.changing.plan import Plan, Stage, Step
from tui.storage.changing.printer import Printer
from tui.storage.host.recording import RecordingHost
from tui.storage.model.inventory import Inventory
from tui.storage.operations.operation import CannotUndo, Operation
from tui.storage.printing import json_text
from tui.storage.problem import Problem
from tui.storage.stacks.judgement import judge
from tui.storage.status import status_json, status_text


def _broken(inventory: Inventory) -> Iterator[Inventory]:
    yield inventory
    yield lost(inventory)
    yield replace(inventory, daemon_answers=False)
    yield replace(inventory, mounts=())
    yield replace(inventory, sessions=(), luns=(), devices=())
    yield replace(inventory, fstab=(), volume_groups=(), logical_volumes=())


HOSTS = tuple(host for make in HEALTHY.values() for host in _broken(make()))
EVIDENCE = tuple(evidence_of(host, SILENT) for host in HOSTS)


def texts(evidence: Evidence) -> dict[str, str]:
    """Everything that is printed of a host, by the surface."""
    inventory = evidence.inventory
    diagnosis = diagnose(evidence)
    judged = judge(evidence.stacks, diagnosis.judgement)
    return {
        "status": status_text(inventory, judged),
        "status as JSON": status_json(inventory, judged),
        "doctor": diagnosis_text(diagnosis),
        "doctor as JSON": json_text(diagnosis_document(diagnosis)),
        "plans": "\n".join(_plans(diagnosis)),
    }


def _plans(diagnosis: Diagnosis) -> Iterator[str]:
    for finding in diagnosis.findings:
        for fix in finding.fixes:
            yield fix.title
            yield from fix.by_hand
            if fix.proposal is not None:
                yield from _proposal(fix.proposal)


def _proposal(proposal: Proposal) -> Iterator[str]:
    yield proposal.plan.title
    yield from proposal.notes
    for operation in proposal.plan.operations:
        yield from said(operation).values()


def said(operation: Operation) -> dict[str, str]:
    """Everything an operation says, by the method."""
    undone = operation.undo()
    why_not = undone.reason if isinstance(undone, CannotUndo) else ""
    return {
        "title": operation.title(),
        "why": operation.why(),
        "shown": "\n".join(operation.shown()),
        "loses": "\n".join(operation.loses()),
        "undo": why_not,
    }


@pytest.mark.parametrize("nasty", NASTY, ids=ascii)
def test_a_host_where_everything_is_hostile_reaches_no_text(nasty: str) -> None:
    for evidence in EVIDENCE:
        told = texts(spoiled(evidence, spoil_with(nasty)))
        assert {surface: found for surface, text in told.items() if (found := raw_controls(text))} == {}


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_host_where_some_names_are_hostile_reaches_no_text(data: st.DataObject) -> None:
    evidence = data.draw(st.sampled_from(EVIDENCE))
    chosen = frozenset(data.draw(st.sets(st.sampled_from(sorted(places(evidence))), min_size=1, max_size=4)))
    nasty = data.draw(st.sampled_from(NASTY))
    told = texts(spoiled(evidence, spoil_with(nasty, chosen)))
    assert {surface: found for surface, text in told.items() if (found := raw_controls(text))} == {}


@pytest.mark.parametrize("kind", operations())
def test_no_operation_says_more_of_a_name_than_its_escapes(kind: str) -> None:
    for seed in range(12):
        operation = Maker(seed).make(Operation.kinds[kind])
        assert {
            method: found for method, text in said(operation).items() if (found := raw_controls(text))
        } == {}, operation


def test_a_report_and_a_capture_hold_no_raw_control() -> None:
    recording = RecordingHost(hostile())
    diagnosis = diagnose(gather(recording, 60.0))
    report = report_text(diagnosis, recording)
    assert r"\x1b[2J" in report
    assert raw_controls(report) == []
    assert raw_controls(json_text(recording.document(), 1)) == []


@pytest.mark.parametrize("nasty", NASTY, ids=ascii)
def test_a_set_up_from_answers_prints_lines_and_nothing_else(nasty: str) -> None:
    stream = io.StringIO()
    printer = Printer(stream, threading.Event())
    printer.say(f"name {nasty}", 2)
    printer.line(f"name {nasty}")
    printer.problem(Problem("x", f"a{nasty}", f"b{nasty}", f"c{nasty}", evidence=(f"d{nasty}",)), "Stopped")
    for seed in range(20):
        operation = Maker(seed).make(Operation.kinds["LogIn"])
        printer.plan(Plan(nasty, (operation,)))
        printer.step(Step(0, Stage.RUNNING))
        printer.step(Step(0, Stage.RUNNING, line=f"line {nasty}"))
    assert raw_controls(stream.getvalue()) == []
