"""The boot entry in /etc/fstab: added, and removed."""

from msgspec.structs import astuple

from tui.storage.boot_check.facts import UNITS
from tui.storage.files.fstab import BootLine, is_own, line_of, with_line, without_entry
from tui.storage.files.unit_names import mount_unit
from tui.storage.host.interface import ChangingHost, Host
from tui.storage.model.files import FstabEntry
from tui.storage.operations.boot.fstab_trial import TRIAL_COMMAND, refuse_bad_line
from tui.storage.operations.mounts.mount_point import refuse_bad_place
from tui.storage.operations.operation import Operation, Progress
from tui.storage.operations.system_files import (
    put,
    reload_systemd,
    runs_systemd,
    text_or_empty,
    unit_properties,
)
from tui.storage.probe.devices.places import DevicePlaces
from tui.storage.probe.mounts.fstab import FSTAB, normalised, parse_fstab
from tui.storage.probe.narrow import look_at_devices
from tui.storage.problem import Problem, Refused
from tui.storage.untrusted import clean
from tui.words import translate as _


class _FstabEntryChange(Operation, frozen=True):
    """Adding or removing a line of /etc/fstab; everything else stays byte for byte.

    Attributes:
        spec: `UUID=…` or a path below /dev/mapper.
        mount_point: where.
        kind: file system.
        options: all of them (`mount_options.boot_options`).
        pass_number: sixth field, for fsck(8).
    """

    spec: str
    mount_point: str
    kind: str
    options: tuple[str, ...]
    pass_number: int = 0

    @property
    def line(self) -> BootLine:
        """The line it is about."""
        return BootLine(*astuple(self))

    def _is_in(self, text: str) -> bool:
        return any(self.line.is_same_as(entry) for entry in parse_fstab(text))


class AddFstabEntry(_FstabEntryChange, frozen=True):
    """Have the volume mounted at every boot, by a line in /etc/fstab.

    A line for the same place is replaced when it names the same volume or was written by this program. A
    stranger's line is never touched.
    """

    def title(self) -> str:
        return _("Mount {path} at every boot").format(path=clean(self.mount_point, 80))

    def why(self) -> str:
        return _(
            "The line tells systemd what to mount where, once the network is up and the host is logged"
            " in. The boot continues if the volume is missing. The old file is kept as a backup; the rest"
            " of it does not change."
        )

    def shown(self) -> tuple[str, ...]:
        return (
            _("edit {path}: {values}").format(path=FSTAB, values=clean(self.line.text, 400)),
            " ".join(TRIAL_COMMAND),
            "systemctl daemon-reload",
        )

    def is_done(self, host: Host) -> bool:
        return self._is_in(text_or_empty(host, FSTAB)) and _systemd_knows(host, self.mount_point)

    def check(self, host: Host) -> None:
        refuse_bad_place(host, self.mount_point)
        text = text_or_empty(host, FSTAB)
        _refuse_strangers(host, text, self.line)
        unit = f"{UNITS}/{mount_unit(self.mount_point)}"
        if host.facts(unit) is not None:
            raise Refused(
                Problem(
                    "fstab.unit-exists",
                    _(
                        "The mount unit {unit} already exists and takes precedence over a line in {fstab}."
                    ).format(unit=clean(unit, 120), fstab=FSTAB),
                    remedy=_("Keep the unit, or remove it first."),
                )
            )

    def run(self, host: ChangingHost, progress: Progress) -> None:
        text = text_or_empty(host, FSTAB)
        if not self._is_in(text):
            same = _conflicts(host, text, self.line)
            new = with_line(text, self.line, same[0] if same else None)
            progress(_("checking the line with findmnt"))
            refuse_bad_line(host, self.line.text)
            put(host, FSTAB, text, new)
        reload_systemd(host, self.title())

    def undo(self) -> tuple[Operation, ...]:
        return (RemoveFstabEntry(*astuple(self)),)


class RemoveFstabEntry(_FstabEntryChange, frozen=True):
    """Take exactly one line out of /etc/fstab."""

    def title(self) -> str:
        return _("Do not mount {path} at boot").format(path=clean(self.mount_point, 80))

    def why(self) -> str:
        return _("Only this line is removed. A dated backup of the file is kept.")

    def shown(self) -> tuple[str, ...]:
        return (
            _("edit {path}: remove {line}").format(path=FSTAB, line=clean(self.line.text, 400)),
            "systemctl daemon-reload",
        )

    def is_done(self, host: Host) -> bool:
        return not self._is_in(text_or_empty(host, FSTAB))

    def run(self, host: ChangingHost, progress: Progress) -> None:  # noqa: ARG002 (it is short)
        text = text_or_empty(host, FSTAB)
        new = text
        while found := [entry for entry in parse_fstab(new) if self.line.is_same_as(entry)]:
            new = without_entry(new, found[-1])
        if new != text:
            put(host, FSTAB, text, new)
        reload_systemd(host, self.title())

    def undo(self) -> tuple[Operation, ...]:
        return (AddFstabEntry(*astuple(self)),)


def lines_at(text: str, mount_point: str) -> tuple[FstabEntry, ...]:
    """The entries of fstab for a mount point."""
    place = normalised(mount_point)
    return tuple(entry for entry in parse_fstab(text) if normalised(entry.mount_point) == place)


def _conflicts(host: Host, text: str, line: BootLine) -> tuple[FstabEntry, ...]:
    """The entries that speak of the same place or of the same volume."""
    places = DevicePlaces(look_at_devices(host).devices)
    device = places.of_spec(host, line.spec)

    def is_same_volume(entry: FstabEntry) -> bool:
        return entry.spec == line.spec or (
            bool(device)
            and entry.spec.startswith(("/dev/", "UUID=", "LABEL=", "PART"))
            and places.of_spec(host, entry.spec) == device
        )

    here = normalised(line.mount_point)

    def concerns(entry: FstabEntry) -> bool:
        if normalised(entry.mount_point) == here:
            return True
        return is_same_volume(entry) and _subvolume(entry.options) == _subvolume(line.options)

    return tuple(entry for entry in parse_fstab(text) if concerns(entry))


def _subvolume(options: tuple[str, ...]) -> tuple[str, ...]:
    """What distinguishes several mounts of one btrfs, and a bind mount from an ordinary one."""
    return tuple(
        sorted(
            option
            for option in options
            if option.startswith(("subvol=", "subvolid=")) or option in ("bind", "rbind")
        )
    )


def _refuse_strangers(host: Host, text: str, line: BootLine) -> None:
    found = _conflicts(host, text, line)
    places = DevicePlaces(look_at_devices(host).devices)
    device = places.of_spec(host, line.spec)
    strangers = [
        entry
        for entry in found
        if not is_own(text, entry)
        and entry.spec != line.spec
        and not (device and places.of_spec(host, entry.spec) == device)
    ]
    if not strangers and len(found) <= 1:
        return
    shown = strangers or list(found)
    raise Refused(
        Problem(
            "fstab.stranger" if strangers else "fstab.several",
            _("Line {number} of {fstab} already names {path} or this volume.").format(
                number=shown[0].line, fstab=FSTAB, path=clean(line.mount_point, 80)
            )
            if strangers
            else _("Several lines of {fstab} name {path} or this volume.").format(
                fstab=FSTAB, path=clean(line.mount_point, 80)
            ),
            cause=_("iscsi-console did not write it and does not change it."),
            remedy=_("Remove or change it by hand, or choose another mount point."),
            field="mount_point",
            evidence=(
                *(_("existing: {line}").format(line=clean(line_of(text, entry))) for entry in shown[:4]),
                _("wanted: {line}").format(line=clean(line.text)),
            ),
        )
    )


def _systemd_knows(host: Host, mount_point: str) -> bool:
    """Whether systemd has made a unit of fstab's line, and nothing changed since."""
    if not runs_systemd(host):
        return True
    said = unit_properties(
        host, mount_unit(mount_point), "LoadState", "SourcePath", "FragmentPath", "NeedDaemonReload"
    )
    from_fstab = said.get("SourcePath") == FSTAB or "/generator" in said.get("FragmentPath", "")
    return said.get("LoadState") == "loaded" and said.get("NeedDaemonReload") == "no" and from_fstab
