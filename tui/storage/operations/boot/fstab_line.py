"""One line of /etc/fstab changed in place: its options completed, or the name of its volume."""

import re

from tui.storage.files.unit_names import mount_unit
from tui.storage.host.interface import ChangingHost, Host
from tui.storage.model.files import FstabEntry
from tui.storage.operations.boot.fstab_trial import TRIAL_COMMAND, refuse_bad_line
from tui.storage.operations.operation import Operation, Progress
from tui.storage.operations.system_files import (
    put,
    reload_systemd,
    runs_systemd,
    text_or_empty,
    unit_properties,
)
from tui.storage.probe.mounts.escapes import escape
from tui.storage.probe.mounts.fstab import FSTAB, parse_fstab
from tui.storage.problem import Problem, Refused
from tui.storage.untrusted import clean
from tui.words import translate as _


class ChangeFstabLine(Operation, frozen=True):
    """Replace one line by another; every other byte of the file stays, and a dated copy is kept.

    Attributes:
        old: the line, as it is in the file.
        new: the line that replaces it (`with_options`, `with_spec`).
        reason: why, in the person's language.
    """

    old: str
    new: str
    reason: str

    def title(self) -> str:
        entry = next(iter(parse_fstab(self.new)), None)
        place = entry.mount_point if entry is not None else ""
        return _("Change the line for {path} in {fstab}").format(path=clean(place, 80), fstab=FSTAB)

    def why(self) -> str:
        return clean(self.reason, 1000)

    def shown(self) -> tuple[str, ...]:
        return (
            _("edit {fstab}, from: {line}").format(fstab=FSTAB, line=clean(self.old.strip(), 300)),
            _("edit {fstab}, to: {line}").format(fstab=FSTAB, line=clean(self.new.strip(), 300)),
            " ".join(TRIAL_COMMAND),
            "systemctl daemon-reload",
        )

    def is_done(self, host: Host) -> bool:
        lines = text_or_empty(host, FSTAB).split("\n")
        if self.old in lines or self.new not in lines:
            return False
        entry = next(iter(parse_fstab(self.new)), None)
        if entry is None or not entry.mount_point.startswith("/") or not runs_systemd(host):
            return True
        unit = mount_unit(entry.mount_point)
        return unit_properties(host, unit, "NeedDaemonReload").get("NeedDaemonReload") != "yes"

    def check(self, host: Host) -> None:
        lines = text_or_empty(host, FSTAB).split("\n")
        if lines.count(self.old) != 1 and self.new not in lines:
            raise Refused(
                Problem(
                    "fstab.changed",
                    _("The line is missing from {fstab}, or is there twice.").format(fstab=FSTAB),
                    cause=_("The file was changed in the meantime."),
                    remedy=_("Check the file again. Nothing was changed."),
                    evidence=(clean(self.old.strip()),),
                )
            )
        before, after = parse_fstab(self.old), parse_fstab(self.new)
        same = len(before) == len(after) == 1 and _place(before[0]) == _place(after[0])
        if not same or "\n" in self.new:
            raise Refused(
                Problem(
                    "fstab.other-place",
                    _("The new line would mount something else, or at another place."),
                    remedy=_("Nothing was changed. Change {fstab} by hand.").format(fstab=FSTAB),
                    evidence=(clean(self.old.strip()), clean(self.new.strip())),
                )
            )

    def run(self, host: ChangingHost, progress: Progress) -> None:
        text = text_or_empty(host, FSTAB)
        lines = text.split("\n")
        if self.old in lines:
            progress(_("checking the line with findmnt"))
            refuse_bad_line(host, self.new)
            lines[lines.index(self.old)] = self.new
            put(host, FSTAB, text, "\n".join(lines))
        reload_systemd(host, self.title())

    def undo(self) -> tuple[Operation, ...]:
        return (ChangeFstabLine(self.new, self.old, self.reason),)


def with_options(line: str, added: tuple[str, ...]) -> str:
    """A line with further options; those that are there stay, in their order, and so do all blanks.

    An option with a value (`x-systemd.device-timeout=60s`) is not added where one of its name is there.
    """
    entry = parse_fstab(line)[0]
    there = {option.partition("=")[0] for option in entry.options}
    new = [option for option in added if option.partition("=")[0] not in there]
    if not new:
        return line
    return _with_field(line, 3, ",".join((*_plain(entry), *(escape(option) for option in new))))


def with_patience(line: str, seconds: int) -> str:
    """A line whose device the boot waits so long for at least; without a wait of its own it stays as it is.

    Of systemd's time spans (systemd.time(7)) those of one number are read: 5, 5s, 500ms, 2min.
    """
    entry = parse_fstab(line)[0]
    changed = tuple(
        f"{_WAIT}{seconds}s" if option.startswith(_WAIT) and _is_shorter(option, seconds) else option
        for option in entry.options
    )
    if changed == entry.options:
        return line
    return _with_field(line, 3, ",".join(escape(option) for option in changed))


_WAIT = "x-systemd.device-timeout="
_SPAN = re.compile(r"(\d{1,18})(ms|s|sec|)")


def _is_shorter(option: str, seconds: int) -> bool:
    span = _SPAN.fullmatch(option.removeprefix(_WAIT))
    return span is not None and int(span[1]) / (1000 if span[2] == "ms" else 1) < seconds and int(span[1]) > 0


def with_spec(line: str, spec: str) -> str:
    """A line with another name for its volume; everything else stays as it is."""
    return _with_field(line, 0, escape(spec))


def _plain(entry: FstabEntry) -> tuple[str, ...]:
    return tuple(escape(option) for option in entry.options)


def _with_field(line: str, number: int, value: str) -> str:
    """Replace one of the fields; a fourth that is not there is put after the third."""
    place, start = 0, 0
    for field in range(number + 1):
        while place < len(line) and line[place] in " \t":
            place += 1
        if place >= len(line.rstrip("\r")):
            return f"{line.rstrip()} {value}" + ("\r" if line.endswith("\r") else "")
        start = place
        while place < len(line) and line[place] not in " \t\r":
            place += 1
        if field == number:
            break
    return line[:start] + value + line[place:]


def _place(entry: FstabEntry) -> tuple[str, str]:
    return (entry.mount_point, entry.kind)
