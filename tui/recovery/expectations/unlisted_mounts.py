"""F51: volumes that are mounted or swapped to now, and that no boot brings back."""

from collections.abc import Iterator

from tui.maintenance.sessions import record_of
from tui.recovery.evidence import Evidence, Item
from tui.recovery.expectations.expectation import Expectation, Standing, Subject
from tui.recovery.expectations.fstab_lines import is_same_volume, lines
from tui.recovery.finding import Finding, Fix, Never, RuledOut, Seen, Weight
from tui.recovery.findings.filesystem.unstable_names import lasting_spec
from tui.recovery.findings.repair_plans import repair
from tui.storage.devices.identity import luns_below
from tui.storage.files.mount_options import boot_options
from tui.storage.files.mount_point import is_below
from tui.storage.files.rc_local import PATHS
from tui.storage.model.block import BlockDevice
from tui.storage.model.files import Mount
from tui.storage.model.iscsi import Role
from tui.storage.operations.boot.fstab_entry import AddFstabEntry
from tui.storage.probe.mounts.fstab import FSTAB
from tui.storage.stacks.rung import RungKind
from tui.storage.untrusted import clean
from tui.words import translate as _

CODE = "F51.not-in-fstab"

_FLAGS = ("ro", "nosuid", "nodev", "noexec", "noatime", "nodiratime", "lazytime", "sync", "dirsync")
"""Options of a mount that mean the same in fstab, for every file system (mount(8))."""

_OWN_MAKERS = (
    *("/run", "/tmp", "/var/tmp", "/media", "/var/lib/kubelet", "/var/lib/docker", "/var/lib/containers"),  # noqa: S108
    *("/var/lib/containerd", "/var/snap", "/var/lib/snapd", "/var/lib/lxc", "/var/lib/machines"),
)
"""Below these, programs mount what they need by themselves, and unmount it again."""


def unlisted_mounts(evidence: Evidence) -> Iterator[Expectation]:
    """One for each volume on a LUN that is mounted although neither fstab nor a unit says so.

    Only where this host logs in to all of its sessions at boot: else nobody means it to be there after one.
    """
    if not evidence.has(Item.FSTAB) or not evidence.has(Item.BOOT_UNITS) or not evidence.boot_units:
        return
    for mount in evidence.inventory.mounts:
        device = evidence.inventory.device(mount.device)
        if device is None or mount.root != "/" or not _comes_at_boot(evidence, device):
            continue
        if any(is_below(mount.target, folder) for folder in _OWN_MAKERS):
            continue
        met = _is_said(evidence, mount, device)
        yield Expectation(
            Subject.AT_BOOT,
            mount.target,
            Seen("/proc/self/mountinfo", (clean(f"{mount.source} {mount.target} {mount.kind}"),)),
            Standing.MET if met else Standing.UNMET,
            rungs=(f"mount:{mount.target}",),
            device=device.name,
            told=None if met else _told(evidence, mount, device),
        )


def _comes_at_boot(evidence: Evidence, device: BlockDevice) -> bool:
    inventory = evidence.inventory
    sessions = [inventory.session(lun.sid) for lun in luns_below(inventory, device)]
    records = [record_of(inventory, session) for session in sessions if session is not None]
    return bool(records) and all(record is not None and record.logs_in_at_boot for record in records)


def _is_said(evidence: Evidence, mount: Mount, device: BlockDevice) -> bool:
    """Whether some line or unit mounts it, here or anywhere else."""
    for line in lines(evidence):
        same_place = line.entry.mount_point == mount.target
        if same_place or (line.device is not None and line.device.name == device.name):
            return True
        if is_same_volume(evidence, mount, line):
            return True
    return any(unit.where == mount.target and unit.fragment for unit in evidence.boot_units)


def _told(evidence: Evidence, mount: Mount, device: BlockDevice) -> Finding:
    place = clean(mount.target, 80)
    title = _("Mount {place} at every boot").format(place=place)
    why = _("A line in fstab is added; nothing that runs is disturbed.")
    spec = lasting_spec(evidence.inventory, device)
    flags = tuple(option for option in mount.options if option in _FLAGS)
    service = evidence.inventory.service(Role.LOGIN_AT_BOOT)
    unit = service.unit if service is not None and service.installed else ""
    step = AddFstabEntry(spec, mount.target, mount.kind, boot_options(flags, unit))
    return Finding(
        CODE,
        _("{place} is mounted, and nothing mounts it at the next boot.").format(place=place),
        _(
            "This host logs in to its target at boot, so the volume will be there, but neither fstab nor a "
            "unit of systemd mounts it. Services may then write to the empty directory."
        ),
        RungKind.MOUNT,
        (f"mount:{mount.target}",),
        device.name,
        seen=(
            Seen("/proc/self/mountinfo", (clean(f"{mount.source} {mount.target} {mount.kind}"),)),
            Seen(FSTAB, (_("no line for {place} or its volume").format(place=place),)),
        ),
        ruled_out=(
            RuledOut(_("a mount unit"), _("No unit file of systemd mounts this place.")),
            RuledOut(_("a session that no boot opens"), _("Its record logs in at boot.")),
        ),
        fixes=(
            *(
                (
                    Fix(
                        title,
                        why,
                        repair(title, why, step),
                        confirm=(_("Does nothing else mount it, such as a cluster, autofs, or a script?"),),
                    ),
                )
                if spec
                else ()
            ),
            Fix(
                _("Leave it, if something else mounts it, or it is wanted only now"),
                _("A cluster or a script may mount it; then accept this finding, with the reason."),
                by_hand=(f"grep -n {place} {PATHS[0]}",),
            ),
        ),
        never=(
            Never(
                _("Unmount it for this"), _("Nothing is wrong with it now; only the next boot is concerned.")
            ),
        ),
        weight=Weight.RISK,
    )
