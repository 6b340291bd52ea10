"""The switch of a LAN: carries Ethernet frames between its guests, and ends with the last of them.

A process of its own, because the guests of one LAN may belong to several programs: `switch.py LISTENER`, the
descriptor of a listening Unix socket of packets (SOCK_SEQPACKET, unix(7)), at which the first guest waits
already. A connection is a membership: it ends when every process that holds it has ended. Over it the
program asks for a number (0: any), hands over the switch's end of a pair of datagram sockets, each datagram a
frame, and is told the number that it has (0: there is none for it). The guest's processes hold both ends of
the pair: the kernel of a guest stands still when the other end of its line is closed.

Frames to an address that was seen go to its port, all others to every port. Nothing is queued here: what a
guest does not take is dropped, as a switch does. Ports and remembered addresses are bounded. Like a guest it
is confined by Landlock, to no file at all: it reads what root in a guest writes.
"""

import os
import select
import socket
import struct
import sys
from contextlib import suppress
from pathlib import Path

MOST_PORTS = 32
"""Guests of one LAN."""

MOST_ADDRESSES = 1024
"""Remembered at once; the oldest is forgotten."""

LONGEST = 65536
"""Bytes of the longest frame."""

DIGITS = 3
"""Most of a number that is asked for."""

AT_ONCE = 64
"""Frames taken from one port before the next has its turn."""


def same_user(connection: socket.socket) -> bool:
    """Whether the other end belongs to the user of this process (SO_PEERCRED, unix(7))."""
    facts = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
    return bool(struct.unpack("3i", facts)[1] == os.geteuid())


class Port:
    """A guest's place.

    Args:
        number: which.
        membership: ends with the guest.
        line: carries its frames.
    """

    def __init__(self, number: int, membership: socket.socket, line: socket.socket) -> None:
        self.number = number
        self.membership = membership
        self.line = line


class Switch:
    """The ports of a LAN.

    Args:
        listener: where guests join.
    """

    def __init__(self, listener: socket.socket) -> None:
        listener.setblocking(False)
        self._listener = listener
        self._poll = select.poll()
        self._poll.register(listener, select.POLLIN)
        self._joining: dict[int, socket.socket] = {}
        # By the descriptors of memberships, and of lines.
        self._members: dict[int, Port] = {}
        self._ports: dict[int, Port] = {}
        self._addresses: dict[bytes, Port] = {}

    def serve(self) -> None:
        """Carry frames until nobody is there and nobody waits."""
        while True:
            inhabited = bool(self._members or self._joining)
            ready = self._poll.poll(None if inhabited else 0)
            if not ready and not inhabited:
                return
            for descriptor, _events in ready:
                if descriptor in self._ports:
                    self._carry(self._ports[descriptor])
                elif descriptor in self._members:
                    self._leave(descriptor)
                elif descriptor in self._joining:
                    self._admit(descriptor)
                elif descriptor == self._listener.fileno():
                    self._accept()

    def _accept(self) -> None:
        with suppress(OSError):
            connection, _address = self._listener.accept()
            if not same_user(connection) or len(self._joining) >= MOST_PORTS:
                connection.close()
                return
            connection.setblocking(False)
            self._joining[connection.fileno()] = connection
            self._poll.register(connection, select.POLLIN)

    def _admit(self, descriptor: int) -> None:
        """Give the number that is asked for, if it is free."""
        connection = self._joining.pop(descriptor)
        asked = b""
        lines: list[int] = []
        with suppress(OSError):
            asked, lines, _flags, _address = socket.recv_fds(connection, DIGITS, 1)
        taken = {port.number for port in self._members.values()}
        free = [number for number in range(1, MOST_PORTS + 1) if number not in taken]
        wanted = int(asked) if asked.isdigit() and lines else -1
        number = free[0] if free and wanted == 0 else wanted if wanted in free else 0
        with suppress(OSError):
            connection.send(b"%d" % number, socket.MSG_NOSIGNAL)
        if number == 0:
            self._poll.unregister(descriptor)
            connection.close()
            for one in lines:
                os.close(one)
            return
        line = socket.socket(fileno=lines[0])
        line.setblocking(False)
        self._poll.register(line, select.POLLIN)
        self._members[descriptor] = self._ports[line.fileno()] = Port(number, connection, line)

    def _carry(self, port: Port) -> None:
        with suppress(OSError):
            for _turn in range(AT_ONCE):
                self._forward(port, port.line.recv(LONGEST))

    def _forward(self, source: Port, frame: bytes) -> None:
        receiver, sender = frame[:6], frame[6:12]
        if len(sender) < 6:
            return
        if not sender[0] & 1:
            # Put last: the first one of all is the one not seen for longest.
            self._addresses.pop(sender, None)
            self._addresses[sender] = source
            if len(self._addresses) > MOST_ADDRESSES:
                del self._addresses[next(iter(self._addresses))]
        known = self._addresses.get(receiver)
        for port in self._members.values() if known is None else (known,):
            if port is not source:
                with suppress(OSError):
                    port.line.send(frame)

    def _leave(self, descriptor: int) -> None:
        port = self._members.pop(descriptor)
        del self._ports[port.line.fileno()]
        for one in (port.membership, port.line):
            self._poll.unregister(one)
            one.close()
        self._addresses = {address: of for address, of in self._addresses.items() if of is not port}


def main(descriptor: int) -> None:
    """Serve at an inherited socket, confined, as a process that nobody has to wait for."""
    if os.fork():
        return
    sys.path.insert(0, str(Path(__file__).resolve().parents[3]))
    from tui.lab.supervise import confine  # noqa: PLC0415 (this script has no path of its own before)

    confine({})
    with socket.socket(fileno=descriptor) as listener:
        Switch(listener).serve()


if __name__ == "__main__":
    main(int(sys.argv[1]))
