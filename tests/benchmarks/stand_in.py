"""A stand-in for iscsid: `iscsiadm -P 3` asks the daemon of every session, and waits a second where none is.

The real one needs the kernel's netlink of iSCSI and cannot run on a made-up tree. This one answers at once
that the session and its connection are well, which is the best that can happen to iscsiadm.
"""

import atexit
import socket
import struct
import subprocess
import sys

from tui.storage.probe.system.services import DAEMON_SOCKET_NAME

_COMMAND = struct.Struct("=i")
_ANSWER = struct.Struct("=iiii4096x")
"""iscsiadm_rsp_t (open-iscsi's usr/mgmt_ipc.h): command, error 0, two states, and the rest of its union."""
_NO_CHANGE, _LOGGED_IN = 0, 3
_REQUEST = 65536


def start_stand_in() -> None:
    """Start it in this network namespace; returns when it listens. It ends with this process."""
    argv = [sys.executable, "-m", "tests.benchmarks.stand_in"]
    child = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
    atexit.register(child.kill)
    if child.stdout is None or not child.stdout.readline():
        raise RuntimeError("The stand-in for iscsid did not start.")


def _serve() -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listening:
        listening.bind(f"\0{DAEMON_SOCKET_NAME}")
        listening.listen(64)
        print("ready", flush=True)
        while True:
            connection, _address = listening.accept()
            with connection:
                request = connection.recv(_REQUEST)
                if len(request) >= _COMMAND.size:
                    (command,) = _COMMAND.unpack_from(request)
                    connection.sendall(_ANSWER.pack(command, 0, _NO_CHANGE, _LOGGED_IN))


if __name__ == "__main__":
    _serve()
