"""iSCSI names: one precise sentence per mistake, and never a good name refused."""

import re

import pytest
from hypothesis import example, given, strategies as st

from tui.storage.iscsi.iscsi_name import (
    LONGEST,
    is_usable_target,
    looks_cloned,
    name_problems,
    name_warnings,
    normalise,
)

GRAMMAR = re.compile(
    r"iqn\.[0-9]{4}-(0[1-9]|1[0-2])\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*"
    r"(?::[a-z0-9.:-]+)?|eui\.[0-9a-f]{16}|naa\.(?:[0-9a-f]{16}|[0-9a-f]{32})"
)

label = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,8}[a-z0-9])?", fullmatch=True)
good_iqn = st.builds(
    lambda year, month, labels, unique: f"iqn.{year:04d}-{month:02d}.{'.'.join(labels)}{unique}",
    st.integers(1000, 9999),
    st.integers(1, 12),
    st.lists(label, min_size=1, max_size=4),
    st.just("") | st.from_regex(r":[a-z0-9.:-]{1,30}", fullmatch=True),
)
good_name = good_iqn | st.from_regex(r"eui\.[0-9a-f]{16}|naa\.([0-9a-f]{16}|[0-9a-f]{32})", fullmatch=True)
near_name = st.lists(
    st.sampled_from(
        ["iqn.", "eui.", "naa.", "2024-05", "2024-13", "24-5", ".", ":", "-", "_", " ", "#", "com", "Example"]
    )
    | st.text(max_size=3),
    max_size=10,
).map("".join)


def codes(text: str, *, for_target: bool = False) -> list[str]:
    return [problem.code for problem in name_problems(text, for_target=for_target)[1]]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "name.empty"),
        ("   ", "name.empty"),
        (" iqn.2024-05.com.example:db7", "name.leading-blank"),
        ("iqn.2024-05.com.example:db7 ", "name.trailing-blank"),
        ("iqn.2024-05.com.example:DB7", "name.capitals"),
        ("iqn.2024-05.com.example:db_7", "name.underscore"),
        ("iqn.2024-05.com.example:db7 # the new one", "name.comment"),
        ("iqn.2024-05.com.example:db 7", "name.blank-inside"),
        ("iqn.2024-05.com.example:db/7", "name.character"),
        ("iqn.2024-05.com.example:größe", "name.character"),
        ("iqn.2024-13.com.example:db7", "name.month"),
        ("iqn.2024-00.com.example:db7", "name.month"),
        ("iqn.2024-5.com.example:db7", "name.month"),
        ("iqn.24-05.com.example:db7", "name.date"),
        ("iqn.202405.com.example:db7", "name.date"),
        ("iqn.com.example:db7", "name.date-missing"),
        ("iqn.2024-05:db7", "name.domain-missing"),
        ("iqn.2024-05.:db7", "name.domain-missing"),
        ("iqn.2024-05", "name.domain-missing"),
        ("iqn.2024-05.com..example:db7", "name.domain"),
        ("iqn.2024-05.com.-example:db7", "name.domain"),
        ("iqn.2024-05.com.example:", "name.colon-at-end"),
        ("ign.2024-05.com.example:db7", "name.prefix"),
        ("iqn:2024-05.com.example:db7", "name.prefix"),
        ("db7", "name.prefix"),
        ("eui.0123", "name.eui-length"),
        ("eui.0123456789abcdeg", "name.eui-digits"),
        ("naa.0123456789abcde", "name.naa-length"),
        ("InitiatorName=iqn.2024-05.com.example:db7", "name.assignment"),
        ('"iqn.2024-05.com.example:db7"', "name.quotes"),
        ("iqn.2024-05.com.example:" + "x" * 200, "name.too-long"),
    ],
)
def test_every_mistake_has_its_own_sentence(text: str, expected: str) -> None:
    assert codes(text) == [expected]


def test_several_mistakes_are_all_named() -> None:
    assert codes(" iqn.2024-13.com.example:DB_7") == [
        "name.leading-blank",
        "name.capitals",
        "name.underscore",
        "name.month",
    ]


def test_what_only_needs_another_spelling_is_offered_so() -> None:
    better, problems = name_problems(" InitiatorName=IQN.2024-05.com.Example:DB7\n")
    assert better == "iqn.2024-05.com.example:db7"
    assert problems
    assert all("iqn.2024-05.com.example:db7" in problem.remedy for problem in problems)
    assert name_problems(better) == (better, ())


def test_full_width_letters_are_normalised() -> None:
    assert normalise("ｉｑｎ.2024-05.com.example:ｄｂ７") == "iqn.2024-05.com.example:db7"  # noqa: RUF001 (they are the point)


@given(good_name)
def test_a_good_name_has_no_problem(name: str) -> None:
    if len(name) <= LONGEST:
        assert name_problems(name) == (name, ())


@given(st.text() | near_name)
@example("iqn.2024-05.com.example:db7\x1b[31m")
@example("InitiatorName=InitiatorName=iqn.2024-05.com.example:db7")
def test_no_problem_means_that_the_grammar_holds(text: str) -> None:
    better, problems = name_problems(text)
    if not problems:
        assert better == text
    assert (not problems) == (GRAMMAR.fullmatch(text) is not None and len(text) <= LONGEST)
    for problem in problems:
        assert problem.summary.isprintable()
        assert problem.remedy.isprintable()


def test_a_target_keeps_what_the_rules_do_not_allow() -> None:
    name = "iqn.2001-05.com.array:Vol_1"
    assert name_problems(name, for_target=True) == (name, ())
    assert [problem.code for problem in name_warnings(name, for_target=True)] == [
        "name.underscore",
        "name.capitals",
    ]
    assert name_warnings("iqn.2001-05.com.array:vol-1", for_target=True) == ()


def test_a_domain_written_forwards_is_pointed_out() -> None:
    warnings = name_warnings("iqn.2024-05.storage.example.com:db7")
    assert [warning.code for warning in warnings] == ["name.domain-order"]
    assert "com.example.storage" in warnings[0].remedy
    assert name_warnings("iqn.2024-05.com.example:db7.example.com") == ()


@pytest.mark.parametrize(
    "name",
    ["iqn.1993-08.org.debian:01:template", "iqn.1993-08.org.debian:01:00000000", "iqn.1993-08.org.debian:"],
)
def test_a_placeholder_looks_cloned(name: str) -> None:
    hint = looks_cloned(name)
    assert hint is not None
    assert hint.code == "name.placeholder"


def test_a_name_older_than_the_machine_looks_cloned() -> None:
    name = "iqn.1993-08.org.debian:01:c3b048656983"
    assert looks_cloned(name) is None
    assert looks_cloned(name, written=1e9, machine_made=1e9 + 60) is None
    hint = looks_cloned(name, written=1e9, machine_made=1e9 + 7 * 86_400)
    assert hint is not None
    assert hint.code == "name.older-than-machine"


@given(st.text())
@example("-oX")
@example("../../etc/passwd")
@example("iqn.2001-05.com.array:Vol_1")
def test_only_plain_words_are_usable_targets(name: str) -> None:
    if is_usable_target(name):
        assert re.fullmatch(r"[A-Za-z][A-Za-z0-9.:_-]{0,222}", name)


def test_an_odd_but_plain_name_is_usable() -> None:
    assert is_usable_target("iqn.2001-05.com.array:Vol_1")
    assert not is_usable_target("iqn.2001-05.com.array:a/b")
