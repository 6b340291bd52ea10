"""A multipathd that is busy with the map it is asked to change, and one that never does it."""

import pytest

from tests.storage.scripted_host import ScriptedHost
from tui.storage.host.interface import ChangingHost, Command, Host, Outcome
from tui.storage.model.block import BlockDevice, BlockKind, MultipathMap
from tui.storage.model.inventory import Inventory
from tui.storage.operations.multipath import map_daemon, queueing
from tui.storage.operations.multipath.queueing import ResumeQueueing, StopQueueing
from tui.storage.problem import CommandFailed

WWID, NAME = "naa.6001405", "36001405"
FAILS = f"{NAME}: 0 1048576 multipath 0 1 alua 1 1 service-time 0 2 2 8:0 1 1 8:16 1 1"
HOLDS = FAILS.replace("multipath 0", "multipath 1 queue_if_no_path")
BUSY = Outcome(1, "timeout\n", "")
OK = Outcome(0, "ok\n")


@pytest.fixture(autouse=True)
def _one_map(monkeypatch: pytest.MonkeyPatch) -> None:
    def look(host: Host) -> Inventory:
        device = BlockDevice("dm-0", f"/dev/mapper/{NAME}", "254:0", BlockKind.MULTIPATH, 1 << 29)
        joined = MultipathMap(NAME, "dm-0", WWID, 1 << 29, ("sda", "sdb"), ("sda", "sdb"))
        return Inventory(host.name, host.now(), True, devices=(device,), multipath_maps=(joined,))

    monkeypatch.setattr(map_daemon, "look_at_devices", look)
    monkeypatch.setattr(queueing, "look_at_devices", look)
    monkeypatch.setattr(map_daemon, "_TAKES", 0.0)
    monkeypatch.setattr(map_daemon, "PAUSE", 0.01)


class Daemon:
    """Answers `multipathd`, and shows its map to `dmsetup table`.

    Args:
        answers: in turn, the last again and again; the map changes with the last.
        before: the table at first.
        after: the table then.
        state: of the unit, as systemd tells it.
    """

    def __init__(self, answers: list[Outcome], before: str, after: str, state: str = "active") -> None:
        self.answers, self.table, self.after = answers, before, after
        self.host: ChangingHost = ScriptedHost(
            replies={
                ("multipathd",): self.answer,
                ("dmsetup", "table"): lambda _command: Outcome(0, self.table),
                ("dmsetup", "status"): Outcome(0, f"{NAME}: 0 1048576 multipath 2 0 0 0 1 1 A 0 2 2 8:0 F 1"),
                ("systemctl", "show"): Outcome(0, state),
            }
        )

    def answer(self, _command: Command) -> Outcome:
        if len(self.answers) > 1:
            return self.answers.pop(0)
        self.table = self.after
        return self.answers[0]


@pytest.mark.parametrize(
    "answers",
    [[OK], [BUSY, OK], [OK, OK], [Outcome(None), Outcome(1, "fail\n"), OK]],
    ids=["at once", "busy", "ok and nothing done", "silent, then refused"],
)
@pytest.mark.parametrize(
    ("operation", "before", "after"),
    [(ResumeQueueing(WWID, NAME), FAILS, HOLDS), (StopQueueing(WWID, NAME), HOLDS, FAILS)],
)
def test_a_busy_multipathd_is_asked_until_the_table_shows_it(
    answers: list[Outcome], operation: ResumeQueueing | StopQueueing, before: str, after: str
) -> None:
    daemon = Daemon(list(answers), before, after)
    lines: list[str] = []
    operation.run(daemon.host, lines.append)
    operation.verify(daemon.host)
    assert daemon.table == after
    assert "ok" in lines


def test_one_that_never_does_it_is_told_with_its_words_and_the_map(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(map_daemon, "ASKING", 0.1)
    daemon = Daemon([BUSY, Outcome(0, "ok\n")], FAILS, FAILS)
    with pytest.raises(CommandFailed) as failed:
        ResumeQueueing(WWID, NAME).run(daemon.host, lambda _line: None)
    problem = failed.value.problem
    assert problem.code == "multipath.not-changed"
    told = "\n".join(problem.evidence)
    for part in ("timeout", "exit status 1", "ok", f"table: {FAILS}", "8:0 F 1"):
        assert part in told


def test_one_that_does_not_run_is_not_asked_for_long() -> None:
    refused = Outcome(1, "", "ERROR: failed to connect to multipathd")
    daemon = Daemon([refused, refused, refused], FAILS, FAILS, state="inactive")
    with pytest.raises(CommandFailed) as failed:
        ResumeQueueing(WWID, NAME).run(daemon.host, lambda _line: None)
    assert "ERROR: failed to connect to multipathd" in failed.value.problem.evidence
    assert len(daemon.answers) == 2
