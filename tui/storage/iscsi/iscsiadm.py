"""What the exit codes of iscsiadm mean, in words.

The codes are those of open-iscsi's include/iscsi_err.h (2.1.8; unchanged up to 2.1.11).
"""

import re
from enum import IntEnum, StrEnum

from msgspec import Struct

from tui.storage.host.interface import Outcome
from tui.storage.model.iscsi import Portal
from tui.storage.problem import Problem
from tui.storage.untrusted import clean, clean_lines
from tui.words import marked, translate as _

MISSING = 127
"""Status of a command whose program is not installed."""


class ExitCode(IntEnum):
    """How iscsiadm ended."""

    SUCCESS = 0
    GENERIC = 1
    SESSION_NOT_FOUND = 2
    NO_MEMORY = 3
    TRANSPORT = 4
    LOGIN = 5
    DATABASE = 6
    INVALID = 7
    TRANSPORT_TIMEOUT = 8
    INTERNAL = 9
    LOGOUT = 10
    PDU_TIMEOUT = 11
    TRANSPORT_NOT_FOUND = 12
    ACCESS = 13
    TRANSPORT_CAPABILITIES = 14
    SESSION_EXISTS = 15
    INVALID_REQUEST = 16
    ISNS_UNAVAILABLE = 17
    DAEMON_CONVERSATION = 18
    FATAL_LOGIN = 19
    DAEMON_NOT_CONNECTED = 20
    NO_OBJECTS_FOUND = 21
    SYSFS_LOOKUP = 22
    HOST_NOT_FOUND = 23
    LOGIN_AUTHORIZATION = 24
    ISNS_QUERY = 25
    ISNS_REGISTRATION = 26
    NOT_SUPPORTED = 27
    BUSY = 28
    AGAIN = 29
    UNKNOWN_DISCOVERY_TYPE = 30
    CHILD_TERMINATED = 31
    SESSION_NOT_CONNECTED = 32
    REQUEST_TIMEOUT = 33


class Action(StrEnum):
    """What iscsiadm was asked for; the same code can mean different things."""

    DISCOVERY = "discovery"
    LOGIN = "login"
    LOGOUT = "logout"
    RECORD = "record"


class Context(Struct, frozen=True):
    """What was attempted, for the words of a problem.

    Attributes:
        action: what iscsiadm was asked for.
        target: the target's name, or empty.
        portal: where, or None.
        field: the answer that is at fault if something is wrong, or empty.
    """

    action: Action
    target: str = ""
    portal: Portal | None = None
    field: str = ""

    @property
    def place(self) -> str:
        """The portal as people read it."""
        return clean(self.portal.label) if self.portal is not None else _("the portal")

    @property
    def name(self) -> str:
        """The target as people read it; in discovery, where there is none yet, the portal."""
        return clean(self.target) if self.target else self.place


def problem_of(outcome: Outcome, context: Context, daemon: tuple[str, ...] = ()) -> Problem:
    """What a failed call of iscsiadm means, in words.

    Args:
        outcome: how it ended; not with success.
        context: what was attempted.
        daemon: what iscsid wrote meanwhile (`daemon_lines`); it distinguishes what has one code.
    """
    evidence = (*clean_lines(outcome.stderr, most=6), *_about_connections(daemon))
    name, words = _meaning(outcome, context, "\n".join((outcome.stderr, *daemon)))
    names = {"target": context.name, "portal": context.place, "seconds": round(outcome.seconds)}
    return Problem(
        f"{context.action.value}.{name}",
        _(words.summary).format(**names, status=outcome.status),
        _(words.cause),
        _(words.remedy).format(**names),
        context.field,
        evidence,
    )


class _Words(Struct, frozen=True):
    """Sentences for a failure, with `{target}` and `{portal}` of its context to be filled in."""

    summary: str
    cause: str = ""
    remedy: str = ""


def _about_connections(daemon: tuple[str, ...], most: int = 6) -> tuple[str, ...]:
    """The newest lines of iscsid that are about a connection, repeats left out."""
    lines = [line for line in daemon if re.search(r"conn|login|auth|target|session", line, re.IGNORECASE)]
    return tuple(dict.fromkeys(lines))[-most:]


def _meaning(outcome: Outcome, context: Context, said: str) -> tuple[str, _Words]:
    if outcome.status is None:
        silent = context.action is Action.DISCOVERY
        return "deadline", _WORDS[ExitCode.PDU_TIMEOUT] if silent else _DEADLINE
    if outcome.status == MISSING:
        return "no-iscsiadm", _NO_ISCSIADM
    try:
        code = ExitCode(outcome.status)
    except ValueError:
        return "unknown", _UNKNOWN
    return _distinguished(code, context, said) or (code.name.lower().replace("_", "-"), _words(code, context))


def _distinguished(code: ExitCode, context: Context, said: str) -> tuple[str, _Words] | None:
    """Codes that stand for several things, by what iscsiadm or iscsid said."""
    if code is ExitCode.LOGIN_AUTHORIZATION:
        return _authorization(context, said.lower())
    if code is ExitCode.FATAL_LOGIN and _is_mutual(said):
        return "mutual", _MUTUAL
    if code is ExitCode.FATAL_LOGIN and "target not found" in said:
        return "no-such-target", _NO_SUCH_TARGET
    if code is ExitCode.DATABASE and re.search(r"\block\b|Could not lock", said):
        return "database-locked", _DATABASE_LOCKED
    return None


def _is_mutual(said: str) -> bool:
    return re.search(r"incorrect CHAP response|authentication failed with target", said) is not None


def _authorization(context: Context, said: str) -> tuple[str, _Words]:
    """Code 24: status 0201 (authentication) or 0202 (authorization), by what iscsiadm or iscsid said.

    Discovery speaks of authorization in both cases. Logins run side by side and the lines of iscsid name no
    target: where both are said there, neither is claimed.
    """
    forbidden = "failed authorization" in said
    unproved = "failed authentication" in said or "failed to authenticate" in said
    asks = context.action is Action.DISCOVERY
    if unproved and asks:
        forbidden = False
    if forbidden and not unproved:
        return "access-list", _NOT_IN_ACL
    if unproved and not forbidden:
        return "authentication", _DISCOVERY_CHAP if asks else _LOGIN_CHAP
    return "authorization", _DISCOVERY_REFUSED if asks else _LOGIN_REFUSED


def _words(code: ExitCode, context: Context) -> _Words:
    if code is ExitCode.NO_OBJECTS_FOUND:
        if context.action is Action.DISCOVERY and context.portal is None:
            return _NO_FIRMWARE_TARGET
        return _NOTHING_FOUND[context.action]
    if code is ExitCode.SESSION_EXISTS and context.action is Action.RECORD:
        return _RECORD_IN_USE
    return _WORDS[code]


_CHECK_PORTAL = marked("Check the address and port, and whether the storage and the network between are up.")
_RESTART_ISCSID = marked("Check `systemctl status iscsid` and restart it.")
_CHECK_CHAP = marked("Enter user and secret again; discovery and login have separate secrets.")
_DIFFERENT_CHAP = marked(
    "They differ from those on the storage, or the storage requires CHAP and none is set here."
)
_CHAP_OR_ACL = marked("Either the CHAP user or secret is wrong, or the initiator is not in the ACL.")
_CHECK_CHAP_FIRST = marked("Check the secret first, then ask the storage administrator about the ACL.")
_READ_LINES = marked("Read the lines below.")

_DEADLINE = _Words(
    marked("iscsiadm did not answer within {seconds} seconds and was terminated."),
    marked("iscsid may be stuck, and may still carry out the request."),
    marked("Check the sessions before you retry: the request may have taken effect."),
)
_NO_ISCSIADM = _Words(
    marked("The program iscsiadm is not installed."),
    remedy=marked("Install the package open-iscsi (on Red Hat: iscsi-initiator-utils)."),
)
_UNKNOWN = _Words(
    marked("iscsiadm ended with status {status}, which is not one of its exit codes."),
    marked("It was killed, or this program does not know its version."),
    marked("Read the lines below and retry."),
)
_MUTUAL = _Words(
    marked("{target} failed to authenticate itself: its response to mutual CHAP is wrong."),
    marked("The target's own user or secret here differs from what is set on the storage."),
    marked("Enter the target's secret again, or ask the storage administrator for it."),
)
_NO_SUCH_TARGET = _Words(
    marked("{portal} does not offer the target {target}."),
    marked("It was removed or renamed, or this portal does not offer it."),
    marked("Ask the portal again (Discover), then choose from what it offers now."),
)
_DATABASE_LOCKED = _Words(
    marked("The record database is locked."),
    marked("Another iscsiadm is running, or one was killed and left its lock file."),
    marked("Wait a minute and retry; if it stays locked, remove the stale lock."),
)
_NOT_IN_ACL = _Words(
    marked("{target} does not authorize this initiator."),
    marked("This host's initiator name is not in the target's ACL."),
    marked("Give the initiator name to the storage administrator, or correct the name here."),
)
_LOGIN_CHAP = _Words(
    marked("{target} does not accept this host's CHAP user and secret."), _DIFFERENT_CHAP, _CHECK_CHAP
)
_DISCOVERY_CHAP = _Words(
    marked("{portal} does not accept the CHAP user and secret for discovery."), _DIFFERENT_CHAP, _CHECK_CHAP
)
_LOGIN_REFUSED = _Words(marked("{target} refused this host."), _CHAP_OR_ACL, _CHECK_CHAP_FIRST)
_DISCOVERY_REFUSED = _Words(
    marked("{portal} refused to list its targets to this host."), _CHAP_OR_ACL, _CHECK_CHAP_FIRST
)
_RECORD_IN_USE = _Words(
    marked("The record is in use by a session."), remedy=marked("Log out of {target} at {portal} first.")
)
_NO_FIRMWARE_TARGET = _Words(
    marked("This machine's firmware lists no target."),
    marked("It was not booted from iSCSI, or its network adapter has no boot table for the system (iBFT)."),
    marked("Ask a portal of the storage instead (SendTargets)."),
)
_NO_RECORD = _Words(
    marked("There is no record of {target} at {portal}."),
    remedy=marked("Ask the portal again (Discover) to create one."),
)
_NOTHING_FOUND = {
    Action.DISCOVERY: _Words(
        marked("{portal} answers, but lists no target for this host."),
        marked("This initiator is not in its ACL, or it has no target yet."),
        marked("Give the initiator name to the storage administrator."),
    ),
    Action.LOGOUT: _Words(
        marked("iscsiadm found no such session."),
        marked("It has ended, or iscsid cannot be reached: iscsiadm reports the same for both."),
        marked("Check the sessions again, and whether iscsid is running."),
    ),
    Action.LOGIN: _NO_RECORD,
    Action.RECORD: _NO_RECORD,
}
_ISNS_REFUSED = _Words(
    marked("The iSNS server at {portal} refused the request."),
    marked("This host may not be registered there, or is not in any discovery domain."),
    marked("Ask the storage administrator, or ask the portals directly (SendTargets)."),
)

_WORDS = {
    ExitCode.SUCCESS: _Words(
        marked("iscsiadm reported success, but the change is not visible."), remedy=_RESTART_ISCSID
    ),
    ExitCode.GENERIC: _Words(
        marked("iscsiadm failed without giving a reason."),
        marked("It was interrupted, or there is a stray file in the record database."),
        marked("Read the lines below and retry."),
    ),
    ExitCode.SESSION_NOT_FOUND: _Words(
        marked("iscsid does not know this session."),
        marked("It has ended, or iscsid was restarted and has not adopted it."),
        marked("Check the sessions again; restarting iscsid makes it adopt existing sessions."),
    ),
    ExitCode.NO_MEMORY: _Words(
        marked("iscsiadm ran out of memory."), remedy=marked("Free some memory on this host and retry.")
    ),
    ExitCode.TRANSPORT: _Words(
        marked("{portal} does not accept a connection."),
        marked("Nothing listens there, or a firewall rejects it."),
        _CHECK_PORTAL,
    ),
    ExitCode.LOGIN: _Words(
        marked("The login to {target} failed."),
        marked("The target responded, but did not accept a session."),
        marked("Read the lines below; the target's own log may say more."),
    ),
    ExitCode.DATABASE: _Words(
        marked("The record database could not be read or written."),
        marked("Its file system is full or read-only, or a record is damaged."),
        marked("Check the directory of the records and the free space there."),
    ),
    ExitCode.INVALID: _Words(
        marked("iscsiadm rejected the request."),
        marked("The record does not exist, or this version does not know an option."),
        _READ_LINES,
    ),
    ExitCode.TRANSPORT_TIMEOUT: _Words(
        marked("The connection to {portal} timed out."),
        marked("The storage or the network between is down, or a firewall drops the packets."),
        _CHECK_PORTAL,
    ),
    ExitCode.INTERNAL: _Words(
        marked("iscsid or the kernel could not carry out the request."),
        marked("Another request for the same session was still running, or the kernel refused it."),
        marked("Wait a few seconds and retry; the kernel log may say more."),
    ),
    ExitCode.LOGOUT: _Words(
        marked("The logout from {target} failed."),
        marked("The target did not respond."),
        marked("Check the session's state and retry."),
    ),
    ExitCode.PDU_TIMEOUT: _Words(
        marked("{portal} accepts connections but does not answer as an iSCSI target."),
        marked("Something else listens on that port, or the storage is overloaded."),
        _CHECK_PORTAL,
    ),
    ExitCode.TRANSPORT_NOT_FOUND: _Words(
        marked("The kernel module for this transport is not loaded."),
        marked("iscsi_tcp is not loaded, or is missing for the running kernel (updated, not rebooted)."),
        marked("Load the module iscsi_tcp; if that fails, reboot into the installed kernel."),
    ),
    ExitCode.ACCESS: _Words(
        marked("iscsid accepts requests from root only."), remedy=marked("Run the program as root.")
    ),
    ExitCode.TRANSPORT_CAPABILITIES: _Words(
        marked("The transport of this iface does not support that."),
        remedy=marked("Choose the iface default, or one with the transport tcp."),
    ),
    ExitCode.SESSION_EXISTS: _Words(
        marked("A session to {target} at {portal} already exists."),
        remedy=marked("Nothing needs to be done."),
    ),
    ExitCode.INVALID_REQUEST: _Words(
        marked("iscsid did not understand the request."),
        marked("iscsiadm and the running iscsid have different versions (an update without a restart)."),
        _RESTART_ISCSID,
    ),
    ExitCode.ISNS_UNAVAILABLE: _Words(
        marked("This open-iscsi was built without iSNS."),
        remedy=marked("Ask the portals directly (SendTargets) instead."),
    ),
    ExitCode.DAEMON_CONVERSATION: _Words(
        marked("iscsid closed the connection to iscsiadm."),
        marked("It has probably crashed."),
        _RESTART_ISCSID,
    ),
    ExitCode.FATAL_LOGIN: _Words(
        marked("{target} refused the login permanently."),
        marked("This portal does not offer the target, or the two sides have no login method in common."),
        marked("Read the lines below; ask the portal again (Discover) and check CHAP."),
    ),
    ExitCode.DAEMON_NOT_CONNECTED: _Words(
        marked("iscsid cannot be reached."), marked("It is not running."), marked("Start iscsid.service.")
    ),
    ExitCode.SYSFS_LOOKUP: _Words(
        marked("The session's entry in sysfs could not be read."),
        marked("The session is ending, or has no target name."),
        marked("Check the sessions again in a few seconds."),
    ),
    ExitCode.HOST_NOT_FOUND: _Words(
        marked("The host of {portal} was not found."),
        marked("The name does not resolve, or the iface is bound to a network interface that is gone."),
        marked("Use the portal's IP address, and check the iface."),
    ),
    ExitCode.ISNS_QUERY: _ISNS_REFUSED,
    ExitCode.ISNS_REGISTRATION: _ISNS_REFUSED,
    ExitCode.NOT_SUPPORTED: _Words(
        marked("This open-iscsi or the storage does not support the request."), remedy=_READ_LINES
    ),
    ExitCode.BUSY: _Words(
        marked("The session is in use, and iscsid is configured not to log out such sessions (safe_logout)."),
        remedy=marked("Unmount its disks first."),
    ),
    ExitCode.AGAIN: _Words(
        marked("iscsid is busy with another request."), remedy=marked("Retry in a few seconds.")
    ),
    ExitCode.UNKNOWN_DISCOVERY_TYPE: _Words(
        marked("This open-iscsi does not know that discovery method."), remedy=marked("Use SendTargets.")
    ),
    ExitCode.CHILD_TERMINATED: _Words(
        marked("A child process of iscsiadm was terminated."),
        marked("It was killed, or memory ran out."),
        marked("Check the kernel log, then retry."),
    ),
    ExitCode.SESSION_NOT_CONNECTED: _Words(
        marked("The session to {target} is not connected, so it cannot be logged out now."),
        marked("iscsid is trying to reconnect."),
        marked("Bring the target back, or wait until iscsid stops retrying."),
    ),
    ExitCode.REQUEST_TIMEOUT: _Words(
        marked("iscsid did not answer in time."), marked("It may be stuck in the kernel."), _RESTART_ISCSID
    ),
}
"""What each code means. Absent are those whose meaning depends on what was attempted or said."""
