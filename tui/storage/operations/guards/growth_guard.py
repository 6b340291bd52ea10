"""What must hold before anything follows a LUN that grew: every path up, nothing smaller than its load."""

from tui.storage.devices.identity import DeviceIdentity, compare
from tui.storage.host.interface import Host
from tui.storage.model.block import BlockDevice, BlockKind
from tui.storage.model.inventory import Inventory
from tui.storage.model.iscsi import Lun, SessionState
from tui.storage.problem import Problem, Refused
from tui.storage.size import size_words
from tui.storage.untrusted import clean
from tui.words import translate as _


def grown_device(
    host: Host, identity: DeviceIdentity, inventory: Inventory
) -> tuple[BlockDevice, tuple[Lun, ...]]:
    """The device that was chosen, whatever it grew to, and the LUNs that are its paths, all of them up.

    Raises:
        Refused: it is another one now, it is smaller than it was, or a path is down.
    """
    device, _now = compare(host, identity, inventory, may_have_grown=True)
    paths = paths_of(inventory, device)
    problem = path_down(inventory, paths)
    if problem is not None:
        raise Refused(problem)
    return device, paths


def paths_of(inventory: Inventory, device: BlockDevice) -> tuple[Lun, ...]:
    """The LUNs directly under a disk or a multipath map, by disk name; none for any other device."""
    disks = device.slaves if device.kind is BlockKind.MULTIPATH else (device.name,)
    found = (inventory.lun_on(name) for name in sorted(disks))
    return tuple(lun for lun in found if lun is not None)


def path_down(inventory: Inventory, paths: tuple[Lun, ...]) -> Problem | None:
    """Why growing must wait for a path, or None when every path is up."""
    for lun in paths:
        session = inventory.session(lun.sid)
        up = session is not None and session.state is SessionState.LOGGED_IN and lun.state.answers
        if not up:
            return Problem(
                "growth.path-down",
                _("The path {disk} is down (session {sid}).").format(
                    disk=clean(lun.disk, 40) or clean(lun.address, 40), sid=lun.sid
                ),
                cause=_(
                    "It would go on showing the old size, and requests beyond it would fail once it is back."
                ),
                remedy=_("Wait until the session is logged in again, or repair it, then grow."),
            )
    return None


def shrunk_problem(what: str, now: int, needed: int, upper: str) -> Problem:
    """A device that has become smaller than what stands on it.

    Args:
        what: the device, as people name it.
        now: its bytes now.
        needed: bytes that what stands on it reaches to.
        upper: what stands on it.
    """
    return Problem(
        "growth.shrunk",
        _("{what} has become smaller: {now}, and {upper} needs {needed}.").format(
            what=clean(what, 80),
            now=size_words(now, needed),
            upper=clean(upper, 80),
            needed=size_words(needed, now),
        ),
        cause=_("The LUN was made smaller on the array, or another LUN has taken its place."),
        remedy=_(
            "Stop writing to it and ask the storage administrator to give it its old size again; the data"
            " often is still there. Nothing is made smaller here, and no check or repair should run before."
        ),
    )
