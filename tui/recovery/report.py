"""A report to hand on: findings, evidence, and every command that was run, with secrets removed."""

import time

from tui.recovery.diagnosis import Diagnosis
from tui.recovery.evidence import Item
from tui.recovery.text import diagnosis_text
from tui.storage.codec import encode
from tui.storage.host.recording import RecordingHost
from tui.storage.printing import json_text
from tui.storage.stacks.judgement import judge
from tui.storage.status import status_text
from tui.storage.untrusted import as_typed, clean, clean_lines, visible_lines
from tui.words import translate as _

_MOST_LINES = 400
"""Lines of one command's output; past them the middle is left out."""


def report_text(diagnosis: Diagnosis, recording: RecordingHost) -> str:
    """The report.

    Args:
        diagnosis: what was found.
        recording: the host it was found on, which knows what was run and which secrets were met.
    """
    evidence = diagnosis.evidence
    when = time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(evidence.now))
    parts = [
        _("Report of iscsi-console doctor"),
        _("Host {host}, {when}, {seconds:.1f} s").format(
            host=clean(evidence.inventory.host), when=when, seconds=evidence.seconds
        ),
        _("Secrets are removed. Names and addresses are not."),
        _title(_("Findings")),
        diagnosis_text(diagnosis),
        _title(_("The storage, layer by layer")),
        status_text(evidence.inventory, judge(evidence.stacks, diagnosis.judgement)),
        _title(_("Evidence")),
        *_evidence(diagnosis),
        _title(_("Commands that were run; none of them changed anything")),
        *_commands(recording),
    ]
    return visible_lines(recording.remover()("\n".join(parts))) + "\n"


def _title(words: str) -> str:
    return f"\n{words}\n{'=' * len(words)}\n"


def _evidence(diagnosis: Diagnosis) -> list[str]:
    """Every item, one value a line, as JSON: it is for people who look for one thing in it."""
    lines: list[str] = []
    evidence = diagnosis.evidence
    missing = {unread.item: unread.why for unread in evidence.unread}
    for item in Item:
        lines.append(f"{item.value}:" + (f" {missing[item]}" if item in missing else ""))
        value = getattr(evidence, item.value)
        values = value if isinstance(value, tuple) else (value,)
        lines += [f"  {_plain(part)}" for part in values if part or part == 0]
    return lines


def _plain(value: object) -> str:
    if not isinstance(value, str):
        return json_text(encode(value), None)
    return "\n  ".join(clean_lines(value, most=_MOST_LINES))


def _commands(recording: RecordingHost) -> list[str]:
    lines: list[str] = []
    for argv, outcome in recording.ran().items():
        ended = _("no answer in time") if outcome.status is None else str(outcome.status)
        command = as_typed(argv)
        lines.append(f"$ {command}   [{ended}, {outcome.seconds:.2f} s]")
        for output in (outcome.stdout, outcome.stderr):
            lines += [f"  {line}" for line in clean_lines(output, most=_MOST_LINES)]
    return lines
