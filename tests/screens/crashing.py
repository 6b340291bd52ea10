"""A program that crashes with a secret in a local variable, for a test of what it leaves on the terminal.

`python -m tests.screens.crashing PROGRAM PLACE`: as `console` or `textual`, in a `handler` or `worker`.
"""

import sys
from pathlib import Path

from textual.app import App

from tests.screens.driving import COLOUR
from tui.app import ConsoleApp
from tui.screens.access import access
from tui.storage.host.recorded import RecordedHost

MACHINE = Path(__file__).parent.parent / "machines" / "bare.json"
SECRET = "planted-in-a-local"
MESSAGE = "the crash of the test"


def crash() -> None:
    """Fail with the secret in a local variable; the line that makes it does not name it."""
    password = SECRET[:7] + SECRET[7:]
    raise RuntimeError(MESSAGE if password else "")


class CrashingConsole(ConsoleApp):
    """The program."""

    place = ""

    def on_ready(self) -> None:
        """Crash where it was asked for."""
        if self.place == "worker":
            self.run_worker(crash, thread=True)
        else:
            crash()


class CrashingTextual(App[None]):
    """Any program of Textual: what it shows of locals is what the program must not show."""

    def on_ready(self) -> None:
        """Crash."""
        crash()


def main(program: str, place: str) -> int:
    """Run it until it crashes."""
    if program == "textual":
        plain = CrashingTextual()
        plain.run(mouse=False)
        return plain.return_code or 0
    app = CrashingConsole(
        COLOUR, RecordedHost(str(MACHINE)), access(is_root=False, recorded=True), live=False
    )
    app.place = place
    app.run(mouse=False)
    return app.return_code or 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2]))
