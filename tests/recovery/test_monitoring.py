"""What programs that watch hosts are told."""

import re
import socket
import stat
from argparse import Namespace
from pathlib import Path

import pytest

from tests.recovery.making import evidence_of, lost, single_path
from tests.recovery.test_doctor import doctor, recorded
from tui.recovery import doctor as command
from tui.recovery.diagnosis import Diagnosis, diagnose
from tui.recovery.monitoring import journal_entries, metrics, plugin_line, plugin_status, send_to_journal

METRIC = re.compile(r'iscsi_console_\w+(?:\{(?:\w+="(?:[^"\\]|\\.)*",?)+\})? [0-9]+')


@pytest.mark.parametrize(
    ("name", "status", "word"),
    [("record-only", 3, "UNKNOWN"), ("failed-session", 2, "CRITICAL"), ("hostile-names", 2, "CRITICAL")],
)
def test_a_monitoring_plugin_ends_as_one(name: str, status: int, word: str) -> None:
    done = doctor("--check", *recorded(name))
    assert done.returncode == status, done.stderr
    (line,) = done.stdout.splitlines()
    assert line.startswith(f"ISCSI {word} - ")
    assert line.count("|") == 1
    assert line.isprintable()


def test_a_host_that_cannot_be_read_is_unknown_to_a_monitoring_plugin(tmp_path: Path) -> None:
    done = doctor("--check", "--recorded", str(tmp_path / "nothing.json"))
    assert done.returncode == 3


def test_a_healthy_host_is_ok() -> None:
    healthy = diagnose(evidence_of(single_path()))
    assert plugin_status(healthy) == 0
    assert plugin_line(healthy).startswith("ISCSI OK - nothing is wrong | sessions=1 ")
    assert journal_entries(healthy) == ()


def test_quiet_says_nothing_of_a_healthy_host_and_all_of_another(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = Namespace(json=False, check=False, quiet=True, metrics=None, journal=False)
    command._tell(diagnose(evidence_of(single_path())), arguments)
    assert capsys.readouterr().out == ""
    command._tell(of_a_lost_session(), arguments)
    assert "F05.session-lost" in capsys.readouterr().out


def test_metrics_are_replaced_whole_and_everybody_may_read_them(tmp_path: Path) -> None:
    file = tmp_path / "iscsi.prom"
    file.write_text("old")
    done = doctor("--metrics", str(file), *recorded("failed-session"))
    assert done.returncode == 1
    text = file.read_text()
    assert stat.S_IMODE(file.stat().st_mode) == 0o644
    assert [path.name for path in tmp_path.iterdir()] == ["iscsi.prom"]
    assert 'iscsi_console_sessions{state="FAILED"} 1' in text
    assert 'iscsi_console_findings{code="F05.session-lost",weight="cause"} 1' in text
    assert 'iscsi_console_verdict{verdict="broken"} 1' in text
    for line in text.splitlines():
        assert line.startswith("# ") or float(line.rpartition(" ")[2]) >= 0


def test_metrics_that_cannot_be_written_are_no_healthy_host(tmp_path: Path) -> None:
    done = doctor("--metrics", str(tmp_path / "none" / "iscsi.prom"), *recorded("failed-session"))
    assert done.returncode == 2
    assert "could not be written" in done.stderr


def test_names_do_not_end_a_label(tmp_path: Path) -> None:
    file = tmp_path / "iscsi.prom"
    doctor("--metrics", str(file), *recorded("hostile-names"))
    lines = [line for line in file.read_text().splitlines() if not line.startswith("#")]
    assert [line for line in lines if not METRIC.fullmatch(line)] == []
    assert any("session_lost_seconds" in line for line in metrics(of_a_lost_session()).splitlines())


def of_a_lost_session() -> Diagnosis:
    return diagnose(evidence_of(lost(single_path())))


def test_each_finding_is_an_entry_of_the_journal(tmp_path: Path) -> None:
    diagnosis = of_a_lost_session()
    path = str(tmp_path / "journal")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as journal:
        journal.bind(path)
        journal.settimeout(10)
        entries = journal_entries(diagnosis)
        assert len(entries) == len(diagnosis.counted) + bool(diagnosis.unexplained) > 0
        send_to_journal(entries, path)
        fields = dict(line.split("=", 1) for line in journal.recv(65536).decode().splitlines())
    assert fields["SYSLOG_IDENTIFIER"] == "iscsi-console"
    assert fields["ISCSI_CONSOLE_CODE"] == diagnosis.counted[0].code
    assert fields["PRIORITY"] == "3"
