"""Waiting until nothing uses a file system or a disk, and sending SIGTERM to processes."""

from typing import ClassVar

from msgspec import Struct

from tui.storage.host.interface import ChangingHost, Host
from tui.storage.model.users import KernelHold, KernelUser, Process, Users
from tui.storage.operations.calls import change
from tui.storage.operations.operation import CannotUndo, Operation, Progress, Risk
from tui.storage.probe.holders.users import parse_stat, read_users
from tui.storage.probe.narrow import device_behind, look_at_devices
from tui.storage.probe.reading import text
from tui.storage.problem import CommandFailed, Problem, Refused
from tui.storage.untrusted import as_typed, clean
from tui.storage.waiting import wait_for
from tui.words import enumerated, translate as _

_REMOVED_BEFORE = {KernelHold.SWAP, KernelHold.AUTOMOUNT, KernelHold.BIND}
"""What an operation of its own removes."""


class ProcessName(Struct, frozen=True):
    """One process, for good: a number that was used again has another start.

    Attributes:
        pid: its number.
        started: clock ticks since the machine started (proc(5), starttime).
        command: its command line, for people.
    """

    pid: int
    started: int
    command: str = ""


def name_of_process(process: Process) -> ProcessName:
    """The lasting name of a process."""
    return ProcessName(process.pid, process.started, process.command)


def words_of_process(process: Process) -> str:
    """A process in one line: number, command, user, and the service or container it belongs to."""
    where = process.container or process.service
    line = _("process {pid}: {command} ({user})").format(
        pid=process.pid, command=clean(process.command, 80), user=clean(process.user, 40)
    )
    return f"{line}, {clean(where, 80)}" if where else line


def holders(users: Users) -> tuple[str, ...]:
    """What must be closed before an unmount can succeed, a line each; empty when nothing must."""
    lines = [words_of_process(process) for process in users.processes if not process.is_storage]
    lines += [kernel_words(user.how, user.name) for user in users.kernel if keeps_hold(user)]
    return tuple(dict.fromkeys(lines))


def holders_of(host: Host, paths: tuple[str, ...]) -> tuple[str, ...]:
    """The same, read now, for devices by their names below /dev."""
    inventory = look_at_devices(host)
    found = (device_behind(host, inventory, path) for path in paths)
    devices = dict.fromkeys(device.name for device in found if device is not None)
    return holders(read_users(host, inventory, devices))


def keeps_hold(user: KernelUser) -> bool:
    """Whether something of the kernel prevents an unmount and does not end by itself."""
    return user.how not in _REMOVED_BEFORE and not user.follows


def kernel_words(how: KernelHold, name: str) -> str:
    """What of the kernel uses it, and how that is ended."""
    shown = clean(name, 120)
    return {
        KernelHold.SWAP: _("swap space {name}"),
        KernelHold.LOOP: _("loop device {name}: losetup -d {name}"),
        KernelHold.NFS_EXPORT: _("exported over NFS: {name} (unexport it with exportfs -u)"),
        KernelHold.BIND: _("also mounted at {name}"),
        KernelHold.BELOW: _("something else is mounted at {name}: umount {name}"),
        KernelHold.NAMESPACE: _("mounted at {name} in the mount namespace of a container or service"),
        KernelHold.AUTOMOUNT: _("automounted at {name} on access"),
        KernelHold.MAP: _("used by {name}: close it first (cryptsetup close, dmsetup)"),
        KernelHold.RAID: _("used by {name}: mdadm --stop {name}"),
        KernelHold.BACKSTORE: _(
            "exported by the target of this host (LIO): {name} (remove it with targetcli)"
        ),
        KernelHold.CLAIM: _(
            "{name} is in use, and this host does not show by what (its exclusive open fails)"
        ),
    }[how].format(name=shown)


class WaitUntilUnused(Operation, frozen=True):
    """Wait until nothing uses some devices or what is mounted from them. No process is touched.

    Attributes:
        paths: names below /dev that last: /dev/VG/LV, /dev/disk/by-uuid/….
        seconds: how long to wait at most.
    """

    risk: ClassVar[Risk] = Risk.READS
    only_stops: ClassVar[bool] = True
    survives_reboot: ClassVar[bool] = False
    frees_devices: ClassVar[bool] = True
    paths: tuple[str, ...]
    seconds: int = 60

    def title(self) -> str:
        return _("Wait until nothing uses it")

    def why(self) -> str:
        return _(
            "Processes with open files would lose access. Nothing is forced; anything still using it is"
            " listed."
        )

    def shown(self) -> tuple[str, ...]:
        return (_("read /proc/PID/fd, cwd, root, exe and maps of every process"),)

    def is_done(self, host: Host) -> bool:
        return not holders_of(host, self.paths)

    def run(self, host: ChangingHost, progress: Progress) -> None:
        seen: tuple[str, ...] = ()

        def free() -> bool:
            nonlocal seen
            now = holders_of(host, self.paths)
            if now and now != seen:
                progress(_("in use by {holder}").format(holder=now[0]))
            seen = now
            return not now

        if wait_for(free, self.seconds, pause=0.5):
            return
        raise Refused(
            Problem(
                "disconnect.still-held",
                _("It is still in use, so nothing was unmounted."),
                _("What uses it is listed below."),
                _("Close them and retry, or choose to stop services or end processes."),
                evidence=seen[:12],
            )
        )

    def undo(self) -> tuple[Operation, ...]:
        return ()


class EndProcesses(Operation, frozen=True):
    """Ask some processes to end (SIGTERM), and wait until they have. None is killed.

    Attributes:
        processes: those the person chose.
        seconds: how long they get to end.
    """

    risk: ClassVar[Risk] = Risk.INTERRUPTS
    only_stops: ClassVar[bool] = True
    survives_reboot: ClassVar[bool] = False
    frees_devices: ClassVar[bool] = True
    processes: tuple[ProcessName, ...]
    seconds: int = 30

    def title(self) -> str:
        return _("Send SIGTERM to {processes}").format(processes=self._names)

    def takes_away(self) -> str:
        return _("Ended, and started again by nobody: {processes}.").format(processes=self._names)

    @property
    def _names(self) -> str:
        return enumerated(f"{clean(process.command, 40)} ({process.pid})" for process in self.processes[:3])

    def why(self) -> str:
        return _(
            "They have files open there. Each gets SIGTERM and can shut down cleanly; none gets SIGKILL."
            " Reconnecting does not start them again."
        )

    def shown(self) -> tuple[str, ...]:
        return (as_typed(self._argv(self.processes)),)

    def is_done(self, host: Host) -> bool:
        return not self._living(host)

    def check(self, host: Host) -> None:
        own = _own_line(host)
        if any(process.pid in own for process in self._living(host)):
            raise Refused(
                Problem(
                    "process.our-own",
                    _("iscsi-console, or the shell it was started from, has its working directory there."),
                    remedy=_("Quit, change to another directory (cd /), and start it again."),
                )
            )

    def run(self, host: ChangingHost, progress: Progress) -> None:
        living = self._living(host)
        if living:
            self._signal(host, living, progress)
        if wait_for(lambda: self.is_done(host), self.seconds, pause=0.2):
            return
        left = self._living(host)
        raise CommandFailed(
            Problem(
                "process.does-not-end",
                _("{count} of the processes did not end within {seconds} seconds.").format(
                    count=len(left), seconds=self.seconds
                ),
                _("They may be saving data, ignoring the signal, or waiting for a disk."),
                _("Check them. When they have ended, continue: steps already done are not run again."),
                evidence=tuple(f"{process.pid} {clean(process.command, 120)}" for process in left[:12]),
            )
        )

    def _signal(self, host: ChangingHost, living: tuple[ProcessName, ...], progress: Progress) -> None:
        try:
            change(host, self._argv(living), self.title(), progress=progress)
        except CommandFailed:
            # kill(1) signals every process it is given, and fails when one has ended in the meantime.
            if self._living(host) == living:
                raise

    def undo(self) -> CannotUndo:
        return CannotUndo(_("Processes that have ended are not started again."))

    def _living(self, host: Host) -> tuple[ProcessName, ...]:
        def lives(process: ProcessName) -> bool:
            stat = parse_stat(text(host, f"/proc/{process.pid}/stat"))
            return stat is not None and stat.started == process.started and stat.state not in "ZX"

        return tuple(process for process in self.processes if lives(process))

    @staticmethod
    def _argv(processes: tuple[ProcessName, ...]) -> tuple[str, ...]:
        return ("kill", "-TERM", *(str(process.pid) for process in processes))


def _own_line(host: Host) -> set[int]:
    """This process and all it was started by, up to the first."""
    line: set[int] = {1}
    place = "self"
    for _turn in range(64):
        stat = parse_stat(text(host, f"/proc/{place}/stat"))
        if stat is None or stat.pid in line:
            break
        line.add(stat.pid)
        place = str(stat.parent)
    return line
