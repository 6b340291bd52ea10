import pytest
from msgspec.structs import replace

from tests.setup.building import PORTAL, SECOND, TARGET, codes, installed, known, state_of
from tui.setup.answers import ChapAnswer, ChapChoice, DiscoverAnswer
from tui.setup.state import SetupState
from tui.setup.steps import discover
from tui.storage.iscsi.chap import NO_CHAP, ChapKind
from tui.storage.iscsi.discovery import Discovered, DiscoveryKind, Found, Standing
from tui.storage.model.inventory import Inventory
from tui.storage.model.iscsi import ChapFacts, DiscoveryRecord, InterfaceRecord, Portal, RecordDefaults
from tui.storage.operations.iscsi.chap import SetDiscoveryChap
from tui.storage.operations.iscsi.discovery import AddDiscoveryRecord, AddInterface
from tui.storage.problem import Problem
from tui.storage.secret import Secret

ASKED = DiscoverAnswer(address="192.0.2.10")
WHERE = Portal("192.0.2.10", 3260)
BLANK = InterfaceRecord("a b", network_device="e")
TAKEN = InterfaceRecord("default", network_device="e")


def state(answer: DiscoverAnswer = ASKED, inventory: Inventory | None = None) -> SetupState:
    return state_of(inventory or installed()).answered(answer)


def told(*found: Found, problem: Problem | None = None, answer: DiscoverAnswer = ASKED) -> SetupState:
    return replace(state(answer), discovered=Discovered(found, problem), asked=answer)


def test_a_fresh_host_has_nothing_to_offer() -> None:
    assert discover.defaults(state_of(installed())) == DiscoverAnswer()
    assert codes(discover.problems(state_of(installed()))) == ["portal.empty"]


def test_the_portal_asked_before_is_offered() -> None:
    assert discover.defaults(state_of(known())).address == PORTAL.address
    only_nodes = replace(known(SECOND), discovery_records=())
    assert discover.defaults(state_of(only_nodes)).address == SECOND.address


def test_known_targets_satisfy_until_another_portal_is_asked_for() -> None:
    assert discover.satisfied(state_of(known())) == "1 target is known to this host."
    assert discover.satisfied(state(DiscoverAnswer(address="192.0.2.99"), known())) is None
    assert discover.blocker(state_of(known())) is None


def test_asking_without_secrets_stores_nothing() -> None:
    assert discover.plan(state()).operations == ()
    (line,) = discover.explain(state()).runs
    assert line.startswith("iscsiadm -m discovery -t sendtargets -p 192.0.2.10:3260 ")
    assert line.endswith("-o nonpersistent")


def test_a_secret_needs_a_record_of_the_portal() -> None:
    choice = ChapChoice(ChapKind.ONE_WAY, "finder", Secret("planted-secret"))
    with_secret = state().answered(ChapAnswer(discovery=choice))
    assert discover.plan(with_secret).operations == (
        AddDiscoveryRecord(DiscoveryKind.SENDTARGETS, WHERE),
        SetDiscoveryChap(DiscoveryKind.SENDTARGETS, WHERE, choice.settings),
    )
    runs = discover.explain(with_secret).runs
    assert any("discoverydb" in line for line in runs)
    assert "planted-secret" not in str(runs)


def test_what_iscsid_conf_gives_every_new_record_is_taken_out_where_it_is_not_wanted() -> None:
    facts = ChapFacts("CHAP", "finder", has_password=True)
    inventory = replace(installed(), defaults=RecordDefaults(discovery_chap=facts))
    none = state(inventory=inventory).answered(ChapAnswer())
    assert discover.plan(none).operations == (
        AddDiscoveryRecord(DiscoveryKind.SENDTARGETS, WHERE),
        SetDiscoveryChap(DiscoveryKind.SENDTARGETS, WHERE, NO_CHAP),
    )
    assert "discoverydb" in str(discover.question(none))


def test_a_secret_of_another_portal_does_not_do() -> None:
    facts = ChapFacts("CHAP", "finder", has_password=True)
    other = DiscoveryRecord("sendtargets", Portal("192.0.2.77"), facts)
    left_empty = state(inventory=replace(installed(), discovery_records=(other,))).answered(
        ChapAnswer(discovery=ChapChoice(ChapKind.ONE_WAY, "finder"))
    )
    assert codes(discover.problems(left_empty)) == ["chap.secret-elsewhere"]


def test_a_secret_no_longer_wanted_is_taken_out_of_the_record() -> None:
    stored = DiscoveryRecord("sendtargets", PORTAL, ChapFacts("CHAP", "finder", has_password=True))
    inventory = replace(known(), discovery_records=(stored,))
    (operation,) = discover.plan(state(inventory=inventory).answered(ChapAnswer())).operations
    assert isinstance(operation, SetDiscoveryChap)
    assert not operation.chap.username


def test_a_new_iface_is_made_first() -> None:
    iface = InterfaceRecord("san-a", network_device="eth1")
    answer = replace(ASKED, ifaces=("san-a",), new_iface=iface)
    assert discover.problems(state(answer)) == ()
    assert discover.plan(state(answer)).operations == (AddInterface("san-a", "eth1", "", ""),)


@pytest.mark.parametrize(
    ("answer", "code", "field"),
    [
        (DiscoverAnswer(address="192.0.2"), "portal.address", "address"),
        (DiscoverAnswer(address="192.0.2.1", port="x"), "portal.port", "port"),
        (DiscoverAnswer(DiscoveryKind.STATIC, "192.0.2.1", target=""), "name.empty", "target"),
        (DiscoverAnswer(DiscoveryKind.STATIC, "192.0.2.1", target="iqn.x"), "name.date-missing", "target"),
        (replace(ASKED, ifaces=("nothing",)), "iface.unknown", "ifaces"),
        (
            replace(ASKED, new_iface=BLANK),
            "iface.name",
            "new_iface.name",
        ),
        (
            replace(ASKED, new_iface=TAKEN),
            "iface.name",
            "new_iface.name",
        ),
        (replace(ASKED, new_iface=InterfaceRecord("a")), "iface.binds-nothing", "new_iface.network_device"),
        (
            replace(ASKED, new_iface=InterfaceRecord("a", ip_address="1")),
            "iface.address",
            "new_iface.ip_address",
        ),
        (
            replace(ASKED, new_iface=InterfaceRecord("a", hardware_address="1:2")),
            "iface.hardware-address",
            "new_iface.hardware_address",
        ),
        (
            replace(ASKED, new_iface=InterfaceRecord("a", network_device="e/1")),
            "iface.device",
            "new_iface.network_device",
        ),
    ],
)
def test_mistakes_name_their_field(answer: DiscoverAnswer, code: str, field: str) -> None:
    found = discover.problems(state(answer))
    assert (code, field) in {(problem.code, problem.field) for problem in found}
    lacking = discover.blocker(state(answer))
    assert lacking == found[0]


def test_firmware_needs_no_portal() -> None:
    answer = DiscoverAnswer(DiscoveryKind.FIRMWARE)
    assert discover.problems(state(answer)) == ()
    assert discover.portal_of(answer) is None
    assert discover.note(state(answer)) == "firmware"


def test_going_on_needs_something_that_can_be_used() -> None:
    assert discover.blocker(told(Found(TARGET, PORTAL, Standing.NEW))) is None
    unusable = discover.blocker(told(Found(TARGET, PORTAL, Standing.UNREACHABLE, "does not answer")))
    assert unusable is not None
    assert unusable.code == "discover.nothing-usable"
    assert "does not answer" in unusable.cause


def test_why_the_portal_did_not_answer_is_what_is_lacking() -> None:
    problem = Problem("portal.refused", "It refuses.")
    assert discover.blocker(told(problem=problem)) == problem


def test_before_asking_it_says_so() -> None:
    lacking = discover.blocker(state())
    assert lacking is not None
    assert lacking.code == "discover.not-asked"


def test_what_another_portal_told_no_longer_counts() -> None:
    stale = told(Found(TARGET, PORTAL, Standing.NEW)).answered(DiscoverAnswer(address="192.0.2.99"))
    assert discover.found(stale) == ()
    assert discover.blocker(stale) is not None


@pytest.mark.parametrize(("inventory", "standing"), [(installed(), Standing.NEW), (known(), Standing.KNOWN)])
def test_a_target_typed_by_hand_is_found_when_its_portal_answers(
    inventory: Inventory, standing: Standing
) -> None:
    answer = DiscoverAnswer(DiscoveryKind.STATIC, "192.0.2.10", target=f" {TARGET} ")
    typed = replace(state(answer, inventory), discovered=Discovered(), asked=answer)
    (found,) = discover.found(typed)
    assert (found.target, found.portal, found.standing) == (TARGET, WHERE, standing)
    assert discover.blocker(typed) is None


def test_every_kind_has_words() -> None:
    assert {kind for kind, _name, _words in discover.kinds()} == set(DiscoveryKind)
