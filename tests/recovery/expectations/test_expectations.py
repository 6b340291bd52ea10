"""What a host says should be there: met, as wished, explained, or told."""

import pytest
from msgspec.structs import replace

from tests.recovery.making import (
    HEALTHY,
    causes,
    diagnosis,
    evidence_of,
    findings,
    lost,
    only,
    single_path,
    two_paths,
)
from tests.setup.building import PORTAL, TARGET, logged_in, record, with_volume
from tui.maintenance.dependents import Subject as Gone, SubjectKind
from tui.maintenance.reconnect import Disconnected, back_plan
from tui.recovery.evidence import Evidence
from tui.recovery.expectations.expectation import Standing, Subject
from tui.recovery.facts import BootUnit, UnitLines
from tui.recovery.finding import Weight
from tui.recovery.gathering.boot_side import parse_boot_units
from tui.storage.model.files import CrypttabEntry, FstabEntry, Swap
from tui.storage.model.inventory import Inventory
from tui.storage.model.iscsi import Role
from tui.storage.operations.arrays.md import AssembleArray
from tui.storage.operations.iscsi.sessions import LogIn
from tui.storage.operations.mounts.mount import MountFilesystem
from tui.storage.operations.mounts.swap import SwapOn
from tui.storage.operations.operation import Operation
from tui.storage.operations.services.prerequisites import EnableService
from tui.storage.probe.devices.places import link_of_spec
from tui.storage.probe.mounts.fstab import normalised

LINE = FstabEntry(1, "/dev/vg_data/data", "/srv/data", "ext4", ("_netdev", "nofail"), device="dm-1")
UNIT = BootUnit(
    "srv-data.mount", "loaded", "inactive", "success", "/dev/vg_data/data", "/srv/data", "/etc/fstab"
)


def unmounted(*entries: FstabEntry) -> Evidence:
    """A volume that nothing has mounted, and lines of fstab."""
    inventory = replace(with_volume(logged_in()), node_records=(record(startup="automatic"),), fstab=entries)
    return evidence_of(inventory)


def standing(evidence: Evidence, subject: Subject) -> dict[str, Standing]:
    """How each expectation of a kind stands."""
    return {
        account.expectation.name: account.expectation.standing
        for account in diagnosis(evidence).accounts
        if account.expectation.subject is subject
    }


def away(*operations: Operation) -> tuple[Disconnected, ...]:
    """A note about something that was disconnected."""
    subject = Gone(SubjectKind.TARGET, TARGET, TARGET)
    return (Disconnected("20260101-000000-000", subject, 1.0, back_plan(subject, "n", operations)),)


def test_what_was_unmounted_is_told_with_since_when() -> None:
    evidence = replace(unmounted(LINE), boot_units=(replace(UNIT, ended=86_000.0),))
    found = only(evidence, "F46.not-mounted")
    assert "It was there until" in found.meaning
    assert found.fixes[0].proposal is not None
    assert isinstance(found.fixes[0].proposal.plan.operations[0], MountFilesystem)
    failed = replace(evidence, boot_units=(replace(UNIT, active="failed", result="exit-code"),))
    failed = replace(failed, unit_lines=(UnitLines("srv-data.mount", ("mount: bad superblock",)),))
    told = only(failed, "F46.not-mounted")
    assert ("mount: bad superblock",) in [seen.lines for seen in told.seen]


@pytest.mark.parametrize(
    "entry",
    [
        replace(LINE, options=("noauto", "_netdev")),
        replace(LINE, kind="ignore"),
        replace(LINE, mount_point="none"),
        replace(LINE, options=("_netdev", "x-systemd.automount")),
        replace(LINE, options=("_netdev", "noauto", "comment=systemd.automount")),
    ],
)
def test_a_line_that_asks_for_nothing_now_is_no_finding(entry: FstabEntry) -> None:
    assert findings(unmounted(entry)) == ()


def test_an_automount_that_does_not_wait_is_told() -> None:
    entry = replace(LINE, options=("_netdev", "x-systemd.automount"))
    stopped = BootUnit("srv-data.automount", "loaded", "inactive", where="/srv/data")
    found = only(replace(unmounted(entry), boot_units=(stopped,)), "F46.not-mounted")
    assert "systemctl start srv-data.automount" in str(
        found.fixes[0].proposal and [one.shown() for one in found.fixes[0].proposal.plan.operations]
    )
    masked = replace(stopped, load="masked")
    assert findings(replace(unmounted(entry), boot_units=(masked,))) == ()


def test_what_a_person_disconnected_is_as_wished() -> None:
    evidence = unmounted(LINE)
    mount = MountFilesystem("/dev/vg_data/data", "/srv/data", "ext4")
    evidence = replace(evidence, away=away(mount))
    assert findings(evidence) == ()
    assert standing(evidence, Subject.MOUNT) == {"/srv/data": Standing.AS_WISHED}
    nobody = replace(evidence.inventory, sessions=(), luns=(), fstab=())
    logged_out = replace(evidence_of(nobody), away=away(LogIn(TARGET, PORTAL)))
    assert set(standing(logged_out, Subject.SESSION).values()) == {Standing.AS_WISHED}
    assert causes(replace(logged_out, away=())) == ["F49.not-logged-in"]


def test_one_session_is_enough_for_records_of_which_one_leads() -> None:
    one = single_path()
    other = record(startup="automatic", iface="eth2")
    both = (record(startup="automatic"), other)
    assert causes(evidence_of(replace(one, node_records=both))) == ["F49.not-logged-in"]
    led = tuple(replace(known, leading_login=True) for known in both)
    assert causes(evidence_of(replace(one, node_records=led))) == []


def test_swap_space_by_any_of_its_names() -> None:
    line = FstabEntry(1, "UUID=5", "none", "swap", ("_netdev",), device="dm-1")
    evidence = unmounted(line)
    assert causes(evidence) == ["F48.swap-off"]
    used = replace(evidence.inventory, swaps=(Swap("/dev/dm-1", "dm-1", 1, 0),))
    assert causes(evidence_of(used)) == []
    assert causes(evidence_of(replace(used, fstab=(replace(line, device=""),)))) == ["F47.volume-missing"]
    off = replace(evidence, away=away(SwapOn("/dev/vg_data/data")))
    assert standing(off, Subject.SWAP) == {"UUID=5": Standing.AS_WISHED}
    assert causes(unmounted(replace(line, options=("noauto",)))) == []


def test_a_volume_that_is_gone_is_explained_by_what_takes_disks_away() -> None:
    gone = replace(LINE, spec="UUID=9", device="", mount_point="/srv/gone")
    evidence = unmounted(gone)
    found = only(evidence, "F47.volume-missing")
    assert found.fixes[0].ask is not None
    assert TARGET in found.fixes[0].ask.words
    told = diagnosis(evidence_of(lost(evidence.inventory)))
    account = next(one for one in told.accounts if one.expectation.name == "/srv/gone")
    assert account.explained_by.startswith("F05.session-lost")


def test_a_session_without_a_record_is_a_risk_unless_a_record_names_its_portal_by_host_name() -> None:
    bare = replace(single_path(), node_records=())
    assert only(evidence_of(bare), "F51.no-record").weight is Weight.RISK
    named = record(replace(PORTAL, address="san.example"), startup="manual")
    assert findings(evidence_of(replace(bare, node_records=(named,)))) == ()
    assert findings(evidence_of(replace(bare, root=False))) == ()


@pytest.mark.parametrize("kind", HEALTHY)
def test_every_expectation_of_a_healthy_host_is_met(kind: str) -> None:
    told = diagnosis(evidence_of(HEALTHY[kind]()))
    assert {one.expectation.standing for one in told.accounts} <= {Standing.MET, Standing.AS_WISHED}
    assert not any(one.explained_by for one in told.accounts)


def test_a_mapping_of_crypttab_on_a_lun() -> None:
    inventory = single_path()
    disk = replace(inventory.devices[0], content="crypto_LUKS", content_uuid="ab-cd", holders=())
    line = CrypttabEntry(1, "sec", "UUID=ab-cd", "", ("luks", "_netdev"), disk.name)
    inventory = replace(inventory, devices=(disk, *inventory.devices[1:]), crypttab=(line,))
    assert "F52.not-open" in causes(evidence_of(inventory))
    later = replace(inventory, crypttab=(replace(line, options=("noauto",)),))
    assert "F52.not-open" not in causes(evidence_of(later))
    upper = replace(inventory.devices[1], name="dm-9", map_name="sec")
    is_open = replace(inventory, devices=(*inventory.devices, upper))
    assert "F52.not-open" not in causes(evidence_of(is_open))
    gone = replace(inventory, devices=inventory.devices[1:], crypttab=(replace(line, device=""),))
    assert "F52.not-open" in causes(evidence_of(gone))


def test_an_array_of_md_on_luns() -> None:
    inventory = single_path()
    disk = replace(inventory.devices[0], content="linux_raid_member", content_uuid="aa-bb", holders=())
    bare = replace(
        inventory,
        devices=(disk,),
        physical_volumes=(),
        volume_groups=(),
        logical_volumes=(),
        mounts=(),
        filesystems=(),
        fstab=(),
    )
    assert causes(evidence_of(bare)) == ["F52.not-assembled"]
    assert causes(replace(evidence_of(bare), arrays="# none\nAUTO -all\n")) == []
    assert causes(replace(evidence_of(bare), away=away(AssembleArray("/dev/md0", "aa-bb")))) == []


def test_units_as_systemctl_shows_them() -> None:
    output = (
        "Where=/srv/q\nWhat=/dev/disk/by-label/q\nResult=success\nId=srv-q.mount\nLoadState=loaded\n"
        "ActiveState=inactive\nSourcePath=/etc/fstab\nInactiveEnterTimestampMonotonic=2500000\n"
        "ConditionResult=no\n\nId=\n\n"
    )
    (unit,) = parse_boot_units(output)
    assert (unit.name, unit.where, unit.ended, unit.condition) == ("srv-q.mount", "/srv/q", 2.5, False)


@pytest.mark.parametrize(
    ("spec", "link"),
    [
        ("UUID=1-2", "/dev/disk/by-uuid/1-2"),
        ('LABEL="my data"', "/dev/disk/by-label/my\\x20data"),
        ("PARTLABEL=a/b", "/dev/disk/by-partlabel/a\\x2fb"),
        ("ID=scsi-3", "/dev/disk/by-id/scsi-3"),
        ("/dev/vg/lv", "/dev/vg/lv"),
        ("tmpfs", "tmpfs"),
    ],
)
def test_the_link_that_a_spelling_means(spec: str, link: str) -> None:
    assert link_of_spec(spec) == link


@pytest.mark.parametrize(
    ("path", "shown"), [("/srv//a/", "/srv/a"), ("/", "/"), ("none", "none"), ("/srv/b b/", "/srv/b b")]
)
def test_a_closing_slash_is_no_other_place(path: str, shown: str) -> None:
    assert normalised(path) == shown


def with_service(inventory: Inventory, role: Role, **state: str) -> Evidence:
    """A service of the host in another state."""
    services = tuple(
        replace(service, **state) if service.role is role else service for service in inventory.services
    )
    return evidence_of(replace(inventory, services=services))


def services_told(evidence: Evidence) -> list[str]:
    return [finding.summary.split(":")[0] for finding in findings(evidence) if finding.number == "F64"]


def test_a_service_that_no_boot_starts_is_a_risk_where_something_needs_it() -> None:
    one = replace(with_volume(logged_in()), node_records=(record(startup="automatic"),))
    assert services_told(evidence_of(one)) == []
    off = with_service(one, Role.LOGIN_AT_BOOT, enabled="disabled", active="active")
    assert services_told(off) == ["open-iscsi.service is disabled"]
    found = only(off, "F64.service-not-at-boot")
    assert found.weight is Weight.RISK
    proposal = found.fixes[0].proposal
    assert proposal is not None
    assert proposal.plan.operations == (EnableService("open-iscsi.service"),)
    # What a person masked is left to that person.
    masked = with_service(one, Role.DAEMON, enabled="masked")
    assert services_told(masked) == ["iscsid.service is masked"]
    assert only(masked, "F64.service-not-at-boot").fixes[0].proposal is None
    # Its socket, or the login service, starts iscsid; no records, no need; nothing read, nothing said.
    assert services_told(with_service(one, Role.DAEMON, enabled="disabled")) == []
    manual = replace(one, node_records=(record(startup="manual"),))
    assert services_told(with_service(manual, Role.LOGIN_AT_BOOT, enabled="disabled")) == []
    assert services_told(with_service(one, Role.LOGIN_AT_BOOT, enabled="")) == []
    # Without a map nothing needs multipathd.
    assert services_told(with_service(one, Role.MULTIPATH, enabled="disabled", active="active")) == []
    two = two_paths()
    assert services_told(with_service(two, Role.MULTIPATH, enabled="disabled", active="active")) == [
        "multipathd.service is disabled"
    ]


def test_a_login_service_that_f04_tells_of_is_told_once() -> None:
    one = single_path()
    one = replace(one, fstab=(replace(LINE, device=one.logical_volumes[0].device),))
    evidence = replace(
        with_service(one, Role.LOGIN_AT_BOOT, enabled="disabled", active="inactive"),
        fstab=f"{LINE.spec} {LINE.mount_point} ext4 _netdev,nofail 0 0",
    )
    only(evidence, "F04.not-at-boot")
    assert services_told(evidence) == []
