"""What is left of a screen that was closed."""

import gc

from textual.strip import Strip

from widgets.help import Help, HelpSection
from widgets.look import LookApp


def strips() -> int:
    """The lines of screens that something still holds."""
    gc.collect()
    return sum(isinstance(one, Strip) for one in gc.get_objects())


async def test_nothing_that_a_closed_screen_drew_is_kept() -> None:
    section = HelpSection("A page", "\n".join(f"Line {number} of the page." for number in range(30)))
    async with LookApp[None]().run_test() as pilot:
        counts = []
        for _opening in range(8):
            await pilot.app.push_screen(Help("Help", (section,), ()))
            await pilot.pause()
            await pilot.press("escape")
            await pilot.pause()
            counts.append(strips())
        assert counts[-1] - counts[1] < 20, counts
