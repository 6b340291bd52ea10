"""The command lines that README.md and the pages show do on a real host what the pages say of them."""

import re
import shlex
from collections.abc import Iterator

import pytest

from tests.lab.volumes import log_in, path_of, sh
from tests.test_pages import PAGES
from tests.test_shown_commands import arguments, whole_lines
from tui.lab.guest import Guest
from tui.lab.image import Release
from tui.lab.san import read_description

pytestmark = pytest.mark.lab

MAKE = """
pvcreate -q {0}; vgcreate -q vg_data {0}; lvcreate -q -y -L 200M -n data vg_data
mkfs.ext4 -q /dev/vg_data/data; udevadm settle
mkdir -p /srv/data; mount /dev/vg_data/data /srv/data; echo kept > /srv/data/file
"""

ON_A_TERMINAL = {
    *("", "setup", "practice", "lab try", "lab", "--recorded file"),
    *("lab shell --lan blue", "lab shell --lan blue --san open"),
}
"""What opens a screen or boots a machine: tests of their own do that (`test_console_flows`,
`test_setup_flows`, `test_practice_run`, `test_try`, `test_lan`)."""

ON_THE_BUILDER = {
    *("lab export file", "lab import file", "lab exec --san file -- iscsiadm -m session"),
    *("rehearse host.json", "rehearse host.json -- iscsi-console disconnect /srv/app --users stop --yes"),
}
"""What is done with practice machines, outside of them (`test_lab_handing`, `test_lab_command`,
`test_rehearsal_of_a_host`)."""

OF_CAPTURES = {"fleet", "fleet captures", "fleet captures --text --json --max-age 24"}
"""What reads captures and no host (`tests/fleet`)."""

SMALLER = {"200G": "300M"}
"""The disk of the test has 512 MiB."""

READING = {
    "--help": {0},
    "--version": {0},
    "--version --json": {0},
    "capture": {2},
    "capture file": {0},
    "capture host.json": {0},
    "doctor": {0, 1, 3},
    "doctor --json --report file --within 5 --ignore F51:mount:/srv/data": {0, 1, 2, 3},
    "history --since 3d --json --report file --within 5": {0, 2},
    "journal": {0},
    "status": {0},
    "status --json --quick --within 5": {0},
}
"""Each line that only reads, with the exit statuses of its page; 2 where an argument is left out."""

CHANGING = (
    "repair F51.not-in-fstab --yes --answer yes",
    "grow vg_data/data --to 200G --yes",
    "plan disconnect vg_data --out plan.json",
    "apply plan.json --yes",
    "disconnect /srv/data",
    "setup --save-answers file",
    "plan setup --answers file",
    "setup --answers file",
)
"""Each line that changes something, in the order in which the test runs them."""


def shown() -> set[str]:
    """Every command line of the pages, with values for its placeholders."""
    return {shlex.join(arguments(line)) for page in PAGES for line in whole_lines(page.read_text())}


def test_every_shown_command_is_run_here_or_elsewhere() -> None:
    assert shown() == {*READING, *CHANGING, *ON_A_TERMINAL, *ON_THE_BUILDER, *OF_CAPTURES}


@pytest.fixture(scope="module")
def guest() -> Iterator[Guest]:
    with Guest.boot(Release.BOOKWORM, san=read_description("open")) as booted:
        log_in(booted)
        sh(booted, MAKE.format(path_of(booted, 0)))
        yield booted


def run(guest: Guest, line: str, *more: str) -> tuple[int | None, str]:
    """Run a shown line in the directory of root; its status and all that it printed and wrote to files."""
    words = [SMALLER.get(word, word) for word in shlex.split(line)]
    command = shlex.join(("iscsi-console", *words, *more))
    written = "cat file host.json 2> /dev/null"
    script = f"cd /root && rm -f file host.json; {command}; status=$?; {written}; exit $status"
    done = guest.run(("sh", "-c", script), timeout=300)
    return done.status, done.stdout.decode() + done.error_text


@pytest.mark.parametrize("line", READING)
def test_what_reads_ends_as_its_page_says_and_changes_nothing(guest: Guest, line: str) -> None:
    before = sh(guest, "cat /etc/fstab; findmnt -rno TARGET,SOURCE; lvs --noheadings")
    status, said = run(guest, line)
    assert status in READING[line], said
    assert said
    assert sh(guest, "cat /etc/fstab; findmnt -rno TARGET,SOURCE; lvs --noheadings") == before


def test_what_changes_does_so(guest: Guest) -> None:
    repair, grow, plan, apply, disconnect, save, ask, again = CHANGING
    status, said = run(guest, repair)
    assert status == 0, said
    assert " /srv/data ext4 " in sh(guest, "cat /etc/fstab")
    status, said = run(guest, grow)
    assert status == 0, said
    assert sh(guest, "lvs --noheadings --units m --nosuffix -o lv_size vg_data/data").strip() == "300.00"
    assert run(guest, plan)[0] == 0
    assert "/srv/data" in sh(guest, "findmnt -rno TARGET")
    status, said = run(guest, apply)
    assert status == 0, said
    assert "/srv/data" not in sh(guest, "findmnt -rno TARGET")
    assert run(guest, "reconnect --yes")[0] == 0
    status, said = run(guest, disconnect)
    assert (status, "--yes" in said) == (3, True), said
    assert run(guest, disconnect, "--yes")[0] == 0
    assert "/srv/data" not in sh(guest, "findmnt -rno TARGET")
    assert run(guest, "reconnect --yes")[0] == 0
    assert sh(guest, "cat /srv/data/file") == "kept"
    status, said = run(guest, save)
    assert status == 0, said
    sh(guest, "iscsi-console setup --save-answers /root/answers")
    for line in (ask, again):
        status, said = run(guest, re.sub(r"\bfile$", "/root/answers", line))
        assert status == 0, said
    assert sh(guest, "cat /srv/data/file") == "kept"
