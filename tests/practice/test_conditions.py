"""The conditions of goals: what they ask of an inventory, and how a mistake in one is named."""

import pytest

from tui.practice.condition import Comparison, NotACondition, collections, conditions
from tui.storage.model.files import Mount
from tui.storage.model.iscsi import NodeRecord, Portal, Session, SessionState, Timers
from tui.storage.stacks.stack import Stack

SESSION = Session(3, "iqn.2003-01.org.example:t1", Portal("192.0.2.10"), state=SessionState.LOGGED_IN)
MOUNT = Mount("/dev/mapper/data-app", "dm-0", "/srv/data", "ext4", ("rw", "relatime"), size=600 * 2**20)
STACK = Stack("target:t1", ("iqn.2003-01.org.example:t1",), ("data",), ())


@pytest.mark.parametrize(
    ("collection", "where", "thing", "holds"),
    [
        ("sessions", {"state": "LOGGED_IN"}, SESSION, True),
        ("sessions", {"state": {"not": "LOGGED_IN"}}, SESSION, False),
        ("sessions", {"state": {"one_of": ["FREE", "LOGGED_IN"]}}, SESSION, True),
        ("sessions", {"portal.port": 3260, "sid": {"at_least": 3, "at_most": 3}}, SESSION, True),
        ("sessions", {"portal.address": {"like": r"192\.0\.2\..*"}}, SESSION, True),
        ("sessions", {"portal.address": {"like": r"192\.0\.2"}}, SESSION, False),
        ("mounts", {"options": {"has": "rw"}, "size": {"at_least": "570M"}}, MOUNT, True),
        ("mounts", {"options": {"lacks": "rw"}}, MOUNT, False),
        ("mounts", {"used": {"at_most": "1G"}}, MOUNT, False),
        ("mounts", {"stack.volume_groups": {"has": "data"}}, MOUNT, True),
        ("mounts", {"stack.health": "good"}, MOUNT, True),
    ],
)
def test_a_condition_is_asked_of_a_thing(
    collection: str, where: dict[str, object], thing: object, holds: bool
) -> None:
    assert all(condition.holds(thing, STACK) for condition in conditions(collection, where)) is holds


def test_what_belongs_to_no_stack_meets_nothing_about_one() -> None:
    (asked,) = conditions("mounts", {"stack.targets": {"lacks": "iqn.2003-01.org.example:t2"}})
    assert not asked.holds(MOUNT, None)


def test_a_value_that_is_not_known_meets_nothing() -> None:
    record = NodeRecord("t", Portal("192.0.2.10"), timers=Timers())
    for test in ({"at_least": 0}, {"at_most": 999}, {"not": 5}):
        (asked,) = conditions("node_records", {"timers.replacement_timeout": test})
        assert not asked.holds(record, None)


def test_everything_an_inventory_lists_can_be_asked_about() -> None:
    assert {"sessions", "node_records", "mounts", "fstab", "initiator", "lvm", "rungs", "stacks"} <= set(
        collections()
    )
    assert "unseen" in collections()
    assert "modules" not in collections()


@pytest.mark.parametrize(
    ("collection", "where", "words"),
    [
        ("sesions", {}, "sesions is not a known collection"),
        ("sessions", {"stat": "FREE"}, "stat is not a field; valid fields: sid, target"),
        ("sessions", {"portal": "192.0.2.10"}, "portal is not a single value"),
        ("sessions", {"state.word": "x"}, "state.word names a field of a value"),
        ("sessions", {"sid": "three"}, "sid is a number; 'three' is not"),
        ("sessions", {"sid": True}, "sid is a number"),
        (
            "sessions",
            {"state": {"at_least": 3}},
            "cannot be compared by at_least; valid comparisons: is, not",
        ),
        ("sessions", {"state": {"like": "("}}, "not a valid regular expression"),
        ("mounts", {"options": ["rw"]}, "options is a list of strings"),
        ("logical_volumes", {"active": "yes"}, "active is a boolean"),
        ("services", {"stack.health": "good"}, "it has no stack"),
    ],
)
def test_a_condition_that_cannot_be_asked_says_why(
    collection: str, where: dict[str, object], words: str
) -> None:
    with pytest.raises(NotACondition) as caught:
        conditions(collection, where)
    assert words in str(caught.value)


def test_a_bare_value_is_the_likeliest_comparison() -> None:
    (has,) = conditions("mounts", {"options": "rw"})
    (equal,) = conditions("mounts", {"target": "/srv"})
    assert (has.test, equal.test) == (Comparison.HAS, Comparison.IS)
