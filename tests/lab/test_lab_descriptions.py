"""Descriptions of arrays are read whole or refused with the place and the reason."""

import pytest

from tui.lab.san import Backing, SanError, TargetKind, examples, parse, read_description, size_of

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
        (NETWORK + TARGET + '[[target.lun]]\nnumber = 256\nsize = "1G"\n', "from 0 to 255"),
        (NETWORK + TARGET + '[[target.lun]]\nsize = "big"\n', "not a size"),
        (NETWORK + TARGET + '[[target.lun]]\nsize = "1G"\n' * 2, "two LUNs with the same number"),
        (NETWORK + TARGET + TARGET, "same name"),
        (NETWORK + TARGET + 'kind = "tgt"\n[[target.lun]]\nsize = "1G"\n', "tgt reserves LUN 0"),
    ],
)
def test_a_description_that_does_not_fit_is_refused(text: str, said: str) -> None:
    with pytest.raises(SanError, match=said):
        parse(text)


def test_a_description_that_is_not_there_names_the_ones_that_are() -> None:
    with pytest.raises(SanError, match="two_portals"):
        read_description("no-such-array")


@pytest.mark.parametrize(("text", "size"), [("1K", 1024), ("512M", 512 << 20), ("3G", 3 << 30)])
def test_sizes_are_powers_of_two(text: str, size: int) -> None:
    assert size_of(text) == size


@pytest.mark.parametrize("text", ["", "0M", "-1G", "1.5G", "1T", "1 G", "G"])
def test_other_sizes_are_refused(text: str) -> None:
    with pytest.raises(SanError):
        size_of(text)


def test_targets_and_networks_are_found_by_name_or_first() -> None:
    san = parse(read_description("two_portals"))
    assert san.target("") is san.targets[0]
    assert san.network("b") == 1
    with pytest.raises(SanError, match="no target"):
        san.target("iqn.2003-01.org.example:other")
    with pytest.raises(SanError, match="no network"):
        san.network("c")
