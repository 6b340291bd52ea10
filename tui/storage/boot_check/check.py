"""What will happen at the next boot, rung by rung: from the initiator's name to the mount. Pure."""

from collections.abc import Iterator

from tui.storage.boot_check.facts import BootFacts, device_at
from tui.storage.boot_check.paths import check_multipath, check_name, check_services, check_session
from tui.storage.boot_check.rung import Checked, Rung
from tui.storage.boot_check.volume import (
    check_filesystem,
    check_folder,
    check_leftovers,
    check_mount,
    check_volume,
)
from tui.storage.devices.identity import luns_below
from tui.storage.model.inventory import Inventory
from tui.storage.probe.mounts.fstab import normalised
from tui.storage.untrusted import clean
from tui.words import translate as _

NO_FACTS = BootFacts()


def boot_check(inventory: Inventory, mount_point: str, facts: BootFacts = NO_FACTS) -> tuple[Checked, ...]:
    """Whether the volume at a mount point will be there after a reboot.

    Args:
        inventory: the host as it is, with the volume mounted.
        mount_point: where.
        facts: what else was read; without it some rungs are unknown.
    """
    return tuple(_check(inventory, normalised(mount_point), facts))


def will_survive(checked: tuple[Checked, ...]) -> bool:
    """Whether nothing was found that stands against it."""
    return all(check.holds is not False for check in checked)


def _check(inventory: Inventory, mount_point: str, facts: BootFacts) -> Iterator[Checked]:
    device = inventory.device(device_at(inventory, mount_point))
    if device is None:
        yield Checked(
            Rung.MOUNT,
            False,
            _("Nothing is mounted at {path}, and no entry of /etc/fstab finds its disk.").format(
                path=clean(mount_point, 60)
            ),
            _("Mount the volume first."),
        )
        return
    sids = dict.fromkeys(lun.sid for lun in luns_below(inventory, device))
    sessions = [session for sid in sids if (session := inventory.session(sid)) is not None]
    yield from check_name(inventory, sessions)
    yield from check_services(inventory)
    for session in sessions:
        yield from check_session(inventory, session)
    yield from check_multipath(inventory, device)
    yield from check_volume(inventory, device, facts)
    yield from check_filesystem(inventory, device)
    yield from check_mount(inventory, device, mount_point, facts)
    yield from check_folder(mount_point, facts)
    yield from check_leftovers(mount_point, facts)
