"""What a multipath map does while all its paths are down: queue I/O, or fail it.

no_path_retry in multipath.conf(5) says it; the kernel calls it queue_if_no_path.
"""

import re
from typing import ClassVar

from tui.storage.host.interface import ChangingHost, Command, Host
from tui.storage.model.block import MultipathMap
from tui.storage.model.inventory import Inventory
from tui.storage.operations.multipath.map_daemon import ask_multipathd
from tui.storage.operations.operation import Operation, Progress, Risk
from tui.storage.probe.narrow import look_at_devices
from tui.storage.problem import Problem, Refused
from tui.storage.untrusted import as_typed, clean
from tui.words import translate as _

_QUEUES = re.compile(r"\bqueue_if_no_path\b")


class StopQueueing(Operation, frozen=True):
    """Fail the I/O that one map queues, so that processes stop hanging. No other map is changed.

    Attributes:
        wwid: of the LUN, as sysfs writes it.
        name: of its map when this was planned.
        used_by: what waits for it, a line each, as it was seen.
    """

    risk: ClassVar[Risk] = Risk.DESTROYS
    survives_reboot: ClassVar[bool] = False
    wwid: str
    name: str
    used_by: tuple[str, ...] = ()

    def title(self) -> str:
        return _("Disable queueing on {name}: fail I/O now").format(name=clean(self.name, 80))

    def why(self) -> str:
        return _(
            "All its paths are down and it queues I/O (`queue_if_no_path`), so any process that uses it"
            " hangs. Only if the paths do not come back soon: from now on I/O fails, and data not yet"
            " written is lost."
        )

    def shown(self) -> tuple[str, ...]:
        return (as_typed(_argv("disablequeueing", self.name)),)

    def loses(self) -> tuple[str, ...]:
        what = _("data written to {name} that is not on the storage yet").format(name=clean(self.name, 80))
        return (what, *(_("used by {who}").format(who=clean(who, 120)) for who in self.used_by[:8]))

    def is_done(self, host: Host) -> bool:
        found = _map(look_at_devices(host), self.wwid)
        return found is None or not queues_io(host, found.name)

    def check(self, host: Host) -> None:
        """None of its paths is up: one that is up makes this needless."""
        found = _map(look_at_devices(host), self.wwid)
        if found is None or found.name != self.name:
            raise Refused(_other_map(self.name))
        if found.good_paths:
            raise Refused(
                Problem(
                    "queueing.path-up",
                    _("The path {path} of {name} is up.").format(
                        path=clean(found.good_paths[0], 40), name=clean(self.name, 80)
                    ),
                    remedy=_("I/O goes through it. Nothing has to fail."),
                )
            )

    def run(self, host: ChangingHost, progress: Progress) -> None:
        """Tell multipathd, and see it in the kernel's table."""
        argv = _argv("disablequeueing", self.name)
        ask_multipathd(host, argv, self.title(), lambda: self.is_done(host), progress)

    def undo(self) -> tuple[Operation, ...]:
        return (ResumeQueueing(self.wwid, self.name),)


class ResumeQueueing(Operation, frozen=True):
    """Have one map queue I/O again while all paths are down, as its configuration says.

    Attributes:
        wwid: of the LUN, as sysfs writes it.
        name: of its map when this was planned.
    """

    survives_reboot: ClassVar[bool] = False
    wwid: str
    name: str

    def title(self) -> str:
        return _("Restore queueing on {name}").format(name=clean(self.name, 80))

    def why(self) -> str:
        return _("A short outage then causes no I/O errors: I/O is queued until a path is back.")

    def shown(self) -> tuple[str, ...]:
        return (as_typed(_argv("restorequeueing", self.name)),)

    def is_done(self, host: Host) -> bool:
        found = _map(look_at_devices(host), self.wwid)
        return found is None or queues_io(host, found.name)

    def check(self, host: Host) -> None:
        """A path is up: otherwise any process that uses the map would hang again."""
        found = _map(look_at_devices(host), self.wwid)
        if found is None or found.name != self.name:
            raise Refused(_other_map(self.name))
        if not found.good_paths:
            raise Refused(
                Problem(
                    "queueing.no-path",
                    _("No path of {name} is up.").format(name=clean(self.name, 80)),
                    remedy=_("Repair a path first."),
                )
            )

    def run(self, host: ChangingHost, progress: Progress) -> None:
        """Tell multipathd, and see it in the kernel's table."""
        argv = _argv("restorequeueing", self.name)
        ask_multipathd(host, argv, self.title(), lambda: self.is_done(host), progress)

    def undo(self) -> tuple[Operation, ...]:
        return ()


def queues_io(host: Host, name: str) -> bool:
    """Whether a map queues I/O when it has no path, by its table (dmsetup(8)); no disk is read."""
    outcome = host.run(Command(("dmsetup", "table", name)))
    return outcome.ok and bool(_QUEUES.search(outcome.stdout))


def _argv(what: str, name: str) -> tuple[str, ...]:
    return ("multipathd", what, "map", name)


def _map(inventory: Inventory, wwid: str) -> MultipathMap | None:
    return next(
        (multipath_map for multipath_map in inventory.multipath_maps if multipath_map.wwid == wwid), None
    )


def _other_map(name: str) -> Problem:
    return Problem(
        "identity.changed",
        _("{name} is no longer the map of that LUN.").format(name=clean(name, 80)),
        remedy=_("Check the maps again. Nothing was changed."),
    )
