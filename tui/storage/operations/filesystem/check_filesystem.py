"""Checking a file system without changing it (e2fsck(8) -n, xfs_repair(8) -n), and repairing it."""

from typing import ClassVar

from tui.storage.files.filesystem_kind import FilesystemKind
from tui.storage.host.interface import ChangingHost, Command, Host, Outcome
from tui.storage.operations.command import CommandOperation
from tui.storage.operations.filesystem.unused_volume import refuse_unreachable, unused_volume
from tui.storage.operations.operation import CannotUndo, Operation, Progress, Risk
from tui.storage.problem import CommandFailed, OutcomeUnknown, Problem, Refused
from tui.storage.untrusted import clean, clean_lines
from tui.words import translate as _

CHECKING = 12 * 3600.0
"""Seconds a check or a repair gets: terabytes over a slow link take hours."""

_UNCORRECTED, _FAILED = 4, 8
"""Bits of e2fsck's exit status: errors left; from 8 on it could not do its work."""

_LOG_IGNORED = "valuable metadata changes in a log"
"""What xfs_repair -n says of a log that was not replayed; what it then finds may only be that."""


class CheckFilesystem(CommandOperation, frozen=True):
    """Check a file system that is not mounted.

    Attributes:
        device: `/dev/VG/LV`.
        kind: ext4 or xfs.
        uuid: of the file system as it was seen.
        must_be_clean: damage ends the plan, instead of being reported only.
    """

    risk: ClassVar[Risk] = Risk.READS
    only_stops: ClassVar[bool] = True
    survives_reboot: ClassVar[bool] = False
    device: str
    kind: FilesystemKind
    uuid: str = ""
    must_be_clean: bool = False

    def title(self) -> str:
        return _("Check the file system on {device}").format(device=clean(self.device, 80))

    def why(self) -> str:
        return _("It shows whether there is damage, and how much. Nothing is changed.")

    @property
    def argv(self) -> tuple[str, ...]:
        if self.kind is FilesystemKind.XFS:
            return ("xfs_repair", "-n", self.device)
        return ("e2fsck", "-f", "-n", self.device)

    def is_done(self, host: Host) -> bool:  # noqa: ARG002 (the answer is always the same)
        """Never: an older check proves nothing."""
        return False

    def preflight(self, host: Host) -> None:
        refuse_unreachable(host, self.device, self.kind.value, self.uuid)

    def check(self, host: Host) -> None:
        refuse_other_kinds(self.kind)
        unused_volume(host, self.device, self.kind.value, self.uuid)

    def run(self, host: ChangingHost, progress: Progress) -> None:
        outcome = host.run(Command(self.argv, deadline=CHECKING), lambda line: progress(clean(line)))
        refuse_silence(outcome, self.argv[0], self.title())
        text = f"{outcome.stdout}\n{outcome.stderr}"
        if self.kind is FilesystemKind.XFS:
            unreplayed = _LOG_IGNORED in text
            failed, damaged = outcome.status not in (0, 1, 2), outcome.status in (1, 2) and not unreplayed
        else:
            status = outcome.status or 0
            unreplayed = "skipping journal recovery" in text.lower()
            failed, damaged = status >= _FAILED, bool(status & _UNCORRECTED) and not unreplayed
        if failed or (damaged and self.must_be_clean):
            raise CommandFailed(
                Problem(
                    "filesystem.unreadable" if failed else "filesystem.damaged",
                    _("{tool} could not check {device} (exit status {status}).").format(
                        tool=self.argv[0], device=clean(self.device, 80), status=outcome.status
                    )
                    if failed
                    else _("The file system on {device} is damaged.").format(device=clean(self.device, 80)),
                    remedy=_("Nothing was changed. Check its output and the layers below before a repair."),
                    evidence=clean_lines(text, most=12),
                )
            )
        progress(
            _("The log has not been replayed yet; replaying it may resolve what was found.")
            if unreplayed
            else _("Damage was found; a repair can fix it.")
            if damaged
            else _("No damage was found.")
        )

    def verify(self, host: Host) -> None:
        """The exit status is all there is."""

    def undo(self) -> tuple[Operation, ...]:
        return ()


class RepairFilesystem(CommandOperation, frozen=True):
    """Repair what can be repaired without a person's decision: e2fsck -p, xfs_repair.

    e2fsck -p replays the journal and ends when something needs a decision. xfs_repair refuses a log that was
    not replayed; the log is never zeroed (`-L`). Neither runs on a file system that is
    mounted.

    Attributes:
        device: `/dev/VG/LV`.
        kind: ext4 or xfs.
        uuid: of the file system as it was seen.
    """

    risk: ClassVar[Risk] = Risk.REWRITES
    survives_reboot: ClassVar[bool] = False
    device: str
    kind: FilesystemKind
    uuid: str

    def title(self) -> str:
        return _("Repair the file system on {device}").format(device=clean(self.device, 80))

    def why(self) -> str:
        if self.kind is FilesystemKind.XFS:
            return _(
                "Inconsistencies are repaired. Orphaned files go to lost+found. The log has already been"
                " replayed; it is never zeroed (-L)."
            )
        return _(
            "The journal is replayed and safe repairs are made (e2fsck -p). It stops where a decision is"
            " needed."
        )

    @property
    def argv(self) -> tuple[str, ...]:
        if self.kind is FilesystemKind.XFS:
            return ("xfs_repair", self.device)
        return ("e2fsck", "-f", "-p", self.device)

    def is_done(self, host: Host) -> bool:  # noqa: ARG002 (only a run tells)
        """Never: only a run shows whether there is something to repair."""
        return False

    def preflight(self, host: Host) -> None:
        refuse_unreachable(host, self.device, self.kind.value, self.uuid)

    def check(self, host: Host) -> None:
        refuse_other_kinds(self.kind)
        unused_volume(host, self.device, self.kind.value, self.uuid)

    def run(self, host: ChangingHost, progress: Progress) -> None:
        """Exit status 1 and 2 of e2fsck mean that something was repaired (e2fsck(8))."""
        command = Command(self.argv, deadline=CHECKING, changes=True)
        outcome = host.run(command, lambda line: progress(clean(line)))
        refuse_silence(outcome, self.argv[0], self.title())
        good = outcome.status == 0 or (self.kind is not FilesystemKind.XFS and outcome.status in (1, 2, 3))
        if good:
            return
        log = self.kind is FilesystemKind.XFS and outcome.status == 2
        raise CommandFailed(
            Problem(
                "filesystem.log-not-replayed" if log else "filesystem.not-repaired",
                _("{tool} did not repair {device} (exit status {status}).").format(
                    tool=self.argv[0], device=clean(self.device, 80), status=outcome.status
                ),
                cause=_("Its log has not been replayed.")
                if log
                else _("It found something that needs a decision, or the disk returns I/O errors."),
                remedy=_("Mount it once and unmount it, which replays the log; then repair.")
                if log
                else _(
                    "Have a copy made on the storage (snapshot, clone), and repair the copy by hand"
                    " first: any answer can lose files."
                ),
                evidence=clean_lines(f"{outcome.stdout}\n{outcome.stderr}", most=12),
            )
        )

    def verify(self, host: Host) -> None:
        """A second check finds no damage."""
        kind = self.kind
        look = ("xfs_repair", "-n", self.device) if kind is FilesystemKind.XFS else self._look_again
        outcome = host.run(Command(look, deadline=CHECKING))
        refuse_silence(outcome, look[0], self.title())
        if not outcome.ok:
            raise CommandFailed(
                Problem(
                    "filesystem.damaged",
                    _("The file system on {device} is still damaged.").format(device=clean(self.device, 80)),
                    remedy=_("Check the output, and the kernel log for the disk below."),
                    evidence=clean_lines(f"{outcome.stdout}\n{outcome.stderr}", most=12),
                )
            )

    @property
    def _look_again(self) -> tuple[str, ...]:
        return ("e2fsck", "-f", "-n", self.device)

    def undo(self) -> CannotUndo:
        return CannotUndo(_("Repairs are permanent. Only a snapshot taken before can undo them."))


def refuse_other_kinds(kind: FilesystemKind) -> None:
    """See that it is one whose tools are known to be safe this way.

    Raises:
        Refused: it is btrfs, whose `check --repair` its own makers warn of.
    """
    if kind is FilesystemKind.BTRFS:
        raise Refused(
            Problem(
                "filesystem.no-repair",
                _("iscsi-console does not check or repair btrfs."),
                cause=_("`btrfs check --repair` can make the damage worse (btrfs-check(8))."),
                remedy=_("Mount it and run `btrfs scrub start`, or ask the btrfs developers."),
            )
        )


def refuse_silence(outcome: Outcome, tool: str, title: str) -> None:
    """Tell a tool that is not there, or did not end, from one that has judged.

    Raises:
        CommandFailed: it is not installed.
        OutcomeUnknown: its deadline passed.
    """
    if outcome.status is None:
        raise OutcomeUnknown(
            Problem(
                "command.no-end",
                _("{what}: {tool} did not end in time.").format(what=title, tool=tool),
                cause=_("The disk may have stopped answering."),
                remedy=_("Check the session and the disk before you retry."),
            )
        )
    if outcome.status == 127:
        raise CommandFailed(
            Problem(
                "command.missing",
                _("{what}: the program {tool} is not installed.").format(what=title, tool=tool),
                remedy=_("Install the package that provides it (e2fsprogs, xfsprogs), then retry."),
            )
        )
