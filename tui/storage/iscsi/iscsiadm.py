"""What the exit codes of iscsiadm mean, in words.

The codes are those of open-iscsi's include/iscsi_err.h (2.1.8; unchanged up to 2.1.11).
"""

import re
from dataclasses import dataclass
from enum import IntEnum, StrEnum

from tui.storage.host.interface import Outcome
from tui.storage.model.iscsi import Portal
from tui.storage.problem import Problem
from tui.storage.untrusted import clean, clean_lines
from tui.words import translate as _

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


@dataclass(frozen=True, slots=True)
class Context:
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
        daemon: what iscsid wrote meanwhile (`daemon_lines`); it tells apart what has one code.
    """
    evidence = (*clean_lines(outcome.stderr, most=6), *_telling(daemon))
    name, words = _meaning(outcome, context, "\n".join((outcome.stderr, *daemon)))
    return Problem(
        f"{context.action.value}.{name}", words.summary, words.cause, words.remedy, context.field, evidence
    )


@dataclass(frozen=True, slots=True)
class _Words:
    summary: str
    cause: str = ""
    remedy: str = ""


def _telling(daemon: tuple[str, ...], most: int = 6) -> tuple[str, ...]:
    """The newest lines of iscsid that are about a connection, repeats left out."""
    lines = [line for line in daemon if re.search(r"conn|login|auth|target|session", line, re.IGNORECASE)]
    return tuple(dict.fromkeys(lines))[-most:]


def _meaning(outcome: Outcome, context: Context, said: str) -> tuple[str, _Words]:
    if outcome.status is None and context.action is Action.DISCOVERY:
        return "deadline", _words(ExitCode.PDU_TIMEOUT, context)
    if outcome.status is None:
        return "deadline", _Words(
            _("iscsiadm gave no answer in {seconds} seconds and was ended.").format(
                seconds=round(outcome.seconds)
            ),
            _("iscsid may be stuck, and may still carry on with the request by itself."),
            _("Look at the sessions before trying again: the request may have taken effect."),
        )
    if outcome.status == MISSING:
        return "no-iscsiadm", _Words(
            _("The program iscsiadm is not installed."),
            remedy=_("Install the package open-iscsi (on Red Hat: iscsi-initiator-utils)."),
        )
    try:
        code = ExitCode(outcome.status)
    except ValueError:
        return "unknown", _Words(
            _("iscsiadm ended with status {status}, which is none of its codes.").format(
                status=outcome.status
            ),
            _("It was ended by somebody, or it is a version this program does not know."),
            _("Read the lines below and try again."),
        )
    told = _told_apart(code, context, said)
    if told is not None:
        return told
    return code.name.lower().replace("_", "-"), _words(code, context)


def _told_apart(code: ExitCode, context: Context, said: str) -> tuple[str, _Words] | None:
    """Codes that stand for several things, by what iscsiadm or iscsid said."""
    if code is ExitCode.LOGIN_AUTHORIZATION:
        return _authorization(context, said.lower())
    if code is ExitCode.FATAL_LOGIN and _is_mutual(said):
        return "mutual", _Words(
            _("{target} could not prove itself: its answer to mutual CHAP is wrong.").format(
                target=context.name
            ),
            _("The target's own user or secret here differs from what is set on the storage."),
            _("Type the target's secret again, or ask the storage administrator for it."),
        )
    if code is ExitCode.FATAL_LOGIN and "target not found" in said:
        return "no-such-target", _Words(
            _("{portal} knows no target {target}.").format(portal=context.place, target=context.name),
            _("It was removed or renamed, or this portal does not offer it."),
            _("Ask the portal again (Discover), then choose from what it offers now."),
        )
    if code is ExitCode.DATABASE and re.search(r"\block\b|Could not lock", said):
        return "database-locked", _Words(
            _("The record database is locked."),
            _("Another iscsiadm is at work, or one was killed and left its lock behind."),
            _("Wait a minute and try again; if it stays so, remove the stale lock."),
        )
    return None


def _is_mutual(said: str) -> bool:
    return re.search(r"incorrect CHAP response|authentication failed with target", said) is not None


def _authorization(context: Context, said: str) -> tuple[str, _Words]:
    """Code 24: status 0201 (who are you) or 0202 (you may not), told apart by what iscsiadm or iscsid said.

    Discovery speaks of authorization in both cases. Logins run side by side and the lines of iscsid name no
    target: where both are said there, neither is claimed.
    """
    forbidden = "failed authorization" in said
    unproved = "failed authentication" in said or "failed to authenticate" in said
    if unproved and context.action is Action.DISCOVERY:
        forbidden = False
    if forbidden and not unproved:
        return "access-list", _Words(
            _("{target} does not let this host in.").format(target=context.name),
            _("This host's iSCSI name is not on the target's access list (ACL)."),
            _("Give the initiator name to the storage administrator, or correct the name here."),
        )
    if unproved and not forbidden:
        return "authentication", _Words(
            _("{target} does not accept this host's CHAP user and secret.").format(target=context.name)
            if context.action is not Action.DISCOVERY
            else _("{portal} does not accept the CHAP user and secret for discovery.").format(
                portal=context.place
            ),
            _("They differ from what is set on the storage, or the storage wants CHAP and none is set here."),
            _("Type user and secret again; discovery and login have secrets of their own."),
        )
    return "authorization", _Words(
        _("{target} refused this host.").format(target=context.name)
        if context.action is not Action.DISCOVERY
        else _("{portal} refused to tell its targets to this host.").format(portal=context.place),
        _("Either the CHAP user or secret is wrong, or the initiator name is not on the access list."),
        _("Check the secret first, then ask the storage administrator about the access list."),
    )


def _words(code: ExitCode, context: Context) -> _Words:
    portal, target = context.place, context.name
    check_portal = _("Check address and port, and whether the storage and the network between are up.")
    restart = _("See how it is doing with systemctl status iscsid, and restart it.")
    match code:
        case ExitCode.SUCCESS:
            return _Words(_("iscsiadm reported success, but the change is not there."), remedy=restart)
        case ExitCode.GENERIC:
            return _Words(
                _("iscsiadm failed without saying why."),
                _("It was interrupted, or a stray file lies in the record database."),
                _("Read the lines below and try again."),
            )
        case ExitCode.SESSION_NOT_FOUND:
            return _Words(
                _("iscsid does not know this session."),
                _("It was ended meanwhile, or iscsid was restarted and has not taken it over."),
                _("Look at the sessions again; restarting iscsid makes it adopt those that are left."),
            )
        case ExitCode.NO_MEMORY:
            return _Words(_("iscsiadm got no memory."), remedy=_("Free memory on this host and try again."))
        case ExitCode.TRANSPORT:
            return _Words(
                _("{portal} does not take a connection.").format(portal=portal),
                _("Nothing listens there, or a firewall refuses it."),
                check_portal,
            )
        case ExitCode.LOGIN:
            return _Words(
                _("The login to {target} failed.").format(target=target),
                _("The target answered, but not in a way that allows a session."),
                _("Read the lines below; the target's own log may say more."),
            )
        case ExitCode.DATABASE:
            return _Words(
                _("The record database could not be read or written."),
                _("Its file system is full or read-only, or a record is damaged."),
                _("Look at the folder of the records and at the free space there."),
            )
        case ExitCode.INVALID:
            return _Words(
                _("iscsiadm did not accept the request."),
                _("The record does not exist, or this version does not know an option."),
                _("Read the lines below."),
            )
        case ExitCode.TRANSPORT_TIMEOUT:
            return _Words(
                _("{portal} did not answer in time.").format(portal=portal),
                _("The storage or the network between is down, or a firewall drops the packets."),
                check_portal,
            )
        case ExitCode.INTERNAL:
            return _Words(
                _("iscsid or the kernel could not carry the request out."),
                _("Another request for the same session was still running, or the kernel refused it."),
                _("Wait a few seconds and try again; the kernel's log may say more."),
            )
        case ExitCode.LOGOUT:
            return _Words(
                _("The logout from {target} failed.").format(target=target),
                _("The target did not answer it."),
                _("Look at the session's state and try again."),
            )
        case ExitCode.PDU_TIMEOUT:
            return _Words(
                _("{portal} takes connections but does not answer as an iSCSI target.").format(portal=portal),
                _("Something else listens on that port, or the storage is overloaded."),
                check_portal,
            )
        case ExitCode.TRANSPORT_NOT_FOUND:
            return _Words(
                _("The kernel module for this transport is not there."),
                _("iscsi_tcp is not loaded, or is missing for the running kernel (updated, not rebooted)."),
                _("Load the module iscsi_tcp; if that fails, reboot into the installed kernel."),
            )
        case ExitCode.ACCESS:
            return _Words(_("iscsid takes requests from root only."), remedy=_("Run the program as root."))
        case ExitCode.TRANSPORT_CAPABILITIES:
            return _Words(
                _("The transport of this iface cannot do that."),
                remedy=_("Choose the iface default, or one with the transport tcp."),
            )
        case ExitCode.SESSION_EXISTS:
            if context.action is Action.RECORD:
                return _Words(
                    _("The record is in use by a session."),
                    remedy=_("Log out of {target} at {portal} first.").format(target=target, portal=portal),
                )
            return _Words(
                _("There is a session to {target} at {portal} already.").format(target=target, portal=portal),
                remedy=_("Nothing needs to be done."),
            )
        case ExitCode.INVALID_REQUEST:
            return _Words(
                _("iscsid did not understand the request."),
                _("iscsiadm and the running iscsid are of different versions (an update without restart)."),
                restart,
            )
        case ExitCode.ISNS_UNAVAILABLE:
            return _Words(
                _("This open-iscsi was built without iSNS."),
                remedy=_("Ask the portals directly (SendTargets) instead."),
            )
        case ExitCode.DAEMON_CONVERSATION:
            return _Words(_("iscsid broke off the conversation."), _("It has probably died."), restart)
        case ExitCode.FATAL_LOGIN:
            return _Words(
                _("{target} refused the login for good.").format(target=target),
                _("This portal does not offer the target, or the two sides find no common way to log in."),
                _("Read the lines below; ask the portal again (Discover) and check CHAP."),
            )
        case ExitCode.DAEMON_NOT_CONNECTED:
            return _Words(_("iscsid cannot be reached."), _("It is not running."), _("Start iscsid.service."))
        case ExitCode.NO_OBJECTS_FOUND:
            return _nothing_found(context)
        case ExitCode.SYSFS_LOOKUP:
            return _Words(
                _("The kernel's entry for the session could not be read."),
                _("The session is going away, or iscsid left it without a name."),
                _("Look at the sessions again in a few seconds."),
            )
        case ExitCode.HOST_NOT_FOUND:
            return _Words(
                _("The host of {portal} was not found.").format(portal=portal),
                _("The name does not resolve, or the iface is bound to a card that is gone."),
                _("Use the portal's IP address, and check the iface."),
            )
        case ExitCode.LOGIN_AUTHORIZATION:
            return _authorization(context, "")[1]
        case ExitCode.ISNS_QUERY | ExitCode.ISNS_REGISTRATION:
            return _Words(
                _("The iSNS server at {portal} refused the request.").format(portal=portal),
                _("This host may not be registered there, or belongs to no discovery domain."),
                _("Ask the storage administrator, or ask the portals directly (SendTargets)."),
            )
        case ExitCode.NOT_SUPPORTED:
            return _Words(
                _("This open-iscsi or the storage does not support the request."),
                remedy=_("Read the lines below."),
            )
        case ExitCode.BUSY:
            return _Words(
                _("The session is in use, and iscsid is set not to end such sessions (safe_logout)."),
                remedy=_("Unmount what is on its disks first."),
            )
        case ExitCode.AGAIN:
            return _Words(_("iscsid asks to try again later."), remedy=_("Try again in a few seconds."))
        case ExitCode.UNKNOWN_DISCOVERY_TYPE:
            return _Words(
                _("This open-iscsi does not know that way of discovery."), remedy=_("Use SendTargets.")
            )
        case ExitCode.CHILD_TERMINATED:
            return _Words(
                _("A helper of iscsiadm was ended."),
                _("Somebody ended it, or memory ran out."),
                _("Look at the kernel's log, then try again."),
            )
        case ExitCode.SESSION_NOT_CONNECTED:
            return _Words(
                _("The session to {target} is not connected, so it cannot be logged out now.").format(
                    target=target
                ),
                _("iscsid is trying to reach the target again."),
                _("Bring the target back, or wait until iscsid gives up."),
            )
        case ExitCode.REQUEST_TIMEOUT:
            return _Words(_("iscsid did not answer in time."), _("It may be stuck in the kernel."), restart)


def _nothing_found(context: Context) -> _Words:
    match context.action:
        case Action.DISCOVERY if context.portal is None:
            return _Words(
                _("This machine's firmware names no target."),
                _("It was not booted from iSCSI, or its card tells the system nothing (no iBFT)."),
                _("Ask a portal of the storage instead (SendTargets)."),
            )
        case Action.DISCOVERY:
            return _Words(
                _("{portal} answers, but shows this host no target.").format(portal=context.place),
                _("Its access list does not name this host, or it has no target yet."),
                _("Give the initiator name to the storage administrator."),
            )
        case Action.LOGOUT:
            return _Words(
                _("iscsiadm found no such session."),
                _("It is gone already, or iscsid cannot be reached: iscsiadm says the same for both."),
                _("Look at the sessions again, and whether iscsid runs."),
            )
        case Action.LOGIN | Action.RECORD:
            return _Words(
                _("There is no record of {target} at {portal}.").format(
                    target=context.name, portal=context.place
                ),
                remedy=_("Ask the portal again (Discover) to make one."),
            )
