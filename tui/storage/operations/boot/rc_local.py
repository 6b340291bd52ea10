"""Old rc.local lines: turned into dated comments, and restored."""

import time

from tui.storage.files.rc_local import PATHS, holds, with_lines_back, without_lines
from tui.storage.host.interface import ChangingHost, Command, Host
from tui.storage.operations.operation import Operation, Progress
from tui.storage.operations.system_files import put, text_or_empty
from tui.storage.problem import CommandFailed, Problem, Refused
from tui.storage.untrusted import clean, clean_lines
from tui.words import translate as _

TRIAL = "/run/iscsi-console-rc-local"
"""Where the new script is tried before the old one is touched."""


class RemoveRcLocalLines(Operation, frozen=True):
    """Turn lines of rc.local that set up storage by hand into dated comments.

    Attributes:
        lines: the lines as they are in the file (`RcLocalLine.text`).
    """

    lines: tuple[str, ...]

    def title(self) -> str:
        return _("Comment out old lines in rc.local")

    def why(self) -> str:
        return _(
            "They log in, activate or mount outside systemd, when this may already be done or may be too"
            " early. They stay in the file as comments."
        )

    def shown(self) -> tuple[str, ...]:
        return tuple(
            _("edit rc.local: comment out {line}").format(line=clean(line.strip(), 200))
            for line in self.lines
        )

    def is_done(self, host: Host) -> bool:
        return not any(holds(text_or_empty(host, path), self.lines) for path in rc_local_paths(host))

    def run(self, host: ChangingHost, progress: Progress) -> None:
        """The file is replaced only if the shell finds no error in the new one."""
        date = time.strftime("%Y-%m-%d", time.localtime(host.now()))
        for path in rc_local_paths(host):
            old = text_or_empty(host, path)
            new = without_lines(old, self.lines, date)
            if new != old:
                progress(clean(path))
                _try_script(host, path, old, new)
                put(host, path, old, new)

    def undo(self) -> tuple[Operation, ...]:
        return (RestoreRcLocalLines(self.lines),)


class RestoreRcLocalLines(Operation, frozen=True):
    """Restore lines that `RemoveRcLocalLines` turned into comments."""

    lines: tuple[str, ...]

    def title(self) -> str:
        return _("Restore old lines in rc.local")

    def why(self) -> str:
        return _("They will run as commands again.")

    def shown(self) -> tuple[str, ...]:
        return tuple(
            _("edit {path}: {values}").format(path="rc.local", values=clean(line.strip(), 200))
            for line in self.lines
        )

    def is_done(self, host: Host) -> bool:
        there = {
            line for path in rc_local_paths(host) for line in holds(text_or_empty(host, path), self.lines)
        }
        return there.issuperset(self.lines)

    def check(self, host: Host) -> None:
        texts = (text_or_empty(host, path) for path in rc_local_paths(host))
        back = {line for text in texts for line in holds(with_lines_back(text, self.lines), self.lines)}
        if not back.issuperset(self.lines):
            raise Refused(
                Problem(
                    "rc-local.comment-gone",
                    _("The commented-out line is no longer in rc.local."),
                    remedy=_("A dated copy of the old file is in the backup directory."),
                )
            )

    def run(self, host: ChangingHost, progress: Progress) -> None:
        for path in rc_local_paths(host):
            old = text_or_empty(host, path)
            new = with_lines_back(old, self.lines)
            if new != old:
                progress(clean(path))
                _try_script(host, path, old, new)
                put(host, path, old, new)

    def undo(self) -> tuple[Operation, ...]:
        return (RemoveRcLocalLines(self.lines),)


def rc_local_paths(host: Host) -> tuple[str, ...]:
    """Where an rc.local is, each file once: on Red Hat one path is a link to the other."""
    found: dict[str, str] = {}
    for path in PATHS:
        if host.facts(host.resolve(path)) is not None:
            found.setdefault(host.resolve(path), path)
    return tuple(found.values())


def _try_script(host: ChangingHost, path: str, old: str, new: str) -> None:
    """Have the script's own shell parse the new text without running it (`sh -n`).

    Raises:
        CommandFailed: it finds a mistake that the old text did not have. The file was not touched.
    """
    shell = "bash" if "bash" in old.split("\n", 1)[0] else "sh"
    if not _reads(host, shell, old)[0]:
        return
    good, lines = _reads(host, shell, new)
    if good:
        return
    raise CommandFailed(
        Problem(
            "rc-local.syntax",
            _("Without these lines {path} would not be a valid shell script, so it was not changed.").format(
                path=clean(path)
            ),
            remedy=_("Remove them by hand."),
            evidence=lines,
        )
    )


def _reads(host: ChangingHost, shell: str, text: str) -> tuple[bool, tuple[str, ...]]:
    host.replace(TRIAL, text.encode(errors="surrogateescape"))
    try:
        outcome = host.run(Command((shell, "-n", TRIAL)))
    finally:
        host.remove(TRIAL)
    return outcome.ok or outcome.status == 127, clean_lines(outcome.stderr, most=6)
