"""A name that is there: what is malformed, what is only odd, and what it was probably meant as."""

import pytest

from tui.storage.iscsi.iscsi_name import malformed_name, odd_name, plain_reading

NAME = "iqn.1993-08.org.debian:01:83616d6e91d"


@pytest.mark.parametrize(
    "name",
    [
        "iqn.2003-01.com.example:DB_Server01",
        "IQN.1993-08.org.debian:01:ABC_d",
        "eui.02004567A425678D",
        "EUI.02004567A425678D",
        "iqn.2003-13.com.example:x",
    ],
)
def test_what_targets_take_is_odd_and_not_malformed(name: str) -> None:
    assert malformed_name(name) == ()
    assert odd_name(name)


@pytest.mark.parametrize("name", [NAME, "naa.52004567BA64678D".lower()])
def test_a_name_by_the_rules_is_neither(name: str) -> None:
    assert malformed_name(name) == odd_name(name) == ()


@pytest.mark.parametrize("name", [f"{NAME} # my host", f'"{NAME}"', f"'{NAME}'"])
def test_a_comment_and_quotes_are_malformed_and_have_one_reading(name: str) -> None:
    assert malformed_name(name)
    assert plain_reading(name) == NAME


@pytest.mark.parametrize(
    "name", ["", "db7", "iqn.bad", "iqn.2003-01.com.example:a b", "iqn.2003-01.x:" + "y" * 300]
)
def test_what_is_no_name_has_no_reading(name: str) -> None:
    assert malformed_name(name)
    assert plain_reading(name) == ""
