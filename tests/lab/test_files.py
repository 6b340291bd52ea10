"""Files of the system on a real kernel: what is kept when one is replaced, and what is not replaced."""

import json
from collections.abc import Iterator

import pytest

from tests.lab.operate import run_script
from tests.lab.volumes import sh
from tui.lab.guest import Guest
from tui.lab.image import Release

pytestmark = pytest.mark.lab

LINE = "tmpfs /srv/one tmpfs noauto 0 0"
OTHER = "tmpfs /srv/one tmpfs noauto,mode=0700 0 0"

SCRIPT = """
import json, os
from tests.lab.guest_side import perform
from tui.storage.operations.boot.fstab_line import ChangeFstabLine
from tui.storage.host import replacing
{before}
perform(ChangeFstabLine({old!r}, {new!r}, "A reason."))
"""


@pytest.fixture(scope="module")
def guest() -> Iterator[Guest]:
    with Guest.boot(Release.BOOKWORM) as booted:
        sh(booted, "mkdir -p /srv/one && cp -a /etc/fstab /root/fstab.before")
        yield booted


@pytest.fixture(autouse=True)
def fstab(guest: Guest) -> Iterator[None]:
    """fstab with one line more, and as it was afterwards."""
    sh(guest, f"echo '{LINE}' >> /etc/fstab")
    yield
    sh(
        guest,
        """
        chattr -i -a /etc/fstab /etc 2>/dev/null || true
        umount /etc/fstab 2>/dev/null || true
        rm -f /etc/fstab /etc/fstab.* /root/real-fstab
        cp -a /root/fstab.before /etc/fstab
        """,
    )


def change(guest: Guest, before: str = "") -> tuple[str, str, str]:
    """Change the line as a repair does; the problem's code, its summary and its evidence."""
    said = run_script(guest, SCRIPT.format(before=before, old=LINE, new=OTHER), 100.0)
    told = next(json.loads(line) for line in said.splitlines() if line.startswith("{"))
    (problem,) = told["problems"]
    if problem is None:
        return "", "", ""
    return problem["code"], problem["summary"], "\n".join(problem["evidence"])


def test_everything_about_the_file_stays(guest: Guest) -> None:
    sh(
        guest,
        """
        cat > /root/attributes.py <<'END'
import os, struct
acl = struct.pack("<I", 2) + b"".join(struct.pack("<HHI", *entry) for entry in (
    (1, 6, 0xFFFFFFFF), (2, 4, 65534), (4, 4, 0xFFFFFFFF), (16, 4, 0xFFFFFFFF), (32, 0, 0xFFFFFFFF)))
os.setxattr("/etc/fstab", "system.posix_acl_access", acl)
for name in ("user.note", "trusted.note", "security.note", "security.selinux"):
    os.setxattr("/etc/fstab", name, b"system_u:object_r:etc_t:s0")
END
        python3 /root/attributes.py
        chown root:daemon /etc/fstab
        """,
    )
    look = (
        "import os; s = os.stat('/etc/fstab'); "
        "print(sorted((n, os.getxattr('/etc/fstab', n).hex()) for n in os.listxattr('/etc/fstab')), "
        "oct(s.st_mode), s.st_uid, s.st_gid)"
    )
    before = guest.check("python3", "-c", look)
    assert all(f"{kind}.note" in before for kind in ("user", "trusted", "security"))
    assert "posix_acl_access" in before
    number = sh(guest, "stat -c %i /etc/fstab")
    assert change(guest) == ("", "", "")
    assert guest.check("python3", "-c", look) == before
    assert sh(guest, "stat -c %i /etc/fstab") != number
    assert OTHER in sh(guest, "cat /etc/fstab")


def test_a_symbolic_link_stays_one(guest: Guest) -> None:
    sh(guest, "mv /etc/fstab /root/real-fstab && ln -s /root/real-fstab /etc/fstab")
    assert change(guest) == ("", "", "")
    assert sh(guest, "readlink /etc/fstab").strip() == "/root/real-fstab"
    assert OTHER in sh(guest, "cat /root/real-fstab")


@pytest.mark.parametrize(
    ("stage", "code", "named"),
    [
        ("chattr +i /etc/fstab", "file.protected", "chattr +i"),
        ("chattr +a /etc/fstab", "file.protected", "chattr +a"),
        ("chattr +i /etc", "file.protected", "/etc is protected"),
        ("ln /etc/fstab /etc/fstab.linked", "file.hard-links", "2 hard links"),
        (
            "cp -a /etc/fstab /root/real-fstab && mount --bind /root/real-fstab /etc/fstab",
            "file.mount-point",
            "bind",
        ),
    ],
    ids=["immutable", "append-only", "directory", "hard link", "bind mount"],
)
def test_what_a_new_file_would_break_is_left_as_it_is(
    guest: Guest, stage: str, code: str, named: str
) -> None:
    sh(guest, stage)
    before = sh(guest, "sha256sum /etc/fstab; stat -c '%i %h' /etc/fstab; ls -A /etc | sha256sum")
    found, summary, _evidence = change(guest)
    assert (found, named in summary) == (code, True), summary
    assert sh(guest, "sha256sum /etc/fstab; stat -c '%i %h' /etc/fstab; ls -A /etc | sha256sum") == before


def test_another_editors_line_is_never_lost(guest: Guest) -> None:
    theirs = "tmpfs /srv/theirs tmpfs noauto 0 0"
    meanwhile = f"""
whole = replacing._keep_attributes
def edit(*given):
    with open("/etc/fstab", "a") as file:
        file.write({theirs!r} + "\\n")
    whole(*given)
replacing._keep_attributes = edit
"""
    code, _summary, evidence = change(guest, meanwhile)
    assert code == "file.changed"
    assert f"+{theirs}" in evidence
    present = sh(guest, "cat /etc/fstab")
    assert theirs in present
    assert LINE in present
    assert OTHER not in present
    assert "iscsi-console" not in sh(guest, "ls -A /etc")
    # Read again, the change is made beside their line.
    assert change(guest) == ("", "", "")
    assert {theirs, OTHER} <= set(sh(guest, "cat /etc/fstab").splitlines())


BETWEEN = """
whole = replacing.exchange
def exchange(one, other):
    replacing.exchange = whole
    {edit}
    return whole(one, other)
replacing.exchange = exchange
"""


@pytest.mark.parametrize(
    ("edit", "code"),
    [
        ("open('/etc/fstab', 'a').write('tmpfs /srv/theirs tmpfs noauto 0 0\\n')", "file.changed"),
        ("os.system('sed -i s/noauto/ro,noauto/ /etc/fstab')", "file.changed"),
        ("replacing.editor = open('/etc/fstab', 'r+')", "file.being-written"),
    ],
    ids=["in place", "by a new file", "open"],
)
def test_what_is_written_in_the_last_moment_is_put_back(guest: Guest, edit: str, code: str) -> None:
    found, _summary, _evidence = change(guest, BETWEEN.format(edit=edit))
    assert found == code
    present = sh(guest, "cat /etc/fstab")
    assert OTHER not in present
    assert ("theirs" in present, "ro,noauto" in present, LINE in present) == (
        "theirs" in edit,
        "sed" in edit,
        "sed" not in edit,
    )
    assert "iscsi-console" not in sh(guest, "ls -A /etc")
