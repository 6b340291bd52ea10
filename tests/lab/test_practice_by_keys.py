"""Scenarios solved by keys on the machine's own console, by what its Recovery screen offers."""

import pytest
from msgspec import Struct

from tests.lab.doctoring import look, mended
from tests.lab.recovery_by_keys import recovery_console
from tests.lab.test_practice_scenarios import SCENARIOS, settled, staged
from tui.practice.scenario import Phase

pytestmark = pytest.mark.lab


class Way(Struct, frozen=True):
    """What is done by keys.

    Attributes:
        scenario: its name, with the variant.
        codes: of the findings, in the order in which they are mended, each by its first plan.
        before: typed in the shell before: what the screen wants done first.
        after: typed in the shell afterwards.
    """

    scenario: str
    codes: tuple[str, ...]
    before: str = ""
    after: str = ""

    def __str__(self) -> str:
        return self.scenario


CABLE_IN = """
cable in
until_true 120 grep -q LOGGED_IN /sys/class/iscsi_session/session1/state
systemctl stop ledger-writer.service
"""

WAYS = (
    Way("09b-too-late", ("F06.filesystem-stopped",), CABLE_IN, "systemctl start ledger-writer.service"),
    Way("10-ghost-volume", ("F07.stale-maps",), "systemctl stop reporter.service"),
    Way("13-somebody-formatted", ("F24.label-overwritten", "F03.not-mounted")),
    Way("14-invisible-devices-file", ("F20.devices-file", "F03.not-mounted")),
    # A second group is hidden as well, and has to stay so: it is the first that this host owned.
    Way("14-invisible-system-id", ("F25.foreign", "F03.not-mounted")),
)


@pytest.mark.parametrize("way", WAYS, ids=str)
def test_what_the_recovery_screen_offers_solves_it(way: Way) -> None:
    scenario = SCENARIOS[way.scenario]
    with staged(scenario) as stage:
        if way.before:
            stage.play(way.before, 240)
        with recovery_console(stage.guest) as console:
            for code in way.codes:
                found = look(stage.guest)
                assert found.codes[:1] == [code], found.codes
                mended(console, found, code)
        if way.after:
            stage.play(way.after, 240)
        assert settled(stage) == {}
        if scenario.reboots:
            stage.restart()
            assert settled(stage, Phase.AFTER_REBOOT) == {}
