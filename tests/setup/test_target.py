import pytest
from msgspec.structs import replace

from tests.setup.building import (
    PORTAL,
    SECOND,
    TARGET,
    codes,
    installed,
    known,
    logged_in,
    record,
    state_of,
)
from tui.setup.answers import (
    ChapAnswer,
    ChapChoice,
    DiscoverAnswer,
    Startup,
    TargetAnswer,
    TargetChoice,
    TimerPreset,
)
from tui.setup.state import SetupState
from tui.setup.steps import target
from tui.storage.iscsi.chap import NO_CHAP, ChapKind
from tui.storage.iscsi.discovery import Discovered, DiscoveryKind, Found, NodeKey, Standing
from tui.storage.model.inventory import Inventory
from tui.storage.model.iscsi import ChapFacts, Portal, RecordDefaults, Timers
from tui.storage.operations.iscsi.chap import SetRecordChap
from tui.storage.operations.iscsi.discovery import AddNodeRecord, StoreDiscovered
from tui.storage.operations.iscsi.records import SetRecordValues
from tui.storage.secret import Secret

ASKED = DiscoverAnswer(address="192.0.2.10")
ONE, TWO = TargetChoice(TARGET, PORTAL), TargetChoice(TARGET, SECOND)
OTHER = "iqn.2003-01.org.linux-iscsi.lab:t2"


def told(*portals: Portal, inventory: Inventory | None = None, answer: DiscoverAnswer = ASKED) -> SetupState:
    found = tuple(Found(TARGET, portal, Standing.NEW) for portal in portals)
    state = replace(state_of(installed()), inventory=inventory or installed())
    return replace(state.answered(answer), discovered=Discovered(found), asked=answer)


def test_one_portal_is_chosen_with_the_timers_of_a_single_path() -> None:
    answer = target.defaults(told(PORTAL))
    assert answer == TargetAnswer((ONE,), Startup.AUTOMATIC, TimerPreset.SINGLE, Timers(120, 15, 8, 5, 5))


def test_several_portals_are_chosen_with_the_timers_of_several_paths() -> None:
    answer = target.defaults(told(PORTAL, SECOND))
    assert answer.chosen == (ONE, TWO)
    assert answer.preset is TimerPreset.MULTIPATH
    assert answer.timers.replacement_timeout == 15


def test_of_several_targets_the_person_chooses() -> None:
    state = told(PORTAL)
    discovered = Discovered((Found(TARGET, PORTAL, Standing.NEW), Found(OTHER, PORTAL, Standing.NEW)))
    state = replace(state, discovered=discovered)
    assert len(target.offers(state)) == 2
    assert target.defaults(state).chosen == ()
    assert codes(target.problems(state)) == ["target.none-chosen"]


def test_known_records_keep_what_they_say() -> None:
    state = replace(state_of(known()), answers=told(PORTAL).answers)
    answer = target.defaults(state)
    assert (answer.preset, answer.startup, answer.timers) == (TimerPreset.KEEP, Startup.MANUAL, Timers())


def test_a_portal_told_and_known_is_offered_once() -> None:
    assert target.offers(told(replace(PORTAL, tpgt=None), inventory=known())) == (ONE,)


def test_a_target_of_the_firmware_stays_logged_in() -> None:
    answer = DiscoverAnswer(DiscoveryKind.FIRMWARE)
    assert target.defaults(told(PORTAL, answer=answer)).startup is Startup.ONBOOT


def test_what_the_record_said_before_is_noted_for_the_way_back() -> None:
    state = told(PORTAL, inventory=known()).answered(TargetAnswer((ONE,), preset=TimerPreset.KEEP))
    (operation,) = [one for one in target.plan(state).operations if isinstance(one, SetRecordValues)]
    assert dict(operation.previous) == {"node.startup": "manual", "node.conn[0].startup": "manual"}


def test_what_cannot_be_reached_is_not_offered() -> None:
    state = replace(told(), discovered=Discovered((Found(TARGET, PORTAL, Standing.UNREACHABLE),)))
    assert target.offers(state) == ()


def test_every_iface_is_a_choice_of_its_own() -> None:
    answer = replace(ASKED, ifaces=("san-a", "san-b"))
    assert [one.iface for one in target.offers(told(PORTAL, answer=answer))] == ["san-a", "san-b"]


def test_new_records_are_stored_and_set() -> None:
    state = told(PORTAL, SECOND)
    assert target.problems(state) == ()
    store, first, second = target.plan(state).operations
    assert store == StoreDiscovered(
        DiscoveryKind.SENDTARGETS,
        Portal("192.0.2.10"),
        (NodeKey(TARGET, PORTAL), NodeKey(TARGET, SECOND)),
        ("default",),
    )
    assert isinstance(first, SetRecordValues)
    assert isinstance(second, SetRecordValues)
    values = dict(first.values)
    assert values["node.startup"] == values["node.conn[0].startup"] == "automatic"
    assert values["node.session.timeo.replacement_timeout"] == "15"
    assert values["node.session.initial_login_retry_max"] == "8"
    assert second.portal == SECOND


def test_a_typed_target_is_added_by_itself() -> None:
    answer = DiscoverAnswer(DiscoveryKind.STATIC, "192.0.2.10", target=TARGET)
    state = replace(told(answer=answer), discovered=Discovered())
    first = target.plan(state).operations[0]
    assert first == AddNodeRecord(TARGET, Portal("192.0.2.10"), "default")


def test_records_that_exist_are_not_stored_again() -> None:
    state = told(PORTAL, inventory=known())
    assert not any(isinstance(one, StoreDiscovered) for one in target.plan(state).operations)


def test_secrets_go_into_every_chosen_record() -> None:
    choice = ChapChoice(ChapKind.ONE_WAY, "host", Secret("planted-secret"))
    state = told(PORTAL, SECOND).answered(ChapAnswer(session=choice))
    setting = [one for one in target.plan(state).operations if isinstance(one, SetRecordChap)]
    assert [one.portal for one in setting] == [PORTAL, SECOND]
    assert "planted-secret" not in str(target.explain(state))


def test_what_iscsid_conf_gives_every_new_record_is_taken_out_where_it_is_not_wanted() -> None:
    facts = ChapFacts("CHAP", "host", has_password=True)
    inventory = replace(known(), node_records=(), defaults=RecordDefaults(facts))
    state = told(PORTAL, inventory=inventory)
    none = state.answered(ChapAnswer())
    assert SetRecordChap(TARGET, PORTAL, "default", NO_CHAP) in target.plan(none).operations
    same = state.answered(ChapAnswer(session=ChapChoice(ChapKind.ONE_WAY, "host")))
    assert target.problems(same) == ()
    assert not any(isinstance(one, SetRecordChap) for one in target.plan(same).operations)


def test_a_secret_of_another_record_does_not_do() -> None:
    other = replace(record(chap=ChapKind.ONE_WAY), target=f"{TARGET}-other")
    state = told(PORTAL, inventory=replace(known(), node_records=(other,)))
    left_empty = state.answered(ChapAnswer(session=ChapChoice(ChapKind.ONE_WAY, "host")))
    assert codes(target.problems(left_empty)) == ["chap.secret-elsewhere"]
    typed = ChapChoice(ChapKind.ONE_WAY, "host", Secret("planted-secret"))
    assert target.problems(state.answered(ChapAnswer(session=typed))) == ()


def test_a_record_loses_secrets_no_longer_wanted_and_keeps_those_not_typed() -> None:
    state = told(PORTAL, inventory=known(chap=ChapKind.ONE_WAY))
    none = state.answered(ChapAnswer())
    assert SetRecordChap(TARGET, PORTAL, "default", NO_CHAP) in target.plan(none).operations
    kept = state.answered(ChapAnswer(session=ChapChoice(ChapKind.ONE_WAY, "host")))
    assert not any(isinstance(one, SetRecordChap) for one in target.plan(kept).operations)


def test_keep_sets_no_timer() -> None:
    state = told(PORTAL).answered(TargetAnswer((ONE,), preset=TimerPreset.KEEP))
    (values,) = [one.values for one in target.plan(state).operations if isinstance(one, SetRecordValues)]
    assert {key for key, _value in values} == {"node.startup", "node.conn[0].startup"}


def test_what_is_not_offered_cannot_be_chosen() -> None:
    state = told(PORTAL).answered(TargetAnswer((TargetChoice(OTHER, PORTAL),)))
    (problem,) = target.problems(state)
    assert problem.code == "target.not-offered"
    assert target.blocker(state) == problem


@pytest.mark.parametrize(
    "timers", [Timers(replacement_timeout=-2), Timers(login_timeout=0), Timers(login_retries=0)]
)
def test_numbers_have_a_range(timers: Timers) -> None:
    state = told(PORTAL).answered(TargetAnswer((ONE,), timers=timers))
    (problem,) = target.problems(state)
    assert problem.code == "target.timer"
    assert problem.field.startswith("timers.")


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (TargetAnswer((ONE,), Startup.MANUAL), "target.manual"),
        (TargetAnswer((ONE,), timers=Timers(replacement_timeout=5)), "target.short-timer"),
        (TargetAnswer((ONE,), timers=Timers(replacement_timeout=-1)), "target.endless-timer"),
    ],
)
def test_regrettable_choices_are_pointed_out(answer: TargetAnswer, code: str) -> None:
    assert codes(target.warnings(told(PORTAL).answered(answer))) == [code]


def test_short_timers_are_right_with_several_paths() -> None:
    assert target.warnings(told(PORTAL, SECOND)) == ()


def test_stored_and_logged_in_is_satisfied() -> None:
    inventory = replace(logged_in(), node_records=(record(startup="automatic"),))
    state = replace(state_of(inventory), answers=told(PORTAL).answers)
    assert target.satisfied(state) is not None
    assert target.satisfied(state.answered(TargetAnswer((ONE,), Startup.MANUAL))) is None
    assert target.satisfied(state.answered(TargetAnswer((ONE,), timers=Timers(7)))) is None


def test_going_on_needs_the_records() -> None:
    lacking = target.blocker(told(PORTAL))
    assert lacking is not None
    assert lacking.code == "target.not-stored"
    assert target.blocker(told(PORTAL, inventory=known())) is None


def test_the_note_counts_portals() -> None:
    assert target.note(told(PORTAL, SECOND)) == f"{TARGET}, 2 portals"


def test_every_timer_and_preset_has_words() -> None:
    assert set(target.timer_words()) == set(target.KEYS)
    assert set(target.preset_words()) == set(TimerPreset)
