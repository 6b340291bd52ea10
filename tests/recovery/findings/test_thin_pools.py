"""F29: what the kernel and LVM's journal tell of thin pools, beyond their numbers."""

from msgspec.structs import replace

from tests.recovery.making import evidence_of, findings, only, single_path
from tests.setup.building import MIB, fstab
from tui.recovery.evidence import Evidence
from tui.recovery.facts import MapTable
from tui.recovery.finding import Weight
from tui.recovery.gathering.logs import read_activation
from tui.storage.host.interface import Command, Host, Outcome
from tui.storage.model.files import FstabEntry
from tui.storage.model.lvm import LogicalVolume
from tui.storage.operations.lvm.thin_repair import ExtendPoolMetadata, RepairThinPool

WAITS = FstabEntry(1, "/dev/vg_data/thin", "/srv/thin", "ext4", ("_netdev",))
FAILED = "  Check of pool vg_data/pool failed (status:64). Manual repair required!"
MISMATCH = "  Thin pool vg_data-pool-tpool (253:2) transaction_id is 10, while expected 11."
READ_ONLY = "0 65536 thin-pool 1 {notes}/1024 100/512 - ro no_discard_passdown queue_if_no_space - 256"


def with_pool(*said: str, active: bool = False, status: str = "", health: str = "") -> Evidence:
    """A thin pool with a volume that fstab waits for."""
    one = single_path()
    state = "a" if active else "-"
    pool = LogicalVolume(
        "pool", "vg_data", "POOL", 32 * MIB, "", "", active, attributes=f"twi-{state}-tz--", health=health
    )
    thin = LogicalVolume("thin", "vg_data", "THIN", 64 * MIB, "/dev/vg_data/thin", pool="pool")
    group = replace(one.volume_groups[0], free=100 * MIB)
    inventory = replace(one, volume_groups=(group,), logical_volumes=(pool, thin), mounts=(), filesystems=())
    maps = (MapTable("vg_data-pool-tpool", status=(status,)),) if status else ()
    waiting = inventory if active else fstab(inventory, WAITS)
    return replace(evidence_of(waiting), activation=said, maps=maps)


def test_a_pool_that_lvm_does_not_activate_is_why_its_group_is_not_active() -> None:
    first, second = findings(with_pool(FAILED))
    assert (first.code, first.weight) == ("F29.pool-damaged", Weight.CAUSE)
    assert any("Manual repair required" in line for seen in first.seen for line in seen.lines)
    assert first.fixes[0].proposal is not None
    assert any(isinstance(one, RepairThinPool) for one in first.fixes[0].proposal.plan.operations)
    assert (second.code, second.weight, second.follows) == (
        "F22.not-active",
        Weight.CONSEQUENCE,
        first.key,
    )


def test_without_a_word_of_lvm_the_repair_is_offered_after_the_activation() -> None:
    found = only(with_pool(), "F22.not-active")
    activate, mend = (fix.proposal for fix in found.fixes)
    assert activate is not None
    assert mend is not None
    assert any(isinstance(one, RepairThinPool) for one in mend.plan.operations)
    assert "vg_data/pool" in found.fixes[1].confirm[0]
    other = FAILED.replace("vg_data/pool", "vg_data/other")
    assert [one.code for one in findings(with_pool(other))] == ["F22.not-active"]


def test_a_pool_that_does_not_fit_lvms_description_is_not_repaired() -> None:
    first, second = findings(with_pool(MISMATCH))
    assert first.code == "F29.pool-mismatch"
    assert all(fix.proposal is None for fix in first.fixes)
    assert (second.code, second.weight) == ("F22.not-active", Weight.CONSEQUENCE)


def test_a_pool_that_is_active_again_is_well_whatever_was_said_before() -> None:
    assert findings(with_pool(FAILED, MISMATCH, active=True)) == ()


def test_notes_that_ran_full_are_not_called_damaged() -> None:
    full = with_pool(active=True, status=READ_ONLY.format(notes=1024), health="metadata_read_only")
    found = only(full, "F29.pool-notes-full")
    assert "Nothing is damaged" in found.meaning
    assert found.fixes[0].proposal is not None
    assert isinstance(found.fixes[0].proposal.plan.operations[0], ExtendPoolMetadata)
    damaged = with_pool(active=True, status=READ_ONLY.format(notes=20), health="metadata_read_only")
    assert only(damaged, "F29.pool-damaged").weight is Weight.CAUSE


class Journal:
    """A host that only answers for its journal."""

    def __init__(self, host: Host, said: str) -> None:
        self._host, self._said = host, said

    def __getattr__(self, name: str) -> object:
        return getattr(self._host, name)

    def run(self, command: Command) -> Outcome:
        assert {"_UID=0", "SYSLOG_IDENTIFIER=lvm"} <= set(command.argv)
        return Outcome(0, self._said)


def test_only_what_lvm_says_of_pools_is_kept_of_its_journal() -> None:
    said = f"PV /dev/sdd online, VG vgt is complete.\n{FAILED}\n"
    host = Journal(None, said)  # type: ignore[arg-type]  # nothing else is asked
    assert read_activation(host) == (FAILED,)  # type: ignore[arg-type]  # likewise
