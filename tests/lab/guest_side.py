"""Runs operations inside a guest with the real executor, and prints what became of them as JSON.

Tests send a script that ends in `perform(…)` to `python3 -`, so that secrets reach the guest by standard
input and stand on no command line. While the operations run, the command lines and environments of all
processes are watched for planted secrets.
"""

import json
import os
import sys
import tempfile
import threading
import time
from pathlib import Path

from msgspec.structs import asdict

from tui.storage.changing.executor import execute
from tui.storage.changing.journal import Journal
from tui.storage.changing.plan import Plan, Step
from tui.storage.host.command_log import CommandLogHost
from tui.storage.host.local import LocalHost
from tui.storage.iscsi.discovery import DiscoveryKind, discover
from tui.storage.model.iscsi import Portal
from tui.storage.operations.operation import Operation
from tui.storage.probe.inventory import take_inventory


class Watch:
    """Looks for secrets in /proc/*/cmdline and /proc/*/environ as long as the block runs."""

    def __init__(self, secrets: tuple[str, ...]) -> None:
        self._secrets = [secret.encode() for secret in secrets]
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self.seen: list[str] = []
        self.looks = 0

    def __enter__(self) -> "Watch":
        if self._secrets:
            self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._ended.set()
        if self._secrets:
            self._thread.join()

    def _watch(self) -> None:
        while not self._ended.wait(0.01):
            self.looks += 1
            for process in os.listdir("/proc"):  # noqa: PTH208 (in a guest every call counts)
                if process.isdigit() and int(process) != os.getpid():
                    self._look(process)

    def _look(self, process: str) -> None:
        for name in ("cmdline", "environ"):
            try:
                content = Path(f"/proc/{process}/{name}").read_bytes()
            except OSError:
                continue
            if any(secret in content for secret in self._secrets):
                self.seen.append(f"{process} {name}")


def tell(
    address: str,
    port: int = 3260,
    kind: DiscoveryKind = DiscoveryKind.SENDTARGETS,
    ifaces: tuple[str, ...] = (),
) -> None:
    """Ask a portal, and print what it told."""
    host = LocalHost()
    portal = Portal(address, port)
    begun = time.monotonic()
    found = discover(host, take_inventory(host), kind, portal, ifaces)
    told = {
        "found": {f"{one.target} {one.portal.address}": one.standing.value for one in found.found},
        "notes": [one.note for one in found.found],
        "code": found.problem.code if found.problem else "",
        "seconds": round(time.monotonic() - begun, 1),
    }
    sys.stdout.write(json.dumps(told) + "\n")


def perform(*operations: Operation, together: bool = False, watch: tuple[str, ...] = ()) -> None:
    """Carry out a plan of these operations and print the outcome."""
    host = CommandLogHost(LocalHost())
    plan = Plan("test", operations, together)
    folder = Path(tempfile.mkdtemp(prefix="journal-"))
    journal = Journal.open(plan, folder)
    lines: list[str] = []

    def listen(step: Step) -> None:
        if step.line:
            lines.append(step.line)

    begun = time.monotonic()
    with Watch(watch) as watched:
        result = execute(plan, host, journal, listen)
    told = json.dumps(
        {
            "stages": [stage.value for stage in result.stages],
            "problems": [asdict(problem) if problem else None for problem in result.problems],
            "commands": [ran.command.shown for ran in host.ran(changes_only=True)],
            "outcomes": [ran.outcome.status for ran in host.ran(changes_only=True)],
            "lines": lines,
            "shown": [line for operation in operations for line in operation.shown()],
            "seen": watched.seen,
            "looks": watched.looks,
            "seconds": round(time.monotonic() - begun, 1),
            "journal": journal.path.read_text(),
        }
    )
    sys.stdout.write(told + "\n")
