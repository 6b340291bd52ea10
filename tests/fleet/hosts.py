"""Captured hosts by the dozen: recorded ones with other names, identities and moments, and large ones."""

import json
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from tests.storage.fake_tree import Disk, add_session, bare_host
from tests.test_import_hygiene import ROOT
from tui.fleet.compared import read_compared
from tui.recovery.gather import gather
from tui.storage.host.interface import Outcome
from tui.storage.host.recording import RecordingHost
from tui.storage.printing import json_text
from tui.storage.probe.inventory import take_inventory

MACHINES = ROOT / "tests" / "machines"
NOW = 1_796_000_000.0
"""The moment of every capture that is made here."""

MULTIPATH, SINGLE = "multipath-xfs", "single-path-ext4"
LUN = "naa.6001405d16f77073e8f52bf8b4899727"
TARGET = "iqn.2003-01.org.linux-iscsi.lab:t1"
CONF = "/etc/iscsi/iscsid.conf"


@cache
def recorded(fixture: str) -> str:
    """The text of a recorded host."""
    return (MACHINES / f"{fixture}.json").read_text()


def varied(
    fixture: str,
    name: str,
    words: Mapping[str, str] | None = None,
    change: Callable[[dict[str, Any]], None] = lambda _document: None,
    *,
    now: float = NOW,
) -> str:
    """A recorded host as another one: with a name, an initiator name and an interface of its own.

    Args:
        fixture: which one.
        name: of the host.
        words: what stands in place of some words of the capture, everywhere.
        change: changes the document.
        now: when it was captured.
    """
    text = recorded(fixture).replace(
        "iqn.1993-08.org.debian:01:344b2680a77", f"iqn.1993-08.org.debian:01:{name}"
    )
    for word, other in (words or {}).items():
        assert word in text
        text = text.replace(word, other)
    document: dict[str, Any] = json.loads(text)
    document |= {"name": name, "now": now}
    document["names"]["/sys/class/net"] = ["eth0"]
    document["read"]["/sys/class/net/eth0/address"] = "02:" + ":".join(
        f"{byte:02x}" for byte in name.encode()[-5:].rjust(5)
    )
    change(document)
    return json.dumps(document)


def run_of(document: dict[str, Any], argv: list[str], stdout: str) -> None:
    """Have a command of a captured host print something."""
    document["run"] = [one for one in document["run"] if one["argv"] != argv]
    outcome = {"status": 0, "stdout": stdout, "stderr": "", "seconds": 0.0}
    document["run"].append({"argv": argv, "outcome": outcome})


def large(name: str, number: int, luns: int = 20) -> str:
    """A host with two sessions and some LUNs of its own."""
    host = bare_host()
    host.name, host.clock = name, NOW
    host.files["/etc/iscsi/initiatorname.iscsi"] = f"InitiatorName=iqn.1993-08.org.debian:01:{name}\n"
    host.replies["ip",] = Outcome(1)
    disks = [
        Disk(f"sd{chr(ord('a') + place)}", place, wwid=f"naa.6001405{number % 25:09x}{place:016x}")
        for place in range(luns)
    ]
    add_session(host, 1, *disks, target=f"iqn.2003-01.org.example:t{number % 25}")
    add_session(host, 2, target=f"iqn.2003-01.org.example:t{number % 25}", address="198.51.100.10")
    recording = RecordingHost(host)
    for look in (take_inventory, gather, read_compared):
        look(recording)
    return json_text(recording.document(), 1, in_order=True)


def written(directory: Path, captures: Mapping[str, str]) -> Path:
    """A directory with captures, by the names of their hosts."""
    for name, text in captures.items():
        (directory / f"{name}.json").write_text(text)
    return directory
