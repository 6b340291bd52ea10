"""The order of findings, and which of them follow from others."""

from collections.abc import Iterable

import pytest
from msgspec.structs import replace

from tests.recovery.making import SILENT, evidence_of, kernel_said, lost, single_path, two_paths
from tests.setup.building import PORTAL, SECOND, TARGET, logged_in, with_volume
from tui.recovery import diagnosis
from tui.recovery.diagnosis import diagnose
from tui.recovery.evidence import Evidence
from tui.recovery.finding import Finding, Weight
from tui.storage.stacks.judgement import Verdict
from tui.storage.stacks.rung import Health, RungKind

SESSION = f"session:{TARGET}|{PORTAL.label}|default"
OTHER = f"session:{TARGET}|{SECOND.label}|default"


def found_by(monkeypatch: pytest.MonkeyPatch, *findings: Finding) -> None:
    """Have the detectors find these and no others."""

    def detect(_evidence: Evidence) -> Iterable[Finding]:
        return findings

    monkeypatch.setattr(diagnosis, "DETECTORS", (detect,))


def made(code: str, kind: RungKind | None, *rungs: str, **more: object) -> Finding:
    return Finding(code, "summary", "meaning", kind, rungs, **more)  # type: ignore[arg-type]  # fields by name


FS = made("F06.fs", RungKind.FILESYSTEM, "filesystem-on:dm-1")
GROUP = made("F12.group", RungKind.VOLUME_GROUP, "vg:VGID")
LOST = made("F05.lost", RungKind.SESSION, SESSION)
LOST_TOO = made("F05.lost", RungKind.SESSION, OTHER)


def test_what_stands_on_a_broken_rung_with_a_cause_follows_from_it(monkeypatch: pytest.MonkeyPatch) -> None:
    found_by(monkeypatch, FS, GROUP, LOST)
    first, *rest = diagnose(evidence_of(lost(single_path()), SILENT)).findings
    assert (first.code, first.weight) == ("F05.lost", Weight.CAUSE)
    assert [one.code for one in rest] == ["F12.group", "F06.fs"]
    assert all(one.weight is Weight.CONSEQUENCE and one.follows == first.key for one in rest)


def test_on_a_rung_that_holds_it_is_a_cause_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    found_by(monkeypatch, FS)
    assert [one.weight for one in diagnose(evidence_of(single_path())).findings] == [Weight.CAUSE]


def test_one_lost_path_explains_nothing_above_a_map_that_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    found_by(monkeypatch, FS, LOST_TOO)
    found = diagnose(evidence_of(lost(two_paths(), SECOND), SILENT)).findings
    assert [one.weight for one in found] == [Weight.CAUSE, Weight.CAUSE]


def test_both_lost_paths_do(monkeypatch: pytest.MonkeyPatch) -> None:
    found_by(monkeypatch, FS, LOST, LOST_TOO)
    found = diagnose(evidence_of(lost(two_paths()), SILENT)).findings
    assert [(one.code, one.weight) for one in found] == [
        ("F05.lost", Weight.CAUSE),
        ("F05.lost", Weight.CAUSE),
        ("F06.fs", Weight.CONSEQUENCE),
    ]


def test_a_rung_counts_as_broken_where_a_cause_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    portal = made("F17.mtu", RungKind.PORTAL, f"portal:{TARGET}|{PORTAL.label}")
    found_by(monkeypatch, LOST, portal)
    found = diagnose(evidence_of(lost(single_path()))).findings
    assert [one.weight for one in found] == [Weight.CAUSE, Weight.CONSEQUENCE]
    assert found[1].follows == portal.key


def test_a_cause_that_is_named_need_not_stand_below(monkeypatch: pytest.MonkeyPatch) -> None:
    daemon = made("F18.daemon", None)
    found_by(monkeypatch, made("F05.lost", RungKind.SESSION, SESSION, follows_if=("F18",)), GROUP, daemon)
    found = diagnose(evidence_of(lost(single_path()))).findings
    assert [(one.code, one.follows) for one in found] == [
        ("F18.daemon", ""),
        ("F05.lost", daemon.key),
        ("F12.group", daemon.key),
    ]


def test_two_that_name_each_other_do_not_hide_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    found_by(
        monkeypatch,
        made("F18.daemon", None, follows_if=("F19",)),
        made("F19.module", None, follows_if=("F18",)),
    )
    found = diagnose(evidence_of(single_path())).findings
    assert sorted(one.weight for one in found) == [Weight.CAUSE, Weight.CONSEQUENCE]


def test_a_risk_stays_one_and_comes_last(monkeypatch: pytest.MonkeyPatch) -> None:
    risk = made("F03.boot", None, weight=Weight.RISK)
    found_by(monkeypatch, risk, LOST, LOST)
    found = diagnose(evidence_of(lost(single_path()))).findings
    assert [one.code for one in found] == ["F05.lost", "F03.boot"]


def test_the_stacks_say_what_the_findings_say() -> None:
    stopped = kernel_said("EXT4-fs (dm-1): Remounting filesystem read-only")
    told = diagnose(replace(evidence_of(single_path()), kernel=(stopped,)))
    (finding,) = told.findings
    rungs = {name: rung for stack in told.stacks for rung in stack.rungs for name in (rung.key, *rung.also)}
    assert rungs[finding.rung].health is Health.BAD
    assert rungs[finding.rung].reason == finding.summary
    assert told.verdict is Verdict.BROKEN
    well = diagnose(evidence_of(single_path()))
    assert well.stacks == well.evidence.stacks
    assert well.verdict is Verdict.HEALTHY


def test_what_nobody_misses_is_intended_to_be_away() -> None:
    idle = with_volume(logged_in(), active=False)
    told = diagnose(evidence_of(idle))
    assert told.verdict is Verdict.HEALTHY
    volume = next(rung for rung in told.stacks[0].rungs if rung.kind is RungKind.LOGICAL_VOLUME)
    assert volume.health is Health.AS_WISHED
