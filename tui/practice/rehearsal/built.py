"""Builds a twin inside the practice machine whose array stands already (`array.py`).

`python3 -m tui.practice.rehearsal.built` reads a description from standard input and writes in what the twin
is not like it, both JSON.
"""

import json
import socket
import sys
from functools import partial
from pathlib import Path

from tui.practice.rehearsal.building import FOLDER, Building
from tui.practice.rehearsal.description import Description, PlaceKind, Unlike
from tui.practice.rehearsal.filesystems_made import make_crypt, make_filesystem, make_swap
from tui.practice.rehearsal.holders import hold_in_kernel, stand_in
from tui.practice.rehearsal.partitions_made import write_table
from tui.practice.rehearsal.settings_made import (
    append_crypttab,
    append_fstab,
    make_folder,
    mount,
    set_service,
    write_file,
    write_mount_unit,
)
from tui.practice.rehearsal.volumes_made import GroupMade
from tui.storage.codec import decode, encode
from tui.storage.documents import parse_json

_LVM_SETTINGS = Path("/etc/lvm/lvmlocal.conf")
_NO_ACTIVATION = "activation {\n    auto_activation_volume_list = [ ]\n}\n"
"""LVM would activate a VG as soon as it is whole, before its pools and snapshots are (lvm.conf(5))."""

LOGIN_SECONDS = 150.0


def build(description: Description) -> tuple[Unlike, ...]:
    """Build everything that a description has; in what the twin is not like it."""
    building = Building(description)
    FOLDER.mkdir(parents=True, exist_ok=True)
    _configure(building)
    _connect(building)
    settings = _LVM_SETTINGS.read_text(encoding="utf-8")
    _LVM_SETTINGS.write_text(settings + _NO_ACTIVATION, encoding="utf-8")
    try:
        _store(building)
    finally:
        _LVM_SETTINGS.write_text(settings, encoding="utf-8")
    _use(building)
    return tuple(building.unlike)


def _configure(building: Building) -> None:
    description = building.description
    socket.sethostname(description.host)
    Path("/etc/hostname").write_text(f"{description.host}\n", encoding="ascii")
    if description.initiator:
        name = f"InitiatorName={description.initiator}\n"
        Path("/etc/iscsi/initiatorname.iscsi").write_text(name, encoding="ascii")
    for file in description.files:
        with building.part(file.path):
            write_file(file)
    for unit in ("iscsid.service", "multipathd.service"):
        with building.part(unit):
            building.run("systemctl", "restart", unit)


def _connect(building: Building) -> None:
    """Log in to each portal of each target, in the order of the description, and wait for the disks."""
    for target in building.description.targets:
        for portal in target.portals:
            address = f"[{portal.address}]" if ":" in portal.address else portal.address
            with building.part(f"{target.name} {address}:{portal.port}"):
                where = ("--targetname", target.name, "--portal", f"{address}:{portal.port}")
                building.run("iscsiadm", "--mode", "node", *where, "--login", seconds=LOGIN_SECONDS)
    for disk in building.description.disks:
        with building.part(disk.wwid):
            building.wait_for(partial(building.has_disk, disk), disk.made_wwid)
    building.settle()
    for multipath in building.description.maps:
        with building.part(multipath.name):
            path = Path("/dev/mapper", multipath.name)
            building.wait_for(path.exists, str(path))


def _store(building: Building) -> None:
    """Make what is on the disks, from the bottom to the top."""
    description = building.description
    for table in description.tables:
        with building.part(f"the partitions of {table.wwid}"):
            write_table(building, table)
    for crypt in description.crypts:
        if crypt.place.kind is not PlaceKind.VOLUME:
            with building.part(f"encryption of {crypt.place.name}"):
                make_crypt(building, crypt)
    groups: list[GroupMade] = []
    for group in description.groups:
        with building.part(f"VG {group.name}"):
            groups.append(GroupMade(building, group))
    for made in groups:
        with building.part(f"LVs of {made.name}"):
            made.activate()
    for crypt in description.crypts:
        if crypt.place.kind is PlaceKind.VOLUME:
            with building.part(f"encryption of {crypt.place.name}"):
                make_crypt(building, crypt)
    for filesystem in description.filesystems:
        if not any(made.is_snapshot(place) for made in groups for place in filesystem.places):
            with building.part(f"{filesystem.kind} {filesystem.uuid}"):
                make_filesystem(building, filesystem)
    for swap in description.swaps:
        with building.part(f"swap space {swap.place.name}"):
            make_swap(building, swap)
    for made in groups:
        with building.part(f"snapshots of {made.name}"):
            made.finish()
    building.settle()


def _use(building: Building) -> None:
    """Mount, start and hold what the host has mounted, started and held."""
    description = building.description
    for folder in description.folders:
        with building.part(folder.path):
            make_folder(folder)
    append_fstab(description.fstab)
    append_crypttab(description.crypttab)
    for unit in description.mount_units:
        with building.part(unit.name):
            write_mount_unit(building, unit)
    building.run("systemctl", "daemon-reload")
    for mounted in description.mounts:
        with building.part(mounted.target):
            mount(building, mounted)
    for folder in description.folders:
        with building.part(folder.path):
            make_folder(folder)
    for swap in description.swaps:
        if swap.active:
            with building.part(f"swap space {swap.place.name}"):
                priority = ("--priority", str(swap.priority)) if swap.priority >= 0 else ()
                building.run("swapon", *priority, building.path(swap.place))
    for service in description.services:
        with building.part(service.unit):
            set_service(building, service)
    for holder in description.holders:
        with building.part(holder.unit or holder.command):
            stand_in(building, holder)
    for held in description.kernel_holders:
        with building.part(f"{held.how} {held.name}"):
            hold_in_kernel(building, held)


def main() -> None:
    """Build what standard input describes."""
    unlike = build(decode(Description, parse_json(sys.stdin.read())))
    sys.stdout.write(json.dumps([encode(one) for one in unlike]) + "\n")


if __name__ == "__main__":
    main()
