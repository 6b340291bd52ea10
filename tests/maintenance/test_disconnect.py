"""What goes with what, and the plan that takes it apart, on captured hosts and on made-up ones."""

from pathlib import Path

import pytest
from hypothesis import given, settings, strategies as st
from msgspec.structs import replace

from tui.maintenance.dependents import (
    Dependents,
    Subject,
    SubjectKind,
    dependents,
    lasting_names,
    subject_of,
    subject_of_target,
    users_at,
)
from tui.maintenance.disconnect import propose
from tui.maintenance.disconnect_refusals import SYSTEM
from tui.maintenance.disconnect_seen import (
    AboutUsers,
    AtBoot,
    Choices,
    Seen,
    processes_to_end,
    see,
    services_of,
)
from tui.maintenance.proposal import Proposal
from tui.storage.host.recorded import RecordedHost
from tui.storage.model.block import BlockDevice, BlockKind
from tui.storage.model.files import Filesystem, FstabEntry, Mount, Swap
from tui.storage.model.inventory import Inventory
from tui.storage.model.iscsi import (
    DeviceState,
    Lun,
    NodeRecord,
    Portal,
    Session,
    SessionState,
)
from tui.storage.model.lvm import LogicalVolume, PhysicalVolume, VolumeGroup
from tui.storage.model.users import NOBODY, Held, Hold, KernelHold, KernelUser, Process, Users
from tui.storage.operations.operation import Risk
from tui.storage.probe.inventory import take_inventory
from tui.storage.stacks.rung import Health, RungKind
from tui.storage.stacks.stack import stacks

MACHINES = sorted((Path(__file__).parent.parent / "machines").glob("*.json"))
TARGET = "iqn.2003-01.org.example:t1"
PORTAL = Portal("192.0.2.10", 3260, 1)


def machine(name: str) -> Inventory:
    return take_inventory(RecordedHost(str(MACHINES[0].parent / f"{name}.json")))


def subjects(inventory: Inventory) -> tuple[Subject, ...]:
    found = [subject_of_target(session.target) for session in inventory.sessions if session.target]
    for stack in stacks(inventory):
        found += [one for rung in stack.rungs if (one := subject_of(rung, inventory)) is not None]
    return tuple(dict.fromkeys(found))


def two_luns() -> Inventory:
    """One session, two LUNs: on the first a VG with a mounted LV and swap, the second mounted as it is."""
    luns = tuple(
        Lun(f"1:0:0:{n}", 1, n, disk, f"naa.{n}", 1 << 30, state=DeviceState.RUNNING)
        for n, disk in enumerate(("sda", "sdb"))
    )
    devices = (
        BlockDevice("sda", "/dev/sda", "8:0", BlockKind.DISK, 1 << 30, holders=("dm-0", "dm-1")),
        BlockDevice("sdb", "/dev/sdb", "8:16", BlockKind.DISK, 1 << 30, content="xfs", content_uuid="u-b"),
        BlockDevice(
            "dm-0",
            "/dev/mapper/vg-data",
            "254:0",
            BlockKind.LOGICAL_VOLUME,
            1 << 29,
            slaves=("sda",),
            map_name="vg-data",
            map_uuid="LVM-data",
            content="ext4",
        ),
        BlockDevice(
            "dm-1",
            "/dev/mapper/vg-swap",
            "254:1",
            BlockKind.LOGICAL_VOLUME,
            1 << 28,
            slaves=("sda",),
            map_name="vg-swap",
            map_uuid="LVM-swap",
        ),
    )
    return Inventory(
        "db7",
        taken_at=1_800_000_000.25,
        root=True,
        daemon_answers=True,
        node_records=(NodeRecord(TARGET, PORTAL, startup="automatic", connection_startup="manual"),),
        sessions=(Session(1, TARGET, PORTAL, state=SessionState.LOGGED_IN),),
        luns=luns,
        devices=devices,
        physical_volumes=(PhysicalVolume("/dev/sda", "sda", "pv-1", "vg"),),
        volume_groups=(VolumeGroup("vg", "vg-1"),),
        logical_volumes=(
            LogicalVolume("data", "vg", "lv-1", path="/dev/vg/data", device="dm-0", active=True, open=True),
            LogicalVolume("swap", "vg", "lv-2", path="/dev/vg/swap", device="dm-1", active=True, open=True),
        ),
        filesystems=(Filesystem("dm-0", "ext4", "u-a"), Filesystem("sdb", "xfs", "u-b")),
        mounts=(
            Mount("/dev/mapper/vg-data", "dm-0", "/srv/data", "ext4", ("rw", "noatime"), size=1, used=0),
            Mount("/dev/mapper/vg-data", "dm-0", "/srv/again", "ext4", ("rw", "noatime"), "/part", 1, 0),
            Mount("/dev/sdb", "sdb", "/srv/plain", "xfs", ("rw",), size=1, used=0),
        ),
        swaps=(Swap("/dev/dm-1", "dm-1", 1 << 28, 0, -2),),
        fstab=(
            FstabEntry(1, "/dev/vg/data", "/srv/data", "ext4", ("_netdev", "noatime"), device="dm-0"),
            FstabEntry(2, "/srv/data/part", "/srv/again", "none", ("bind",)),
            FstabEntry(3, "UUID=other", "/home", "ext4"),
        ),
    )


FSTAB = """\
/dev/vg/data /srv/data ext4 _netdev,noatime
/srv/data/part /srv/again none bind
UUID=other /home ext4
"""


def the(inventory: Inventory, kind: RungKind, name: str) -> Subject:
    rungs = [rung for stack in stacks(inventory) for rung in stack.rungs]
    subject = subject_of(next(one for one in rungs if (one.kind, one.name) == (kind, name)), inventory)
    assert subject is not None
    return subject


def proposed(
    subject: Subject,
    inventory: Inventory | None = None,
    users: Users = NOBODY,
    at_boot: AtBoot = AtBoot.OFF,
) -> Proposal:
    seen = Seen(inventory or two_luns(), users, (), (), FSTAB)
    return propose(seen, subject, Choices(at_boot=at_boot))


def kinds(proposal: Proposal) -> list[str]:
    return [type(operation).__name__ for operation in proposal.plan.operations]


def process(pid: int = 10, unit: str = "", how: Hold = Hold.OPEN_FILE, *, ours: bool = False) -> Process:
    held = (Held(how, "/srv/data/x", "dm-0"),)
    return Process(pid, pid * 100, "thing", "root", unit, held=held, ours=ours)


def test_a_target_comes_apart_from_the_top_and_goes_back_from_the_bottom() -> None:
    proposal = proposed(subject_of_target(TARGET))
    assert proposal.refusal is None
    assert kinds(proposal) == [
        "WaitUntilUnused",
        "SaveReconnectFile",
        "SwapOff",
        "SyncFilesystem",
        "UnmountFilesystem",
        "SyncFilesystem",
        "UnmountFilesystem",
        "UnmountFilesystem",
        "DeactivateVolumeGroup",
        "FlushDisk",
        "RemoveDisk",
        "FlushDisk",
        "RemoveDisk",
        "LogOut",
        "VerifyRemoved",
        "SetRecordValues",
        "CommentOutFstabLines",
    ]
    order = [one.shown()[0] for one in proposal.plan.operations if "Unmount" in type(one).__name__]
    assert order == ["umount /srv/plain", "umount /srv/again", "umount /srv/data"]
    assert proposal.way_back is not None
    back = [one.shown()[0] for one in proposal.way_back.operations]
    assert back[0].startswith("edit /etc/fstab: /dev/vg/data")
    assert "node.startup -v automatic" in back[1]
    assert back[2:4] == [
        f"iscsiadm -m node -T {TARGET} -p 192.0.2.10:3260 -I default --login",
        "lvm vgchange --activate y vg",
    ]
    assert back[4:] == [
        "mount -t ext4 -o noatime /dev/vg/data /srv/data",
        "mount --bind /srv/data/part /srv/again",
        "mount -t xfs /dev/sdb /srv/plain",
        "swapon /dev/vg/swap",
        "rm /var/lib/iscsi-console/disconnected/20270115-080000-250.json",
    ]
    assert "stays disconnected" in proposal.notes[0]
    assert max(one.risk for one in proposal.plan.operations) < Risk.REWRITES


def test_a_lun_leaves_the_session_that_another_needs() -> None:
    inventory = two_luns()
    proposal = proposed(the(inventory, RungKind.LUN, "0"))
    assert "LogOut" not in kinds(proposal)
    assert "SetRecordValues" not in kinds(proposal)
    assert kinds(proposal).count("RemoveDisk") == 1
    assert "Session 1 stays logged in: it has LUN 1 too" in " ".join(proposal.notes)
    assert "LVM activates it again" in proposal.notes[0]
    assert proposal.way_back is not None
    assert any("scan" in line for one in proposal.way_back.operations for line in one.shown())
    alone = replace(inventory, luns=inventory.luns[:1])
    assert "LogOut" in kinds(proposed(the(alone, RungKind.LUN, "0"), alone))


@pytest.mark.parametrize(
    ("kind", "name", "last"),
    [
        (RungKind.VOLUME_GROUP, "vg", "VerifyRemoved"),
        (RungKind.LOGICAL_VOLUME, "data", "VerifyRemoved"),
        (RungKind.MOUNT, "/srv/again", "UnmountFilesystem"),
        (RungKind.FILESYSTEM, "ext4", "UnmountFilesystem"),
        (RungKind.SWAP, "/dev/dm-1", "SwapOff"),
    ],
)
def test_a_part_leaves_what_is_below_alone(kind: RungKind, name: str, last: str) -> None:
    inventory = two_luns()
    proposal = proposed(the(inventory, kind, name), at_boot=AtBoot.KEEP)
    assert kinds(proposal)[-1] == last
    assert not {"LogOut", "RemoveDisk", "FlushDisk"} & set(kinds(proposal))
    assert "comes back automatically" in proposal.notes[0]


def test_users_are_waited_for_stopped_or_ended_as_was_chosen() -> None:
    users = Users((process(10, "app.service"), process(11), process(12, "multipathd.service")))
    mount = the(two_luns(), RungKind.MOUNT, "/srv/data")
    waiting = proposed(mount, users=users)
    assert "StopService" not in kinds(waiting)
    seen = Seen(two_luns(), users, (("app.service", ("app.socket",)),), (), FSTAB)
    stopped = propose(seen, mount, Choices(AboutUsers.STOP_SERVICES))
    assert kinds(stopped)[:3] == ["SaveReconnectFile", "StopService", "WaitUntilUnused"]
    assert stopped.plan.operations[1].shown() == ("systemctl stop app.socket", "systemctl stop app.service")
    assert stopped.way_back is not None
    started = [line for one in stopped.way_back.operations for line in one.shown() if "start" in line]
    assert started == ["systemctl start app.service", "systemctl start app.socket"]
    ended = propose(seen, mount, Choices(AboutUsers.END_PROCESSES))
    assert kinds(ended)[:4] == ["SaveReconnectFile", "StopService", "EndProcesses", "WaitUntilUnused"]
    alone = propose(Seen(two_luns(), Users(users.processes[1:2])), mount, Choices(AboutUsers.END_PROCESSES))
    assert kinds(alone)[:4] == ["EndProcesses", "WaitUntilUnused", "SyncFilesystem", "SaveReconnectFile"]
    assert ended.plan.operations[2].shown() == ("kill -TERM 11",)


@pytest.mark.parametrize(
    "unit",
    ["open-iscsi.service", "iscsid.service", "systemd-journald.service", "dbus.service", "user@0.service",
     "session-3.scope", ""],
)  # fmt: skip
def test_what_the_system_needs_is_no_service_to_stop(unit: str) -> None:
    assert services_of(Users((process(10, unit),))) == ()


def test_this_programs_own_service_is_not_stopped() -> None:
    users = Users((process(10, "app.service"), process(11, "app.service", ours=True)))
    assert services_of(users) == ()
    assert [one.pid for one in processes_to_end(users)] == [10]
    assert services_of(Users((process(10, "app.service"),), own_unit="app.service")) == ()
    refused = proposed(the(two_luns(), RungKind.MOUNT, "/srv/data"), users=users)
    assert refused.refusal is not None
    assert refused.refusal.code == "disconnect.our-own"


@pytest.mark.parametrize("place", SYSTEM)
def test_the_system_is_refused(place: str) -> None:
    inventory = two_luns()
    mounts = (replace(inventory.mounts[0], target=place), *inventory.mounts[1:])
    refused = proposed(subject_of_target(TARGET), replace(inventory, mounts=mounts))
    assert refused.refusal is not None
    assert refused.refusal.code == "disconnect.system"


def test_a_session_the_machine_boots_from_is_refused() -> None:
    inventory = two_luns()
    records = (replace(inventory.node_records[0], startup="onboot"),)
    refused = proposed(subject_of_target(TARGET), replace(inventory, node_records=records))
    assert refused.refusal is not None
    assert refused.refusal.code == "disconnect.boots-from-it"


def test_what_does_not_answer_is_not_unmounted() -> None:
    inventory = two_luns()
    devices = tuple(replace(one, answers=False) for one in inventory.devices)
    refused = proposed(subject_of_target(TARGET), replace(inventory, devices=devices))
    assert refused.refusal is not None
    assert refused.refusal.code == "disconnect.silent"


@pytest.mark.parametrize("how", list(KernelHold))
def test_what_only_a_person_can_end_is_named(how: KernelHold) -> None:
    users = Users(kernel=(KernelUser(how, "/srv/data/x", "dm-0"),))
    refused = proposed(the(two_luns(), RungKind.MOUNT, "/srv/data"), users=users).refusal
    if how in {KernelHold.SWAP, KernelHold.BIND, KernelHold.AUTOMOUNT}:
        assert refused is None
    else:
        assert refused is not None
        assert refused.code == "disconnect.held-by-kernel"
        assert "/srv/data/x" in refused.evidence[0]


def test_a_container_with_its_own_mount_goes_with_its_service() -> None:
    table = KernelUser(KernelHold.NAMESPACE, "/data", "dm-0", "77", unit="app.service")
    mount = the(two_luns(), RungKind.MOUNT, "/srv/data")
    users = Users(kernel=(table,))
    assert proposed(mount, users=users).refusal is not None
    stopped = propose(Seen(two_luns(), users), mount, Choices(AboutUsers.STOP_SERVICES))
    assert stopped.refusal is None
    assert "StopService" in kinds(stopped)


def test_swap_that_memory_has_no_room_for_is_refused() -> None:
    inventory = two_luns()
    full = replace(inventory, swaps=(replace(inventory.swaps[0], used=200 << 20),))
    group = the(full, RungKind.VOLUME_GROUP, "vg")
    refused = propose(Seen(full, room=210 << 20), group).refusal
    assert refused is not None
    assert refused.code == "disconnect.no-room"
    assert propose(Seen(full, room=1 << 30), group).refusal is None
    assert propose(Seen(full), group).refusal is None


def test_what_systemd_mounts_by_itself_is_left_to_it_again() -> None:
    users = Users(kernel=(KernelUser(KernelHold.AUTOMOUNT, "/srv/data", "dm-0"),))
    proposal = propose(Seen(two_luns(), users), the(two_luns(), RungKind.LOGICAL_VOLUME, "data"))
    shown = [line for one in proposal.plan.operations for line in one.shown()]
    assert shown.index("umount /srv/data") + 1 == shown.index("systemctl stop srv-data.automount")
    assert proposal.way_back is not None
    back = [line for one in proposal.way_back.operations for line in one.shown()]
    assert "systemctl start srv-data.automount" in back
    assert not any("/dev/vg/data /srv/data" in line for line in back)


def test_one_path_of_a_map_goes_and_the_map_stays() -> None:
    inventory = machine("multipath-xfs")
    portal = next(one for one in subjects(inventory) if one.kind is SubjectKind.PORTAL)
    found = dependents(inventory, portal)
    assert found.kept_maps == ("mpatha",)
    assert not found.mounts
    assert not found.groups
    names = kinds(propose(Seen(inventory), portal))
    assert "LogOut" in names
    assert not {"FlushMultipathMap", "RemoveDisk", "FlushDisk", "UnmountFilesystem"} & set(names)
    whole = dependents(inventory, subject_of_target(portal.key.partition("|")[0].removeprefix("portal:")))
    assert not whole.kept_maps
    assert len(whole.sessions) == 2
    assert len(whole.luns) == 1
    assert len(whole.luns[0][1]) == 2


def test_a_lun_with_two_paths_is_one() -> None:
    inventory = machine("multipath-xfs")
    lun = next(one for one in subjects(inventory) if one.kind is SubjectKind.LUN)
    names = kinds(propose(Seen(inventory), lun))
    assert (names.count("RemoveDisk"), names.count("FlushMultipathMap"), names.count("LogOut")) == (2, 1, 2)


@pytest.mark.parametrize("path", MACHINES, ids=lambda path: path.stem)
def test_on_every_captured_host_what_goes_is_whole(path: Path) -> None:
    host = RecordedHost(str(path))
    inventory = take_inventory(host)
    for subject in subjects(inventory):
        found = dependents(inventory, subject)
        check_is_closed(inventory, found)
        for choices in (Choices(), Choices(AboutUsers.END_PROCESSES, AtBoot.KEEP)):
            proposal = propose(see(host, subject, inventory), subject, choices)
            assert proposal.way_back is not None
            assert proposal.plan.risk < Risk.DESTROYS
            assert len(set(proposal.plan.operations)) == len(proposal.plan.operations)
            for operation in (*proposal.plan.operations, *proposal.way_back.operations):
                assert operation.title()
                assert operation.why().endswith(".")
                assert all("\x1b" not in line and "{" not in line for line in operation.shown())


def check_is_closed(inventory: Inventory, found: Dependents) -> None:
    """Whatever stands on something that goes goes too, unless a map carries it over another path."""
    keys = {rung.key for rung in found.rungs}
    for stack in stacks(inventory):
        for rung in stack.rungs:
            if rung.key in keys or rung.health is Health.ABSENT:
                continue
            if rung.kind is RungKind.MULTIPATH and rung.name in found.kept_maps:
                continue
            assert not keys & set(rung.stands_on), rung
    going = set(found.devices)
    assert all(mount.device in going for mount in found.mounts)


@settings(max_examples=40)
@given(
    st.lists(st.integers(0, 3), min_size=1, max_size=6),
    st.lists(st.booleans(), min_size=6, max_size=6),
    st.integers(0, 5),
)
def test_whatever_the_shape_a_lun_takes_all_that_stands_on_it(
    groups: list[int], mounted: list[bool], chosen: int
) -> None:
    """Disks join VGs as they like; of each VG one LV lies on all its disks and may be mounted."""
    chosen %= len(groups)
    names = [f"sd{chr(ord('a') + n)}" for n in range(len(groups))]
    made = sorted(set(groups))
    inventory = Inventory(
        "db7",
        sessions=tuple(
            Session(n, f"{TARGET}{n % 2}", PORTAL, iface=f"i{n}", state=SessionState.LOGGED_IN)
            for n in range(len(groups))
        ),
        luns=tuple(
            Lun(f"{n}:0:0:0", n, 0, name, f"naa.{n}", 1 << 30, state=DeviceState.RUNNING)
            for n, name in enumerate(names)
        ),
        devices=(
            *(
                BlockDevice(name, f"/dev/{name}", f"8:{n * 16}", BlockKind.DISK, 1 << 30)
                for n, name in enumerate(names)
            ),
            *(
                BlockDevice(f"dm-{g}", f"/dev/mapper/vg{g}-l", f"254:{g}", BlockKind.LOGICAL_VOLUME, 1 << 29)
                for g in made
            ),
        ),
        physical_volumes=tuple(
            PhysicalVolume(f"/dev/{name}", name, f"pv{n}", f"vg{g}")
            for n, (name, g) in enumerate(zip(names, groups, strict=True))
        ),
        volume_groups=tuple(VolumeGroup(f"vg{g}", f"u{g}") for g in made),
        logical_volumes=tuple(
            LogicalVolume("l", f"vg{g}", f"lv{g}", path=f"/dev/vg{g}/l", device=f"dm-{g}", active=True)
            for g in made
        ),
        filesystems=tuple(Filesystem(f"dm-{g}", "ext4") for g in made),
        mounts=tuple(Mount(f"/dev/mapper/vg{g}-l", f"dm-{g}", f"/m{g}", "ext4") for g in made if mounted[g]),
    )
    lun = subjects(inventory)
    subject = next(one for one in lun if one.kind is SubjectKind.LUN and one.key.endswith(f"|i{chosen}|0"))
    found = dependents(inventory, subject)
    check_is_closed(inventory, found)
    group = groups[chosen]
    assert [one.name for one in found.groups] == [f"vg{group}"]
    assert [mount.target for mount in found.mounts] == ([f"/m{group}"] if mounted[group] else [])
    assert [session.sid for session in found.sessions] == [chosen]


def test_users_are_shown_where_they_hold() -> None:
    inventory = two_luns()
    users = Users((process(10), process(11, how=Hold.OPEN_DEVICE)))
    rungs = {rung.name: rung for stack in stacks(inventory) for rung in stack.rungs}
    assert [one.pid for one in users_at(rungs["/srv/data"], inventory, users).processes] == [10]
    assert users_at(rungs["/srv/again"], inventory, users).processes == ()
    assert [one.pid for one in users_at(rungs["data"], inventory, users).processes] == [11]
    assert users_at(rungs["/srv/plain"], inventory, users).processes == ()


def test_everything_that_went_is_known_by_its_lasting_names() -> None:
    inventory = two_luns()
    names = lasting_names(dependents(inventory, subject_of_target(TARGET)), inventory)
    assert {f"{TARGET}/0", "naa.0", "vg", "vg/data", "/dev/vg/data", "/srv/data", "mount:/srv/plain"} <= {
        *names
    }
    assert not {"0", "/dev/sda", "/dev/dm-0"} & {*names}
    volume = Subject(SubjectKind.LOGICAL_VOLUME, "lv:vg:vg-1/lv-1", "data")
    above = lasting_names(dependents(inventory, volume), inventory)
    assert "/srv/again" in above
    assert not {"vg", "naa.0", "/srv/plain"} & {*above}
