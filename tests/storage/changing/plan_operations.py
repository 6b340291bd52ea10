"""Operations on ordinary files, for tests of the executor and the journal. `run` notes every run in a log."""

import time
from pathlib import Path
from typing import ClassVar

from tui.storage.devices.settling import is_moving
from tui.storage.host.interface import ChangingHost, Command, Host
from tui.storage.operations.operation import Operation, Progress, Risk
from tui.storage.probe.devices.lvm_report import report_command
from tui.storage.problem import CommandFailed, Problem, Refused
from tui.storage.secret import Secret


class MakeFile(Operation, frozen=True):
    """Make a file in two halves, so that a kill between them leaves it half-made."""

    folder: str
    name: str
    pause: bool = False

    @property
    def path(self) -> Path:
        return Path(self.folder, self.name)

    def title(self) -> str:
        return f"Make {self.name}"

    def why(self) -> str:
        return "for the test"

    def shown(self) -> tuple[str, ...]:
        return (f"touch {self.name}",)

    def is_done(self, host: Host) -> bool:
        return self.path.exists() and self.path.read_text() == "whole"

    def check(self, host: Host) -> None:
        if self.path.exists():
            raise Refused(Problem("file.strange", "a stranger's file is there"))

    def check_interrupted(self, host: Host) -> None:
        """A file that is there is its own."""

    def run(self, host: ChangingHost, progress: Progress) -> None:
        with Path(self.folder, "log").open("a") as log:
            log.write(f"{self.name}\n")
        self.path.write_text("half")
        progress("half")
        if self.pause:
            time.sleep(600)
        self.path.write_text("whole")


class Rewrite(MakeFile, frozen=True):
    """The same, of the kind that rewrites LVM metadata."""

    risk: ClassVar[Risk] = Risk.REWRITES


class Destroy(MakeFile, frozen=True):
    """The same, of the kind after which data is gone."""

    risk: ClassVar[Risk] = Risk.DESTROYS


class UntilReboot(MakeFile, frozen=True):
    """The same, of a kind that a reboot takes away."""

    survives_reboot: ClassVar[bool] = False


class AskLvm(MakeFile, frozen=True):
    """The same, of a kind that asks for LVM's report in each of its questions."""

    def is_done(self, host: Host) -> bool:
        return host.run(report_command()).ok and MakeFile.is_done(self, host)

    def check(self, host: Host) -> None:
        MakeFile.check(self, host)
        host.run(report_command())


class FailWith(Operation, frozen=True):
    """Fail in one of the ways an operation can."""

    risk: ClassVar[Risk] = Risk.REWRITES

    how: str
    number: int = 0

    def title(self) -> str:
        return "Fail"

    def why(self) -> str:
        return "for the test"

    def shown(self) -> tuple[str, ...]:
        return ()

    def is_done(self, host: Host) -> bool:
        return False

    def check(self, host: Host) -> None:
        if self.how == "refused":
            raise Refused(Problem("test.refused", "refused"))

    def run(self, host: ChangingHost, progress: Progress) -> None:
        if self.how == "failed":
            raise CommandFailed(Problem("test.failed", "failed"))
        if self.how == "system":
            raise OSError(self.number, "the system's words", "/some/file")


class Fail(FailWith, frozen=True):
    """The same, of the kind that changes settings only."""

    risk: ClassVar[Risk] = Risk.CONFIGURES


class WriteLabel(Operation, frozen=True):
    """Write to the disk of a made-up host, where `show-label` reads it and udev tells of it in `SEEN`."""

    SEEN: ClassVar[str] = "/run/udev/data/b8:0"
    risk: ClassVar[Risk] = Risk.REWRITES

    def title(self) -> str:
        return "Write the label"

    def why(self) -> str:
        return "for the test"

    def shown(self) -> tuple[str, ...]:
        return ("write-label",)

    def is_done(self, host: Host) -> bool:
        return host.run(Command(("show-label",))).ok

    def unseen(self, host: Host) -> tuple[str, ...]:
        return () if host.facts(self.SEEN) is not None else ("/dev/sda",)

    def check(self, host: Host, *, interrupted: bool = False) -> None:
        if is_moving(host):
            raise Refused(Problem("device.silent", "does not answer now"))

    def run(self, host: ChangingHost, progress: Progress) -> None:
        host.run(Command(("write-label",), changes=True))


class KeepSecret(Operation, frozen=True):
    """Hold a secret."""

    secret: Secret

    def title(self) -> str:
        return "Keep a secret"

    def why(self) -> str:
        return "for the test"

    def shown(self) -> tuple[str, ...]:
        return (str(self.secret),)

    def is_done(self, host: Host) -> bool:
        return True

    def run(self, host: ChangingHost, progress: Progress) -> None:
        raise AssertionError("it is done already")


class TakeDown(Operation, frozen=True):
    """Give a file another name, so that it is missing; `PutUp` gives it back."""

    path: str
    risk: ClassVar[Risk] = Risk.INTERRUPTS

    def title(self) -> str:
        return f"Take {Path(self.path).name} down"

    def takes_away(self) -> str:
        return f"{Path(self.path).name} is not there."

    def why(self) -> str:
        return "for the test"

    def shown(self) -> tuple[str, ...]:
        return (f"mv {self.path} away",)

    def is_done(self, host: Host) -> bool:
        return not Path(self.path).exists()

    def run(self, host: ChangingHost, progress: Progress) -> None:
        Path(self.path).rename(f"{self.path}.down")

    def undo(self) -> tuple[Operation, ...]:
        return (PutUp(self.path),)


class PutUp(Operation, frozen=True):
    """Undo `TakeDown`; it fails where there is a file `PATH.stuck`."""

    path: str

    def title(self) -> str:
        return f"Put {Path(self.path).name} up"

    def why(self) -> str:
        return "for the test"

    def shown(self) -> tuple[str, ...]:
        return (f"mv away {self.path}",)

    def is_done(self, host: Host) -> bool:
        return Path(self.path).exists()

    def run(self, host: ChangingHost, progress: Progress) -> None:
        if Path(f"{self.path}.stuck").exists():
            raise CommandFailed(Problem("test.failed", "It cannot be put up."))
        Path(f"{self.path}.down").rename(self.path)

    def undo(self) -> tuple[Operation, ...]:
        return (TakeDown(self.path),)
