from msgspec.structs import replace

from tests.setup.building import (
    PORTAL,
    SECOND,
    TARGET,
    WWID,
    codes,
    empty_disk,
    known,
    logged_in,
    record,
    state_of,
)
from tui.setup.answers import LogInAnswer, TargetAnswer, TargetChoice
from tui.setup.steps import disks, log_in
from tui.storage.model.iscsi import DeviceState, SessionState, Tool
from tui.storage.operations.iscsi.sessions import LogIn
from tui.storage.operations.multipath.maps import CreateMultipathMap
from tui.storage.operations.services.prerequisites import InstallPackages
from tui.storage.problem import Problem

FAILURE = Problem("login.authorization", "Refused by the target.")


def test_every_chosen_record_is_logged_in_at_the_same_time() -> None:
    plan = log_in.plan(state_of(known(PORTAL, SECOND)))
    assert plan.together
    assert plan.operations == (LogIn(TARGET, PORTAL, "default"), LogIn(TARGET, SECOND, "default"))


def test_without_a_session_the_failure_is_what_is_lacking() -> None:
    state = state_of(known())
    lacking = log_in.blocker(state)
    assert lacking is not None
    assert lacking.code == "log-in.not-logged-in"
    assert log_in.blocker(replace(state, logins=(("Log in", FAILURE),))) == FAILURE


def test_one_session_of_two_is_enough_to_go_on_and_said() -> None:
    inventory = replace(logged_in(), node_records=(record(), record(SECOND)))
    state = replace(state_of(inventory, empty_disk()), logins=(("one", None), ("two", FAILURE)))
    assert log_in.blocker(state) is None
    assert log_in.warnings(state) == (FAILURE,)
    assert log_in.satisfied(state) is None
    assert log_in.outcome_lines(state) == ("one: logged in", "two: Refused by the target.")


def test_a_session_without_a_disk_is_told() -> None:
    lacking = log_in.blocker(state_of(replace(logged_in(), luns=())))
    assert lacking is not None
    assert lacking.code == "log-in.no-disk"
    assert "initiator name" in lacking.remedy


def test_a_disk_that_does_not_answer_is_no_disk() -> None:
    inventory = logged_in()
    inventory = replace(inventory, luns=(replace(inventory.luns[0], state=DeviceState.BLOCKED),))
    assert disks.disks(state_of(inventory)) == ()


def test_a_failed_session_is_not_logged_in() -> None:
    inventory = logged_in()
    inventory = replace(inventory, sessions=(replace(inventory.sessions[0], state=SessionState.FAILED),))
    assert log_in.logged_in(state_of(inventory)) == ()


def test_one_path_is_satisfied() -> None:
    state = state_of(logged_in(), empty_disk())
    assert log_in.satisfied(state) == "1 session, 1 disk"
    assert log_in.multipath_plan(state).operations == ()


def test_two_paths_to_one_disk_are_joined() -> None:
    state = state_of(logged_in(PORTAL, SECOND))
    (disk,) = disks.disks(state)
    assert disk.lacks_map
    assert log_in.multipath_plan(state).operations == (CreateMultipathMap(WWID, ("sda", "sdb")),)
    assert log_in.satisfied(state) is None
    lacking = log_in.blocker(state)
    assert lacking is not None
    assert lacking.code == "log-in.paths-apart"


def test_paths_left_apart_are_warned_about() -> None:
    state = state_of(logged_in(PORTAL, SECOND)).answered(LogInAnswer(multipath=False))
    assert log_in.multipath_plan(state).operations == ()
    assert codes(log_in.warnings(state)) == ["log-in.paths-apart"]
    assert log_in.blocker(state) is None


def test_joined_paths_are_used_through_their_map() -> None:
    state = state_of(logged_in(PORTAL, SECOND, joined=True), empty_disk())
    (disk,) = disks.disks(state)
    assert (disk.device.path, disk.map_name, disk.paths) == ("/dev/mapper/mpatha", "mpatha", ("sda", "sdb"))
    assert log_in.satisfied(state) == "2 sessions, 1 disk"


def test_missing_multipath_tools_are_installed_or_asked_for() -> None:
    inventory = logged_in(PORTAL, SECOND)
    without = tuple(
        replace(tool, path="") if tool.name in ("multipath", "multipathd") else tool
        for tool in inventory.tools
    )
    state = state_of(replace(inventory, tools=without))
    assert log_in.multipath_plan(state).operations[0] == InstallPackages(("multipath-tools",), "debian")
    unknown = tuple(Tool(tool.name, tool.path, "") for tool in without)
    assert codes(log_in.problems(state_of(replace(inventory, tools=unknown)))) == [
        "log-in.no-multipath-tools"
    ]


def test_only_the_disks_of_chosen_targets_count() -> None:
    state = state_of(logged_in()).answered(TargetAnswer((TargetChoice("iqn.2001-01.org.other:x", PORTAL),)))
    assert disks.disks(state) == ()


def test_the_page_shows_what_runs() -> None:
    runs = log_in.explain(state_of(logged_in(PORTAL, SECOND))).runs
    assert any("--login" in line for line in runs)
    assert any("multipath" in line for line in runs)
