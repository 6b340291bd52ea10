"""A second host with the initiator name of the first: logs in as open-iscsi would, and again when thrown out.

It runs in the guest, since there is no second kernel. What the target sees is what a cloned host shows it:
the same name and, where as many sessions were opened before, the same ISID. Such a login takes the place of
the first (session reinstatement, RFC 7143 6.3.5). It reads and writes nothing.
"""

import socket
import struct
import sys
import time

LOGIN, LOGIN_RESPONSE = 0x03, 0x23
IMMEDIATE, TRANSIT = 0x40, 0x80
SECURITY, OPERATIONAL, FULL = 0, 1, 3

OPERATION = {
    "HeaderDigest": "None",
    "DataDigest": "None",
    "DefaultTime2Wait": "2",
    "DefaultTime2Retain": "0",
    "ErrorRecoveryLevel": "0",
    "MaxConnections": "1",
    "InitialR2T": "No",
    "ImmediateData": "Yes",
    "MaxBurstLength": "262144",
    "FirstBurstLength": "65536",
    "MaxOutstandingR2T": "1",
    "DataPDUInOrder": "Yes",
    "DataSequenceInOrder": "Yes",
    "MaxRecvDataSegmentLength": "65536",
}

PAUSE = 2.0
"""Seconds that open-iscsi waits before it comes back (DefaultTime2Wait)."""


def login_request(isid: bytes, stage: int, following: int, expected: int, keys: dict[str, str]) -> bytes:
    """A login request (RFC 7143 11.12) with these keys."""
    data = b"".join(f"{key}={value}\0".encode() for key, value in keys.items())
    flags = TRANSIT | stage << 2 | following
    head = struct.pack(">BBBB", LOGIN | IMMEDIATE, flags, 0, 0) + struct.pack(">I", len(data))
    head += isid + struct.pack(">HIHHII16x", 0, 1, 0, 0, 1, expected)
    return head + data + bytes(-len(data) % 4)


def receive(connection: socket.socket, size: int) -> bytes:
    """So many bytes, or fewer at the end."""
    got = b""
    while len(got) < size:
        part = connection.recv(size - len(got))
        if not part:
            break
        got += part
    return got


def log_in(connection: socket.socket, name: str, target: str, isid: bytes) -> None:
    """Log in without CHAP.

    Raises:
        OSError: the target refuses or closes the connection.
    """
    session = {"InitiatorName": name, "TargetName": target, "SessionType": "Normal", "AuthMethod": "None"}
    expected = 0
    for stage, following, keys in ((SECURITY, OPERATIONAL, session), (OPERATIONAL, FULL, OPERATION)):
        connection.sendall(login_request(isid, stage, following, expected, keys))
        head = receive(connection, 48)
        wanted = (LOGIN_RESPONSE, TRANSIT | stage << 2 | following)
        if len(head) < 48 or (head[0], head[1]) != wanted or head[36]:
            raise OSError(f"login refused: {head.hex()}")
        size = int.from_bytes(head[5:8], "big")
        receive(connection, size + -size % 4)
        expected = int.from_bytes(head[24:28], "big") + 1


def stay(name: str, target: str, address: str, isid: bytes) -> None:
    """Log in, stay until thrown out, and come back, for ever; each login is a line of output."""
    while True:
        try:
            with socket.create_connection((address, 3260), timeout=10) as connection:
                log_in(connection, name, target, isid)
                sys.stdout.write("in\n")
                sys.stdout.flush()
                connection.settimeout(None)
                while connection.recv(65536):
                    pass
        except OSError as error:
            sys.stdout.write(f"{error}\n")
            sys.stdout.flush()
        time.sleep(PAUSE)


if __name__ == "__main__":
    stay(sys.argv[1], sys.argv[2], sys.argv[3], bytes.fromhex(sys.argv[4]))
