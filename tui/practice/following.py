"""Reads the notes of a task sheet inside a machine as they are written (`tui.practice.notes`)."""

import threading
from collections.abc import Callable
from pathlib import Path

from tui.lab.errors import LabError
from tui.lab.guest import Guest
from tui.practice.notes import FILE, Note, read_note


def follow(guest: Guest, on_note: Callable[[Note], None]) -> None:
    """Hand on every note that is written in a machine, from a thread that ends with it."""
    guest.check("mkdir", "-p", str(Path(FILE).parent))
    running = guest.start(("tail", "-n", "+1", "-F", FILE))

    def read() -> None:
        rest = b""
        try:
            for output in running.outputs():
                if output.stream == 1:
                    *lines, rest = (rest + output.data).split(b"\n")
                    for line in lines:
                        note = read_note(line.decode(errors="replace"))
                        if note is not None:
                            on_note(note)
        except LabError:
            return

    threading.Thread(target=read, name="practice-notes", daemon=True).start()
