"""What a word on the command line names on a recorded host."""

from pathlib import Path

import pytest

from tui.commands import plans_of_storage
from tui.commands.choosing import grows_named, part_named, records_named, volume_named
from tui.commands.planned import Arguments, Planned
from tui.maintenance.dependents import Subject, SubjectKind
from tui.maintenance.reconnect import Disconnected
from tui.storage.host.recorded import RecordedHost
from tui.storage.model.inventory import Inventory
from tui.storage.probe.inventory import take_inventory
from tui.storage.problem import Refused

RECORDED = Path(__file__).resolve().parent.parent / "machines" / "multipath-xfs.json"
TARGET = "iqn.2003-01.org.linux-iscsi.lab:t1"


@pytest.fixture(scope="module")
def inventory() -> Inventory:
    return take_inventory(RecordedHost(str(RECORDED)))


@pytest.mark.parametrize(
    ("word", "kind", "name"),
    [
        (TARGET, "target", TARGET),
        ("vg0", "volume-group", "vg0"),
        ("vg0/data", "logical-volume", "data"),
        ("/dev/vg0/data", "logical-volume", "data"),
        ("/data", "mount", "/data"),
        ("198.51.100.10:3260", "portal", f"{TARGET} 198.51.100.10:3260"),
        ("/dev/sda", "lun", f"{TARGET} 0"),
    ],
)
def test_a_part_has_several_names(inventory: Inventory, word: str, kind: str, name: str) -> None:
    subject = part_named(inventory, word)
    assert subject is not None
    assert (subject.kind.value, subject.name) == (kind, name)
    again = part_named(inventory, subject.key)
    assert again == subject


def test_a_name_of_several_things_is_refused_with_all_of_them(inventory: Inventory) -> None:
    with pytest.raises(Refused) as raised:
        part_named(inventory, "naa.6001405d16f77073e8f52bf8b4899727")
    assert raised.value.problem.code == "choice.several"
    assert len(raised.value.problem.evidence) == 2


def test_what_is_nowhere_is_refused_unless_it_was_disconnected(inventory: Inventory) -> None:
    with pytest.raises(Refused) as raised:
        part_named(inventory, "vg9")
    assert raised.value.problem.code == "choice.none"
    assert part_named(inventory, "vg9", away=True) is None


def test_what_went_with_something_else_is_disconnected_by_its_own_name(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    gone = Subject(SubjectKind.VOLUME_GROUP, "vg:old-uuid", "vg_old")
    note = Disconnected("20260101-000000-000", gone, 1.0, None, went=("vg_old/data", "/srv/old"))
    monkeypatch.setattr(plans_of_storage, "disconnected", lambda _host: (note,))

    def planned(word: str) -> Planned:
        options = {"what": word, "users": "wait", "at_boot": "off", "patience": 1}
        return plans_of_storage.disconnect(RecordedHost(str(RECORDED)), Arguments(options))

    for name in ("vg_old", "vg:old-uuid", "vg_old/data", "/srv/old"):
        assert planned(name).proposal.plan.operations == ()
    with pytest.raises(Refused):
        planned("/srv/odl")
    assert planned("/data").proposal.plan.operations


def test_volumes_and_records(inventory: Inventory) -> None:
    assert volume_named(inventory, "vg0/data").name == "data"
    assert grows_named(inventory, "/data").words == "vg0/data"
    assert len(records_named(inventory, TARGET)) == 2
    assert len(records_named(inventory, TARGET, "192.0.2.10")) == 1
    with pytest.raises(Refused):
        records_named(inventory, TARGET, "192.0.2.99")
