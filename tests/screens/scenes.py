"""The states the pages are tested and drawn in: a host on its way from nothing to a mounted volume."""

from pathlib import Path

from msgspec.structs import replace

from tests.screens.scripted import ScriptedDriver
from tests.setup.building import (
    MIB,
    NAME,
    PORTAL,
    SECOND,
    TARGET,
    WWID,
    bare,
    empty_disk,
    installed,
    known,
    logged_in,
    state_of,
    used_disk,
    with_volume,
)
from tui.setup.answers import (
    DiscoverAnswer,
    MountAnswer,
    NameAnswer,
    NewVolume,
    TargetAnswer,
    TargetChoice,
    TimerPreset,
    VolumeMount,
    VolumesAnswer,
    VolumesWay,
)
from tui.setup.review import final_plan
from tui.setup.state import FolderFacts, Probed, SetupState
from tui.setup.step import Step
from tui.setup.steps import boot, discover, mount, volumes
from tui.setup.steps.target import PRESETS
from tui.setup.verification import MountVerified, Verified
from tui.storage.boot_check.check import boot_check
from tui.storage.changing.interrupted import Interrupted
from tui.storage.changing.journal import Journal, Progressed
from tui.storage.changing.plan import Plan
from tui.storage.host.interface import Answer, PortAnswer
from tui.storage.iscsi.discovery import Discovered, Found, Standing
from tui.storage.model.files import FstabEntry
from tui.storage.model.inventory import Inventory
from tui.storage.model.iscsi import Initiator, Portal
from tui.storage.stacks.stack import stacks

OTHER = "iqn.2003-01.org.linux-iscsi.lab:t2"
THIRD = Portal("fd00:db8::10", 3260, 1)
ASKED = DiscoverAnswer(address="192.0.2.10")


def unnamed() -> SetupState:
    """Nothing is installed and the host has no name."""
    return state_of(bare(), rc_local="")


def named() -> SetupState:
    """Everything is installed, the host has its name."""
    return state_of(installed())


def discovered(inventory: Inventory | None = None) -> SetupState:
    """A portal told of two targets."""
    state = state_of(inventory or installed(), step=Step.DISCOVER).answered(ASKED)
    found = (
        Found(TARGET, PORTAL, Standing.NEW),
        Found(TARGET, SECOND, Standing.NEW),
        Found(OTHER, PORTAL, Standing.KNOWN, recorded=True),
        Found(OTHER, THIRD, Standing.UNREACHABLE, "does not answer"),
    )
    return replace(
        state,
        discovered=Discovered(found, answer=PortAnswer(Answer.OPEN, 0.0004)),
        asked=discover.answer(state),
    )


def with_target(state: SetupState, *portals: Portal) -> SetupState:
    """With the portals of the first target chosen."""
    preset = TimerPreset.MULTIPATH if len(portals) > 1 else TimerPreset.SINGLE
    chosen = tuple(TargetChoice(TARGET, portal) for portal in portals)
    return state.answered(TargetAnswer(chosen, preset=preset, timers=PRESETS[preset]))


def stored() -> SetupState:
    """The records are there, nothing is logged in."""
    state = replace(discovered(known(PORTAL, SECOND)), step=Step.LOG_IN)
    return with_target(state, PORTAL, SECOND)


def connected(*, joined: bool = True) -> SetupState:
    """Logged in through two portals, one disk with two paths."""
    state = replace(discovered(logged_in(PORTAL, SECOND, size=10240 * MIB, joined=joined)), step=Step.LOG_IN)
    return replace(with_target(state, PORTAL, SECOND), probed=(Probed(WWID, empty_disk()),))


def planned() -> SetupState:
    """Two volumes are asked for."""
    wanted = (NewVolume("data", "6G"), NewVolume("logs", "50%"))
    return replace(connected(), step=Step.VOLUMES).answered(
        VolumesAnswer(VolumesWay.NEW_GROUP, (), (WWID,), "vg_data", wanted)
    )


def mounted_plan() -> SetupState:
    """Their mount points are chosen."""
    return replace(
        planned(), step=Step.MOUNT, folders=(FolderFacts("/srv/data"), FolderFacts("/srv/logs"))
    ).answered(
        MountAnswer(
            (
                VolumeMount("vg_data/data", "ext4", label="data", mount_point="/srv/data"),
                VolumeMount("vg_data/logs", "xfs", mount_point="/srv/logs", owner="postgres", mode="0750"),
            )
        )
    )


def carrying() -> SetupState:
    """The disk carries a volume already."""
    inventory = with_volume(logged_in(PORTAL, SECOND, size=512 * MIB, joined=True))
    state = with_target(replace(state_of(inventory), step=Step.VOLUMES), PORTAL, SECOND)
    group = inventory.volume_groups[0]
    found = used_disk("LVM2_member", volume_group=group, logical_volumes=inventory.logical_volumes)
    return replace(state, probed=(Probed(WWID, found),))


def erasing() -> SetupState:
    """A disk with an old file system is to be erased."""
    state = replace(reviewed(), probed=(Probed(WWID, used_disk("ext4")),))
    decided = volumes.answer(state)
    return state.answered(replace(decided, erase=(WWID,)))


def interrupted() -> Interrupted:
    """A plan that was cut off in its middle."""
    plan = final_plan(reviewed())
    progress = (Progressed.DONE, Progressed.BEGUN, Progressed.NOT_BEGUN)
    return Interrupted(Journal(Path("journal"), ()), Plan(plan.title, plan.operations[:3]), progress)


def at_boot() -> SetupState:
    """On the last page that asks."""
    return replace(mounted_plan(), step=Step.BOOT)


def reviewed() -> SetupState:
    """Everything is answered."""
    return replace(mounted_plan(), step=Step.REVIEW)


def finished() -> tuple[SetupState, Verified]:
    """The volume is mounted, and what was found there."""
    inventory = with_volume(logged_in(PORTAL, SECOND, size=512 * MIB, joined=True), mounted="/srv/data")
    entry = FstabEntry(
        7,
        "UUID=22222222-2222-4222-8222-222222222222",
        "/srv/data",
        "ext4",
        ("rw", "noatime", "_netdev", "nofail", "x-systemd.device-timeout=60s"),
        0,
        2,
        "dm-1",
    )
    inventory = replace(
        inventory,
        fstab=(entry,),
        node_records=tuple(
            replace(one, startup="automatic", connection_startup="automatic")
            for one in inventory.node_records
        ),
        mounts=tuple(
            replace(one, size=480 * MIB, used=2 * MIB, available=478 * MIB) for one in inventory.mounts
        ),
    )
    state = replace(with_target(state_of(inventory), PORTAL, SECOND), step=Step.DONE)
    commands = (
        "vgcreate --yes vg_data /dev/mapper/mpatha",
        "lvcreate --yes --name data --extents 127 vg_data",
        "mkfs.ext4 -q -L data /dev/vg_data/data",
        "mount -t ext4 -o rw,noatime /dev/vg_data/data /srv/data",
    )
    mount = MountVerified("vg_data/data", "/srv/data", None, boot_check(inventory, "/srv/data"))
    return state, Verified((mount,), stacks(inventory), commands)


def set_up_before() -> SetupState:
    """The host of `finished` as the set-up itself leaves it, with the wizard opened once more."""
    state = replace(finished()[0], step=Step.REVIEW)
    timers = PRESETS[TimerPreset.MULTIPATH]
    records = tuple(replace(one, timers=timers) for one in state.inventory.node_records)
    state = replace(state, inventory=replace(state.inventory, node_records=records))
    (pair,) = mount.ordered(state)
    entry = boot.line(state, *pair).entry
    return replace(state, inventory=replace(state.inventory, fstab=(entry,)))


def done() -> ScriptedDriver:
    """At the end."""
    state, verified = finished()
    return ScriptedDriver(state, verified=verified)


def named_by(state: SetupState) -> SetupState:
    """What running the first step brings about."""
    name = state.answers.name or NameAnswer(NAME)
    return replace(state, inventory=replace(installed(), initiator=Initiator(name.name)))


def driver(state: SetupState) -> ScriptedDriver:
    """A driver that takes the whole way: one target, one portal, one volume."""

    def told(state: SetupState) -> SetupState:
        found = (Found(TARGET, PORTAL, Standing.NEW),)
        answer = PortAnswer(Answer.OPEN, 0.0004)
        return replace(state, discovered=Discovered(found, answer=answer), asked=discover.answer(state))

    def disks(state: SetupState) -> SetupState:
        inventory = logged_in(PORTAL, size=512 * MIB)
        return replace(state, inventory=inventory, probed=(Probed(WWID, empty_disk()),))

    state_done, verified = finished()
    return ScriptedDriver(
        state,
        effects={
            Step.NAME: named_by,
            Step.DISCOVER: told,
            Step.TARGET: lambda state: replace(state, inventory=known(PORTAL)),
            Step.LOG_IN: disks,
            Step.MOUNT: lambda state: replace(state, folders=(FolderFacts("/srv/data"),)),
            Step.RUN: lambda state: replace(state, inventory=state_done.inventory),
        },
        verified=verified,
    )
