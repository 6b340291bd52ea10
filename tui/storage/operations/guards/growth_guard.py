"""What must be true before anything grows with its LUN: every path up, nothing smaller than its data."""

from tui.storage.devices.identity import DeviceIdentity, compare
from tui.storage.host.interface import Host
from tui.storage.model.block import BlockDevice, BlockKind
from tui.storage.model.inventory import Inventory
from tui.storage.model.iscsi import Lun, SessionState
from tui.storage.problem import Problem, Refused
from tui.storage.size import size_words
from tui.storage.untrusted import clean
from tui.words import enumerated, translate as _


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
                cause=_("It would keep the old size, and I/O beyond it would fail once the path is back."),
                remedy=_("Wait until the session is logged in again, or repair it; then grow."),
            )
    return None


def shrunk_problem(what: str, now: int, needed: int, upper: str) -> Problem:
    """A device that is smaller now than what is on it.

    Args:
        what: the device, as people name it.
        now: its bytes now.
        needed: bytes up to which what is on it reaches.
        upper: what is on it; empty where that has no name.
    """
    return Problem(
        "growth.shrunk",
        _("{what} has shrunk to {now}, but {upper} needs {needed}.").format(
            what=clean(what, 80),
            now=size_words(now, needed),
            upper=clean(upper, 80) or _("what is on it"),
            needed=size_words(needed, now),
        ),
        cause=_("The LUN was shrunk on the array, or was replaced by another LUN."),
        remedy=_(
            "Stop writing to it and ask the storage administrator to restore its old size; the data is"
            " often still there. iscsi-console shrinks nothing. Do not check or repair anything before"
            " that."
        ),
    )


def paths_differ(paths: tuple[Lun, ...], cause: str, remedy: str) -> Problem:
    """The paths to a LUN do not have one size."""
    others = tuple(lun.size for lun in paths)
    sizes = enumerated(f"{lun.disk} {size_words(lun.size, *others)}" for lun in paths)
    return Problem(
        "growth.paths-differ",
        _("The paths report different sizes: {sizes}.").format(sizes=sizes),
        cause=cause,
        remedy=remedy,
    )
