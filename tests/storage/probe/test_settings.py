from hypothesis import given, strategies as st

from tui.storage.probe.iscsi.settings import Settings, parse_settings, print_settings, settings_by_key
from tui.storage.secret import MASK, Secret

CONF = """
# a comment = 1
node.startup = manual
  node.session.auth.password =  a=b #c d\t
#node.session.auth.password_in = old
no value here
two words = 3
node.startup = automatic
discovery.sendtargets.auth.username=u
node.session.timeo.replacement_timeout = 120
node.empty =
"""


def test_the_last_of_repeated_keys_counts_and_lines_are_numbered() -> None:
    lines = parse_settings(CONF)
    assert [(one.line, one.key) for one in lines if one.key == "node.startup"] == [
        (3, "node.startup"),
        (8, "node.startup"),
    ]
    assert Settings(lines).text("node.startup") == "automatic"


def test_a_secret_keeps_its_inner_characters_and_cannot_be_shown() -> None:
    secret = Settings(parse_settings(CONF)).secret("node.session.auth.password")
    assert secret == Secret("a=b #c d")
    assert "a=b" not in print_settings(parse_settings(CONF))
    assert MASK in print_settings(parse_settings(CONF))


def test_broken_lines_say_nothing() -> None:
    keys = {setting.key for setting in parse_settings(CONF)}
    assert "two words" not in keys
    assert "no value here" not in keys
    assert Settings(parse_settings(CONF)).secret("node.session.auth.password_in") is None


def test_chap_is_what_open_iscsi_will_do() -> None:
    facts = Settings(parse_settings(CONF)).chap("node.session.auth")
    assert facts.method == "None"
    assert facts.kind == "one-way"


@given(st.text())
def test_any_text_can_be_read(text: str) -> None:
    for setting in parse_settings(text):
        assert setting.line >= 1
        assert setting.key


@given(
    st.lists(
        st.tuples(
            st.from_regex(r"[a-zA-Z][a-zA-Z0-9.\[\]_]{0,30}", fullmatch=True).filter(
                lambda key: "password" not in key.lower()
            ),
            st.text(
                st.characters(exclude_categories=["Cc", "Cs", "Zs", "Zl", "Zp"]), min_size=1, max_size=40
            ),
        ),
        max_size=20,
    )
)
def test_what_is_printed_is_read_back(pairs: list[tuple[str, str]]) -> None:
    text = "".join(f"{key} = {value}\n" for key, value in pairs)
    read = parse_settings(text)
    assert [(one.key, one.value) for one in read] == pairs
    assert parse_settings(print_settings(read)) == read


_PIECES = st.sampled_from(
    [
        "node.name",
        "a.password",
        "x.PASSWORD_IN",
        "#",
        "=",
        " ",
        "\t",
        "\r",
        "\v",
        "\f",
        "\n",
        "\x1c",
        "\u00a0",
        "\u2028",
        "v",
    ]
)


@given(st.one_of(st.text(), st.lists(_PIECES, max_size=60).map("".join)))
def test_by_key_the_same_is_found_as_line_by_line(text: str) -> None:
    expected = {setting.key: setting.value for setting in parse_settings(text)}
    assert settings_by_key(text) == expected
    assert list(settings_by_key(text)) == list(expected)


def test_a_secret_is_wrapped_by_key_as_well() -> None:
    value = settings_by_key(CONF)["node.session.auth.password"]
    assert isinstance(value, Secret)
    assert str(value) == MASK
