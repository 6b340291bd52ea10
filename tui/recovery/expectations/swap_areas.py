"""F48: swap space that fstab asks for."""

from collections.abc import Iterator

from tui.maintenance.disconnect_back import lasting_path
from tui.recovery.evidence import Evidence
from tui.recovery.expectations.absent_mounts import line_off
from tui.recovery.expectations.absent_volumes import volume_missing
from tui.recovery.expectations.expectation import Expectation, Standing, Subject
from tui.recovery.expectations.fstab_lines import Line, is_networked, lines, may_be_networked, unit_of
from tui.recovery.expectations.unit_text import since_words, unit_seen
from tui.recovery.expectations.volume_names import volume_keys
from tui.recovery.finding import Finding, Fix, Hypothesis, Never, RuledOut, Seen
from tui.recovery.findings.repair_plans import repair, rung_on
from tui.recovery.wished import Wished, wished
from tui.storage.model.block import BlockDevice
from tui.storage.operations.mounts.swap import SwapOn
from tui.storage.probe.devices.places import link_of_spec
from tui.storage.stacks.rung import RungKind
from tui.storage.untrusted import clean
from tui.words import prose, translate as _

CODE = "F48.swap-off"


def expected_swap(evidence: Evidence) -> Iterator[Expectation]:
    """One for each line of swap space on a block device (swapon(8): `noauto` is not for `swapon -a`)."""
    away = wished(evidence)
    for line in lines(evidence):
        entry = line.entry
        if entry.kind != "swap" or "noauto" in entry.options:
            continue
        standing = _stands(evidence, line, away)
        device = line.device.name if line.device is not None else ""
        told = None
        if standing is Standing.UNMET:
            told = (
                volume_missing(evidence, line)
                if line.device is None
                else _swap_off(evidence, line, line.device)
            )
        yield Expectation(
            Subject.SWAP,
            entry.spec,
            line.seen,
            standing,
            rungs=(
                f"swap:{entry.spec}",
                rung_on(evidence.stacks, device),
                *volume_keys(evidence, entry.spec),
            ),
            device=device,
            is_gone=line.device is None,
            told=told,
        )


def _stands(evidence: Evidence, line: Line, away: Wished) -> Standing:
    inventory, entry = evidence.inventory, line.entry
    names = {entry.spec, link_of_spec(entry.spec)}
    if line.device is not None:
        names |= {line.device.path, *line.device.links, lasting_path(inventory, line.device.name)}
    for swap in inventory.swaps:
        if swap.path in names or (line.device is not None and swap.device == line.device.name):
            return Standing.MET
    unit = unit_of(evidence, line)
    if away.swapped_off(*names, is_gone=line.device is None) or (unit is not None and unit.load == "masked"):
        return Standing.AS_WISHED
    if unit is not None and unit.active == "activating":
        return Standing.COMING
    if line.device is None and not may_be_networked(evidence, line):
        return Standing.AS_WISHED
    return Standing.UNMET


def _swap_off(evidence: Evidence, line: Line, device: BlockDevice) -> Finding:
    spec = clean(line.entry.spec, 100)
    unit = unit_of(evidence, line)
    path = lasting_path(evidence.inventory, device.name)
    title, why = _("Enable the swap space"), _("Nothing enables it by itself now.")
    early = is_networked(evidence, line) and "_netdev" not in line.entry.options
    meaning = _("This host has less memory to fall back on. No data is affected.")
    return Finding(
        CODE,
        _("The swap space {spec} is not in use, though fstab lists it.").format(spec=spec),
        prose(since_words(evidence, unit), meaning),
        RungKind.SWAP,
        (f"swap:{line.entry.spec}",),
        device.name,
        seen=(
            line.seen,
            *unit_seen(evidence, unit),
            Seen("/proc/swaps", (_("{path}: not listed").format(path=clean(device.path, 80)),)),
        ),
        ruled_out=(RuledOut(_("a missing disk"), _("{path} is there.").format(path=clean(device.path, 80))),),
        hypotheses=(
            *(
                (
                    Hypothesis(
                        _("The line has no `_netdev`: systemd did not wait for the login, and gave up."),
                        _("`journalctl -b`: a dependency of the swap unit failed."),
                    ),
                )
                if early
                else ()
            ),
            Hypothesis(
                _("Somebody disabled it."), _("Ask, and look for `swapoff` in the history of the shells.")
            ),
        ),
        fixes=(
            *(
                (Fix(title, why, repair(title, why, SwapOn(path))),)
                if device.content == "swap"
                else (
                    Fix(
                        _("Find out what became of the swap space"),
                        _("{path} contains {found}, not swap space.").format(
                            path=clean(device.path, 80), found=clean(device.content, 40) or _("nothing")
                        ),
                        by_hand=(f"wipefs --no-act {clean(device.path, 80)}",),
                    ),
                )
            ),
            *line_off(line),
        ),
        never=(
            Never(_("mkswap before it is known what is on the device"), _("It overwrites what is there.")),
        ),
    )
