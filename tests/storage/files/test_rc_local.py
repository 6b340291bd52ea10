"""Old rc.local lines: which are recognised, and that the script still works without them."""

import subprocess

import pytest
from hypothesis import given, settings, strategies as st

from tui.storage.files.rc_local import Deed, relevant_lines, storage_lines, with_lines_back, without_lines

DATE = "2026-01-02"
GUIDE = """#!/bin/sh -e
# by hand, as the guide says
touch /var/lock/subsys/local
/sbin/iscsiadm -m node -T iqn.2003-01.org.x:t1 -p 172.29.88.62 --login
sleep 5
vgchange -ay vg_data
mount -o acl,rw /dev/vg_data/data /iscsi
exit 0
"""


def deeds(line: str) -> tuple[Deed, ...]:
    found = storage_lines(line)
    return found[0].deeds if found else ()


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("iscsiadm -m node --loginall=automatic", (Deed.LOG_IN,)),
        ("iscsiadm -m node -l", (Deed.LOG_IN,)),
        ("/usr/sbin/iscsiadm -m discovery -t st -p 192.0.2.1 >/dev/null 2>&1", (Deed.LOG_IN,)),
        ("vgchange -ay", (Deed.ACTIVATE,)),
        ("lvm vgchange -a y vg &", (Deed.ACTIVATE,)),
        ("vgscan --mknodes", (Deed.ACTIVATE,)),
        ("lvchange --activate y vg/lv", (Deed.ACTIVATE,)),
        ("mount /dev/vg/lv /data", (Deed.MOUNT,)),
        ("sleep 10 && vgchange -ay && mount /data || true", (Deed.ACTIVATE, Deed.MOUNT)),
        ("systemctl start open-iscsi", (Deed.SERVICE,)),
        ("service iscsi restart", (Deed.SERVICE,)),
        ("/etc/init.d/open-iscsi start", (Deed.SERVICE,)),
        ("  iscsiadm -m node -l  # log in", (Deed.LOG_IN,)),
        ("# iscsiadm -m node -l", ()),
        ("vgchange -an vg", ()),
        ("iscsiadm -m node -u", ()),
        ("iscsiadm -m session", ()),
        ("mount", ()),
        ("mount -o remount,rw /", ()),
        ("mount --bind /a /b", ()),
        ("echo mount /data", ()),
        ("sleep 10", ()),
        ("iscsiadm -m node -l | logger", ()),
        ("if iscsiadm -m node -l; then", ()),
        ("for i in 1 2; do iscsiadm -m node -l; done", ()),
        ("x=$(iscsiadm -m node -l)", ()),
        ("iscsiadm -m node -l; reboot", ()),
        ("cat <<END; mount /x", ()),
        ("{ mount /x; }", ()),
    ],
)
def test_what_a_line_does(line: str, expected: tuple[Deed, ...]) -> None:
    assert deeds(line) == expected


def test_the_guides_script() -> None:
    lines = storage_lines(GUIDE)
    assert [line.number for line in lines] == [4, 6, 7]
    assert [line.deeds for line in lines] == [(Deed.LOG_IN,), (Deed.ACTIVATE,), (Deed.MOUNT,)]
    assert lines[2].mount_point == "/iscsi"
    assert relevant_lines(GUIDE, ("/other",)) == lines[:2]
    assert relevant_lines(GUIDE, ("/iscsi",)) == lines


def test_lines_become_notes_and_come_back() -> None:
    texts = tuple(line.text for line in relevant_lines(GUIDE, ("/iscsi",)))
    without = without_lines(GUIDE, texts, DATE)
    assert ": # iscsi-console 2026-01-02 took this out: vgchange -ay vg_data\n" in without
    assert not storage_lines(without)
    assert with_lines_back(without, texts) == GUIDE


def test_continued_lines_and_branches_stay_a_script() -> None:
    script = "if true; then\n\tiscsiadm -m node \\\n  -T x \\\n  -l\nfi\n"
    (line,) = storage_lines(script)
    without = without_lines(script, (line.text,), DATE)
    assert without.split("\n")[1].startswith("\t: # iscsi-console")
    assert without.split("\n")[2].startswith("  # iscsi-console")
    assert subprocess.run(("sh", "-n"), input=without.encode(), check=False).returncode == 0
    assert with_lines_back(without, (line.text,)) == script


def test_hostile_lines_are_shown_safely() -> None:
    (line,) = storage_lines("mount /dev/x /\x1b[31mred")
    assert "\x1b" not in line.shown


@settings(max_examples=200)
@given(
    st.lists(
        st.one_of(
            st.sampled_from(GUIDE.split("\n")),
            st.sampled_from(["iscsiadm -m node \\", " -l", "mount /a /b \\", "", "\\"]),
            st.text(max_size=20),
        ),
        max_size=8,
    ).map("\n".join)
)
def test_any_script_comes_back_as_it_was(script: str) -> None:
    texts = tuple(line.text for line in storage_lines(script))
    without = without_lines(script, texts, DATE)
    assert without.count("\n") == script.count("\n")
    assert not set(texts) & {line.text for line in storage_lines(without)}
    assert with_lines_back(without, texts) == script
