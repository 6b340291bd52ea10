"""A guest: a Debian machine with a real kernel, run as one ordinary process without root and without KVM."""

import contextlib
import shutil
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from tui.lab.channel import Channel, Completed, GuestGone, Running
from tui.lab.errors import LabError
from tui.lab.faults import Fault
from tui.lab.image import Image, Release, build
from tui.lab.kept import Kept, claim
from tui.lab.machine import Hardware, Machine
from tui.lab.mmdebstrap import Listener
from tui.lab.network.lan import Port, join
from tui.lab.network.station import NETWORKS
from tui.lab.places import Places, locked
from tui.lab.san import parse
from tui.lab.supervise import landlock_version
from tui.lab.wire import Resize
from tui.words import translate as _

TERMINAL = "/dev/tty1"
"""The guest's console that is given to programs; the kernel and systemd write to another one."""

MEMORY = "640M"
"""Of a guest. The host lends it as it is used."""

PASTE = 512
PASTE_SECONDS = 0.05
"""Most bytes typed on the console at once, and the pause between two such pieces."""

BOOT_SECONDS = 180.0
"""Longest time to wait for a boot, as a `Patience` counts it."""

OFF_SECONDS = 225.0
"""Longest time a shutdown may take, counted likewise: systemd gives each service 90 s to stop
(DefaultTimeoutStopSec), and one may wait for another."""

_LAST_WORDS_SECONDS = 20.0


def _unheard(_said: str) -> None:
    """Listen to nothing."""


def _image(release: Release | None, places: Places, kept: Kept | None, listener: Listener) -> Image:
    """The image to boot: the one a kept disk stands on, or the newest of the release."""
    if kept is None or not kept.image:
        return build(release or Release.BOOKWORM, places, listener)
    if release not in (None, kept.release):
        raise LabError(
            _("The kept machine {name} runs {its}, not {wanted}.").format(
                name=kept.name, its=kept.release, wanted=release
            )
        )
    return kept.find_image(places)


def _check_lan(lan: tuple[str, ...], san: str | None) -> None:
    """Refuse more LANs than there are networks for them.

    Raises:
        LabError: There are.
    """
    most = len(parse(san).networks) if san else len(NETWORKS)
    if len(lan) > most or len(set(lan)) != len(lan):
        raise LabError(
            _("A machine like this one can be on {count} different LANs at most.").format(count=most)
        )


class Guest:
    """One machine of the lab, from boot to the end of its disk.

    Make one with `Guest.boot` and use it as a context manager: leaving the block cuts its power and, unless
    the disk is kept elsewhere, throws the disk away.
    """

    def __init__(
        self,
        release: Release | None,
        places: Places,
        *,
        san: str | None = None,
        keep: str | None = None,
        memory: str = MEMORY,
        lan: tuple[str, ...] = (),
        listener: Listener = _unheard,
    ) -> None:
        self._places = places
        self._lan = lan
        self._lan_places: dict[str, int] = {}
        self._memory = memory
        self._san = san
        self._machine: Machine | None = None
        # A guest may be closed by another thread while it boots.
        self._guard = threading.Lock()
        self._is_closed = False
        self._passing: Path | None = None
        self._kept: Kept | None = None
        self._size = Resize(TERMINAL, 24, 80)
        self._closing = contextlib.ExitStack()
        self.boot_seconds = 0.0
        self.state = ""
        with contextlib.ExitStack() as opening:
            kept = opening.enter_context(claim(places, keep)) if keep else None
            self._image = _image(release, places, kept, listener)
            opening.enter_context(locked(self._image.lock, shared=True))
            self._kept = kept
            if kept is not None:
                self._disk = kept.disk
                self._san = san or kept.san
                kept.remember(self._image, self._san)
                self._lan_places.update(kept.lan_places)
            else:
                self._passing = Path(tempfile.mkdtemp(prefix="iscsi-lab-disk-"))
                opening.callback(shutil.rmtree, self._passing, ignore_errors=True)
                self._disk = self._passing / "disk.cow"
            _check_lan(lan, self._san)
            self._closing = opening.pop_all()
        if landlock_version() < 1:
            listener(
                _(
                    "This kernel has no Landlock, so root on the practice machine can read and change the "
                    "files that you can."
                )
            )

    @classmethod
    def boot(
        cls,
        release: Release | None = None,
        *,
        san: str | None = None,
        keep: str | None = None,
        memory: str = MEMORY,
        lan: tuple[str, ...] = (),
        places: Places | None = None,
        listener: Listener = _unheard,
    ) -> Self:
        """Boot a fresh machine, or a kept one again.

        Args:
            release: The Debian release, bookworm when not given; its image is built when it is not there.
            san: The storage array beside it, the text of `tui.lab.san.read_description`. A kept machine
                remembers the one it had.
            keep: A name under which the disk is kept; the second boot under it is that machine rebooted.
            memory: As the kernel's `mem=` wants it.
            lan: The LANs it is on (`tui.lab.network.lan`), each with the guests that name it too. Without an
                array it has an address on each, and reaches the arrays there; its own is reached from there.
            places: The lab's folders, by default those of the environment.
            listener: Told what is being done.

        Raises:
            LabError: When the machine cannot be had or does not come up.
        """
        guest = cls(
            release,
            places or Places.of_environment(),
            san=san,
            keep=keep,
            memory=memory,
            lan=lan,
            listener=listener,
        )
        try:
            guest.power_on()
        except BaseException:
            guest.close()
            raise
        return guest

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def channel(self) -> Channel:
        """The control channel of the running machine."""
        return self._running_machine().channel

    @property
    def terminal(self) -> socket.socket:
        """What is written to and read from the guest's console (`TERMINAL`), byte by byte."""
        return self._running_machine().terminal

    @property
    def boot_log(self) -> str:
        """What the kernel and systemd wrote to the console since power was put on."""
        return self._running_machine().log_text()

    def power_on(self) -> None:
        """Boot, and return when systemd has started everything.

        Raises:
            LabError: When the machine does not come up; the message ends with what it wrote.
        """
        begun = time.monotonic()
        hardware = Hardware(self._image, self._disk, self._memory, self._passing)
        with self._guard, contextlib.ExitStack() as unused:
            if self._is_closed:
                raise LabError(_("The guest is switched off."))
            ports = self._join(unused)
            self._machine = machine = Machine(hardware, self._places, self._san, ports)
        try:
            self.state = machine.channel.wait_ready(BOOT_SECONDS)
        except (LabError, TimeoutError) as error:
            self.cut_power()
            said = "\n".join(machine.log_text().splitlines()[-25:])
            raise LabError(_("{error} Its console output:\n{said}").format(error=error, said=said)) from error
        self.boot_seconds = time.monotonic() - begun

    def _join(self, unused: contextlib.ExitStack) -> tuple[Port, ...]:
        """Take the places on the LANs, the same ones as before; the stack closes what no machine has."""
        ports: list[Port] = []
        for name in self._lan:
            port = join(self._places, name, self._lan_places.get(name, 0))
            unused.callback(port.close)
            self._lan_places[name] = port.number
            ports.append(port)
        if self._kept is not None:
            self._kept.remember(self._image, self._san, self._lan_places)
        return tuple(ports)

    def start(
        self,
        argv: Sequence[str],
        *,
        env: Mapping[str, str] | None = None,
        folder: str = "/root",
        terminal: bool = False,
    ) -> Running:
        """Start a command as root and leave it running; with `terminal` it owns the guest's console."""
        if terminal:
            return self.channel.run_on_terminal(argv, env or {}, folder, self._size)
        return self.channel.run(argv, env or {}, folder)

    def run(
        self,
        argv: Sequence[str],
        *,
        timeout: float = 60.0,
        stdin: bytes | None = None,
        env: Mapping[str, str] | None = None,
    ) -> Completed:
        """Run a command as root to its end.

        Raises:
            TimeoutError: After `timeout` seconds, as a `Patience` counts them; the command is killed.
            LabError: When it cannot be started or the guest ends first.
        """
        running = self.start(argv, env=env)
        if stdin:
            running.give(stdin)
        running.close_input()
        return running.complete(timeout)

    def check(self, *argv: str, timeout: float = 60.0, stdin: bytes | None = None) -> str:
        """Run a command that must succeed and return its output as text.

        Raises:
            LabError: When its exit status is not 0, with what it wrote.
        """
        done = self.run(argv, timeout=timeout, stdin=stdin)
        if done.status != 0:
            raise LabError(f"{' '.join(argv)}: status {done.status}\n{done.text}\n{done.error_text}")
        return done.text

    def read_text(self, path: str) -> str:
        """The text of a file of the guest.

        Raises:
            LabError: When it cannot be read.
        """
        done = self.run(("cat", "--", path))
        if done.status != 0:
            raise LabError(done.error_text)
        return done.stdout.decode()

    def write_text(self, path: str, text: str) -> None:
        """Write a file of the guest, making it when missing."""
        self.check("dd", "status=none", f"of={path}", stdin=text.encode())

    def fault(self, fault: Fault, **options: str) -> None:
        """Let something go wrong with the array, or right again; see `tui.lab.faults`.

        Raises:
            LabError: When it cannot be done, with what was said about it.
        """
        words = "\n".join(f"{name}={value}" for name, value in options.items())
        self.check("python3", "-m", "tui.lab.faults", fault, "-", stdin=words.encode())

    def type_keys(self, keys: bytes) -> None:
        """Type on the guest's console, no faster than a program there is sure to read (see `wire.WINDOW`)."""
        for start in range(0, len(keys), PASTE):
            if start:
                time.sleep(PASTE_SECONDS)
            self.terminal.sendall(keys[start : start + PASTE])

    def resize_terminal(self, rows: int, columns: int) -> None:
        """Set the size of the guest's console; programs on it are told."""
        self._size = Resize(TERMINAL, rows, columns)
        self.channel.send(self._size)

    def power_off(self, timeout: float = OFF_SECONDS) -> None:
        """Shut down cleanly and wait until the machine is off.

        Raises:
            TimeoutError: When it does not end in time, with what it waits for; its power is cut then.
            LabError: When systemd does not take the order; likewise.
        """
        machine = self._running_machine()
        try:
            self._order_off(timeout)
            machine.wait(timeout)
        except TimeoutError as error:
            raise TimeoutError(f"{error}\n{self._in_the_way()}") from None
        finally:
            self.cut_power()

    def _order_off(self, timeout: float) -> None:
        """Let systemd begin. One that is busy may leave the first call without an answer: ask again."""
        for last in (False, False, True):
            asked = self.channel.run(("systemctl", "poweroff"), {}, "/")
            try:
                done = asked.complete(timeout)
            except GuestGone:
                return
            if done.status == 0:
                return
            if last:
                raise LabError(_("The guest did not shut down: {said}").format(said=done.error_text))

    def _in_the_way(self) -> str:
        """What a shutdown that does not end waits for: jobs of systemd, and the end of its console."""
        try:
            jobs = self.run(("systemctl", "list-jobs", "--no-pager"), timeout=_LAST_WORDS_SECONDS).text
        except (LabError, TimeoutError) as error:
            jobs = str(error)
        return "\n".join((jobs, *self.boot_log.splitlines()[-25:]))

    def cut_power(self) -> None:
        """End the machine at once, as a lost power supply does. What it had not written is lost."""
        with self._guard:
            machine, self._machine = self._machine, None
        if machine is not None:
            machine.stop()

    def reboot(self) -> None:
        """Shut down cleanly and boot the same disk."""
        self.power_off()
        self.power_on()

    def keep_as(self, name: str) -> None:
        """Shut down cleanly and keep the disk under a name, for `boot(keep=name)`; then the guest is closed.

        Raises:
            LabError: When another guest of that name is running, or the name cannot be one. Nothing is kept
                then.
            TimeoutError: When it does not end in time.
        """
        if self._passing is None:
            self.power_off()
            self.close()
            return
        with claim(self._places, name) as kept:
            self.power_off()
            # The disk is a few megabytes in a file of eight gigabytes.
            subprocess.run(("cp", "--sparse=always", "--", self._disk, f"{kept.disk}.new"), check=True)
            Path(f"{kept.disk}.new").replace(kept.disk)
            kept.remember(self._image, self._san, self._lan_places)
        self.close()

    def close(self) -> None:
        """Cut the power and remove what the guest used; a disk that was given is left.

        May be called from another thread while it boots.
        """
        with self._guard:
            self._is_closed = True
        self.cut_power()
        self._closing.close()

    def _running_machine(self) -> Machine:
        if self._machine is None:
            raise LabError(_("The guest is switched off."))
        return self._machine
