"""Keeping /etc/fstab right when a volume gets another name."""

from tui.storage.boot_check.facts import UNITS
from tui.storage.files.unit_names import mount_unit
from tui.storage.host.interface import ChangingHost, Host
from tui.storage.operations.operation import Operation, Progress
from tui.storage.operations.system_files import (
    put,
    reload_systemd,
    runs_systemd,
    text_or_empty,
    unit_properties,
)
from tui.storage.probe.mounts.fstab import FSTAB, parse_fstab
from tui.storage.probe.reading import names, text
from tui.storage.problem import Problem, Refused
from tui.storage.untrusted import clean
from tui.words import translate as _


class RenameInFstab(Operation, frozen=True):
    """Replace a path in the lines of fstab that name it; every other character stays.

    Attributes:
        renamed: pairs of paths, old and new: `/dev/vg/old`, `/dev/vg/new`.
    """

    renamed: tuple[tuple[str, str], ...]

    def title(self) -> str:
        return _("Update the volume's name in {fstab}").format(fstab=FSTAB)

    def why(self) -> str:
        return _("A line that still names the old path would find nothing at the next boot.")

    def shown(self) -> tuple[str, ...]:
        edits = (
            _("edit {path}: {values}").format(path=FSTAB, values=f"{clean(old)} → {clean(new)}")
            for old, new in self.renamed
        )
        return (*edits, "systemctl daemon-reload")

    def is_done(self, host: Host) -> bool:
        entries = parse_fstab(text_or_empty(host, FSTAB))
        if {entry.spec for entry in entries} & {old for old, _new in self.renamed}:
            return False
        new = {name for _old, name in self.renamed}
        return not any(_is_unread(host, entry.mount_point) for entry in entries if entry.spec in new)

    def check(self, host: Host) -> None:
        for name in names(host, UNITS):
            found = text(host, f"{UNITS}/{name}") if name.endswith((".mount", ".swap")) else ""
            if any(f"What={old}" in found.splitlines() for old, _new in self.renamed):
                raise Refused(
                    Problem(
                        "rename.unit",
                        _("The unit {unit} refers to the volume by its old path.").format(
                            unit=clean(name, 80)
                        ),
                        cause=_("iscsi-console changes only lines of fstab."),
                        remedy=_("Change What= in {directory}/{unit} by hand, then try again.").format(
                            directory=UNITS, unit=clean(name, 80)
                        ),
                    )
                )

    def run(self, host: ChangingHost, progress: Progress) -> None:  # noqa: ARG002 (it is short)
        text = text_or_empty(host, FSTAB)
        new = with_renamed_specs(text, dict(self.renamed))
        if new != text:
            put(host, FSTAB, text, new)
        reload_systemd(host, self.title())

    def undo(self) -> tuple[Operation, ...]:
        return (RenameInFstab(tuple((new, old) for old, new in self.renamed)),)


def _is_unread(host: Host, mount_point: str) -> bool:
    """Whether systemd's unit of a mount point is older than fstab."""
    if not mount_point.startswith("/") or not runs_systemd(host):
        return False
    unit = mount_unit(mount_point)
    return unit_properties(host, unit, "NeedDaemonReload").get("NeedDaemonReload") == "yes"


def with_renamed_specs(text: str, renamed: dict[str, str]) -> str:
    """The text of fstab with the first field of some entries replaced."""
    lines = text.split("\n")
    for entry in parse_fstab(text):
        if entry.spec in renamed:
            line = lines[entry.line - 1]
            blank = line[: len(line) - len(line.lstrip())]
            rest = line.lstrip().split(maxsplit=1)[0]
            lines[entry.line - 1] = blank + renamed[entry.spec] + line.lstrip()[len(rest) :]
    return "\n".join(lines)
