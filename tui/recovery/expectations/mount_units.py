"""Mounts and swap space that units of systemd ask for, beside fstab."""

from collections.abc import Iterator

from tui.recovery.evidence import Evidence
from tui.recovery.expectations.expectation import Expectation, Standing, Subject
from tui.recovery.expectations.fstab_lines import names_device
from tui.recovery.expectations.unit_text import since_words, unit_seen
from tui.recovery.facts import BootUnit
from tui.recovery.finding import Finding, Fix, Hypothesis, Never, RuledOut, Seen
from tui.recovery.findings.repair_plans import repair, rung_on
from tui.recovery.findings.requests_to_admins import storage_administrator
from tui.recovery.wished import Wished, wished
from tui.storage.model.block import BlockDevice
from tui.storage.operations.services.prerequisites import StartService
from tui.storage.stacks.rung import RungKind
from tui.storage.untrusted import clean
from tui.words import translate as _

CODE = "F46.unit-not-active"
MISSING = "F47.volume-of-unit-missing"

_AT_BOOT = ("enabled", "enabled-runtime")


def expected_units(evidence: Evidence) -> Iterator[Expectation]:
    """One for each enabled unit that mounts, waits to mount, or swaps to a block device.

    Where a unit that waits is enabled, it is that one which has to be active (systemd.automount(5)).
    """
    away = wished(evidence)
    units = {unit.name: unit for unit in evidence.boot_units}
    for unit in evidence.boot_units:
        if not unit.name.endswith((".mount", ".swap")) or not names_device(unit.what):
            continue
        waiting = units.get(unit.name.removesuffix(".mount") + ".automount")
        waits = waiting is not None and waiting.enabled in _AT_BOOT
        if not unit.fragment.startswith(("/etc/", "/usr/", "/lib/")) or not (
            waits or unit.enabled in _AT_BOOT
        ):
            continue
        device = _device(evidence, unit.what)
        standing = _stands(unit, waiting if waits else None, device, away)
        name = device.name if device is not None else ""
        place = f"mount:{unit.where}" if unit.where else f"swap:{unit.what}"
        yield Expectation(
            Subject.MOUNT if unit.where else Subject.SWAP,
            unit.where or unit.what,
            Seen(clean(unit.fragment), (f"What={clean(unit.what)}", f"Where={clean(unit.where)}")),
            standing,
            rungs=(place, rung_on(evidence.stacks, name)),
            device=name,
            is_gone=device is None,
            told=_told(evidence, unit, device, place) if standing is Standing.UNMET else None,
        )


def _device(evidence: Evidence, what: str) -> BlockDevice | None:
    return next(
        (device for device in evidence.inventory.devices if what in {device.path, *device.links}), None
    )


def _stands(unit: BootUnit, waiting: BootUnit | None, device: BlockDevice | None, away: Wished) -> Standing:
    if unit.active == "active":
        return Standing.MET
    if waiting is not None and waiting.active == "active" and device is not None:
        return Standing.MET
    if away.unmounted(unit.where) or away.swapped_off(unit.what):
        return Standing.AS_WISHED
    return Standing.UNMET


def _told(evidence: Evidence, unit: BootUnit, device: BlockDevice | None, rung: str) -> Finding:
    name = clean(unit.name, 100)
    title, why = _("Start {unit}").format(unit=name), _("Nothing starts it by itself now.")
    missing = device is None
    summary = (
        _("{unit} is enabled, and its volume is not on this host: {what}.")
        if missing
        else _("{unit} is enabled and not active.")
    )
    fix = Fix(title, why, repair(title, why, StartService(unit.name)))
    if missing:
        fix = Fix(
            _("Ask the storage administrator for the LUN"),
            _("No disk of this host has this volume."),
            ask=storage_administrator(
                evidence,
                _("A volume that this host mounts at boot is on none of the LUNs that are mapped to it."),
                _("Was a LUN unmapped from this initiator name, deleted, or replaced? Please map it again."),
                (_("Looked for: {spec}").format(spec=clean(unit.what, 120)),),
            ),
            by_hand=("lsblk -f",),
        )
    return Finding(
        MISSING if missing else CODE,
        summary.format(unit=name, what=clean(unit.what, 100)),
        since_words(evidence, unit) or _("What it mounts or enables is not there."),
        RungKind.MOUNT if unit.where else RungKind.SWAP,
        (rung,),
        device.name if device is not None else "",
        seen=tuple(unit_seen(evidence, unit)),
        ruled_out=()
        if device is None
        else (RuledOut(_("a missing disk"), _("{path} is there.").format(path=clean(device.path, 80))),),
        hypotheses=(
            Hypothesis(
                _("Somebody stopped it, or starting it failed."),
                _("`systemctl status {unit}` shows what it reported.").format(unit=name),
            ),
        ),
        fixes=(
            fix,
            Fix(
                _("Disable the unit, if it is not wanted any more"),
                _("Nothing expects it then."),
                by_hand=(f"systemctl disable {name}",),
            ),
        ),
        never=(
            Never(
                _("Create a new file system on another disk in its place"),
                _("The data is most likely intact on the storage."),
            ),
        ),
        follows_if=("F18", "F19", "F32"),
    )
