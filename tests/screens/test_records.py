"""The screens about the record database: targets, one record, portals, ifaces, and what a portal tells."""

from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from textual.pilot import Pilot

from tests.screens.driving import (
    COLOUR,
    LARGE,
    MONO,
    ROOT,
    SMALL,
    OneScreen,
    flat_text,
    press,
    settle,
    text_of,
)
from tests.setup.building import PORTAL, SECOND, TARGET, installed, known, logged_in, record
from tests.snapshot import SnapCompare
from tests.storage.scripted_host import ScriptedHost
from tui.screens.access import Access, access
from tui.screens.plan.plan_screen import PlanScreen
from tui.screens.records import host_screen
from tui.screens.records.host_screen import HostScreen
from tui.screens.records.interfaces import InterfacesScreen, NewInterfaceScreen
from tui.screens.records.portals import PortalsScreen
from tui.screens.records.record import RecordScreen
from tui.screens.records.rediscover import RediscoverScreen
from tui.screens.records.targets import TargetsScreen
from tui.storage.changing import run_plan
from tui.storage.changing.run_plan import Places
from tui.storage.host.command_log import CommandLogHost
from tui.storage.host.interface import Answer, Outcome, PortAnswer
from tui.storage.iscsi.chap import ChapKind
from tui.storage.model.inventory import Inventory
from tui.storage.model.iscsi import DiscoveryRecord, InterfaceRecord, Portal, Session, SessionState
from widgets.help import Help
from widgets.look import Look

GOLDEN = Path(__file__).parent.parent / "golden" / "node-record-2.1.8.txt"
ANOTHER = "iqn.2003-01.org.linux-iscsi.lab:t2"
RECORD_PATH = f"/etc/iscsi/nodes/{TARGET}/192.0.2.10,3260,1/default"
ASKED = DiscoveryRecord("sendtargets", Portal("192.0.2.10"))
CURRENT: list[Inventory] = []
"""What reading the host again brings: the last of them."""
LOOKING = access(is_root=False)


@pytest.fixture(autouse=True)
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_plan, "PLACES", Places(tmp_path / "journal", tmp_path / "lock"))
    monkeypatch.setattr(host_screen, "take_inventory", lambda _host, _memory: CURRENT[-1])


def a_host() -> ScriptedHost:
    return ScriptedHost(
        files={
            RECORD_PATH: GOLDEN.read_text()
            .replace("iqn.2003-01.org.linux-iscsi.t:sn.1", TARGET)
            .replace("192.0.2.1\n", "192.0.2.10\n"),
            "/sys/class/net/eth1/mtu": "1500",
            "/sys/class/net/lo/mtu": "65536",
        },
        answers={
            ("192.0.2.10", 3260): PortAnswer(Answer.OPEN, 0.001),
            ("198.51.100.10", 3260): PortAnswer(Answer.OPEN, 0.001),
        },
        replies={
            ("iscsiadm", "-m", "discoverydb"): Outcome(
                0, f"192.0.2.10:3260,1 {TARGET}\n198.51.100.10:3260,1 {TARGET}\n"
            ),
            ("iscsiadm", "-m", "discovery"): Outcome(
                0, f"192.0.2.10:3260,1 {TARGET}\n198.51.100.10:3260,1 {TARGET}\n"
            ),
        },
    )


def three_records() -> Inventory:
    """Two portals of a target, one of them logged in, and another target."""
    records = (
        replace(record(PORTAL), path=RECORD_PATH),
        record(SECOND, startup="manual"),
        replace(record(PORTAL), target=ANOTHER),
    )
    session = Session(3, TARGET, PORTAL, state=SessionState.LOGGED_IN, host_number=2)
    return replace(
        installed(),
        node_records=records,
        sessions=(session,),
        discovery_records=(ASKED,),
        interfaces=(
            InterfaceRecord("default"),
            InterfaceRecord("iser", "iser"),
            InterfaceRecord("eth1", network_device="eth1"),
        ),
    )


def opened(
    screen: type[HostScreen], inventory: Inventory | None = None, allowed: Access = ROOT, look: Look = COLOUR
) -> OneScreen:
    found = three_records() if inventory is None else inventory
    CURRENT.append(found)
    return OneScreen(screen(CommandLogHost(a_host()), allowed, found), look)


def one_record(chap: ChapKind = ChapKind.NONE, look: Look = COLOUR) -> OneScreen:
    inventory = three_records()
    chosen = replace(record(PORTAL, chap), path=RECORD_PATH)
    inventory = replace(inventory, node_records=(chosen, *inventory.node_records[1:]))
    CURRENT.append(inventory)
    return OneScreen(RecordScreen(CommandLogHost(a_host()), ROOT, inventory, chosen), look)


def proposal_on(app: OneScreen) -> PlanScreen:
    assert isinstance(app.screen, PlanScreen)
    return app.screen


async def test_every_record_and_session_is_listed() -> None:
    app = opened(TargetsScreen)
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        shown = flat_text(pilot)
        assert "session 3" in shown
        assert shown.count("no session") == 2
        assert "1 active session." in shown


async def test_without_sessions_it_says_so() -> None:
    app = opened(TargetsScreen, known())
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        assert "No active sessions." in flat_text(pilot)


async def test_logging_in_to_all_names_those_that_nobody_is_logged_in_to() -> None:
    app = opened(TargetsScreen)
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        await press(pilot, "a", "l")
        shown = [line for one in proposal_on(app).proposal.plan.operations for line in one.shown()]
        assert shown == [
            f"iscsiadm -m node -T {TARGET} -p 198.51.100.10:3260 -I default --login",
            f"iscsiadm -m node -T {ANOTHER} -p 192.0.2.10:3260 -I default --login",
        ]
        assert proposal_on(app).proposal.plan.together


async def test_the_row_under_the_cursor_counts_when_none_is_marked() -> None:
    app = opened(TargetsScreen)
    async with app.run_test(size=SMALL, notifications=True) as pilot:
        await settle(pilot)
        await press(pilot, "l")
        assert "already logged in, session 3" in flat_text(pilot)
        await press(pilot, "o")
        assert [one.shown() for one in proposal_on(app).proposal.plan.operations] == [
            ("iscsiadm -m session -r 3 --logout",)
        ]


async def test_a_record_in_use_is_not_deleted() -> None:
    app = opened(TargetsScreen)
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        await press(pilot, "a", "x")
        refusal = proposal_on(app).proposal.refusal
        assert refusal is not None
        assert refusal.code == "record.in-use"
        await press(pilot, "escape", "a", "down", "x")
        assert proposal_on(app).proposal.refusal is None
        assert "-o delete" in flat_text(pilot)


async def test_looking_for_luns() -> None:
    app = opened(TargetsScreen)
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        await press(pilot, "u")
        assert "/sys/class/scsi_host/host2/scan" in flat_text(pilot)


async def test_a_session_in_use_is_taken_down_elsewhere() -> None:
    inventory = logged_in(PORTAL)
    app = opened(TargetsScreen, inventory)
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        await press(pilot, "o")
        assert proposal_on(app).proposal.refusal is None


async def test_a_record_shows_its_settings_and_the_difference_before_saving() -> None:
    app = one_record()
    async with app.run_test(size=LARGE, notifications=True) as pilot:
        await settle(pilot)
        shown = flat_text(pilot)
        assert f"{TARGET} at 192.0.2.10:3260" in shown
        assert "Whether this host logs in when it starts." in shown
        await press(pilot, "enter")
        assert isinstance(app.screen, RecordScreen)
        await press(pilot, "down", *(["backspace"] * 3), "6", "0", "enter")
        shown = flat_text(pilot)
        assert "Recovery timeout (replacement_timeout): 120 becomes 60, at the next login" in shown
        assert "Session 3 keeps its settings" in shown
        assert "-n node.session.timeo.replacement_timeout -v 60" in shown
        plan = proposal_on(app).proposal
        assert plan.way_back is not None


async def test_a_wrong_number_stays_in_the_form() -> None:
    app = one_record()
    async with app.run_test(size=LARGE) as pilot:
        await settle(pilot)
        await press(pilot, "down", *(["backspace"] * 3), "x", "enter")
        assert isinstance(app.screen, RecordScreen)
        assert "a whole number from -1 to 86400" in flat_text(pilot)


async def test_the_whole_record_masks_secrets() -> None:
    app = one_record()
    async with app.run_test(size=LARGE) as pilot:
        await settle(pilot)
        await press(pilot, "f3")
        shown = flat_text(pilot)
        assert "node.name" in shown
        assert "a=b #c d" not in shown
        await press(pilot, *(["pagedown"] * 4))
        assert "a=b #c d" not in flat_text(pilot)


async def test_chap_of_a_record_is_changed_without_showing_what_is_stored() -> None:
    app = one_record(ChapKind.ONE_WAY)
    async with app.run_test(size=LARGE) as pilot:
        await settle(pilot)
        assert "stored; leave empty to keep it" in flat_text(pilot)
        await press(pilot, *(["shift+tab"] * 1))
        for key in "new-secret-12":
            await pilot.press(key if key != "-" else "minus")
        await press(pilot, "enter")
        shown = flat_text(pilot)
        assert "CHAP: another name or secret, at the next login" in shown
        assert "new-secret-12" not in shown


async def test_the_portals_are_listed_asked_and_forgotten() -> None:
    app = opened(PortalsScreen)
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        assert "192.0.2.10:3260" in flat_text(pilot)
        await press(pilot, "x")
        assert "-m discoverydb -t sendtargets -p 192.0.2.10:3260 -o delete" in flat_text(pilot)
        await press(pilot, "escape", "enter")
        assert isinstance(app.screen, RediscoverScreen)
        await settle(pilot)
        assert "new" in flat_text(pilot)


@pytest.mark.parametrize(
    ("screen", "key", "words"),
    [
        (PortalsScreen, "x", "There is no discovery record."),
        (TargetsScreen, "x", "There is no node record."),
        (TargetsScreen, "l", "There is no node record."),
        (TargetsScreen, "o", "No session there."),
    ],
)
async def test_a_key_of_an_empty_list_says_what_is_missing(
    screen: type[HostScreen], key: str, words: str
) -> None:
    app = opened(screen, installed())
    async with app.run_test(size=SMALL, notifications=True) as pilot:
        await press(pilot, key)
        assert words in text_of(pilot)


def asked(look: Look = COLOUR) -> OneScreen:
    inventory = replace(three_records(), node_records=())
    CURRENT.append(inventory)
    return OneScreen(RediscoverScreen(CommandLogHost(a_host()), ROOT, inventory, ASKED), look)


async def test_what_a_portal_tells_is_stored_only_where_it_is_marked() -> None:
    app = asked()
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        shown = flat_text(pilot)
        assert "2 portals of targets: 1 new, 0 gone." in shown
        await press(pilot, "enter")
        runs = [line for one in proposal_on(app).proposal.plan.operations for line in one.shown()]
        assert runs == [f"iscsiadm -m node -T {TARGET} -p 198.51.100.10:3260,1 -I default -o new"]


async def test_a_portal_that_does_not_answer_is_explained() -> None:
    host = a_host()
    host.answers.clear()
    CURRENT.append(three_records())
    app = OneScreen(RediscoverScreen(CommandLogHost(host), ROOT, three_records(), ASKED))
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        assert "refuses the connection" in flat_text(pilot)


async def test_without_root_no_portal_is_asked() -> None:
    CURRENT.append(three_records())
    app = OneScreen(RediscoverScreen(CommandLogHost(a_host()), LOOKING, three_records(), ASKED))
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        assert "root is required" in flat_text(pilot)


async def test_ifaces_are_listed_made_and_deleted() -> None:
    app = opened(InterfacesScreen)
    async with app.run_test(size=SMALL, notifications=True) as pilot:
        await settle(pilot)
        await press(pilot, "x")
        assert "open-iscsi has it built in" in flat_text(pilot)
        await press(pilot, "down", "down")
        assert "interface eth1" in flat_text(pilot)
        await press(pilot, "x")
        assert proposal_on(app).proposal.plan.operations[0].shown() == (
            "iscsiadm -m iface -I eth1 -o delete",
        )
        await press(pilot, "escape", "n")
        assert isinstance(app.screen, NewInterfaceScreen)
        await press(pilot, "e", "t", "h", "1", "enter")
        assert "An iface record with this name already exists." in flat_text(pilot)
        await press(pilot, "b", "enter")
        assert "iscsiadm -m iface -I eth1b -o new" in proposal_on(app).proposal.plan.operations[0].shown()


async def test_a_new_iface_record_is_explained() -> None:
    app = opened(InterfacesScreen)
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        await press(pilot, "n", "f1")
        assert isinstance(pilot.app.screen, Help)
        assert "Nothing uses it until" in flat_text(pilot)


async def test_help_and_commands_are_there() -> None:
    for screen in (TargetsScreen, PortalsScreen, InterfacesScreen):
        app = opened(screen)
        async with app.run_test(size=SMALL) as pilot:
            await settle(pilot)
            await press(pilot, "f1")
            assert "What" in flat_text(pilot)
            await press(pilot, "escape", "f2")
            assert "Commands run so far" in flat_text(pilot)
            await press(pilot, "escape", "escape")
        assert app.answers == [None]


SCENES = ("targets", "record", "record-chap", "portals", "told", "interfaces")


@pytest.mark.parametrize("look", [COLOUR, MONO], ids=["colour", "mono"])
@pytest.mark.parametrize("size", [SMALL, LARGE], ids=["80x24", "120x40"])
@pytest.mark.parametrize("scene", SCENES)
def test_a_records_screen(snap_compare: SnapCompare, scene: str, size: tuple[int, int], look: Look) -> None:
    made = {
        "targets": lambda: opened(TargetsScreen, look=look),
        "record": lambda: one_record(look=look),
        "record-chap": lambda: one_record(ChapKind.MUTUAL, look=look),
        "portals": lambda: opened(PortalsScreen, look=look),
        "told": lambda: asked(look),
        "interfaces": lambda: opened(InterfacesScreen, look=look),
    }

    async def bring_there(pilot: Pilot[Any]) -> None:
        await settle(pilot)
        if scene == "record-chap":
            await press(pilot, "shift+tab")

    assert snap_compare(made[scene](), terminal_size=size, run_before=bring_there)
