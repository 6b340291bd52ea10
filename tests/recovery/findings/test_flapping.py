"""F13 and F17: sessions that come back and are lost again."""

import pytest
from msgspec.structs import replace

from tests.recovery.making import (
    causes,
    daemon_said,
    evidence_of,
    findings,
    kernel_said,
    lost,
    only,
    single_path,
)
from tests.setup.building import NAME, PORTAL, TARGET
from tui.recovery.evidence import Evidence
from tui.recovery.facts import NameFacts, PacketTest
from tui.recovery.finding import Weight
from tui.storage.news.happening import Happening

VANISH = PacketTest(PORTAL.address, 9000, small=True, large=False)


def cycles(
    error: int, times: int = 4, every: float = 8.0, last: float = 3.0, *, pings: bool = False
) -> list[Happening]:
    """A session that was back and lost again a few times, oldest first."""
    lines: list[Happening] = []
    for number in range(times):
        ago = last + (times - 1 - number) * every
        lines.append(daemon_said("connection1:0 is operational after recovery (1 attempts)", ago + 4.0))
        if pings:
            lines.append(kernel_said("connection1:0: ping timeout of 5 secs expired, recv timeout 5", ago))
        lines.append(kernel_said(f"connection1:0: detected conn error ({error})", ago))
    return lines


def flapping(lines: list[Happening], evidence: Evidence | None = None) -> Evidence:
    made = evidence or evidence_of(single_path())
    return replace(
        made,
        kernel=tuple(one for one in lines if one.source.value == "kernel"),
        daemon=tuple(one for one in lines if one.source.value == "iscsid"),
    )


def test_thrown_out_again_and_again_is_a_doubled_name() -> None:
    found = only(flapping(cycles(1020)), "F13.doubled-name")
    assert found.weight is Weight.CAUSE
    ask = found.fixes[0].ask
    assert ask is not None
    assert NAME in ask.words
    assert TARGET in ask.words
    assert found.fixes[1].confirm


def test_a_session_that_is_lost_at_this_moment_follows_from_it() -> None:
    evidence = flapping(cycles(1020), evidence_of(lost(single_path())))
    assert causes(evidence) == ["F13.doubled-name"]
    assert [one.follows for one in findings(evidence)[1:]] == [findings(evidence)[0].key]


def test_a_name_from_a_template_is_shown() -> None:
    names = NameFacts(name_written=1000.0, machine_id_written=1000.0 + 30 * 86400)
    found = only(replace(flapping(cycles(1020)), names=names), "F13.doubled-name")
    assert any("30 days older" in line for seen in found.seen for line in seen.lines)


@pytest.mark.parametrize(
    "lines",
    [
        cycles(1020, times=1),
        cycles(1020, last=300.0),
        cycles(1020, every=90.0, times=3)[:3],
        [kernel_said("connection1:0: detected conn error (1020)", ago=float(ago)) for ago in (90, 60, 30, 3)],
    ],
    ids=["once", "over", "seldom", "refused each time"],
)
def test_what_is_no_pattern_is_not_told(lines: list[Happening]) -> None:
    assert findings(flapping(lines)) == ()


def test_large_packets_that_vanish_while_pings_time_out() -> None:
    evidence = replace(flapping(cycles(1022, pings=True)), packets=(VANISH,))
    found = only(evidence, "F17.large-packets-lost")
    assert found.rungs == (f"portal:{TARGET}|{PORTAL.label}",)
    ask = found.fixes[0].ask
    assert ask is not None
    assert "9000" in ask.words
    assert "ip link set dev eth1 mtu 1500" in found.fixes[1].by_hand


def test_a_session_lost_by_it_follows_from_it() -> None:
    evidence = replace(
        flapping(cycles(1022, pings=True), evidence_of(lost(single_path()))), packets=(VANISH,)
    )
    assert causes(evidence) == ["F17.large-packets-lost"]


@pytest.mark.parametrize(
    "test",
    [
        PacketTest(PORTAL.address, 9000, small=True, large=True),
        PacketTest(PORTAL.address, 9000, small=False, large=False),
        PacketTest(PORTAL.address, 9000, small=True, large=False, told=True),
    ],
    ids=["all come back", "no ping at all", "somebody said so"],
)
def test_other_answers_to_ping_prove_nothing(test: PacketTest) -> None:
    assert findings(replace(flapping(cycles(1022, pings=True)), packets=(test,))) == ()


def test_without_any_suffering_large_packets_are_not_missed() -> None:
    """The target may simply have a smaller MTU, and TCP knows it."""
    assert findings(replace(evidence_of(single_path()), packets=(VANISH,))) == ()
