"""Files that this program writes for the person who runs it: whole or not at all, and for nobody else."""

import os
import stat
import tempfile
from pathlib import Path

from tui.storage.problem import Problem, Refused
from tui.storage.untrusted import clean
from tui.words import translate as _


def refuse_existing(path: str, *, force: bool) -> None:
    """A file that is there already is not written over unless that is asked for, and nothing else ever is.

    Raises:
        Refused: a file has that name, and `force` is not given; or a device, a FIFO, a directory has it.
    """
    target = Path(path)
    if not target.exists() and not target.is_symlink():
        return
    if not force:
        raise Refused(_exists(path))
    if not target.is_file():
        raise Refused(
            Problem(
                "capture.no-file",
                _("{path} is not a regular file; nothing was written.").format(path=clean(path)),
                remedy=_("Choose the name of a file."),
            )
        )


def write_for_owner(path: str, text: str, *, force: bool) -> None:
    """Write a text to a file that only its owner may read.

    Args:
        path: the file.
        text: what is written.
        force: replace the file when it is there already.

    Raises:
        Refused: the file exists, and `force` is not given.
        OSError: it could not be written.
    """
    refuse_existing(path, force=force)
    handle, temporary = tempfile.mkstemp(prefix=".iscsi-console-", dir=Path(path).parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            os.fchmod(file.fileno(), 0o600)
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        if force:
            Path(temporary).replace(path)
        else:
            _take_place(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def refuse_strangers(path: str, facts: os.stat_result) -> None:
    """See that nobody wrote a file but root, the caller, and who can change this program anyway.

    Raises:
        Refused: somebody else owns the file, or may write to it.
    """
    program = Path(__file__).stat()
    callers = {0, os.geteuid(), program.st_uid}
    if os.geteuid() == 0 and os.environ.get("SUDO_UID", "").isdecimal():
        callers.add(int(os.environ["SUDO_UID"]))
    if facts.st_uid not in callers:
        raise Refused(
            Problem(
                "file.stranger",
                _("{file} belongs to another user (UID {uid}).").format(file=clean(path), uid=facts.st_uid),
                cause=_("What its owner writes there would be done by you."),
                remedy=_("Read it, then make a copy of your own and use that."),
            )
        )
    others = facts.st_mode & 0o022
    if (facts.st_uid, facts.st_gid) == (program.st_uid, program.st_gid):
        others &= ~program.st_mode
    if others:
        raise Refused(
            Problem(
                "file.writable",
                _("Other users can write to {file} (mode {mode:04o}).").format(
                    file=clean(path), mode=stat.S_IMODE(facts.st_mode)
                ),
                cause=_("What they write there would be done by you."),
                remedy=_("Read it, then run chmod go-w {file}.").format(file=clean(path)),
            )
        )


def not_written_problem(path: str, error: OSError) -> Problem:
    """Why a file could not be written, and what to do."""
    return Problem(
        "capture.not-written",
        _("The file {path} could not be written.").format(path=clean(path)),
        remedy=_("Choose an existing directory that has free space and that you can write to."),
        evidence=(clean(error.strerror or str(error)),),
    )


def _take_place(temporary: str, path: str) -> None:
    """Give the finished file its name, unless something has taken that name meanwhile."""
    try:
        os.link(temporary, path)
    except FileExistsError as error:
        raise Refused(_exists(path)) from error
    Path(temporary).unlink()


def _exists(path: str) -> Problem:
    return Problem(
        "capture.exists",
        _("{path} already exists; nothing was written.").format(path=clean(path)),
        remedy=_("Choose another name, or add --force to replace it."),
    )
