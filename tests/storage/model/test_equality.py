"""What counts when inventories and portals are compared."""

from msgspec.structs import replace

from tui.storage.model.inventory import Inventory
from tui.storage.model.iscsi import Portal, Session


def test_an_inventory_is_the_same_at_another_moment() -> None:
    early, late = Inventory("db7", taken_at=1.0), Inventory("db7", taken_at=2.0)
    assert early == late
    assert not early != late  # noqa: SIM202 - this comparison has a code of its own
    assert hash(early) == hash(late)
    other = replace(late, root=True)
    assert other != late
    assert not other == late  # noqa: SIM201 - likewise


def test_an_inventory_answers_for_what_was_put_into_it() -> None:
    """What it looked up is not carried into a changed copy."""
    empty = Inventory("db7")
    assert empty.session(3) is None
    assert replace(empty, sessions=(Session(3, "iqn.2003-01.org.example:t", Portal("192.0.2.1")),)).session(3)


def test_a_portal_is_the_same_whatever_its_name_stands_for_now() -> None:
    named = Portal("san.example", resolved=("192.0.2.1",))
    assert named == Portal("san.example")
    assert not named != Portal("san.example")  # noqa: SIM202 - this comparison has a code of its own
    assert len({named, Portal("san.example")}) == 1
    assert named != Portal("san.example", tpgt=1)
    assert sorted([Portal("b"), named, Portal("a", tpgt=2), Portal("a")]) == [
        Portal("a"), Portal("a", tpgt=2), Portal("b"), named,
    ]  # fmt: skip
