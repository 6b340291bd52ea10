"""Makes a session of the kernel and ends before it has named it, as an iscsid does that dies in the middle.

It sends what iscsid sends first at a login, CREATE_SESSION by netlink (the kernel's include/scsi/iscsi_if.h);
the name of the target would come a few messages later, by SET_PARAM.
"""

import os
import socket
import struct
import sys
from pathlib import Path

NETLINK_ISCSI = 8
CREATE_SESSION = 11
"""ISCSI_UEVENT_CREATE_SESSION: UEVENT_BASE + 1."""

REQUEST = 1
"""NLM_F_REQUEST of netlink(7)."""

COMMANDS, DEPTH = 128, 32
"""node.session.cmds_max and queue_depth, as records have them."""


def create() -> str:
    """The answer of the kernel, in hexadecimal digits."""
    handle = int(Path("/sys/class/iscsi_transport/tcp/handle").read_text())
    # struct iscsi_uevent: type, error, transport; initial_cmdsn, cmds_max, queue_depth; room for the answer.
    event = struct.pack("=IIQIHH", CREATE_SESSION, 0, handle, 1, COMMANDS, DEPTH) + bytes(64)
    head = struct.pack("=IHHII", 16 + len(event), CREATE_SESSION, REQUEST, 0, os.getpid())
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_ISCSI) as line:
        line.bind((os.getpid(), 0))
        line.sendto(head + event, (0, 0))
        return line.recv(4096).hex()


if __name__ == "__main__":
    sys.stdout.write(create() + "\n")
