"""Calls of iscsiadm, always narrowed to one record or one session, and what iscsid said meanwhile."""

import re

from tui.storage.host.interface import DEADLINE, ChangingHost, Command, Host
from tui.storage.iscsi.iscsiadm import Context, problem_of
from tui.storage.model.iscsi import Portal
from tui.storage.problem import CommandFailed, OutcomeUnknown
from tui.storage.untrusted import clean, clean_lines

DATABASE_DEADLINE = 45.0
"""Seconds for a call that changes the record database: iscsiadm waits up to 30 for its lock."""


def node(
    target: str,
    portal: Portal,
    iface: str,
    *rest: str,
    changes: bool = True,
    deadline: float = DEADLINE,
    with_group: bool = False,
) -> Command:
    """A call that concerns one node record and no other.

    Args:
        target: the target's name.
        portal: address and port.
        iface: name of the iface record.
        rest: what to do with it.
        changes: the call may change the host.
        deadline: seconds.
        with_group: name the portal group too, as a record that is made needs it.
    """
    group = f",{portal.tpgt}" if with_group and portal.tpgt is not None else ""
    where = ("-T", target, "-p", f"{portal.label}{group}", "-I", iface)
    return Command(("iscsiadm", "-m", "node", *where, *rest), deadline=deadline, changes=changes)


def session(sid: int, *rest: str, deadline: float = DEADLINE) -> Command:
    """A call that concerns one session and no other."""
    return Command(("iscsiadm", "-m", "session", "-r", str(sid), *rest), deadline=deadline, changes=True)


def discovery_record(
    kind: str, portal: Portal, *rest: str, changes: bool = True, deadline: float = DEADLINE
) -> Command:
    """A call that concerns one discovery record; `kind` as iscsiadm spells it: sendtargets, isns."""
    where = ("-t", kind, "-p", portal.label)
    return Command(("iscsiadm", "-m", "discoverydb", *where, *rest), deadline=deadline, changes=changes)


def carry_out(host: ChangingHost, command: Command, context: Context) -> None:
    """Run a call that must succeed.

    Raises:
        CommandFailed: it failed; cause and next step by its exit code.
        OutcomeUnknown: it did not end in time.
    """
    outcome = host.run(command)
    if outcome.status is None:
        raise OutcomeUnknown(problem_of(outcome, context))
    if not outcome.ok:
        raise CommandFailed(problem_of(outcome, context))


def daemon_lines(host: Host, since: float, target: str = "", portal: Portal | None = None) -> tuple[str, ...]:
    """What iscsid wrote into the journal since a moment, cleaned; empty where there is no journal.

    Args:
        host: the host.
        since: seconds since the epoch on that host.
        target: leave out lines that are about another target, since logins run side by side.
        portal: leave out lines of connections to another portal; iscsid names a connection's portal when it
            is up or shut down, and its number in the lines before.
    """
    command = Command(
        (
            "journalctl",
            "--unit=iscsid.service",
            f"--since=@{since:.3f}",
            "--output=cat",
            "--no-pager",
            "--quiet",
            "--lines=200",
        )
    )
    outcome = host.run(command)
    if not outcome.ok:
        return ()
    lines = clean_lines(outcome.stdout, most=200)
    strangers = {
        match[1]
        for match in map(_CONNECTION.search, lines)
        if match is not None and portal is not None and not _is_of(match[2], portal)
    }
    return tuple(
        line
        for line in lines
        if not (target and _names_another(line, clean(target)))
        and not strangers.intersection(_NUMBER.findall(line))
    )


def _is_of(logged: str, portal: Portal) -> bool:
    """Whether `ADDRESS,PORT` in a line of iscsid is a portal, however each is written."""
    address, _comma, port = logged.rpartition(",")
    return port.isdigit() and Portal(address, int(port)).is_same_place(portal)


_CONNECTION = re.compile(r"\bConnection(\d+):0 to \[target: \S+, portal: ([^\]]+)\]")
_NUMBER = re.compile(r"\b(?:[Cc]onnection|session ?)(\d+)\b")


def _names_another(line: str, target: str) -> bool:
    named = re.findall(r"\b(?:iqn|eui|naa)\.[0-9A-Za-z.:_-]+", line)
    return bool(named) and target not in named
