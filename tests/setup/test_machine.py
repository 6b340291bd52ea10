"""What holds of every step, whatever is typed, on every host."""

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st
from msgspec.structs import replace

from tests.setup.building import (
    PORTAL,
    SECOND,
    TARGET,
    WWID,
    bare,
    empty_disk,
    installed,
    known,
    logged_in,
    state_of,
    used_disk,
    with_volume,
)
from tui.setup.answers import (
    Answer,
    BootAnswer,
    BootWay,
    ChapAnswer,
    ChapChoice,
    ChapScope,
    DiscoverAnswer,
    LogInAnswer,
    MountAnswer,
    NameAnswer,
    NewVolume,
    Startup,
    TargetAnswer,
    TargetChoice,
    TimerPreset,
    VolumeMount,
    VolumesAnswer,
    VolumesWay,
)
from tui.setup.review import review
from tui.setup.state import SetupState
from tui.setup.step import ASKED, AT_ONCE, GATHERED, ORDER, Step, following, preceding
from tui.setup.steps.by_name import answer, logic
from tui.storage.iscsi.chap import ChapKind
from tui.storage.iscsi.discovery import DiscoveryKind
from tui.storage.model.iscsi import InterfaceRecord, Portal, Timers
from tui.storage.secret import Secret

PLANTED = "planted-secret"

HOSTS = {
    "bare": state_of(bare()),
    "installed": state_of(installed()),
    "known": state_of(known(chap=ChapKind.MUTUAL)),
    "empty disk": state_of(logged_in(), empty_disk()),
    "used disk": state_of(logged_in(), used_disk("ext4", "gpt")),
    "two paths": state_of(logged_in(PORTAL, SECOND), empty_disk()),
    "map": state_of(logged_in(PORTAL, SECOND, joined=True), empty_disk()),
    "volume": state_of(with_volume(logged_in()), used_disk("LVM2_member")),
    "inactive volume": state_of(with_volume(logged_in(), active=False), used_disk("LVM2_member")),
    "mounted": state_of(with_volume(logged_in(), mounted="/srv/data"), used_disk("LVM2_member")),
}

words = st.text(max_size=12) | st.sampled_from(
    (
        *("", "iqn.2024-05.com.example:x", TARGET, "192.0.2.10", "2001:db8::1", "3260", "vg_data", "data"),
        *("100%", "10M", "/srv/data", "vg_data/data", WWID, f"{TARGET}/0", "ext4", "xfs", "0755"),
        *("\x1b[31m", "[bold]", "x" * 300),
    )
)
secrets = st.sampled_from([Secret(""), Secret(PLANTED), Secret(f"{PLANTED}-2")])
numbers = st.none() | st.integers(-5, 100_000)
choices = st.builds(ChapChoice, st.sampled_from(ChapKind), words, secrets, words, secrets)
portals = st.sampled_from([PORTAL, SECOND, Portal("?", 0)])
answers: st.SearchStrategy[Answer] = st.one_of(
    st.builds(NameAnswer, words, st.booleans()),
    st.builds(ChapAnswer, choices, choices, st.sampled_from(ChapScope)),
    st.builds(
        DiscoverAnswer,
        st.sampled_from(DiscoveryKind),
        words,
        words,
        st.tuples(words),
        st.none() | st.builds(InterfaceRecord, words, st.just("tcp"), words, words, words),
        words,
    ),
    st.builds(
        TargetAnswer,
        st.lists(st.builds(TargetChoice, words, portals), max_size=3).map(tuple),
        st.sampled_from(Startup),
        st.sampled_from(TimerPreset),
        st.builds(Timers, numbers, numbers, numbers, numbers, numbers),
    ),
    st.builds(LogInAnswer, st.booleans()),
    st.builds(
        VolumesAnswer,
        st.sampled_from(VolumesWay),
        st.lists(words, max_size=2).map(tuple),
        st.lists(words, max_size=2).map(tuple),
        words,
        st.lists(st.builds(NewVolume, words, words), max_size=3).map(tuple),
        st.lists(words, max_size=2).map(tuple),
    ),
    st.builds(
        MountAnswer,
        st.lists(
            st.builds(
                VolumeMount,
                words,
                words,
                words,
                words,
                words,
                words,
                words,
                st.lists(words, max_size=3).map(tuple),
            ),
            max_size=2,
        ).map(tuple),
    ),
    st.builds(BootAnswer, st.sampled_from(BootWay), words, st.booleans(), st.booleans()),
)


def given_answers(state: SetupState, decided: list[Answer]) -> SetupState:
    for one in decided:
        state = state.answered(one)
    return state


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(sorted(HOSTS)), st.lists(answers, max_size=8))
def test_no_answer_breaks_a_step_and_no_page_shows_a_secret(host: str, decided: list[Answer]) -> None:
    state = given_answers(HOSTS[host], decided)
    for step in ASKED:
        here = logic(step)
        mistakes = here.problems(state)
        shown = [here.explain(state), here.note(state), here.satisfied(state), mistakes, here.warnings(state)]
        lacking = here.blocker(state)
        if mistakes:
            assert lacking is not None
        else:
            shown.append([operation.shown() for operation in here.plan(state).operations])
        assert PLANTED not in str(shown)
        assert "\x1b" not in str([problem.summary for problem in mistakes])
        for problem in mistakes:
            assert problem.code
            assert problem.field or problem.remedy
    seen = review(state)
    assert bool(seen.problems) <= (seen.plan.operations == ())


@settings(max_examples=60, deadline=None)
@given(st.lists(answers, max_size=8))
def test_without_consent_no_plan_destroys(decided: list[Answer]) -> None:
    state = given_answers(HOSTS["used disk"], decided)
    consent = state.answers.volumes.erase if state.answers.volumes else ()
    if not {WWID, f"{TARGET}/0"} & set(consent):
        assert review(state).loses == ()


@pytest.mark.parametrize("host", sorted(HOSTS))
@pytest.mark.parametrize("step", ASKED)
def test_a_satisfied_step_has_no_mistakes(host: str, step: Step) -> None:
    state = HOSTS[host]
    if logic(step).satisfied(state) is not None:
        assert logic(step).problems(state) == ()
        assert logic(step).satisfied(state)


@pytest.mark.parametrize("step", ASKED)
def test_a_decided_answer_takes_the_place_of_the_defaults(step: Step) -> None:
    state = HOSTS["empty disk"]
    offered = logic(step).defaults(state)
    assert answer(state.answered(offered), step) == offered
    assert state.answered(offered).answers.of(step) == offered
    assert state.answered(offered).answers.of(Step.REVIEW) is None


def test_the_steps_are_in_order() -> None:
    assert (*AT_ONCE, *GATHERED) == ASKED
    assert [following(step) for step in ORDER] == [*ORDER[1:], ORDER[-1]]
    assert [preceding(step) for step in ORDER] == [ORDER[0], *ORDER[:-1]]
    assert all(step.is_asked == (step in ASKED) for step in ORDER)
    assert len({step.label for step in ORDER}) == len({step.question for step in ORDER}) == len(ORDER)


def test_going_back_keeps_every_answer() -> None:
    state = given_answers(HOSTS["installed"], [NameAnswer("iqn.2024-05.com.example:x"), ChapAnswer()])
    back = replace(state, step=Step.NAME)
    assert back.answers == state.answers
