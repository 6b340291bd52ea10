import pytest
from msgspec.structs import replace

from tests.setup.building import (
    PORTAL,
    SECOND,
    TARGET,
    UUIDS,
    codes,
    empty_disk,
    fstab,
    logged_in,
    record,
    state_of,
    used_disk,
    with_volume,
)
from tui.setup.answers import BootAnswer, BootWay, Startup, TargetAnswer, TargetChoice
from tui.setup.state import SetupState
from tui.setup.steps import boot, mount
from tui.storage.operations.boot.fstab_entry import AddFstabEntry
from tui.storage.operations.boot.mount_unit import WriteMountUnit
from tui.storage.operations.boot.rc_local import RemoveRcLocalLines
from tui.storage.operations.operation import Operation
from tui.storage.operations.services.prerequisites import EnableService, StartService

OLD = "#!/bin/sh\niscsiadm -m node --login\nmount /dev/vg_data/data /srv/data\nexit 0\n"


def fresh(answer: BootAnswer | None = None, **changes: object) -> SetupState:
    state = state_of(logged_in(), empty_disk(), **changes)
    return state if answer is None else state.answered(answer)


def of_kind(state: SetupState, kind: type[Operation]) -> list[Operation]:
    return [one for one in boot.plan(state).operations if isinstance(one, kind)]


def test_fstab_by_uuid_is_offered() -> None:
    (entry,) = of_kind(fresh(), AddFstabEntry)
    assert isinstance(entry, AddFstabEntry)
    assert (entry.spec, entry.mount_point, entry.kind, entry.pass_number) == (
        f"UUID={UUIDS[0]}",
        "/srv/data",
        "ext4",
        2,
    )
    assert {"rw", "noatime", "_netdev", "nofail", "x-systemd.device-timeout=60s"} <= set(entry.options)
    assert any("open-iscsi.service" in option for option in entry.options)


def test_fstab_by_path_names_the_map() -> None:
    (entry,) = of_kind(fresh(BootAnswer(BootWay.FSTAB_PATH)), AddFstabEntry)
    assert isinstance(entry, AddFstabEntry)
    assert entry.spec == "/dev/mapper/vg_data-data"


def test_a_mount_unit_takes_the_place_of_fstab() -> None:
    state = fresh(BootAnswer(BootWay.MOUNT_UNIT, "30"))
    assert of_kind(state, AddFstabEntry) == []
    (unit,) = of_kind(state, WriteMountUnit)
    assert isinstance(unit, WriteMountUnit)
    assert "x-systemd.device-timeout=30s" in unit.options


def test_nothing_at_boot_arranges_nothing_and_is_warned_about() -> None:
    state = fresh(BootAnswer(BootWay.NONE))
    assert boot.plan(state).operations == ()
    assert codes(boot.warnings(state)) == ["boot.not-mounted"]


def test_the_services_of_this_distribution_are_enabled() -> None:
    assert of_kind(fresh(), EnableService) == [
        EnableService("open-iscsi.service"),
        EnableService("blk-availability.service"),
    ]
    assert of_kind(fresh(BootAnswer(services=False)), EnableService) == []


def test_the_login_service_runs_so_that_the_first_shutdown_logs_out() -> None:
    assert StartService("open-iscsi.service") in boot.plan(fresh()).operations


def test_it_is_not_started_where_it_would_log_in_to_something_else() -> None:
    other = record(SECOND, startup="automatic")
    state = state_of(replace(logged_in(), node_records=(record(), other)), empty_disk())
    assert of_kind(state, StartService) == []
    assert of_kind(state, EnableService) != []


def test_multipathd_is_enabled_where_a_map_is_used() -> None:
    state = state_of(logged_in(PORTAL, SECOND, joined=True), empty_disk())
    assert EnableService("multipathd.service") in boot.plan(state).operations


def test_old_lines_of_rc_local_are_replaced_or_pointed_out() -> None:
    state = fresh(rc_local=OLD)
    (operation,) = of_kind(state, RemoveRcLocalLines)
    assert isinstance(operation, RemoveRcLocalLines)
    assert operation.lines == ("iscsiadm -m node --login", "mount /dev/vg_data/data /srv/data")
    kept = state.answered(BootAnswer(replace_rc_local=False))
    assert of_kind(kept, RemoveRcLocalLines) == []
    assert codes(boot.warnings(kept)) == ["boot.rc-local"]


@pytest.mark.parametrize("text", ["", "0", "-1", "soon", "3601", "1.5"])
def test_the_wait_is_a_number_of_seconds(text: str) -> None:
    (problem,) = boot.problems(fresh(BootAnswer(device_timeout=text)))
    assert (problem.code, problem.field) == ("boot.timeout", "device_timeout")
    assert boot.blocker(fresh(BootAnswer(device_timeout=text))) == problem


def test_a_manual_login_cannot_bring_the_mount_back() -> None:
    state = fresh().answered(TargetAnswer((TargetChoice(TARGET, PORTAL),), Startup.MANUAL))
    assert codes(boot.warnings(state)) == ["boot.no-login"]


def test_exactly_the_entry_that_would_be_written_satisfies() -> None:
    state = state_of(with_volume(logged_in(), mounted="/srv/data"), used_disk("LVM2_member"))
    assert boot.satisfied(state) is None
    (pair,) = mount.ordered(state)
    entry = boot.line(state, *pair).entry
    ready = replace(state, inventory=fstab(state.inventory, entry))
    assert boot.satisfied(ready) == "Mounted at every boot."
    other = replace(state, inventory=fstab(state.inventory, replace(entry, options=("defaults",))))
    assert boot.satisfied(other) is None
    assert boot.satisfied(replace(ready, rc_local=OLD)) is None
    disabled = tuple(replace(one, enabled="disabled") for one in ready.inventory.services)
    assert boot.satisfied(replace(ready, inventory=replace(ready.inventory, services=disabled))) is None


def test_every_way_has_words() -> None:
    assert [way for way, _name, _words in boot.ways()] == list(BootWay)
    assert boot.note(fresh()) == "fstab, by UUID"
    assert any(line.startswith("edit /etc/fstab") for line in boot.explain(fresh()).runs)
