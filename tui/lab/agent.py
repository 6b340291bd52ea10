"""The guest's end of the control channel: runs the commands the host sends, side by side.

It runs inside the guest, started early by systemd, with the standard library alone.
"""

import contextlib
import fcntl
import os
import queue
import struct
import subprocess
import sys
import termios
import threading
import tty
from collections.abc import Iterator
from typing import IO

from tui.lab.wire import (
    WINDOW,
    Ended,
    Input,
    Message,
    Output,
    Ready,
    Refused,
    Resize,
    Run,
    Signal,
    Taken,
    decode,
    encode,
)

CHUNK = 16384
"""Most bytes of output in one message."""

PATIENCE = 2.0
"""Seconds between two looks at a boot that does not come to its end."""

SEARCH_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


class Channel:
    """The serial line, shared by the threads of all running commands."""

    def __init__(self, path: str) -> None:
        self._descriptor = os.open(path, os.O_RDWR | os.O_NOCTTY)
        tty.setraw(self._descriptor)
        self._lock = threading.Lock()
        self._read = bytearray()

    def send(self, message: Message) -> None:
        """Write one message whole, whatever other threads are sending."""
        rest = memoryview(encode(message))
        with self._lock:
            while rest:
                rest = rest[os.write(self._descriptor, rest) :]

    def receive(self) -> Message | None:
        """Wait for the next message; None when the host has closed the line."""
        while b"\n" not in self._read:
            chunk = os.read(self._descriptor, WINDOW)
            if not chunk:
                return None
            self._read += chunk
            self.send(Taken(len(chunk)))
        line, _end, self._read = self._read.partition(b"\n")
        return decode(bytes(line))


class Command:
    """One running command, its streams pumped by threads of their own."""

    def __init__(self, channel: Channel, request: Run) -> None:
        self._channel = channel
        self._number = request.number
        self._terminal = request.terminal
        self._input: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        self._process = _start(request)

    def follow(self) -> None:
        """Pump the streams, wait for the end and report it."""
        process = self._process
        pumps = [
            threading.Thread(target=self._pump, args=(number, stream), daemon=True)
            for number, stream in ((1, process.stdout), (2, process.stderr))
            if stream is not None
        ]
        if process.stdin is not None:
            threading.Thread(target=self._feed, args=(process.stdin,), daemon=True).start()
        for pump in pumps:
            pump.start()
        status = process.wait()
        for pump in pumps:
            pump.join()
        for stream in (process.stdout, process.stderr):
            if stream is not None:
                stream.close()
        self._input.put(b"")
        if self._terminal:
            with _terminal(self._terminal) as device:
                termios.tcdrain(device)
        self._channel.send(Ended(self._number, status))

    def _pump(self, number: int, stream: IO[bytes]) -> None:
        while chunk := os.read(stream.fileno(), CHUNK):
            self._channel.send(Output(self._number, number, chunk))

    def _feed(self, stream: IO[bytes]) -> None:
        with contextlib.suppress(BrokenPipeError):
            while chunk := self._input.get():
                stream.write(chunk)
                stream.flush()
        with contextlib.suppress(BrokenPipeError):
            stream.close()

    def give(self, chunk: bytes) -> None:
        """Hand bytes to the command's standard input; none at all close it."""
        self._input.put(chunk)

    def signal(self, number: int) -> None:
        """Send a signal to the command's process group; one that has ended is left alone."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, number)


def _start(request: Run) -> subprocess.Popen[bytes]:
    environment = {"HOME": "/root", "USER": "root", "LANG": "C.UTF-8", "PATH": SEARCH_PATH}
    environment |= request.environment
    if not request.terminal:
        return subprocess.Popen(
            request.argv,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=request.folder,
            env=environment,
            start_new_session=True,
        )
    # `setsid --ctty` makes the device the controlling terminal: job control and window sizes work as on a
    # console.
    with _terminal(request.terminal) as device:
        # A terminal that nobody had open has forgotten its size.
        _set_size(device, request.rows, request.columns)
        return subprocess.Popen(
            ("setsid", "--ctty", *request.argv),
            stdin=device,
            stdout=device,
            stderr=device,
            cwd=request.folder,
            env=environment,
        )


@contextlib.contextmanager
def _terminal(path: str) -> Iterator[int]:
    """Open a terminal without becoming its owner."""
    device = os.open(path, os.O_RDWR | os.O_NOCTTY)
    try:
        yield device
    finally:
        os.close(device)


def _set_size(device: int, rows: int, columns: int) -> None:
    """Set a terminal's size; the kernel tells its foreground programs (SIGWINCH)."""
    fcntl.ioctl(device, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))


def _report_boot(channel: Channel) -> None:
    """Tell the host when systemd has started everything, with its word for the outcome."""
    with subprocess.Popen(
        ("systemctl", "is-system-running", "--wait"),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as waiting:
        idle: frozenset[str] = frozenset()
        while True:
            try:
                said, _nothing = waiting.communicate(timeout=PATIENCE)
                break
            except subprocess.TimeoutExpired:
                idle = _wake_jobs(idle)
    channel.send(Ready(said.strip()))


def _wake_jobs(idle: frozenset[str]) -> frozenset[str]:
    """Start again what systemd has forgotten to start: it loses sight of a job now and then.

    Its queue then holds only jobs that wait, for nothing that runs; asking for the same again puts them back
    into the queue of those to be run.

    Args:
        idle: the units whose jobs were all that was left at the look before.

    Returns:
        The same for this look.
    """
    listed = subprocess.run(
        ("systemctl", "list-jobs", "--no-legend", "--no-pager"), capture_output=True, text=True, check=False
    )
    jobs = [words for line in listed.stdout.splitlines() if len(words := line.split()) == 4]
    if not jobs or any(state != "waiting" or kind != "start" for _number, _unit, kind, state in jobs):
        return frozenset()
    units = frozenset(unit for _number, unit, _kind, _state in jobs)
    if units == idle:
        subprocess.run(("systemctl", "--no-block", "start", *sorted(units)), check=False)
    return units


def serve(channel: Channel) -> None:
    """Answer the host until it closes the line."""
    running: dict[int, Command] = {}

    def follow(number: int, command: Command) -> None:
        command.follow()
        # A guest runs thousands of commands: one that has ended is forgotten, and what it held closed.
        del running[number]

    while (message := channel.receive()) is not None:
        match message:
            case Run():
                try:
                    command = Command(channel, message)
                except OSError as error:
                    channel.send(Refused(message.number, str(error)))
                    continue
                running[message.number] = command
                threading.Thread(target=follow, args=(message.number, command), daemon=True).start()
            case Input(number, data):
                if addressed := running.get(number):
                    addressed.give(data)
            case Signal(number, which):
                if addressed := running.get(number):
                    addressed.signal(which)
            case Resize(terminal, rows, columns):
                with _terminal(terminal) as device:
                    _set_size(device, rows, columns)
            case _:
                continue


def main(arguments: list[str]) -> None:
    """Serve on the device named on the command line."""
    channel = Channel(arguments[0])
    threading.Thread(target=_report_boot, args=(channel,), daemon=True).start()
    serve(channel)


if __name__ == "__main__":
    main(sys.argv[1:])
