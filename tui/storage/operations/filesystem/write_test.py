"""The proof that a mounted volume keeps what is written to it."""

import hashlib
from typing import ClassVar

from tui.storage.host.interface import ChangingHost, Command, FileFacts, FileKind, Host
from tui.storage.operations.guards.mounted import mount_at, not_mounted
from tui.storage.operations.operation import Operation, Progress
from tui.storage.problem import CommandFailed, NotVerified, Problem, Refused
from tui.storage.untrusted import as_typed, clean, clean_lines
from tui.words import translate as _


class WriteTest(Operation, frozen=True):
    """Write a file on a mounted volume, read it back from the disk, and remove it."""

    path: str

    _SIZE: ClassVar[int] = 1024 * 1024
    _HEAD: ClassVar[str] = "written by iscsi-console to test this volume; it may be removed\n"

    def title(self) -> str:
        return _("Write to {path} and read it back").format(path=clean(self.path, 80))

    def why(self) -> str:
        return _(
            "1 MiB is written through every layer to the target, read back bypassing the page cache,"
            " compared and removed."
        )

    def shown(self) -> tuple[str, ...]:
        return (
            _("write {path}").format(path=clean(self._file, 400)),
            as_typed(self._reading),
            as_typed(("rm", self._file)),
        )

    @property
    def _file(self) -> str:
        return f"{self.path.rstrip('/')}/.iscsi-console-write-test"

    @property
    def _reading(self) -> tuple[str, ...]:
        return ("dd", f"if={self._file}", "bs=64K", "iflag=direct,fullblock", "status=none")

    def is_done(self, host: Host) -> bool:  # noqa: ARG002 (a test is never done beforehand)
        """Never: it is a test."""
        return False

    def check(self, host: Host) -> None:
        mount = mount_at(host, host.resolve(self.path))
        if mount is None:
            raise Refused(not_mounted(self.path))
        if mount.read_only:
            raise Refused(
                Problem(
                    "write-test.read-only",
                    _("{path} is mounted read-only.").format(path=clean(self.path, 80)),
                    cause=_("It was mounted read-only, or the kernel made it read-only after an error."),
                    remedy=_("Check the kernel log, then mount it again."),
                )
            )
        facts = host.facts(self._file)
        if facts is not None and not self._is_own(host, facts):
            raise Refused(
                Problem(
                    "write-test.name-taken",
                    _("A file named {path} already exists.").format(path=clean(self._file, 120)),
                    remedy=_("Remove it if it is not needed. It will not be overwritten."),
                )
            )

    def _is_own(self, host: Host, facts: FileFacts) -> bool:
        if facts.kind is not FileKind.FILE:
            return False
        return facts.size in (0, self._SIZE) and (
            facts.size == 0 or host.read(self._file).startswith(self._HEAD)
        )

    def run(self, host: ChangingHost, progress: Progress) -> None:
        """Write and fsync, read with O_DIRECT, compare; the file is removed even if this fails."""
        content = self._content(host)
        try:
            host.replace(self._file, content)
            progress(_("1 MiB written and confirmed by the disk"))
            outcome = host.run(Command(self._reading, deadline=60.0))
        finally:
            host.remove(self._file)
        read = outcome.stdout.encode(errors="replace")
        if not outcome.ok or hashlib.sha256(read).digest() != hashlib.sha256(content).digest():
            raise CommandFailed(
                Problem(
                    "write-test.differs",
                    _("The data read back from {path} differs from the data written.").format(
                        path=clean(self.path, 80)
                    )
                    if outcome.ok
                    else _("The data written to {path} could not be read back.").format(
                        path=clean(self.path, 80)
                    ),
                    cause=_("The disk, the network or the target corrupts or loses data."),
                    remedy=_("Do not use this volume. Check the kernel log and the target."),
                    evidence=clean_lines(outcome.stderr, most=6),
                )
            )
        progress(_("read back: identical"))

    def _content(self, host: Host) -> bytes:
        """One MiB of text that no earlier test has written."""
        seed = f"{self.path} {host.now()!r}".encode()
        text = self._HEAD + hashlib.shake_256(seed).hexdigest(self._SIZE // 2)
        return text.encode()[: self._SIZE]

    def verify(self, host: Host) -> None:
        if host.facts(self._file) is not None:
            raise NotVerified(
                Problem(
                    "write-test.left",
                    _("The test file {path} could not be removed.").format(path=clean(self._file, 120)),
                    remedy=_("Remove it by hand."),
                )
            )

    def undo(self) -> tuple[Operation, ...]:
        return ()
