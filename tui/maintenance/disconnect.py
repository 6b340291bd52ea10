"""Safe disconnect: a subject and a person's choices become a plan, and the plan that undoes it."""

from collections.abc import Iterator

from tui.maintenance.dependents import Dependents, Subject, SubjectKind, dependents, lasting_names
from tui.maintenance.disconnect_back import lasting_path, primary, unmounting_of, way_back_of_mount
from tui.maintenance.disconnect_layers import crypttab_entries, goes_with_origin, layers_apart
from tui.maintenance.disconnect_refusals import refusal
from tui.maintenance.disconnect_seen import AboutUsers, AtBoot, Choices, Seen, processes_to_end, services_of
from tui.maintenance.proposal import Proposal
from tui.maintenance.reconnect import back_plan, note_name, note_text
from tui.storage.changing.plan import Plan
from tui.storage.files.unit_names import escape_path
from tui.storage.model.files import FstabEntry, Mount
from tui.storage.model.iscsi import NodeRecord, Session
from tui.storage.model.lvm import LogicalVolume
from tui.storage.model.users import KernelHold, Users
from tui.storage.operations.boot.crypttab_off import CommentOutCrypttabLines
from tui.storage.operations.boot.fstab_off import CommentOutFstabLines
from tui.storage.operations.filesystem.flush import FlushDisk, SyncFilesystem, names_of
from tui.storage.operations.iscsi.records import SetRecordValues
from tui.storage.operations.iscsi.remove_disks import RemoveDisk
from tui.storage.operations.iscsi.sessions import LogIn, LogOut
from tui.storage.operations.mounts.release import EndProcesses, WaitUntilUnused, name_of_process
from tui.storage.operations.mounts.swap import SwapOff
from tui.storage.operations.multipath.flush_map import FlushMultipathMap
from tui.storage.operations.operation import CannotUndo, Operation
from tui.storage.operations.reconnect_file import SaveReconnectFile
from tui.storage.operations.services.prerequisites import DisableService, StartService
from tui.storage.operations.services.stop_service import StopService
from tui.storage.operations.verify_removed import SessionName, VerifyRemoved
from tui.storage.untrusted import clean
from tui.words import enumerated, translate as _

_STARTUP, _CONNECTION_STARTUP = "node.startup", "node.conn[0].startup"
_MANUAL = "manual"


def propose(seen: Seen, subject: Subject, choices: Choices | None = None) -> Proposal:
    """The plan that disconnects a subject, with the plan that undoes it."""
    return _Making(seen, subject, choices or Choices()).proposal()


class _Making:
    """One plan while it is made: each operation with what undoes it."""

    def __init__(self, seen: Seen, subject: Subject, choices: Choices) -> None:
        self._seen, self._subject, self._choices = seen, subject, choices
        self._inventory = seen.inventory
        self._found: Dependents = seen.found or dependents(seen.inventory, subject)
        self._steps: list[tuple[Operation, tuple[Operation, ...]]] = []
        self._notes: list[str] = []

    def proposal(self) -> Proposal:
        title = _("Disconnect {name}").format(name=clean(self._subject.name, 200))
        problem = refusal(self._inventory, self._found, self._remaining_users(), self._seen.room)
        for part in (self._users, self._swaps, self._mounts, self._volumes, self._disks, self._sessions):
            part()
        self._gone()
        if self._choices.at_boot is AtBoot.OFF:
            self._boot()
        self._say_what_stays()
        back = tuple(operation for _operation, undone in reversed(self._steps) for operation in undone)
        name = note_name(self._inventory.taken_at)
        text = note_text(
            self._subject, self._inventory.taken_at, back, lasting_names(self._found, self._inventory)
        )
        note = SaveReconnectFile(name, text)
        operations = [operation for operation, _back in self._steps]
        # Up to there nothing is done that could be undone.
        first = next((n for n, (_operation, undone) in enumerate(self._steps) if undone), len(operations))
        operations.insert(first, note)
        return Proposal(
            Plan(title, tuple(operations)),
            _(
                "Everything above it is taken down from the top, so that no data is lost: users, "
                "mounts, volumes, disks, sessions. Each step is verified before the next."
            ),
            tuple(self._notes),
            problem,
            _("Disconnect"),
            back_plan(self._subject, name, back),
        )

    def _add(self, operation: Operation, back: tuple[Operation, ...] | None = None) -> None:
        if back is None:
            undone = operation.undo()
            back = () if isinstance(undone, CannotUndo) else undone
        self._steps.append((operation, back))

    # Users --------------------------------------------------------------------------------------------------

    def _remaining_users(self) -> Users:
        """The users whom the plan does nothing about but wait."""
        users, choice = self._seen.users, self._choices.users
        if choice is AboutUsers.WAIT:
            return users
        stopped = services_of(users)
        processes = tuple(process for process in users.processes if process.unit not in stopped)
        kernel = tuple(user for user in users.kernel if user.unit not in stopped)
        if choice is AboutUsers.END_PROCESSES:
            processes = tuple(process for process in processes if process.ours)
        return Users(processes, kernel, users.unseen, users.own_unit)

    def _users(self) -> None:
        choice, users = self._choices.users, self._seen.users
        if choice is not AboutUsers.WAIT:
            triggers = dict(self._seen.triggers)
            for unit in services_of(users):
                transient = unit in self._seen.transient
                self._add(StopService(unit, triggers.get(unit, ()), transient))
        ending = processes_to_end(users) if choice is AboutUsers.END_PROCESSES else ()
        if ending:
            self._add(
                EndProcesses(tuple(name_of_process(process) for process in ending), self._choices.patience)
            )
            self._notes.append(_("Processes that are terminated are not started again by reconnecting."))
        paths = [self._path(name) for name in self._found.devices]
        if paths:
            self._add(WaitUntilUnused(tuple(dict.fromkeys(paths)), self._choices.patience))

    def _path(self, device: str) -> str:
        return lasting_path(self._inventory, device)

    # Swap and mounts ----------------------------------------------------------------------------------------

    def _swaps(self) -> None:
        for swap in self._found.swaps:
            path = self._path(swap.device) if swap.path.startswith("/dev/") else swap.path
            self._add(SwapOff(path, max(swap.priority, -1)))

    def _mounts(self) -> None:
        synced: set[str] = set()
        automatic = {user.name for user in self._seen.users.kernel if user.how is KernelHold.AUTOMOUNT}
        for mount in reversed(self._found.mounts):
            if mount.device not in synced and not mount.read_only:
                synced.add(mount.device)
                self._add(SyncFilesystem(mount.target))
            automount = f"{escape_path(mount.target)}.automount" if mount.target in automatic else ""
            self._add(
                unmounting_of(self._inventory, mount),
                self._mounted_again(mount, automount),
            )
            if automount:
                self._add(StopService(automount), ())

    def _mounted_again(self, mount: Mount, automount: str) -> tuple[Operation, ...]:
        """What mounts it again; what systemd mounts when somebody looks is left to that."""
        if automount:
            return (StartService(automount),)
        back = way_back_of_mount(self._inventory, mount, primary(self._inventory, mount.device))
        if not back:
            self._notes.append(
                _(
                    "{path} is not mounted again by reconnecting: it mounts only a part of its file system."
                ).format(path=clean(mount.target, 80))
            )
        return back

    # Volumes and disks --------------------------------------------------------------------------------------

    def _volumes(self) -> None:
        for operation, back in layers_apart(self._inventory, self._found, self._seen.crypt_units):
            self._add(operation, back)
        staying = [volume for volume in self._found.volumes if self._stays(volume)]
        if staying:
            self._notes.append(
                _("The snapshot {name} stays active: LVM deactivates it only with its origin.").format(
                    name=clean(staying[0].name, 60)
                )
            )

    def _stays(self, volume: LogicalVolume) -> bool:
        going = {lv.name for lv in self._found.volumes if lv.vg_uuid == volume.vg_uuid}
        return goes_with_origin(volume) and volume.origin not in going

    def _disks(self) -> None:
        for name, paths in self._found.luns:
            disks = tuple(lun.disk for lun in paths if lun.disk)
            joined = next((one for disk in disks if (one := self._inventory.map_over(disk))), None)
            if joined is not None and joined.name in self._found.kept_maps:
                # multipathd drops the path when the session ends; the map goes on.
                continue
            if disks and all(lun.state.answers for lun in paths):
                self._add(FlushDisk(name, names_of(self._inventory, name)))
            if joined is not None:
                self._add(FlushMultipathMap(name, joined.name, joined.paths))
            for lun in paths:
                session = self._inventory.session(lun.sid)
                if session is not None and lun.disk:
                    operation = RemoveDisk(session.target, session.portal, session.iface, name, lun.disk)
                    # A login finds every disk by itself.
                    self._add(operation, () if session in self._found.sessions else None)

    # Sessions -----------------------------------------------------------------------------------------------

    def _sessions(self) -> None:
        for session in self._found.sessions:
            back: tuple[Operation, ...] = ()
            record = self._record_of(session)
            if record is None:
                self._notes.append(
                    _("There is no record for {target} at {portal}: to log in again, discover it.").format(
                        target=clean(session.target, 120), portal=clean(session.portal.label)
                    )
                )
            else:
                back = (LogIn(session.target, record.portal, session.iface),)
            self._add(LogOut(session.sid, session.target, session.portal, session.iface), back)

    def _gone(self) -> None:
        found = self._found
        kept = set(found.kept_maps)
        staying = {volume.device for volume in found.volumes if self._stays(volume)}
        maps = [
            device.map_uuid
            for name in found.devices
            if (device := self._inventory.device(name)) is not None
            and device.map_uuid
            and device.map_name not in kept
            and device.name not in staying
        ]
        apart = bool(found.groups or found.volumes or found.luns or found.sessions)
        if not apart:
            return
        whole = tuple(name for name, paths in found.luns if len(paths) == len(name.paths(self._inventory)))
        sessions = tuple(
            SessionName(session.target, session.portal, session.iface) for session in found.sessions
        )
        self._add(VerifyRemoved(sessions, whole, tuple(maps)))

    def _record_of(self, session: Session) -> NodeRecord | None:
        """The record of a session, of several the one that has its portal written alike."""
        found = [record for record in self._inventory.node_records if session.is_by(record)]
        alike = (record for record in found if record.portal.is_written_as(session.portal))
        return next(alike, next(iter(found), None))

    # The next boot ------------------------------------------------------------------------------------------

    def _boot(self) -> None:
        for record in self._records():
            before = ((_STARTUP, record.startup), (_CONNECTION_STARTUP, record.connection_startup))
            now = tuple((key, _MANUAL) for key, value in before if value and value != _MANUAL)
            if now:
                previous = tuple((key, value) for key, value in before if value and value != _MANUAL)
                self._add(SetRecordValues(record.target, record.portal, record.iface, now, previous))
        lines = self._seen.fstab.split("\n")
        chosen = tuple(lines[entry.line - 1] for entry in self._entries() if entry.line <= len(lines))
        if chosen:
            self._add(CommentOutFstabLines(chosen))
        self._boot_of_encrypted()
        for unit in self._seen.mount_units:
            self._add(DisableService(unit))

    def _boot_of_encrypted(self) -> None:
        lines = self._seen.crypttab.split("\n")
        entries = crypttab_entries(self._inventory, self._found)
        chosen = tuple(lines[entry.line - 1] for entry in entries if entry.line <= len(lines))
        if chosen:
            self._add(CommentOutCrypttabLines(chosen))

    def _records(self) -> Iterator[NodeRecord]:
        """The records that would log in to what goes."""
        for record in self._inventory.node_records:
            all_of_it = self._subject.kind is SubjectKind.TARGET and record.target == self._subject.key
            if all_of_it or any(session.is_by(record) for session in self._found.sessions):
                yield record

    def _entries(self) -> Iterator[FstabEntry]:
        """The entries of fstab for what is unmounted or no longer swapped to, bind mounts among them."""
        places = {mount.target for mount in self._found.mounts}
        swaps = {swap.path for swap in self._found.swaps}
        devices = set(self._found.devices)
        for entry in self._inventory.fstab:
            within = any(entry.spec == place or entry.spec.startswith(f"{place}/") for place in places)
            if entry.device in devices or entry.mount_point in places or entry.spec in swaps or within:
                yield entry

    # Words --------------------------------------------------------------------------------------------------

    def _say_what_stays(self) -> None:
        self._notes.insert(0, self._boot_words())
        for session in self._found.kept_sessions:
            others = [
                f"LUN {lun.number}"
                for lun in self._inventory.luns_of(session.sid)
                if not any(lun in paths for _name, paths in self._found.luns)
            ]
            self._notes.append(
                _(
                    "Session {sid} stays logged in: it has {others} too. The next login or rescan "
                    "adds this LUN again."
                ).format(sid=session.sid, others=enumerated(others[:4]))
            )
        self._notes.extend(self._incomplete())
        for name in self._found.kept_maps:
            self._notes.append(
                _("The multipath map {name} keeps working over its other paths.").format(name=clean(name, 80))
            )
        stopped = services_of(self._seen.users) if self._choices.users is not AboutUsers.WAIT else ()
        transient = [unit for unit in stopped if unit in self._seen.transient]
        if transient:
            self._notes.append(
                _("No file defines {units} (systemd-run): reconnecting cannot start it again.").format(
                    units=clean(enumerated(transient[:4]), 160)
                )
            )
        if len(stopped) > len(transient):
            self._notes.append(
                _(
                    "The services are started again by reconnecting. At the next boot they start "
                    "anyway, and may write to the empty directory."
                )
            )

    def _incomplete(self) -> Iterator[str]:
        """File systems of several devices only some of which go."""
        gone = {rung.device for rung in self._found.rungs if rung.device}
        wholes: list[tuple[str, ...]] = [mount.devices for mount in self._found.mounts]
        wholes += [(filesystem.device, *filesystem.others) for filesystem in self._inventory.filesystems]
        several = {tuple(sorted(whole)) for whole in wholes if len(whole) > 1 and self._found.luns}
        for group in sorted(several):
            stay = [
                disk.path for name in group if name not in gone and (disk := self._inventory.device(name))
            ]
            if stay and gone.intersection(group):
                yield _(
                    "{devices} stay connected. A file system that is also on them is incomplete until you"
                    " reconnect."
                ).format(devices=clean(enumerated(stay[:4]), 200))

    def _boot_words(self) -> str:
        if self._choices.at_boot is AtBoot.KEEP:
            return _("At the next boot it comes back automatically, as configured in the records and fstab.")
        lasting = SetRecordValues | CommentOutFstabLines | CommentOutCrypttabLines | DisableService
        if any(isinstance(operation, lasting) for operation, _back in self._steps):
            if not self._found.sessions and (self._found.groups or self._found.volumes):
                return _("At the next boot LVM activates it again, but none of it is mounted.")
            return _("It stays disconnected at the next boot, until you reconnect it.")
        return _("None of it is configured to come back at the next boot.")
