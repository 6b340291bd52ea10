"""The LANs of the lab without guests: places, frames, and the end of the switch."""

import re
import select
import socket
from collections.abc import Iterator
from contextlib import ExitStack, closing
from functools import partial
from pathlib import Path

import pytest

from tests.lab.switches import switch_of
from tests.waiting import until
from tui.lab.errors import LabError
from tui.lab.guest import Guest
from tui.lab.network.lan import Port, join, stations
from tui.lab.network.station import Station
from tui.lab.network.switch import LONGEST, MOST_ADDRESSES, MOST_PORTS
from tui.lab.places import Places
from tui.lab.san import read_description

EVERYONE = b"\xff" * 6


def address(number: int) -> bytes:
    """Of the guest at a place."""
    return bytes((0x52, 0x54, 0, 0, 0, number))


def frame(receiver: bytes, sender: bytes, said: bytes = b"") -> bytes:
    return receiver + sender + b"\x08\x00" + said


def heard(port: Port) -> bytes:
    """The next frame that comes."""
    until(lambda: select.select([port.line], [], [], 0)[0], "a frame")
    return port.line.recv(LONGEST)


def silent(port: Port) -> bool:
    """Whether nothing waits: what was sent before something that was heard elsewhere had time to come."""
    return not select.select([port.line], [], [], 0)[0]


@pytest.fixture
def places(tmp_path: Path) -> Places:
    return Places(tmp_path)


@pytest.fixture
def ports(places: Places) -> Iterator[list[Port]]:
    with ExitStack() as closing_all:
        yield [closing_all.enter_context(closing(join(places, "blue"))) for _number in range(3)]


def test_places_have_the_lowest_free_numbers(places: Places, ports: list[Port]) -> None:
    assert [port.number for port in ports] == [1, 2, 3]
    ports[1].close()
    until(lambda: taken_again(places, 2), "the place is free again")


def taken_again(places: Places, number: int) -> bool:
    try:
        join(places, "blue", number).close()
    except LabError:
        return False
    return True


def test_a_place_that_is_taken_is_refused(places: Places, ports: list[Port]) -> None:
    with pytest.raises(LabError, match="Another machine has place 2 of the LAN blue"):
        join(places, "blue", ports[1].number)


def test_frames_go_to_everyone_until_the_receiver_is_known(ports: list[Port]) -> None:
    one, two, three = ports
    one.line.send(frame(EVERYONE, address(1), b"who"))
    assert heard(two) == heard(three) == frame(EVERYONE, address(1), b"who")
    two.line.send(frame(address(1), address(2), b"me"))
    assert heard(one) == frame(address(1), address(2), b"me")
    assert silent(three)
    assert silent(two)
    two.line.send(frame(address(3), address(2)))
    assert heard(three) == heard(one) == frame(address(3), address(2))


def test_two_labs_are_apart(tmp_path: Path, ports: list[Port]) -> None:
    with closing(join(Places(tmp_path / "other"), "blue")) as stranger:
        assert stranger.number == 1
        ports[0].line.send(frame(EVERYONE, address(1)))
        heard(ports[1])
        assert silent(stranger)


def test_one_that_takes_nothing_holds_nobody_up(ports: list[Port]) -> None:
    one, two, deaf = ports
    for number in range(2000):
        said = frame(EVERYONE, address(1), b"%d" % number)
        until(partial(sent, one, said), "the line takes it")
        assert heard(two) == said
    waiting = 0
    while not silent(deaf):
        deaf.line.recv(LONGEST)
        waiting += 1
    assert 0 < waiting < 2000


def sent(port: Port, said: bytes) -> bool:
    try:
        port.line.send(said)
    except BlockingIOError:
        return False
    return True


def test_nonsense_is_dropped_and_addresses_are_bounded(ports: list[Port]) -> None:
    one, two, three = ports
    one.line.send(b"short")
    two.line.send(frame(EVERYONE, address(2)))
    assert heard(one) == heard(three) == frame(EVERYONE, address(2))
    for number in range(MOST_ADDRESSES):
        one.line.send(frame(EVERYONE, b"\x02\x00" + number.to_bytes(4, "big")))
        heard(two)
        heard(three)
    # Forgotten: what is sent to it goes to everyone again.
    one.line.send(frame(address(2), address(1)))
    assert heard(two) == heard(three) == frame(address(2), address(1))


def test_a_full_lan_says_so(places: Places) -> None:
    with ExitStack() as closing_all:
        for _number in range(MOST_PORTS):
            closing_all.enter_context(closing(join(places, "full")))
        with pytest.raises(LabError, match=f"full is full: it has {MOST_PORTS} machines"):
            join(places, "full")


@pytest.mark.parametrize("name", ["", "../x", "a b", "x" * 33, "a\x1b[2J"])
def test_other_names_are_refused(name: str, places: Places) -> None:
    with pytest.raises(LabError, match="is not a valid LAN name"):
        join(places, name)


def test_the_switch_ends_with_its_last_guest_and_can_open_no_file(places: Places) -> None:
    first, second = join(places, "green"), join(places, "green")
    process = switch_of(first)
    assert re.search(r"NoNewPrivs:\s+1", (process / "status").read_text())
    first.close()
    second.line.send(frame(EVERYONE, address(2)))
    assert process.exists()
    second.close()
    until(lambda: not process.exists(), "its end")
    with closing(join(places, "green")) as again:
        assert again.number == 1


def test_a_stranger_that_says_nothing_right_has_no_place(places: Places, ports: list[Port]) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as stranger:
        stranger.connect(ports[0].membership.getpeername())
        stranger.send(b"1")
        assert stranger.recv(10) == b"0"
    with closing(join(places, "blue")) as port:
        assert port.number == 4


def test_what_a_place_is_called(ports: list[Port]) -> None:
    one, two = stations((ports[2], ports[0]))
    assert (one, two) == (Station(3, 0), Station(1, 1))
    assert [str(address) for address in one.addresses] == ["192.0.2.103/24", "2001:db8::103/64"]
    assert [str(address) for address in two.addresses] == ["198.51.100.101/24", "2001:db8:1::101/64"]
    assert (one.nic, one.hardware_address) == ("vec0", "52:54:00:00:00:03")
    assert len({Station(number, 0).machine_id for number in range(1, 33)}) == 32


def test_more_lans_than_networks_are_refused(places: Places) -> None:
    for lan, san in ((("a", "b"), read_description("open")), (("a", "a"), None), (tuple("abcd"), None)):
        with pytest.raises(LabError, match="different LANs at most"):
            Guest(None, places, san=san, lan=lan)
