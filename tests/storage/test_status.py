import argparse
import json
import re
import subprocess
import sys
import unicodedata
from pathlib import Path

import pytest
from msgspec.structs import fields

from tests.machines.trees import HOSTILE, hostile
from tui.recovery.diagnosis import diagnose
from tui.recovery.gather import gather
from tui.storage import status
from tui.storage.host.interface import Host
from tui.storage.host.recorded import RecordedHost
from tui.storage.model.inventory import Inventory
from tui.storage.probe.inventory import take_inventory
from tui.storage.problem import ConsoleError, Problem
from tui.storage.stacks.judgement import Judged, Judgement, judge
from tui.storage.stacks.stack import stacks

MACHINES = Path(__file__).parents[1] / "machines"


def recorded(name: str) -> RecordedHost:
    return RecordedHost(str(MACHINES / f"{name}.json"))


def inventory_of(name: str) -> Inventory:
    return take_inventory(recorded(name))


def diagnosed(host: Host) -> tuple[Inventory, Judgement]:
    diagnosis = diagnose(gather(host, 60.0))
    return diagnosis.evidence.inventory, diagnosis.judgement


def judged(name: str) -> tuple[Inventory, Judged]:
    inventory, judgement = diagnosed(recorded(name))
    return inventory, judge(judgement.seen, judgement)


def test_the_ladder_in_words() -> None:
    text = status.status_text(*judged("failed-session"))
    assert "FAILED" in text
    assert "First broken layer: session 1." in text
    assert "/iscsi data" in text
    assert "Not read, so it may exist although it is not listed above:" in text


def test_hostile_names_come_out_clean() -> None:
    inventory = take_inventory(hostile())
    assert inventory.sessions[0].target == HOSTILE[0]
    found = judge(stacks(inventory))
    text = status.status_text(inventory, found)
    unsafe = {character for character in text if unicodedata.category(character) in {"Cc", "Cf", "Cs"}}
    assert unsafe == {"\n"}
    assert max(len(line) for line in text.split("\n")) < 1000
    document = status.status_json(inventory, found)
    assert document.isascii()
    assert {character for character in document if ord(character) < 32} == {"\n"}
    assert json.loads(document)["sessions"][0]["target"] == HOSTILE[0]


def test_the_document_has_the_fields_of_the_model_and_says_which_stack() -> None:
    inventory, found = judged("multipath-xfs")
    document = json.loads(status.status_json(inventory, found))
    names = set(inventory.__struct_fields__)
    assert set(document) == names | {"schema", "stacks", "diagnosis"}
    assert document["schema"] == 1
    (stack,) = document["stacks"]
    for kind in (
        "node_records",
        "sessions",
        "luns",
        "multipath_maps",
        "physical_volumes",
        "volume_groups",
        "logical_volumes",
        "filesystems",
        "mounts",
        "swaps",
        "fstab",
    ):
        mine = [one for one in document[kind] if one["stack"] == stack["key"]]
        assert mine, kind
    assert {one["stack"] for one in document["sessions"]} == {stack["key"]}
    root = next(one for one in document["mounts"] if one["target"] == "/")
    assert root["stack"] is None
    assert document["sessions"][0]["portal"] == {
        "address": "192.0.2.10",
        "port": 3260,
        "tpgt": 1,
        "resolved": [],
    }
    assert stack["first_broken"] is None


def test_without_a_diagnosis_nothing_is_called_well() -> None:
    inventory = inventory_of("single-path-ext4")
    found = judge(stacks(inventory))
    text = status.status_text(inventory, found)
    assert "not checked yet" in text
    assert "This is the inventory alone." in text
    assert not re.search(r"^ *(ok|not there) ", text, re.MULTILINE)
    document = json.loads(status.status_json(inventory, found))
    assert document["diagnosis"] is None
    assert {rung["health"] for stack in document["stacks"] for rung in stack["rungs"]} == {"unknown"}


def test_a_host_that_is_not_read_in_time_is_listed_without_a_diagnosis(
    capsys: pytest.CaptureFixture[str],
) -> None:
    def too_slow(_host: Host) -> tuple[Inventory, Judgement]:
        raise ConsoleError(Problem("doctor.no-inventory", "It could not be read within 4.5 s."))

    capture = str(MACHINES / "single-path-ext4.json")
    arguments = argparse.Namespace(json=False, quick=False, recorded=capture)
    assert status.main(arguments, too_slow) == 0
    said = capsys.readouterr()
    assert "It could not be read within 4.5 s." in said.err
    assert "not checked yet" in said.out


def test_every_top_level_field_is_in_the_table_of_the_docstring() -> None:
    documented = status.__doc__ or ""
    for field in fields(Inventory):
        assert field.name.startswith("_") or field.name in documented, field.name


def test_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    recorded = str(MACHINES / "record-only.json")
    arguments = argparse.Namespace(json=True, quick=False, recorded=recorded)
    assert status.main(arguments, diagnosed) == 0
    assert json.loads(capsys.readouterr().out)["node_records"][0]["startup"] == "manual"


def test_status_imports_no_screen_and_a_bad_capture_is_explained(tmp_path: Path) -> None:
    code = (
        "import sys; from tui.__main__ import main; status = main(); "
        "assert 'textual' not in sys.modules; sys.exit(status)"
    )
    good = str(MACHINES / "bare.json")
    run = subprocess.run(
        [sys.executable, "-c", code, "status", "--recorded", good], capture_output=True, check=False
    )
    assert run.returncode == 0, run.stderr
    assert b"Storage on lab" in run.stdout
    bad = tmp_path / "bad.json"
    bad.write_text("{}")
    run = subprocess.run(
        [sys.executable, "-c", code, "status", "--recorded", str(bad)], capture_output=True, check=False
    )
    assert run.returncode == 1
    assert b"is not a capture of this program" in run.stderr
    assert b"Traceback" not in run.stderr
