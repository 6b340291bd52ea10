"""Opens the practice screens with what they work on: the scenarios, the lab, this person's progress."""

from collections.abc import Callable

from textual.screen import Screen

from tui.lab.command import missing
from tui.lab.places import Places
from tui.practice.progress import Progress
from tui.practice.reading import FOLDER, identifiers, read_scenario
from tui.practice.scenario import Scenario
from tui.practice.stage import is_kept
from tui.screens.practice.catalogue import CatalogueScreen
from tui.screens.practice.run import RunScreen
from tui.screens.practice.theatre import LabTheatre


def catalogue_screen(on_leave: Callable[[], None]) -> CatalogueScreen:
    """The list of what can be practised."""
    places, progress = Places.of_environment(), Progress()

    def open_run(scenario: Scenario) -> Screen[None]:
        theatre = LabTheatre(scenario, places)
        return RunScreen(scenario, theatre, progress, resume=is_kept(scenario, places))

    return CatalogueScreen(
        tuple(read_scenario(FOLDER / name) for name in identifiers()),
        progress,
        lambda scenario: is_kept(scenario, places),
        open_run,
        on_leave,
        reasons=missing(),
    )
