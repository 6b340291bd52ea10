"""The iSCSI operations on a real initiator against a real target."""

from pathlib import Path

import pytest

from tests.lab.conftest import GuestFactory
from tests.lab.operate import operate, performed, tell
from tui.lab.faults import Fault
from tui.lab.guest import Guest
from tui.lab.image import Release

pytestmark = pytest.mark.lab

T1 = "iqn.2003-01.org.linux-iscsi.lab:t1"
SETTING = f"""
T = "{T1}"
P = Portal("192.0.2.10", 3260, 1)
P2 = Portal("198.51.100.10", 3260, 2)
"""
STORE = "StoreDiscovered(ST, P, (NodeKey(T, P),))"

FIND_IN, FIND_OUT = "practice-find-in", "practice-find-out"
LOGIN_IN, LOGIN_OUT = "practice-login-in", "practice-login-out"
SECRETS = (FIND_IN, FIND_OUT, LOGIN_IN, LOGIN_OUT)
SECRET_SETTING = f"""{SETTING}
S = {SECRETS!r}
find = ChapSettings("lab-finder", Secret(S[0]), "lab-array-finder", Secret(S[1]))
login = ChapSettings("lab-initiator", Secret(S[2]), "lab-array", Secret(S[3]))
"""

SEVERAL = f"""
[[network]]
name = "a"
initiator = ["192.0.2.1/24", "2001:db8::1/64"]
array = ["192.0.2.10/24", "2001:db8::10/64"]

[[target]]
name = "{T1}"
portals = ["192.0.2.10:3260", "[2001:db8::10]:3260"]

[[target.lun]]
number = 0
size = "512M"

[[target]]
name = "iqn.2003-01.org.linux-iscsi.lab:empty"
portals = ["192.0.2.10:3261"]
"""


ITS_OWN_WAIT = 60.0
"""Seconds: less than iscsiadm itself waits for a portal that does not answer, which is two minutes."""

LOCK_WAIT = 30.0
"""Seconds iscsiadm waits for the lock of its database (idbm.c)."""


def test_name_records_and_sessions(guest_factory: GuestFactory) -> None:
    guest = guest_factory("open", release=Release.BOOKWORM)
    _set_a_name(guest)
    _keep_what_is_recorded(guest)
    _log_in_and_out(guest)
    _rename_under_a_session(guest)
    _leave_a_recovering_session_alone(guest)


def _set_a_name(guest: Guest) -> None:
    old = guest.read_text("/etc/iscsi/initiatorname.iscsi")
    guest.write_text("/etc/iscsi/initiatorname.iscsi", old + "GenerateName=yes\nInitiatorAlias=db7\n")
    (done,) = operate(
        guest,
        'perform(SetInitiatorName("iqn.1993-08.org.debian:01:lab"), RestartDaemon("iscsid.service"),'
        ' LoadModule("iscsi_tcp"), EnableService("iscsid.socket"), StartService("iscsid.socket"))',
    )
    assert done.stages == ["done", "already", "done", "already", "already"]
    assert done.commands[0] == "systemctl restart iscsid.service"
    text = guest.read_text("/etc/iscsi/initiatorname.iscsi")
    assert text.splitlines()[-2:] == ["InitiatorName=iqn.1993-08.org.debian:01:lab", "InitiatorAlias=db7"]
    assert text.count("\n") == old.count("\n") + 1
    assert guest.check("stat", "-c", "%a", "/etc/iscsi/initiatorname.iscsi").strip() == "600"
    backups = guest.check("sh", "-c", "stat -c %a /var/lib/iscsi-console/backups/*").split()
    assert backups == ["600"]


def _keep_what_is_recorded(guest: Guest) -> None:
    values = '(("node.startup", "automatic"), ("node.session.timeo.replacement_timeout", "33"))'
    told = tell(
        guest,
        f"""{SETTING}
tell("192.0.2.10")
perform({STORE}, SetRecordValues(T, P, "default", {values}))
tell("192.0.2.10")
perform({STORE}, AddNodeRecord(T, P), AddDiscoveryRecord(ST, P), AddDiscoveryRecord(ST, P))
perform(AddInterface("san-a", "eth-none"))
perform(AddInterface("loop", "lo"), AddInterface("loop", "lo"),
        StoreDiscovered(ST, P, (NodeKey(T, P),), ("default", "loop")), DeleteNodeRecord(T, P, "loop"))
tell("192.0.2.10")
""",
    )
    answers = [one["found"] for one in told if "found" in one]
    # Asking stores nothing, and a second asking, with another iface about, finds what was stored.
    here = f"{T1} 192.0.2.10"
    assert answers == [{here: "new"}, {here: "known"}, {here: "known"}]
    first, second, third, bound = (performed(one) for one in told if "stages" in one)
    assert first.stages == ["done", "done"]
    assert second.stages == ["already", "already", "done", "already"]
    assert third.codes == ["iface.no-such-interface"]
    assert bound.stages == ["done", "already", "done", "done"]
    record = guest.check("iscsiadm", "-m", "node", "-T", T1, "-p", "192.0.2.10:3260", "-I", "default")
    assert "node.startup = automatic" in record
    assert "node.session.timeo.replacement_timeout = 33" in record
    assert "node.conn[0].timeo.login_timeout = 15" in record


def _log_in_and_out(guest: Guest) -> None:
    first, second = operate(
        guest,
        f"""{SETTING}
perform(LogIn(T, P), LogIn(T, P), DeleteNodeRecord(T, P))
perform(LogOut(ANY_SESSION, T, P), LogOut(ANY_SESSION, T, P), LogIn(T, P))
""",
    )
    assert first.stages == ["done", "already", "failed"]
    assert first.codes[2] == "record.in-use"
    assert any("512 MiB" in line and "naa." in line for line in first.lines)
    assert second.stages == ["done", "already", "done"]
    assert [command.split()[2] for command in second.commands] == ["session", "node"]
    assert guest.check("ls", "/dev/disk/by-path").count(T1) == 1
    guest.check("sh", "-c", f"mkfs.ext4 -q /dev/disk/by-path/*{T1}* && mount /dev/disk/by-path/*{T1}* /mnt")
    (used,) = operate(guest, f"{SETTING}\nperform(LogOut(ANY_SESSION, T, P))")
    assert used.codes == ["logout.in-use"]
    assert used.commands == []
    guest.check("umount", "/mnt")


def _rename_under_a_session(guest: Guest) -> None:
    (done,) = operate(guest, 'perform(SetInitiatorName("iqn.1993-08.org.debian:01:renamed"))')
    assert done.stages == ["done"]
    state = guest.check(
        "sh", "-c", "cat /sys/class/iscsi_session/*/state /sys/class/iscsi_session/*/initiatorname"
    )
    assert state.split() == ["LOGGED_IN", "iqn.1993-08.org.debian:01:lab"]


def _leave_a_recovering_session_alone(guest: Guest) -> None:
    guest.fault(Fault.TARGET_STOPPED)
    guest.check("sh", "-c", "until grep -q FAILED /sys/class/iscsi_session/*/state; do sleep 0.2; done")
    name, restart, login = operate(
        guest,
        f"""{SETTING}
perform(SetInitiatorName("iqn.1993-08.org.debian:01:again"))
perform(RestartDaemon("open-iscsi.service"))
perform(LogIn(T, P))
""",
    )
    assert name.codes == ["service.sessions-recover"]
    assert restart.codes == ["service.not-the-daemon"]
    assert login.codes == ["portal.refused"]
    assert login.seconds < ITS_OWN_WAIT
    assert [name.commands, restart.commands, login.commands] == [[], [], []]


def test_secrets(guest_factory: GuestFactory) -> None:
    guest = guest_factory("mutual", release=Release.TRIXIE)
    _find_with_chap(guest)
    _log_in_with_chap(guest)
    _make_it_the_default(guest)
    _find_no_secret_anywhere(guest, {"/etc/iscsi/iscsid.conf"})


def _find_with_chap(guest: Guest) -> None:
    told = tell(
        guest,
        f"""{SECRET_SETTING}
tell("192.0.2.10")
wrong = ChapSettings("lab-finder", Secret("not-the-secret"))
half = ChapSettings("lab-finder", Secret(S[0]), "lab-array-finder", Secret("not-it-either"))
perform(AddDiscoveryRecord(ST, P), SetDiscoveryChap(ST, P, wrong))
tell("192.0.2.10")
perform(SetDiscoveryChap(ST, P, half))
tell("192.0.2.10")
perform(SetDiscoveryChap(ST, P, find), SetDiscoveryChap(ST, P, find), watch=S)
tell("192.0.2.10")
""",
    )
    answers = [answer for answer in told if "found" in answer]
    assert [answer["code"] for answer in answers] == [
        "discovery.authentication",
        "discovery.authentication",
        "discovery.mutual",
        "",
    ]
    assert answers[-1]["found"] == {f"{T1} 192.0.2.10": "new"}
    assert told[-2]["stages"] == ["done", "already"]
    assert told[-2]["seen"] == []


def _log_in_with_chap(guest: Guest) -> None:
    none, wrong, mutual, right, resumed = operate(
        guest,
        f"""{SECRET_SETTING}
wrong = ChapSettings("lab-initiator", Secret("not-the-secret"))
half = ChapSettings("lab-initiator", Secret(S[2]), "lab-array", Secret("not-it-either"))
perform({STORE}, LogIn(T, P))
perform(SetRecordChap(T, P, "default", wrong), LogIn(T, P))
perform(SetRecordChap(T, P, "default", half), LogIn(T, P), watch=S)
perform(SetRecordChap(T, P, "default", login), SetRecordChap(T, P, "default", login), LogIn(T, P), watch=S)
perform(SetRecordChap(T, P, "default", ChapSettings("lab-initiator", Secret(""), "lab-array")),
        SetRecordChap(T, P, "default", ChapSettings("somebody")))
""",
    )
    assert (none.codes[1], wrong.codes[1], mutual.codes[1]) == (
        "login.authentication",
        "login.authentication",
        "login.mutual",
    )
    assert right.stages == ["done", "already", "done"]
    assert resumed.stages == ["already", "failed"]
    assert resumed.codes[1] == "chap.secret-not-kept"
    for done in (mutual, right):
        assert done.looks > 2
        assert done.seen == []
        assert not any(secret in done.journal + " ".join(done.commands + done.lines) for secret in SECRETS)
    _find_no_secret_anywhere(
        guest,
        {
            f"/var/lib/iscsi/nodes/{T1}/192.0.2.10,3260,1/default",
            "/var/lib/iscsi/send_targets/192.0.2.10,3260/st_config",
        },
    )


def _make_it_the_default(guest: Guest) -> None:
    before = guest.read_text("/etc/iscsi/iscsid.conf")
    first, second = operate(
        guest,
        f"""{SECRET_SETTING}
perform(SetDefaultChap(login, find), SetDefaultChap(login, find), watch=S)
perform(LogOut(ANY_SESSION, T, P), SetRecordChap(T, P, "default", NO_CHAP), SetDiscoveryChap(ST, P, NO_CHAP),
        SetDefaultChap(login, NO_CHAP), DeleteNodeRecord(T, P), {STORE}, LogIn(T, P), watch=S)
""",
    )
    assert first.stages == ["done", "already"]
    assert second.stages == ["done"] * 7
    assert (first.seen, second.seen) == ([], [])
    after = guest.read_text("/etc/iscsi/iscsid.conf").splitlines()
    assert len(after) == len(before.splitlines())
    assert [line for line in after if "auth" not in line] == [
        line for line in before.splitlines() if "auth" not in line
    ]
    (gone,) = operate(
        guest,
        f"""{SECRET_SETTING}
perform(LogOut(ANY_SESSION, T, P), SetRecordChap(T, P, "default", NO_CHAP))""",
    )
    assert gone.stages == ["done", "done"]


def _find_no_secret_anywhere(guest: Guest, allowed: set[str]) -> None:
    patterns = "\n".join(SECRETS).encode()
    places = ("/etc", "/var", "/tmp", "/root", "/run/iscsi-console.lock", "/run/lock", "/run/udev")
    # 1 of grep: nothing found; 2: also something was not there.
    found = guest.run(("grep", "-rlFs", "-f", "-", *places), stdin=patterns)
    holders = set(found.text.split())
    assert holders == allowed
    for holder in holders:
        assert guest.check("stat", "-c", "%a %U", holder).strip() == "600 root"
    journal = guest.check("journalctl", "--no-pager", "--output=verbose")
    assert not any(secret in journal for secret in SECRETS)


@pytest.mark.parametrize("release", list(Release))
def test_two_paths(guest_factory: GuestFactory, release: Release) -> None:
    guest = guest_factory("two_portals", release=release)
    stored = operate(guest, f"{SETTING}\nperform(StoreDiscovered(ST, P, (NodeKey(T, P), NodeKey(T, P2))))")
    assert stored[0].stages == ["done"]
    _hear_why_it_was_refused(guest)
    _wait_for_nobody(guest)
    _join_and_part(guest)


def _hear_why_it_was_refused(guest: Guest) -> None:
    guest.fault(Fault.ACL_CHANGED, initiators="iqn.2001-01.com.example:other")
    (refused,) = operate(guest, f"{SETTING}\nperform(LogIn(T, P), LogIn(T, P2), together=True)")
    assert refused.codes == ["login.access-list", "login.access-list"]
    assert "failed authorization" in refused.evidence
    guest.fault(Fault.ACL_CHANGED, initiators="any")


def _wait_for_nobody(guest: Guest) -> None:
    guest.fault(Fault.LINK_DOWN)
    told = tell(guest, f'{SETTING}\ntell("198.51.100.10")\ntell("192.0.2.10")\nperform(LogIn(T, P))')
    assert told[0]["found"] == {f"{T1} 192.0.2.10": "unreachable", f"{T1} 198.51.100.10": "known"}
    assert told[1]["code"] in ("portal.silent", "portal.unreachable")
    assert told[2]["stages"] == ["failed"]
    assert all(float(str(one["seconds"])) < ITS_OWN_WAIT for one in told)
    guest.fault(Fault.LINK_UP)


def _join_and_part(guest: Guest) -> None:
    read_luns = """
from tui.storage.host.local import LocalHost
from tui.storage.probe.narrow import look_at_devices
seen = look_at_devices(LocalHost())
wwid, disks = seen.luns[0].wwid, tuple(lun.disk for lun in seen.luns)
"""
    both, joined, parted, left = operate(
        guest,
        f"""{SETTING}
perform(LogIn(T, P), LogIn(T, P2), together=True)
{read_luns}
perform(CreateMultipathMap(wwid, disks), CreateMultipathMap(wwid, disks))
perform(RemoveMultipathMap(wwid, disks), CreateMultipathMap(wwid, disks))
from subprocess import run
name = look_at_devices(LocalHost()).multipath_maps[0].name
run(("mkfs.ext4", "-q", f"/dev/mapper/{{name}}"), check=True)
run(("mount", f"/dev/mapper/{{name}}", "/mnt"), check=True)
perform(LogOut(ANY_SESSION, T, P), LogOut(ANY_SESSION, T, P2))
""",
    )
    assert both.stages == ["done", "done"]
    assert joined.stages == ["done", "already"]
    assert parted.stages == ["done", "done"]
    # One path may go while the other carries the file system; the last may not.
    assert left.stages == ["done", "failed"]
    assert left.codes[1] == "logout.in-use"
    assert guest.check("dmsetup", "info", "-c", "--noheadings", "-o", "uuid").startswith("mpath-")
    assert "rw" in guest.check("findmnt", "-no", "OPTIONS", "/mnt")


def test_ipv6_no_disk_and_a_stale_lock(guest_factory: GuestFactory, tmp_path: Path) -> None:
    description = tmp_path / "several.toml"
    description.write_text(SEVERAL)
    guest = guest_factory(str(description), release=Release.TRIXIE)
    told = tell(guest, 'tell("2001:db8::10")\ntell("192.0.2.10", 22)\ntell("192.0.2.99")')
    assert told[0]["found"] == {
        f"{T1} 192.0.2.10": "new",
        f"{T1} 2001:db8::10": "new",
        "iqn.2003-01.org.linux-iscsi.lab:empty 192.0.2.10": "new",
    }
    assert told[1]["code"] == "portal.refused"
    assert told[2]["code"] in ("portal.silent", "portal.unreachable")
    (done,) = operate(
        guest,
        f"""{SETTING}
P6 = Portal("2001:db8::10", 3260, 1)
E, PE = "iqn.2003-01.org.linux-iscsi.lab:empty", Portal("192.0.2.10", 3261, 1)
unused = ChapSettings("unused", Secret("not-asked-for"))
perform(AddNodeRecord(T, P6), SetRecordChap(T, P6, "default", unused),
        SetRecordChap(T, P6, "default", NO_CHAP), LogIn(T, P6), AddNodeRecord(E, PE), LogIn(E, PE),
        LogOut(ANY_SESSION, E, PE), LogOut(ANY_SESSION, T, P6))
""",
    )
    assert done.stages == ["done"] * 8
    assert any("shows this host no disk" in line for line in done.lines)
    guest.check("sh", "-c", ": > /run/lock/iscsi/lock.write")
    stale, freed = operate(
        guest,
        f"""{SETTING}
P6 = Portal("2001:db8::10", 3260, 1)
chap = ChapSettings("unused", Secret("not-asked-for"))
perform(SetRecordChap(T, P6, "default", chap))
perform(RemoveStaleLock(), SetRecordChap(T, P6, "default", chap))
""",
    )
    assert stale.codes == ["record.lock-stale"]
    assert stale.seconds < LOCK_WAIT
    assert freed.stages == ["done", "done"]
