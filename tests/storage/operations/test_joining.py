"""When a multipath map that was just made counts as made: when whoever comes next can use it."""

import pytest
from msgspec.structs import replace

from tests.storage.scripted_host import Reply, ScriptedHost
from tui.storage.host.interface import FileFacts, FileKind, Host, Outcome
from tui.storage.model.block import BlockDevice, BlockKind, MultipathMap
from tui.storage.model.inventory import Inventory
from tui.storage.model.iscsi import DeviceState, Lun
from tui.storage.operations.multipath import map_daemon, maps as joining
from tui.storage.operations.multipath.maps import CreateMultipathMap
from tui.storage.problem import CommandFailed

WWID, NAME, PATHS = "naa.6001405", "36001405", ("sda", "sdb")
SIZE = 1 << 29
MAP = BlockDevice("dm-0", f"/dev/mapper/{NAME}", "254:0", BlockKind.MULTIPATH, SIZE, slaves=PATHS)
JOINED = MultipathMap(NAME, "dm-0", WWID, SIZE, PATHS, PATHS)
NODE = {f"/dev/mapper/{NAME}": FileFacts(FileKind.LINK, 0o777, 0, 0, 0, 0.0)}


class Paths:
    """A host with two paths to one LUN, and the map over them as each look finds it; the last look stays."""

    def __init__(self, *maps: BlockDevice | None) -> None:
        self.maps = list(maps)
        self.looks = 0

    def __call__(self, host: Host) -> Inventory:
        self.looks += 1
        device = self.maps.pop(0) if len(self.maps) > 1 else self.maps[0]
        luns = tuple(
            Lun(f"{sid}:0:0:0", sid, 0, disk, WWID, SIZE, state=DeviceState.RUNNING)
            for sid, disk in enumerate(PATHS)
        )
        maps = () if device is None else (JOINED,)
        devices = () if device is None else (device,)
        return Inventory(host.name, host.now(), True, luns=luns, devices=devices, multipath_maps=maps)


def show(monkeypatch: pytest.MonkeyPatch, *maps: BlockDevice | None) -> Paths:
    paths = Paths(*maps)
    monkeypatch.setattr(joining, "look_at_devices", paths)
    monkeypatch.setattr(map_daemon, "look_at_devices", paths)
    return paths


SUSPENDED = replace(MAP, suspended=True, answers=False)
NOT_READY = replace(MAP, answers=False)
UNDESCRIBED = replace(MAP, described=False)
WITHOUT_TABLE = replace(MAP, size=0)


@pytest.mark.parametrize("lacking", [None, SUSPENDED, NOT_READY, UNDESCRIBED, WITHOUT_TABLE])
def test_a_map_that_cannot_be_used_yet_is_not_done(
    monkeypatch: pytest.MonkeyPatch, lacking: BlockDevice | None
) -> None:
    host = ScriptedHost(facts_of=NODE)
    show(monkeypatch, MAP)
    assert CreateMultipathMap(WWID, PATHS).is_done(host)
    assert not CreateMultipathMap(WWID, PATHS).is_done(ScriptedHost())
    show(monkeypatch, lacking)
    assert not CreateMultipathMap(WWID, PATHS).is_done(host)


REPLIES: dict[tuple[str, ...], Reply] = {
    ("multipath",): Outcome(0),
    ("systemctl",): Outcome(0, "active"),
    ("dmsetup",): Outcome(0, "its table"),
}


def test_it_is_waited_for_until_it_can_be_used(monkeypatch: pytest.MonkeyPatch) -> None:
    paths = show(monkeypatch, None, None, SUSPENDED, SUSPENDED, UNDESCRIBED, MAP)
    CreateMultipathMap(WWID, PATHS).run(ScriptedHost(facts_of=NODE, replies=REPLIES), lambda _line: None)
    assert paths.looks == 6


def test_one_that_never_can_is_told_with_its_state(monkeypatch: pytest.MonkeyPatch) -> None:
    show(monkeypatch, SUSPENDED)
    monkeypatch.setattr(joining, "_USABLE_DEADLINE", 0.0)
    with pytest.raises(CommandFailed) as failed:
        CreateMultipathMap(WWID, PATHS).run(ScriptedHost(facts_of=NODE, replies=REPLIES), lambda _line: None)
    problem = failed.value.problem
    assert problem.code == "multipath.not-usable"
    assert "The map is suspended." in problem.evidence
    assert "table: its table" in problem.evidence
    assert any(line.startswith("sda: running") for line in problem.evidence)
