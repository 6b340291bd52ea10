"""LUKS volumes: closed, and opened again with the key file of crypttab (cryptsetup(8), crypttab(5))."""

from typing import ClassVar

from msgspec.structs import astuple

from tui.storage.files.systemd import unit_property
from tui.storage.host.interface import Host
from tui.storage.model.block import BlockDevice
from tui.storage.model.inventory import Inventory
from tui.storage.operations.command import CommandOperation
from tui.storage.operations.lvm.stale_map import refuse_used_map
from tui.storage.operations.operation import Operation, Risk
from tui.storage.probe.narrow import device_behind, look_at_devices
from tui.storage.problem import Problem, Refused
from tui.storage.stacks.device_rungs import LUKS
from tui.storage.untrusted import as_typed, clean
from tui.words import translate as _


class _LuksCommand(CommandOperation, frozen=True):
    """Opening or closing a LUKS volume.

    Attributes:
        name: below /dev/mapper.
        path: of the encrypted device, a name that lasts.
        uuid: of its header.
        key_file: opens it again, or empty where a person does.
        options: of cryptsetup(8) for that, `--allow-discards`.
        unit: the systemd unit that opened it, or empty; it would take the volume for open otherwise.
    """

    survives_reboot: ClassVar[bool] = False
    name: str
    path: str
    uuid: str
    key_file: str = ""
    options: tuple[str, ...] = ()
    unit: str = ""


class CloseLuks(_LuksCommand, frozen=True):
    """Close a LUKS volume that nothing uses; its key leaves the kernel's memory."""

    risk: ClassVar[Risk] = Risk.INTERRUPTS

    def title(self) -> str:
        return _("Close the encrypted volume {name}").format(name=clean(self.name, 80))

    def takes_away(self) -> str:
        return _("The encrypted volume {name} is closed.").format(name=clean(self.name, 80))

    def why(self) -> str:
        return _("Its device is removed, and its key from memory. The data on the disk does not change.")

    @property
    def argv(self) -> tuple[str, ...]:
        return ("systemctl", "stop", self.unit) if self.unit else ("cryptsetup", "close", self.name)

    def is_done(self, host: Host) -> bool:
        return opened(look_at_devices(host), self.uuid) is None

    def check(self, host: Host) -> None:
        inventory = look_at_devices(host)
        device = opened(inventory, self.uuid)
        if device is not None:
            refuse_used_map(host, inventory, device, _("Unmount and deactivate what is on it first."))

    def undo(self) -> tuple[Operation, ...]:
        return (OpenLuks(*astuple(self)),)


class OpenLuks(_LuksCommand, frozen=True):
    """Open a LUKS volume with a key file; without one a person does."""

    def title(self) -> str:
        return _("Open the encrypted volume {name}").format(name=clean(self.name, 80))

    def why(self) -> str:
        return (
            _("What is in it appears below /dev again. The key is read from {file}.").format(
                file=clean(self.key_file, 120)
            )
            if self.key_file
            else _("It needs a passphrase or a token, so you open it by hand in another terminal.")
        )

    @property
    def argv(self) -> tuple[str, ...]:
        if self.unit:
            return ("systemctl", "start", self.unit)
        key = ("--key-file", self.key_file) if self.key_file else ()
        return ("cryptsetup", "open", "--type", "luks", *self.options, *key, self.path, self.name)

    def is_done(self, host: Host) -> bool:
        return opened(look_at_devices(host), self.uuid) is not None

    def check(self, host: Host) -> None:
        device = device_behind(host, look_at_devices(host), self.path)
        if device is None or device.content != LUKS or device.content_uuid != self.uuid:
            raise Refused(
                Problem(
                    "crypt.gone",
                    _("The encrypted device {path} is not here.").format(path=clean(self.path, 120)),
                    cause=_("Its session is not logged in, or another device has its name."),
                    remedy=_("Log in first, then continue."),
                )
            )
        if not self.key_file:
            raise Refused(
                Problem(
                    "crypt.by-hand",
                    _("{name} is opened by hand: iscsi-console does not ask for passphrases.").format(
                        name=clean(self.name, 80)
                    ),
                    remedy=_("Run `{command}` in another terminal, then continue.").format(
                        command=as_typed(self.argv)
                    ),
                )
            )
        if host.facts(self.key_file) is None:
            raise Refused(
                Problem(
                    "crypt.no-key",
                    _("The key file {file} is not here.").format(file=clean(self.key_file, 120)),
                    cause=_("crypttab names it for {name}.").format(name=clean(self.name, 80)),
                    remedy=_("Bring the key file back, or open the volume by hand, then continue."),
                )
            )

    def undo(self) -> tuple[Operation, ...]:
        return (CloseLuks(*astuple(self)),)


def opened(inventory: Inventory, uuid: str) -> BlockDevice | None:
    """The device of an open LUKS volume by the UUID of its header (`CRYPT-LUKS2-UUID-NAME`), or None."""
    plain = uuid.replace("-", "")
    found = (device for device in inventory.devices if device.map_uuid.startswith("CRYPT-LUKS"))
    return next((device for device in found if device.map_uuid.split("-")[2:3] == [plain]), None)


def is_active(host: Host, unit: str) -> bool:
    """Whether systemd takes a volume for open that its unit opened."""
    return unit_property(host, unit, "ActiveState") == "active"
