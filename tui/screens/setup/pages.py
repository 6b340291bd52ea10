"""Which page belongs to which step."""

from tui.screens.setup.boot import BootPage
from tui.screens.setup.chap import ChapPage
from tui.screens.setup.discover import DiscoverPage
from tui.screens.setup.done import DonePage
from tui.screens.setup.driver import Driver
from tui.screens.setup.log_in import LogInPage
from tui.screens.setup.mount import MountPage
from tui.screens.setup.name import NamePage
from tui.screens.setup.page import Page
from tui.screens.setup.review import ReviewPage
from tui.screens.setup.run import RunPage
from tui.screens.setup.target import TargetPage
from tui.screens.setup.volumes import VolumesPage
from tui.setup.state import SetupState
from tui.setup.step import Step

_PAGES: dict[Step, type[Page]] = {
    Step.NAME: NamePage,
    Step.CHAP: ChapPage,
    Step.DISCOVER: DiscoverPage,
    Step.TARGET: TargetPage,
    Step.LOG_IN: LogInPage,
    Step.VOLUMES: VolumesPage,
    Step.MOUNT: MountPage,
    Step.BOOT: BootPage,
    Step.REVIEW: ReviewPage,
    Step.RUN: RunPage,
}


def page_for(driver: Driver, state: SetupState) -> Page:
    """Return a new page for the step of a state."""
    if state.step is Step.DONE:
        return DonePage(state, driver.verified)
    return _PAGES[state.step](state)
