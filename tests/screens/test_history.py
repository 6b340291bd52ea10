"""The screen of past outages."""

from pathlib import Path

import pytest
from textual.pilot import Pilot

from tests.recovery.history.test_outages import BACK, GAVE_UP, LOST, NOW, PING, Journal, host_of
from tests.screens.driving import COLOUR, LARGE, MONO, ROOT, SMALL, OneScreen, flat_text, press, workers_end
from tests.snapshot import SnapCompare
from tests.storage.scripted_host import ScriptedHost
from tui.screens.history.history_screen import HistoryScreen
from tui.screens.recovery import saving
from tui.storage.host.command_log import CommandLogHost
from tui.storage.host.interface import Outcome
from widgets.look import Look

TINY = (60, 20)


def eventful() -> ScriptedHost:
    journal = Journal(booted=NOW - 600_000)
    journal.log_in(NOW - 590_000)
    journal.kernel(NOW - 300_000, LOST)
    journal.iscsid(NOW - 299_934, BACK)
    journal.kernel(NOW - 40_000, PING)
    journal.kernel(NOW - 40_000, LOST)
    journal.kernel(NOW - 39_880, GAVE_UP)
    journal.kernel(NOW - 39_879, "I/O error, dev sdb, sector 8 op 0x1:(WRITE) flags 0x0")
    journal.kernel(NOW - 39_878, "EXT4-fs (dm-1): Remounting filesystem read-only")
    journal.iscsid(NOW - 33_700, BACK)
    return host_of(journal)


def screen(host: ScriptedHost, look: Look = COLOUR) -> OneScreen:
    return OneScreen(HistoryScreen(CommandLogHost(host), ROOT, "db7"), look)


async def read(pilot: Pilot[int]) -> None:
    for _turn in range(2):
        await workers_end(pilot, {"history", "save"})
        await pilot.pause()


async def test_the_newest_outage_is_explained_first() -> None:
    async with screen(eventful()).run_test(size=LARGE) as pilot:
        await read(pilot)
        said = flat_text(pilot)
        assert "2 outages" in said
        assert "replacement_timeout was over" in said
        await press(pilot, "down")
        assert "replacement_timeout was not reached: I/O waited." in flat_text(pilot)


async def test_further_back_reads_more() -> None:
    host = eventful()
    async with screen(host).run_test(size=SMALL) as pilot:
        await read(pilot)
        await pilot.press("m")
        await read(pilot)
        asked = [word for one in host.commands for word in one.argv if word.startswith("--since=@")]
        assert [round((NOW - float(word.partition("@")[2])) / 86400) for word in asked] == [7, 30]


async def test_what_could_not_be_read_is_said() -> None:
    host = ScriptedHost(replies={("dmesg",): Outcome(1, "", "not permitted")})
    async with screen(host).run_test(size=SMALL) as pilot:
        await read(pilot)
        said = flat_text(pilot)
        assert "could not be read" in said
        assert "No outage" not in said


@pytest.mark.parametrize("readable", [True, False])
async def test_something_in_sight_has_the_focus_without_an_outage(readable: bool) -> None:
    quiet = host_of(Journal(booted=NOW - 600_000))
    host = quiet if readable else ScriptedHost(replies={("dmesg",): Outcome(1, "", "not permitted")})
    async with screen(host).run_test(size=SMALL) as pilot:
        await read(pilot)
        assert pilot.app.screen.focused in pilot.app.screen.focus_chain


async def test_the_report_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(saving, "places", lambda: (tmp_path,))
    async with screen(eventful()).run_test(size=SMALL, notifications=True) as pilot:
        await read(pilot)
        await pilot.press("s")
        await read(pilot)
    (written,) = tmp_path.iterdir()
    assert "replacement_timeout was over" in " ".join(written.read_text().split())


@pytest.mark.parametrize("size", [TINY, SMALL, LARGE])
@pytest.mark.parametrize("look", [COLOUR, MONO], ids=["colour", "mono"])
def test_looks(snap_compare: SnapCompare, size: tuple[int, int], look: Look) -> None:
    assert snap_compare(screen(eventful(), look), terminal_size=size, run_before=read)
