"""The host's end of the control channel to a guest, and the commands that run over it."""

import contextlib
import itertools
import queue
import signal
import socket
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TypeVar

from msgspec import Struct

from tui.lab.errors import LabError
from tui.lab.patience import Patience
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
from tui.words import translate as _

CHUNK = 16384
"""Most bytes of input in one message."""

READS_SECONDS = 120.0
"""Longest time in which a guest may read nothing of what waits for it: reading is all that its agent's main
thread does."""


class Completed(Struct, frozen=True):
    """A command that ended in the guest.

    Attributes:
        status: Its exit status, negative for the signal that ended it.
        stdout: What it wrote to standard output.
        stderr: What it wrote to standard error.
    """

    status: int
    stdout: bytes
    stderr: bytes

    @property
    def text(self) -> str:
        """Standard output as text, without the blank space around it."""
        return self.stdout.decode(errors="replace").strip()

    @property
    def error_text(self) -> str:
        """Standard error as text, without the blank space around it."""
        return self.stderr.decode(errors="replace").strip()


class GuestGone(LabError):
    """The guest ended while something was expected of it."""


class Running:
    """A command running in the guest: its output as it comes, its input, its end."""

    def __init__(self, channel: "Channel", number: int) -> None:
        self._channel = channel
        self._number = number
        self._messages: queue.SimpleQueue[Output | Ended | Refused | None] = queue.SimpleQueue()
        self._over: Ended | Refused | None = None

    def take(self, message: Output | Ended | Refused | None) -> None:
        """Receive what the channel has for this command; None says the guest is gone."""
        self._messages.put(message)

    def outputs(self, timeout: float | None = None) -> Iterator[Output]:
        """The output as it comes, until the command ends.

        Args:
            timeout: Longest silence in seconds, as a `Patience` counts them.

        Raises:
            TimeoutError: When the command stays silent longer. It goes on running.
            GuestGone: When the guest ended first.
            LabError: When the command could not be started.
        """
        while (output := self._next(None if timeout is None else Patience(timeout))) is not None:
            yield output

    def _next(self, patience: Patience | None) -> Output | None:
        """The next output, None when the command has ended; raises as `outputs` does."""
        if self._over is None:
            message = _get(self._messages, patience)
            if message is _SILENCE:
                raise TimeoutError(_("The guest's command has produced no output for too long."))
            if isinstance(message, Output):
                return message
            self._over = message or _GONE
        if self._over is _GONE:
            raise GuestGone(_("The guest terminated while its command was running."))
        if isinstance(self._over, Refused):
            raise LabError(_("The guest cannot run the command: {reason}").format(reason=self._over.reason))
        return None

    def wait(self, timeout: float | None = None) -> int:
        """Wait for the end, dropping output; the exit status. Raises as `outputs` does."""
        for _output in self.outputs(timeout):
            continue
        assert isinstance(self._over, Ended)
        return self._over.status

    def complete(self, timeout: float) -> Completed:
        """Wait for the end and keep all output.

        Raises:
            TimeoutError: When it takes longer than `timeout` seconds; the command is killed.
        """
        streams = {1: bytearray(), 2: bytearray()}
        patience = Patience(timeout)
        try:
            while (output := self._next(patience)) is not None:
                streams[output.stream] += output.data
        except TimeoutError:
            self.signal(signal.SIGKILL)
            raise TimeoutError(
                _(
                    "The guest's command took longer than {seconds:.0f} seconds. Its output so far:\n{said}"
                ).format(seconds=timeout, said=bytes(streams[1] + streams[2]).decode(errors="replace"))
            ) from None
        return Completed(self.wait(), bytes(streams[1]), bytes(streams[2]))

    def give(self, data: bytes) -> None:
        """Send bytes to its standard input."""
        for start in range(0, len(data), CHUNK):
            self._channel.send(Input(self._number, data[start : start + CHUNK]))

    def close_input(self) -> None:
        """Close its standard input."""
        self._channel.send(Input(self._number, b""))

    def signal(self, number: int) -> None:
        """Send a signal to it and to its process group."""
        self._channel.send(Signal(self._number, number))


_SILENCE = Output(0, 0, b"")
_GONE = Refused(0, "")

_Item = TypeVar("_Item")


def _get(messages: "queue.SimpleQueue[_Item]", patience: Patience | None) -> _Item | Output:
    """The next of a queue, or `_SILENCE` when none has come in time."""
    if patience is None:
        return messages.get()
    for seconds in patience.turns():
        with contextlib.suppress(queue.Empty):
            return messages.get(timeout=seconds)
    return _SILENCE


class Channel:
    """One serial line to a guest, shared by all commands that run there."""

    def __init__(self, line: socket.socket) -> None:
        self._line = line
        self._lock = threading.Lock()
        self._sending = threading.Lock()
        self._room = threading.Condition()
        self._on_the_way = 0
        self._numbers = itertools.count(1)
        self._running: dict[int, Running] = {}
        self._ready: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._gone = False
        self._reader = threading.Thread(target=self._read, name="lab-channel", daemon=True)
        self._reader.start()

    def run(self, argv: Sequence[str], environment: Mapping[str, str], folder: str) -> Running:
        """Start a command."""
        return self._start(lambda number: Run(number, tuple(argv), environment, folder))

    def run_on_terminal(
        self, argv: Sequence[str], environment: Mapping[str, str], folder: str, terminal: Resize
    ) -> Running:
        """Start a command that owns a terminal device of the guest, of a given size."""
        size = (terminal.terminal, terminal.rows, terminal.columns)
        return self._start(lambda number: Run(number, tuple(argv), environment, folder, *size))

    def _start(self, request: Callable[[int], Run]) -> Running:
        number = next(self._numbers)
        running = Running(self, number)
        with self._lock:
            if self._gone:
                running.take(None)
            self._running[number] = running
        self.send(request(number))
        return running

    def wait_ready(self, timeout: float) -> str:
        """Wait for the end of the guest's boot; systemd's word for it (`running`, `degraded`).

        Raises:
            TimeoutError: When it takes longer.
            GuestGone: When the guest ended instead.
        """
        state = _get(self._ready, Patience(timeout))
        if isinstance(state, Output):
            raise TimeoutError(
                _("The guest did not boot within {seconds:.0f} seconds.").format(seconds=timeout)
            )
        if state is None:
            raise GuestGone(_("The guest terminated while it was booting."))
        return state

    def send(self, message: Message) -> None:
        """Write one message; to a guest that is gone nothing can be said, and its commands know already.

        Raises:
            TimeoutError: When the guest runs, and reads nothing any more.
        """
        rest = memoryview(encode(message))
        with self._sending:
            while rest and (room := self._wait_for_room()):
                with contextlib.suppress(OSError):
                    self._line.sendall(rest[:room])
                with self._room:
                    self._on_the_way += len(rest[:room])
                rest = rest[room:]

    def _wait_for_room(self) -> int:
        """How many bytes may be sent now, at least one; 0 when the guest is gone."""
        with self._room:
            for seconds in Patience(READS_SECONDS).turns():
                if self._room.wait_for(lambda: self._gone or self._on_the_way < WINDOW, seconds):
                    return 0 if self._gone else WINDOW - self._on_the_way
        raise TimeoutError(
            _("The guest has read nothing for {seconds:.0f} seconds.").format(seconds=READS_SECONDS)
        )

    def close(self) -> None:
        """Close the line; commands still waiting learn that the guest is gone."""
        with contextlib.suppress(OSError):
            self._line.shutdown(socket.SHUT_RDWR)
        self._reader.join()
        self._line.close()

    def _read(self) -> None:
        with self._line.makefile("rb") as lines, contextlib.suppress(OSError):
            for line in lines:
                if line.endswith(b"\n"):
                    self._dispatch(decode(line))
        with self._lock, self._room:
            self._gone = True
            self._room.notify_all()
            waiting = list(self._running.values())
        self._ready.put(None)
        for running in waiting:
            running.take(None)

    def _dispatch(self, message: Message) -> None:
        match message:
            case Taken(size):
                with self._room:
                    self._on_the_way -= size
                    self._room.notify_all()
            case Ready(state):
                self._ready.put(state)
            case Output(number):
                if number in self._running:
                    self._running[number].take(message)
            case Ended(number) | Refused(number):
                running = self._running.pop(number, None)
                if running is not None:
                    running.take(message)
            case _:
                raise AssertionError(message)
