"""The upper rungs of the boot check: volume group, volume, file system, mount."""

from collections.abc import Iterator

from tui.storage.boot_check.facts import BootFacts
from tui.storage.boot_check.paths import names_below
from tui.storage.boot_check.rung import Checked, Rung
from tui.storage.files.rc_local import relevant_lines
from tui.storage.files.unit_names import mount_unit
from tui.storage.model.block import BlockDevice, BlockKind
from tui.storage.model.files import FstabEntry
from tui.storage.model.inventory import Inventory
from tui.storage.model.lvm import VolumeGroup
from tui.storage.probe.mounts.fstab import normalised
from tui.storage.untrusted import clean
from tui.words import enumerated, translate as _


def check_volume(inventory: Inventory, device: BlockDevice, facts: BootFacts) -> Iterator[Checked]:
    """Whether LVM activates it."""
    if device.kind is not BlockKind.LOGICAL_VOLUME:
        return
    volume = next((volume for volume in inventory.logical_volumes if volume.device == device.name), None)
    group = inventory.group_of(volume) if volume is not None else None
    if volume is None or group is None:
        yield Checked(
            Rung.GROUP,
            None,
            _("LVM does not list the volume behind {path}.").format(path=clean(device.path)),
            inventory.lvm.error,
        )
        return
    yield _group(inventory, group, facts)
    if volume.skip_activation or facts.volume_autoactivation is False:
        flag = "--setactivationskip n" if volume.skip_activation else "--setautoactivation y"
        yield Checked(
            Rung.VOLUME,
            False,
            _("{volume} is excluded from automatic activation.").format(volume=clean(volume.name, 60)),
            f"lvchange {flag} {group.name}/{volume.name}",
        )
    else:
        yield Checked(
            Rung.VOLUME,
            True if inventory.lvm.asked else None,
            _("{volume} is activated with its VG.").format(volume=clean(volume.name, 60)),
        )


def _group(inventory: Inventory, group: VolumeGroup, facts: BootFacts) -> Checked:
    name = clean(group.name, 60)
    if facts.event_activation is False or not group.autoactivation:
        return Checked(
            Rung.GROUP,
            False,
            (
                _("{group} is not activated when its PVs appear: its autoactivation is off.")
                if not group.autoactivation
                else _("{group} is not activated when its PVs appear: event-based activation is off.")
            ).format(group=name),
            f"vgchange --setautoactivation y {group.name}"
            if not group.autoactivation
            else _("Set global/event_activation to 1 in /etc/lvm/lvm.conf."),
        )
    if group.missing_volumes:
        return Checked(
            Rung.GROUP,
            False,
            _("{group} is missing {count} of its PVs; an incomplete VG is not activated at boot.").format(
                group=name, count=group.missing_volumes
            ),
            _("Log in to the missing LUNs."),
        )
    hidden = [
        volume.path
        for volume in inventory.physical_volumes
        if group.owns(volume) and volume.uuid.replace("-", "") not in _listed(facts)
    ]
    if facts.devices_file and hidden:
        return Checked(
            Rung.GROUP,
            False,
            _("LVM's devices file does not list {paths}.").format(paths=clean(enumerated(hidden))),
            f"lvmdevices --adddev {hidden[0]}",
        )
    if facts.accepted_late:
        return Checked(
            Rung.GROUP,
            False,
            _(
                "{group} is not activated when its PVs appear: LVM's filter accepts {paths} by a "
                "symbolic link only."
            ).format(group=name, paths=clean(enumerated(facts.accepted_late))),
            _(
                "This version of LVM does not know symbolic links at that moment: let the filter "
                "reject other devices instead."
            ),
        )
    if facts.event_activation is None or not inventory.lvm.asked:
        return Checked(Rung.GROUP, None, _("LVM was not asked how it activates {group}.").format(group=name))
    return Checked(Rung.GROUP, True, _("{group} is activated when its PVs appear.").format(group=name))


def _listed(facts: BootFacts) -> str:
    """The devices file without dashes: it names each PV as `PVID=` with the 32 characters of its uuid."""
    return facts.devices_listed.replace("-", "")


def check_filesystem(inventory: Inventory, device: BlockDevice) -> Iterator[Checked]:
    """Whether the UUID leads to it and to nothing else."""
    if device.content_uuid:
        twin = [
            other.path
            for other in inventory.devices
            if other.content_uuid == device.content_uuid
            and other.name not in names_below(inventory, device)
            and not other.multipath_member
            and device.name not in names_below(inventory, other)
        ]
        if twin:
            yield Checked(
                Rung.FILESYSTEM,
                False,
                _("{other} has a file system with the same UUID.").format(other=clean(enumerated(twin))),
                _("It is a copy or a snapshot: mount by /dev/mapper path instead of UUID."),
            )
        else:
            yield Checked(
                Rung.FILESYSTEM,
                True,
                _("{kind}, UUID {uuid}.").format(
                    kind=clean(device.content, 40), uuid=clean(device.content_uuid, 60)
                ),
            )
        return
    yield Checked(
        Rung.FILESYSTEM,
        None,
        _("udev's database has no file system on {path}.").format(path=clean(device.path)),
        _("Let udev read it again: udevadm trigger --action=change {path}").format(path=clean(device.path)),
    )


def check_mount(
    inventory: Inventory, device: BlockDevice, mount_point: str, facts: BootFacts
) -> Iterator[Checked]:
    """What mounts it."""
    entries = [
        entry for entry in inventory.fstab if mount_point in {normalised(entry.mount_point), *entry.places}
    ]
    if entries:
        yield from _of_entry(device, entries)
    elif facts.mount_unit:
        yield from _of_unit(device, mount_point, facts)
    else:
        yield Checked(
            Rung.MOUNT,
            False,
            _("Nothing mounts {path} at boot.").format(path=clean(mount_point, 60)),
            _("Let this step add an entry to /etc/fstab or create a mount unit."),
        )


def _of_entry(device: BlockDevice, entries: list[FstabEntry]) -> Iterator[Checked]:
    entry = entries[-1]
    line = _("line {number} of /etc/fstab").format(number=entry.line)
    kind_differs = device.content and entry.kind not in (device.content, "auto")
    if len(entries) > 1:
        yield Checked(
            Rung.MOUNT,
            False,
            _("{count} lines of /etc/fstab mount something here.").format(count=len(entries)),
            _("Keep one of them."),
        )
    elif entry.device != device.name or kind_differs:
        yield Checked(
            Rung.MOUNT,
            False,
            _("{line} mounts {spec} ({kind}), which is not the mounted volume.").format(
                line=line, spec=clean(entry.spec, 80), kind=clean(entry.kind, 20)
            ),
            _("Replace the line."),
        )
    else:
        yield Checked(
            Rung.MOUNT, True, _("{line} mounts {spec}.").format(line=line, spec=clean(entry.spec, 80))
        )
    yield _options(entry.options, line)


def _options(options: tuple[str, ...], where: str) -> Checked:
    lacking = [
        option
        for option, needed in (("_netdev", True), ("nofail", "x-systemd.automount" not in options))
        if needed and option not in options
    ]
    if "noauto" in options and "x-systemd.automount" not in options:
        return Checked(
            Rung.OPTIONS,
            False,
            _("{line} has noauto: it is not mounted at boot.").format(line=where),
            _("Remove that option."),
        )
    if lacking:
        return Checked(
            Rung.OPTIONS,
            False,
            _("{line} lacks {options}: the boot may stop or try before the network is up.").format(
                line=where, options=" ".join(lacking)
            ),
            _("Add them."),
        )
    return Checked(Rung.OPTIONS, True, _("It waits for the network, and the boot goes on without it."))


def _of_unit(device: BlockDevice, mount_point: str, facts: BootFacts) -> Iterator[Checked]:
    unit = clean(mount_unit(mount_point), 80)
    values = unit_settings(facts.mount_unit)
    what = values.get("What", "").replace("%%", "%")
    paths = {device.path, f"/dev/{device.name}", *device.links}
    if device.content_uuid:
        paths |= {f"UUID={device.content_uuid}", f"/dev/disk/by-uuid/{device.content_uuid}"}
    if what not in paths:
        yield Checked(
            Rung.MOUNT,
            False,
            _("{unit} mounts {what}, which is not the mounted volume.").format(
                unit=unit, what=clean(what, 80)
            ),
            _("Write the unit again."),
        )
    elif facts.mount_unit_enabled is not True:
        yield Checked(
            Rung.MOUNT,
            facts.mount_unit_enabled,
            _("{unit} is not started at boot.").format(unit=unit),
            f"systemctl enable {unit}",
        )
    else:
        yield Checked(Rung.MOUNT, True, _("{unit} mounts {what}.").format(unit=unit, what=clean(what, 80)))
    options = (*values.get("Options", "").split(","), "nofail")
    yield _options(options, unit)


def unit_settings(content: str) -> dict[str, str]:
    """The settings of a unit file, sections not distinguished; of several of one name the last."""
    pairs = (
        line.strip().partition("=")
        for line in content.split("\n")
        if not line.lstrip().startswith(("#", ";"))
    )
    return {key.strip(): value.strip() for key, equals, value in pairs if equals}


def check_folder(mount_point: str, facts: BootFacts) -> Iterator[Checked]:
    """Where it is mounted."""
    if facts.mount_point_exists:
        yield Checked(Rung.FOLDER, True, _("{path} exists.").format(path=clean(mount_point, 60)))
    elif facts.mount_point_exists is False:
        yield Checked(
            Rung.FOLDER,
            False,
            _("The directory {path} does not exist.").format(path=clean(mount_point, 60)),
            f"mkdir -p {mount_point}",
        )


def check_leftovers(mount_point: str, facts: BootFacts) -> Iterator[Checked]:
    """What still does this by hand."""
    lines = relevant_lines(facts.rc_local, (mount_point,))
    if lines:
        yield Checked(
            Rung.LEFTOVERS,
            False,
            _("{path} does this as well: {line}").format(path=facts.rc_local_path, line=lines[0].shown),
            _("Let this step comment out the old lines."),
        )
