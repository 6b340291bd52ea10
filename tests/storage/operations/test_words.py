"""Every operation of the iSCSI half speaks whole, keeps secrets to itself and can be written down."""

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.storage.operations.iscsi_host import PORTAL, T1, WWID
from tui.storage.codec import decode, encode
from tui.storage.iscsi.chap import NO_CHAP, ChapSettings
from tui.storage.iscsi.discovery import DiscoveryKind, NodeKey
from tui.storage.model.iscsi import Portal
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
from tui.storage.operations.iscsi.second_record import RemoveSecondRecord
from tui.storage.operations.iscsi.sessions import ANY_SESSION, LogIn, LogOut
from tui.storage.operations.multipath.maps import CreateMultipathMap, RemoveMultipathMap
from tui.storage.operations.operation import CannotUndo, Operation
from tui.storage.operations.services.prerequisites import (
    DisableService,
    EnableService,
    InstallPackages,
    LoadModule,
    RestartDaemon,
    StartService,
)
from tui.storage.secret import Secret

ROOT = Path(__file__).parents[3]
SECRET, OTHER = "db7-Secret-01", "array-Secret2"
CHAP = ChapSettings("db7", Secret(SECRET), "array", Secret(OTHER))
VALUES = (("node.startup", "automatic"),)
BEFORE = (("node.startup", "manual"),)
OLD, NEW = "iqn.1993-08.org.debian:01:old", "iqn.1993-08.org.debian:01:new"

OPERATIONS: tuple[Operation, ...] = (
    SetInitiatorName(NEW, OLD),
    SetInitiatorName(NEW),
    InstallPackages(("open-iscsi", "lvm2"), "debian"),
    InstallPackages(("iscsi-initiator-utils",), "redhat"),
    InstallPackages(("open-iscsi",), "suse"),
    LoadModule("iscsi_tcp"),
    StartService("iscsid.socket"),
    EnableService("open-iscsi.service"),
    DisableService("open-iscsi.service"),
    RestartDaemon("iscsid.service"),
    SetRecordChap(T1, PORTAL, "default", CHAP),
    SetRecordChap(T1, PORTAL, "default", NO_CHAP),
    SetDiscoveryChap(DiscoveryKind.SENDTARGETS, PORTAL, CHAP),
    SetDefaultChap(CHAP, None),
    SetDefaultChap(None, NO_CHAP),
    AddDiscoveryRecord(DiscoveryKind.SENDTARGETS, PORTAL),
    DeleteDiscoveryRecord(DiscoveryKind.ISNS, PORTAL),
    StoreDiscovered(DiscoveryKind.SENDTARGETS, PORTAL, (NodeKey(T1, PORTAL),), ("default", "san-a")),
    StoreDiscovered(DiscoveryKind.FIRMWARE, None, ()),
    AddNodeRecord(T1, PORTAL),
    AddInterface("san-a", "eth1"),
    DeleteInterface("san-a"),
    SetRecordValues(T1, PORTAL, "default", VALUES, BEFORE),
    SetRecordValues(T1, PORTAL, "default", VALUES),
    DeleteNodeRecord(T1, PORTAL),
    RemoveSecondRecord(T1, PORTAL, "default", Portal("nas.example.com")),
    RemoveStaleLock(),
    LogIn(T1, PORTAL),
    LogOut(3, T1, PORTAL),
    LogIn(T1, PORTAL, "san-a"),
    ScanForLuns(3, T1, PORTAL, 2),
    LogOut(ANY_SESSION, T1, PORTAL),
    CreateMultipathMap(WWID, ("sda", "sdb")),
    RemoveMultipathMap(WWID, ("sda", "sdb")),
)


def name_of(operation: Operation) -> str:
    return type(operation).__name__


@pytest.mark.parametrize("operation", OPERATIONS, ids=name_of)
def test_words_are_whole_and_masked(operation: Operation) -> None:
    shown = operation.shown()
    undo = operation.undo()
    assert operation.title()
    assert not operation.title().endswith(".")
    assert operation.why().endswith(".")
    assert shown
    assert isinstance(undo, CannotUndo) or undo
    assert not isinstance(undo, CannotUndo) or undo.reason.endswith(".")
    words = " ".join((operation.title(), operation.why(), *shown))
    assert "{" not in words
    for told in (words, repr(operation), json.dumps(encode(operation))):
        assert SECRET not in told
        assert OTHER not in told


@pytest.mark.parametrize("operation", OPERATIONS, ids=name_of)
def test_the_journal_reads_it_back_without_its_secrets(operation: Operation) -> None:
    assert Operation.kinds[name_of(operation)] is type(operation)
    read = decode(type(operation), json.loads(json.dumps(encode(operation))))
    assert read.shown() == operation.shown()
    assert encode(read) == encode(operation)
    if "Chap" not in name_of(operation):
        assert read == operation


def test_the_catalogue_alone_knows_every_operation() -> None:
    """In a fresh interpreter, where no import but its own has filled the registry."""
    code = (
        "from tui.storage.operations import catalogue\n"
        "from tui.storage.operations.operation import Operation\n"
        "print(*Operation.kinds)"
    )
    reply = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert sorted(reply.stdout.split()) == sorted(written_operations())


def written_operations() -> list[str]:
    """Every class in the sources that gives a reason: bases of several operations are none."""
    modules = (ast.parse(path.read_text()) for path in (ROOT / "tui/storage/operations").rglob("*.py"))
    classes = [node for module in modules for node in module.body if isinstance(node, ast.ClassDef)]
    bases = {ast.unparse(base) for written in classes for base in written.bases}
    found = [
        written.name
        for written in classes
        if written.name not in bases
        and any(isinstance(part, ast.FunctionDef) and part.name == "why" for part in written.body)
    ]
    assert len(found) > 100
    return found


def test_undoing_leads_back() -> None:
    assert SetInitiatorName(NEW, OLD).undo() == (SetInitiatorName(OLD, NEW),)
    assert LogIn(T1, PORTAL).undo() == (LogOut(ANY_SESSION, T1, PORTAL),)
    values = SetRecordValues(T1, PORTAL, "default", VALUES, BEFORE)
    assert values.undo() == (SetRecordValues(T1, PORTAL, "default", BEFORE, VALUES),)


def test_what_is_shown_is_what_a_person_would_type() -> None:
    at = f"-T {T1} -p 192.0.2.10:3260"
    assert LogIn(T1, PORTAL).shown() == (f"iscsiadm -m node {at} -I default --login",)
    assert LogOut(3, T1, PORTAL).shown() == ("iscsiadm -m session -r 3 --logout",)
    assert AddNodeRecord(T1, PORTAL).shown() == (f"iscsiadm -m node {at},1 -I default -o new",)
    (edit, show) = SetRecordChap(T1, PORTAL, "default", CHAP).shown()
    assert edit.count("********") == 2
    assert show == f"iscsiadm -m node {at} -I default"
    assert InstallPackages(("lvm2",), "suse").shown() == ("zypper --non-interactive install lvm2",)
