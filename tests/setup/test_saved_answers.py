"""The answers that would make a host again: read back they say the same, and secrets are not in them."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.setup.building import PORTAL, SECOND, TARGET, fstab, logged_in, state_of, with_volume
from tests.storage.scripted_host import ScriptedHost
from tui.setup.answers import BootWay, Startup, VolumesWay
from tui.setup.answers_file import read_script
from tui.setup.saved_answers import saved_answers
from tui.setup.wishes import Script
from tui.storage.iscsi.chap import ChapKind
from tui.storage.iscsi.discovery import DiscoveryKind
from tui.storage.model.files import FstabEntry
from tui.storage.model.inventory import Inventory
from tui.storage.model.iscsi import ChapFacts, Timers
from tui.storage.problem import Refused


def read_back(inventory: Inventory, tmp_path: Path) -> Script:
    path = tmp_path / "answers.toml"
    path.write_text(saved_answers(ScriptedHost(), state_of(inventory)))
    path.chmod(0o600)
    return read_script(str(path))


ENTRY = FstabEntry(
    1,
    "UUID=22222222-2222-4222-8222-222222222222",
    "/srv/data",
    "ext4",
    ("noatime", "_netdev", "nofail", "x-systemd.device-timeout=90"),
    device="dm-1",
)


def set_up() -> Inventory:
    inventory = with_volume(logged_in(PORTAL, SECOND), mounted="/srv/data")
    records = tuple(
        replace(record, startup="automatic", timers=Timers(77, 15, 8, 5, 5))
        for record in inventory.node_records
    )
    return fstab(replace(inventory, node_records=records), ENTRY)


def test_what_was_set_up_is_said_again(tmp_path: Path) -> None:
    script = read_back(set_up(), tmp_path)
    assert script.discover is not None
    assert (script.discover.kind, script.discover.address) == (DiscoveryKind.SENDTARGETS, PORTAL.address)
    assert script.target.names == (TARGET,)
    assert script.target.portals == (PORTAL.label, SECOND.label)
    assert script.target.startup is Startup.AUTOMATIC
    assert script.target.timers == Timers(77, 15, 8, 5, 5)
    assert (script.volumes.way, script.volumes.existing) == (VolumesWay.EXISTING, ("vg_data/data",))
    (mount,) = script.mounts
    assert (mount.volume, mount.kind, mount.mount_point) == ("vg_data/data", "ext4", "/srv/data")
    assert mount.options == ("noatime",)
    assert script.boot is not None
    assert (script.boot.way, script.boot.device_timeout) == (BootWay.FSTAB_UUID, "90")


def test_a_path_in_fstab_and_a_manual_record_stay_so(tmp_path: Path) -> None:
    inventory = fstab(set_up(), replace(ENTRY, spec="/dev/vg_data/data", options=("rw",)))
    records = tuple(
        replace(record, startup="manual", connection_startup="manual") for record in inventory.node_records
    )
    script = read_back(replace(inventory, node_records=records), tmp_path)
    assert script.boot is not None
    assert script.boot.way is BootWay.FSTAB_PATH
    assert script.target.startup is Startup.MANUAL


def test_secrets_are_named_by_their_files(tmp_path: Path) -> None:
    inventory = set_up()
    chap = ChapFacts("CHAP", "me", has_password=True, username_in="array", has_password_in=True)
    records = tuple(replace(record, chap=chap) for record in inventory.node_records)
    for name in ("session.secret", "session-in.secret"):
        (tmp_path / name).write_text(f"of-{name}\n")
        (tmp_path / name).chmod(0o600)
    script = read_back(replace(inventory, node_records=records), tmp_path)
    assert script.chap is not None
    session = script.chap.session
    assert (session.kind, session.username, session.username_in) == (ChapKind.MUTUAL, "me", "array")
    assert session.password.reveal() == "of-session.secret"
    assert session.password_in.reveal() == "of-session-in.secret"


def test_a_host_without_records_has_no_answers() -> None:
    with pytest.raises(Refused) as raised:
        saved_answers(ScriptedHost(), state_of(replace(set_up(), node_records=())))
    assert raised.value.problem.code == "answers.nothing"
