import pytest
from hypothesis import given, strategies as st

from tui.setup.steps.portal import portal, problems
from tui.storage.model.iscsi import Portal


@pytest.mark.parametrize(
    ("address", "port", "found"),
    [
        ("192.0.2.10", "3260", Portal("192.0.2.10", 3260)),
        (" 192.0.2.10:3261 ", "3260", Portal("192.0.2.10", 3261)),
        ("2001:db8::10", "3260", Portal("2001:db8::10", 3260)),
        ("[2001:db8::10]", "860", Portal("2001:db8::10", 860)),
        ("[2001:db8::10]:3270", "3260", Portal("2001:db8::10", 3270)),
        ("san.example.com", "3260", Portal("san.example.com", 3260)),
        ("san_a", "3260", Portal("san_a", 3260)),
    ],
)
def test_reads_addresses(address: str, port: str, found: Portal) -> None:
    assert problems(address, port) == ()
    assert portal(address, port) == found


@pytest.mark.parametrize(
    ("address", "port", "code", "field"),
    [
        ("", "3260", "portal.empty", "address"),
        ("192.0.2", "3260", "portal.address", "address"),
        ("192.0.2.300", "3260", "portal.address", "address"),
        ("0.0.0.0", "3260", "portal.address", "address"),
        ("224.0.0.1", "3260", "portal.address", "address"),
        ("2001:db8:::1", "3260", "portal.address", "address"),
        ("fe80::1%eth0", "3260", "portal.link-local", "address"),
        ("fe80::1", "3260", "portal.link-local", "address"),
        ("san example", "3260", "portal.host-name", "address"),
        ("-san", "3260", "portal.host-name", "address"),
        ("san\x1b[31m", "3260", "portal.host-name", "address"),
        ("192.0.2.10", "0", "portal.port", "port"),
        ("192.0.2.10", "65536", "portal.port", "port"),
        ("192.0.2.10", "iscsi", "portal.port", "port"),
        ("192.0.2.10", "", "portal.port", "port"),
    ],
)
def test_says_what_is_wrong(address: str, port: str, code: str, field: str) -> None:
    (problem,) = problems(address, port)
    assert (problem.code, problem.field) == (code, field)
    assert problem.remedy
    assert "\x1b" not in problem.summary


@given(st.text(max_size=80), st.text(max_size=10))
def test_what_has_no_problem_is_a_portal(address: str, port: str) -> None:
    if problems(address, port) == ():
        found = portal(address, port)
        assert found.address
        assert 1 <= found.port <= 65535
