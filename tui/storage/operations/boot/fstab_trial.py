"""A new line of /etc/fstab, checked before it is written."""

from tui.storage.host.interface import ChangingHost, Command
from tui.storage.probe.mounts.fstab import FSTAB
from tui.storage.problem import CommandFailed, Problem
from tui.storage.untrusted import clean, clean_lines
from tui.words import translate as _

TRIAL = "/run/iscsi-console-fstab"
"""The file with the line alone, for findmnt."""

TRIAL_COMMAND = ("findmnt", "--verify", "--tab-file", TRIAL)


def refuse_bad_line(host: ChangingHost, line: str) -> None:
    """Have findmnt(8) check the new line alone: what is wrong with others does not matter here.

    Raises:
        CommandFailed: it finds an error. fstab was not touched.
    """
    host.replace(TRIAL, f"{line.rstrip()}\n".encode(errors="surrogateescape"))
    try:
        outcome = host.run(Command(TRIAL_COMMAND))
    finally:
        host.remove(TRIAL)
    if outcome.status in (0, 127):
        return
    raise CommandFailed(
        Problem(
            "fstab.not-accepted",
            _("findmnt reports an error in the new line, so {fstab} was not changed.").format(fstab=FSTAB),
            remedy=_("Check the mount point, the options and the volume."),
            evidence=(clean(line.strip()), *clean_lines(f"{outcome.stdout}\n{outcome.stderr}", most=8)),
        )
    )
