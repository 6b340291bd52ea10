"""The console that begins with a look which another process took."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from select import POLLIN, poll

import pytest

from tests.screens.driving import COLOUR, ROOT, SMALL, settle, text_of
from tests.screens.peopled import MACHINES
from tests.storage.scripted_host import ScriptedHost
from tui.app import ConsoleApp
from tui.screens.console.console_screen import ConsoleScreen
from tui.storage.host.command_log import Ran
from tui.storage.host.interface import ChangingHost
from tui.storage.host.recorded import RecordedHost
from tui.storage.model.inventory import Inventory
from tui.storage.probe.inventory import take_inventory
from tui.storage.watching.prefetch import Prefetch, whole_look

# The program forks while it has one thread; what runs the tests has others, which the child does not touch.
pytestmark = pytest.mark.filterwarnings("ignore:.*multi-threaded, use of fork:DeprecationWarning")

Seen = tuple[Inventory, tuple[Ran, ...]]
NOTHING = "There is no iSCSI storage on this host yet."


def recorded() -> RecordedHost:
    return RecordedHost(str(MACHINES / "single-path-ext4.json"))


def console(start: Prefetch) -> ConsoleApp:
    """On a host without storage: whatever is shown of storage was seen by the other process."""
    return ConsoleApp(COLOUR, ScriptedHost(), ROOT, live=False, head_start=start)


@pytest.fixture
def gate(tmp_path: Path) -> Iterator[Path]:
    path = tmp_path / "gate"
    os.mkfifo(path)
    yield path
    # Whatever became of the test: who waits behind the gate is let through, or it would wait for ever.
    with contextlib.suppress(OSError):
        handle = os.open(path, os.O_WRONLY | os.O_NONBLOCK)
        os.write(handle, b"go")
        os.close(handle)


def wait_until_ready(start: Prefetch) -> None:
    waiting = poll()
    waiting.register(start._answer, POLLIN)
    assert waiting.poll(60_000)


async def test_the_first_picture_is_made_of_it() -> None:
    start = Prefetch(recorded())
    wait_until_ready(start)
    app = console(start)
    async with app.run_test(size=SMALL) as pilot:
        assert isinstance(app.screen, ConsoleScreen)
        assert app.screen._inventory == take_inventory(recorded())
        await settle(pilot)
        assert "1 session" in text_of(pilot)
        assert NOTHING not in text_of(pilot)
        await pilot.press("f2")
        await settle(pilot)
        assert "systemctl show" in text_of(pilot)


async def test_until_it_is_there_the_console_says_that_it_looks(gate: Path) -> None:
    def waiting(host: ChangingHost) -> Seen:
        gate.read_text()
        return whole_look(host)

    app = console(Prefetch(recorded(), waiting))
    async with app.run_test(size=SMALL) as pilot:
        await pilot.pause()
        assert "Reading this host." in text_of(pilot)
        assert NOTHING not in text_of(pilot)
        gate.write_text("go")
        await settle(pilot)
        assert "1 session" in text_of(pilot)


async def test_where_it_failed_the_console_looks_itself() -> None:
    def broken(host: ChangingHost) -> Seen:
        raise RuntimeError("broken")

    async with console(Prefetch(recorded(), broken)).run_test(size=SMALL) as pilot:
        await settle(pilot)
        assert NOTHING in text_of(pilot)


async def test_reading_again_reads_the_host() -> None:
    start = Prefetch(recorded())
    wait_until_ready(start)
    async with console(start).run_test(size=SMALL) as pilot:
        await settle(pilot)
        assert NOTHING not in text_of(pilot)
        await pilot.press("ctrl+r")
        await settle(pilot)
        assert NOTHING in text_of(pilot)
