"""A host beside its twin: what is equal, what may differ, and what is told."""

import re
from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.machines.in_use import MIB, host_in_use
from tui.practice.rehearsal.compared import Comparison, Ignored, compare
from tui.practice.rehearsal.described import describe
from tui.storage.host.recorded import RecordedHost
from tui.storage.model.inventory import Inventory
from tui.storage.probe.inventory import take_inventory

MACHINES = Path(__file__).parent.parent.parent / "machines"
MULTIPATH = MACHINES / "multipath-xfs.json"


def inventory_of(text: str, folder: Path) -> Inventory:
    place = folder / "twin.json"
    place.write_text(text)
    return take_inventory(RecordedHost(str(place)))


def renumbered(text: str) -> str:
    """The same host after another boot: paths in another order, maps with other numbers."""
    swapped = {"sda": "sdb", "sdb": "sda", "8:0": "8:16", "8:16": "8:0"}
    text = re.sub(r"\b(sda|sdb|8:0|8:16)\b", lambda match: swapped[match[1]], text.replace("b8:", "b 8:"))
    text = text.replace("b 8:", "b8:")
    text = re.sub(r"dm-(\d)", lambda match: f"dm-{int(match[1]) + 3}", text)
    return re.sub(r"254:(\d)", lambda match: f"254:{int(match[1]) + 3}", text)


def kinds(found: Comparison) -> set[Ignored]:
    return {kind for kind, _count in found.ignored} - {Ignored.OWN_DISKS}


@pytest.mark.parametrize("path", sorted(MACHINES.glob("*.json")), ids=lambda path: path.stem)
def test_a_host_does_not_differ_from_itself(path: Path) -> None:
    inventory = take_inventory(RecordedHost(str(path)))
    found = compare(inventory, inventory)
    assert (found.differences, kinds(found)) == ((), set())
    assert found.equal > 50


def test_what_the_kernel_numbers_is_ignored_and_named(tmp_path: Path) -> None:
    text = MULTIPATH.read_text()
    host, twin = inventory_of(text, tmp_path), inventory_of(renumbered(text), tmp_path)
    assert [device.name for device in host.devices] != [device.name for device in twin.devices]
    found = compare(host, twin)
    assert found.differences == ()
    assert kinds(found) >= {Ignored.DISK_NAMES, Ignored.MAP_NUMBERS, Ignored.DEVICE_NUMBERS}
    assert all(kind.words for kind in Ignored)


def test_numbers_of_sessions_are_ignored(tmp_path: Path) -> None:
    host = inventory_of(MULTIPATH.read_text(), tmp_path)
    twin = replace(
        host,
        sessions=tuple(replace(one, sid=one.sid + 7, creator=1, host_number=9) for one in host.sessions),
        luns=tuple(replace(one, sid=one.sid + 7, address=f"9:{one.sid}:0:{one.number}") for one in host.luns),
    )
    found = compare(host, twin)
    assert found.differences == ()
    assert kinds(found) == {Ignored.SESSION_NUMBERS, Ignored.SCSI_ADDRESSES}


def test_disk_sequence_numbers_are_ignored(tmp_path: Path) -> None:
    host = inventory_of(MULTIPATH.read_text(), tmp_path)
    devices = tuple(
        replace(one, links=tuple(re.sub(r"(by-diskseq/)", r"\g<1>9", link) for link in one.links))
        for one in host.devices
    )
    found = compare(host, replace(host, devices=devices))
    assert (found.differences, kinds(found)) == ((), {Ignored.DISK_SEQUENCE})


def test_what_really_differs_is_told(tmp_path: Path) -> None:
    host = inventory_of(MULTIPATH.read_text(), tmp_path)
    volume, *others = host.logical_volumes
    mount = next(one for one in host.mounts if one.target != "/")
    twin = replace(
        host,
        logical_volumes=(replace(volume, size=volume.size - MIB, attributes="-wi-------"), *others),
        mounts=(replace(mount, options=("ro",)),),
        luns=(host.luns[0],),
        fstab=(),
    )
    found = compare(host, twin)
    told = {(one.section, one.field) for one in found.differences}
    assert {("logical_volumes", "size"), ("logical_volumes", "attributes"), ("mounts", "options")} <= told
    assert [one.twin for one in found.differences if one.section == "luns"] == [""]
    size = next(one for one in found.differences if one.field == "size")
    assert (size.host, size.twin) == (str(volume.size), str(volume.size - MIB))


@pytest.mark.parametrize(("used", "differs"), [(101, False), (160, True)])
def test_a_fill_may_differ_a_little(used: int, *, differs: bool) -> None:
    host = take_inventory(host_in_use())
    mounts = tuple(replace(one, used=used * MIB if one.used else None) for one in host.mounts)
    found = compare(host, replace(host, mounts=mounts))
    assert bool(found.differences) is differs
    assert (Ignored.FILL in kinds(found)) is not differs


def test_a_wwid_that_the_twin_cannot_have_is_known_by_its_stand_in() -> None:
    source = host_in_use()
    for path in [path for path in source.files if path.endswith("/wwid")]:
        source.files[path] = "naa.5000c500a1b2c3d4\n"
    host, disks = take_inventory(source), describe(source).description.disks
    twin = replace(host, luns=tuple(replace(one, wwid=disks[0].made_wwid) for one in host.luns))
    assert compare(host, twin, disks).differences == ()
    assert compare(host, twin).differences != ()
