import pytest
from msgspec.structs import replace

from tests.setup.building import NAME, codes, installed, known, logged_in, state_of
from tui.setup.answers import ChapAnswer, ChapChoice, ChapScope
from tui.setup.state import SetupState
from tui.setup.steps import chap
from tui.storage.iscsi.chap import ChapKind, ChapSettings
from tui.storage.model.iscsi import ChapFacts
from tui.storage.operations.iscsi.chap import SetDefaultChap
from tui.storage.secret import Secret

PLANTED = "planted-secret"
ONE_WAY = ChapChoice(ChapKind.ONE_WAY, "host", Secret(PLANTED))
MUTUAL = ChapChoice(ChapKind.MUTUAL, "host", Secret(PLANTED), "array", Secret("answered-secret"))


def asked(session: ChapChoice = ChapChoice(), discovery: ChapChoice = ChapChoice()) -> SetupState:  # noqa: B008 (frozen)
    return state_of(installed()).answered(ChapAnswer(discovery, session))


def test_a_fresh_host_has_none_and_is_asked() -> None:
    state = state_of(installed())
    assert chap.defaults(state) == ChapAnswer()
    assert chap.satisfied(state) is None
    assert chap.blocker(state) is None
    assert chap.plan(state).operations == ()


def test_a_host_that_is_logged_in_needs_nothing() -> None:
    assert chap.satisfied(state_of(logged_in())) is not None
    assert chap.satisfied(state_of(logged_in()).answered(ChapAnswer(session=ONE_WAY))) is None


def test_the_names_of_the_records_are_offered_without_secrets() -> None:
    offered = chap.defaults(state_of(known(chap=ChapKind.MUTUAL)))
    assert offered.session == ChapChoice(ChapKind.MUTUAL, "host", username_in="array")
    assert not offered.session.password


@pytest.mark.parametrize(
    ("choice", "code", "field"),
    [
        (ChapChoice(ChapKind.ONE_WAY), "chap.no-username", "session.username"),
        (ChapChoice(ChapKind.ONE_WAY, "host"), "chap.no-secret", "session.password"),
        (ChapChoice(ChapKind.ONE_WAY, "", Secret("x" * 12)), "chap.no-username", "session.username"),
        (ChapChoice(ChapKind.ONE_WAY, "host", Secret("x" * 256)), "chap.too-long", "session.password"),
        (ChapChoice(ChapKind.ONE_WAY, "host", Secret("a\nb")), "chap.control-character", "session.password"),
        (replace(MUTUAL, password_in=Secret(PLANTED)), "chap.equal-secrets", "session.password_in"),
        (
            replace(MUTUAL, username="", password=Secret("")),
            "chap.mutual-without-one-way",
            "session.username",
        ),
        (replace(MUTUAL, username_in="", password_in=Secret("")), "chap.no-username", "session.username_in"),
    ],
)
def test_mistakes_name_their_field(choice: ChapChoice, code: str, field: str) -> None:
    found = chap.problems(asked(choice))
    assert (code, field) in {(problem.code, problem.field) for problem in found}
    assert chap.blocker(asked(choice)) == found[0]
    assert PLANTED not in str(found)


def test_the_same_rules_hold_for_discovery() -> None:
    (problem,) = chap.problems(asked(discovery=ChapChoice(ChapKind.ONE_WAY, "host")))
    assert problem.field == "discovery.password"


def test_a_stored_secret_need_not_be_typed_again() -> None:
    state = state_of(known(chap=ChapKind.ONE_WAY))
    same = state.answered(ChapAnswer(session=ChapChoice(ChapKind.ONE_WAY, "host")))
    assert chap.problems(same) == ()
    stored = state.inventory.node_records[0].chap
    assert chap.to_write(chap.answer(same).session, stored) is None
    other = state.answered(ChapAnswer(session=ChapChoice(ChapKind.ONE_WAY, "other")))
    assert codes(chap.problems(other)) == ["chap.no-secret"]


def test_only_what_the_kind_asks_for_is_written() -> None:
    left_over = replace(MUTUAL, kind=ChapKind.ONE_WAY)
    assert chap.to_write(left_over, ChapFacts()) == ChapSettings("host", Secret(PLANTED))
    none = replace(MUTUAL, kind=ChapKind.NONE)
    assert chap.to_write(none, ChapFacts()) is None
    assert chap.to_write(none, ChapFacts("CHAP", "host", has_password=True)) == ChapSettings()


def test_defaults_go_into_the_configuration() -> None:
    state = state_of(installed()).answered(ChapAnswer(ONE_WAY, MUTUAL, ChapScope.DEFAULTS))
    (operation,) = chap.plan(state).operations
    assert operation == SetDefaultChap(MUTUAL.settings, ONE_WAY.settings)


def test_secrets_some_storage_refuses_are_pointed_out() -> None:
    assert "chap.unusual-length" in codes(
        chap.warnings(asked(ChapChoice(ChapKind.ONE_WAY, "host", Secret("short"))))
    )
    assert chap.warnings(asked(ONE_WAY)) == ()


def test_every_secret_has_its_place() -> None:
    assert len(chap.placements(asked(MUTUAL, ONE_WAY))) == 3
    assert any(NAME in place.there for place in chap.placements(asked(MUTUAL)))
    assert chap.placements(asked()) == ()


@pytest.mark.parametrize("scope", list(ChapScope))
def test_no_secret_is_shown(scope: ChapScope) -> None:
    state = state_of(installed()).answered(ChapAnswer(ONE_WAY, MUTUAL, scope))
    assert PLANTED not in str(chap.explain(state))
    assert PLANTED not in repr(state)
    assert chap.explain(state).runs


def test_the_note_tells_both() -> None:
    assert chap.note(asked()) == "none"
    assert chap.note(asked(MUTUAL, ONE_WAY)) == "mutual, discovery one-way"
