"""A LAN of the lab: one network for several guests, of one program or of several of the same user.

The first guest that joins starts its switch (`tui.lab.network.switch`), the last one that leaves ends it.
They find it by an abstract socket name, which is gone with it however it ends.
"""

import contextlib
import hashlib
import os
import re
import socket
import subprocess
import sys
from pathlib import Path

from msgspec import Struct

from tui.lab.errors import LabError
from tui.lab.network.station import Station
from tui.lab.network.switch import DIGITS, MOST_PORTS, same_user
from tui.lab.patience import Patience
from tui.lab.places import Places
from tui.words import translate as _

SWITCH = Path(__file__).with_name("switch.py")

JOIN_SECONDS = 30.0
"""Longest time until a switch answers, as a `Patience` counts it."""


class Port(Struct, frozen=True):
    """A place on a LAN.

    Attributes:
        lan: Its name.
        number: Which one it is; what the guest is called and its addresses follow from it.
        membership: Holds the place for as long as a process has it open.
        line: Carries one Ethernet frame in each datagram.
        far: The other end of the line, which the switch has too: held so that the line outlives the switch.
    """

    lan: str
    number: int
    membership: socket.socket
    line: socket.socket
    far: socket.socket

    @property
    def descriptors(self) -> tuple[int, int, int]:
        """What the processes of the guest inherit."""
        return self.membership.fileno(), self.line.fileno(), self.far.fileno()

    def close(self) -> None:
        """Give the place back, unless a process of the guest holds it."""
        for one in (self.membership, self.line, self.far):
            one.close()


def join(places: Places, lan: str, number: int = 0) -> Port:
    """A place on a LAN, which is made when nobody is there.

    Args:
        places: Of the lab; the LANs of two labs are apart.
        lan: Its name.
        number: The place, where it has to be that one.

    Raises:
        LabError: When the name cannot be one, the place is taken, the LAN is full, or its switch does not
            answer.
    """
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,31}", lan):
        raise LabError(
            _(
                "{name} is not a valid LAN name: letters, digits, dot, dash and underscore, at most 32 "
                "characters."
            ).format(name=ascii(lan))
        )
    for seconds in Patience(JOIN_SECONDS).turns():
        # Lost when the switch ends with its last guest, or somebody else begins it, just then: once more.
        with contextlib.suppress(TimeoutError, ConnectionError):
            return _joined(places, lan, number, seconds)
    raise LabError(_("The switch of the LAN {name} does not answer.").format(name=lan))


def _refusal(lan: str, number: int) -> str:
    if number:
        return _("Another machine has place {number} of the LAN {name}.").format(number=number, name=lan)
    return _("The LAN {name} is full: it has {count} machines.").format(name=lan, count=MOST_PORTS)


def _address(places: Places, lan: str) -> str:
    lab = hashlib.sha256(os.fsencode(places.root)).hexdigest()[:16]
    return f"\0iscsi-console-lab-lan-{os.geteuid()}-{lab}-{lan}"


def _joined(places: Places, lan: str, number: int, seconds: float) -> Port:
    """Ask the switch for a place; raises as `join` does.

    Raises:
        ConnectionError: There is no switch any more.
        TimeoutError: It does not answer in so many seconds.
    """
    with contextlib.ExitStack() as unused:
        membership = unused.enter_context(_packets())
        _connect(membership, _address(places, lan))
        if not same_user(membership):
            raise LabError(_("Another user has taken the name of the LAN {name}.").format(name=lan))
        line, far = (
            unused.enter_context(one) for one in socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
        )
        # The kernel of the guest takes it as it is.
        line.setblocking(False)
        membership.settimeout(seconds)
        socket.send_fds(membership, [b"%d" % number], [far.fileno()])
        given = membership.recv(DIGITS)
        if not given:
            raise ConnectionResetError
        if given == b"0":
            raise LabError(_refusal(lan, number))
        unused.pop_all()
        return Port(lan, int(given), membership, line, far)


def _connect(line: socket.socket, address: str) -> None:
    """Connect to a switch, which is started when there is none."""
    try:
        line.connect(address)
    except ConnectionRefusedError:
        with _packets() as listener:
            try:
                listener.bind(address)
            except OSError as error:
                raise ConnectionRefusedError from error
            listener.listen(MOST_PORTS)
            # Before it runs: it ends when it finds nobody.
            line.connect(address)
            _start(listener)


def _packets() -> socket.socket:
    return socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)


def _start(listener: socket.socket) -> None:
    """Start a switch, which stays for as long as guests of any process need it."""
    subprocess.run(
        (sys.executable, "-I", "-S", str(SWITCH), str(listener.fileno())),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        pass_fds=(listener.fileno(),),
        start_new_session=True,
        cwd="/",
        env={"PATH": os.environ.get("PATH", "")},
        check=True,
    )


def stations(ports: tuple[Port, ...]) -> tuple[Station, ...]:
    """What the guest has to know of its places."""
    return tuple(Station(port.number, position) for position, port in enumerate(ports))
