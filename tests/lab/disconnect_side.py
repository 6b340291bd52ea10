"""Disconnects and reconnects inside a guest with the real plans and executor, for scripts that run in it.

As a program (`python3 -m tests.lab.disconnect_side TARGET`) it disconnects a target, killed at every boundary
of the journal and started again to carry on (`tests.lab.killed_setup`).
"""

import json
import os
import sys
import threading

from msgspec.structs import asdict

from tests.lab.killed_setup import MOST_STARTS, start_until_it_ends
from tui.maintenance.dependents import Subject, subject_of, subject_of_target
from tui.maintenance.disconnect import propose
from tui.maintenance.disconnect_seen import AboutUsers, AtBoot, Choices, Seen, see, see_users
from tui.maintenance.proposal import Proposal
from tui.maintenance.reconnect import disconnected, propose_reconnect
from tui.storage.changing.journal import Journal, Origin
from tui.storage.changing.run_plan import carry_on, carry_out
from tui.storage.changing.watcher import Unwatched
from tui.storage.host.command_log import CommandLogHost
from tui.storage.host.local import LocalHost
from tui.storage.operations.mounts.release import keeps_hold
from tui.storage.probe.inventory import take_inventory
from tui.storage.stacks.rung import RungKind
from tui.storage.stacks.stack import stacks

__all__ = [
    "HOST",
    "TARGET",
    "AboutUsers",
    "AtBoot",
    "Choices",
    "RungKind",
    "Seen",
    "disconnect",
    "keeps_hold",
    "of_rung",
    "play",
    "propose",
    "reconnect",
    "see",
    "see_users",
    "subject_of_target",
    "take_inventory",
]

TARGET = "iqn.2003-01.org.linux-iscsi.lab:t1"
HOST = CommandLogHost(LocalHost())


def of_rung(kind: RungKind, name: str) -> Subject:
    """The subject that the rung of that kind and name means; of a LUN its number."""
    inventory = take_inventory(HOST)
    rungs = [rung for stack in stacks(inventory) for rung in stack.rungs]
    rung = next(one for one in rungs if one.kind is kind and one.name == name)
    subject = subject_of(rung, inventory)
    assert subject is not None, rung
    return subject


def disconnect(subject: Subject, choices: Choices | None = None) -> bool:
    """Disconnect, print what became of it, and say whether it went well."""
    seen = see(HOST, subject)
    return play(propose(seen, subject, choices), tuple(one.command for one in seen.users.processes))


def reconnect() -> bool:
    """Put back what was disconnected last."""
    return play(propose_reconnect(disconnected(HOST)[0]), ())


def play(proposal: Proposal, users: tuple[str, ...]) -> bool:
    """Carry a proposal out unless it is refused, and print the outcome."""
    before = len(HOST.ran(changes_only=True))
    ending = None
    if proposal.refusal is None:
        ending = carry_out(proposal.plan, HOST, Unwatched(), threading.Event(), origin=Origin.CONSOLE)
        if not ending.ok and ending.journal is not None:
            ending.journal.abandon()
    problem = proposal.refusal or (ending.problem if ending is not None else None)
    told = {
        "titles": [one.title() for one in proposal.plan.operations],
        "stages": [stage.value for stage in ending.result.stages] if ending and ending.result else [],
        "problem": asdict(problem) if problem is not None else None,
        "commands": [ran.command.shown for ran in HOST.ran(changes_only=True)[before:]],
        "notes": list(proposal.notes),
        "users": list(users),
        "ok": ending is not None and ending.ok,
    }
    sys.stdout.write(json.dumps(told) + "\n")
    return bool(told["ok"])


def main() -> int:
    """Carry on what was interrupted, or begin."""
    journal = Journal.unfinished()
    if journal is not None:
        ending = carry_on(journal, journal.plan(), HOST, Unwatched(), threading.Event())
    elif sys.argv[1] == "reconnect":
        ending = carry_out(
            propose_reconnect(disconnected(HOST)[0]).plan, HOST, Unwatched(), threading.Event()
        )
    else:
        subject = subject_of_target(sys.argv[1])
        choices = Choices(AboutUsers.END_PROCESSES, AtBoot.OFF, 10)
        ending = carry_out(
            propose(see(HOST, subject), subject, choices).plan, HOST, Unwatched(), threading.Event()
        )
    if ending.problem is not None:
        sys.stderr.write(f"{ending.problem}\n")
    return 0 if ending.ok else 1


if __name__ == "__main__":
    os.chdir("/")
    raise SystemExit(start_until_it_ends(main, MOST_STARTS))
