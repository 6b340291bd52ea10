"""What the operations of the iSCSI half refuse, and what they leave alone then."""

from collections.abc import Callable

import pytest

from tests.storage.operations.iscsi_host import (
    PORTAL,
    RECORD,
    RECORD_PATH,
    SECOND,
    T1,
    WWID,
    add_session,
    debian,
    mount,
)
from tests.storage.scripted_host import ScriptedHost
from tui.storage.host.interface import Answer, Outcome, PortAnswer
from tui.storage.iscsi.chap import ChapSettings
from tui.storage.iscsi.discovery import DiscoveryKind, NodeKey
from tui.storage.operations.iscsi.chap import SetDefaultChap, SetDiscoveryChap, SetRecordChap
from tui.storage.operations.iscsi.discovery import (
    AddDiscoveryRecord,
    AddInterface,
    AddNodeRecord,
    DeleteDiscoveryRecord,
    DeleteInterface,
    StoreDiscovered,
)
from tui.storage.operations.iscsi.initiator import SetInitiatorName
from tui.storage.operations.iscsi.records import DeleteNodeRecord, RemoveStaleLock, SetRecordValues
from tui.storage.operations.iscsi.scan import ScanForLuns
from tui.storage.operations.iscsi.sessions import ANY_SESSION, LogIn, LogOut
from tui.storage.operations.multipath.maps import CreateMultipathMap
from tui.storage.operations.operation import Operation
from tui.storage.operations.services.prerequisites import InstallPackages, RestartDaemon, StartService
from tui.storage.problem import Refused
from tui.storage.secret import Secret

NEW_NAME = "iqn.1993-08.org.debian:01:new"
CHAP = ChapSettings("db7", Secret("db7-Secret-01"))
MUTUAL_ONLY = ChapSettings("", Secret(""), "array", Secret("array-Secret2"))
PATHS = ("sda", "sdb")


def told_record_in_use(host: ScriptedHost) -> None:
    portal = "/etc/iscsi/send_targets/192.0.2.10,3260"
    host.files[f"{portal}/st_config"] = "discovery.sendtargets.address = 192.0.2.10\n"
    host.files[f"{portal}/{T1},192.0.2.10,3260,1,default"] = ""
    add_session(host)


def bound_record(host: ScriptedHost) -> None:
    host.files["/etc/iscsi/ifaces/san-a"] = "iface.iscsi_ifacename = san-a\n"
    bound = RECORD.replace("iface.iscsi_ifacename = default", "iface.iscsi_ifacename = san-a")
    host.files[RECORD_PATH.replace("/default", "/san-a")] = bound


def nothing(_host: ScriptedHost) -> None:
    """The host as it is."""


def no_daemon(host: ScriptedHost) -> None:
    host.sockets.clear()


def failed_session(host: ScriptedHost) -> None:
    add_session(host, state="FAILED")


def logged_in(host: ScriptedHost) -> None:
    add_session(host)


def mounted(host: ScriptedHost) -> None:
    add_session(host)
    mount(host, "sda", "/srv")


def silent_portal(host: ScriptedHost) -> None:
    host.answers[PORTAL.address, PORTAL.port] = PortAnswer(Answer.SILENT, 3.0)


def without_record(host: ScriptedHost) -> None:
    del host.files[RECORD_PATH]


def with_multipath(host: ScriptedHost) -> None:
    add_session(host)
    host.files.update({"/usr/sbin/multipath": "", "/usr/sbin/multipathd": ""})


def with_a_used_path(host: ScriptedHost) -> None:
    with_multipath(host)
    add_session(host, 2, SECOND, disk="sdb")
    mount(host, "sdb", "/srv")


def masked(host: ScriptedHost) -> None:
    host.replies["systemctl", "show", "--property=LoadState"] = Outcome(0, "masked\n")


def iscsiadm_at_work(host: ScriptedHost) -> None:
    host.files.update({"/run/lock/iscsi/lock.write": "", "/proc/9/comm": "iscsiadm\n"})


@pytest.mark.parametrize(
    ("operation", "change", "code"),
    [
        (SetInitiatorName("iqn.2024-05.com.example:a b"), nothing, "name.blank-inside"),
        (SetInitiatorName(NEW_NAME), failed_session, "service.sessions-recover"),
        (RestartDaemon("open-iscsi.service"), nothing, "service.not-the-daemon"),
        (RestartDaemon("iscsid.service"), failed_session, "service.sessions-recover"),
        (InstallPackages(("x",), ""), nothing, "packages.unknown-family"),
        (StartService("iscsid.socket"), masked, "service.masked"),
        (SetRecordChap(T1, PORTAL, "default", CHAP), without_record, "record.missing"),
        (SetRecordChap(T1, PORTAL, "default", ChapSettings("db7")), nothing, "chap.secret-not-kept"),
        (SetRecordChap(T1, PORTAL, "default", MUTUAL_ONLY), nothing, "chap.mutual-without-one-way"),
        (SetDiscoveryChap(DiscoveryKind.ISNS, PORTAL, CHAP), nothing, "chap.only-sendtargets"),
        (SetDiscoveryChap(DiscoveryKind.SENDTARGETS, PORTAL, CHAP), nothing, "chap.no-discovery-record"),
        (SetDefaultChap(ChapSettings("db7"), None), nothing, "chap.secret-not-kept"),
        (AddDiscoveryRecord(DiscoveryKind.SENDTARGETS, PORTAL), no_daemon, "daemon.silent"),
        (AddDiscoveryRecord(DiscoveryKind.FIRMWARE, PORTAL), nothing, "discovery.no-record-kind"),
        (AddNodeRecord("../../etc/cron.d/x", PORTAL), nothing, "record.unusable-name"),
        (AddNodeRecord(T1, SECOND), no_daemon, "daemon.silent"),
        (
            StoreDiscovered(DiscoveryKind.SENDTARGETS, PORTAL, (NodeKey("-oX", PORTAL),)),
            nothing,
            "record.unusable-name",
        ),
        (AddInterface("san-a", "eth9"), nothing, "iface.no-such-interface"),
        (SetRecordValues(T1, SECOND, "default", (("node.startup", "manual"),)), nothing, "record.missing"),
        (
            SetRecordValues(T1, PORTAL, "default", (("node.session.auth.password", "x"),)),
            nothing,
            "record.secret-in-argv",
        ),
        (DeleteNodeRecord(T1, PORTAL), logged_in, "record.in-use"),
        (RemoveStaleLock(), iscsiadm_at_work, "record.database-busy"),
        (
            DeleteDiscoveryRecord(DiscoveryKind.SENDTARGETS, PORTAL),
            told_record_in_use,
            "discovery.records-in-use",
        ),
        (DeleteInterface("san-a"), bound_record, "iface.in-use"),
        (ScanForLuns(1, T1, PORTAL, 7), logged_in, "scan.no-session"),
        (ScanForLuns(1, T1, PORTAL, 1), nothing, "scan.no-session"),
        (ScanForLuns(1, T1, PORTAL, 1), failed_session, "scan.session-down"),
        (LogIn(T1, SECOND), nothing, "record.missing"),
        (LogIn(T1, PORTAL), no_daemon, "daemon.silent"),
        (LogIn(T1, PORTAL), silent_portal, "portal.silent"),
        (LogIn(T1, PORTAL), failed_session, "login.recovering"),
        (LogOut(1, "iqn.2003-01.org.linux-iscsi.lab:t2", PORTAL), logged_in, "logout.another-session"),
        (LogOut(ANY_SESSION, T1, PORTAL), mounted, "logout.in-use"),
        (CreateMultipathMap(WWID, PATHS), logged_in, "multipath.no-tools"),
        (CreateMultipathMap(WWID, PATHS), with_multipath, "multipath.one-path"),
        (CreateMultipathMap(WWID, PATHS), with_a_used_path, "multipath.path-in-use"),
    ],
)
def test_refused_before_anything_is_changed(
    operation: Operation, change: Callable[[ScriptedHost], None], code: str
) -> None:
    host = debian()
    change(host)
    files = dict(host.files)
    assert not operation.is_done(host)
    with pytest.raises(Refused) as refused:
        operation.check(host)
    problem = refused.value.problem
    assert problem.code == code
    assert problem.summary.endswith(".")
    assert problem.cause or problem.remedy
    assert host.files == files
    assert host.shown == []
    assert host.changes == []
