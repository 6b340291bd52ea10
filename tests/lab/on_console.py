"""A program on the guest's own console, seen and typed to through a real terminal (tmux) outside.

The guest's control channel stays free meanwhile, so a test can change the guest under the program's eyes.
"""

import select
import signal
import socket
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.lab.terminal import Terminal
from tui.lab.guest import Guest

_RELAY = """
import os, select, socket, sys, tty
line = socket.socket(socket.AF_UNIX)
line.connect(sys.argv[1])
tty.setraw(0)
while True:
    ready = select.select([0, line], [], [])[0]
    if line in ready:
        shown = line.recv(65536)
        if not shown:
            break
        while shown:
            shown = shown[os.write(1, shown):]
    if 0 in ready:
        line.sendall(os.read(0, 4096))
"""
_CHUNK = 65536


@contextmanager
def on_console(
    guest: Guest, *argv: str, columns: int = 80, rows: int = 24, scale: float = 1.0, locale: str = "C.UTF-8"
) -> Iterator[Terminal]:
    """Run a command on the guest's console; what still runs in the end is ended.

    Args:
        guest: a running guest.
        argv: the command.
        columns: width of the terminal.
        rows: its height.
        scale: multiplies every deadline of the terminal.
        locale: LANG of the command.
    """
    with tempfile.TemporaryDirectory(prefix="console-") as folder, socket.socket(socket.AF_UNIX) as door:
        path = str(Path(folder, "line"))
        door.bind(path)
        door.listen()
        guest.resize_terminal(rows, columns)
        relay = (sys.executable, "-c", _RELAY, path)
        with Terminal(relay, columns=columns, rows=rows, scale=scale) as terminal:
            line, _address = door.accept()
            leaving, left = socket.socketpair()
            with line, leaving, left:
                bridge = threading.Thread(target=_bridge, args=(guest, line, left), daemon=True)
                bridge.start()
                environment = {"TERM": "tmux-256color", "LANG": locale}
                running = guest.start(argv, env=environment, terminal=True)
                try:
                    yield terminal
                finally:
                    running.signal(signal.SIGTERM)
                    leaving.sendall(b"!")
                    bridge.join(10)


def _bridge(guest: Guest, line: socket.socket, left: socket.socket) -> None:
    """Carry bytes both ways until somebody leaves."""
    console = guest.terminal
    while True:
        ready = select.select([console, line, left], [], [])[0]
        if left in ready:
            return
        for source in (console, line):
            if source not in ready:
                continue
            data = source.recv(_CHUNK)
            if not data:
                return
            if source is console:
                line.sendall(data)
            else:
                guest.type_keys(data)
