"""`iscsi-console doctor`: what is wrong with the storage of this host, and what to do about it.

Exit status: 0 nothing is wrong, 1 something is broken or degraded now, 2 it could not be looked at (well
enough to tell), 3 nothing is broken now, but something is at risk. Accepted findings are shown, not counted.
"""

import argparse

from tui.recovery.diagnosis import Diagnosis, diagnose
from tui.recovery.document import SCHEMA, diagnosis_document
from tui.recovery.gather import gather
from tui.recovery.monitoring import (
    JOURNAL,
    PluginStatus,
    journal_entries,
    metrics,
    plugin_line,
    plugin_status,
    send_to_journal,
    write_metrics,
)
from tui.recovery.text import diagnosis_text
from tui.storage.codec import encode
from tui.storage.files.owner_file import not_written_problem, refuse_existing, write_for_owner
from tui.storage.host.interface import Host
from tui.storage.host.recording import RecordingHost
from tui.storage.printing import complain, json_text, say
from tui.storage.problem import ConsoleError, problem_text
from tui.storage.stacks.judgement import Verdict

NOT_SEEN = 2
_STATUS = {Verdict.HEALTHY: 0, Verdict.BROKEN: 1, Verdict.INCOMPLETE: NOT_SEEN, Verdict.RISKS: 3}


def main(arguments: argparse.Namespace) -> int:
    """Look, tell, and return the exit status."""
    try:
        return _examine(arguments)
    except ConsoleError as error:
        if arguments.json:
            told = {"schema": SCHEMA, "status": "failed", "problem": encode(error.problem)}
            say(json_text(told))
        complain(problem_text(error.problem))
        return PluginStatus.UNKNOWN if arguments.check else NOT_SEEN


def _examine(arguments: argparse.Namespace) -> int:
    if arguments.report:
        refuse_existing(arguments.report, force=arguments.force)
    recording = RecordingHost(_host(arguments.recorded))
    diagnosis = diagnose(gather(recording, arguments.within), arguments.ignore)
    _tell(diagnosis, arguments)
    if arguments.report:
        _write_report(arguments.report, diagnosis, recording, force=arguments.force)
    return plugin_status(diagnosis) if arguments.check else exit_status(diagnosis)


def _tell(diagnosis: Diagnosis, arguments: argparse.Namespace) -> None:
    """Print what was found, and hand it to the programs that watch this host."""
    if arguments.json:
        say(json_text(diagnosis_document(diagnosis)))
    elif arguments.check:
        say(plugin_line(diagnosis))
    elif diagnosis.verdict is not Verdict.HEALTHY or not arguments.quiet:
        say(diagnosis_text(diagnosis))
    try:
        if arguments.metrics:
            write_metrics(arguments.metrics, metrics(diagnosis))
    except OSError as error:
        raise ConsoleError(not_written_problem(arguments.metrics, error)) from error
    try:
        if arguments.journal:
            send_to_journal(journal_entries(diagnosis))
    except OSError as error:
        raise ConsoleError(not_written_problem(JOURNAL, error)) from error


def exit_status(diagnosis: Diagnosis) -> int:
    """What a diagnosis means for a program that asked."""
    return _STATUS[diagnosis.verdict]


def _write_report(path: str, diagnosis: Diagnosis, recording: RecordingHost, *, force: bool) -> None:
    from tui.recovery.report import report_text  # noqa: PLC0415 (only where a report is wanted)

    try:
        write_for_owner(path, report_text(diagnosis, recording), force=force)
    except OSError as error:
        raise ConsoleError(not_written_problem(path, error)) from error


def _host(recorded: str | None) -> Host:
    if recorded:
        from tui.storage.host.recorded import RecordedHost  # noqa: PLC0415 (not needed for this host)

        return RecordedHost(recorded)
    from tui.storage.host.local import LocalHost  # noqa: PLC0415 (likewise)

    return LocalHost(looking_only=True)
