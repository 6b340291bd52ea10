"""What the operations of the iSCSI half write and call, and how they read the outcome."""

import pytest

from tests.storage.operations.iscsi_host import PORTAL, RECORD_PATH, SECOND, T1, WWID, add_session, debian
from tui.storage.host.interface import Outcome
from tui.storage.iscsi.chap import NO_CHAP, ChapSettings
from tui.storage.iscsi.discovery import DiscoveryKind, NodeKey
from tui.storage.operations.iscsi.chap import SetDefaultChap, SetRecordChap
from tui.storage.operations.iscsi.discovery import AddNodeRecord, StoreDiscovered
from tui.storage.operations.iscsi.initiator import SetInitiatorName, edit_initiator_file, generate_name
from tui.storage.operations.iscsi.sessions import LogIn
from tui.storage.operations.services.prerequisites import InstallPackages, LoadModule
from tui.storage.problem import CommandFailed, OutcomeUnknown
from tui.storage.secret import Secret

NAME_FILE = "/etc/iscsi/initiatorname.iscsi"
CONF = "/etc/iscsi/iscsid.conf"
OLD_NAME, NEW_NAME = "iqn.1993-08.org.debian:01:old", "iqn.1993-08.org.debian:01:new"
CHAP = ChapSettings("db7", Secret("db7-Secret-01"))


def unheard(_line: str) -> None:
    """Listen to nothing."""


def test_a_name_is_written_exactly_and_the_daemon_restarted_alone() -> None:
    host = debian()
    operation = SetInitiatorName(NEW_NAME)
    operation.check(host)
    lines: list[str] = []
    operation.run(host, lines.append)
    assert host.files[NAME_FILE] == f"InitiatorName={NEW_NAME}\n"
    assert host.shown == ["systemctl restart iscsid.service"]
    assert host.replacements[NAME_FILE].mode is None
    assert f"/backup{NAME_FILE}" in lines[0]


def test_a_new_name_file_is_roots_alone() -> None:
    host = debian()
    del host.files[NAME_FILE]
    SetInitiatorName(NEW_NAME).run(host, unheard)
    assert host.replacements[NAME_FILE].mode == 0o600


def test_the_name_counts_once_the_daemon_has_read_it() -> None:
    host = debian()
    operation = SetInitiatorName(OLD_NAME)
    assert not operation.is_done(host), "the daemon began before the file was written"
    host.files["/proc/100/stat"] = host.files["/proc/100/stat"].replace(" 99000 ", " 100100 ")
    assert operation.is_done(host)
    host.files[NAME_FILE] = f" InitiatorName = {OLD_NAME}\n"
    assert not operation.is_done(host), "Debian's start script refuses that form"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("", "InitiatorName=N\n"),
        ("# ours\nInitiatorName=o\nInitiatorAlias=db7", "# ours\nInitiatorName=N\nInitiatorAlias=db7"),
        ("GenerateName=yes\n", "InitiatorName=N\n"),
        (
            "#InitiatorName=s\n InitiatorName = o # x\nMyInitiatorName=y\n",
            "#InitiatorName=s\nInitiatorName=N\n",
        ),
        ("InitiatorAlias=db7", "InitiatorAlias=db7\nInitiatorName=N\n"),
    ],
)
def test_only_the_name_changes_in_its_file(old: str, new: str) -> None:
    assert edit_initiator_file(old, "N") == new


def test_generated_names_are_good_and_differ() -> None:
    host = debian()
    names = {generate_name(host) for _turn in range(5)}
    assert len(names) == 5
    assert all(name.startswith("iqn.1993-08.org.debian:01:") and len(name) == 38 for name in names)


def test_existing_records_are_never_added_again() -> None:
    host = debian()
    host.replies["iscsiadm",] = Outcome(0)
    both = StoreDiscovered(DiscoveryKind.SENDTARGETS, PORTAL, (NodeKey(T1, PORTAL), NodeKey(T1, SECOND)))
    assert not both.is_done(host)
    both.run(host, unheard)
    assert host.shown == [f"iscsiadm -m node -T {T1} -p 198.51.100.10:3260,2 -I default -o new"]
    AddNodeRecord(T1, PORTAL).run(host, unheard)
    assert len(host.shown) == 1


def test_chap_goes_into_the_file_and_into_no_command() -> None:
    host = debian()
    operation = SetRecordChap(T1, PORTAL, "default", CHAP)
    operation.check(host)
    operation.run(host, unheard)
    assert operation.is_done(host)
    assert "node.session.auth.password = db7-Secret-01\n" in host.files[RECORD_PATH]
    assert host.shown == []
    assert SetRecordChap(T1, PORTAL, "default", ChapSettings("db7")).is_done(host), "resumed, secret unknown"
    assert not SetRecordChap(T1, PORTAL, "default", ChapSettings("other")).is_done(host)
    SetRecordChap(T1, PORTAL, "default", NO_CHAP).run(host, unheard)
    assert "db7" not in host.files[RECORD_PATH]
    assert SetRecordChap(T1, PORTAL, "default", NO_CHAP).is_done(host)


def test_default_chap_makes_the_configuration_roots_alone() -> None:
    host = debian()
    operation = SetDefaultChap(CHAP, CHAP)
    operation.run(host, unheard)
    assert operation.is_done(host)
    assert host.replacements[CONF].mode == 0o600
    SetDefaultChap(NO_CHAP, NO_CHAP).run(host, unheard)
    backup = host.replacements[CONF].backup
    assert backup is not None
    assert b"db7-Secret-01" not in backup
    assert "db7" not in host.files[CONF]
    assert "node.startup = manual\n" in host.files[CONF]


def test_a_login_waits_as_long_as_the_record_says_and_explains_its_failure() -> None:
    host = debian()
    host.replies["iscsiadm",] = Outcome(24, "", "iscsiadm: initiator reported error (24)\n")
    said = "conn 0 login rejected: initiator failed authorization with target\n"
    host.replies["journalctl",] = Outcome(0, said)
    operation = LogIn(T1, PORTAL)
    operation.check(host)
    with pytest.raises(CommandFailed) as failed:
        operation.run(host, unheard)
    assert failed.value.problem.code == "login.access-list"
    login = next(command for command in host.commands if command.changes)
    assert login.deadline == 5 * 2 + 10


def test_a_login_that_does_not_end_is_unknown() -> None:
    host = debian()
    host.replies["iscsiadm",] = Outcome(None, seconds=20.0)
    with pytest.raises(OutcomeUnknown) as unknown:
        LogIn(T1, PORTAL).run(host, unheard)
    assert unknown.value.problem.code == "login.deadline"


def test_what_counts_is_the_session_not_the_exit_code() -> None:
    host = debian()
    add_session(host)
    host.replies["iscsiadm",] = Outcome(15)
    lines: list[str] = []
    LogIn(T1, PORTAL).run(host, lines.append)
    assert lines == ["Logged in, session 1.", f"LUN 0: sda, 1 MiB, LIO-ORG disk, {WWID}"]
    assert LogIn(T1, PORTAL).is_done(host)
    assert not LogIn(T1, SECOND).is_done(host)


def test_a_module_that_cannot_be_loaded_has_a_reason() -> None:
    host = debian()
    host.replies["modprobe",] = Outcome(1, "", "modprobe: FATAL: Module iscsi_tcp not found\n")
    with pytest.raises(CommandFailed) as failed:
        LoadModule("iscsi_tcp").run(host, unheard)
    assert "updated" in failed.value.problem.cause


def test_an_installation_passes_on_its_lines_and_fails_with_them() -> None:
    host = debian()
    host.replies["dpkg-query",] = Outcome(0, "installed\nnot-installed\n")
    host.replies["env", "DEBIAN_FRONTEND=noninteractive", "apt-get"] = Outcome(
        100, "Reading\x1b[31m package lists\n", "E: Unable to locate package lvm2\n"
    )
    quiet = ("env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "--quiet")
    host.replies[*quiet, "update"] = Outcome(0, "", "W: Failed to fetch …\n")
    operation = InstallPackages(("open-iscsi", "lvm2"), "debian")
    assert not operation.is_done(host)
    lines: list[str] = []
    with pytest.raises(CommandFailed) as failed:
        operation.run(host, lines.append)
    assert lines[0] == "Reading\\x1b[31m package lists"
    assert failed.value.problem.evidence == (
        "W: Failed to fetch …",
        "E: Unable to locate package lvm2",
    )
    assert all(command.deadline == 600 for command in host.commands if command.changes)
