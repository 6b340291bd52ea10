"""What the Recovery screen lists: causes with what follows, what nothing explains, and what went away."""

import pytest
from msgspec.structs import replace

from tests.recovery.making import SILENT, evidence_of, lost, single_path, two_paths
from tests.screens.troubled import boot_risk, disk_offline, files_stopped, made, session_lost, well
from tests.setup.building import PORTAL
from tests.storage.scripted_host import ScriptedHost
from tui.recovery.diagnosis import Diagnosis, diagnose, unexplained
from tui.recovery.evidence import Item, Unread
from tui.recovery.finding import Finding, Weight
from tui.screens.recovery.board import LOOKED, Board, Standing
from tui.screens.recovery.looking import guess
from tui.screens.recovery.watching import sketch
from tui.storage.model.inventory import Unseen
from tui.storage.stacks.rung import Rung, RungKind
from tui.storage.stacks.stack import stacks

CAUSE = disk_offline()
FOLLOWS = files_stopped(CAUSE)
RISK = boot_risk()


def listed(board: Board) -> list[tuple[str, str, int]]:
    return [(one.key.partition("@")[0], one.standing.value, one.depth) for one in board.entries()]


def test_what_follows_stands_below_its_cause() -> None:
    other = replace(CAUSE, code="F18.no-daemon", rungs=(), device="")
    board = Board(made(other, CAUSE, FOLLOWS, RISK))
    assert listed(board) == [
        ("F18.no-daemon", "cause", 0),
        (CAUSE.code, "cause", 0),
        (FOLLOWS.code, "consequence", 1),
        (RISK.code, "risk", 0),
        (LOOKED, "looked", 0),
    ]


def test_what_follows_from_something_that_is_not_listed_is_listed_still() -> None:
    orphan = replace(FOLLOWS, follows="F99.gone")
    assert listed(Board(made(orphan)))[0] == (FOLLOWS.code, "consequence", 0)


def test_a_board_without_a_look_has_something_to_say() -> None:
    assert listed(Board()) == [(LOOKED, "looked", 0)]


def standings(board: Board) -> dict[str, Standing]:
    return {one.key: one.standing for one in board.entries() if one.finding is not None}


def test_what_goes_after_its_plan_is_repaired_with_what_followed() -> None:
    board = Board(made(CAUSE, FOLLOWS, RISK)).renewed(made(RISK), CAUSE.key)
    assert standings(board) == {
        RISK.key: Standing.RISK,
        CAUSE.key: Standing.REPAIRED,
        FOLLOWS.key: Standing.REPAIRED,
    }


def test_what_goes_by_itself_is_gone() -> None:
    board = Board(made(CAUSE, RISK)).renewed(made(RISK))
    assert standings(board)[CAUSE.key] is Standing.GONE


def test_what_a_look_missed_while_its_plan_ran_is_repaired_all_the_same() -> None:
    board = Board(made(CAUSE, FOLLOWS)).renewed(made()).renewed(made(), CAUSE.key)
    assert set(standings(board).values()) == {Standing.REPAIRED}


def test_what_comes_back_is_not_gone() -> None:
    board = Board(made(CAUSE)).renewed(made()).renewed(made(CAUSE))
    assert standings(board) == {CAUSE.key: Standing.CAUSE}


@pytest.mark.parametrize(
    "less",
    [
        made(unread=(Unread(Item.KERNEL, "no answer in time"),)),
        made(unseen=(Unseen("LVM", "no answer in time"),)),
    ],
    ids=["evidence", "inventory"],
)
def test_nothing_is_called_repaired_while_less_is_seen_than_before(less: Diagnosis) -> None:
    board = Board(made(CAUSE)).renewed(less, CAUSE.key)
    assert standings(board)[CAUSE.key] is Standing.UNSURE
    assert standings(board.renewed(less))[CAUSE.key] is Standing.UNSURE
    assert standings(board.renewed(made()))[CAUSE.key] is Standing.REPAIRED


def test_the_first_look_takes_nothing_away() -> None:
    assert not Board().renewed(made(RISK)).gone


def rung(board_of: Diagnosis, kind: RungKind) -> Rung:
    every = [one for stack in stacks(board_of.evidence.inventory) for one in stack.rungs]
    return next(one for one in every if one.kind is kind)


def test_it_begins_with_the_rung_under_the_cursor() -> None:
    found = session_lost()
    session = rung(found, RungKind.SESSION)
    other = Finding("F01.other", "Another.", "", rungs=("portal:other",))
    board = Board(replace(found, findings=(other, *found.findings)))
    assert board.place_for(session) == found.findings[0].key
    assert board.place_for(None) == other.key


def test_of_a_rung_without_a_finding_it_begins_with_what_it_stands_on() -> None:
    found = session_lost()
    other = Finding("F01.other", "Another.", "", rungs=("portal:other",))
    board = Board(replace(found, findings=(other, *found.findings)))
    for kind in (RungKind.LUN, RungKind.VOLUME_GROUP, RungKind.MOUNT):
        assert board.place_for(rung(found, kind)) == found.findings[0].key
    assert board.place_for(rung(found, RungKind.PORTAL)) == other.key


def test_of_a_whole_stack_it_begins_with_its_lowest() -> None:
    found = session_lost()
    (stack,) = stacks(found.evidence.inventory)
    assert Board(found).place_for(stack) == found.findings[0].key


def test_nothing_is_unexplained_on_a_host_that_is_well() -> None:
    assert unexplained(well().stacks, ()) == ()


def test_only_the_lowest_rung_that_nothing_explains_is_named() -> None:
    evidence = evidence_of(lost(single_path()), SILENT)
    found = unexplained(evidence.stacks, ())
    assert [one.kind for one in found] == [RungKind.SESSION]
    assert unexplained(evidence.stacks, diagnose(evidence).findings) == ()


def test_a_finding_about_one_path_leaves_nothing_unexplained() -> None:
    evidence = evidence_of(lost(two_paths(), PORTAL), SILENT)
    assert unexplained(evidence.stacks, diagnose(evidence).findings) == ()


def test_a_device_that_a_finding_names_is_explained() -> None:
    evidence = evidence_of(lost(single_path()), SILENT)
    session = next(one for stack in evidence.stacks for one in stack.rungs if one.kind is RungKind.SESSION)
    finding = Finding("F01.x", "x", "", rungs=(session.also or (session.key,))[:1])
    assert unexplained(evidence.stacks, (finding,)) == ()


def test_weights_become_standings() -> None:
    board = Board(made(CAUSE, RISK))
    assert {one.weight for one in board.findings} == {Weight.CAUSE, Weight.RISK}
    assert board.finding(CAUSE.key) == CAUSE
    assert board.entry("nothing") is None


def test_before_anything_is_looked_at_only_the_inventory_speaks() -> None:
    inventory = lost(single_path())
    guessed = guess(ScriptedHost(), inventory).diagnosis
    assert [one.number for one in guessed.causes] == ["F05"]
    assert guessed.evidence.inventory == inventory
    assert not any(guessed.evidence.has(item) for item in Item)


def test_what_makes_another_look_worth_while() -> None:
    before = single_path()
    assert sketch(lost(before)) != sketch(before)
    used = replace(before, mounts=tuple(replace(one, used=1) for one in before.mounts))
    assert sketch(used) == sketch(before)
