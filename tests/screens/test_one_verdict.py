"""Doctor, its document and the Recovery screen say the same of each layer of a host."""

from pathlib import Path

import pytest

from tui.recovery.diagnosis import Verdict, diagnose
from tui.recovery.document import diagnosis_document
from tui.recovery.gather import gather
from tui.recovery.text import diagnosis_text
from tui.screens.recovery.board import Board, Standing
from tui.storage.host.recorded import RecordedHost
from tui.storage.stacks.rung import Health

MACHINES = Path(__file__).resolve().parent.parent / "machines"


@pytest.mark.parametrize("path", sorted(MACHINES.glob("*.json")), ids=lambda path: path.stem)
def test_every_surface_says_the_same_of_a_recorded_host(path: Path) -> None:
    """No layer is called broken or missing while doctor calls the host healthy, nor the other way round."""
    told = diagnose(gather(RecordedHost(str(path)), 60.0))
    health = {rung.key: rung.health for stack in told.stacks for rung in stack.rungs}
    broken = {key for key, state in health.items() if state in {Health.BAD, Health.ABSENT, Health.DEGRADED}}
    document = diagnosis_document(told)
    assert bool(document["stacks"]) == bool(told.stacks)
    if told.verdict in {Verdict.HEALTHY, Verdict.RISKS}:
        assert not broken, told.findings
        assert document["status"] == ("healthy" if told.verdict is Verdict.HEALTHY else "findings")
        assert ("nothing is wrong" in diagnosis_text(told)) == (told.verdict is Verdict.HEALTHY)
    listed = [entry.standing for entry in Board(told).entries()]
    open_ones = {Standing.CAUSE, Standing.CONSEQUENCE, Standing.UNEXPLAINED} & set(listed)
    assert bool(open_ones) == (told.verdict is Verdict.BROKEN)
