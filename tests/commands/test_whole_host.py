"""What a capture holds: enough for plans on another machine, and no secret."""

from pathlib import Path

import pytest
from hypothesis import given, settings, strategies as st

from tests.machines.in_use import DISK, MIB, PV_UUID, host_in_use
from tests.storage.scripted_host import ScriptedHost
from tui.commands.whole_host import read_whole_host
from tui.maintenance.dependents import subject_of_target
from tui.maintenance.disconnect import propose
from tui.maintenance.disconnect_seen import AboutUsers, Choices, see
from tui.maintenance.growth_sizes import growth, read_facts
from tui.maintenance.growth_targets import Subject
from tui.storage.capture import capture
from tui.storage.host.interface import Host, Outcome
from tui.storage.host.recorded import RecordedHost
from tui.storage.operations.services.stop_service import StopService
from tui.storage.probe.inventory import take_inventory


def recorded(host: ScriptedHost, folder: Path) -> RecordedHost:
    place = folder / "host.json"
    capture(host, str(place), force=True, look=read_whole_host)
    return RecordedHost(str(place))


def stopped(host: Host) -> list[str]:
    """The services that disconnecting the target would stop."""
    inventory = take_inventory(host)
    subject = subject_of_target(inventory.sessions[0].target)
    choices = Choices(AboutUsers.STOP_SERVICES)
    operations = propose(see(host, subject, inventory), subject, choices).plan.operations
    return [operation.unit for operation in operations if isinstance(operation, StopService)]


def test_on_a_capture_the_same_services_are_stopped_as_on_the_host(tmp_path: Path) -> None:
    host = host_in_use()
    live = stopped(host)
    assert "app.service" in live
    assert stopped(recorded(host, tmp_path)) == live


def test_on_a_capture_the_same_holders_are_known(tmp_path: Path) -> None:
    host = host_in_use()
    subject = subject_of_target(take_inventory(host).sessions[0].target)
    live, captured = see(host, subject), see(recorded(host, tmp_path), subject)
    assert captured.triggers == live.triggers == (("app.service", ("app.timer", "app.socket")),)
    assert [one.pid for one in captured.users.processes] == [10, 11]
    assert [one.held for one in captured.users.processes] == [one.held for one in live.users.processes]
    assert captured.users.kernel == tuple(one for one in live.users.kernel if one.how.value != "claim")
    assert [one.command for one in captured.users.processes] == ["thing", "thing"]


def test_of_those_who_hold_nothing_nothing_is_kept(tmp_path: Path) -> None:
    host = host_in_use()
    recorded(host, tmp_path)
    text = (tmp_path / "host.json").read_text()
    assert "/proc/12/stat" in text
    assert "/proc/12/fd" not in text
    assert "diary" not in text
    assert "/srv/data/log" in text
    assert "letters" not in text


def test_a_pv_whose_extents_begin_late_does_not_lag_on_a_capture(tmp_path: Path) -> None:
    host = host_in_use(start=6 * MIB)
    told = RecordedHost(str(capture_of(host, tmp_path)))
    subject = Subject("vg", "lv")
    for seen in (host, told):
        inventory = take_inventory(seen)
        facts = read_facts(seen, inventory, subject)
        assert facts.starts == ((PV_UUID, 6 * MIB),)
        assert facts.arrays == (("sda", DISK),)
        assert growth(inventory, subject, facts).lagging is None


def test_a_pv_does_not_lag_where_nobody_knows_where_its_extents_begin() -> None:
    host = host_in_use(start=6 * MIB)
    del host.replies["lvm", "pvs"]
    inventory = take_inventory(host)
    facts = read_facts(host, inventory, Subject("vg", "lv"))
    assert facts.starts == ()
    assert growth(inventory, Subject("vg", "lv"), facts).lagging is None


def capture_of(host: ScriptedHost, folder: Path) -> Path:
    recorded(host, folder)
    return folder / "host.json"


SECRET = st.text(
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+/._-", min_size=12, max_size=30
)


@given(SECRET)
@settings(max_examples=20, deadline=None)
def test_a_planted_secret_is_in_no_capture(tmp_path_factory: pytest.TempPathFactory, secret: str) -> None:
    secret = f"pL4{secret}nT"
    host = host_in_use()
    host.files |= {
        "/etc/iscsi/nodes/iqn.2003-01.org.example:t1/192.0.2.10,3260,1/default": (
            "node.name = iqn.2003-01.org.example:t1\nnode.conn[0].address = 192.0.2.10\n"
            f"node.session.auth.username = u\nnode.session.auth.password = a{secret}\n"
        ),
        "/etc/iscsi/iscsid.conf": f"#discovery.sendtargets.auth.password = b{secret}\n",
        "/etc/multipath.conf": (
            f'defaults {{\n  user_friendly_names yes # not c{secret}\n  auth_password "d{secret}"\n}}\n'
            f"! e{secret}\n"
        ),
        "/etc/fstab": (
            f"//nas/x /nas cifs username=u,password=f{secret},ro 0 0\n"
            f"//nas/y /nay cifs user=dom/u%g{secret} 0 0\n"
            f"https://u:h{secret}@dav.example/ /dav davfs rw 0 0\n"
            f"#//nas/z /naz cifs passwd=i{secret} 0 0\n"
        ),
        "/etc/systemd/system/srv-data.mount": (
            f"[Unit]\nDescription=j{secret}\n[Mount]\nWhat=/dev/vg/lv\nWhere=/srv/data\nType=ext4\n"
            f"Environment=PASSWORD=k{secret}\nOptions=password=l{secret},rw\n"
        ),
        "/etc/systemd/system/app.service": f"[Service]\nEnvironment=TOKEN=m{secret}\n",
        "/proc/10/cmdline": f"/usr/bin/app\0--password\0n{secret}\0",
        "/proc/10/environ": f"TOKEN=o{secret}\0",
        "/proc/11/cmdline": f"app: connected as u p{secret}\0",
        "/etc/passwd": f"root:q{secret}:0:0:r{secret}:/root:/bin/sh\n",
    }
    host.replies["journalctl",] = Outcome(0, f"iscsid: refused a{secret}\n")
    folder = tmp_path_factory.mktemp("capture")
    assert secret not in capture_of(host, folder).read_text()
