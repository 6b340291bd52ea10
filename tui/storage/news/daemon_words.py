"""What iscsid's lines in the journal mean in a few words (open-iscsi 2.1.8 to 2.1.11, initiator.c)."""

import re

from tui.storage.news.happening import Tone
from tui.storage.news.kernel_words import Meaning, connection_error
from tui.words import marked, translate as _

_NOISE = re.compile(
    r"priority\. READ/WRITE throughout|^iSCSI logger with pid|transport class version|^ *$|^-- |"
    r"^(?:Starting|Started|Stopping|Stopped|Reloading|Listening)\b|Deactivated successfully|"
    r"Consumed .* CPU time|Failed to parse PID"
)
"""Lines that tell nothing about storage, of iscsid and of systemd about it."""

_SID = re.compile(r"\b(?:[Cc]onnection ?|session ?|\[sid: )(?P<sid>\d{1,18})")

_RULES: tuple[tuple[re.Pattern[str], str, Tone], ...] = (
    (re.compile(r"is operational after recovery"), marked("the connection is back"), Tone.GOOD),
    (re.compile(r"is operational now"), marked("logged in"), Tone.GOOD),
    (re.compile(r"is shutdown"), marked("logged out"), Tone.PLAIN),
    (
        re.compile(r"failed authentication|[Ll]ogin failed to authenticate|CHAP"),
        marked("the target does not accept the CHAP user or secret"),
        Tone.BAD,
    ),
    (
        re.compile(r"failed authorization|not allowed|login rejected.*\(02/02\)"),
        marked("not authorized: this initiator is not in the target's ACL"),
        Tone.BAD,
    ),
    (
        re.compile(r"target not found|\(02/03\)"),
        marked("the portal answers, but does not offer that target"),
        Tone.BAD,
    ),
    (re.compile(r"login rejected"), marked("the target refused the login"), Tone.BAD),
    (
        re.compile(r"[Cc]onnection refused|\(-1,111\)"),
        marked("connection refused: nothing listens at that address"),
        Tone.WARN,
    ),
    (
        re.compile(r"No route to host|\(-1,113\)"),
        marked("host unreachable: the address does not answer in its network"),
        Tone.WARN,
    ),
    (
        re.compile(r"[Nn]etwork is unreachable|\(-1,101\)"),
        marked("no route to that network"),
        Tone.WARN,
    ),
    (re.compile(r"timed out"), marked("timed out"), Tone.WARN),
    (re.compile(r"cannot make a connection|connect to .* failed"), marked("retrying"), Tone.WARN),
    (re.compile(r"re-opening session"), marked("iscsid tries to log in again"), Tone.PLAIN),
    (re.compile(r"reopen_max|retries? .*exceeded"), marked("iscsid gives up trying"), Tone.BAD),
    (
        re.compile(r"cannot be termin"),
        marked("a session that is reconnecting cannot be logged out"),
        Tone.WARN,
    ),
    (
        re.compile(r"daemon with pid=\d{1,18} started"),
        marked("from now on lost sessions reconnect"),
        Tone.PLAIN,
    ),
    (
        re.compile(r"shutting down"),
        marked("lost sessions do not reconnect until iscsid runs again"),
        Tone.WARN,
    ),
    (
        re.compile(r"could not read session targetname"),
        marked("a session without a target name: it is starting or ending, or an orphan"),
        Tone.WARN,
    ),
)

_KERNEL_ERROR = re.compile(
    r"Kernel reported iSCSI connection (?P<sid>\d{1,18}):\d{1,18} error \((?P<code>\d{1,18})"
)


def meaning_of_daemon_line(line: str) -> Meaning | None:
    """What a line of iscsid means, or None when it tells nothing about storage."""
    if _NOISE.search(line) is not None:
        return None
    found = _SID.search(line)
    subject = f"sid:{found['sid']}" if found is not None else ""
    error = _KERNEL_ERROR.search(line)
    if error is not None:
        return Meaning(connection_error(int(error["code"])), Tone.BAD, f"sid:{error['sid']}", session=True)
    for pattern, words, tone in _RULES:
        if pattern.search(line) is not None:
            return Meaning(_(words), tone, subject, session=True)
    return Meaning("", Tone.PLAIN, subject)
