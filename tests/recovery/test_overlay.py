"""What stands only on something that does not hold is not called well."""

from msgspec.structs import replace

from tests.recovery.making import evidence_of, single_path, two_paths
from tui.recovery.finding import Finding
from tui.recovery.overlay import overlaid
from tui.storage.stacks.rung import Health, RungKind


def states(evidence_rungs: RungKind, code: str, host: str) -> dict[RungKind, Health]:
    evidence = evidence_of(single_path() if host == "single" else two_paths())
    rung = next(rung for stack in evidence.stacks for rung in stack.rungs if rung.kind is evidence_rungs)
    finding = Finding(code, "It does not work.", "", rung.kind, (rung.key,))
    found = overlaid(evidence, (finding,), ())
    return {rung.kind: rung.health for stack in found for rung in stack.rungs}


def test_a_mount_on_a_file_system_that_stopped_is_broken() -> None:
    found = states(RungKind.FILESYSTEM, "F06.filesystem-stopped", "single")
    assert found[RungKind.FILESYSTEM] is found[RungKind.MOUNT] is Health.BAD
    assert found[RungKind.LOGICAL_VOLUME] is Health.GOOD


def test_a_map_with_another_path_stays_as_it_is() -> None:
    found = states(RungKind.LUN, "F26.lun-exchanged", "two")
    assert found[RungKind.MULTIPATH] is Health.GOOD
    assert found[RungKind.MOUNT] is Health.GOOD


def test_a_finding_by_which_a_layer_still_works_says_nothing_of_what_stands_on_it() -> None:
    found = states(RungKind.LUN, "F30.session-drops", "single")
    assert found[RungKind.LUN] is Health.WARN
    assert found[RungKind.MOUNT] is Health.GOOD


def test_the_reason_is_that_of_the_finding() -> None:
    evidence = evidence_of(replace(single_path(), taken_at=1.0))
    rung = next(rung for stack in evidence.stacks for rung in stack.rungs if rung.kind is RungKind.FILESYSTEM)
    finding = Finding("F06.filesystem-stopped", "It stopped.", "", rung.kind, (rung.key,))
    (stack,) = overlaid(evidence, (finding,), ())
    assert {one.reason for one in stack.rungs if one.kind in {RungKind.FILESYSTEM, RungKind.MOUNT}} == {
        "It stopped."
    }
