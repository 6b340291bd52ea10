"""What each operation is in POSIX shell: when it is done already, and the commands that do it.

An operation that is not listed here is not exported: a script that leaves something out is worse than none.
"""

import shlex
from collections.abc import Callable
from typing import TypeVar

from msgspec import Struct

from tui.storage.host.interface import BACKUPS
from tui.storage.iscsi.iscsiadm_call import node
from tui.storage.lvm.names import volume_path
from tui.storage.model.iscsi import Portal
from tui.storage.operations.boot.fstab_entry import AddFstabEntry, RemoveFstabEntry
from tui.storage.operations.boot.fstab_off import MARK, CommentOutFstabLines, RestoreFstabLines
from tui.storage.operations.filesystem.flush import FlushDisk, SyncFilesystem
from tui.storage.operations.filesystem.grow_filesystem import GrowFilesystem
from tui.storage.operations.filesystem.make_filesystem import MakeFilesystem
from tui.storage.operations.filesystem.write_test import WriteTest
from tui.storage.operations.iscsi.discovery import AddDiscoveryRecord, AddNodeRecord
from tui.storage.operations.iscsi.records import DeleteNodeRecord, SetRecordValues
from tui.storage.operations.iscsi.remove_disks import RemoveDisk
from tui.storage.operations.iscsi.rescan import RescanPaths
from tui.storage.operations.iscsi.sessions import LogIn, LogOut
from tui.storage.operations.lvm.activation import (
    ActivateLogicalVolume,
    ActivateVolumeGroup,
    DeactivateLogicalVolume,
    DeactivateVolumeGroup,
)
from tui.storage.operations.lvm.extend_logical_volume import ExtendLogicalVolume
from tui.storage.operations.lvm.logical_volume import CreateLogicalVolume, RemoveLogicalVolume
from tui.storage.operations.lvm.physical_volume import CreatePhysicalVolume
from tui.storage.operations.lvm.resize_physical_volume import ResizePhysicalVolume
from tui.storage.operations.lvm.snapshot import CreateSnapshot
from tui.storage.operations.lvm.volume_group import CreateVolumeGroup, ExtendVolumeGroup
from tui.storage.operations.mounts.bind_mount import BindMount
from tui.storage.operations.mounts.mount import MountFilesystem, UnmountFilesystem
from tui.storage.operations.mounts.mount_point import MakeMountPoint
from tui.storage.operations.mounts.release import WaitUntilUnused
from tui.storage.operations.mounts.swap import SwapOff, SwapOn
from tui.storage.operations.multipath.flush_map import FlushMultipathMap
from tui.storage.operations.multipath.resize_map import ResizeMap
from tui.storage.operations.operation import Operation
from tui.storage.operations.reconnect_file import DeleteReconnectFile, SaveReconnectFile
from tui.storage.operations.services.prerequisites import (
    DisableService,
    EnableService,
    LoadModule,
    RestartDaemon,
    StartService,
)
from tui.storage.operations.services.stop_service import StopService
from tui.storage.operations.verify_removed import VerifyRemoved
from tui.storage.probe.mounts.fstab import FSTAB
from tui.storage.secret import MASK
from tui.storage.untrusted import visible_lines


class ShellStep(Struct, frozen=True):
    """One operation in shell.

    Attributes:
        commands: what does it.
        done: a condition under which it is done already; empty where it is run in any case.
    """

    commands: tuple[str, ...]
    done: str = ""


_Some = TypeVar("_Some", bound=Operation)
_Step = Callable[[Operation], ShellStep]

_PLAIN: tuple[type[Operation], ...] = (
    CreateVolumeGroup,
    ExtendVolumeGroup,
    CreatePhysicalVolume,
    ExtendLogicalVolume,
    ResizePhysicalVolume,
    GrowFilesystem,
    SyncFilesystem,
    FlushDisk,
    ResizeMap,
    RescanPaths,
    SetRecordValues,
    AddDiscoveryRecord,
    AddNodeRecord,
    StartService,
    EnableService,
    DisableService,
    RestartDaemon,
    StopService,
    LoadModule,
)
"""Those that are the commands which they show, and do no harm when they are run again, or refuse that."""


def step_of(operation: Operation) -> ShellStep | None:
    """An operation in shell; None where it cannot be said so exactly."""
    make = _STEPS.get(type(operation))
    if make is not None:
        step = make(operation)
    elif isinstance(operation, _PLAIN):
        step = ShellStep(operation.shown())
    else:
        return None
    if any(BACKUPS in line for line in step.commands):
        step = ShellStep((f"mkdir -p -m 0700 {BACKUPS}", *step.commands), step.done)
    return step if all(map(_is_exact, (*step.commands, step.done))) else None


def _is_exact(line: str) -> bool:
    """Whether a line is the command and can be printed: nothing is cut, masked, escaped or bash's alone."""
    return visible_lines(line) == line and not any(part in line for part in ("…", "\\x", "\\u", "$'", MASK))


def _quoted(*words: str) -> str:
    return " ".join(shlex.quote(word) for word in words)


def _unmount(operation: UnmountFilesystem) -> ShellStep:
    place = _quoted(operation.mount_point)
    return ShellStep((f"umount {place}",), f"! mountpoint -q {place}")


def _mount(operation: MountFilesystem) -> ShellStep:
    return ShellStep((_quoted(*operation.argv),), f"mountpoint -q {_quoted(operation.mount_point)}")


def _bind(operation: BindMount) -> ShellStep:
    return ShellStep(operation.shown(), f"mountpoint -q {_quoted(operation.mount_point)}")


def _swap_off(operation: SwapOff) -> ShellStep:
    return ShellStep((_quoted("swapoff", operation.path),), f"! is_swap {_quoted(operation.path)}")


def _swap_on(operation: SwapOn) -> ShellStep:
    return ShellStep((_quoted(*operation.argv),), f"is_swap {_quoted(operation.path)}")


def _log_in(operation: LogIn) -> ShellStep:
    call = node(operation.target, operation.portal, operation.iface, "--login").argv
    return ShellStep((_quoted(*call),), f"has_session {_session(operation.target, operation.portal)}")


def _log_out(operation: LogOut) -> ShellStep:
    call = node(operation.target, operation.portal, operation.iface, "--logout").argv
    return ShellStep((_quoted(*call),), f"! has_session {_session(operation.target, operation.portal)}")


def _session(target: str, portal: Portal) -> str:
    return _quoted(target, portal.label)


def _remove_disk(operation: RemoveDisk) -> ShellStep:
    place = f"/sys/block/{operation.disk}"
    return ShellStep((f"echo 1 > {_quoted(f'{place}/device/delete')}",), f"[ ! -e {_quoted(place)} ]")


def _wait(operation: WaitUntilUnused) -> ShellStep:
    return ShellStep((f"wait_until_unused {operation.seconds} {_quoted(*operation.paths)}",))


def _verify(operation: VerifyRemoved) -> ShellStep:
    sessions = (f"must_be_gone {_session(session.target, session.portal)}" for session in operation.sessions)
    maps = (f"must_have_no_map {_quoted(uuid)}" for uuid in operation.map_uuids)
    return ShellStep((*sessions, *maps) or (":",))


def _save(operation: SaveReconnectFile) -> ShellStep:
    return ShellStep(
        (
            f"mkdir -p -m 0700 {_quoted(operation.path.rpartition('/')[0])}",
            f"printf '%s' {_quoted(operation.text)} > {_quoted(operation.path)}",
            f"chmod 0600 {_quoted(operation.path)}",
        )
    )


def _forget(operation: DeleteReconnectFile) -> ShellStep:
    return ShellStep(operation.shown())


def _comment_out(operation: CommentOutFstabLines) -> ShellStep:
    return _edited(operation.lines, tuple(MARK + line for line in operation.lines))


def _restore(operation: RestoreFstabLines) -> ShellStep:
    return _edited(tuple(MARK + line for line in operation.lines), operation.lines)


def _edited(before: tuple[str, ...], after: tuple[str, ...]) -> ShellStep:
    pairs = zip(before, after, strict=True)
    return ShellStep(
        (*(f"replace_line {FSTAB} {_quoted(old, new)}" for old, new in pairs), "systemctl daemon-reload")
    )


def _add_line(operation: AddFstabEntry) -> ShellStep:
    line = _quoted(operation.line.text)
    return ShellStep((f"add_line {FSTAB} {line}", "systemctl daemon-reload"), f"grep -qxF -- {line} {FSTAB}")


def _remove_line(operation: RemoveFstabEntry) -> ShellStep:
    line = _quoted(operation.line.text)
    return ShellStep(
        (f"replace_line {FSTAB} {line}", "systemctl daemon-reload"), f"! grep -qxF -- {line} {FSTAB}"
    )


def _make_folder(operation: MakeMountPoint) -> ShellStep:
    place = _quoted(operation.path)
    return ShellStep((f"mkdir -p {place}",), f"[ -d {place} ]")


def _write_test(operation: WriteTest) -> ShellStep:
    file = _quoted(f"{operation.path.rstrip('/')}/.iscsi-console-write-test")
    return ShellStep((f"echo test > {file}", f"sync {file}", f'[ "$(cat {file})" = test ]', f"rm {file}"))


def _make_filesystem(operation: MakeFilesystem) -> ShellStep:
    # Without a terminal mkfs.ext4 does not ask before it replaces a file system.
    return ShellStep((f"must_be_blank {_quoted(operation.device)}", *operation.shown()))


def _create_volume(operation: CreateLogicalVolume) -> ShellStep:
    name = _quoted(f"{operation.volume_group}/{operation.name}")
    return ShellStep(operation.shown(), f"lvs {name} > /dev/null 2>&1")


def _remove_volume(operation: RemoveLogicalVolume) -> ShellStep:
    name = _quoted(f"{operation.volume_group}/{operation.name}")
    return ShellStep(operation.shown(), f"! lvs {name} > /dev/null 2>&1")


def _create_snapshot(operation: CreateSnapshot) -> ShellStep:
    name = _quoted(f"{operation.volume_group}/{operation.name}")
    return ShellStep(operation.shown(), f"lvs {name} > /dev/null 2>&1")


def _activate(operation: ActivateVolumeGroup) -> ShellStep:
    return ShellStep(operation.shown())


def _deactivate(operation: DeactivateVolumeGroup) -> ShellStep:
    return ShellStep(operation.shown(), f"! has_active_volumes {_quoted(operation.name)}")


def _activate_one(operation: ActivateLogicalVolume) -> ShellStep:
    path = volume_path(operation.volume_group, operation.name)
    return ShellStep(operation.shown(), f"[ -e {_quoted(path)} ]")


def _deactivate_one(operation: DeactivateLogicalVolume) -> ShellStep:
    path = volume_path(operation.volume_group, operation.name)
    return ShellStep(operation.shown(), f"[ ! -e {_quoted(path)} ]")


def _flush_map(operation: FlushMultipathMap) -> ShellStep:
    return ShellStep(operation.shown(), f"[ ! -e {_quoted(f'/dev/mapper/{operation.name}')} ]")


def _delete_record(operation: DeleteNodeRecord) -> ShellStep:
    call = node(operation.target, operation.portal, operation.iface).argv
    return ShellStep(operation.shown(), f"! {_quoted(*call)} > /dev/null 2>&1")


def _for(kind: type[_Some], make: Callable[[_Some], ShellStep]) -> tuple[type[Operation], _Step]:
    def made(operation: Operation) -> ShellStep:
        assert isinstance(operation, kind)
        return make(operation)

    return kind, made


_STEPS: dict[type[Operation], _Step] = dict(
    (
        _for(UnmountFilesystem, _unmount),
        _for(MountFilesystem, _mount),
        _for(BindMount, _bind),
        _for(SwapOff, _swap_off),
        _for(SwapOn, _swap_on),
        _for(LogIn, _log_in),
        _for(LogOut, _log_out),
        _for(RemoveDisk, _remove_disk),
        _for(WaitUntilUnused, _wait),
        _for(VerifyRemoved, _verify),
        _for(SaveReconnectFile, _save),
        _for(DeleteReconnectFile, _forget),
        _for(CommentOutFstabLines, _comment_out),
        _for(RestoreFstabLines, _restore),
        _for(AddFstabEntry, _add_line),
        _for(RemoveFstabEntry, _remove_line),
        _for(MakeMountPoint, _make_folder),
        _for(WriteTest, _write_test),
        _for(MakeFilesystem, _make_filesystem),
        _for(CreateLogicalVolume, _create_volume),
        _for(RemoveLogicalVolume, _remove_volume),
        _for(CreateSnapshot, _create_snapshot),
        _for(ActivateVolumeGroup, _activate),
        _for(DeactivateVolumeGroup, _deactivate),
        _for(ActivateLogicalVolume, _activate_one),
        _for(DeactivateLogicalVolume, _deactivate_one),
        _for(FlushMultipathMap, _flush_map),
        _for(DeleteNodeRecord, _delete_record),
    )
)
