"""Names the disks of a guest, and tells what is on them, for scripts that run in it."""

import json
import sys

from msgspec.structs import asdict

from tui.storage.boot_check.check import boot_check, will_survive
from tui.storage.boot_check.facts import read_boot_facts
from tui.storage.devices.contents import Contents, contents
from tui.storage.devices.identity import DeviceIdentity, identity_of
from tui.storage.host.local import LocalHost
from tui.storage.model.block import BlockDevice
from tui.storage.probe.inventory import take_inventory
from tui.storage.probe.narrow import look_at_devices

HOST = LocalHost()


def disk(lun: int) -> BlockDevice:
    """The disk of a LUN, or the multipath map over it."""
    inventory = look_at_devices(HOST)
    name = next(one.disk for one in inventory.luns if one.number == lun)
    joined = inventory.map_over(name)
    device = inventory.device(joined.device if joined else name)
    assert device is not None
    return device


def identity(lun: int) -> DeviceIdentity:
    """What a person would see of it."""
    return identity_of(look_at_devices(HOST), disk(lun))


def look(lun: int) -> Contents:
    """What is on it."""
    return contents(HOST, take_inventory(HOST), disk(lun))


def say(value: dict[str, object]) -> None:
    """Print a value for the test."""
    sys.stdout.write(json.dumps(value) + "\n")


def say_contents(lun: int) -> None:
    """Print what is on a disk, and whether it may be used."""
    found = look(lun)
    say(
        {
            "empty": found.empty,
            "reusable": found.reusable,
            "words": found.words,
            "kinds": [one.kind for one in found.signatures],
            "refusal": found.refusal.code if found.refusal else "",
            "reuse_refusal": found.reuse_refusal.code if found.reuse_refusal else "",
        }
    )


def say_boot_check(mount_point: str) -> None:
    """Print the boot check of a mount point."""
    inventory = take_inventory(HOST)
    checked = boot_check(inventory, mount_point, read_boot_facts(HOST, inventory, mount_point))
    say({"survives": will_survive(checked), "checked": [asdict(one) for one in checked]})
