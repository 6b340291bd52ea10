"""The command: exit status, JSON, text and report, on captured hosts."""

import json
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.recovery.making import SILENT, evidence_of, lost, single_path
from tests.waiting import AT_MOST
from tui.recovery.acceptance import parse_acceptance
from tui.recovery.diagnosis import diagnose
from tui.recovery.doctor import exit_status
from tui.recovery.document import diagnosis_document
from tui.recovery.evidence import Item, Unread
from tui.recovery.facts import AcceptedFinding
from tui.recovery.gathering.accepted_file import parse_accepted, read_accepted
from tui.recovery.gathering.failing import NotAvailable
from tui.recovery.report import report_text
from tui.recovery.text import diagnosis_text
from tui.storage.host.interface import FileFacts, FileKind
from tui.storage.host.recorded import RecordedHost
from tui.storage.host.recording import RecordingHost
from tui.storage.model.inventory import Unseen
from tui.storage.stacks.judgement import Verdict

LESS = (Unseen("lvm", "no answer"),)

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
    [("record-only", 2, "incomplete"), ("failed-session", 1, "findings"), ("hostile-names", 1, "findings")],
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
    unread = (Unread(Item.KERNEL, "no answer in time"),)
    assert exit_status(diagnose(replace(evidence_of(single_path()), unread=unread))) == 2
    assert diagnosis_document(half)["status"] == "incomplete"
    assert "not everything" in diagnosis_text(half)


def test_risks_alone_have_a_status_of_their_own_and_what_is_accepted_is_not_counted() -> None:
    evidence = evidence_of(replace(single_path(), node_records=()))
    risk = diagnose(evidence)
    assert [finding.code for finding in risk.findings] == ["F51.no-record"]
    assert (risk.verdict, exit_status(risk)) == (Verdict.RISKS, 3)
    assert exit_status(diagnose(replace(evidence, inventory=replace(evidence.inventory, unseen=LESS)))) == 2
    key = risk.findings[0].rung
    for code, place, status in (
        ("F51", "", 0),
        ("F51.no-record", key, 0),
        ("F51.no-record", "elsewhere", 3),
        ("F5", "", 3),
    ):
        assert exit_status(diagnose(evidence, (AcceptedFinding(code, place, "why"),))) == status
    by_file = diagnose(replace(evidence, accepted=(AcceptedFinding("F51", "", "The cluster does it."),)))
    assert by_file.counted == ()
    assert "nothing is wrong" in diagnosis_text(by_file)
    assert "Reason: The cluster does it." in " ".join(diagnosis_text(by_file).split())
    document = diagnosis_document(by_file)
    assert (document["status"], document["verdict"]) == ("healthy", "healthy")
    assert "The cluster does it." in json.dumps(document["findings"])


def test_a_broken_layer_that_nothing_explains_is_not_called_healthy() -> None:
    silent = single_path()
    silent = replace(
        silent, devices=tuple(replace(one, answers=one.name != "dm-1") for one in silent.devices)
    )
    told = diagnose(evidence_of(silent))
    assert told.findings == ()
    assert told.unexplained
    assert exit_status(told) == 1
    assert diagnosis_document(told)["status"] == "findings"
    assert "no known failure explains it" in diagnosis_text(told)


@pytest.mark.parametrize("text", ["", "F5", "f51", "F51.", "51", "F51.no_record"])
def test_what_is_no_code_cannot_be_ignored(text: str) -> None:
    assert parse_acceptance(text, "why") is None
    assert doctor("--ignore", text, *recorded("record-only")).returncode == 2


def test_a_code_with_a_layer_is_read_whole() -> None:
    assert parse_acceptance("F51.not-in-fstab:mount:/srv/a", "why") == AcceptedFinding(
        "F51.not-in-fstab", "mount:/srv/a", "why"
    )


GOOD = '[[accepted]]\ncode = "F51"\nreason = "The \\u001b[31mcluster mounts it."\n'


def test_the_file_of_accepted_findings() -> None:
    (entry,) = parse_accepted(GOOD)
    assert (entry.code, entry.place) == ("F51", "")
    assert "\x1b" not in entry.reason
    assert parse_accepted("") == ()


@pytest.mark.parametrize(
    "content",
    [
        "[[accepted]]\ncode = 1\nreason = 'x'\n",
        "[[accepted]]\ncode = 'F51'\n",
        "[[accepted]]\ncode = 'F51'\nreason = ' '\n",
        "[[accepted]]\ncode = 'F51'\nreason = 'x'\nuntil = 'y'\n",
        "accepted = 'all'\n",
        "accepted = ['all']\n",
        "other = 1\n",
        "= = =",
    ],
)
def test_a_mistake_in_the_file_accepts_nothing(content: str) -> None:
    with pytest.raises(NotAvailable, match="accepted"):
        parse_accepted(content)


class Etc:
    """A host that only has the file."""

    def __init__(self, facts: FileFacts) -> None:
        self._facts = facts

    def facts(self, _path: str) -> FileFacts:
        return self._facts

    def read(self, _path: str) -> str:
        return GOOD


OWN = FileFacts(FileKind.FILE, 0o644, 0, 0, 100, 0.0)


@pytest.mark.parametrize(
    "facts",
    [
        replace(OWN, kind=FileKind.LINK),
        replace(OWN, kind=FileKind.FOLDER),
        replace(OWN, mode=0o666),
        replace(OWN, uid=12345),
        replace(OWN, size=1 << 20),
    ],
)
def test_a_file_that_others_could_have_written_accepts_nothing(facts: FileFacts) -> None:
    assert len(read_accepted(Etc(OWN))) == 1  # type: ignore[arg-type]  # nothing else is asked
    with pytest.raises(NotAvailable):
        read_accepted(Etc(facts))  # type: ignore[arg-type]  # likewise


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


@pytest.mark.parametrize("word", ["nan", "inf", "1e999", "0", "-1", "soon\x1b[2J", "3601"])
def test_a_time_that_is_none_is_refused_before_the_look(word: str) -> None:
    done = doctor("--recorded", "none.json", f"--within={word}")
    assert done.returncode == 2
    assert "not a number of seconds" in done.stderr
    assert "\x1b" not in done.stderr
