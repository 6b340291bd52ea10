"""A PV header that was overwritten, restored from a metadata backup of its group."""

from tui.storage.devices.contents import contents
from tui.storage.devices.identity import DeviceIdentity, compare
from tui.storage.host.interface import ChangingHost, Host
from tui.storage.lvm.metadata_backup import NotedDisk, read_notes
from tui.storage.model.inventory import Inventory
from tui.storage.model.lvm import PhysicalVolume
from tui.storage.operations.calls import unseen_content
from tui.storage.operations.guards.device_guard import guard
from tui.storage.operations.guards.lvm_guard import look_for_change
from tui.storage.operations.lvm.lvm_command import TestedChange
from tui.storage.operations.operation import CannotUndo, Progress
from tui.storage.probe.narrow import look_at_volumes
from tui.storage.problem import Problem, Refused
from tui.storage.size import size_words
from tui.storage.untrusted import clean
from tui.words import translate as _


class RestorePvHeader(TestedChange, frozen=True):
    """Write the PV header with the UUID it had (pvcreate --uuid --restorefile).

    The data behind LVM's metadata area is not changed. Nothing is forced: a foreign signature that
    is still on the disk is wiped before, in a step of its own that a person confirms.

    Attributes:
        device: the disk, as the person identified it.
        uuid: LVM's identity of the physical volume: the one that LVM misses.
        backup: file of the metadata backup that lists it.
        volume_group: its group.
    """

    device: DeviceIdentity
    uuid: str
    backup: str
    volume_group: str

    def title(self) -> str:
        return _("Restore the PV header on {path} (pvcreate --restorefile)").format(
            path=clean(self.device.path, 60)
        )

    def why(self) -> str:
        return _(
            "The PV header at the start of the disk was overwritten. It is restored with the same UUID"
            " and layout from a metadata backup; the data behind it is not changed. A test run comes"
            " first (--test)."
        )

    @property
    def argv(self) -> tuple[str, ...]:
        # Without --yes: LVM asks before it overwrites anything, and gets no answer.
        named = ("--uuid", self.uuid, "--restorefile", self.backup)
        return ("lvm", "pvcreate", *named, self.device.path)

    def is_done(self, host: Host) -> bool:
        inventory = look_at_volumes(host)
        volume = _volume(inventory, self.uuid)
        try:
            device, _now = compare(host, self.device, inventory)
        except Refused:
            return False
        return volume is not None and volume.device == device.name

    def check(self, host: Host) -> None:
        inventory = look_for_change(host)
        device = guard(host, self.device, inventory)
        noted = self._noted(host)
        if noted.size and noted.size != device.size:
            raise Refused(
                Problem(
                    "pv-header.other-size",
                    _("{path} has {now}, but the PV had {before}.").format(
                        path=clean(self.device.path),
                        now=size_words(device.size, noted.size),
                        before=size_words(noted.size, device.size),
                    ),
                    cause=_("It may be another LUN, or the LUN was re-created or resized."),
                    remedy=_("Find the right LUN: its WWID and size must match the old ones."),
                )
            )
        there = _volume(inventory, self.uuid)
        if there is not None and not there.missing:
            raise Refused(
                Problem(
                    "pv-header.not-missing",
                    _("LVM finds this PV on {path}.").format(path=clean(there.path)),
                    remedy=_("Two disks must not have the same UUID. Check the group again."),
                )
            )
        found = contents(host, inventory, device)
        refusal = found.refusal
        if refusal is not None:
            raise Refused(refusal)
        if found.signatures or found.partitions or found.physical_volume is not None:
            raise Refused(
                Problem(
                    "pv-header.not-empty",
                    _("{path} holds something else.").format(path=clean(self.device.path)),
                    cause=_("Another host or tool may be using the disk."),
                    remedy=_("Find out what wrote it. If it is not needed, wipe it first."),
                    evidence=found.words[:8],
                )
            )

    def run(self, host: ChangingHost, progress: Progress) -> None:
        compare(host, self.device)
        TestedChange.run(self, host, progress)

    def unseen(self, host: Host) -> tuple[str, ...]:
        return unseen_content(host, self.device.path, lambda found: found.content_uuid == self.uuid)

    def undo(self) -> CannotUndo:
        return CannotUndo(_("The saved start of the disk can be restored, as it was before."))

    def _noted(self, host: Host) -> NotedDisk:
        backup = read_notes(host, self.backup)
        noted = backup.disk(self.uuid) if backup is not None else None
        if backup is None or noted is None or backup.group != self.volume_group:
            raise Refused(
                Problem(
                    "pv-header.no-backup",
                    _("{file} does not contain this PV.").format(file=clean(self.backup)),
                    cause=_("It is a backup of another group or of another time, or it is damaged."),
                    remedy=_(
                        "Choose a metadata backup from before the damage: `vgcfgrestore --list {group}`."
                    ).format(group=clean(self.volume_group, 60)),
                )
            )
        return noted


def _volume(inventory: Inventory, uuid: str) -> PhysicalVolume | None:
    return next((pv for pv in inventory.physical_volumes if pv.uuid == uuid), None)
