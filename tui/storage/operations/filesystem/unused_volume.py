"""A volume that nothing uses, found for a check or a repair of its file system."""

from tui.storage.devices.device_use import why_not_answering, why_not_write
from tui.storage.host.interface import Host
from tui.storage.model.block import BlockDevice
from tui.storage.operations.calls import refuse_when_busy
from tui.storage.operations.guards.device_guard import refuse_when_mounted_elsewhere
from tui.storage.probe.devices.all_signatures import content_of
from tui.storage.probe.narrow import device_behind, look_at_devices
from tui.storage.problem import Problem, Refused
from tui.storage.untrusted import clean
from tui.words import translate as _


def unused_volume(host: Host, path: str, kind: str, uuid: str) -> BlockDevice:
    """The device behind a path: it responds, has that very file system, and is not mounted.

    Args:
        host: the host.
        path: `/dev/VG/LV`, or a disk.
        kind: ext4 or xfs.
        uuid: of the file system as it was seen; empty where its superblock could not be read.

    Raises:
        Refused: one of these does not hold. A repair of what is mounted destroys it.
    """
    inventory = look_at_devices(host)
    device = device_behind(host, inventory, path)
    if device is None:
        raise Refused(no_volume(path))
    problem = why_not_write(inventory, device)
    if problem is not None:
        raise Refused(problem)
    refuse_when_mounted_elsewhere(host, inventory, device)
    refuse_when_busy(host, device.path)
    _refuse_another(host, device, path, kind, uuid)
    return device


def refuse_unreachable(host: Host, path: str, kind: str, uuid: str) -> None:
    """See that a file system can be reached, whoever uses it; a device that is not there yet passes.

    Args:
        host: the host.
        path: as for `unused_volume`, like the rest.
        kind: ext4 or xfs.
        uuid: of the file system.

    Raises:
        Refused: it does not answer now, may not be written, or does not hold that file system.
    """
    inventory = look_at_devices(host)
    device = device_behind(host, inventory, path)
    if device is None:
        return
    problem = why_not_answering(inventory, device)
    if problem is not None:
        raise Refused(problem)
    _refuse_another(host, device, path, kind, uuid)


def _refuse_another(host: Host, device: BlockDevice, path: str, kind: str, uuid: str) -> None:
    found = content_of(host, device.path)
    if (found.get("TYPE", ""), found.get("UUID", "")) in ((kind, uuid), (kind, "")) or not uuid:
        return
    if not found:
        raise Refused(
            Problem(
                "contents.not-read",
                _("{device} could not be read, or no file system is recognized on it.").format(
                    device=clean(path)
                ),
                remedy=_(
                    "Nothing was done to it. Check the session, the kernel log and the size of its disk, "
                    "then retry."
                ),
            )
        )
    raise Refused(
        Problem(
            "identity.changed",
            _("{device} does not hold the file system that was chosen.").format(device=clean(path)),
            remedy=_("Nothing was done to it. Check the volume again."),
            evidence=(
                _("chosen: {kind} {uuid}").format(kind=clean(kind, 40), uuid=clean(uuid, 60)),
                _("now: {kind} {uuid}").format(
                    kind=clean(found.get("TYPE", ""), 40), uuid=clean(found.get("UUID", ""), 60)
                ),
            ),
        )
    )


def no_volume(path: str) -> Problem:
    """There is no volume at a path."""
    return Problem(
        "volume.gone",
        _("{device} does not exist.").format(device=clean(path)),
        cause=_("The volume is not active, or its disks are missing."),
        remedy=_("Check the session and activate the volume group."),
    )
