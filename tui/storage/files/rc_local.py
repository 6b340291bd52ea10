"""Old rc.local lines that log in, activate or mount: found, and taken out without breaking the script.

Guides of ten years ago put `iscsiadm … --login`, `vgchange -ay` and `mount …` there. Only lines whose every
command is one of those are recognised; anything cleverer is left for the person.
"""

import re
from enum import StrEnum

from msgspec import Struct

from tui.storage.untrusted import clean

PATHS = ("/etc/rc.local", "/etc/rc.d/rc.local")
"""Where distributions keep it: Debian and SUSE, Red Hat."""

_MARK = ": # iscsi-console"
"""A line that does nothing but stay a command: a branch that loses its only line would be a syntax error."""

_CONTINUED_MARK = "# iscsi-console"
_TAKEN_OUT = re.compile(
    r"^(?P<indent>[ \t]*)(?:: )?# iscsi-console \d{4}-\d{2}-\d{2} took this out: (?P<line>.*)$"
)
_SHELL_WORDS = re.compile(
    r"(?:^|[\s;&|])(?:if|then|else|elif|fi|for|while|until|do|done|case|esac|function|select)(?:[\s;]|$)"
)
_UNCLEAR = re.compile(r"<<|[(){}`]|\$\(|(?<!\|)\|(?!\|)")
_SEPARATOR = re.compile(r"&&|\|\||;|&(?!>)")
_REDIRECTION = re.compile(r"(?:\d|&)?>{1,2}\s*(?:&\d|\S+)")
_PREFIX = re.compile(r"^(?:sudo\s+|exec\s+|nohup\s+|\S+=\S*\s+)*(?:/(?:usr/)?(?:local/)?s?bin/)?")
_KEEPS_COMPANY = re.compile(r"^(?:sleep|echo|sync|udevadm\s+settle|true|:)(?:\s|$)")


class Deed(StrEnum):
    """What a line of rc.local does for storage."""

    LOG_IN = "log-in"
    ACTIVATE = "activate"
    MOUNT = "mount"
    SERVICE = "service"
    """Starts an iSCSI service by hand."""


class RcLocalLine(Struct, frozen=True):
    """A line (with its continuation lines) that sets storage up.

    Attributes:
        number: of its first line, from 1.
        text: as it stands in the file, continuation lines joined by line ends.
        deeds: what it does.
        mount_point: the last argument of its mount, or empty.
    """

    number: int
    text: str
    deeds: tuple[Deed, ...]
    mount_point: str = ""

    @property
    def shown(self) -> str:
        """The line made safe to show."""
        return clean(re.sub(r"\\\n\s*", "", self.text).strip())


def storage_lines(text: str) -> tuple[RcLocalLine, ...]:
    """The lines that log in, activate or mount, in order."""
    return tuple(
        RcLocalLine(number, line, deeds, _mount_point(line))
        for number, line in _logical_lines(text)
        if (deeds := _deeds(line))
    )


def relevant_lines(text: str, mount_points: tuple[str, ...]) -> tuple[RcLocalLine, ...]:
    """Those that the set-up replaces: logins and activations, and mounts of these mount points."""
    return tuple(
        line
        for line in storage_lines(text)
        if Deed.MOUNT not in line.deeds or line.mount_point.rstrip("/") in mount_points
    )


def without_lines(text: str, lines: tuple[str, ...], date: str) -> str:
    """The script with lines turned into dated comments; each must stand there exactly, or it stays as it is.

    Args:
        text: the script.
        lines: `RcLocalLine.text` of the lines to take out.
        date: `YYYY-MM-DD`, for the note.
    """
    wanted = set(lines)
    result: list[str] = []
    for _number, line in _logical_lines(text):
        physical = line.split("\n")
        if line in wanted:
            physical = [
                _noted(text, date, _MARK if place == 0 else _CONTINUED_MARK)
                for place, text in enumerate(physical)
            ]
        result += physical
    return "\n".join(result)


def with_lines_back(text: str, lines: tuple[str, ...]) -> str:
    """The script with these lines as they were before `without_lines`."""
    wanted = {physical for line in lines for physical in line.split("\n")}
    result = []
    for line in text.split("\n"):
        match = _TAKEN_OUT.match(line)
        original = match["indent"] + match["line"] if match else ""
        result.append(original if match and original in wanted else line)
    return "\n".join(result)


def holds(text: str, lines: tuple[str, ...]) -> tuple[str, ...]:
    """Those of the lines that stand in the script as commands."""
    there = {line for _number, line in _logical_lines(text)}
    return tuple(line for line in lines if line in there)


def _noted(line: str, date: str, mark: str) -> str:
    body = line.lstrip(" \t")
    return f"{line[: len(line) - len(body)]}{mark} {date} took this out: {body}"


def _logical_lines(text: str) -> list[tuple[int, str]]:
    found: list[tuple[int, str]] = []
    pending: list[str] = []
    for number, line in enumerate(text.split("\n"), start=1):
        pending.append(line)
        comment = pending[0].lstrip().startswith("#")
        if line.endswith("\\") and not line.endswith("\\\\") and not comment:
            continue
        found.append((number - len(pending) + 1, "\n".join(pending)))
        pending = []
    if pending:
        found.append((text.count("\n") + 2 - len(pending), "\n".join(pending)))
    return found


def _deeds(line: str) -> tuple[Deed, ...]:
    joined = re.sub(r"\\\n", " ", line).strip()
    if not joined or joined.startswith("#") or _UNCLEAR.search(joined) or _SHELL_WORDS.search(joined):
        return ()
    joined = re.sub(r"\s#.*$", "", joined)
    found: list[Deed] = []
    for part in _SEPARATOR.split(_REDIRECTION.sub(" ", joined)):
        command = _PREFIX.sub("", part.strip(), count=1).strip()
        if not command:
            continue
        deed = _deed(command)
        if deed is not None:
            found.append(deed)
        elif not _KEEPS_COMPANY.match(command):
            return ()
    return tuple(dict.fromkeys(found))


_ACTIVATION = re.compile(
    r"^(?:lvm\s+)?(?:(?:vgchange|lvchange)\s.*(?:-a|--activate)\s*=?\s*(?:a?ay|y|e?y)|vgscan\b|vgmknodes\b)"
)
_SERVICE = re.compile(
    r"^(?:systemctl\s+(?:re)?start\s+(?:open-iscsi|iscsid?)(?:\.service)?"
    r"|(?:service\s+|/etc/(?:rc\.d/)?init\.d/)(?:open-iscsi|iscsid?)\s+(?:re)?start)$"
)


def _deed(command: str) -> Deed | None:
    words = command.split()
    if words[0] == "iscsiadm" and any(
        word in ("--login", "-l", "--discover", "-D") or word.startswith("--loginall") or word == "-L"
        for word in words[1:]
    ):
        return Deed.LOG_IN
    if words[0] == "iscsiadm" and "discovery" in words:
        return Deed.LOG_IN
    if _ACTIVATION.match(command):
        return Deed.ACTIVATE
    if words[0] == "mount" and len(words) > 1 and "remount" not in command and "--bind" not in words:
        return Deed.MOUNT
    return Deed.SERVICE if _SERVICE.match(command) else None


def _mount_point(line: str) -> str:
    joined = _REDIRECTION.sub(" ", re.sub(r"\\\n", " ", line))
    for part in _SEPARATOR.split(re.sub(r"\s#.*$", "", joined)):
        words = _PREFIX.sub("", part.strip(), count=1).split()
        if words and words[0] == "mount":
            paths = [word.strip("\"'") for word in words[1:] if word.startswith(("/", '"/', "'/"))]
            return paths[-1].rstrip("/") or "/" if paths else ""
    return ""
