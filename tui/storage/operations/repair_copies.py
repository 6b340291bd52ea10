"""A copy of what a repair may damage, saved before it in one dated directory; and its restoration."""

from collections import Counter
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import ClassVar

from tui.storage.devices.identity import DeviceIdentity, compare
from tui.storage.files.kept_names import kept_name
from tui.storage.host.interface import ChangingHost, Command, FileKind, Host, Replacement
from tui.storage.iscsi.record_file import database_of, without_secrets
from tui.storage.operations.calls import change, reread_command
from tui.storage.operations.guards.device_guard import guard
from tui.storage.operations.guards.lvm_guard import LVM_DEADLINE, look_for_change
from tui.storage.operations.operation import CannotUndo, Operation, Progress, Risk
from tui.storage.operations.system_files import text_or_empty
from tui.storage.probe.mounts.fstab import FSTAB
from tui.storage.probe.reading import names
from tui.storage.problem import NotVerified, Problem, Refused
from tui.storage.untrusted import as_typed, clean
from tui.words import translate as _

KEPT = "/var/lib/iscsi-console/kept"
"""Where the directories are, mode 0700: the contents of disks are confidential."""

_KINDS = ("nodes", "send_targets", "isns", "ifaces")
"""Directories of the record database that hold files; links from one to the other are not copied."""

HEADER_SIZE = 1024 * 1024
"""Bytes at the start of a PV before its first extent, unless it was created otherwise (pe_start)."""

_COPYING = 120.0
"""Seconds for one MiB of a disk."""


class CopyBeforeRepair(Operation, frozen=True):
    """Back up the metadata of some groups, the start of some disks, the record database and fstab.

    Attributes:
        name: of the directory, made of the time: `2026-05-01-031500`.
        groups: volume groups whose metadata is backed up.
        devices: physical volumes, or what was one; the first MiB of each is kept.
    """

    risk: ClassVar[Risk] = Risk.READS
    only_stops: ClassVar[bool] = True
    name: str
    groups: tuple[str, ...] = ()
    devices: tuple[DeviceIdentity, ...] = ()

    @property
    def folder(self) -> str:
        """Where everything goes."""
        return f"{KEPT}/{kept_name(self.name)}"

    def title(self) -> str:
        return _("Save a copy of everything that the repair may change")

    def why(self) -> str:
        return _(
            "The start of each disk, the LVM metadata, the node records and fstab can then be restored as"
            " they are now. The directory says how; only root can read it."
        )

    def shown(self) -> tuple[str, ...]:
        return (
            f"mkdir -p -m 0700 {self.folder}",
            *(as_typed(self._back_up(group)) for group in self.groups),
            *(as_typed(self._copy(device)) for device in self.devices),
            _("copy the record database, without secrets, to {path}").format(path=f"{self.folder}/records"),
            f"cp {FSTAB} {self.folder}/fstab",
            _("write {path}").format(path=f"{self.folder}/HOW-TO-RESTORE"),
        )

    def is_done(self, host: Host) -> bool:
        """The instructions are written last."""
        return host.facts(f"{self.folder}/HOW-TO-RESTORE") is not None and not self._short(host)

    def check(self, host: Host) -> None:
        for identity in self.devices:
            device, _inventory = compare(host, identity)
            if not device.answers:
                raise Refused(
                    Problem(
                        "keep.silent",
                        _("{path} does not respond now, so it cannot be saved.").format(
                            path=clean(identity.path)
                        ),
                        cause=_("Its session is lost, or it was removed."),
                        remedy=_("Repair the session first. Nothing is rewritten without a copy."),
                    )
                )

    def run(self, host: ChangingHost, progress: Progress) -> None:
        host.make_folder(KEPT, 0o700)
        host.make_folder(self.folder, 0o700)
        for group in self.groups:
            change(host, self._back_up(group), self.title(), deadline=LVM_DEADLINE, progress=progress)
        for device in self.devices:
            compare(host, device)
            self._make_private(host, self.copy_of(device))
            change(host, self._copy(device), self.title(), deadline=_COPYING)
        self._keep_records(host)
        fstab = text_or_empty(host, FSTAB)
        private = Replacement(mode=0o600)
        host.replace(f"{self.folder}/fstab", fstab.encode(errors="surrogateescape"), private)
        self._refuse_incomplete(host)
        host.replace(f"{self.folder}/HOW-TO-RESTORE", self.instructions.encode(), private)
        progress(_("saved in {directory}").format(directory=self.folder))

    def undo(self) -> tuple[Operation, ...]:
        return ()

    @property
    def instructions(self) -> str:
        """The instructions in the directory, which may be needed without this program."""
        lines = [_("Saved before a repair by iscsi-console. To restore, with nothing mounted or active:"), ""]
        for device in self.devices:
            lines += [f"# {device.words}", as_typed(restore_command(self.copy_of(device), device)), ""]
        for group in self.groups:
            lines += [as_typed(("lvm", "vgcfgrestore", "--test", "--file", self.metadata_of(group), group))]
            lines += [as_typed(("lvm", "vgcfgrestore", "--file", self.metadata_of(group), group)), ""]
        lines += [f"cp {self.folder}/fstab {FSTAB}", ""]
        lines += [
            _("# The node records are in {directory}, with CHAP secrets masked.").format(
                directory=f"{self.folder}/records"
            )
        ]
        return "\n".join((*lines, ""))

    def copy_of(self, device: DeviceIdentity) -> str:
        """The file with the start of a disk."""
        return f"{self.folder}/beginning-{kept_name(self._names[device])}"

    @property
    def _names(self) -> dict[DeviceIdentity, str]:
        """What tells each disk from the others: its WWID, and its path where two have the same."""
        wwids = Counter(device.wwid for device in self.devices)
        return {
            device: device.wwid if wwids[device.wwid] == 1 and device.wwid else f"{device.wwid} {device.path}"
            for device in self.devices
        }

    def metadata_of(self, group: str) -> str:
        """The file with the metadata backup of a group."""
        return f"{self.folder}/lvm-{kept_name(group)}"

    def _back_up(self, group: str) -> tuple[str, ...]:
        return ("lvm", "vgcfgbackup", "--file", self.metadata_of(group), group)

    def _copy(self, device: DeviceIdentity) -> tuple[str, ...]:
        return (
            "dd",
            f"if={device.path}",
            f"of={self.copy_of(device)}",
            *("bs=1M", "count=1", "iflag=fullblock", "conv=fsync", "status=none"),
        )

    def _keep_records(self, host: ChangingHost) -> None:
        root = database_of(host).root
        for path in _files_below(host, tuple(f"{root}/{kind}" for kind in _KINDS)):
            place = f"{self.folder}/records{path.removeprefix(root)}"
            for folder in reversed(PurePosixPath(place).relative_to(self.folder).parents[:-1]):
                host.make_folder(f"{self.folder}/{folder}", 0o700)
            text = without_secrets(host.read(path))
            host.replace(place, text.encode(errors="surrogateescape"), Replacement(mode=0o600))

    @staticmethod
    def _make_private(host: ChangingHost, path: str) -> None:
        """Make an empty file for root only; dd keeps the mode of a file that is there."""
        host.replace(path, b"", Replacement(mode=0o600))

    def _short(self, host: Host) -> list[str]:
        """The copies that are missing or incomplete."""
        wanted = [(self.metadata_of(group), 1) for group in self.groups]
        wanted += [(self.copy_of(device), min(HEADER_SIZE, device.size)) for device in self.devices]
        return [path for path, size in wanted if _size(host, path) < size]

    def _refuse_incomplete(self, host: Host) -> None:
        short = self._short(host)
        if short:
            raise NotVerified(
                Problem(
                    "keep.incomplete",
                    _("The copy {path} is incomplete.").format(path=clean(short[0])),
                    cause=_("The disk could not be read, or the file system of this host is full."),
                    remedy=_("Free space or repair the session, then retry. Nothing was rewritten."),
                )
            )


class RestoreDiskHeader(Operation, frozen=True):
    """Restore the start of a disk as `CopyBeforeRepair` saved it.

    Attributes:
        device: the disk; nothing may be active on it.
        file: the copy.
    """

    risk: ClassVar[Risk] = Risk.DESTROYS
    device: DeviceIdentity
    file: str

    def title(self) -> str:
        return _("Restore the saved start of {path}").format(path=clean(self.device.path, 60))

    def why(self) -> str:
        return _(
            "The start of the disk is then as it was before the repair; the data behind it is not changed."
        )

    def shown(self) -> tuple[str, ...]:
        return (as_typed(restore_command(self.file, self.device)), as_typed(reread_command(self.device.path)))

    def loses(self) -> tuple[str, ...]:
        return (_("The first MiB of {device}, as it is now").format(device=self.device.words),)

    def is_done(self, host: Host) -> bool:
        try:
            device, _inventory = compare(host, self.device)
        except Refused:
            return False
        return device.answers and _has_same_start(host, device.path, self.file)

    def check(self, host: Host) -> None:
        guard(host, self.device, look_for_change(host))
        if _size(host, self.file) != HEADER_SIZE:
            raise Refused(
                Problem(
                    "keep.no-copy",
                    _("{file} is not a saved start of a disk.").format(file=clean(self.file)),
                    remedy=_("Find the saved copy in {directory}.").format(directory=KEPT),
                )
            )

    def run(self, host: ChangingHost, progress: Progress) -> None:
        compare(host, self.device)
        change(
            host, restore_command(self.file, self.device), self.title(), deadline=_COPYING, progress=progress
        )
        change(host, reread_command(self.device.path), self.title())

    def undo(self) -> CannotUndo:
        return CannotUndo(_("If the present state may be needed, save a copy of the disk before this."))


def restore_command(file: str, device: DeviceIdentity) -> tuple[str, ...]:
    """The call that restores the saved start of a disk; nothing behind the first MiB is changed."""
    return ("dd", f"if={file}", f"of={device.path}", "bs=1M", "count=1", "conv=notrunc,fsync", "status=none")


def _files_below(host: Host, paths: tuple[str, ...]) -> Iterator[str]:
    """Every ordinary file at or below some paths."""
    for path in paths:
        facts = host.facts(path)
        if facts is not None and facts.kind is FileKind.FILE:
            yield path
        elif facts is not None and facts.kind is FileKind.FOLDER:
            yield from _files_below(host, tuple(f"{path}/{name}" for name in names(host, path)))


def _size(host: Host, path: str) -> int:
    facts = host.facts(path)
    return facts.size if facts is not None and facts.kind is FileKind.FILE else 0


def _has_same_start(host: Host, path: str, file: str) -> bool:
    return host.run(Command(("cmp", "--silent", f"--bytes={HEADER_SIZE}", path, file), deadline=20.0)).ok
