import pytest
from msgspec.structs import replace

from tests.setup.building import FRESH, NAME, bare, codes, installed, logged_in, state_of
from tui.setup.answers import NameAnswer
from tui.setup.steps import name
from tui.storage.model.inventory import Trait
from tui.storage.model.iscsi import Initiator
from tui.storage.operations.iscsi.initiator import SetInitiatorName
from tui.storage.operations.services.prerequisites import (
    EnableService,
    InstallPackages,
    LoadModule,
    StartService,
)


def kinds_of(operations: tuple[object, ...]) -> list[type]:
    return [type(one) for one in operations]


def test_the_name_the_host_has_is_offered() -> None:
    assert name.defaults(state_of(installed())) == NameAnswer(NAME)


def test_a_host_without_a_name_gets_a_fresh_one() -> None:
    assert name.defaults(state_of(replace(installed(), initiator=Initiator("")))).name == FRESH


@pytest.mark.parametrize(
    "present",
    [
        "iqn.2003-01.com.example:DB_Server01",
        "IQN.1993-08.org.debian:01:ABC_d",
        "eui.02004567A425678D",
        "iqn.2003-13.com.example:x",
    ],
)
def test_an_odd_name_that_is_there_is_kept_as_it_is_and_what_is_odd_is_said(present: str) -> None:
    state = state_of(replace(installed(), initiator=Initiator(present)))
    assert name.defaults(state).name == present
    assert name.wanted(state) == present
    assert name.problems(state) == ()
    assert name.warnings(state)
    assert name.satisfied(state) is not None


@pytest.mark.parametrize(
    "present", ["My_Host", f"{NAME} # my host", f'"{NAME}"', "iqn.2003-01.com.example:a b"]
)
def test_a_malformed_name_that_is_there_stops_the_step_and_is_not_replaced(present: str) -> None:
    state = state_of(replace(installed(), initiator=Initiator(present)))
    assert name.defaults(state).name == present
    assert name.problems(state)
    answered = state.answered(NameAnswer(FRESH))
    assert name.problems(answered) == ()
    assert name.wanted(answered) == FRESH


def test_a_ready_host_is_satisfied() -> None:
    state = state_of(installed())
    assert name.satisfied(state) is not None
    assert name.blocker(state) is None
    assert name.note(state) == NAME


@pytest.mark.parametrize(
    "inventory",
    [
        bare(),
        replace(installed(), daemon_answers=False),
        replace(installed(), initiator=Initiator(NAME, exact=False)),
        replace(installed(), initiator=Initiator("")),
        replace(installed(), modules=()),
    ],
)
def test_anything_missing_keeps_the_step_open(inventory: object) -> None:
    state = state_of(inventory)  # type: ignore[arg-type]  # parametrize loses the type
    assert name.satisfied(state) is None
    problem = name.blocker(state)
    assert problem is not None
    assert problem.code == "name.not-set"


def test_another_name_keeps_the_step_open() -> None:
    assert name.satisfied(state_of(installed()).answered(NameAnswer(FRESH))) is None


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("iqn.2003-13.com.example:x", "name.month"),
        ("host_1", "name.underscore"),
        ("", "name.empty"),
        ("iqn.2003-01.com.example:" + "x" * 220, "name.too-long"),
    ],
)
def test_mistakes_are_problems_of_the_field(typed: str, code: str) -> None:
    found = name.problems(state_of(installed()).answered(NameAnswer(typed)))
    assert code in codes(found)
    assert {problem.field for problem in found} == {"name"}


def test_what_has_one_good_reading_is_read_so_and_said() -> None:
    state = state_of(installed()).answered(NameAnswer(" InitiatorName=IQN.1993-08.org.debian:01:ABC "))
    assert name.problems(state) == ()
    assert name.wanted(state) == "iqn.1993-08.org.debian:01:abc"
    assert "name.capitals" in codes(name.warnings(state))
    (setting,) = [one for one in name.plan(state).operations if isinstance(one, SetInitiatorName)]
    assert setting == SetInitiatorName("iqn.1993-08.org.debian:01:abc", NAME)


def test_a_bare_host_is_installed_named_and_started() -> None:
    operations = name.plan(state_of(bare())).operations
    assert kinds_of(operations) == [
        InstallPackages,
        LoadModule,
        SetInitiatorName,
        EnableService,
        StartService,
    ]
    assert operations[0] == InstallPackages(("dmsetup", "lvm2", "open-iscsi"), "debian")
    assert operations[3] == EnableService("iscsid.socket")


def test_an_installed_host_installs_nothing() -> None:
    assert kinds_of(name.plan(state_of(installed())).operations) == [
        SetInitiatorName,
        EnableService,
        StartService,
    ]


def test_without_leave_to_install_the_missing_parts_are_a_problem() -> None:
    state = state_of(bare()).answered(NameAnswer(FRESH, prepare=False))
    (problem,) = name.problems(state)
    assert problem.code == "name.missing-parts"
    assert "iscsiadm" in problem.summary


def test_an_unknown_distribution_is_told_to_install_by_hand() -> None:
    inventory = replace(bare(), distribution=replace(bare().distribution, family=""))
    assert codes(name.problems(state_of(inventory))) == ["name.unknown-distribution"]


@pytest.mark.parametrize(
    ("trait", "code", "command"),
    [
        (Trait.OSTREE, "packages.image", "rpm-ostree install lvm2 open-iscsi"),
        (Trait.TRANSACTIONAL, "packages.image", "transactional-update pkg install lvm2 open-iscsi"),
        (Trait.NO_SYSTEMD, "host.no-systemd", "rc-update"),
    ],
)
def test_what_a_host_of_another_kind_lacks_is_brought_there_by_its_own_tools(
    trait: Trait, code: str, command: str
) -> None:
    tools = tuple(
        replace(tool, path="" if tool.package in {"open-iscsi", "lvm2"} else tool.path)
        for tool in installed().tools
    )
    (problem,) = name.problems(state_of(replace(installed(), tools=tools, traits=(trait,))))
    assert problem.code == code
    assert command in problem.remedy
    # One that has everything can be set up, and the first page says what does not work there.
    whole = state_of(replace(installed(), traits=(trait,)))
    assert name.problems(whole) == ()
    assert codes(name.warnings(whole)) == [f"host.{trait.value}"]


def test_sessions_under_the_old_name_are_pointed_out() -> None:
    state = state_of(logged_in()).answered(NameAnswer(FRESH))
    (problem,) = [one for one in name.warnings(state) if one.code == "name.sessions-under-old-name"]
    assert NAME in problem.summary


def test_a_name_older_than_the_machine_looks_cloned() -> None:
    state = replace(state_of(installed()), name_written=1000.0, machine_made=1_000_000.0)
    assert "name.older-than-machine" in codes(name.warnings(state))
    assert name.warnings(state.answered(NameAnswer(FRESH))) == ()


def test_the_page_says_why_and_what_runs() -> None:
    explanation = name.explain(state_of(bare()))
    assert "initiator name" in explanation.why
    assert any("apt-get" in line for line in explanation.runs)
    assert any(FRESH in line for line in explanation.runs)
    assert name.explain(state_of(bare()).answered(NameAnswer("_"))).runs == ()
