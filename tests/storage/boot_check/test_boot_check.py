"""What the next boot will do, rung by rung, on made-up inventories."""

import pytest
from msgspec.structs import replace

from tests.storage.scripted_host import ScriptedHost
from tui.storage.boot_check.check import boot_check, will_survive
from tui.storage.boot_check.facts import BootFacts, read_boot_facts
from tui.storage.boot_check.rung import Checked, Rung
from tui.storage.boot_check.volume import unit_settings
from tui.storage.host.interface import Outcome
from tui.storage.model.block import BlockDevice, BlockKind, MultipathMap
from tui.storage.model.files import FstabEntry, Mount
from tui.storage.model.inventory import Inventory
from tui.storage.model.iscsi import (
    ChapFacts,
    DeviceState,
    Initiator,
    Lun,
    NodeRecord,
    Portal,
    Role,
    Service,
    Session,
    SessionState,
)
from tui.storage.model.lvm import LogicalVolume, LvmReading, PhysicalVolume, VolumeGroup

TARGET = "iqn.2003-01.org.example:t1"
NAME = "iqn.1993-08.org.debian:01:abc"
PORTAL = Portal("192.0.2.10", 3260, 1)
OPTIONS = ("rw", "_netdev", "nofail")
ENTRY = FstabEntry(3, "UUID=1-2", "/srv/data", "ext4", OPTIONS, 0, 2, "dm-0")
FACTS = BootFacts(
    mount_point_exists=True, event_activation=True, devices_file=False, volume_autoactivation=True
)


def good() -> Inventory:
    """A host on which everything is arranged."""
    return Inventory(
        "db7",
        root=True,
        initiator=Initiator(NAME),
        services=(
            Service("iscsid.service", Role.DAEMON, True, "active", "disabled"),
            Service("iscsid.socket", Role.DAEMON_SOCKET, True, "active", "enabled"),
            Service("open-iscsi.service", Role.LOGIN_AT_BOOT, True, "active", "enabled"),
            Service("multipathd.service", Role.MULTIPATH, True, "active", "enabled"),
        ),
        node_records=(NodeRecord(TARGET, PORTAL, startup="automatic", connection_startup="manual"),),
        sessions=(Session(1, TARGET, PORTAL, state=SessionState.LOGGED_IN, initiator_name=NAME),),
        luns=(Lun("1:0:0:0", 1, 0, "sda", "naa.6", 1000, state=DeviceState.RUNNING),),
        devices=(
            BlockDevice("sda", "/dev/sda", "8:0", BlockKind.DISK, 1000, holders=("dm-0",)),
            BlockDevice(
                "dm-0",
                "/dev/mapper/vg-data",
                "254:0",
                BlockKind.LOGICAL_VOLUME,
                900,
                slaves=("sda",),
                content="ext4",
                content_uuid="1-2",
            ),
        ),
        physical_volumes=(PhysicalVolume("/dev/sda", "sda", "abcdef-0123", "vg"),),
        volume_groups=(VolumeGroup("vg", "u"),),
        logical_volumes=(LogicalVolume("data", "vg", "l", device="dm-0", active=True),),
        lvm=LvmReading(asked=True),
        mounts=(Mount("/dev/mapper/vg-data", "dm-0", "/srv/data", "ext4", ("rw",)),),
        fstab=(ENTRY,),
    )


def at(checked: tuple[Checked, ...], rung: Rung) -> tuple[bool | None, ...]:
    return tuple(one.holds for one in checked if one.rung is rung)


def outcome(inventory: Inventory, rung: Rung, facts: BootFacts = FACTS) -> bool | None:
    """The worst that was found at a rung."""
    found = at(boot_check(inventory, "/srv/data", facts), rung)
    assert found, f"{rung} was not checked"
    return False if False in found else None if None in found else True


def with_service(inventory: Inventory, role: Role, enabled: str) -> Inventory:
    return replace(
        inventory,
        services=tuple(
            replace(one, enabled=enabled) if one.role is role else one for one in inventory.services
        ),
    )


def with_record(inventory: Inventory, **change: object) -> Inventory:
    (record,) = inventory.node_records
    return replace(inventory, node_records=(replace(record, **change),))


def test_where_everything_is_arranged_everything_holds() -> None:
    checked = boot_check(good(), "/srv/data/", FACTS)
    assert all(one.holds is True for one in checked), checked
    assert all(one.words and one.rung.label for one in checked)
    assert will_survive(checked)


def test_without_facts_nothing_is_made_up() -> None:
    assert outcome(good(), Rung.GROUP, BootFacts()) is None
    assert will_survive(boot_check(good(), "/srv/data"))


def test_nothing_mounted_there() -> None:
    checked = boot_check(good(), "/srv/other", FACTS)
    assert at(checked, Rung.MOUNT) == (False,)


def test_what_fstab_alone_knows_is_checked_too() -> None:
    assert will_survive(boot_check(replace(good(), mounts=()), "/srv/data", FACTS))


@pytest.mark.parametrize(
    ("initiator", "holds"),
    [
        (Initiator(""), False),
        (Initiator("iqn.bad"), False),
        (Initiator(NAME, exact=False), False),
        (Initiator(NAME, generates=True), False),
        (Initiator("", readable=False), None),
        (Initiator(f"{NAME}d"), None),
    ],
)
def test_name(initiator: Initiator, holds: bool | None) -> None:
    assert outcome(replace(good(), initiator=initiator), Rung.NAME) is holds


def test_services() -> None:
    assert outcome(with_service(good(), Role.LOGIN_AT_BOOT, "disabled"), Rung.SERVICES) is False
    assert outcome(with_service(good(), Role.LOGIN_AT_BOOT, "enabled-runtime"), Rung.SERVICES) is False
    assert outcome(with_service(good(), Role.DAEMON_SOCKET, "disabled"), Rung.SERVICES) is False
    assert outcome(replace(good(), services=()), Rung.SERVICES) is None


@pytest.mark.parametrize(
    ("startup", "connection", "holds"),
    [
        ("automatic", "manual", True),
        ("manual", "automatic", True),
        ("manual", "manual", False),
        ("onboot", "manual", False),
        ("", "", False),
    ],
)
def test_startup(startup: str, connection: str, holds: bool) -> None:
    inventory = with_record(good(), startup=startup, connection_startup=connection)
    assert outcome(inventory, Rung.RECORD) is holds


def test_records_that_are_missing_or_may_not_be_read() -> None:
    assert outcome(replace(good(), node_records=()), Rung.RECORD) is False
    assert outcome(replace(good(), node_records=(), root=False), Rung.RECORD) is None
    assert outcome(with_record(good(), readable=False), Rung.RECORD) is None
    assert outcome(with_record(good(), iface="other"), Rung.RECORD) is False
    assert outcome(with_record(good(), portal=Portal("192.0.2.10", 3260, None)), Rung.RECORD) is True


def test_chap() -> None:
    assert outcome(with_record(good(), chap=ChapFacts("CHAP", "me")), Rung.CHAP) is False
    assert outcome(with_record(good(), chap=ChapFacts("CHAP", "me", True)), Rung.CHAP) is True


def test_a_lost_path_is_unknown() -> None:
    lost = replace(good(), sessions=(replace(good().sessions[0], state=SessionState.FAILED),))
    assert outcome(lost, Rung.PORTAL) is None


def test_multipath_is_checked_where_there_is_a_map() -> None:
    disk, volume = good().devices
    on_map = replace(
        good(),
        devices=(
            replace(disk, holders=("dm-1",)),
            BlockDevice(
                "dm-1",
                "/dev/mapper/mpatha",
                "254:1",
                BlockKind.MULTIPATH,
                1000,
                slaves=("sda",),
                holders=("dm-0",),
            ),
            replace(volume, slaves=("dm-1",)),
        ),
        multipath_maps=(MultipathMap("mpatha", "dm-1", "naa.6", 1000, ("sda",), ("sda",)),),
    )
    assert not at(boot_check(good(), "/srv/data", FACTS), Rung.MULTIPATH)
    assert outcome(on_map, Rung.MULTIPATH) is True
    assert outcome(with_service(on_map, Role.MULTIPATH, "disabled"), Rung.MULTIPATH) is False


def test_activation() -> None:
    (group,) = good().volume_groups
    (volume,) = good().logical_volumes
    off = replace(good(), volume_groups=(replace(group, autoactivation=False),))
    partial = replace(good(), volume_groups=(replace(group, missing_volumes=1),))
    skipped = replace(good(), logical_volumes=(replace(volume, skip_activation=True),))
    assert outcome(off, Rung.GROUP) is False
    assert outcome(partial, Rung.GROUP) is False
    assert outcome(good(), Rung.GROUP, replace(FACTS, event_activation=False)) is False
    assert outcome(skipped, Rung.VOLUME) is False
    assert outcome(good(), Rung.VOLUME, replace(FACTS, volume_autoactivation=False)) is False
    assert outcome(replace(good(), logical_volumes=()), Rung.GROUP) is None


def test_the_devices_file_must_list_the_disk() -> None:
    listed = "IDTYPE=sys_wwid IDNAME=naa.6 DEVNAME=/dev/sda PVID=abcdef0123 PART=0"
    assert outcome(good(), Rung.GROUP, replace(FACTS, devices_file=True, devices_listed=listed)) is True
    assert outcome(good(), Rung.GROUP, replace(FACTS, devices_file=True, devices_listed="VERSION=1")) is False


def test_two_file_systems_with_one_uuid() -> None:
    snapshot = BlockDevice(
        "dm-9",
        "/dev/mapper/vg-snap",
        "254:9",
        BlockKind.LOGICAL_VOLUME,
        900,
        content="ext4",
        content_uuid="1-2",
    )
    assert outcome(replace(good(), devices=(*good().devices, snapshot)), Rung.FILESYSTEM) is False
    disk, volume = good().devices
    silent = replace(good(), devices=(disk, replace(volume, content_uuid="")))
    assert outcome(silent, Rung.FILESYSTEM) is None


@pytest.mark.parametrize(
    ("entry", "mount", "options"),
    [
        (ENTRY, True, True),
        (replace(ENTRY, kind="auto"), True, True),
        (replace(ENTRY, device="dm-7"), False, True),
        (replace(ENTRY, device=""), False, True),
        (replace(ENTRY, kind="xfs"), False, True),
        (replace(ENTRY, options=("nofail",)), True, False),
        (replace(ENTRY, options=("_netdev",)), True, False),
        (replace(ENTRY, options=(*OPTIONS, "noauto")), True, False),
        (replace(ENTRY, options=("_netdev", "noauto", "x-systemd.automount")), True, True),
    ],
)
def test_the_line_in_fstab(entry: FstabEntry, mount: bool, options: bool) -> None:
    inventory = replace(good(), fstab=(entry,))
    assert outcome(inventory, Rung.MOUNT) is mount
    assert outcome(inventory, Rung.OPTIONS) is options


def test_no_line_or_two() -> None:
    assert outcome(replace(good(), fstab=()), Rung.MOUNT) is False
    assert outcome(replace(good(), fstab=(ENTRY, ENTRY)), Rung.MOUNT) is False


UNIT = "[Mount]\n# What=/x\nWhat=/dev/disk/by-uuid/1-2\nWhere=/srv/data\nOptions=_netdev,rw\n"


@pytest.mark.parametrize(
    ("text", "enabled", "holds"),
    [
        (UNIT, True, True),
        (UNIT, False, False),
        (UNIT, None, None),
        (UNIT.replace("1-2", "3-4"), True, False),
    ],
)
def test_the_mount_unit(text: str, enabled: bool | None, holds: bool | None) -> None:
    facts = replace(FACTS, mount_unit=text, mount_unit_enabled=enabled)
    assert outcome(replace(good(), fstab=()), Rung.MOUNT, facts) is holds
    assert unit_settings(UNIT)["What"] == "/dev/disk/by-uuid/1-2"


def test_folder_and_leftovers() -> None:
    assert outcome(good(), Rung.FOLDER, replace(FACTS, mount_point_exists=False)) is False
    rc_local = "mount /dev/vg/data /srv/data\nmount /dev/x /srv/other\n"
    found = boot_check(good(), "/srv/data", replace(FACTS, rc_local=rc_local, rc_local_path="/etc/rc.local"))
    (leftover,) = [one for one in found if one.rung is Rung.LEFTOVERS]
    assert leftover.holds is False
    assert "/srv/data" in leftover.words


def test_facts_are_read_from_the_host() -> None:
    host = ScriptedHost(
        files={
            "/etc/rc.local": "mount /x /srv/data\n",
            "/etc/lvm/devices/system.devices": "VERSION=1\n",
            "/etc/systemd/system/srv-data.mount": UNIT,
        },
        folders={"/srv/data"},
        replies={
            ("lvm", "lvmconfig"): Outcome(
                0, 'event_activation=1\nuse_devicesfile=1\ndevicesfile="system.devices"\n'
            ),
            ("lvm", "lvs"): Outcome(0, "  0\n"),
            ("systemctl", "is-enabled"): Outcome(0, "enabled\n"),
        },
    )
    assert read_boot_facts(host, good(), "/srv/data") == BootFacts(
        rc_local="mount /x /srv/data\n",
        rc_local_path="/etc/rc.local",
        mount_point_exists=True,
        event_activation=True,
        devices_file=True,
        devices_listed="VERSION=1\n",
        volume_autoactivation=False,
        mount_unit=UNIT,
        mount_unit_enabled=True,
    )
    assert not any(command.changes for command in host.commands)


@pytest.mark.parametrize(
    ("accepted", "version", "late"),
    [
        ("/dev/disk/by-id/scsi-3600", "2.03.16(2)", True),
        ("/dev/disk/by-id/scsi-3600", "2.03.31(2)", False),
        ("/dev/sd", "2.03.16(2)", False),
    ],
)
def test_a_filter_that_takes_a_disk_by_a_link_alone_is_too_late_for_an_old_lvm(
    accepted: str, version: str, late: bool
) -> None:
    host = ScriptedHost(
        replies={
            ("lvm", "lvmconfig"): Outcome(0, f'event_activation=1\nfilter=["a|^{accepted}|","r|.*|"]\n'),
            ("lvm", "version"): Outcome(0, f"  LVM version:     {version} (2022-05-18)\n"),
        },
    )
    found = good()
    linked = replace(found.devices[0], links=("/dev/disk/by-id/scsi-3600",))
    facts = read_boot_facts(host, replace(found, devices=(linked, *found.devices[1:])), "/srv/data")
    assert facts.accepted_late == (("/dev/sda",) if late else ())
    assert (outcome(good(), Rung.GROUP, facts) is False) is late


def test_facts_of_a_host_that_tells_nothing_are_unknown() -> None:
    facts = read_boot_facts(ScriptedHost(), good(), "/srv/data")
    assert facts == BootFacts(mount_point_exists=False)
