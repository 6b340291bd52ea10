"""Descriptions of arrays are read whole or refused with the place and the reason."""

import pytest

from tui.lab.san import Backing, Identity, SanError, TargetKind, examples, parse, read_description, size_of
from tui.lab.stores import serial

NETWORK = '[[network]]\nname = "a"\ninitiator = ["192.0.2.1/24"]\narray = ["192.0.2.10/24"]\n'
TARGET = '[[target]]\nname = "iqn.2003-01.org.example:t"\nportals = ["192.0.2.10"]\n'


@pytest.mark.parametrize("name", examples())
def test_every_example_can_be_read_and_says_what_it_is(name: str) -> None:
    text = read_description(name)
    assert text.startswith("# ")
    assert parse(text).targets[0].portals


def test_the_examples_are_the_ones_the_issue_wants() -> None:
    wanted = {"open", "chap", "mutual", "two_portals", "ipv6", "tgt", "two_luns", "no_lun"}
    assert wanted <= set(examples())


def test_a_whole_description_is_understood() -> None:
    san = parse(
        NETWORK
        + '[discovery]\nuser = "f"\nsecret = "finding-secret"\n'
        + TARGET
        + 'initiators = ["iqn.2003-01.org.example:host"]\n'
        + '[target.chap]\nuser = "u"\nsecret = "in"\nmutual_user = "m"\nmutual_secret = "out"\n'
        + '[[target.lun]]\nnumber = 3\nsize = "2G"\nbacking = "iblock"\n'
    )
    (target,) = san.targets
    assert (target.kind, target.initiators) == (TargetKind.LIO, ("iqn.2003-01.org.example:host",))
    assert [(lun.number, lun.size, lun.backing) for lun in target.luns] == [(3, 2 << 30, Backing.IBLOCK)]
    assert target.chap is not None
    assert target.chap.mutual
    assert san.discovery is not None
    assert not san.discovery.mutual
    assert str(target.portals[0]) == "192.0.2.10:3260"
    assert "secret" not in repr(san).replace("finding-secret", "secret")


def test_ipv6_portals_are_written_in_brackets() -> None:
    assert str(parse(read_description("ipv6")).targets[0].portals[0]) == "[2001:db8::10]:3260"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("network = [", "not valid TOML"),
        ("", "at least one"),
        (NETWORK, "at least one"),
        (NETWORK.replace("/24", "/64"), "addresses with their prefix"),
        (NETWORK + TARGET.replace("192.0.2.10", "198.51.100.9"), "not on a network"),
        (NETWORK + TARGET.replace("192.0.2.10", "host.example"), "portals such as"),
        (NETWORK + TARGET.replace("iqn.", "disk."), "iSCSI name"),
        (NETWORK + TARGET + 'kind = "scst"\n', "one of lio, tgt"),
        (NETWORK + TARGET + 'initiators = "some"\n', "list of initiator names"),
        (NETWORK + TARGET + "colour = 3\n", "unknown key colour"),
        (NETWORK + TARGET + '[target.chap]\nuser = "u"\n', "both, for CHAP"),
        (
            NETWORK + TARGET + '[target.chap]\nuser = "u"\nsecret = "s"\nmutual_user = "m"\n',
            "both or neither",
        ),
        (NETWORK + TARGET + '[[target.lun]]\nnumber = 16384\nsize = "1G"\n', "from 0 to 16383"),
        (NETWORK + TARGET + '[[target.lun]]\nsize = "big"\n', "not a size"),
        (NETWORK + TARGET + '[[target.lun]]\nsize = "1G"\n' * 2, "two LUNs with the same number"),
        (NETWORK + TARGET + TARGET, "same name"),
        (NETWORK + TARGET + 'kind = "tgt"\n[[target.lun]]\nsize = "1G"\n', "tgt reserves LUN 0"),
        (NETWORK + TARGET + 'kind = "tgt"\ntag = 2\n', "only lio"),
        (NETWORK + TARGET + "tag = 70000\n", "from 1 to 65535"),
    ],
)
def test_a_description_that_does_not_fit_is_refused(text: str, said: str) -> None:
    with pytest.raises(SanError, match=said):
        parse(text)


def test_a_description_that_is_not_there_names_the_ones_that_are() -> None:
    with pytest.raises(SanError, match="two_portals"):
        read_description("no-such-array")


@pytest.mark.parametrize(
    ("text", "size"), [("1K", 1024), ("512M", 512 << 20), ("3G", 3 << 30), ("40T", 40 << 40), ("513B", 513)]
)
def test_sizes_are_powers_of_two(text: str, size: int) -> None:
    assert size_of(text) == size


@pytest.mark.parametrize("text", ["", "0M", "-1G", "1.5G", "1P", "1 G", "G", "2000000T", "1" * 20 + "B"])
def test_other_sizes_are_refused(text: str) -> None:
    with pytest.raises(SanError):
        size_of(text)


WWID = "naa.600a098038304437415d4b6a59684a52"
DISK = '[[target.lun]]\nsize = "1G"\nbacking = "iblock"\n'
WHOSE = f'[target.lun.identity]\nwwid = "{WWID}"\n'


def test_a_lun_can_have_the_identity_of_a_disk_elsewhere() -> None:
    text = (
        NETWORK
        + TARGET
        + "tag = 1003\n"
        + DISK
        + "sector_size = 4096\nread_only = true\n"
        + WHOSE
        + 'vendor = "NETAPP"\nproduct = "LUN C-Mode"\nrevision = "9111"\n'
    )
    (target,) = parse(text).targets
    (lun,) = target.luns
    assert (target.tag, lun.sector_size, lun.read_only) == (1003, 4096, True)
    assert lun.identity == Identity(WWID, "NETAPP", "LUN C-Mode", "9111")
    assert lun.identity.company + lun.identity.own == WWID[5:]
    assert serial(target, lun) == lun.identity.own


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (DISK + WHOSE.replace("naa.6", "naa.5"), "NAA 6 identifier"),
        (DISK + WHOSE + 'vendor = "longer than eight"\n', "at most 8 printable"),
        (DISK + WHOSE + 'product = "\\u001b[2J"\n', "at most 16 printable"),
        (DISK + WHOSE + 'serial = "another"\n', "begin with the last 25 of the WWID"),
        (DISK + WHOSE + 'color = "blue"\n', "unknown key color"),
        (DISK + "sector_size = 520\n", "512 or 4096"),
        (DISK + "read_only = 1\n", "true or false"),
        (DISK.replace("iblock", "fileio") + "read_only = true\n", "iblock"),
        (DISK + WHOSE + DISK.replace("1G", "2G") + "number = 1\n" + WHOSE, "are not alike"),
    ],
)
def test_an_identity_that_cannot_be_had_is_refused(text: str, said: str) -> None:
    with pytest.raises(SanError, match=said):
        parse(NETWORK + TARGET + text)


def test_targets_and_networks_are_found_by_name_or_first() -> None:
    san = parse(read_description("two_portals"))
    assert san.target("") is san.targets[0]
    assert san.network("b") == 1
    with pytest.raises(SanError, match="no target"):
        san.target("iqn.2003-01.org.example:other")
    with pytest.raises(SanError, match="no network"):
        san.network("c")
