"""What of the kernel's log is printed on the terminal, and that the screen is drawn again then."""

import os
from pathlib import Path

import pytest

from tests.screens.driving import ROOT
from tests.storage.scripted_host import ScriptedHost
from tests.waiting import until_shown
from tui.app import ConsoleApp
from tui.kernel_output import KernelOutput
from tui.terminal import prints_on
from widgets.glyphs import Glyphs
from widgets.look import Colours, Look


@pytest.mark.parametrize(
    ("device", "consoles", "printed"),
    [
        ("/dev/tty1", ["tty0", "ttyS0"], True),
        ("/dev/tty1", ["ttyS0"], False),
        ("/dev/ttyS0", ["tty0", "ttyS0"], True),
        ("/dev/ttyS1", ["ttyS0"], False),
        ("/dev/pts/0", ["tty0"], False),
        ("", ["tty0"], False),
    ],
)
def test_which_terminals_the_kernel_prints_on(device: str, consoles: list[str], printed: bool) -> None:
    assert prints_on(device, consoles) is printed


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """A log as /dev/kmsg has it: each read takes a record. A pipe with packets does the same."""
    path = tmp_path / "kmsg"
    os.mkfifo(path)
    (tmp_path / "printk").write_text("4\t4\t1\t7\n")
    return path


def output_of(log: Path) -> KernelOutput:
    return KernelOutput(str(log), str(log.with_name("printk")))


@pytest.mark.parametrize(
    ("record", "printed"),
    [
        ("3,1201,90000000,-; connection1:0: detected conn error (1022)\n", True),
        ("4,1202,90000001,-;sd 2:0:0:0: rejecting I/O to offline device\n", False),
        ("6,1203,90000002,-;sd 2:0:0:0: [sda] Attached SCSI disk\n", False),
        ("27,1204,90000003,-;systemd[1]: Failed to mount /srv/data.\n", True),
        ("30,1205,90000004,-;systemd[1]: Started x.\n", False),
        (" SUBSYSTEM=scsi\n", False),
    ],
)
def test_what_is_below_the_console_s_level_is_printed(log: Path, record: str, printed: bool) -> None:
    output = output_of(log)
    with log.open("w") as kernel:
        kernel.write(record)
        kernel.flush()
        assert output.printed() is printed
        assert output.printed() is False
    output.close()


def test_another_level_counts_at_once(log: Path) -> None:
    output = output_of(log)
    log.with_name("printk").write_text("8\t4\t1\t7\n")
    with log.open("w") as kernel:
        kernel.write("7,1,2,-;debug\n")
        kernel.flush()
        assert output.printed()
    output.close()


class Counting(ConsoleApp):
    """Counts how often the whole screen was written again."""

    drawn = 0

    def action_redraw(self) -> None:
        """Draw and count."""
        self.drawn += 1
        super().action_redraw()


async def test_the_screen_is_drawn_again_over_what_the_kernel_printed(log: Path) -> None:
    look = Look(Colours.SIXTEEN, Glyphs.CP437)
    app = Counting(look, ScriptedHost(), ROOT, live=False, refresh_seconds=0.01)
    async with app.run_test() as pilot:
        app.follow_kernel(output_of(log))
        with log.open("w") as kernel:
            kernel.write("3,2,3,-; connection1:0: detected conn error (1022)\n")
            kernel.flush()
            await until_shown(pilot, lambda: app.drawn > 0, "the screen drawn again")
