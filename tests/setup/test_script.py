from msgspec.structs import replace

from tests.setup.building import (
    FRESH,
    MIB,
    NAME,
    PORTAL,
    SECOND,
    TARGET,
    WWID,
    codes,
    empty_disk,
    installed,
    known,
    logged_in,
    state_of,
    used_disk,
    with_volume,
)
from tui.setup.answers import (
    BootAnswer,
    ChapAnswer,
    DiscoverAnswer,
    LogInAnswer,
    MountAnswer,
    NameAnswer,
    NewVolume,
    Startup,
    TargetAnswer,
    TimerPreset,
    VolumeMount,
    VolumesAnswer,
    VolumesWay,
)
from tui.setup.script import answer_for
from tui.setup.state import SetupState
from tui.setup.step import ASKED, Step
from tui.setup.steps import mount, target, volumes
from tui.setup.wishes import MountWish, Script, TargetWish, VolumesWish
from tui.storage.iscsi.discovery import Discovered, Found, Standing
from tui.storage.model.iscsi import Portal, Timers

ASKED_PORTAL = DiscoverAnswer(address="192.0.2.10")


def told(*portals: Portal) -> SetupState:
    found = tuple(Found(TARGET, portal, Standing.NEW) for portal in portals)
    state = replace(state_of(installed()), inventory=installed()).answered(ASKED_PORTAL)
    return replace(state, discovered=Discovered(found), asked=ASKED_PORTAL)


def target_of(script: Script, state: SetupState) -> TargetAnswer:
    answer = answer_for(script, state, Step.TARGET)
    assert isinstance(answer, TargetAnswer)
    return answer


def volumes_of(script: Script, state: SetupState) -> VolumesAnswer:
    answer = answer_for(script, state, Step.VOLUMES)
    assert isinstance(answer, VolumesAnswer)
    return answer


def mounts_of(script: Script, state: SetupState) -> tuple[VolumeMount, ...]:
    answer = answer_for(script, state, Step.MOUNT)
    assert isinstance(answer, MountAnswer)
    return answer.mounts


def test_an_empty_script_gives_an_answer_to_every_step() -> None:
    for step in ASKED:
        assert answer_for(Script(), state_of(logged_in(), empty_disk()), step) is not None


def test_what_the_file_decides_is_taken_as_it_is() -> None:
    script = Script(chap=ChapAnswer(), discover=ASKED_PORTAL, log_in=LogInAnswer(False), boot=BootAnswer())
    state = state_of(installed())
    assert answer_for(script, state, Step.CHAP) is script.chap
    assert answer_for(script, state, Step.DISCOVER) is script.discover
    assert answer_for(script, state, Step.LOG_IN) is script.log_in
    assert answer_for(script, state, Step.BOOT) is script.boot


def test_a_name_left_open_is_the_one_the_host_has() -> None:
    state = state_of(installed())
    assert answer_for(Script(name=NameAnswer("", prepare=False)), state, Step.NAME) == NameAnswer(
        NAME, prepare=False
    )
    assert answer_for(Script(name=NameAnswer(FRESH)), state, Step.NAME) == NameAnswer(FRESH)


def test_every_portal_found_is_chosen() -> None:
    answer = target_of(Script(), told(PORTAL, SECOND))
    assert [one.portal for one in answer.chosen] == [PORTAL, SECOND]
    assert (answer.preset, answer.startup) == (TimerPreset.MULTIPATH, Startup.AUTOMATIC)


def test_named_portals_are_chosen_with_or_without_their_port() -> None:
    script = Script(target=TargetWish(portals=("198.51.100.10",), timers=Timers(replacement_timeout=60)))
    answer = target_of(script, told(PORTAL, SECOND))
    assert [one.portal for one in answer.chosen] == [SECOND]
    assert answer.timers == Timers(60, 15, 8, 5, 5)


def test_a_portal_or_target_that_was_not_found_stops_the_step() -> None:
    for wish in (TargetWish(portals=("192.0.2.77:3260",)), TargetWish(names=("iqn.2001-01.x:none",))):
        state = told(PORTAL)
        state = state.answered(target_of(Script(target=wish), state))
        assert "target.not-offered" in codes(target.problems(state))


def test_a_second_run_chooses_the_known_records() -> None:
    state = replace(told(PORTAL), inventory=known())
    answer = target_of(Script(), state)
    assert [one.portal for one in answer.chosen] == [PORTAL]
    assert answer.preset is TimerPreset.SINGLE


def test_empty_disks_are_chosen() -> None:
    answer = volumes_of(Script(volumes=VolumesWish(group="g")), state_of(logged_in(), empty_disk()))
    assert answer == VolumesAnswer(
        VolumesWay.NEW_GROUP, disks=(WWID,), group="g", volumes=(NewVolume("data", "100%"),)
    )


def test_a_disk_that_is_not_empty_is_used_only_when_it_is_named_for_erasing() -> None:
    state = state_of(logged_in(), used_disk("ext4"))
    unnamed = volumes_of(Script(volumes=VolumesWish(group="g")), state)
    assert codes(volumes.problems(state.answered(unnamed))) == ["volumes.erase-needed"]
    named = volumes_of(Script(volumes=VolumesWish(disks=(f"{TARGET}/0",))), state)
    assert named.disks == (WWID,)
    assert "volumes.erase-needed" in codes(volumes.problems(state.answered(named)))
    erased = volumes_of(Script(volumes=VolumesWish(group="g", erase=(WWID,))), state)
    assert erased.disks == (WWID,)
    assert volumes.problems(state.answered(erased)) == ()


def test_what_the_disks_carry_is_used_when_the_file_says_nothing() -> None:
    state = state_of(with_volume(logged_in()), used_disk("LVM2_member"))
    assert volumes_of(Script(), state) == VolumesAnswer(VolumesWay.EXISTING, ("vg_data/data",))


def test_a_second_run_finds_its_own_group() -> None:
    state = state_of(with_volume(logged_in()), used_disk("LVM2_member"))
    answer = volumes_of(
        Script(volumes=VolumesWish(VolumesWay.NEW_GROUP, group="vg_data", volumes=(NewVolume("data"),))),
        state,
    )
    assert answer.disks == (WWID,)
    assert volumes.problems(state.answered(answer)) == ()


def test_the_group_that_is_there_is_the_one_to_extend() -> None:
    state = state_of(with_volume(logged_in(), free=100 * MIB), used_disk("LVM2_member"))
    script = Script(volumes=VolumesWish(VolumesWay.EXISTING_GROUP, volumes=(NewVolume("more"),)))
    answer = volumes_of(script, state)
    assert (answer.group, answer.disks) == ("vg_data", (WWID,))


def test_mounts_are_named_by_volume_or_by_group_and_volume() -> None:
    state = state_of(logged_in(), empty_disk())
    for word in ("data", "vg_data/data"):
        (entry,) = mounts_of(Script(mounts=(MountWish(word, kind="xfs", mount_point="/x"),)), state)
        assert (entry.volume, entry.kind, entry.mount_point) == ("vg_data/data", "xfs", "/x")
        assert entry.options == ("rw", "noatime")


def test_a_mount_of_an_unknown_volume_stops_the_step() -> None:
    state = state_of(logged_in(), empty_disk())
    state = state.answered(MountAnswer(mounts_of(Script(mounts=(MountWish("none"),)), state)))
    assert "mount.no-such-volume" in codes(mount.problems(state))
