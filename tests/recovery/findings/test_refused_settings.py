"""F58: lines of the record database that iscsiadm does not take."""

from msgspec.structs import replace

from tests.recovery.making import evidence_of, findings, only, single_path
from tests.setup.building import PORTAL, TARGET
from tui.recovery.evidence import Item, Unread
from tui.storage.iscsi.refused_settings import Listing, RefusedSetting, accepted_word
from tui.storage.operations.iscsi.rewrite_record import RewriteRecord

PATH = f"/etc/iscsi/nodes/{TARGET}/192.0.2.10,3260,1/default"
MISSPELT = RefusedSetting(PATH, 4, "node.startup", "Automatic", True, TARGET, PORTAL, "default")
UNKNOWN = RefusedSetting(PATH, 9, "node.session.foo", "3", False, TARGET, PORTAL, "default")
IFACE = RefusedSetting("/etc/iscsi/ifaces/e0", 3, "iface.foo", "3", False, iface="e0")


def test_a_word_that_differs_in_case_only_is_corrected_and_the_rest_is_left_to_iscsiadm() -> None:
    assert accepted_word("node.startup", "Automatic") == "automatic"
    assert accepted_word("node.leading_login", "yes") == "Yes"
    assert accepted_word("node.startup", "always") == ""
    assert accepted_word("node.session.foo", "x") == ""


def test_each_record_is_rewritten_once() -> None:
    listing = Listing(False, ("iSCSI ERROR: Unknown parameter",), (MISSPELT, UNKNOWN, IFACE))
    found = only(replace(evidence_of(single_path()), listing=listing), "F58.refused-setting")
    proposal = found.fixes[0].proposal
    assert proposal is not None
    assert proposal.plan.operations == (
        RewriteRecord(PATH, (("node.startup", "automatic"),), TARGET, PORTAL, "default"),
        RewriteRecord(IFACE.path, (("iface.transport_name", "tcp"),), iface="e0"),
    )


def test_a_listing_that_fails_for_another_reason_is_told_and_not_guessed_at() -> None:
    listing = Listing(False, ("iscsiadm: out of memory",))
    found = only(replace(evidence_of(single_path()), listing=listing), "F58.refused-setting")
    assert found.fixes[0].proposal is None


def test_nothing_is_said_of_a_listing_that_was_not_read() -> None:
    evidence = replace(evidence_of(single_path()), listing=Listing(False, ("x",), (UNKNOWN,)))
    assert findings(replace(evidence, unread=(Unread(Item.LISTING, "no answer in time"),))) == ()
