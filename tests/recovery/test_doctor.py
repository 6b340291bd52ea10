"""The command: exit status, JSON, text and report, on captured hosts."""

import json
import stat
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from tests.recovery.making import SILENT, evidence_of, lost, single_path
from tests.waiting import AT_MOST
from tui.recovery.diagnosis import diagnose
from tui.recovery.doctor import exit_status
from tui.recovery.document import diagnosis_document
from tui.recovery.report import report_text
from tui.recovery.text import diagnosis_text
from tui.storage.host.recorded import RecordedHost
from tui.storage.host.recording import RecordingHost

ROOT = Path(__file__).resolve().parent.parent.parent
MACHINES = ROOT / "tests" / "machines"


def doctor(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tui", "doctor", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=AT_MOST,
    )


def recorded(name: str) -> tuple[str, ...]:
    return ("--recorded", str(MACHINES / f"{name}.json"), "--within", "60")


@pytest.mark.parametrize(
    ("name", "status", "word"),
    [("record-only", 0, "healthy"), ("failed-session", 1, "findings"), ("hostile-names", 1, "findings")],
)
def test_the_exit_status_and_the_word_agree(name: str, status: int, word: str) -> None:
    done = doctor("--json", *recorded(name))
    assert done.returncode == status, done.stderr
    assert done.stdout.isascii()
    document = json.loads(done.stdout)
    assert (document["schema"], document["status"]) == (1, word)
    for finding in document["findings"]:
        assert finding["code"].startswith(f"{finding['number']}.")


def test_what_is_no_capture_could_not_be_looked_at(tmp_path: Path) -> None:
    done = doctor("--json", "--recorded", str(tmp_path / "none.json"))
    assert done.returncode == 2
    assert json.loads(done.stdout)["status"] == "failed"
    assert "could not be read" in done.stderr


def test_without_findings_a_host_half_seen_is_not_called_healthy() -> None:
    whole = diagnose(evidence_of(single_path()))
    assert exit_status(whole) == 0
    half = diagnose(evidence_of(replace(single_path(), root=False)))
    assert exit_status(half) == 2
    assert diagnosis_document(half)["status"] == "incomplete"
    assert "not everything" in diagnosis_text(half)


def test_the_text_tells_all_in_lines_that_fit() -> None:
    found = diagnose(evidence_of(lost(single_path()), SILENT))
    text = diagnosis_text(found)
    for words in (
        "1 cause",
        "[F05.session-lost]",
        "Evidence:",
        "What to do:",
        "Send to the network",
        "Do not:",
    ):
        assert words in text
    prose = [line for line in text.split("\n") if not line.startswith(("     ", "        |"))]
    assert max(len(line) for line in prose) <= 79


def test_a_report_holds_findings_evidence_and_commands_and_no_secret(tmp_path: Path) -> None:
    secret = "planted-secret-123"
    document = json.loads((MACHINES / "failed-session.json").read_text())
    document["read"]["/etc/iscsi/iscsid.conf"] = f"node.session.auth.password = {secret}\n"
    document["run"].append(
        {
            "argv": ["dmesg", "--raw"],
            "outcome": {"status": 0, "stdout": f"said {secret}", "stderr": "", "seconds": 0.1},
        }
    )
    capture = tmp_path / "host.json"
    capture.write_text(json.dumps(document))
    report = tmp_path / "report.txt"
    done = doctor("--recorded", str(capture), "--within", "60", "--report", str(report))
    assert done.returncode == 1, done.stderr
    text = report.read_text()
    assert stat.S_IMODE(report.stat().st_mode) == 0o600
    assert secret not in text
    assert "said ********" in text
    for words in ("F05.session-lost", "$ dmesg --raw", "kernel:", "layer by layer"):
        assert words in text
    again = doctor("--recorded", str(capture), "--within", "60", "--report", str(report))
    assert again.returncode == 2
    assert "already exists" in again.stderr
    assert (
        doctor("--recorded", str(capture), "--within", "60", "--report", str(report), "--force").returncode
        == 1
    )


def test_a_report_of_a_healthy_host() -> None:
    recording = RecordingHost(RecordedHost(str(MACHINES / "bare.json")))
    assert "nothing is wrong" in report_text(diagnose(evidence_of(single_path())), recording)
