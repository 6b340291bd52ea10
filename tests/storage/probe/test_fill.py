"""How full snapshots and pools are, from what the device-mapper prints."""

from hypothesis import given, strategies as st

from tests.storage.scripted_host import ScriptedHost
from tui.storage.host.interface import Outcome
from tui.storage.probe.devices.fill import Fill, parse_status, read_fills

STATUS = """vg-data: 0 655360 snapshot-origin
vg-night: 0 655360 snapshot 65536/131072 64
vg-lost: 0 655360 snapshot Invalid
vg--a-my--pool-tpool: 0 262144 thin-pool 1 12/1024 512/2048 - rw discard_passdown queue_if_no_space - 1024
vg-pool: 0 262144 linear
vg-bad-tpool: 0 262144 thin-pool 1 12/1024 2048/2048 - out_of_data_space discard_passdown - 1024
vg-gone-tpool: 0 262144 thin-pool Fail
mpatha: 0 1048576 multipath 2 0 0 0
"""


def test_snapshots_and_pools_are_found_among_all_maps() -> None:
    assert parse_status(STATUS) == (
        Fill("vg", "night", 50.0),
        Fill("vg", "lost", 100.0, trouble="Invalid"),
        Fill("vg-a", "my-pool", 25.0, 1.2),
        Fill("vg", "bad", 100.0, 1.2, "out_of_data_space"),
        Fill("vg", "gone", 0.0, trouble="Fail"),
    )


@given(st.text())
def test_anything_else_says_nothing_and_raises_nothing(text: str) -> None:
    for fill in parse_status(text):
        assert fill.used >= 0


def test_it_is_asked_without_touching_a_disk() -> None:
    host = ScriptedHost(replies={("dmsetup", "status", "--noflush"): Outcome(0, STATUS)})
    assert len(read_fills(host)) == 5
    assert read_fills(ScriptedHost()) == ()
