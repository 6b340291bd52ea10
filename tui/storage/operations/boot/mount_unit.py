"""The boot entry as a systemd mount unit, in place of a line in fstab."""

from tui.storage.boot_check.facts import UNITS
from tui.storage.files.mount_options import MOUNT_TIMEOUT, runtime_options
from tui.storage.files.unit_names import device_unit, mount_unit, unit_value
from tui.storage.host.interface import ChangingHost, Host
from tui.storage.operations.boot.fstab_entry import lines_at
from tui.storage.operations.calls import change
from tui.storage.operations.mounts.mount_point import refuse_bad_place
from tui.storage.operations.operation import Operation, Progress
from tui.storage.operations.system_files import put, reload_systemd, text_or_empty, unit_properties
from tui.storage.probe.mounts.fstab import FSTAB
from tui.storage.problem import Problem, Refused
from tui.storage.untrusted import clean
from tui.words import translate as _

OWN_NOTE = "# Written by iscsi-console: a volume over iSCSI, mounted when the network and the login are up"


class WriteMountUnit(Operation, frozen=True):
    """Have the volume mounted at every boot by a systemd unit of its own.

    Attributes:
        spec: `UUID=…` or a path below /dev.
        mount_point: where.
        kind: file system.
        options: as for fstab (`mount_options.boot_options`); those for systemd become settings of the unit.
    """

    spec: str
    mount_point: str
    kind: str
    options: tuple[str, ...]

    @property
    def unit(self) -> str:
        """Its name."""
        return mount_unit(self.mount_point)

    @property
    def files(self) -> tuple[tuple[str, str], ...]:
        """What is written: path and text. The second bounds the wait for the disk, as fstab's option does."""
        what = device_path(self.spec)
        timeout = _value(self.options, "x-systemd.device-timeout", "")
        files = [(f"{UNITS}/{self.unit}", self._content(what))]
        if timeout:
            place = f"{UNITS}/{device_unit(what)}.d/50-iscsi-console.conf"
            files.append((place, f"{OWN_NOTE}\n[Unit]\nJobRunningTimeoutSec={timeout}\n"))
        return tuple(files)

    def _content(self, what: str) -> str:
        after = [_value(self.options, key, "") for key in ("x-systemd.after", "x-systemd.requires")]
        lines = [
            OWN_NOTE,
            "[Unit]",
            f"Description={unit_value(self.mount_point)}",
            *(f"After={unit}" for unit in after if unit),
            *(f"Requires={unit}" for unit in after[1:] if unit),
            "",
            "[Mount]",
            f"What={unit_value(what)}",
            f"Where={unit_value(self.mount_point)}",
            f"Type={self.kind}",
            f"Options={unit_value(','.join(('_netdev', *runtime_options(self.options))))}",
            f"TimeoutSec={_value(self.options, 'x-systemd.mount-timeout', f'{MOUNT_TIMEOUT}s')}",
            "",
            "[Install]",
            "WantedBy=remote-fs.target",
        ]
        return "\n".join(lines) + "\n"

    def title(self) -> str:
        return _("Mount {path} at every boot with a systemd unit").format(path=clean(self.mount_point, 80))

    def why(self) -> str:
        return _(
            "A systemd unit says what to mount where, once the network is up and the host is logged in."
            " The boot continues if the volume is missing."
        )

    def shown(self) -> tuple[str, ...]:
        return (
            *(_("write {path}").format(path=clean(path, 200)) for path, _text in self.files),
            "systemctl daemon-reload",
            f"systemctl enable {clean(self.unit, 200)}",
        )

    def is_done(self, host: Host) -> bool:
        if any(text_or_empty(host, path) != text for path, text in self.files):
            return False
        said = unit_properties(host, self.unit, "LoadState", "UnitFileState", "NeedDaemonReload")
        return said == {"LoadState": "loaded", "UnitFileState": "enabled", "NeedDaemonReload": "no"}

    def check(self, host: Host) -> None:
        refuse_bad_place(host, self.mount_point)
        lines = lines_at(text_or_empty(host, FSTAB), self.mount_point)
        if lines:
            raise Refused(
                Problem(
                    "unit.fstab-exists",
                    _("Line {number} of {fstab} mounts something at {path} already.").format(
                        number=lines[0].line, fstab=FSTAB, path=clean(self.mount_point, 80)
                    ),
                    remedy=_("Keep that line, or remove it first."),
                )
            )
        for path, text in self.files:
            old = text_or_empty(host, path)
            if old and old != text and not old.startswith(OWN_NOTE):
                raise Refused(
                    Problem(
                        "unit.stranger",
                        _("{path} already exists and was not written by iscsi-console.").format(
                            path=clean(path, 200)
                        ),
                        remedy=_("Check it, and remove it if it is not needed."),
                    )
                )

    def run(self, host: ChangingHost, progress: Progress) -> None:
        for path, text in self.files:
            old = text_or_empty(host, path)
            if old != text:
                host.make_folder(path.rpartition("/")[0])
                put(host, path, old, text)
        reload_systemd(host, self.title())
        change(host, ("systemctl", "enable", "--", self.unit), self.title(), progress=progress)

    def undo(self) -> tuple[Operation, ...]:
        return (RemoveMountUnit(self.spec, self.mount_point, self.kind, self.options),)


class RemoveMountUnit(Operation, frozen=True):
    """Disable and remove the unit that `WriteMountUnit` wrote. The attributes are the same."""

    spec: str
    mount_point: str
    kind: str
    options: tuple[str, ...]

    @property
    def _written(self) -> WriteMountUnit:
        return WriteMountUnit(self.spec, self.mount_point, self.kind, self.options)

    def title(self) -> str:
        return _("Do not mount {path} at boot").format(path=clean(self.mount_point, 80))

    def why(self) -> str:
        return _("The unit is disabled and its file removed. What is mounted now stays mounted.")

    def shown(self) -> tuple[str, ...]:
        written = self._written
        return (
            f"systemctl disable {clean(written.unit, 200)}",
            *(f"rm {clean(path, 200)}" for path, _text in written.files),
            "systemctl daemon-reload",
        )

    def is_done(self, host: Host) -> bool:
        return all(host.facts(path) is None for path, _text in self._written.files)

    def check(self, host: Host) -> None:
        for path, _text in self._written.files:
            text = text_or_empty(host, path)
            if text and not text.startswith(OWN_NOTE):
                raise Refused(
                    Problem(
                        "unit.stranger",
                        _(
                            "{path} was changed or was not written by iscsi-console, so it is not removed."
                        ).format(path=clean(path, 200)),
                        remedy=_("Remove it by hand if it is not needed."),
                    )
                )

    def run(self, host: ChangingHost, progress: Progress) -> None:
        written = self._written
        if host.facts(written.files[0][0]) is not None:
            change(host, ("systemctl", "disable", "--", written.unit), self.title(), progress=progress)
        for path, _text in written.files:
            host.remove(path)
        reload_systemd(host, self.title())

    def undo(self) -> tuple[Operation, ...]:
        return (self._written,)


def device_path(spec: str) -> str:
    """The path below /dev of what fstab names, since a unit's What= waits for a device by its path."""
    tag, equals, value = spec.partition("=")
    folder = {"UUID": "by-uuid", "LABEL": "by-label", "PARTUUID": "by-partuuid"}.get(tag)
    return f"/dev/disk/{folder}/{value}" if equals and folder else spec


def _value(options: tuple[str, ...], name: str, default: str) -> str:
    return next((option.partition("=")[2] for option in options if option.startswith(f"{name}=")), default)
