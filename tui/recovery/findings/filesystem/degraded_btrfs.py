"""F56: btrfs file systems that work without a device, or whose device missed writes."""

from collections.abc import Iterator

from tui.recovery.evidence import Evidence
from tui.recovery.facts import BtrfsState
from tui.recovery.finding import Finding, Fix, Never, RuledOut, Seen, Weight
from tui.storage.model.files import Mount
from tui.storage.stacks.file_rungs import turned_read_only
from tui.storage.stacks.iscsi_rungs import lun_key, session_key
from tui.storage.stacks.rung import RungKind
from tui.storage.untrusted import clean
from tui.words import enumerated, translate as _, translate_count

DEGRADED, BEHIND = "F56.btrfs-degraded", "F56.btrfs-behind"

_COPIES = ("raid1", "raid1c3", "raid1c4", "raid10", "raid5", "raid6")
"""Profiles that a lost device does not stop (mkfs.btrfs(8), PROFILES)."""


def degraded_btrfs(evidence: Evidence) -> Iterator[Finding]:
    """A finding for each mounted btrfs with redundancy that lost a device, or has one that is behind."""
    inventory = evidence.inventory
    for state in evidence.btrfs:
        mount = next(
            (mount for mount in inventory.mounts if mount.kind == "btrfs" and mount.device in state.names),
            None,
        )
        redundant = bool(state.profiles) and all(profile in _COPIES for profile in state.profiles)
        if mount is None or not redundant or turned_read_only(mount):
            continue
        silent = tuple(name for name in state.names if not _answers(evidence, name))
        lost = len({*silent, *state.gone}) + sum(device.missing for device in state.devices)
        if lost:
            yield _degraded(evidence, state, mount, silent, lost)
        elif any(device.errors for device in state.devices):
            yield _behind(evidence, state, mount)


def _answers(evidence: Evidence, name: str) -> bool:
    device = evidence.inventory.device(name)
    return device is not None and device.answers


def _degraded(
    evidence: Evidence, state: BtrfsState, mount: Mount, silent: tuple[str, ...], lost: int
) -> Finding:
    place = clean(mount.target, 80)
    number = next((device.number for device in state.devices if device.missing), "DEVID")
    return Finding(
        DEGRADED,
        _("The btrfs at {path} works without {count} of its {all} devices.").format(
            path=place, count=lost, all=max(len(state.devices), len(state.names))
        ),
        _("It works, and nothing is lost. Losing another device may lose its data."),
        RungKind.MOUNT,
        (f"mount:{mount.target}",),
        mount.device,
        seen=(Seen(f"/sys/fs/btrfs/{clean(state.uuid)}", _lines(state)),),
        ruled_out=(
            RuledOut(
                _("a file system that stopped"), _("It is writable, and its profiles keep several copies.")
            ),
        ),
        fixes=(
            Fix(
                _("When the device is back: mount it again at the next opportunity, then compare all copies"),
                _(
                    "A mounted btrfs does not take a device back that was removed meanwhile. The scrub "
                    "rewrites what is behind."
                ),
                by_hand=(f"umount {place}", f"mount {place}", f"btrfs scrub start -B {place}"),
            ),
            Fix(
                _("If it never comes back: replace it by another device"),
                _("It is filled from the other copies while the file system is in use."),
                by_hand=(f"btrfs filesystem show {place}", f"btrfs replace start {number} DEVICE {place}"),
            ),
        ),
        never=(
            Never(
                _("btrfs device remove missing while the device may come back"),
                _("It removes the device for good, and needs room for its copies on the others."),
            ),
            Never(
                _("btrfs check --repair"),
                _("Nothing is damaged: a copy is missing, and the others are whole."),
            ),
        ),
        follows_if=tuple(_below(evidence, silent)),
    )


def _behind(evidence: Evidence, state: BtrfsState, mount: Mount) -> Finding:
    place = clean(mount.target, 80)
    return Finding(
        BEHIND,
        _("A device of the btrfs at {path} missed writes.").format(path=place),
        _(
            "It works. What has checksums is read from a good copy; files without them (nodatacow) may be "
            "read from the device that is behind."
        ),
        RungKind.MOUNT,
        (f"mount:{mount.target}",),
        mount.device,
        seen=(Seen(f"/sys/fs/btrfs/{clean(state.uuid)}", _lines(state)),),
        ruled_out=(RuledOut(_("a device that is gone"), _("All of its devices answer.")),),
        fixes=(
            Fix(
                _("Compare all copies, then reset the counters"),
                _("The scrub rewrites what is behind, while the file system is in use."),
                by_hand=(f"btrfs scrub start -B {place}", f"btrfs device stats --reset {place}"),
            ),
        ),
        weight=Weight.RISK,
        follows_if=tuple(_below(evidence, state.names)),
    )


def _lines(state: BtrfsState) -> tuple[str, ...]:
    lines = [_("devices: {devices}").format(devices=clean(enumerated(state.names), 120))]
    if state.gone:
        lines.append(_("gone: {disks}").format(disks=clean(enumerated(state.gone), 120)))
    for device in state.devices:
        errors = translate_count("{count} error", "{count} errors", device.errors).format(count=device.errors)
        lines.append(
            f"devid {clean(device.number, 20)}: "
            + (enumerated((errors, _("missing"))) if device.missing else errors)
        )
    lines.append(_("profiles: {profiles}").format(profiles=clean(enumerated(state.profiles), 80)))
    return tuple(lines[:12])


def _below(evidence: Evidence, disks: tuple[str, ...]) -> Iterator[str]:
    """Keys of the LUNs and sessions of disks that do not answer."""
    for disk in disks:
        lun = evidence.inventory.lun_on(disk)
        session = evidence.inventory.session(lun.sid) if lun is not None else None
        if lun is not None and session is not None and not _answers(evidence, disk):
            yield from (lun_key(session, lun), session_key(session))
