"""The WWIDs file of multipath: one LUN removed from it, or added again."""

from tui.storage.host.interface import ChangingHost, Host
from tui.storage.operations.calls import change, reread_command
from tui.storage.operations.operation import Operation, Progress
from tui.storage.probe.devices.multipath import wwid_of_map
from tui.storage.probe.narrow import look_at_devices
from tui.storage.probe.reading import text
from tui.storage.problem import Problem, Refused
from tui.storage.untrusted import as_typed, clean
from tui.words import translate as _

WWIDS = "/etc/multipath/wwids"
"""The LUNs for which multipath has created a map, a line `/WWID/` each. LVM reads it too, and ignores the
disks listed there (lvm.conf(5), multipath_wwids_file)."""


class ForgetWwid(Operation, frozen=True):
    """Remove one LUN from the WWIDs file (multipath -w). It must not have a map.

    Attributes:
        wwid: of the LUN, as sysfs writes it.
        disk: kernel name of its one disk when this was planned.
    """

    wwid: str
    disk: str

    def title(self) -> str:
        return _("Remove /dev/{disk} from multipath's WWIDs file").format(disk=clean(self.disk, 40))

    def why(self) -> str:
        return _(
            "The LUN was used with multipath before and is still in its WWIDs file, so LVM ignores its"
            " only disk as a path of a map that no longer exists. Only if the LUN should have a single"
            " path from now on."
        )

    def shown(self) -> tuple[str, ...]:
        return (as_typed(("multipath", "-w", f"/dev/{self.disk}")),)

    def is_done(self, host: Host) -> bool:
        return not is_listed(host, self.wwid)

    def check(self, host: Host) -> None:
        inventory = look_at_devices(host)
        disks = sorted(lun.disk for lun in inventory.luns if lun.disk and lun.wwid == self.wwid)
        joined = [
            multipath_map.name
            for multipath_map in inventory.multipath_maps
            if multipath_map.wwid == self.wwid
        ]
        if len(disks) != 1 or joined:
            raise Refused(
                Problem(
                    "multipath.several-paths",
                    _("{count} disks belong to this LUN, and it has {maps} multipath maps.").format(
                        count=len(disks), maps=len(joined)
                    ),
                    cause=_("A LUN with several paths must be used through its map, or not at all."),
                    remedy=_("Create the multipath map, or log out of all portals but one first."),
                    evidence=(*(f"/dev/{clean(disk, 40)}" for disk in disks), *map(clean, joined)),
                )
            )

    def run(self, host: ChangingHost, progress: Progress) -> None:
        lun = next(lun for lun in look_at_devices(host).luns if lun.disk and lun.wwid == self.wwid)
        change(host, ("multipath", "-w", f"/dev/{lun.disk}"), self.title(), progress=progress)
        change(host, reread_command(f"/dev/{lun.disk}"), self.title())

    def undo(self) -> tuple[Operation, ...]:
        return (RememberWwid(self.wwid, self.disk),)


class RememberWwid(Operation, frozen=True):
    """Add one LUN to the WWIDs file again (multipath -a). The attributes are those of its counterpart."""

    wwid: str
    disk: str

    def title(self) -> str:
        return _("Add /dev/{disk} to multipath's WWIDs file").format(disk=clean(self.disk, 40))

    def why(self) -> str:
        return _("It was in the WWIDs file before.")

    def shown(self) -> tuple[str, ...]:
        return (as_typed(("multipath", "-a", f"/dev/{self.disk}")),)

    def is_done(self, host: Host) -> bool:
        return is_listed(host, self.wwid)

    def run(self, host: ChangingHost, progress: Progress) -> None:
        found = (lun.disk for lun in look_at_devices(host).luns if lun.disk and lun.wwid == self.wwid)
        disk = next(found, self.disk)
        change(host, ("multipath", "-a", f"/dev/{disk}"), self.title(), progress=progress)

    def undo(self) -> tuple[Operation, ...]:
        return (ForgetWwid(self.wwid, self.disk),)


def is_listed(host: Host, wwid: str) -> bool:
    """Whether the WWIDs file lists the LUN."""
    return wwid in listed_luns(host)


def listed_luns(host: Host) -> tuple[str, ...]:
    """The LUNs in the WWIDs file, as sysfs writes their WWIDs."""
    lines = (line.strip() for line in text(host, WWIDS).split("\n"))
    return tuple(wwid_of_map(line.strip("/")) for line in lines if line and not line.startswith("#"))
