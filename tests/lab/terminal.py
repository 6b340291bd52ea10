"""A real terminal (tmux) that runs a program, takes keys and shows its screen as text."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.waiting import until

# tmux itself does not always learn that its child has ended, so that its `pane_dead_status` stays empty.
_NOTING = '"$@"; echo $? > "$0.new"; mv "$0.new" "$0"'


class Terminal:
    """One tmux server of its own with one window.

    Args:
        argv: the program.
        columns: width.
        rows: height.
        environment: added to the environment of the program.
        scale: multiplies every deadline, for slow machines.
    """

    def __init__(
        self,
        argv: tuple[str, ...],
        *,
        columns: int = 80,
        rows: int = 24,
        environment: Mapping[str, str] | None = None,
        scale: float = 1.0,
    ) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="terminal-"))
        self._ended = self._folder / "status"
        self._scale = scale
        (self._folder / "tmux.conf").write_text(
            "set -g status off\nset -g remain-on-exit on\nset -s escape-time 0\n"
            "set -g default-terminal tmux-256color\nset -g history-limit 10000\n"
        )
        extra = [f"-e{name}={value}" for name, value in (environment or {}).items()]
        self._tmux(
            *("-f", str(self._folder / "tmux.conf"), "new-session", "-d", "-s", "one"),
            *("-x", str(columns), "-y", str(rows), *extra, "--"),
            *("sh", "-c", _NOTING, str(self._ended), *argv),
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def press(self, *keys: str) -> None:
        """Press keys by tmux's names: Enter, Escape, Tab, F1, C-n, Space, Down …"""
        self._tmux("send-keys", "-t", "one", *keys)

    def write(self, text: str) -> None:
        """Type text as it is."""
        self._tmux("send-keys", "-t", "one", "-l", text)

    def resize(self, columns: int, rows: int) -> None:
        """Change the size of the window."""
        self._tmux("resize-window", "-t", "one", "-x", str(columns), "-y", str(rows))

    def screen(self, *, styled: bool = False) -> str:
        """What the terminal shows now; with `styled` the escape sequences of colours are kept."""
        return self._tmux("capture-pane", "-p", *(["-e"] if styled else []), "-t", "one")

    def history(self) -> str:
        """All that scrolled by, and the screen."""
        return self._tmux("capture-pane", "-p", "-S", "-", "-t", "one")

    def wait_for(self, *texts: str, deadline: float = 60.0) -> str:
        """Wait until all the texts are on the screen at once, and return it.

        Raises:
            AssertionError: they do not come; the message holds the screen.
        """
        return self.wait_until(lambda screen: all(text in screen for text in texts), repr(texts), deadline)

    def wait_until(self, holds: Callable[[str], bool], what: str, deadline: float = 60.0) -> str:
        """Wait until a condition holds for the screen, and return it."""
        screen = ""

        def is_there() -> bool:
            nonlocal screen
            screen = self.screen()
            return holds(screen)

        until(is_there, lambda: f"on the screen: {what}\n{screen}", deadline * self._scale)
        return screen

    def status(self, deadline: float = 60.0) -> int:
        """Wait until the program has ended and return its exit status."""
        until(self._ended.exists, lambda: f"the end of the program:\n{self.screen()}", deadline * self._scale)
        return int(self._ended.read_text())

    def close(self) -> None:
        """End the program and the server."""
        subprocess.run(self._argv("kill-server"), check=False, capture_output=True)
        shutil.rmtree(self._folder, ignore_errors=True)

    def _argv(self, *words: str) -> list[str]:
        return ["tmux", "-S", str(self._folder / "socket"), *words]

    def _tmux(self, *words: str) -> str:
        environment = {name: value for name, value in os.environ.items() if name not in ("TMUX", "TMUX_PANE")}
        environment["LC_ALL"] = "C.UTF-8"
        done = subprocess.run(
            self._argv(*words), capture_output=True, text=True, check=False, env=environment
        )
        if done.returncode:
            raise AssertionError(f"tmux {' '.join(words)}: {done.stderr}")
        return done.stdout
