"""Step 8: what has to be arranged so that the storage is there after a reboot."""

import re

from tui.setup.answers import BootAnswer, BootWay, Startup, VolumeMount
from tui.setup.state import Explanation, SetupState, commands
from tui.setup.steps import disks, mount, name, target
from tui.setup.steps.mount import MountTarget
from tui.storage.changing.plan import Plan
from tui.storage.files.fstab import BootLine
from tui.storage.files.mount_options import boot_options
from tui.storage.files.rc_local import RcLocalLine, relevant_lines
from tui.storage.model.iscsi import Role
from tui.storage.operations.boot.fstab_entry import AddFstabEntry
from tui.storage.operations.boot.mount_unit import WriteMountUnit
from tui.storage.operations.boot.rc_local import RemoveRcLocalLines
from tui.storage.operations.operation import Operation
from tui.storage.operations.services.prerequisites import EnableService, StartService
from tui.storage.probe.mounts.fstab import normalised
from tui.storage.problem import Problem
from tui.storage.untrusted import clean
from tui.words import translate as _, translate_count

LONGEST_TIMEOUT = 3600
"""Seconds; a boot that waits longer for one disk helps nobody."""


def answer(state: SetupState) -> BootAnswer:
    """The decided answer or the defaults."""
    return state.answers.boot or defaults(state)


def defaults(state: SetupState) -> BootAnswer:  # noqa: ARG001 (every step has the same protocol)
    """Fstab by UUID, services on, old lines replaced."""
    return BootAnswer()


def ways() -> tuple[tuple[BootWay, str, str], ...]:
    """Every way of mounting at boot: its name and what speaks for it."""
    return (
        (
            BootWay.FSTAB_UUID,
            _("fstab, by UUID"),
            _("The usual way: the file system's UUID stays the same, whatever the device is called."),
        ),
        (
            BootWay.FSTAB_PATH,
            _("fstab, by path"),
            _("By the volume's path; needed if a snapshot or clone has the same UUID."),
        ),
        (
            BootWay.MOUNT_UNIT,
            _("systemd mount unit"),
            _("A systemd unit instead of a line in fstab."),
        ),
        (BootWay.NONE, _("not at boot"), _("Mounted now; after a reboot you mount it yourself.")),
    )


def rc_local_lines(state: SetupState) -> tuple[RcLocalLine, ...]:
    """Old lines of rc.local that log in, activate or mount what is set up here."""
    points = tuple(normalised(entry.mount_point) for entry in mount.answer(state).mounts)
    return relevant_lines(state.rc_local, points)


def _login_unit(state: SetupState) -> str:
    return name.unit(state.inventory, Role.LOGIN_AT_BOOT)


def _units(state: SetupState) -> tuple[str, ...]:
    roles = [Role.LOGIN_AT_BOOT, Role.LVM_SHUTDOWN]
    if any(disk.map_name for disk in disks.disks(state)):
        roles.append(Role.MULTIPATH)
    found = (state.inventory.service(role) for role in roles)
    return tuple(service.unit for service in found if service is not None)


def line(state: SetupState, entry: VolumeMount, volume: MountTarget) -> BootLine:
    """The boot entry of a volume."""
    chosen = answer(state)
    options = boot_options(
        (*entry.options, f"x-systemd.device-timeout={_seconds(chosen.device_timeout)}s"), _login_unit(state)
    )
    by_path = chosen.way is BootWay.FSTAB_PATH or not volume.uuid
    kind = mount.filesystem_kind(entry.kind)
    return BootLine(
        volume.stable_path if by_path else f"UUID={volume.uuid}",
        normalised(entry.mount_point),
        entry.kind,
        options,
        kind.pass_number if kind is not None else 0,
    )


def _seconds(text: str) -> int | None:
    match = re.fullmatch(r"\s*(\d{1,5})\s*s?\s*", text)
    return int(match[1]) if match else None


def satisfied(state: SetupState) -> str | None:
    """Every volume has its boot entry, exactly as it would be written, and the services are enabled."""
    entries = mount.ordered(state)
    chosen = answer(state)
    if problems(state) or not entries or chosen.way not in (BootWay.FSTAB_UUID, BootWay.FSTAB_PATH):
        return None
    for entry, volume in entries:
        wanted = line(state, entry, volume)
        if not any(wanted.is_same_as(present) for present in state.inventory.fstab):
            return None
    if chosen.services and not all(_is_enabled(state, unit) for unit in _units(state)):
        return None
    if chosen.replace_rc_local and rc_local_lines(state):
        return None
    return _("Mounted at every boot.")


def _is_enabled(state: SetupState, unit: str) -> bool:
    return any(
        service.unit == unit and service.enabled in ("enabled", "static", "alias")
        for service in state.inventory.services
    )


def problems(state: SetupState) -> tuple[Problem, ...]:
    """A timeout that is not a number."""
    seconds = _seconds(answer(state).device_timeout)
    if seconds is not None and 1 <= seconds <= LONGEST_TIMEOUT:
        return ()
    return (
        Problem(
            "boot.timeout",
            _("{text} is not a valid number of seconds for the wait at boot.").format(
                text=clean(answer(state).device_timeout, 40) or _("Nothing")
            ),
            remedy=_("Choose a number from 1 to {most}.").format(most=LONGEST_TIMEOUT),
            field="device_timeout",
        ),
    )


def warnings(state: SetupState) -> tuple[Problem, ...]:
    """Choices with which the storage is not there after a reboot."""
    chosen, found = answer(state), []
    if chosen.way is BootWay.NONE:
        found.append(
            Problem(
                "boot.not-mounted",
                _("After a reboot the volumes are not mounted."),
                remedy=_("Choose fstab if they should be mounted."),
                field="way",
            )
        )
    elif target.answer(state).startup is Startup.MANUAL:
        found.append(
            Problem(
                "boot.no-login",
                _("The volumes would be mounted at boot, but nothing logs in to the target."),
                remedy=_("Go back to the Target step and choose to log in at every boot."),
                field="way",
            )
        )
    old = rc_local_lines(state)
    if old and not chosen.replace_rc_local:
        found.append(
            Problem(
                "boot.rc-local",
                translate_count(
                    "rc.local has {count} old line that does the same.",
                    "rc.local has {count} old lines that do the same.",
                    len(old),
                ).format(count=len(old)),
                "; ".join(line.shown for line in old),
                _("Let them be commented out, so that nothing is done twice."),
                "replace_rc_local",
            )
        )
    return tuple(found)


def entry_operations(state: SetupState, entry: VolumeMount, volume: MountTarget) -> tuple[Operation, ...]:
    """The boot entry of a volume; it comes before the mount, so that no old entry interferes with it."""
    chosen = answer(state)
    if chosen.way is BootWay.NONE:
        return ()
    wanted = line(state, entry, volume)
    if chosen.way is BootWay.MOUNT_UNIT:
        return (WriteMountUnit(wanted.spec, wanted.mount_point, wanted.kind, wanted.options),)
    return (AddFstabEntry(wanted.spec, wanted.mount_point, wanted.kind, wanted.options, wanted.pass_number),)


def rest(state: SetupState) -> tuple[Operation, ...]:
    """Services and rc.local."""
    chosen = answer(state)
    operations: list[Operation] = []
    if chosen.services and chosen.way is not BootWay.NONE:
        operations.extend(EnableService(unit) for unit in _units(state))
        login = state.inventory.service(Role.LOGIN_AT_BOOT)
        if login is not None and _logs_in_to_nothing_else(state):
            # It logs out when it stops, so without it the first shutdown cuts the sessions off, and a disk
            # that does not answer any more holds the shutdown up until the session's timer has run down.
            operations.append(StartService(login.unit))
    old = rc_local_lines(state)
    if old and chosen.replace_rc_local:
        operations.append(RemoveRcLocalLines(tuple(line.text for line in old)))
    return tuple(operations)


def _logs_in_to_nothing_else(state: SetupState) -> bool:
    """Whether starting the service that logs in to every automatic record finds all of them logged in."""
    return all(
        any(session.is_by(record) for session in state.inventory.sessions_of(record.target))
        for record in state.inventory.node_records
        if Startup.AUTOMATIC in (record.startup, record.connection_startup)
    )


def plan(state: SetupState) -> Plan:
    """Boot entries, services, and old lines taken out of rc.local."""
    entries = tuple(
        operation
        for entry, target in mount.ordered(state)
        for operation in entry_operations(state, entry, target)
    )
    return Plan(_("Configure the next boot"), (*entries, *rest(state)))


def blocker(state: SetupState) -> Problem | None:
    """The first mistake."""
    return next(iter(problems(state)), None)


def explain(state: SetupState) -> Explanation:
    """What happens at boot."""
    return Explanation(
        _(
            "At boot the network comes up, iscsid logs in, LVM activates the VG, and systemd "
            "mounts the volume. If the storage is unavailable, the boot goes on without it after "
            "a limited wait."
        ),
        commands(plan(state)) if not problems(state) else (),
    )


def note(state: SetupState) -> str:
    """The way chosen."""
    return next(words for way, words, _why in ways() if way is answer(state).way)
