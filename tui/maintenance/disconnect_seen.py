"""What a disconnect is planned from: what a person chose, and what was seen of the host."""

from collections.abc import Iterable
from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace

from tui.maintenance.dependents import Dependents, Subject, dependents
from tui.storage.devices.claims import places_to_look, read_claims
from tui.storage.files.systemd import unit_property
from tui.storage.files.unit_names import crypt_unit, mount_unit
from tui.storage.host.interface import Host
from tui.storage.model.block import BlockKind
from tui.storage.model.inventory import Inventory
from tui.storage.model.users import NOBODY, Hold, KernelHold, KernelUser, Process, Users
from tui.storage.operations.crypt.luks import is_active
from tui.storage.operations.mounts.swap import room_without
from tui.storage.operations.services.stop_service import may_be_stopped
from tui.storage.probe.holders.users import read_users
from tui.storage.probe.inventory import take_inventory
from tui.storage.probe.mounts.crypttab import CRYPTTAB
from tui.storage.probe.mounts.fstab import FSTAB
from tui.storage.probe.reading import text


class AboutUsers(StrEnum):
    """What to do about those who hold it."""

    WAIT = "wait"
    """Wait until they close it; no process is touched."""
    STOP_SERVICES = "stop-services"
    """Stop the services among them, and wait for the others."""
    END_PROCESSES = "end-processes"
    """Stop the services, and ask the other processes to end."""


class AtBoot(StrEnum):
    """What happens at the next boot."""

    OFF = "off"
    """It stays disconnected until it is reconnected."""
    KEEP = "keep"
    """The boot brings it back, as its records and fstab say now."""


class Choices(Struct, frozen=True):
    """What a person decides.

    Attributes:
        users: about those who hold it.
        at_boot: about the next boot.
        patience: seconds to wait for those who hold it, once the plan runs.
    """

    users: AboutUsers = AboutUsers.WAIT
    at_boot: AtBoot = AtBoot.OFF
    patience: int = 60


class Seen(Struct, frozen=True):
    """All that a disconnect is planned from.

    Attributes:
        inventory: the host.
        users: those who hold what would go.
        triggers: active units that start a service among them, by service.
        mount_units: enabled mount units of the administrator's for mount points that would go.
        fstab: the text of /etc/fstab.
        crypttab: the text of /etc/crypttab.
        crypt_units: systemd units that opened encrypted volumes which would go, and are active.
        transient: services among the users that no file defines (systemd-run(1)).
        found: what depends on the subject; made here since that takes a while on a host with much storage.
        room: bytes free in memory and in the swap space that stays, or None when that is not known.
    """

    inventory: Inventory
    users: Users = NOBODY
    triggers: tuple[tuple[str, tuple[str, ...]], ...] = ()
    mount_units: tuple[str, ...] = ()
    fstab: str = ""
    crypttab: str = ""
    crypt_units: tuple[str, ...] = ()
    room: int | None = None
    found: Dependents | None = None
    transient: tuple[str, ...] = ()


def see(host: Host, subject: Subject, inventory: Inventory | None = None) -> Seen:
    """Read everything about a subject. Takes about a second; for a worker thread.

    Args:
        host: the machine.
        subject: what is to be disconnected.
        inventory: a look that was just taken, or None to take one now.
    """
    inventory = inventory or take_inventory(host)
    found = dependents(inventory, subject)
    users = _with_claims(host, inventory, read_users(host, inventory, found.devices), found.devices)
    units = unit_facts(host, services_of(users), (mount_unit(mount.target) for mount in found.mounts))
    return Seen(
        inventory,
        users,
        units.triggers,
        units.enabled,
        text(host, FSTAB),
        text(host, CRYPTTAB),
        tuple(unit for unit in _crypt_units(inventory, found) if is_active(host, unit)),
        room_without(host, found.swaps) if found.swaps else None,
        found,
        units.transient,
    )


class UnitFacts(Struct, frozen=True):
    """What systemd says of some units: `triggers`, `transient` and `enabled` as in `Seen`."""

    triggers: tuple[tuple[str, tuple[str, ...]], ...]
    transient: tuple[str, ...]
    enabled: tuple[str, ...]


def unit_facts(host: Host, services: Iterable[str], mount_units: Iterable[str]) -> UnitFacts:
    """Ask systemd about services that hold something, and about mount units."""
    services = tuple(services)
    return UnitFacts(
        tuple((unit, _triggers(host, unit)) for unit in services),
        tuple(unit for unit in services if unit_property(host, unit, "Transient") == "yes"),
        tuple(unit for unit in mount_units if unit_property(host, unit, "UnitFileState") == "enabled"),
    )


def _crypt_units(inventory: Inventory, found: Dependents) -> tuple[str, ...]:
    devices = (inventory.device(name) for name in found.devices)
    return tuple(
        crypt_unit(device.map_name)
        for device in devices
        if device is not None and device.kind is BlockKind.CRYPT
    )


def see_users(host: Host, subject: Subject, seen: Seen) -> Seen:
    """The same with those who hold it now; /proc and sysfs alone, for looking again every second.

    Only devices that were claimed before are opened exclusively again.
    """
    found = seen.found or dependents(seen.inventory, subject)
    claimed = tuple(user.device for user in seen.users.kernel if user.how is KernelHold.CLAIM)
    users = read_users(host, seen.inventory, found.devices)
    return replace(seen, users=_with_claims(host, seen.inventory, users, claimed), found=found)


def _with_claims(host: Host, inventory: Inventory, users: Users, devices: Iterable[str]) -> Users:
    """Some users, and those whom only an exclusive open shows; a device whose user is known is left out."""
    open_by_programs = {
        held.device
        for process in users.processes
        for held in process.held
        if held.how is Hold.OPEN_DEVICE and not process.is_storage
    }
    known = open_by_programs | {
        user.device for user in users.kernel if user.how in {KernelHold.BACKSTORE, KernelHold.NAMESPACE}
    }
    claims = (
        KernelUser(
            KernelHold.CLAIM, claim.device.path, claim.device.name, "; ".join(places_to_look(claim.device))
        )
        for claim in read_claims(host, inventory, devices)
        if claim.device.name not in known
    )
    return replace(users, kernel=(*users.kernel, *claims))


def services_of(users: Users) -> tuple[str, ...]:
    """The services among some users that may be stopped, each once."""
    own = {process.unit for process in users.processes if process.ours} | {users.own_unit}
    units = [process.service for process in users.processes]
    units += [user.unit for user in users.kernel if user.how is KernelHold.NAMESPACE and not user.follows]
    return tuple(dict.fromkeys(unit for unit in units if unit and unit not in own and may_be_stopped(unit)))


def processes_to_end(users: Users) -> tuple[Process, ...]:
    """Those of some users that belong to no service which may be stopped, and are not this program."""
    services = services_of(users)
    return tuple(
        process
        for process in users.processes
        if process.unit not in services and not process.ours and not process.is_storage
    )


def _triggers(host: Host, unit: str) -> tuple[str, ...]:
    """The active units that would start a unit again (TriggeredBy, systemd.unit(5))."""
    found = unit_property(host, unit, "TriggeredBy").split()
    return tuple(unit for unit in found if unit_property(host, unit, "ActiveState") == "active")
