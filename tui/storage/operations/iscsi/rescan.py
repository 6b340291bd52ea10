"""Letting the kernel ask a LUN for its size again, on every path at once."""

from typing import ClassVar

from tui.storage.devices.identity import DeviceIdentity
from tui.storage.host.interface import ChangingHost, Host
from tui.storage.model.inventory import Inventory
from tui.storage.model.iscsi import Lun
from tui.storage.operations.guards.growth_guard import grown_device, paths_differ, shrunk_problem
from tui.storage.operations.operation import CannotUndo, Operation, Progress
from tui.storage.probe.devices.sizes import array_size
from tui.storage.probe.narrow import look_at_devices
from tui.storage.problem import NotVerified, Problem, Refused
from tui.storage.size import size_words
from tui.storage.untrusted import as_typed, clean
from tui.storage.waiting import wait_for
from tui.words import enumerated, translate as _

_DEADLINE = 10.0
"""Seconds for the kernel to show the new size; it reads it within the write that asks for it."""


class RescanPaths(Operation, frozen=True):
    """Have the kernel read the size of a LUN again on each of its paths; other LUNs are left alone.

    Written to `device/rescan` of each disk, as `iscsiadm -m session -r SID --rescan` does for all LUNs of a
    session (iscsiadm.c, rescan_session). It is the narrower of the two: a LUN that shrank is not followed by
    accident.

    Attributes:
        device: the disk, or the multipath map over its paths.
        disks: kernel names of its paths when this was planned; one that is missing later is a path down.
    """

    survives_reboot: ClassVar[bool] = False

    device: DeviceIdentity
    disks: tuple[str, ...]

    def title(self) -> str:
        return _("Rescan the size of {device} on every path").format(device=clean(self.device.path, 60))

    def why(self) -> str:
        return _(
            "The kernel keeps the size that a LUN had at login. It must read the size again on each path"
            " before the layers above can grow."
        )

    def shown(self) -> tuple[str, ...]:
        return tuple(f"echo 1 > {as_typed((_attribute(disk),))}" for disk in self.disks)

    def is_done(self, host: Host) -> bool:
        """The array reports, on every path, the size that the kernel has. Unknown without sg_readcap."""
        inventory = look_at_devices(host)
        try:
            _device, paths = self._paths(host, inventory)
        except Refused:
            return False
        return all(_offered(host, inventory, lun) == lun.size for lun in paths)

    def check(self, host: Host) -> None:
        inventory = look_at_devices(host)
        _device, paths = self._paths(host, inventory)
        for lun in paths:
            offered = _offered(host, inventory, lun)
            if offered is not None and offered < lun.size:
                raise Refused(shrunk_problem(f"/dev/{lun.disk}", offered, lun.size, _("this host")))

    def run(self, host: ChangingHost, progress: Progress) -> None:
        _device, paths = self._paths(host, look_at_devices(host))
        for lun in paths:
            host.write_attribute(_attribute(lun.disk), "1")
        wait_for(lambda: len(self._sizes(host)) == 1, _DEADLINE, pause=0.25)
        for lun in self._paths(host, look_at_devices(host))[1]:
            progress(_("{disk}: {size}").format(disk=lun.disk, size=size_words(lun.size)))

    def verify(self, host: Host) -> None:
        """One size on every path, not smaller than before."""
        inventory = look_at_devices(host)
        _device, paths = self._paths(host, inventory)
        smallest = min(paths, key=lambda lun: lun.size)
        if smallest.size < self.device.size:
            raise NotVerified(
                shrunk_problem(f"/dev/{smallest.disk}", smallest.size, self.device.size, self.device.path)
            )
        if len({lun.size for lun in paths}) > 1:
            raise NotVerified(
                paths_differ(
                    paths,
                    _("An array controller may not report the new size yet."),
                    _("Wait a moment and retry. Until then nothing above is grown."),
                )
            )

    def undo(self) -> CannotUndo:
        return CannotUndo(_("The kernel only re-read the LUN's size; nothing was written."))

    def _paths(self, host: Host, inventory: Inventory) -> tuple[str, tuple[Lun, ...]]:
        device, paths = grown_device(host, self.device, inventory)
        missing = set(self.disks) - {lun.disk for lun in paths}
        if missing or not paths:
            raise Refused(
                Problem(
                    "growth.path-gone",
                    _("A path is missing: {disks}.").format(disks=enumerated(sorted(missing)) or device.path),
                    cause=_("Its session was logged out, or the LUN was unmapped there."),
                    remedy=_(
                        "Log in again, or check the stack and plan the growth again for the remaining paths."
                    ),
                )
            )
        return device.name, paths

    def _sizes(self, host: Host) -> set[int]:
        return {lun.size for lun in self._paths(host, look_at_devices(host))[1]}


def _attribute(disk: str) -> str:
    return f"/sys/block/{disk}/device/rescan"


def _offered(host: Host, inventory: Inventory, lun: Lun) -> int | None:
    device = inventory.device(lun.disk)
    return array_size(host, device) if device is not None else None
