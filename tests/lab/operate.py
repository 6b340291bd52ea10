"""Runs operations in a guest from a test: a script goes in by standard input, outcomes come back as JSON."""

import json
import signal
from weakref import WeakKeyDictionary

from msgspec import Struct

from tui.lab.channel import Channel, Running
from tui.lab.errors import LabError
from tui.lab.guest import Guest

IMPORTS = """
from tests.lab.guest_side import perform, tell
from tui.storage.iscsi.chap import NO_CHAP, ChapSettings
from tui.storage.iscsi.discovery import DiscoveryKind, NodeKey
from tui.storage.model.iscsi import Portal
from tui.storage.operations.iscsi.chap import SetDefaultChap, SetDiscoveryChap, SetRecordChap
from tui.storage.operations.iscsi.discovery import AddDiscoveryRecord, AddInterface, AddNodeRecord
from tui.storage.operations.iscsi.discovery import StoreDiscovered
from tui.storage.operations.iscsi.initiator import SetInitiatorName
from tui.storage.operations.multipath.maps import RemoveMultipathMap, CreateMultipathMap
from tui.storage.operations.iscsi.records import DeleteNodeRecord, RemoveStaleLock, SetRecordValues
from tui.storage.operations.services.prerequisites import EnableService, LoadModule, RestartDaemon
from tui.storage.operations.services.prerequisites import StartService
from tui.storage.operations.iscsi.sessions import ANY_SESSION, LogIn, LogOut
from tui.storage.secret import Secret
ST = DiscoveryKind.SENDTARGETS
"""


class Performed(Struct, frozen=True):
    """What became of one `perform` of a script.

    Attributes:
        stages: one word for every operation.
        codes: the problem of every operation, empty where there is none.
        evidence: the evidence of all problems, in one text.
        commands: the commands that changed something.
        lines: lines of progress.
        seen: processes whose command line or environment held a planted secret.
        looks: how often they were looked at.
        seconds: how long it took.
        journal: the text of the journal.
    """

    stages: list[str]
    codes: list[str]
    evidence: str
    commands: list[str]
    lines: list[str]
    seen: list[str]
    looks: int
    seconds: float
    journal: str


def operate(guest: Guest, script: str, timeout: float = 200.0) -> list[Performed]:
    """Run a script in a guest; what its calls of `perform` did, in order."""
    return [performed(told) for told in tell(guest, script, timeout) if "stages" in told]


def tell(guest: Guest, script: str, timeout: float = 200.0) -> list[dict[str, object]]:
    """Run a script in a guest; every JSON object that it printed."""
    output = run_script(guest, IMPORTS + script, timeout)
    return [json.loads(line) for line in output.splitlines() if line.startswith("{")]


_servers: WeakKeyDictionary[Channel, Running] = WeakKeyDictionary()
"""`tests.lab.side_server` of every guest that is up."""


def run_script(guest: Guest, script: str, timeout: float) -> str:
    """Run a Python script in a guest, in a process of its own; what it wrote.

    Raises:
        LabError: it ended with another status than 0; with what it wrote.
        TimeoutError: it took longer than `timeout` seconds and was killed.
    """
    server = _servers.get(guest.channel)
    if server is None:
        server = _servers[guest.channel] = guest.start(("python3", "-m", "tests.lab.side_server"))
    data = script.encode()
    server.give(b"%d\n%s" % (len(data), data))
    said = {1: bytearray(), 2: bytearray()}
    try:
        for output in server.outputs(timeout):
            said[output.stream] += output.data
            if said[1].endswith(b"\n"):
                break
    except TimeoutError:
        server.signal(signal.SIGKILL)
        del _servers[guest.channel]
        raise
    if not said[1]:
        del _servers[guest.channel]
        raise LabError(said[2].decode())
    told = json.loads(said[1])
    if told["status"] != 0:
        raise LabError(f"status {told['status']}\n{told['output']}\n{told['errors']}")
    return str(told["output"])


def performed(told: dict[str, object]) -> Performed:
    """One object that `perform` printed."""
    problems = told["problems"]
    assert isinstance(problems, list)
    return Performed(
        stages=_texts(told["stages"]),
        codes=[problem["code"] if problem else "" for problem in problems],
        evidence="\n".join(line for problem in problems if problem for line in problem["evidence"]),
        commands=_texts(told["commands"]),
        lines=_texts(told["lines"]),
        seen=_texts(told["seen"]),
        looks=int(str(told["looks"])),
        seconds=float(str(told["seconds"])),
        journal=str(told["journal"]),
    )


def _texts(value: object) -> list[str]:
    assert isinstance(value, list)
    return [str(item) for item in value]
