"""What the host and the agent inside a guest say to each other: one JSON object per line, both ways.

The same messages travel over the guest's serial line in both directions; bytes are base64 so that any output
survives. Standard library only, because the guest's end imports it too.
"""

import base64
import json
from collections.abc import Mapping

from msgspec import Struct
from msgspec.structs import asdict, fields


class Run(Struct, frozen=True):
    """Host to guest: start a command.

    Attributes:
        number: Names the command in every later message.
        argv: The program and its arguments.
        environment: Variables set besides those of the agent.
        folder: Where it starts.
        terminal: The guest device that becomes its controlling terminal; empty for pipes.
        rows: Height of that terminal in cells.
        columns: Width of that terminal in cells.
    """

    number: int
    argv: tuple[str, ...]
    environment: Mapping[str, str]
    folder: str
    terminal: str = ""
    rows: int = 0
    columns: int = 0


class Input(Struct, frozen=True):
    """Host to guest: bytes for a command's standard input; no bytes at all close it."""

    number: int
    data: bytes


class Resize(Struct, frozen=True):
    """Host to guest: the size, in cells, of a terminal device of the guest."""

    terminal: str
    rows: int
    columns: int


class Signal(Struct, frozen=True):
    """Host to guest: a signal for a command and its process group."""

    number: int
    signal: int


class Output(Struct, frozen=True):
    """Guest to host: bytes a command wrote; `stream` is 1 for standard output, 2 for standard error."""

    number: int
    stream: int
    data: bytes


class Ended(Struct, frozen=True):
    """Guest to host: a command ended; `status` is negative for the signal that ended it."""

    number: int
    status: int


class Refused(Struct, frozen=True):
    """Guest to host: a command could not be started."""

    number: int
    reason: str


class Ready(Struct, frozen=True):
    """Guest to host: systemd has started what it had to; `state` is its word for how that went."""

    state: str


class Taken(Struct, frozen=True):
    """Guest to host: that many bytes of the line were read, so as many more may be sent (see `WINDOW`)."""

    size: int


WINDOW = 2048
"""Most bytes on their way to the guest. Its kernel stops listening to a line for good once the line's buffer
of 4096 bytes has run full (it throttles the channel and does not find its way back)."""

Message = Run | Input | Resize | Signal | Output | Ended | Refused | Ready | Taken

_KINDS: dict[str, type[Message]] = {
    kind.__name__: kind for kind in (Run, Input, Resize, Signal, Output, Ended, Refused, Ready, Taken)
}


def encode(message: Message) -> bytes:
    """One message as the line that carries it, line end included."""
    values = asdict(message)
    if isinstance(message, (Input, Output)):
        values["data"] = base64.b64encode(message.data).decode("ascii")
    return json.dumps({"kind": type(message).__name__, **values}).encode("ascii") + b"\n"


def decode(line: bytes) -> Message:
    """The message a line carries.

    Raises:
        ValueError: When the line is not such a message.
    """
    values = json.loads(line)
    if not isinstance(values, dict) or values.get("kind") not in _KINDS:
        raise ValueError(f"not a lab message: {line[:80]!r}")
    kind = _KINDS[values.pop("kind")]
    if values.keys() != {field.name for field in fields(kind)}:
        raise ValueError(f"a lab message of a wrong shape: {line[:80]!r}")
    if "data" in values:
        values["data"] = base64.b64decode(values["data"], validate=True)
    if "argv" in values:
        values["argv"] = tuple(values["argv"])
    return kind(**values)
