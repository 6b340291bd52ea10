"""A plan as a file: what is in it, and whose plan is carried out."""

import json
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from tests.setup.building import PORTAL, TARGET
from tests.storage.scripted_host import ScriptedHost
from tui.commands.identities import devices_of, machine_of
from tui.commands.plan_file import (
    OLDEST,
    parse_plan,
    plan_document,
    plan_file_text,
    read_plan_file,
    refuse_elsewhere,
)
from tui.commands.planned import Planned
from tui.commands.secrets_of_plans import filled, secrets_of
from tui.maintenance.proposal import Proposal, way_back_of
from tui.storage.changing.plan import Plan
from tui.storage.host.recorded import RecordedHost
from tui.storage.iscsi.chap import ChapSettings
from tui.storage.operations.iscsi.chap import SetRecordChap
from tui.storage.operations.iscsi.records import SetRecordValues
from tui.storage.operations.operation import Operation
from tui.storage.probe.inventory import take_inventory
from tui.storage.problem import Refused
from tui.storage.secret import Secret

MACHINE_ID = "0123456789abcdef0123456789abcdef"
BOOT = "/proc/sys/kernel/random/boot_id"
CHAP = SetRecordChap(TARGET, PORTAL, "default", ChapSettings("me", Secret("hush-hush-hush")))
MANUAL = SetRecordValues(
    TARGET, PORTAL, "default", (("node.startup", "manual"),), (("node.startup", "automatic"),)
)


def host(**files: str) -> ScriptedHost:
    return ScriptedHost(files={"/etc/machine-id": f"{MACHINE_ID}\n", BOOT: "boot-1\n", **files})


def stored(*operations: Operation, on: ScriptedHost | None = None) -> dict[str, Any]:
    plan = Plan("Change it", operations)
    proposal = Proposal(plan, "for the test", ("a note",), yes="Save", way_back=way_back_of(plan))
    found: dict[str, Any] = json.loads(plan_file_text(plan_document(on or host(), Planned(proposal))))
    return found


def refusal(document: dict[str, Any], on: ScriptedHost | None = None) -> str:
    with pytest.raises(Refused) as raised:
        refuse_elsewhere(parse_plan(json.dumps(document), "plan.json"), on or host())
    return raised.value.problem.code


def test_a_plan_comes_back_as_it_was() -> None:
    found = parse_plan(json.dumps(stored(MANUAL)), "plan.json")
    refuse_elsewhere(found, host())
    assert found.proposal.plan == Plan("Change it", (MANUAL,))
    assert (found.proposal.why, found.proposal.notes, found.proposal.yes) == (
        "for the test",
        ("a note",),
        "Save",
    )
    assert found.proposal.way_back == way_back_of(found.proposal.plan)


def test_neither_secret_nor_machine_id_is_in_it() -> None:
    text = json.dumps(stored(CHAP))
    assert "hush" not in text
    assert MACHINE_ID not in text
    assert stored(CHAP)["secrets"] == ["session.password"]


def test_a_secret_is_asked_for_again_and_put_where_it_was() -> None:
    plan = parse_plan(json.dumps(stored(CHAP)), "plan.json").proposal.plan
    with pytest.raises(Refused) as raised:
        filled(plan, {})
    assert "session.password=PATH" in raised.value.problem.remedy
    assert filled(plan, {"session.password": Secret("hush-hush-hush")}).operations == (CHAP,)
    assert secrets_of(plan) == ("session.password",)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"machine": "f" * 64}, "plan.other-host"),
        ({"machine": ""}, "plan.other-host"),
        ({"made_at": 1.0}, "plan.old"),
    ],
)
def test_another_host_and_an_old_plan_are_refused(change: dict[str, Any], code: str) -> None:
    assert refusal({**stored(MANUAL), **change}) == code


def test_a_plan_is_good_for_a_day() -> None:
    document = stored(MANUAL)
    later = host()
    later.clock += OLDEST - 1
    refuse_elsewhere(parse_plan(json.dumps(document), "plan.json"), later)
    later.clock += 2
    assert refusal(document, later) == "plan.old"
    later.clock = 1_700_000_000.0
    assert refusal(document, later) == "plan.old"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        json.dumps({**stored(MANUAL), "version": 2}),
        json.dumps({**stored(MANUAL), "program": "0.0.1"}),
        json.dumps({**stored(MANUAL), "operations": [{"kind": "Launch", "fields": {}}]}),
        json.dumps({**stored(MANUAL), "devices": [{"path": 3}]}),
        "[" * 100_000,
    ],
)
def test_what_is_no_plan_of_this_version_is_refused_in_words(text: str) -> None:
    with pytest.raises(Refused) as raised:
        parse_plan(text, "plan.json")
    assert raised.value.problem.code == "plan.unusable"


def test_a_plan_that_others_may_write_is_not_used(tmp_path: Path) -> None:
    path = tmp_path / "plan.json"
    path.write_text(json.dumps(stored(MANUAL)))
    path.chmod(0o666)
    with pytest.raises(Refused) as raised:
        read_plan_file(str(path))
    assert raised.value.problem.code == "file.writable"
    path.chmod(0o600)
    assert read_plan_file(str(path)).proposal.plan.operations == (MANUAL,)


RECORDED = Path(__file__).resolve().parent.parent / "machines" / "multipath-xfs.json"


def test_every_device_that_a_plan_names_is_known_with_those_below() -> None:
    inventory = take_inventory(RecordedHost(str(RECORDED)))
    session = inventory.sessions[0]
    plan = Plan("", (SetRecordValues(session.target, session.portal, "default", (), ()),))
    assert devices_of(inventory, plan) == ()
    found = devices_of(inventory, replace(plan, operations=(MANUAL, *_unmounts())))
    assert [device.path for device in found] == [
        "/dev/mapper/mpatha",
        "/dev/mapper/vg0-data",
        "/dev/sda",
        "/dev/sdb",
    ]
    assert {device.wwid for device in found} == {"naa.6001405d16f77073e8f52bf8b4899727"}


def _unmounts() -> tuple[Operation, ...]:
    from tui.storage.operations.mounts.mount import UnmountFilesystem

    return (UnmountFilesystem("/dev/vg0/data", "/data", "xfs"),)


def test_the_hash_of_a_machine_is_its_own() -> None:
    other = ScriptedHost(files={"/etc/machine-id": f"{'f' * 32}\n"})
    assert machine_of(host()) != machine_of(other)
    assert machine_of(ScriptedHost()) == ""
