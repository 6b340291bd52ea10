"""A plan as a shell script and as tasks: whole or not at all, and what the script does to files."""

import json
import subprocess
from pathlib import Path

import pytest

from tests.hostile import NASTY
from tests.storage.changing.plan_operations import Destroy, MakeFile
from tui.commands.exporting.ansible import ansible_tasks
from tui.commands.exporting.shell import PRELUDE, shell_script
from tui.commands.exporting.shell_steps import step_of
from tui.commands.planned import Planned
from tui.maintenance import disconnect
from tui.maintenance.dependents import subject_of_target
from tui.maintenance.disconnect_seen import see
from tui.maintenance.proposal import Proposal
from tui.storage.changing.plan import Plan
from tui.storage.host.recorded import RecordedHost
from tui.storage.operations.boot.fstab_off import CommentOutFstabLines
from tui.storage.operations.mounts.mount import UnmountFilesystem
from tui.storage.operations.operation import Operation
from tui.storage.problem import Refused

RECORDED = Path(__file__).resolve().parent.parent / "machines" / "multipath-xfs.json"
TARGET = "iqn.2003-01.org.linux-iscsi.lab:t1"


def planned(*operations: Operation) -> Planned:
    return Planned(Proposal(Plan("Change it", operations), "for the test"))


def script() -> str:
    host = RecordedHost(str(RECORDED))
    subject = subject_of_target(TARGET)
    return shell_script(host, Planned(disconnect.propose(see(host, subject), subject)))


def run(text: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a script after the functions that every exported script has."""
    return subprocess.run(
        ["sh", "-c", PRELUDE + text], capture_output=True, text=True, check=False, env=environment or None
    )


def test_a_whole_disconnect_is_a_script_that_shells_can_read(tmp_path: Path) -> None:
    text = script()
    subprocess.run(["sh", "-n"], input=text, text=True, check=True)
    steps = [line for line in text.split("\n") if line.startswith("step ")]
    assert steps[0] == "step 'Wait until nothing uses it'"
    assert steps[-1] == "step 'Do not mount it at the next boot'"
    assert 'fail "this is another host"' in text
    assert "same_device /dev/sda 536870912 naa.6001405d16f77073e8f52bf8b4899727 ''" in text
    assert text.index("same_device /dev/sda") < text.index("step 'Wait")


def test_the_script_stops_on_another_host() -> None:
    done = subprocess.run(["sh"], input=script(), capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "another host" in done.stderr or "root is required" in done.stderr
    assert done.stdout == ""


def test_what_cannot_be_said_in_shell_is_refused_with_all_of_it(tmp_path: Path) -> None:
    host = RecordedHost(str(RECORDED))
    with pytest.raises(Refused) as raised:
        shell_script(host, planned(UnmountFilesystem("/dev/x", "/x", "xfs"), MakeFile(str(tmp_path), "one")))
    assert (raised.value.problem.code, raised.value.problem.evidence) == (
        "export.not-in-shell",
        ("Make one",),
    )
    with pytest.raises(Refused) as raised:
        shell_script(host, planned(Destroy(str(tmp_path), "one")))
    assert raised.value.problem.code == "export.destroys"


def test_lines_are_replaced_whole_and_the_old_file_is_kept(tmp_path: Path) -> None:
    file = tmp_path / "fstab"
    before = "# first\n/dev/a /a ext4 defaults 0 0\n/dev/a /a ext4 defaults 0 0 # other\n"
    file.write_text(before)
    file.chmod(0o640)
    line = "/dev/a /a ext4 defaults 0 0"
    done = run(f"replace_line {file} '{line}' '# off: {line}'\n")
    assert done.returncode == 0, done.stderr
    assert file.read_text() == before.replace(f"{line}\n", f"# off: {line}\n", 1)
    assert (tmp_path / "fstab.before-iscsi-console").read_text() == before
    assert file.stat().st_mode & 0o777 == 0o640
    assert run(f"replace_line {file} '# off: {line}'\n").returncode == 0
    assert file.read_text() == before.replace(f"{line}\n", "", 1)
    assert run(f"add_line {file} 'back\\\\slash $HOME'\n").returncode == 0
    assert file.read_text().endswith("back\\\\slash $HOME\n")
    assert sorted(one.name for one in tmp_path.iterdir()) == ["fstab", "fstab.before-iscsi-console"]


@pytest.mark.parametrize("name", NASTY)
def test_no_name_becomes_a_command(name: str, tmp_path: Path) -> None:
    marker = tmp_path / "ran"
    place = f"/x{name}'; touch {marker}; '"
    for operation in (UnmountFilesystem("/dev/x", place, "xfs"), CommentOutFstabLines((place,))):
        step = step_of(operation)
        if step is None:
            assert not name.isprintable() or "\\" in name
            continue
        text = "mountpoint() { return 1; }\numount() { return 0; }\nreplace_line() { return 0; }\n"
        text += "systemctl() { return 0; }\n" + "\n".join(
            (f"if {step.done or 'false'}; then :; fi", *step.commands)
        )
        assert run(text).returncode == 0
        assert not marker.exists()


def test_tasks_call_the_verb_with_all_that_was_asked_for() -> None:
    text = ansible_tasks(
        planned(), ["disconnect", "/srv/data", "--at-boot", "keep", "--export", "ansible", "--out=x"]
    )
    argv = next(line for line in text.splitlines() if "argv:" in line).partition("argv: ")[2]
    assert json.loads(argv) == [
        "iscsi-console",
        "disconnect",
        "/srv/data",
        "--at-boot",
        "keep",
        "--yes",
        "--json",
    ]
    with pytest.raises(Refused):
        ansible_tasks(planned(), ["record", "set", "x", "a=b", "--secret-file", "session.password=/root/x"])
