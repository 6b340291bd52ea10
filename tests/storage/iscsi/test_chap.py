"""CHAP settings: what is refused, what is advised against, and where each secret goes."""

from hypothesis import given, strategies as st

from tui.storage.iscsi.chap import (
    NO_CHAP,
    ChapKind,
    ChapSettings,
    advice,
    problems,
    which_secret_goes_where,
)
from tui.storage.secret import Secret

GOOD = "db7-Secret-01"
OTHER = "array-Secret2"


def codes(settings: ChapSettings) -> list[tuple[str, str]]:
    return [(problem.code, problem.field) for problem in problems(settings, "session.")]


def test_no_chap_is_no_problem() -> None:
    assert NO_CHAP.kind is ChapKind.NONE
    assert problems(NO_CHAP) == ()
    assert advice(NO_CHAP) == ()


def test_good_settings_have_no_problem() -> None:
    one_way = ChapSettings("db7", Secret(GOOD))
    mutual = ChapSettings("db7", Secret(GOOD), "array", Secret(OTHER))
    assert (one_way.kind, mutual.kind) == (ChapKind.ONE_WAY, ChapKind.MUTUAL)
    for settings in (one_way, mutual):
        assert problems(settings) == ()
        assert advice(settings) == ()
        assert not settings.lacks_secrets


def test_mutual_needs_one_way() -> None:
    settings = ChapSettings("", Secret(""), "array", Secret(OTHER))
    assert codes(settings) == [("chap.mutual-without-one-way", "session.username")]


def test_equal_secrets_are_refused() -> None:
    settings = ChapSettings("db7", Secret(GOOD), "array", Secret(GOOD))
    assert codes(settings) == [("chap.equal-secrets", "session.password_in")]


def test_halves_are_named() -> None:
    assert codes(ChapSettings("db7")) == [("chap.no-secret", "session.password")]
    assert codes(ChapSettings("", Secret(GOOD))) == [("chap.no-username", "session.username")]
    assert codes(ChapSettings("db7", Secret(GOOD), "array")) == [("chap.no-secret", "session.password_in")]
    assert codes(ChapSettings("db7", Secret(GOOD), "", Secret(OTHER))) == [
        ("chap.no-username", "session.username_in")
    ]


def test_what_a_record_cannot_hold_is_refused() -> None:
    assert codes(ChapSettings("db7", Secret("x" * 256))) == [("chap.too-long", "session.password")]
    assert codes(ChapSettings("ü" * 128, Secret(GOOD))) == [("chap.too-long", "session.username")]
    assert codes(ChapSettings("db7", Secret("two\nlines and more"))) == [
        ("chap.control-character", "session.password")
    ]
    assert codes(ChapSettings(" db7", Secret(GOOD))) == [("chap.blank-around", "session.username")]
    assert codes(ChapSettings("db7", Secret("<empty>"))) == [("chap.reserved", "session.password")]


def test_odd_secrets_are_only_advised_against() -> None:
    for secret, code in (
        ("short", "chap.unusual-length"),
        ("x" * 17, "chap.unusual-length"),
        ("with a space", "chap.unusual-characters"),
        ('quote"quote"1', "chap.unusual-characters"),
        ("0x0123456789ab", "chap.looks-coded"),
    ):
        settings = ChapSettings("db7", Secret(secret))
        assert problems(settings) == ()
        assert [problem.code for problem in advice(settings)] == [code]


def test_each_secret_has_its_place() -> None:
    assert which_secret_goes_where(ChapKind.NONE, ChapKind.NONE) == ()
    places = which_secret_goes_where(ChapKind.MUTUAL, ChapKind.MUTUAL, "iqn.2024-05.com.example:db7")
    assert [place.here.partition(",")[0] for place in places] == [
        "discovery.sendtargets.auth.username",
        "discovery.sendtargets.auth.username_in",
        "node.session.auth.username",
        "node.session.auth.username_in",
    ]
    assert "iqn.2024-05.com.example:db7" in places[2].there


def test_a_resumed_operation_lacks_its_secrets() -> None:
    assert ChapSettings("db7").lacks_secrets
    assert ChapSettings("db7", Secret(GOOD), "array").lacks_secrets
    assert not NO_CHAP.lacks_secrets


name = st.text(st.characters(blacklist_characters="§¶"), max_size=300)


@given(name, st.text(max_size=300), name, st.text(max_size=20))
def test_no_words_ever_hold_a_secret(
    username: str, password: str, username_in: str, password_in: str
) -> None:
    settings = ChapSettings(username, Secret(f"§{password}§"), username_in, Secret(f"¶{password_in}¶"))
    for problem in (*problems(settings), *advice(settings)):
        assert "§" not in repr(problem)
        assert "¶" not in repr(problem)
    assert "§" not in repr(settings)


@given(st.text(max_size=80), st.text(max_size=80))
def test_accepted_settings_survive_a_record_line(username: str, password: str) -> None:
    settings = ChapSettings(username, Secret(password))
    if settings.kind is not ChapKind.NONE and not problems(settings):
        for value in (username, password):
            line = f"key = {value}\n"
            assert line.splitlines() == [f"key = {value}"]
            assert line.partition("=")[2].strip() == value
