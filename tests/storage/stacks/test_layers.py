"""Rungs of what lies between LUNs and volumes: open, closed, degraded, or of other programs."""

import pytest
from msgspec.structs import replace

from tests.recovery.making import single_path
from tui.maintenance.dependents import SubjectKind, dependents, subject_of
from tui.maintenance.disconnect_layers import layers_apart, left_to_hands
from tui.storage.model.block import BlockDevice, BlockKind, LegState, Raid, RaidLeg
from tui.storage.model.files import CrypttabEntry, Filesystem, Mount
from tui.storage.model.inventory import Inventory
from tui.storage.operations.arrays.md import StopArray, md_uuid
from tui.storage.operations.crypt.luks import CloseLuks, OpenLuks
from tui.storage.stacks.rung import Health, Rung, RungKind
from tui.storage.stacks.stack import stacks

UUID = "11111111-2222-3333-4444-555555555555"
PLAIN = UUID.replace("-", "")


def on_the_lun(content: str, *upper: BlockDevice, crypttab: tuple[CrypttabEntry, ...] = ()) -> Inventory:
    """A LUN with that content, and devices above it; of the topmost a mounted file system."""
    one = single_path()
    disk = replace(
        one.devices[0],
        content=content,
        content_uuid=UUID,
        content_label="tank",
        holders=tuple(device.name for device in upper[:1]),
    )
    top = upper[-1].name if upper else ""
    return replace(
        one,
        devices=(disk, *upper),
        physical_volumes=(),
        volume_groups=(),
        logical_volumes=(),
        filesystems=(Filesystem(top, "ext4"),) if top else (),
        mounts=(Mount("x", top, "/srv/x", "ext4", ("rw",), size=1, used=0),) if top else (),
        fstab=(),
        crypttab=crypttab,
    )


def crypt(kind: str = "LUKS2") -> BlockDevice:
    uuid = f"CRYPT-{kind}-{PLAIN}-sec"
    return BlockDevice(
        "dm-0", "/dev/mapper/sec", "253:0", BlockKind.CRYPT, 1, slaves=("sda",), map_name="sec", map_uuid=uuid
    )


def array(*states: LegState) -> BlockDevice:
    legs = tuple(
        RaidLeg((name,), state, good=state is LegState.IN_SYNC)
        for name, state in zip(("sda", "vdb"), states, strict=True)
    )
    return BlockDevice("md0", "/dev/md0", "9:0", BlockKind.RAID, 1, slaves=("sda",), raid=Raid("raid1", legs))


def rung_of(inventory: Inventory, kind: RungKind) -> Rung:
    return next(rung for stack in stacks(inventory) for rung in stack.rungs if rung.kind is kind)


ENTRY = CrypttabEntry(4, "sec", f"UUID={UUID}", "/root/k", ("luks", "discard"), device="sda")


def test_a_closed_luks_volume_has_a_rung_with_its_line_and_the_key_it_has_when_open() -> None:
    closed = rung_of(on_the_lun("crypto_LUKS", crypttab=(ENTRY,)), RungKind.CRYPT)
    assert (closed.health, closed.state, closed.name) == (Health.ABSENT, "closed", "sec")
    assert "Line 4 of crypttab" in closed.reason
    unlisted = rung_of(on_the_lun("crypto_LUKS"), RungKind.CRYPT)
    assert "no line in crypttab" in unlisted.reason
    opened = rung_of(on_the_lun("crypto_LUKS", crypt()), RungKind.CRYPT)
    assert (opened.health, opened.state, opened.key) == (Health.GOOD, "open", closed.key)


def test_an_array_that_is_not_assembled_has_the_key_it_has_when_it_runs() -> None:
    stopped = rung_of(on_the_lun("linux_raid_member"), RungKind.RAID)
    assert stopped.health is Health.ABSENT
    running = rung_of(
        on_the_lun("linux_raid_member", array(LegState.IN_SYNC, LegState.IN_SYNC)), RungKind.RAID
    )
    assert (running.key, running.health) == (stopped.key, Health.GOOD)
    degraded = rung_of(
        on_the_lun("linux_raid_member", array(LegState.IN_SYNC, LegState.FAULTY)), RungKind.RAID
    )
    assert degraded.health is Health.DEGRADED
    assert "1 of its 2 legs" in degraded.reason


@pytest.mark.parametrize("content", ["zfs_member", "bcache", "drbd", "VMFS_volume_member"])
def test_a_disk_of_another_program_does_not_look_unused(content: str) -> None:
    member = rung_of(on_the_lun(content), RungKind.OTHER_DEVICE)
    assert member.name == "tank"
    assert member.detail[0]


def test_where_the_cursor_stands_on_a_layer_its_lun_is_disconnected() -> None:
    for inventory, kind in (
        (on_the_lun("crypto_LUKS", crypt()), RungKind.CRYPT),
        (on_the_lun("linux_raid_member", array(LegState.IN_SYNC, LegState.IN_SYNC)), RungKind.RAID),
    ):
        subject = subject_of(rung_of(inventory, kind), inventory)
        assert subject is not None
        assert subject.kind is SubjectKind.LUN


def apart(inventory: Inventory, kind: RungKind) -> list[object]:
    subject = subject_of(rung_of(inventory, kind), inventory)
    assert subject is not None
    return [operation for operation, _back in layers_apart(inventory, dependents(inventory, subject), ())]


def test_luks_is_closed_and_opened_again_as_crypttab_says() -> None:
    (step,) = apart(on_the_lun("crypto_LUKS", crypt(), crypttab=(ENTRY,)), RungKind.CRYPT)
    assert isinstance(step, CloseLuks)
    (back,) = step.undo()
    assert isinstance(back, OpenLuks)
    assert back.argv[:7] == (
        "cryptsetup",
        "open",
        "--type",
        "luks",
        "--allow-discards",
        "--key-file",
        "/root/k",
    )
    strange = replace(ENTRY, options=("luks", "fido2-device=auto"))
    (step,) = apart(on_the_lun("crypto_LUKS", crypt(), crypttab=(strange,)), RungKind.CRYPT)
    assert isinstance(step, CloseLuks)
    assert step.key_file == ""


def test_an_array_is_stopped_by_its_uuid_and_what_is_no_luks_is_left_to_hands() -> None:
    inventory = on_the_lun("linux_raid_member", array(LegState.IN_SYNC, LegState.IN_SYNC))
    assert apart(inventory, RungKind.RAID) == [StopArray("/dev/md0", UUID)]
    assert md_uuid(UUID) == "11111111:22223333:44445555:55555555"
    plain = on_the_lun("", crypt("PLAIN"))
    assert left_to_hands(plain, rung_of(plain, RungKind.CRYPT)) == "cryptsetup close sec"
