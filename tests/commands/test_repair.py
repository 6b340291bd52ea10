"""A repair by command: which fix of which finding, and what is not known is not called well."""

import re

import pytest
from msgspec.structs import replace

from tests.recovery.expectations.test_expectations import LINE, unmounted
from tests.recovery.making import evidence_of, single_path
from tests.storage.scripted_host import ScriptedHost
from tui.commands import plans_of_repair
from tui.commands.planned import Arguments, Planned
from tui.lab.places import project_folder
from tui.recovery.codes import CODES
from tui.recovery.diagnosis import diagnose
from tui.recovery.evidence import Evidence, Item, Unread
from tui.storage.problem import Refused


def planned(monkeypatch: pytest.MonkeyPatch, evidence: Evidence, code: str, **more: object) -> Planned:
    monkeypatch.setattr(plans_of_repair, "gather", lambda _host, _within: evidence)
    return plans_of_repair.repair(ScriptedHost(), Arguments({"code": code, **more}))


def refusal(monkeypatch: pytest.MonkeyPatch, evidence: Evidence, code: str, **more: object) -> str:
    with pytest.raises(Refused) as raised:
        planned(monkeypatch, evidence, code, **more)
    return raised.value.problem.code


def down() -> Evidence:
    """A host whose iscsid does not answer, which has a fix with a plan."""
    return evidence_of(replace(single_path(), daemon_answers=False))


def test_what_is_not_found_on_a_host_that_was_read_needs_no_repair(monkeypatch: pytest.MonkeyPatch) -> None:
    assert planned(monkeypatch, evidence_of(single_path()), "F05").proposal.plan.operations == ()


def test_what_could_not_be_read_is_not_called_well(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = evidence_of(single_path())
    unread = replace(whole, unread=(Unread(Item.KERNEL, "no answer in time"),))
    assert refusal(monkeypatch, unread, "F05") == "repair.not-read"
    not_root = evidence_of(replace(single_path(), root=False))
    assert refusal(monkeypatch, not_root, "F05.session-lost") == "repair.not-read"


@pytest.mark.parametrize("code", ["lost", "F51.not-in-fstb", "F99", "F5"])
def test_a_code_that_is_none_is_refused(monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    assert refusal(monkeypatch, evidence_of(single_path()), code) == "repair.code"


def test_a_finding_is_named_as_its_key_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    evidence = unmounted(LINE)
    (found,) = diagnose(evidence).causes
    by_key = planned(monkeypatch, evidence, found.key)
    assert by_key.proposal.plan.operations
    assert planned(monkeypatch, evidence, found.key.replace("@", ":", 1)) == by_key


@pytest.mark.parametrize(
    ("place", "is_here"),
    [
        ("mount:/srv/data", True),
        ("sda", True),
        ("mount:/srv/dtaa", False),
        ("pv:none", False),
        ("sdz", False),
    ],
)
def test_what_is_repaired_already_stays_so_where_the_layer_is_gone_too(
    monkeypatch: pytest.MonkeyPatch, place: str, is_here: bool
) -> None:
    found = planned(monkeypatch, evidence_of(single_path()), f"F51.not-in-fstab@{place}").proposal
    assert found.plan.operations == ()
    assert (place in found.why) is not is_here


def test_what_can_be_the_key_of_no_layer_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    assert refusal(monkeypatch, evidence_of(single_path()), "F51.not-in-fstab:/data") == "repair.key"


def test_every_code_of_a_finding_is_known() -> None:
    modules = (project_folder() / "tui" / "recovery").rglob("*.py")
    written = {
        code
        for path in modules
        if path.name != "codes.py"
        for code in re.findall(r'"(F\d\d\.[a-z0-9-]+)"', path.read_text())
    }
    assert written == CODES


def test_a_fix_is_chosen_by_its_number(monkeypatch: pytest.MonkeyPatch) -> None:
    found = planned(monkeypatch, down(), "F18")
    assert found.proposal.plan.operations
    assert refusal(monkeypatch, down(), "F18", fix=99) == "repair.no-such-fix"
