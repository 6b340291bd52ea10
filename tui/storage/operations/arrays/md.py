"""Arrays of md: stopped, assembled again, and given back a leg that they go on without (mdadm(8))."""

from typing import ClassVar

from tui.storage.devices.identity import DeviceIdentity, compare
from tui.storage.host.interface import ChangingHost, Command, Host
from tui.storage.model.block import BlockDevice, BlockKind, LegState
from tui.storage.model.inventory import Inventory
from tui.storage.operations.arrays.raid_volume import legs_in_use
from tui.storage.operations.calls import change
from tui.storage.operations.command import CommandOperation
from tui.storage.operations.guards.device_guard import refuse_when_mounted_elsewhere
from tui.storage.operations.guards.in_use import in_use
from tui.storage.operations.operation import CannotUndo, Operation, Progress, Risk
from tui.storage.probe.narrow import look_at_devices
from tui.storage.problem import Problem, Refused
from tui.storage.stacks.device_rungs import MD_MEMBER
from tui.storage.untrusted import as_typed, clean
from tui.words import translate as _


class StopArray(CommandOperation, frozen=True):
    """Stop an array that nothing uses, so that its disks are free.

    Attributes:
        path: `/dev/md0`, a name that lasts as far as there is one.
        uuid: of the array, as udev has it of its members.
    """

    risk: ClassVar[Risk] = Risk.INTERRUPTS
    survives_reboot: ClassVar[bool] = False
    path: str
    uuid: str

    def title(self) -> str:
        return _("Stop the array {path}").format(path=clean(self.path, 120))

    def takes_away(self) -> str:
        return _("The array {path} is stopped.").format(path=clean(self.path, 120))

    def why(self) -> str:
        return _("Its device is removed, so nothing holds its disks open. Its data does not change.")

    @property
    def argv(self) -> tuple[str, ...]:
        return ("mdadm", "--stop", self.path)

    def is_done(self, host: Host) -> bool:
        return array_named(look_at_devices(host), self.uuid) is None

    def check(self, host: Host) -> None:
        inventory = look_at_devices(host)
        array = array_named(inventory, self.uuid)
        if array is None:
            return
        uses = (*(mount.target for mount in inventory.mounts_of(array.name)), *array.holders)
        if uses or inventory.is_in_use(array.name):
            raise Refused(in_use(clean(self.path, 120), uses or (array.name,)))
        refuse_when_mounted_elsewhere(host, inventory, array)

    def undo(self) -> tuple[Operation, ...]:
        return (AssembleArray(self.path, self.uuid),)


class AssembleArray(CommandOperation, frozen=True):
    """Assemble an array of the disks that carry its UUID; not with fewer than it last ran with.

    The attributes are those of `StopArray`.
    """

    survives_reboot: ClassVar[bool] = False
    path: str
    uuid: str

    def title(self) -> str:
        return _("Assemble the array {path}").format(path=clean(self.path, 120))

    def why(self) -> str:
        return _("It runs again with the disks that it ran with before.")

    @property
    def argv(self) -> tuple[str, ...]:
        # Without --run: an array that lost a disk meanwhile is not started without a person's knowledge.
        return ("mdadm", "--assemble", self.path, f"--uuid={md_uuid(self.uuid)}")

    def is_done(self, host: Host) -> bool:
        return array_named(look_at_devices(host), self.uuid) is not None

    def check(self, host: Host) -> None:
        if not members_of(look_at_devices(host), self.uuid):
            raise Refused(
                Problem(
                    "array.no-members",
                    _("No disk of the array {path} is here.").format(path=clean(self.path, 120)),
                    remedy=_("Log in to its targets first."),
                )
            )

    def undo(self) -> tuple[Operation, ...]:
        return (StopArray(self.path, self.uuid),)


class ReturnLeg(Operation, frozen=True):
    """Give an array a leg back that is here again: only what changed is copied where md knows that.

    Attributes:
        path: of the array.
        uuid: of the array.
        leg: the disk, which carries the array's UUID.
    """

    risk: ClassVar[Risk] = Risk.REWRITES
    path: str
    uuid: str
    leg: DeviceIdentity

    def title(self) -> str:
        return _("Use {leg} in {path} again").format(leg=clean(self.leg.path, 80), path=clean(self.path, 80))

    def why(self) -> str:
        return _(
            "The disk is a leg of this array by its UUID. It is brought up to date from the other legs;"
            " the array stays in use."
        )

    def shown(self) -> tuple[str, ...]:
        add = _("{command} (where md does not know what changed)").format(
            command=as_typed(self._call("--add"))
        )
        return (as_typed(self._call("--remove")), as_typed(self._call("--re-add")), add)

    def is_done(self, host: Host) -> bool:
        inventory = look_at_devices(host)
        array = array_named(inventory, self.uuid)
        return array is not None and legs_in_use(inventory, array)

    def check(self, host: Host) -> None:
        inventory = look_at_devices(host)
        device, _now = compare(host, self.leg, inventory)
        array = array_named(inventory, self.uuid)
        if array is None or array.raid is None:
            raise Refused(
                Problem(
                    "array.gone",
                    _("The array {path} does not run.").format(path=clean(self.path, 120)),
                    remedy=_("Check the disks again."),
                )
            )
        working = {
            name for leg in array.raid.legs if leg.state is not LegState.FAULTY for name in leg.devices
        }
        if device not in members_of(inventory, self.uuid) or device.name in working:
            raise Refused(
                Problem(
                    "array.other-disk",
                    _("{leg} is not a lost leg of {path}.").format(
                        leg=clean(self.leg.path, 80), path=clean(self.path, 80)
                    ),
                    cause=_("It carries another array's UUID, or is in use already."),
                    remedy=_("Check the disks again."),
                )
            )

    def run(self, host: ChangingHost, progress: Progress) -> None:
        device, inventory = compare(host, self.leg)
        array = array_named(inventory, self.uuid)
        legs = array.raid.legs if array is not None and array.raid is not None else ()
        if any(device.name in leg.devices for leg in legs):
            change(host, self._call("--remove"), self.title(), progress=progress)
        if not host.run(Command(self._call("--re-add"), deadline=60.0, changes=True)).ok:
            change(host, self._call("--add"), self.title(), progress=progress)

    def undo(self) -> CannotUndo:
        return CannotUndo(_("The array has its redundancy again; there is nothing to go back to."))

    def _call(self, what: str) -> tuple[str, ...]:
        return ("mdadm", "--manage", self.path, what, self.leg.path)


def members_of(inventory: Inventory, uuid: str) -> tuple[BlockDevice, ...]:
    """The devices that carry an array's UUID, in it or not; of a multipath map not its paths."""
    return tuple(
        device
        for device in inventory.devices
        if device.content == MD_MEMBER
        and device.content_uuid == uuid
        and not device.multipath_member
        and inventory.map_over(device.name) is None
    )


def array_named(inventory: Inventory, uuid: str) -> BlockDevice | None:
    """The array that runs on devices with that UUID, or None."""
    names = {device.name for device in members_of(inventory, uuid)}
    running = (device for device in inventory.devices if device.kind is BlockKind.RAID)
    return next((device for device in running if names & set(device.slaves)), None)


def array_uuid(inventory: Inventory, array: BlockDevice) -> str:
    """The UUID that the members of an array carry, as udev writes it; or empty."""
    lower = (inventory.device(name) for name in array.slaves)
    return next(
        (device.content_uuid for device in lower if device is not None and device.content == MD_MEMBER), ""
    )


def md_uuid(uuid: str) -> str:
    """An array's UUID as mdadm(8) writes it: four groups of eight; udev writes it as other UUIDs."""
    plain = uuid.replace("-", "").replace(":", "")
    return ":".join(plain[start : start + 8] for start in range(0, len(plain), 8))
