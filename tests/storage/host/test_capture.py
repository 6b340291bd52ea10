import json
import os
import stat
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from tests.machines.trees import hostile, orphan
from tests.storage.fake_tree import Disk, add_session, bare_host
from tests.storage.scripted_host import ScriptedHost
from tui.storage.capture import capture
from tui.storage.files.owner_file import write_for_owner
from tui.storage.host.interface import Answer, ChangingHost, Command, Outcome
from tui.storage.host.local import LocalHost
from tui.storage.host.recorded import RecordedHost
from tui.storage.host.recording import RecordingHost, without_secrets
from tui.storage.probe.inventory import take_inventory
from tui.storage.probe.iscsi.iscsid_conf import read_iscsid_conf
from tui.storage.problem import ConsoleError, Refused
from tui.storage.secret import MASK

SECRET = 'planted=sec#ret "12"'
SHORT = "pl4nt"


def host_with_secrets() -> ScriptedHost:
    host = bare_host()
    add_session(host, 1, Disk("sda"))
    record = (
        "node.name = iqn.2003-01.org.example:t1\nnode.conn[0].address = 192.0.2.10\n"
        "node.session.auth.authmethod = CHAP\nnode.session.auth.username = u\n"
        f"node.session.auth.password = {SECRET}\nnode.session.auth.password_in = other-secret-word\n"
    )
    host.files |= {
        "/etc/iscsi/nodes/iqn.2003-01.org.example:t1/192.0.2.10,3260,1/default": record,
        "/etc/iscsi/iscsid.conf": (
            f"#node.session.auth.password = password\n#discovery.sendtargets.auth.password = old-{SECRET}\n"
            f"discovery.sendtargets.auth.password = {SHORT}\n"
        ),
        "/etc/fstab": "//nas/x /nas cifs username=u,password=smb-secret,ro 0 0\n",
        "/etc/iscsi/ifaces/other-secret-word": "iface.iscsi_ifacename = a\n",
        "/usr/sbin/lvm": "",
    }
    host.replies[("lvm",)] = Outcome(0, '{"report": []}', f"  WARNING: {SECRET} and {SHORT}")
    return host


def test_a_planted_secret_is_nowhere_in_the_file(tmp_path: Path) -> None:
    place = tmp_path / "host.json"
    capture(host_with_secrets(), str(place))
    text = place.read_text()
    for secret in (SECRET, json.dumps(SECRET)[1:-1], SHORT, "other-secret-word", "smb-secret"):
        assert secret not in text
    assert MASK in text
    assert "node.session.auth.username = u" in text


def test_the_recorded_inventory_is_the_live_one(tmp_path: Path) -> None:
    for name, host in (("orphan", orphan()), ("hostile", hostile())):
        place = tmp_path / f"{name}.json"
        live = take_inventory(host)
        capture(host, str(place))
        assert take_inventory(RecordedHost(str(place))) == live


def test_what_is_known_of_secrets_stays_known(tmp_path: Path) -> None:
    place = tmp_path / "host.json"
    host = host_with_secrets()
    capture(host, str(place))
    recorded = take_inventory(RecordedHost(str(place)))
    assert [record.chap for record in recorded.node_records] == [
        record.chap for record in take_inventory(host).node_records
    ]
    assert recorded.node_records[0].chap.kind == "mutual"
    assert read_iscsid_conf(RecordedHost(str(place))).discovery_chap.kind == "one-way"


def test_the_file_is_for_its_owner_and_never_replaced_unasked(tmp_path: Path) -> None:
    place = tmp_path / "host.json"
    capture(bare_host(), str(place))
    assert stat.S_IMODE(place.stat().st_mode) == 0o600
    before = place.read_text()
    with pytest.raises(Refused) as refused:
        capture(host_with_secrets(), str(place))
    assert refused.value.problem.code == "capture.exists"
    assert place.read_text() == before
    capture(host_with_secrets(), str(place), force=True)
    assert place.read_text() != before
    assert list(tmp_path.iterdir()) == [place]


def test_a_link_is_not_written_through(tmp_path: Path) -> None:
    link = tmp_path / "link.json"
    link.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(Refused):
        capture(bare_host(), str(link))
    assert not (tmp_path / "elsewhere").exists()


def test_this_very_machine_can_be_captured(tmp_path: Path) -> None:
    place = tmp_path / "host.json"
    recording = RecordingHost(LocalHost(looking_only=True))
    live = take_inventory(recording)
    place.write_text(json.dumps(recording.document()))
    recorded = take_inventory(RecordedHost(str(place)))
    assert (recorded.devices, recorded.mounts, recorded.tools) == (live.devices, live.mounts, live.tools)


def recorded_bare(tmp_path: Path) -> RecordedHost:
    place = tmp_path / "host.json"
    capture(bare_host(), str(place))
    return RecordedHost(str(place))


def test_a_recorded_host_cannot_be_changed(tmp_path: Path) -> None:
    host: ChangingHost = recorded_bare(tmp_path)
    assert not host.is_root
    for change in (
        lambda: host.run(Command(("true",), changes=True)),
        lambda: host.replace("/etc/fstab", b""),
        lambda: host.claim("/etc/lock", b""),
        lambda: host.make_folder("/x"),
        lambda: host.remove("/etc/fstab"),
        lambda: host.write_attribute("/sys/x", "1"),
    ):
        with pytest.raises(Refused) as refused:
            change()
        assert refused.value.problem.code == "host.looking-only"


def test_what_was_not_recorded_is_not_there(tmp_path: Path) -> None:
    host = recorded_bare(tmp_path)
    with pytest.raises(FileNotFoundError):
        host.read("/etc/shadow")
    with pytest.raises(FileNotFoundError):
        host.names("/home")
    assert host.facts("/home") is None
    assert host.usage("/home") is None
    assert host.resolve("/home") == "/home"
    assert not host.listens("x")
    assert host.connect("192.0.2.1", 3260).answer is Answer.UNTRIED
    assert host.run(Command(("uname",))).status == 127


@pytest.mark.parametrize(
    "text", ["", "[]", "{", '{"schema": 2}', '{"schema": 1, "name": 5}', '{"schema": 1, "name": "x"}']
)
def test_what_is_no_capture_is_refused_in_words(tmp_path: Path, text: str) -> None:
    place = tmp_path / "x.json"
    place.write_text(text)
    with pytest.raises(ConsoleError) as error:
        RecordedHost(str(place))
    assert error.value.problem.code == "recorded.malformed"
    with pytest.raises(ConsoleError) as error:
        RecordedHost(str(tmp_path / "none"))
    assert error.value.problem.code == "recorded.unreadable"


VALUE = st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp", "Zs"]), min_size=3, max_size=30)


@given(st.sampled_from(["node.session.auth.password", "  x.password_in", "#a.PASSWORD"]), VALUE)
def test_a_value_called_password_never_stays(key: str, value: str) -> None:
    cleaned = without_secrets(f"before = 1\n{key} = {value}\nafter = 2\n")
    assert cleaned == f"before = 1\n{key} = {MASK}\nafter = 2\n"


@pytest.mark.parametrize("kind", ["fifo", "folder", "device"])
def test_what_is_no_file_is_never_replaced(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "target"
    if kind == "fifo":
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()
    else:
        path.symlink_to("/dev/null")
    with pytest.raises(Refused):
        write_for_owner(str(path), "text", force=True)
    assert path.lstat().st_mode != 0o100600
