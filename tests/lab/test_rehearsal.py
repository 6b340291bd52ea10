"""A twin has the storage of its description, and nothing that the description cannot have."""

import json
from collections.abc import Iterator

import pytest

from tests.lab.rehearsed import HOST, TARGET, UUID, WWIDS
from tui.lab.guest import Guest
from tui.lab.places import Places
from tui.practice.rehearsal.description import Described
from tui.practice.rehearsal.twin import Twin

pytestmark = [pytest.mark.lab, pytest.mark.xdist_group("rehearsal")]

Unlike = dict[str, str]


@pytest.fixture(scope="module")
def twin() -> Iterator[tuple[Guest, Unlike]]:
    with Twin(Described(HOST), Places.of_environment(), lambda _words: None) as made:
        yield made.guest, {one.what: one.why for one in made.unlike}


def test_only_what_was_refused_is_missing(twin: tuple[Guest, Unlike]) -> None:
    guest, unlike = twin
    assert unlike == {"/root/.bashrc": "the practice machine keeps its own file there"}
    assert guest.check("hostname").strip() == "production"


def test_its_sessions_go_to_the_addresses_and_disks_of_the_host(twin: tuple[Guest, Unlike]) -> None:
    guest, _unlike = twin
    sessions = guest.check("iscsiadm", "-m", "session")
    assert f"10.20.30.10:3260,1003 {TARGET}" in sessions
    assert f"10.99.0.11:3260,1004 {TARGET}" in sessions
    maps = dict(
        line.split()
        for line in guest.check("multipathd", "show", "maps", "raw", "format", "%n %w").splitlines()
    )
    assert maps == {f"mpath{letter}": f"3{wwid[4:]}" for letter, wwid in zip("dcba", WWIDS, strict=True)}


def volumes(guest: Guest) -> dict[str, dict[str, str]]:
    said = guest.check("lvs", "--reportformat", "json", "-o", "lv_all,raid_sync_action", "data")
    return {one["lv_name"]: one for one in json.loads(said)["report"][0]["lv"]}


def test_its_volumes_are_those_of_the_host(twin: tuple[Guest, Unlike]) -> None:
    guest, _unlike = twin
    made = volumes(guest)
    wanted = {volume.name: volume for volume in HOST.groups[0].logical if volume.active}
    assert {name for name, one in made.items() if one["lv_active"] == "active"} == set(wanted)
    assert {name: made[name]["lv_uuid"] for name in wanted} == {
        name: volume.uuid for name, volume in wanted.items()
    }
    full = {name: round(float(made[name]["data_percent"])) for name in ("pool", "snap", "thin", "thin_snap")}
    assert full == {"pool": 60, "snap": 40, "thin": 30, "thin_snap": 30}
    assert (made["mirror"]["sync_percent"], made["mirror"]["raid_sync_action"]) == ("100.00", "idle")
    assert (made["snap"]["origin"], made["thin_snap"]["origin"]) == ("origin", "thin")
    group = guest.check("vgs", "--noheadings", "-o", "vg_uuid,vg_seqno", "data").split()
    assert group[0] == HOST.groups[0].uuid


def test_its_file_systems_are_as_full(twin: tuple[Guest, Unlike]) -> None:
    guest, _unlike = twin
    for name, number in (
        ("plain", 1),
        ("thin", 2),
        ("thin_snap", 2),
        ("origin", 3),
        ("snap", 3),
        ("cached", 4),
    ):
        assert guest.check("blkid", "-o", "value", "-s", "UUID", f"/dev/data/{name}").strip() == UUID.format(
            number
        )
    used = dict(
        line.split() for line in guest.check("df", "--output=target,used", "--block-size=1M").splitlines()[1:]
    )
    assert int(used["/srv/app"]) in range(38, 43)
    assert int(used["/srv/archive"]) in range(300 * 1024, 302 * 1024)
    assert guest.check("stat", "--format=%a %u:%g", "/srv/app").strip() == "2750 33:33"
    assert guest.check("swapon", "--show=PRIO", "--noheadings").split() == ["7"]


def test_it_is_held_as_on_the_host(twin: tuple[Guest, Unlike]) -> None:
    guest, _unlike = twin
    shown = guest.check("iscsi-console", "plan", "disconnect", "/srv/app", "--users", "stop")
    assert "systemctl stop app.service" in shown
    asked = guest.run(("iscsi-console", "plan", "disconnect", "/srv/archive", "--users", "end"))
    assert "vi" in asked.text + asked.error_text


def test_it_comes_back_after_a_reboot(twin: tuple[Guest, Unlike]) -> None:
    guest, _unlike = twin
    before = {name for name, one in volumes(guest).items() if one["lv_active"] == "active"}
    guest.reboot()
    assert {name for name, one in volumes(guest).items() if one["lv_active"] == "active"} >= before
    assert (
        guest.check("findmnt", "--noheadings", "--output", "SOURCE", "/srv/app").strip()
        == "/dev/mapper/data-plain"
    )
    assert guest.check("systemctl", "is-active", "app.service").strip() == "active"
