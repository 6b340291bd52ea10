"""Records and iscsid.conf as text, and the database's lock."""

import os
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from tests.storage.scripted_host import ScriptedHost
from tui.storage.host.local import LocalHost
from tui.storage.iscsi.record_file import (
    Values,
    change_record,
    edit_conf,
    edit_record,
    lock_path,
    locked,
    without_secrets,
)
from tui.storage.probe.iscsi.database import Database
from tui.storage.probe.iscsi.settings import Settings, parse_settings
from tui.storage.problem import Refused
from tui.storage.secret import MASK, Secret

RECORD = """# BEGIN RECORD 2.1.8
node.name = iqn.2003-01.org.linux-iscsi.lab:t1
node.startup = manual
node.session.auth.authmethod = None
node.session.auth.chap_algs = MD5
node.conn[0].address = 192.0.2.10
# END RECORD
"""
CONF = """# The settings of iscsid
iscsid.startup = /bin/systemctl start iscsid.socket
node.startup = manual

# To set a CHAP username and password
#node.session.auth.authmethod = CHAP
#node.session.auth.username = username
#node.session.auth.password = password
node.session.timeo.replacement_timeout = 120
"""
PATH = "/etc/iscsi/nodes/iqn.2003-01.org.linux-iscsi.lab:t1/192.0.2.10,3260,1/default"
DATABASE = Database("/etc/iscsi", "/run/lock/iscsi")
SECRET = "db7-Secret-01"

chap_values: dict[str, str | Secret] = {
    "node.session.auth.authmethod": "CHAP",
    "node.session.auth.username": "db7",
    "node.session.auth.password": Secret(SECRET),
}
plain = st.text(
    st.characters(blacklist_categories=("Cs", "Cc"), blacklist_characters="\x85\u2028\u2029"), max_size=30
).map(str.strip)


def debian() -> ScriptedHost:
    return ScriptedHost(
        files={PATH: RECORD, "/etc/os-release": "ID=debian\n"}, folders={"/run/lock"}, modes={PATH: 0o600}
    )


def test_a_record_keeps_what_is_not_changed() -> None:
    changed = edit_record(RECORD, chap_values)
    assert changed == RECORD.replace("authmethod = None", "authmethod = CHAP").replace(
        "# END", f"node.session.auth.username = db7\nnode.session.auth.password = {SECRET}\n# END"
    )


def test_an_empty_value_takes_the_setting_away() -> None:
    there = edit_record(RECORD, chap_values)
    gone = edit_record(
        there, {"node.session.auth.username": "", "node.session.auth.password": Secret(""), "other": ""}
    )
    assert gone == RECORD.replace("authmethod = None", "authmethod = CHAP")


def test_repeated_settings_become_one() -> None:
    twice = RECORD.replace(
        "# END", "node.session.auth.password = old\nnode.session.auth.password=older\n# END"
    )
    changed = edit_record(twice, {"node.session.auth.password": Secret(SECRET)})
    assert changed.count("password") == 1
    assert "old" not in changed


@given(plain, plain, st.text(max_size=40))
def test_a_record_reads_back_what_was_set(username: str, password: str, tail: str) -> None:
    values: Values = {"node.session.auth.username": username, "node.session.auth.password": Secret(password)}
    settings = Settings(parse_settings(edit_record(RECORD + tail, values)))
    assert settings.text("node.session.auth.username") == (username if username != "<empty>" else "")
    assert settings.secret("node.session.auth.password") == (Secret(password) if password else None)
    assert settings.text("node.startup") == "manual"


@given(st.text())
def test_no_change_leaves_a_record_byte_for_byte(tail: str) -> None:
    assert edit_record(RECORD + tail, {}) == RECORD + tail


@pytest.mark.parametrize("value", ["two\nlines", "end\n", "\r", "nul\0"])
def test_a_line_break_is_refused(value: str) -> None:
    with pytest.raises(ValueError, match="line break"):
        edit_record(RECORD, {"node.session.auth.username": value})
    with pytest.raises(ValueError, match="line break"):
        edit_conf(CONF, {"node.session.auth.username": value})


def test_a_text_without_an_end_is_no_record() -> None:
    with pytest.raises(ValueError, match="no record"):
        edit_record("", chap_values)


def test_the_configuration_takes_the_place_of_its_samples() -> None:
    changed = edit_conf(CONF, {**chap_values, "discovery.sendtargets.auth.username": "d"})
    expected = (
        CONF.replace("#node.session.auth.authmethod = CHAP", "node.session.auth.authmethod = CHAP")
        .replace("#node.session.auth.username = username", "node.session.auth.username = db7")
        .replace("#node.session.auth.password = password", f"node.session.auth.password = {SECRET}")
    )
    assert changed == expected + "discovery.sendtargets.auth.username = d\n"


def test_what_is_taken_out_of_the_configuration_leaves_its_place() -> None:
    there = edit_conf(CONF, chap_values)
    gone = edit_conf(there, dict.fromkeys(chap_values, ""))
    assert SECRET not in gone
    assert "#node.session.auth.password =\n" in gone
    assert edit_conf(gone, chap_values) == there


def test_a_backup_holds_no_secret() -> None:
    kept = without_secrets(edit_conf(CONF, chap_values))
    assert SECRET not in kept
    assert f"node.session.auth.password = {MASK}\n" in kept
    assert kept.count("\n") == CONF.count("\n")


def test_a_record_is_changed_under_the_lock_and_by_way_of_the_root() -> None:
    host = debian()
    change_record(host, PATH, chap_values)
    assert host.changes == [
        "make /run/lock/iscsi",
        "claim /run/lock/iscsi/lock.write",
        f"replace {PATH}",
        "remove /run/lock/iscsi/lock.write",
    ]
    assert host.replacements[PATH].staging == "/etc/iscsi"
    assert host.replacements[PATH].mode == 0o600
    assert host.replacements[PATH].backup is None
    assert SECRET in host.files[PATH]
    assert host.shown == []


def test_nothing_is_written_where_nothing_changes() -> None:
    host = debian()
    change_record(host, PATH, {"node.startup": "manual"})
    assert f"replace {PATH}" not in host.changes


def test_what_is_no_record_is_left_alone() -> None:
    host = debian()
    host.links[PATH] = "/etc/shadow"
    del host.files[PATH]
    with pytest.raises(Refused) as refused:
        change_record(host, PATH, chap_values)
    assert refused.value.problem.code == "record.not-a-record"
    host = debian()
    host.files[PATH] = ""
    with pytest.raises(Refused) as refused:
        change_record(host, PATH, chap_values)
    assert refused.value.problem.code == "record.damaged"
    assert lock_path(DATABASE) not in host.files


def test_the_lock_goes_when_writing_fails() -> None:
    host = debian()
    host.failures[PATH] = OSError(28, "No space left on device", PATH)
    with pytest.raises(OSError, match="No space"):
        change_record(host, PATH, chap_values)
    assert lock_path(DATABASE) not in host.files
    assert host.files[PATH] == RECORD


@pytest.mark.parametrize(
    ("comm", "code"), [("iscsiadm", "record.database-busy"), ("bash", "record.lock-stale")]
)
def test_a_lock_of_others_is_respected(comm: str, code: str) -> None:
    host = debian()
    host.files.update({lock_path(DATABASE): "", "/proc/77/comm": f"{comm}\n"})
    with pytest.raises(Refused) as refused, locked(host, DATABASE, patience=0.05):
        pytest.fail("the lock was taken")
    assert refused.value.problem.code == code
    assert lock_path(DATABASE) in host.files


def test_what_a_killed_run_left_behind_goes_away() -> None:
    host = debian()
    host.files.update({lock_path(DATABASE): "iscsi-console 4711 99\n", "/etc/iscsi/.iscsi-console-x": SECRET})
    with locked(host, DATABASE, patience=0.5):
        assert host.files[lock_path(DATABASE)].startswith(f"iscsi-console {os.getpid()} ")
    assert lock_path(DATABASE) not in host.files
    assert "/etc/iscsi/.iscsi-console-x" not in host.files


@pytest.mark.skipif(os.geteuid() != 0, reason="changing a host needs root")
def test_a_claim_is_whole_or_not_at_all(tmp_path: Path) -> None:
    host = LocalHost()
    host.claim(str(tmp_path / "lock"), b"me\n")
    assert (tmp_path / "lock").read_bytes() == b"me\n"
    assert (tmp_path / "lock").stat().st_mode & 0o777 == 0o600
    with pytest.raises(FileExistsError):
        host.claim(str(tmp_path / "lock"), b"you\n")
    assert [path.name for path in tmp_path.iterdir()] == ["lock"]
    assert (tmp_path / "lock").read_bytes() == b"me\n"
