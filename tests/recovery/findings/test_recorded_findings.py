"""What is found on whole recorded hosts: on well ones nothing is broken, on broken ones exactly that."""

from pathlib import Path

import pytest

from tui.recovery.diagnosis import diagnose
from tui.recovery.gather import gather
from tui.storage.host.recorded import RecordedHost

MACHINES = Path(__file__).parents[2] / "machines"
PATIENCE = 60.0
OF_VOLUMES = {
    f"F{number:02}" for number in (3, 4, 6, 7, 8, 12, 15, 20, 22, 24, 25, 29, 30, 34, 36, 40, 41, 42)
}
"""What is above the LUNs; what is below has tests of its own."""


@pytest.mark.parametrize(
    ("machine", "causes", "risks"),
    [
        ("bare", set(), set()),
        ("record-only", set(), set()),
        ("hostile-names", set(), set()),
        # Mounted by fstab, but somebody logged in by hand: the next boot does not.
        ("single-path-ext4", set(), {"F04.not-at-boot"}),
        ("multipath-xfs", set(), {"F04.not-at-boot"}),
        ("two-paths-unjoined", {"F08.paths-not-joined"}, set()),
        ("lost-disk", {"F07.stale-maps"}, set()),
        ("foreign-group", {"F25.foreign"}, set()),
    ],
)
def test_what_is_found_of_volumes(machine: str, causes: set[str], risks: set[str]) -> None:
    found = diagnose(gather(RecordedHost(str(MACHINES / f"{machine}.json")), PATIENCE))
    mine = {one.code for one in found.causes if one.number in OF_VOLUMES}
    assert mine == causes
    assert risks <= {one.code for one in found.findings}
    for finding in found.findings:
        text = " ".join(
            (finding.summary, finding.meaning, *(line for one in finding.seen for line in one.lines))
        )
        assert "\x1b" not in text
