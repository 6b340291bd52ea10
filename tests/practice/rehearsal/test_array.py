"""The array of a twin is described as the lab reads it."""

from msgspec.structs import replace

from tests.lab.rehearsed import HOST, TARGET, WWIDS
from tui.lab.san import Access, Backing, parse
from tui.practice.rehearsal.array import SECRET, SECRET_IN, array_text
from tui.practice.rehearsal.description import Disk, LunPlace, Target


def test_portals_have_their_addresses_and_tags_and_only_the_host_is_let_in() -> None:
    san = parse(array_text(HOST))
    (network,) = san.networks
    assert [str(address) for address in network.initiator] == ["10.20.30.1/24"]
    assert [str(address) for address in network.array] == ["10.20.30.10/24", "10.99.0.11/32"]
    assert [(target.name, target.tag, str(target.portals[0])) for target in san.targets] == [
        (TARGET, 1003, "10.20.30.10:3260"),
        (TARGET, 1004, "10.99.0.11:3260"),
    ]
    for target in san.targets:
        assert target.initiators == (HOST.initiator,)
        assert target.chap is not None
        assert (target.chap.secret, target.chap.mutual_secret) == (SECRET, SECRET_IN)


def test_luns_are_the_disks_of_the_host() -> None:
    first = parse(array_text(HOST)).targets[0]
    assert [lun.number for lun in first.luns] == [3, 4, 5, 6]
    assert [lun.identity.wwid for lun in first.luns if lun.identity] == list(WWIDS)
    assert {lun.backing for lun in first.luns} == {Backing.IBLOCK}
    assert first.luns[3].size == 2**40


def test_what_cannot_be_the_same_has_a_stand_in() -> None:
    strange = Disk("eui.0123456789abcdef", 2**30, 4096, read_only=True, serial="XY-1")
    target = Target(TARGET, HOST.targets[0].portals[:1], (LunPlace(0, strange.wwid, "active-non-optimized"),))
    (made,) = parse(array_text(replace(HOST, disks=(strange,), targets=(target,)))).targets
    (lun,) = made.luns
    assert lun.identity is not None
    assert (lun.identity.wwid, lun.identity.serial) == (strange.made_wwid, "")
    assert (lun.sector_size, lun.read_only, lun.access) == (4096, True, Access.NON_OPTIMIZED)
    assert made.chap is None


def test_a_network_without_a_portal_is_left_out() -> None:
    other = replace(HOST.networks[0], nic="lan", portals=())
    assert len(parse(array_text(replace(HOST, networks=(*HOST.networks, other)))).networks) == 1
