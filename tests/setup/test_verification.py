from msgspec.structs import replace

from tests.setup.building import PORTAL, SECOND, logged_in, record, state_of, used_disk, with_volume
from tests.storage.scripted_host import ScriptedHost
from tui.setup.answers import BootAnswer, BootWay
from tui.setup.state import SetupState
from tui.setup.verification import Look, MountVerified, Verified, verify
from tui.storage.boot_check.rung import Checked, Rung
from tui.storage.host.interface import Host
from tui.storage.model.inventory import Inventory
from tui.storage.model.iscsi import SessionState
from tui.storage.problem import ConsoleError, Problem
from tui.storage.stacks.judgement import Judgement, Told, Verdict
from tui.storage.stacks.rung import Health, RungKind
from tui.storage.stacks.stack import stacks

MOUNTED = with_volume(logged_in(), mounted="/srv/data")


def verified(inventory: Inventory, *boot: Checked, problem: Problem | None = None) -> Verified:
    return Verified((MountVerified("vg_data/data", "/srv/data", problem, boot),), stacks(inventory), ())


def state(inventory: Inventory = MOUNTED) -> SetupState:
    return state_of(inventory, used_disk("LVM2_member")).answered(BootAnswer(BootWay.NONE))


def test_a_stack_that_holds_is_fine() -> None:
    assert verified(MOUNTED, Checked(Rung.MOUNT, True, "fine", "")).problem is None


def test_no_mount_at_all_is_a_problem() -> None:
    nothing = Verified((), (), ()).problem
    assert nothing is not None
    assert nothing.code == "verify.nothing"


def test_the_first_broken_rung_is_named() -> None:
    failed = replace(MOUNTED.sessions[0], state=SessionState.FAILED)
    found = verified(replace(MOUNTED, sessions=(failed,))).problem
    assert found is not None
    assert found.code == "verify.rung"


def test_a_record_nobody_chose_is_no_matter() -> None:
    other = replace(MOUNTED, node_records=(record(PORTAL), record(SECOND)))
    assert verified(other).problem is None


def test_a_boot_that_would_fail_is_told() -> None:
    check = Checked(Rung.SERVICES, False, "nothing logs in.", "Enable the unit.")
    found = verified(MOUNTED, check).problem
    assert found is not None
    assert (found.code, found.remedy) == ("verify.boot", "Enable the unit.")
    assert verified(MOUNTED, check).mounts[0].survives_reboot is False
    unknown = Checked(Rung.PORTAL, None, "unknown", "")
    end = verified(MOUNTED, unknown)
    assert end.problem is None
    assert end.mounts[0].survives_reboot is None


def test_a_volume_that_is_not_mounted_is_told() -> None:
    found = verify(ScriptedHost(), state(with_volume(logged_in())), (), lambda _line: None)
    assert found.problem is not None
    assert found.problem.code == "verify.not-mounted"


def test_a_write_that_fails_is_told() -> None:
    said: list[str] = []
    found = verify(ScriptedHost(), state(), ("mount",), said.append)
    assert found.mounts[0].problem is not None
    assert found.commands == ("mount",)
    assert said[0] == "Writing and reading a file in /srv/data"


def test_only_the_stacks_of_chosen_targets_are_shown() -> None:
    found = verify(ScriptedHost(), state(), (), lambda _line: None)
    assert [stack.key for stack in found.stacks] == [stack.key for stack in stacks(MOUNTED)]


def looks(health: Health = Health.GOOD, *told: Told) -> Look:
    """A verdict in which the file system has this health."""
    seen = stacks(MOUNTED)
    states = tuple(
        replace(
            stack,
            rungs=tuple(
                replace(rung, health=health, reason="It is stopped.")
                if rung.kind is RungKind.FILESYSTEM
                else rung
                for rung in stack.rungs
            ),
        )
        for stack in seen
    )
    return lambda _host: (MOUNTED, Judgement(Verdict.RISKS, seen, states, told))


def test_the_end_says_what_the_verdict_says() -> None:
    (filesystem,) = (rung for rung in stacks(MOUNTED)[0].rungs if rung.kind is RungKind.FILESYSTEM)
    risk = Told("F36:x", "F36", "It is at risk.", (filesystem.key,), True)
    elsewhere = Told("F36:y", "F36", "Another one is.", ("pv:ELSEWHERE",), True)
    accepted = Told("F37:x", "F37", "Known.", (filesystem.key,), True, "It is so.")
    found = verify(
        ScriptedHost(), state(), (), lambda _line: None, looks(Health.GOOD, risk, elsewhere, accepted)
    )
    assert found.mounts[0].told == (risk,)
    assert found.mounts[0].survives_reboot is None
    broken = verify(ScriptedHost(), state(), (), lambda _line: None, looks(Health.BAD))
    assert [rung.health for rung in broken.stacks[0].rungs if rung.key == filesystem.key] == [Health.BAD]


def test_without_a_verdict_no_layer_is_called_good() -> None:
    def fails(_host: Host) -> tuple[Inventory, Judgement]:
        raise ConsoleError(Problem("look.late", "It took too long."))

    for look in (None, fails):
        found = verify(ScriptedHost(), state(), (), lambda _line: None, look)
        assert Health.GOOD not in {rung.health for stack in found.stacks for rung in stack.rungs}
