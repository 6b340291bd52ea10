"""A diagnosis for programs that watch hosts: a line of a monitoring plugin, metrics, and journal entries.

The line and its exit status are those of the Monitoring Plugins guidelines, the metrics those of the text
format of Prometheus, as node_exporter's textfile collector reads them, the entries those of systemd's
native journal protocol.
"""

import os
import socket
import tempfile
from collections import Counter
from collections.abc import Iterator
from enum import IntEnum
from pathlib import Path

from tui.recovery.diagnosis import Diagnosis
from tui.recovery.finding import Finding, Weight
from tui.recovery.findings.iscsi.outage import outages
from tui.storage.stacks.judgement import Verdict
from tui.storage.untrusted import clean
from tui.words import enumerated, translate as _, translate_count

JOURNAL = "/run/systemd/journal/socket"


class PluginStatus(IntEnum):
    """The exit status of a monitoring plugin."""

    OK = 0
    WARNING = 1
    CRITICAL = 2
    UNKNOWN = 3


_STATUS = {
    Verdict.HEALTHY: PluginStatus.OK,
    Verdict.RISKS: PluginStatus.WARNING,
    Verdict.BROKEN: PluginStatus.CRITICAL,
    Verdict.INCOMPLETE: PluginStatus.UNKNOWN,
}

_PRIORITIES = {Weight.CAUSE: 3, Weight.CONSEQUENCE: 4, Weight.RISK: 5}
"""Priorities of syslog(3): error, warning, notice."""


def plugin_status(diagnosis: Diagnosis) -> PluginStatus:
    """What a monitoring plugin says of a diagnosis."""
    return _STATUS[diagnosis.verdict]


def plugin_line(diagnosis: Diagnosis) -> str:
    """One line: the status, what is wrong first, and numbers behind a bar."""
    status, sessions = plugin_status(diagnosis), diagnosis.evidence.inventory.sessions
    counted, unexplained = diagnosis.counted, diagnosis.unexplained
    if counted:
        more = len(counted) - 1
        words = f"{counted[0].code}: {clean(counted[0].summary, 200)}"
        if more:
            words += " " + translate_count("({count} more)", "({count} more)", more).format(count=more)
    elif unexplained:
        words = translate_count(
            "{count} layer broken for an unknown reason",
            "{count} layers broken for an unknown reason",
            len(unexplained),
        ).format(count=len(unexplained))
    elif status is PluginStatus.UNKNOWN:
        words = _("not everything could be checked")
    else:
        words = _("nothing is wrong")
    weights = Counter(finding.weight for finding in counted)
    numbers = (
        f"sessions={len(sessions)} causes={weights[Weight.CAUSE]} "
        f"consequences={weights[Weight.CONSEQUENCE]} risks={weights[Weight.RISK]} "
        f"unexplained={len(unexplained)}"
    )
    # A bar in a name would end the words.
    return f"ISCSI {status.name} - {words.replace('|', '/')} | {numbers}"


def metrics(diagnosis: Diagnosis) -> str:
    """Sessions by state, findings by code, seconds since sessions were lost, and the verdict."""
    return "\n".join(_metrics(diagnosis)) + "\n"


def _metrics(diagnosis: Diagnosis) -> Iterator[str]:
    evidence = diagnosis.evidence
    sessions = evidence.inventory.sessions
    yield from _head("sessions", "Sessions by state.")
    for state, count in sorted(Counter(session.state.value for session in sessions).items()):
        yield f"iscsi_console_sessions{_labels(state=state)} {count}"
    yield from _head("findings", "Findings of doctor that nobody accepts, by code and weight.")
    counts = Counter((finding.code, finding.weight.value) for finding in diagnosis.counted)
    for (code, weight), count in sorted(counts.items()):
        yield f"iscsi_console_findings{_labels(code=code, weight=weight)} {count}"
    yield from _head("findings_accepted", "Findings that the administrator accepts.")
    yield f"iscsi_console_findings_accepted {len(diagnosis.accepted)}"
    yield from _head("unexplained_layers", "Layers that are broken and that no finding explains.")
    yield f"iscsi_console_unexplained_layers {len(diagnosis.unexplained)}"
    yield from _head("session_lost_seconds", "Seconds since the connection of a session was lost.")
    lost = outages(evidence)
    for session in sessions:
        outage = lost.get(session.sid)
        if outage is not None:
            labels = _labels(target=session.target, portal=session.portal.label, sid=str(session.sid))
            yield f"iscsi_console_session_lost_seconds{labels} {max(0.0, evidence.now - outage.since):.0f}"
    yield from _head("verdict", "1 for what doctor says of this host.")
    for verdict in Verdict:
        yield f"iscsi_console_verdict{_labels(verdict=verdict.value)} {int(verdict is diagnosis.verdict)}"
    yield from _head("checked_timestamp_seconds", "When this host was checked, in seconds since the epoch.")
    yield f"iscsi_console_checked_timestamp_seconds {evidence.now:.0f}"


def _head(name: str, words: str) -> Iterator[str]:
    yield f"# HELP iscsi_console_{name} {words}"
    yield f"# TYPE iscsi_console_{name} gauge"


def _labels(**labels: str) -> str:
    escaped = (
        (name, clean(value).replace("\\", "\\\\").replace('"', '\\"')) for name, value in labels.items()
    )
    return "{" + ",".join(f'{name}="{value}"' for name, value in escaped) + "}"


def write_metrics(path: str, text: str) -> None:
    """Replace a file that everybody may read, at once: its reader sees the old one or the new one.

    Raises:
        OSError: it could not be written.
    """
    handle, temporary = tempfile.mkstemp(prefix=".iscsi-console-", dir=Path(path).parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            os.fchmod(file.fileno(), 0o644)
            file.write(text)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def journal_entries(diagnosis: Diagnosis) -> tuple[bytes, ...]:
    """An entry for every finding that nobody accepts, and one for what no finding explains."""
    entries = [_entry(finding) for finding in diagnosis.counted]
    if diagnosis.unexplained:
        names = enumerated(clean(rung.name, 60) for rung in diagnosis.unexplained)
        words = _("Broken for an unknown reason: {names}.").format(names=names)
        entries.append(_datagram(MESSAGE=words, PRIORITY="3", ISCSI_CONSOLE_WEIGHT="cause"))
    return tuple(entries)


def _entry(finding: Finding) -> bytes:
    return _datagram(
        MESSAGE=f"{finding.code}: {clean(finding.summary)}",
        PRIORITY=str(_PRIORITIES[finding.weight]),
        ISCSI_CONSOLE_CODE=finding.code,
        ISCSI_CONSOLE_WEIGHT=finding.weight.value,
        ISCSI_CONSOLE_LAYER=clean(finding.rungs[0] if finding.rungs else finding.device),
    )


def _datagram(**fields: str) -> bytes:
    """The fields of an entry, a line each: none of them holds a line feed (`clean`)."""
    lines = {"SYSLOG_IDENTIFIER": "iscsi-console", **fields}
    return "".join(f"{name}={value}\n" for name, value in lines.items()).encode(errors="replace")


def send_to_journal(entries: tuple[bytes, ...], path: str = JOURNAL) -> None:
    """Write entries into systemd's journal.

    Raises:
        OSError: there is none.
    """
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sending:
        for entry in entries:
            sending.sendto(entry, path)
