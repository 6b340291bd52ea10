from collections.abc import Sequence

import pytest
from hypothesis import given, strategies as st

from tests.storage.scripted_host import ScriptedHost
from tui.storage.host.interface import Outcome
from tui.storage.model.iscsi import Portal
from tui.storage.probe.iscsi.host_names import PATIENCE, addresses_of, with_addresses


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("2001:db8::10", "2001:DB8:0:0::10"),
        ("2001:db8::10", "2001:0db8:0000:0000:0000:0000:0000:0010"),
        ("2001:db8::10", "[2001:db8::10]"),
        ("192.0.2.10", "::ffff:192.0.2.10"),
        ("192.0.2.10", "::ffff:c000:20a"),
        ("192.0.2.8", "192.0.2.010"),
        ("fe80::1%eth0", "FE80:0::1%eth0"),
        ("nas.example.com", "NAS.example.com."),
    ],
)
def test_one_place_in_two_spellings(one: str, other: str) -> None:
    assert Portal(one).is_same_place(Portal(other, tpgt=2))
    assert not Portal(one).is_same_place(Portal(other, 3261))
    assert not Portal(one).is_written_as(Portal(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("2001:db8::10", "2001:db8::11"),
        ("fe80::1%eth0", "fe80::1%eth1"),
        ("fe80::1%eth0", "fe80::1"),
        ("nas.example.com", "192.0.2.10"),
        ("nas", "nas.example.com"),
        ("", "192.0.2.10"),
    ],
)
def test_different_places(one: str, other: str) -> None:
    assert not Portal(one).is_same_place(Portal(other))


def test_a_host_name_is_its_addresses_and_stays_as_written() -> None:
    lines = "192.0.2.10      STREAM nas\n192.0.2.10      DGRAM  \n2001:db8::10    STREAM \n"
    host = ScriptedHost(replies={("getent", "ahosts", "nas"): Outcome(0, lines)})
    portals = (Portal("nas"), Portal("192.0.2.10"), Portal("-x"), Portal("a b"))
    addresses = addresses_of(host, portals)
    assert [command.argv for command in host.commands] == [("getent", "ahosts", "nas")]
    found = with_addresses(portals[0], addresses)
    assert found.label == "nas:3260"
    assert found == Portal("nas")
    assert found.is_same_place(Portal("2001:DB8::10"))
    assert Portal("192.0.2.10").is_same_place(found)
    assert with_addresses(portals[1], addresses) is portals[1]


def test_a_resolver_that_does_not_answer_holds_nothing_up_for_long() -> None:
    host = ScriptedHost(replies={("getent",): Outcome(None)})
    names = tuple(Portal(f"nas{number}") for number in range(20))
    assert set(addresses_of(host, names).values()) == {()}
    assert sum(command.deadline for command in host.commands) <= PATIENCE


@given(st.lists(st.text(max_size=20), min_size=2, max_size=2))
def test_any_text_is_compared(texts: Sequence[str]) -> None:
    one, other = (Portal(text) for text in texts)
    assert one.is_same_place(other) == other.is_same_place(one)
    assert one.is_same_place(Portal(one.address))
