"""One disk out of several paths to the same LUN (multipath(8), multipathd(8))."""

from typing import ClassVar

from tui.storage.devices.settling import settle
from tui.storage.files.systemd import do, refuse_missing, systemctl, unit_property
from tui.storage.host.interface import ChangingHost, Command, Host
from tui.storage.iscsi.sessions import uses_of_disk
from tui.storage.model.block import MultipathMap
from tui.storage.model.inventory import Inventory
from tui.storage.operations.calls import change
from tui.storage.operations.multipath.map_daemon import DAEMON, ask_multipathd, state_of_map
from tui.storage.operations.operation import CannotUndo, Operation, Progress
from tui.storage.probe.devices.multipath import failed_paths
from tui.storage.probe.narrow import look_at_devices
from tui.storage.probe.system.tools import tool_path
from tui.storage.problem import CommandFailed, Problem, Refused
from tui.storage.untrusted import as_typed, clean, clean_lines
from tui.storage.waiting import wait_for
from tui.words import enumerated, translate as _

CONFIGURATION = "/etc/multipath.conf"

_MAP_DEADLINE = 30.0
"""Seconds for the map to appear."""

_USABLE_DEADLINE = 90.0
"""Seconds for a map that is there to be usable: multipathd loads its table anew with every path that it
finds, and until udev has looked at it after that nobody may read it."""

_PATHS_DEADLINE = 60.0
"""Seconds for multipathd to ask every path; it asks each one at least every 20 s (max_polling_interval)."""

_FEWEST = 2


class CreateMultipathMap(Operation, frozen=True):
    """Create the multipath map of one LUN; other maps do not change.

    Attributes:
        wwid: of the LUN, as sysfs writes it.
        disks: kernel names of its paths when this was planned; every disk that has the WWID then is a path.
    """

    survives_reboot: ClassVar[bool] = False
    wwid: str
    disks: tuple[str, ...]

    def title(self) -> str:
        return _("Create the multipath map for {wwid} ({disks})").format(
            wwid=clean(self.wwid), disks=clean(enumerated(self.disks))
        )

    def why(self) -> str:
        return _(
            "These disks are one LUN reached through several portals. multipath makes one device of them,"
            " which keeps working when a path is lost. It records the LUN for the next boot."
        )

    def shown(self) -> tuple[str, ...]:
        disk = next(iter(self.disks), "")
        return (systemctl("start", DAEMON).shown, *(as_typed(argv) for argv in _commands(disk)))

    def is_done(self, host: Host) -> bool:
        inventory = look_at_devices(host)
        paths = _paths(inventory, self.wwid)
        joined = _joined(inventory, self.wwid)
        if joined is None or len(paths) < _FEWEST or not set(paths) <= set(joined.paths):
            return False
        return _is_usable(host, inventory, joined)

    def check(self, host: Host) -> None:
        if not tool_path(host, "multipath") or not tool_path(host, "multipathd"):
            raise Refused(
                Problem(
                    "multipath.no-tools",
                    _("multipath is not installed."),
                    remedy=_("Install multipath-tools (on Red Hat: device-mapper-multipath)."),
                    field="multipath",
                )
            )
        inventory = look_at_devices(host)
        paths = _paths(inventory, self.wwid)
        if len(paths) < _FEWEST:
            raise Refused(
                Problem(
                    "multipath.one-path",
                    _("{wwid} has only one path now.").format(wwid=clean(self.wwid)),
                    _("A session was lost or logged out in the meantime."),
                    _("Log in through the other portal again."),
                    "multipath",
                )
            )
        for path in paths:
            uses = uses_of_disk(inventory, path)
            if uses and inventory.map_over(path) is None:
                raise Refused(
                    Problem(
                        "multipath.path-in-use",
                        _("The path {path} is in use outside the map.").format(path=path),
                        _("Used by: {uses}.").format(uses=enumerated(clean(use) for use in uses[:6])),
                        _("Unmount and deactivate what is on it; use it on the map afterwards."),
                        "multipath",
                    )
                )

    def run(self, host: ChangingHost, progress: Progress) -> None:
        if host.facts(CONFIGURATION) is None and tool_path(host, "mpathconf"):
            # Red Hat's unit does not start without a configuration file.
            change(host, ("mpathconf", "--enable"), _("Create {path}").format(path=CONFIGURATION))
        if unit_property(host, DAEMON, "ActiveState") != "active":
            do(host, systemctl("start", DAEMON), DAEMON)
        paths = _paths(look_at_devices(host), self.wwid)
        said: list[str] = []

        def on_line(line: str) -> None:
            said.append(line)
            progress(line)

        for argv in _commands(paths[0]):
            change(host, argv, self.title(), progress=on_line)
        if not wait_for(lambda: _joined(look_at_devices(host), self.wwid) is not None, _MAP_DEADLINE):
            raise CommandFailed(self._no_map(clean_lines("\n".join(said), most=8)))
        settle(host)
        if not wait_for(lambda: self.is_done(host), _USABLE_DEADLINE, pause=0.25):
            raise CommandFailed(self._not_usable(host))

    def undo(self) -> "tuple[Operation, ...] | CannotUndo":
        return (RemoveMultipathMap(self.wwid, self.disks),)

    def _no_map(self, said: tuple[str, ...]) -> Problem:
        return Problem(
            "multipath.no-map",
            _("multipath did not create the map for {wwid}.").format(wwid=clean(self.wwid)),
            _("The LUN or its vendor is blacklisted in its configuration, or a path is in use."),
            _("Check the output of `multipath -v3 -d`, and {path}.").format(path=CONFIGURATION),
            "multipath",
            said,
        )

    def _not_usable(self, host: Host) -> Problem:
        joined = _joined(look_at_devices(host), self.wwid)
        return Problem(
            "multipath.not-usable",
            _("The multipath map for {wwid} was created, but does not become usable.").format(
                wwid=clean(self.wwid)
            ),
            _("A path is missing in it, its table is not loaded, or udev has not processed it."),
            _("Check `multipathd show paths` and `systemctl status systemd-udevd`."),
            "multipath",
            state_of_map(host, joined.name) if joined is not None else (),
        )


class RemoveMultipathMap(Operation, frozen=True):
    """Remove a multipath map that nothing uses, and the WWID; the paths stay as disks of their own."""

    survives_reboot: ClassVar[bool] = False
    wwid: str
    disks: tuple[str, ...]

    def title(self) -> str:
        return _("Remove the multipath map for {wwid}").format(wwid=clean(self.wwid))

    def takes_away(self) -> str:
        return _("There is no multipath map for {wwid}.").format(wwid=clean(self.wwid))

    def why(self) -> str:
        return _("The LUN should no longer be used through multipath.")

    def shown(self) -> tuple[str, ...]:
        disk = next(iter(self.disks), "")
        forget = as_typed(("multipath", "-w", f"/dev/{disk}"))
        return (forget, _("multipath -f (the map of {disk})").format(disk=clean(disk)))

    def is_done(self, host: Host) -> bool:
        return self._map(look_at_devices(host)) is None

    def check(self, host: Host) -> None:
        """Nothing uses the map, even where none of its paths responds."""
        inventory = look_at_devices(host)
        joined = _joined(inventory, self.wwid)
        uses = uses_of_disk(inventory, joined.device) if joined is not None else ()
        if uses:
            raise Refused(
                Problem(
                    "multipath.map-in-use",
                    _("The multipath map is in use."),
                    _("Used by: {uses}.").format(uses=enumerated(clean(use) for use in uses[:6])),
                    _("Unmount and deactivate what is on it first."),
                )
            )

    def takes(self, inventory: Inventory) -> tuple[str, ...]:
        joined = _joined(inventory, self.wwid)
        return (joined.device,) if joined is not None else ()

    def run(self, host: ChangingHost, progress: Progress) -> None:
        inventory = look_at_devices(host)
        name = self._map(inventory)
        for path in _paths(inventory, self.wwid)[:1]:
            change(host, ("multipath", "-w", f"/dev/{path}"), self.title(), progress=progress)
        if name is not None:
            # udev reads every map that has just changed, and has it open meanwhile.
            settle(host)
            ask_multipathd(
                host, ("multipath", "-f", name), self.title(), lambda: self.is_done(host), progress
            )

    def undo(self) -> "tuple[Operation, ...] | CannotUndo":
        return (CreateMultipathMap(self.wwid, self.disks),)

    def _map(self, inventory: Inventory) -> str | None:
        joined = _joined(inventory, self.wwid)
        return joined.name if joined is not None else None


class StartMultipathd(Operation, frozen=True):
    """Start multipathd, and see that it uses again what answers; it changes no map's content.

    Attributes:
        wwids: of the LUNs whose maps are not monitored, as sysfs writes them.
    """

    survives_reboot: ClassVar[bool] = False
    wwids: tuple[str, ...]

    def title(self) -> str:
        return _("Start multipathd and reinstate every path that responds")

    def why(self) -> str:
        return _(
            "The kernel only drops paths that fail. multipathd checks them and reinstates them; it also"
            " restores queueing on the maps as configured (`no_path_retry`)."
        )

    def shown(self) -> tuple[str, ...]:
        return (systemctl("start", DAEMON).shown,)

    def is_done(self, host: Host) -> bool:
        """It runs, and every path whose disk responds is used."""
        if unit_property(host, DAEMON, "ActiveState") != "active":
            return False
        inventory = look_at_devices(host)
        maps = [
            multipath_map for multipath_map in inventory.multipath_maps if multipath_map.wwid in self.wwids
        ]
        return not any(_unused(host, inventory, multipath_map) for multipath_map in maps)

    def check(self, host: Host) -> None:
        refuse_missing(host, DAEMON)

    def run(self, host: ChangingHost, progress: Progress) -> None:  # noqa: ARG002 (systemd says nothing)
        do(host, systemctl("start", DAEMON), DAEMON)
        if not wait_for(lambda: self.is_done(host), _PATHS_DEADLINE, pause=0.5):
            raise CommandFailed(
                Problem(
                    "multipath.path-not-back",
                    _("multipathd is running, but does not use every path whose disk responds."),
                    _("Its path checker fails on the disk, or the disk is blacklisted."),
                    _("Run `multipathd show paths`, and read the journal of multipathd."),
                    "multipath",
                    self._state(host),
                )
            )

    def undo(self) -> CannotUndo:
        return CannotUndo(_("multipathd keeps running: nothing else reinstates failed paths."))

    def _state(self, host: Host) -> tuple[str, ...]:
        inventory = look_at_devices(host)
        unused = (
            multipath
            for multipath in inventory.multipath_maps
            if multipath.wwid in self.wwids and _unused(host, inventory, multipath)
        )
        return tuple(line for multipath in unused for line in state_of_map(host, multipath.name))[:12]


def _joined(inventory: Inventory, wwid: str) -> MultipathMap | None:
    return next((multipath for multipath in inventory.multipath_maps if multipath.wwid == wwid), None)


def _is_usable(host: Host, inventory: Inventory, joined: MultipathMap) -> bool:
    """Whether a map has its table, its name, its size and a good path, and udev has looked at it."""
    device = inventory.device(joined.device)
    if device is None or host.facts(f"/dev/mapper/{joined.name}") is None:
        return False
    return device.answers and device.described and device.size > 0


def _unused(host: Host, inventory: Inventory, joined: MultipathMap) -> bool:
    """Whether a map does not use a path whose disk responds, or its status is unknown. No disk is read."""
    status = host.run(Command(("dmsetup", "status", "--noflush", joined.name)))
    failed = failed_paths(status.stdout)
    numbers = {device.name: device.number for device in inventory.devices}
    device = inventory.device(joined.device)
    if not status.ok or device is None or device.suspended:
        return True  # Its table is being reloaded.
    return any(numbers.get(path) in failed for path in joined.good_paths)


def _commands(disk: str) -> tuple[tuple[str, ...], ...]:
    """Add the WWID of a disk to the WWIDs file, and create its map: no other map is changed."""
    return (("multipath", "-a", f"/dev/{disk}"), ("multipath", f"/dev/{disk}"))


def _paths(inventory: Inventory, wwid: str) -> tuple[str, ...]:
    return tuple(
        sorted(lun.disk for lun in inventory.luns if lun.disk and lun.wwid == wwid and lun.state.answers)
    )
