"""F52: logical volumes that something of this host waits for."""

from collections.abc import Iterator

from tui.recovery.evidence import Evidence
from tui.recovery.expectations.expectation import Expectation, Standing, Subject
from tui.recovery.expectations.volume_names import is_awaited
from tui.recovery.finding import Finding, Fix, Hypothesis, Never, RuledOut, Seen
from tui.recovery.findings.repair_plans import group_rung, repair
from tui.recovery.wished import Wished, wished
from tui.storage.model.inventory import Inventory
from tui.storage.model.lvm import LogicalVolume, VolumeGroup
from tui.storage.operations.lvm.activation import ActivateLogicalVolume
from tui.storage.stacks.rung import RungKind
from tui.storage.stacks.volume_rungs import volume_key
from tui.storage.untrusted import clean
from tui.words import translate as _

CODE = "F52.not-active"


def expected_volumes(evidence: Evidence) -> Iterator[Expectation]:
    """One for each LV on LUNs. One that is not active is expected where something of this host waits for it.

    That nothing waits is usual for the disks of guests and for VGs that a cluster activates where they are
    needed, so an LV is not missed only because LVM activates its VG by itself (lvmautoactivation(7)).
    """
    inventory = evidence.inventory
    if not inventory.lvm.asked:
        return
    on_luns = {rung.key for stack in evidence.stacks for rung in stack.rungs}
    away = wished(evidence)
    for group in inventory.volume_groups:
        if group_rung(group) not in on_luns:
            continue
        for volume in inventory.volumes_of(group):
            if not volume.path:
                continue
            standing = _stands(evidence, volume, away)
            yield Expectation(
                Subject.VOLUME,
                f"{group.name}/{volume.name}",
                Seen("lvm fullreport", (f"{clean(volume.name)}: {clean(volume.attributes)}",)),
                standing,
                rungs=(volume_key(group, volume), *_pool(inventory, group, volume)),
                device=volume.device,
                told=_told(evidence, group, volume) if standing is Standing.UNMET else None,
            )


def _stands(evidence: Evidence, volume: LogicalVolume, away: Wished) -> Standing:
    if volume.active:
        return Standing.MET
    if away.deactivated(volume.volume_group, volume.name) or not is_awaited(evidence, volume):
        return Standing.AS_WISHED
    return Standing.UNMET


def _pool(inventory: Inventory, group: VolumeGroup, volume: LogicalVolume) -> Iterator[str]:
    """The pool or origin that a volume needs."""
    for other in inventory.volumes_of(group):
        if other.name and other.name in {volume.pool, volume.origin}:
            yield volume_key(group, other)


def _told(evidence: Evidence, group: VolumeGroup, volume: LogicalVolume) -> Finding:
    name = clean(f"{group.name}/{volume.name}", 80)
    return Finding(
        CODE,
        _("The LV {volume} is not active, and fstab needs it or may need it.").format(volume=name),
        _("Its device is not there, so nothing can be mounted from it. Nothing is damaged."),
        RungKind.LOGICAL_VOLUME,
        (volume_key(group, volume),),
        seen=(Seen("lvm fullreport", (f"{name}: {clean(volume.attributes)}",)),),
        ruled_out=(RuledOut(_("a missing disk"), _("LVM finds all of its disks.")),)
        if not group.missing_volumes
        else (),
        hypotheses=(
            Hypothesis(
                _("Somebody deactivated it."), _("Ask, and look for `lvchange -an` in the shells' history.")
            ),
            Hypothesis(
                _("Activating it failed when its disks appeared."),
                _("`journalctl -b -t lvm` shows what LVM reported."),
            ),
        ),
        fixes=tuple(_fixes(evidence.inventory, group, volume, name)),
        never=(
            Never(
                _("Activate it while another host has it in use"),
                _("Without a lock manager both write without knowing of each other."),
            ),
        ),
    )


def _fixes(inventory: Inventory, group: VolumeGroup, volume: LogicalVolume, name: str) -> Iterator[Fix]:
    if group.shared:
        yield Fix(
            _("Start the lock manager, then activate it"),
            _("The VG is shared: LVM activates nothing in it without its locks (lvmlockd(8))."),
            by_hand=(
                "systemctl status lvmlockd",
                f"vgchange --lockstart {clean(group.name, 60)}",
                f"lvchange --activate y {name}",
            ),
        )
        return
    title = _("Activate {volume}").format(volume=name)
    why = _("Its device appears and can be mounted. Its data does not change.")
    yield Fix(
        title,
        why,
        repair(
            title,
            why,
            ActivateLogicalVolume(
                group.name, volume.name, group.uuid, volume.uuid, by_uuid=inventory.is_ambiguous(group.name)
            ),
        ),
        confirm=(
            _("Is it certain that nobody deactivated it on purpose, for example for a move or a cluster?"),
        ),
    )
