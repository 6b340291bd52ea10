"""What is said of the layers of a host that was read since it was diagnosed, or that never was."""

from msgspec.structs import replace

from tests.recovery.making import evidence_of, lost, single_path
from tests.setup.building import PORTAL
from tui.recovery.diagnosis import diagnose
from tui.storage.model.inventory import Inventory
from tui.storage.stacks.judgement import Judged, Verdict, judge, verdict_words
from tui.storage.stacks.rung import Health, RungKind
from tui.storage.stacks.stack import stacks


def healths(judged: Judged) -> set[Health]:
    return {rung.health for stack in judged.stacks for rung in stack.rungs}


def after_diagnosis(then: Inventory, now: Inventory) -> Judged:
    return judge(stacks(now), diagnose(evidence_of(then)).judgement)


def test_before_a_diagnosis_nothing_is_well_and_what_is_broken_is_said() -> None:
    well = judge(stacks(single_path()))
    assert healths(well) == {Health.UNKNOWN}
    assert (well.verdict, verdict_words(well)) == (None, "not checked yet")
    broken = judge(stacks(lost(single_path(), PORTAL)))
    assert Health.BAD in healths(broken)
    assert Health.GOOD not in healths(broken)
    assert verdict_words(broken) == "1 problem"


def test_a_layer_that_is_as_it_was_keeps_its_state() -> None:
    found = after_diagnosis(single_path(), replace(single_path(), taken_at=99.0))
    assert found.is_current
    assert healths(found) == {Health.GOOD}
    assert found.verdict in {Verdict.HEALTHY, Verdict.RISKS}


def test_what_changed_since_is_not_called_well_and_what_broke_is_said_at_once() -> None:
    broke = after_diagnosis(single_path(), lost(single_path(), PORTAL))
    assert not broke.is_current
    assert Health.BAD in healths(broke)
    assert verdict_words(broke) == "1 problem"
    mended = after_diagnosis(lost(single_path(), PORTAL), single_path())
    states = {rung.kind: rung.health for stack in mended.stacks for rung in stack.rungs}
    assert states[RungKind.SESSION] is Health.UNKNOWN
    assert Health.BAD not in healths(mended)
    assert verdict_words(mended) == "not checked yet"


def test_what_went_away_since_makes_a_diagnosis_old() -> None:
    without = replace(single_path(), mounts=())
    assert after_diagnosis(without, without).is_current
    assert not after_diagnosis(single_path(), without).is_current


def test_findings_are_told_of_the_layers_they_are_about() -> None:
    evidence = evidence_of(lost(single_path(), PORTAL))
    found = judge(evidence.stacks, diagnose(evidence).judgement)
    sessions = [rung for stack in found.stacks for rung in stack.rungs if rung.kind is RungKind.SESSION]
    assert [told.code for told in found.told_of(sessions[0])] == ["F05.session-lost"]
