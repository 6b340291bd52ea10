"""Gives the person's terminal to a command on the guest's console, and takes it back afterwards."""

import contextlib
import os
import select
import signal
import sys
import termios
import threading
import tty
from collections.abc import Iterator, Sequence

from tui.lab.channel import Running
from tui.lab.errors import LabError
from tui.lab.guest import Guest
from tui.words import translate as _

CHUNK = 65536

PASSED_ON = (
    *("TERM", "COLORTERM", "COLORFGBG", "NO_COLOR", "LANG", "LANGUAGE", "LC_ALL", "LC_MESSAGES"),
    *("ISCSI_CONSOLE_LOOK", "ISCSI_CONSOLE_GLYPHS", "ISCSI_CONSOLE_MOUSE", "ISCSI_CONSOLE_LANGUAGE"),
)
"""Variables that describe the person's terminal and language: the guest's programs need them as they are."""


def require_terminal() -> None:
    """Make sure there is a terminal to give away, before a guest is booted for it.

    Raises:
        LabError: When standard input or output is none.
    """
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise LabError(_("The guest needs a terminal, and there is none here. Use: iscsi-console lab exec"))


def attach(guest: Guest, argv: Sequence[str]) -> int:
    """Run a command on the guest's console with this process's terminal; the command's exit status.

    Raises:
        LabError: When standard input or output is no terminal, or the guest ends.
    """
    require_terminal()
    environment = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    with _raw(sys.stdin.fileno()), _wake_pipe(signal.SIGWINCH) as resized:
        _pass_size(guest)
        running = guest.start(argv, env=environment, terminal=True)
        with _closing_at_end(running) as ended:
            _relay(guest, resized, ended)
        return running.wait()


def _relay(guest: Guest, resized: int, ended: int) -> None:
    """Carry bytes both ways and sizes one way until the command has ended and all it wrote is shown."""
    line = guest.terminal
    sources = [sys.stdin.fileno(), line.fileno(), resized, ended]
    while True:
        # The end is looked at only when nothing else is there to be carried.
        ready = select.select(sources, [], [])[0]
        if line.fileno() in ready:
            shown = line.recv(CHUNK)
            if not shown:
                return
            _write_all(sys.stdout.fileno(), shown)
        elif ended in ready:
            return
        if sys.stdin.fileno() in ready:
            typed = os.read(sys.stdin.fileno(), CHUNK)
            if typed:
                guest.type_keys(typed)
            else:
                sources.remove(sys.stdin.fileno())
        if resized in ready:
            os.read(resized, CHUNK)
            _pass_size(guest)


def _write_all(descriptor: int, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def _pass_size(guest: Guest) -> None:
    size = os.get_terminal_size(sys.stdout.fileno())
    guest.resize_terminal(size.lines, size.columns)


@contextlib.contextmanager
def _raw(descriptor: int) -> Iterator[None]:
    """Take every key as it is typed; the terminal's own settings come back at the end."""
    before = termios.tcgetattr(descriptor)
    tty.setraw(descriptor)
    try:
        yield
    finally:
        termios.tcsetattr(descriptor, termios.TCSAFLUSH, before)


@contextlib.contextmanager
def _wake_pipe(number: int) -> Iterator[int]:
    """A descriptor that becomes readable each time a signal arrives."""
    reading, writing = os.pipe()
    os.set_blocking(writing, False)

    def note(_number: int, _frame: object) -> None:
        with contextlib.suppress(BlockingIOError):
            os.write(writing, b"!")

    before = signal.signal(number, note)
    try:
        yield reading
    finally:
        signal.signal(number, before)
        os.close(reading)
        os.close(writing)


@contextlib.contextmanager
def _closing_at_end(running: Running) -> Iterator[int]:
    """A descriptor that becomes readable when a command of the guest has ended."""
    reading, writing = os.pipe()

    def wait() -> None:
        with contextlib.suppress(LabError):
            running.wait()
        os.close(writing)

    waiting = threading.Thread(target=wait, name="lab-command", daemon=True)
    waiting.start()
    try:
        yield reading
        waiting.join()
    finally:
        os.close(reading)
