"""What the captures of several hosts say together."""

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from tests.fleet.hosts import CONF, LUN, MACHINES, MULTIPATH, NOW, SINGLE, TARGET, run_of, varied, written
from tests.test_import_hygiene import ROOT
from tui.fleet.compared import read_compared
from tui.fleet.facts import Cell, HostFacts, Shown, Unreadable, UseFacts
from tui.fleet.finding import FleetFinding, Weight
from tui.fleet.fleet import Age, Fleet, RowKind, survey
from tui.fleet.reading import read_capture
from tui.storage.host.recorded import RecordedHost
from tui.storage.probe.system.machine import _COMMAND

Change = Callable[[dict[str, Any]], None]
OPEN = {"answer": "open", "seconds": 0.01, "detail": ""}
SILENT = {"answer": "silent", "seconds": 3.0, "detail": ""}
MACHINE = list(_COMMAND.argv)


def facts(directory: Path, captures: Mapping[str, str]) -> list[HostFacts]:
    """What captures say, read from files."""
    written(directory, captures)
    found = [read_capture(directory / f"{name}.json") for name in captures]
    assert [one for one in found if isinstance(one, Unreadable)] == []
    return [one for one in found if isinstance(one, HostFacts)]


def compared(directory: Path, captures: Mapping[str, str], now: float = NOW + 60) -> Fleet:
    """Captures put side by side."""
    return survey(facts(directory, captures), (), now)


def found(fleet: Fleet, code: str) -> list[FleetFinding]:
    """The findings of a code."""
    return [finding for finding in fleet.findings if finding.code == code]


def cell(fleet: Fleet, key: str, host: str) -> Cell:
    """How something stands on a host."""
    row = next(row for row in fleet.rows if row.key == key)
    return row.cells[[column.name for column in fleet.columns].index(host)]


def connects(**answers: dict[str, Any]) -> Change:
    """Have portals answer; keywords are the first bytes of their addresses."""
    addresses = {"first": "192.0.2.10 3260", "second": "198.51.100.10 3260"}

    def change(document: dict[str, Any]) -> None:
        document["connect"] = {addresses[name]: answer for name, answer in answers.items()}

    return change


def test_one_file_system_mounted_by_two_hosts_is_the_worst(tmp_path: Path) -> None:
    fleet = compared(tmp_path, {name: varied(SINGLE, name) for name in ("db1", "db2")})
    worst = fleet.findings[0]
    assert (worst.code, worst.weight, worst.subject) == ("mounted-by-several", Weight.DANGER, LUN)
    assert worst.hosts == ("db1.json", "db2.json")
    assert worst.seen == (("db1", "ext4 at /iscsi data"), ("db2", "ext4 at /iscsi data"))
    assert "apart" not in worst.meaning


def test_captures_of_different_moments_are_no_proof(tmp_path: Path) -> None:
    captures = {"db1": varied(SINGLE, "db1"), "db2": varied(SINGLE, "db2", now=NOW - 1800)}
    (finding,) = found(compared(tmp_path, captures), "mounted-by-several")
    assert "The captures are 30 minutes apart" in finding.meaning


def test_swap_space_of_two_hosts(tmp_path: Path) -> None:
    fleet = compared(tmp_path, {name: varied(MULTIPATH, name) for name in ("db1", "db2")})
    assert [finding.weight for finding in found(fleet, "swap-of-several")] == [Weight.DANGER]


@pytest.mark.parametrize(
    ("kind", "read_only", "weights"),
    [
        ("ext4", (False, False), [Weight.DANGER]),
        ("ext4", (False, True), [Weight.DANGER]),
        ("xfs", (True, True), [Weight.RISK]),
        ("gfs2", (False, False), []),
    ],
)
def test_cluster_file_systems_and_read_only_mounts(
    kind: str, read_only: tuple[bool, bool], weights: list[Weight]
) -> None:
    hosts = [
        HostFacts(f"{name}.json", name, NOW, uses=(UseFacts("u", kind, "/data", (LUN,), is_read_only),))
        for name, is_read_only in zip(("db1", "db2"), read_only, strict=True)
    ]
    assert [one.weight for one in survey(hosts, (), NOW).findings] == weights


def test_a_copy_of_a_file_system_on_another_lun(tmp_path: Path) -> None:
    captures = {
        "db1": varied(SINGLE, "db1"),
        "db2": varied(
            SINGLE, "db2", {"6001405d16f77073e8f52bf8b4899727": "6001405eeeeeeeeeeeeeeeeeeeeeeeee"}
        ),
    }
    fleet = compared(tmp_path, captures)
    assert found(fleet, "mounted-by-several") == []
    assert [finding.weight for finding in found(fleet, "same-file-system-uuid")] == [Weight.RISK]


def test_different_file_systems_on_one_lun(tmp_path: Path) -> None:
    fleet = compared(tmp_path, {"db1": varied(SINGLE, "db1"), "db2": varied(MULTIPATH, "db2")})
    assert [finding.hosts for finding in found(fleet, "lun-used-by-several")] == [("db1.json", "db2.json")]


def test_a_group_without_owner_that_two_hosts_activate(tmp_path: Path) -> None:
    (finding,) = found(
        compared(tmp_path, {name: varied(SINGLE, name) for name in ("db1", "db2")}), "unprotected-vg"
    )
    assert finding.weight is Weight.DANGER
    assert "vg_ittest has no system ID and no lock manager" in finding.summary


def test_a_group_of_another_host_is_protected(tmp_path: Path) -> None:
    captures = {name: varied("foreign-group", name) for name in ("db1", "db2")}
    assert found(compared(tmp_path, captures), "unprotected-vg") == []


def test_a_group_under_a_lock_manager_is_protected(tmp_path: Path) -> None:
    words = {'\\"vg_shared\\":\\"0\\"': '\\"vg_shared\\":\\"1\\"'}
    captures = {name: varied(SINGLE, name, words) for name in ("db1", "db2")}
    assert found(compared(tmp_path, captures), "unprotected-vg") == []


def test_one_initiator_name_on_two_hosts(tmp_path: Path) -> None:
    captures = {
        "db1": varied(SINGLE, "db1", {"debian:01:db1": "debian:01:one"}),
        "db2": varied(SINGLE, "db2", {"debian:01:db2": "debian:01:one"}),
        "db3": varied(SINGLE, "db3"),
    }
    (finding,) = found(compared(tmp_path, captures), "same-initiator-name")
    assert (finding.weight, finding.hosts) == (Weight.DANGER, ("db1.json", "db2.json"))
    assert finding.subject == TARGET


@pytest.mark.parametrize("machines", [("a" * 32, "a" * 32), ("a" * 32, "b" * 32), ("", "")])
def test_clones_have_one_machine_id(tmp_path: Path, machines: tuple[str, str]) -> None:
    captures = {
        name: varied("bare", name, change=lambda document, word=word: run_of(document, MACHINE, f"{word}\n"))  # type: ignore[misc]
        for name, word in zip(("db1", "db2"), machines, strict=True)
    }
    is_clone = machines[0] == machines[1] != ""
    assert bool(found(compared(tmp_path, captures), "same-machine-id")) is is_clone


def test_a_portal_that_one_host_does_not_reach(tmp_path: Path) -> None:
    captures = {
        "db1": varied(MULTIPATH, "db1", change=connects(first=OPEN, second=OPEN)),
        "db2": varied("multipath-one-path", "db2", change=connects(first=OPEN, second=SILENT)),
        "db3": varied("multipath-one-path", "db3"),
    }
    fleet = compared(tmp_path, captures)
    (finding,) = found(fleet, "portal-of-some")
    assert finding.hosts == ("db2.json",)
    assert finding.summary == "The portal 198.51.100.10:3260 answers db1, but not db2."
    assert cell(fleet, "198.51.100.10:3260", "db2") == Cell(
        Shown.BROKEN, "no answer", cell(fleet, "198.51.100.10:3260", "db3").detail
    )
    # Nobody tried on the third one: its session is lost, and no more is known.
    assert cell(fleet, "198.51.100.10:3260", "db3").words == "lost"


def test_a_portal_that_nobody_reaches_is_no_matter_between_hosts(tmp_path: Path) -> None:
    captures = {
        name: varied("failed-session", name, change=connects(first=SILENT)) for name in ("db1", "db2")
    }
    assert found(compared(tmp_path, captures), "portal-of-some") == []


def test_a_lun_that_one_host_sees_in_its_former_size(tmp_path: Path) -> None:
    captures = {
        "db1": varied(SINGLE, "db1", {'"1048576\\n"': '"2097152\\n"'}),
        "db2": varied(SINGLE, "db2"),
        "db3": varied(SINGLE, "db3", {'"1048576\\n"': '"2097152\\n"'}),
    }
    fleet = compared(tmp_path, captures)
    (finding,) = found(fleet, "size-differs")
    assert finding.hosts == ("db2.json",)
    assert finding.seen == (("db1, db3", "1 GiB"), ("db2", "512 MiB"))
    assert next(row for row in fleet.rows if row.key == LUN).detail.startswith("512 MiB / 1 GiB")


def test_a_lun_is_missing_only_where_it_is_expected(tmp_path: Path) -> None:
    captures = {
        "db1": varied(SINGLE, "db1"),
        # Its fstab has the file system that is on the LUN, and nothing is logged in.
        "db2": varied("record-only", "db2", change=expecting),
        "db3": varied("record-only", "db3"),
        "db4": varied("record-only", "db4", change=expecting, now=NOW - 90_000),
    }
    fleet = compared(tmp_path, captures)
    assert cell(fleet, LUN, "db2").shown is Shown.MISSING
    assert cell(fleet, LUN, "db3") == Cell(Shown.NONE, "")
    assert cell(fleet, LUN, "db4").shown is Shown.UNKNOWN
    (finding,) = found(fleet, "lun-missing")
    assert (finding.hosts, finding.subject) == (("db2.json",), LUN)
    assert finding.seen == (("db2", "/iscsi in fstab"), ("db1", "there"))


def expecting(document: dict[str, Any]) -> None:
    """Have fstab mount what is on the LUN of another host."""
    document["read"]["/etc/fstab"] += "UUID=9c338cd1-0bb9-4dc0-8619-c98cb34177dc /iscsi ext4 _netdev 0 2\n"


def test_timers_and_settings_that_differ_between_hosts_of_one_target(tmp_path: Path) -> None:
    def shorter(document: dict[str, Any]) -> None:
        document["read"][CONF] = document["read"][CONF].replace(
            "replacement_timeout = 120", "replacement_timeout = 15"
        )

    captures = {
        "db1": varied(SINGLE, "db1"),
        "db2": varied(SINGLE, "db2", {"replacement_timeout = 60": "replacement_timeout = 5"}, shorter),
        "db3": varied(SINGLE, "db3"),
        "other": varied("bare", "other", change=shorter),
    }
    fleet = compared(tmp_path, captures)
    (timer,) = found(fleet, "timers-differ")
    assert (timer.weight, timer.hosts, timer.subject) == (Weight.DIFFERENCE, ("db2.json",), TARGET)
    assert timer.seen == (("db1, db3", "60"), ("db2", "5"))
    (setting,) = found(fleet, "iscsid-conf-differs")
    # The host that uses nothing in common with the others is not compared with them.
    assert setting.seen == (("db1, db3", "120"), ("db2", "15"))
    assert "db2" in setting.summary


def test_versions_are_compared_within_a_release(tmp_path: Path) -> None:
    words = {"6.1.176": "6.1.200"}
    captures = {"db1": varied(SINGLE, "db1"), "db2": varied(SINGLE, "db2", words)}
    (finding,) = found(compared(tmp_path, captures), "versions-differ")
    assert finding.seen == (("db1", "6.1.176"), ("db2", "6.1.200"))
    captures["db2"] = varied(SINGLE, "db2", {**words, 'VERSION_ID=\\"12\\"': 'VERSION_ID=\\"13\\"'})
    assert found(compared(tmp_path, captures), "versions-differ") == []


def test_multipath_policies_of_one_array(tmp_path: Path) -> None:
    hosts = facts(tmp_path, {name: varied(MULTIPATH, name) for name in ("db1", "db2")})
    luns = [host.luns[0] for host in hosts]
    policies = ("service-time, alua", "round-robin, alua")
    hosts = [
        replace(host, luns=(replace(lun, policy=policy),))
        for host, lun, policy in zip(hosts, luns, policies, strict=True)
    ]
    (finding,) = found(survey(hosts, (), NOW), "multipath-differs")
    assert "LIO-ORG FILEIO" in finding.summary
    hosts[1] = replace(hosts[1], luns=(replace(luns[1], policy=""),))
    assert found(survey(hosts, (), NOW), "multipath-differs") == []


@pytest.mark.parametrize(("age", "now"), [(Age.OLD, NOW + 86_401), (Age.AHEAD, NOW - 301)])
def test_a_host_whose_capture_does_not_count_is_unknown_in_every_row(
    tmp_path: Path, age: Age, now: float
) -> None:
    captures = {
        path.stem: varied(path.stem, path.stem) for path in MACHINES.glob("*.json") if "o" in path.stem[:4]
    }
    fleet = compared(tmp_path, captures, now)
    assert {column.age for column in fleet.columns} == {age}
    assert {one.shown for row in fleet.rows for one in row.cells} == {Shown.UNKNOWN}
    assert fleet.findings == ()


def test_what_was_captured_without_root_is_unknown_where_it_is_not_seen(tmp_path: Path) -> None:
    def unprivileged(document: dict[str, Any]) -> None:
        document["read"]["/proc/self/status"] = "Uid:\t1000\t1000\t1000\t1000\n"

    captures = {"db1": varied(SINGLE, "db1"), "db2": varied("bare", "db2", change=unprivileged)}
    assert cell(compared(tmp_path, captures), LUN, "db2").shown is Shown.UNKNOWN


def test_the_newest_capture_of_a_host_counts(tmp_path: Path) -> None:
    captures = {"before": varied(SINGLE, "db1", now=NOW - 100), "after": varied("failed-session", "db1")}
    fleet = compared(tmp_path, captures)
    assert [column.facts.file for column in fleet.columns] == ["after.json"]
    assert fleet.replaced == (("before.json", "after.json"),)


def test_two_hosts_of_one_name_are_two_columns(tmp_path: Path) -> None:
    captures = {
        "one": varied(SINGLE, "localhost"),
        "two": varied(SINGLE, "localhost", change=other_interface),
    }
    fleet = compared(tmp_path, captures)
    assert [column.name for column in fleet.columns] == ["localhost (one.json)", "localhost (two.json)"]
    assert [finding.hosts for finding in found(fleet, "same-initiator-name")] == [("one.json", "two.json")]


def other_interface(document: dict[str, Any]) -> None:
    """Have another hardware address."""
    document["read"]["/sys/class/net/eth0/address"] = "02:00:00:00:00:99"


def test_the_findings_of_hosts_are_in_one_list_and_alike_ones_once(tmp_path: Path) -> None:
    captures = {
        "db1": varied("failed-session", "db1"),
        "db2": varied("failed-session", "db2"),
        "db3": varied("lost-disk", "db3"),
    }
    fleet = compared(tmp_path, captures)
    assert [(one.code, one.hosts) for one in fleet.findings if one.own and one.weight is Weight.BROKEN][
        :1
    ] == [("F05.session-lost", ("db1.json", "db2.json"))]
    weights = [finding.weight for finding in fleet.findings]
    assert weights == sorted(weights, key=list(Weight).index)


def test_rows_are_luns_then_targets_then_portals(tmp_path: Path) -> None:
    fleet = compared(tmp_path, {"db1": varied(MULTIPATH, "db1"), "db2": varied("record-only", "db2")})
    assert [row.kind for row in fleet.rows] == [RowKind.LUN, RowKind.TARGET, RowKind.PORTAL, RowKind.PORTAL]
    assert cell(fleet, LUN, "db1") == Cell(Shown.USED, "mounted", "/data, swap")
    assert cell(fleet, TARGET, "db1") == Cell(Shown.THERE, "2 of 2")
    assert cell(fleet, TARGET, "db2").shown is Shown.INTENDED
    assert cell(fleet, "192.0.2.10:3260", "db2").shown is Shown.INTENDED


def test_what_older_captures_do_not_have_is_not_known() -> None:
    compared_by = read_compared(RecordedHost(str(MACHINES / "bare.json")))
    assert compared_by.machine == ""
    assert dict(compared_by.versions) == {"kernel": "6.1.176"}


def test_the_order_of_the_files_does_not_matter(tmp_path: Path) -> None:
    captures = {path.stem: varied(path.stem, path.stem) for path in sorted(MACHINES.glob("*.json"))}
    hosts = facts(tmp_path, captures)
    assert survey(hosts, (), NOW) == survey(reversed(hosts), (), NOW)


def test_the_page_names_every_finding_with_its_weights() -> None:
    sources = "".join(path.read_text() for path in (ROOT / "tui" / "fleet").rglob("*.py"))
    codes = re.findall(r'(?:FleetFinding|_difference)\(\s*"([a-z-]+)"|Weight\.BROKEN, "([a-z-]+)"', sources)
    table = (ROOT / "docs" / "fleets.md").read_text().partition("| code |")[2].partition("\n\n")[0]
    rows = re.findall(r"^\| `([a-z-]+)` \| ([a-z, ]+) \|", table, re.MULTILINE)
    assert sorted(code for code, _weights in rows) == sorted(one or other for one, other in codes)
    assert {weight for _code, weights in rows for weight in weights.split(", ")} <= set(Weight)
