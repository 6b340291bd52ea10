"""Draws the pictures of screenshots/, which the README shows: `python -m tests.screenshots`.

The set-up is drawn in made-up states, the console on captured hosts, so the pictures are the same on every
machine.
"""

import asyncio
from pathlib import Path
from typing import Any

from textual.pilot import Pilot

from tests.screens.driving import ROOT, settle, setup_app
from tests.screens.test_looks import PAGES
from tui.app import ConsoleApp
from tui.screens.access import access
from tui.storage.host.recorded import RecordedHost
from widgets.look import Look

PROJECT = Path(__file__).resolve().parent.parent
PICTURES = PROJECT / "screenshots"
SIZE = (100, 30)
CONSOLE_SIZE = (120, 32)
MACHINES = {"console": "multipath-one-path", "console-first": "bare"}
"""Pictures of the console, and the captured host each shows."""


async def draw(app: ConsoleApp, name: str, size: tuple[int, int], keys: tuple[str, ...] = ()) -> None:
    """Open a program, press keys, and write what it shows then."""

    async def see(pilot: Pilot[Any]) -> None:
        await settle(pilot)
        for key in keys:
            await pilot.press(key)
            await settle(pilot)

    async with app.run_test(size=size, notifications=True) as pilot:
        await see(pilot)
        (PICTURES / f"{name}.svg").write_text(app.export_screenshot(), encoding="utf-8")


async def draw_all() -> None:
    """Draw every page of the set-up, and the console."""
    PICTURES.mkdir(exist_ok=True)
    for number, (name, (make, keys)) in enumerate(PAGES.items(), start=1):
        await draw(setup_app(make()), f"setup-{number:02}-{name}", SIZE, keys)
    for name, machine in MACHINES.items():
        host = RecordedHost(str(PROJECT / "tests" / "machines" / f"{machine}.json"))
        allowed = ROOT if machine == "bare" else access(is_root=False, recorded=True)
        await draw(ConsoleApp(Look(), host, allowed, live=False), name, CONSOLE_SIZE)


if __name__ == "__main__":
    asyncio.run(draw_all())
