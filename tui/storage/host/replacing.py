"""Putting new content in the place of a file of the system, and keeping everything else about it.

Owner, mode, ACLs and extended attributes (xattr(7)) go over to the new file. What a rename would break is
refused before anything is written: a file with further hard links, one that is a mount point of its own, one
that chattr(1) protects. The two files are exchanged, and what came out is compared with what the caller read:
what another program wrote in between, or has open for writing, goes back to its place.
"""

import contextlib
import difflib
import errno
import fcntl
import os
import stat
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct

from tui.storage.host.exchanging import exchange, is_being_written
from tui.storage.host.interface import BACKUPS, STAGED, Replacement
from tui.storage.host.recording import without_secrets
from tui.storage.problem import Problem, Refused
from tui.storage.untrusted import clean
from tui.words import translate as _

_GET_FLAGS = 0x80086601
"""FS_IOC_GETFLAGS of linux/fs.h, on processors with 64-bit `long`."""

_FLAGS = {0x10: "i", 0x20: "a"}
"""FS_IMMUTABLE_FL and FS_APPEND_FL, by the letters of chattr(1)."""

_OF_CONTENT = {"security.ima", "security.evm"}
"""Signatures of the content (evmctl(1)), which are false for any other."""

_LABEL = "security.selinux"

_MOST_LINES = 12
"""Lines of a difference that are shown."""


class _Old(Struct, frozen=True):
    """The file that is there: its content, what fstat(2) says, and its extended attributes."""

    content: bytes
    facts: os.stat_result
    attributes: tuple[tuple[str, bytes], ...]


def replace_file(path: str, content: bytes, change: Replacement) -> str:
    """Put the content in the place of a file, or make the file; the path of the backup, or empty.

    Raises:
        Refused: the file must not be replaced, or it changed since the caller read it.
        OSError: it could not be written.
    """
    target = Path(os.path.realpath(path))
    old = _read(target)
    _refuse_protected(target.parent)
    if old is not None:
        _refuse_odd(target, old)
    _refuse_changed(target, change.expected, old)
    kept = _back_up(path, change.backup) if old is not None and change.backup is not None else ""
    mode = change.mode if change.mode is not None else stat.S_IMODE(old.facts.st_mode) if old else 0o644
    with staged_file(Path(change.staging) if change.staging else target.parent) as (handle, name):
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            if old is not None:
                os.fchown(file.fileno(), old.facts.st_uid, old.facts.st_gid)
                _keep_attributes(file.fileno(), target, old)
            os.fchmod(file.fileno(), mode)
            os.fsync(file.fileno())
        _take_place(name, target, old, change)
    _sync_folder(target.parent)
    return kept


@contextlib.contextmanager
def staged_file(folder: Path) -> Iterator[tuple[int, Path]]:
    """A new file in a folder that one run at a time stages in: open for writing, mode 0600, and its path.

    It is removed in the end unless it was renamed, and with it first what a run that was killed left there.
    """
    guard = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        # Another run that stages here just now holds the lock; what it needs must stay.
        with contextlib.suppress(BlockingIOError):
            fcntl.flock(guard, fcntl.LOCK_EX | fcntl.LOCK_NB)
            _remove_left_behind(folder)
        handle, name = tempfile.mkstemp(prefix=STAGED, dir=folder)
        try:
            yield handle, Path(name)
        finally:
            Path(name).unlink(missing_ok=True)
    finally:
        os.close(guard)


def difference(expected: bytes, present: bytes) -> tuple[str, ...]:
    """What was changed in a file, as lines of diff(1), cleaned and without secrets."""
    before, after = (
        without_secrets(content.decode(errors="replace")).split("\n") for content in (expected, present)
    )
    lines = [
        line
        for line in difflib.unified_diff(before, after, lineterm="", n=0)
        if not line.startswith(("---", "+++", "@@"))
    ]
    more = ("…",) if len(lines) > _MOST_LINES else ()
    return (*(clean(line) for line in lines[:_MOST_LINES]), *more)


def changed_problem(path: str, expected: bytes, present: bytes) -> Problem:
    """Somebody changed a file between its being read and its being replaced."""
    return Problem(
        "file.changed",
        _("{path} was changed by another program meanwhile.").format(path=clean(path)),
        cause=_("The difference is below; the new lines would be lost."),
        remedy=_("Nothing was written. Check the file, then retry: it is read again."),
        evidence=difference(expected, present),
    )


def _remove_left_behind(folder: Path) -> None:
    for left in folder.glob(f"{STAGED}*"):
        with contextlib.suppress(OSError):
            if stat.S_ISREG(left.lstat().st_mode):
                left.unlink()


def _back_up(path: str, content: bytes) -> str:
    folder = Path(BACKUPS)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    stamp = time.strftime("%Y%m%d-%H%M%S")
    name = path.strip("/").replace("/", "-")
    handle, kept = tempfile.mkstemp(prefix=f"{name}-{stamp}-", dir=folder)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        Path(kept).unlink(missing_ok=True)
        raise
    return kept


def _read(target: Path) -> _Old | None:
    try:
        handle = os.open(target, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    try:
        facts = os.fstat(handle)
        if not stat.S_ISREG(facts.st_mode):
            raise Refused(
                Problem(
                    "file.not-regular",
                    _("{path} is not a regular file.").format(path=clean(str(target))),
                    remedy=_("Nothing was written. Find out what it is: ls -l {path}").format(
                        path=clean(str(target))
                    ),
                )
            )
        _refuse_flags(target, handle)
        attributes = tuple((name, os.getxattr(handle, name)) for name in _attributes(handle))
        with os.fdopen(os.dup(handle), "rb") as file:
            return _Old(file.read(), facts, attributes)
    finally:
        os.close(handle)


def _attributes(handle: int) -> list[str]:
    """Names of extended attributes; none where the file system has none."""
    try:
        return os.listxattr(handle)
    except OSError as error:
        if error.errno in {errno.EOPNOTSUPP, errno.ENOSYS}:
            return []
        raise


def _refuse_odd(target: Path, old: _Old) -> None:
    shown = clean(str(target))
    if old.facts.st_nlink > 1:
        raise Refused(
            Problem(
                "file.hard-links",
                _("{path} has {count} hard links.").format(path=shown, count=old.facts.st_nlink),
                cause=_("A new file in its place would leave the other names with the old content."),
                remedy=_(
                    "Nothing was written. `find / -xdev -samefile {path}` lists the names. If the others are"
                    " copies to keep, give this one a file of its own: cp --preserve=all {path} {path}.new &&"
                    " mv {path}.new {path}"
                ).format(path=shown),
            )
        )
    if _is_mount_point(target):
        raise Refused(_mounted(target))


def _mounted(target: Path) -> Problem:
    shown = clean(str(target))
    return Problem(
        "file.mount-point",
        _("{path} is a mount point: another file is bind-mounted there.").format(path=shown),
        cause=_("Only the file that is mounted can be changed, and not by a new one in its place."),
        remedy=_(
            "Nothing was written. `findmnt {path}` names the file: change that one, or unmount it first."
        ).format(path=shown),
    )


def _is_mount_point(target: Path) -> bool:
    with contextlib.suppress(OSError):
        lines = Path("/proc/self/mountinfo").read_text(errors="surrogateescape").split("\n")
        spelled = "".join(f"\\{ord(letter):03o}" if letter in " \t\n\\" else letter for letter in str(target))
        return any(line.split(" ")[4:5] == [spelled] for line in lines)
    return False


def _refuse_protected(folder: Path) -> None:
    """See that names in the directory can be changed."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            _refuse_flags(folder, handle)
        finally:
            os.close(handle)


def _refuse_flags(path: Path, handle: int) -> None:
    answer = bytearray(8)
    try:
        fcntl.ioctl(handle, _GET_FLAGS, answer)
    except OSError:
        return
    # The kernel writes an int, whatever the number of the call says (ioctl_iflags(2)).
    flags = int.from_bytes(answer[:4], sys.byteorder)
    letters = "".join(letter for flag, letter in _FLAGS.items() if flags & flag)
    if letters:
        shown = clean(str(path))
        raise Refused(
            Problem(
                "file.protected",
                _("{path} is protected by chattr +{letters}.").format(path=shown, letters=letters),
                cause=_("Somebody decided that it must not be changed; root cannot change it either."),
                remedy=_(
                    "Nothing was written. If it may be changed, run `chattr -{letters} {path}` and retry."
                ).format(letters=letters, path=shown),
            )
        )


def _keep_attributes(handle: int, target: Path, old: _Old) -> None:
    """Give the new file the attributes of the old one; an ACL is one of them (system.posix_acl_access)."""
    for name in set(_attributes(handle)) - {name for name, _value in old.attributes}:
        # A default ACL of the directory gave it to the new file.
        with contextlib.suppress(OSError):
            os.removexattr(handle, name)
    for name, value in old.attributes:
        if name in _OF_CONTENT:
            continue
        try:
            os.setxattr(handle, name, value)
        except OSError as error:
            if name == _LABEL:
                continue  # The policy decides: it gets the label of its directory.
            raise Refused(
                Problem(
                    "file.attribute",
                    _("The attribute {name} of {path} cannot be kept: {why}.").format(
                        name=clean(name), path=clean(str(target)), why=error.strerror
                    ),
                    remedy=_("Nothing was written. `getfattr -d -m - {path}` shows the attributes.").format(
                        path=clean(str(target))
                    ),
                )
            ) from error


def _take_place(staged: Path, target: Path, old: _Old | None, change: Replacement) -> None:
    """Put the new file in the place of the old one, unless that is not what it was made from any more."""
    if old is None and change.expected is not None:
        try:
            target.hardlink_to(staged)
        except FileExistsError as error:
            raise Refused(changed_problem(str(target), b"", target.read_bytes())) from error
        staged.unlink()
        return
    try:
        if change.expected is None or old is None or not _exchanged(staged, target, old):
            staged.rename(target)
    except OSError as error:
        if error.errno == errno.EBUSY:
            raise Refused(_mounted(target)) from error
        raise


def _exchanged(staged: Path, target: Path, old: _Old) -> bool:
    """Exchange the files, look at the old one, and remove it; False where only a rename is possible.

    Raises:
        Refused: another program changed the old file or is writing to it. It is in its place again.
    """
    new = staged.read_bytes()
    _refuse_changed(target, old.content, _read(target))
    if not exchange(staged, target):
        return False
    is_unchanged = False
    try:
        out = _read(staged)
        is_unchanged = out is not None and out.content == old.content and not is_being_written(staged)
    finally:
        if not is_unchanged:
            _put_back(staged, target)
    if is_unchanged:
        staged.unlink()
        return True
    # The new file was there for a moment: what others wrote into it then is kept as well.
    theirs = _read(staged)
    if theirs is not None and theirs.content != new:
        kept = without_secrets(theirs.content.decode(errors="surrogateescape"))
        _back_up(str(target), kept.encode(errors="surrogateescape"))
    present = _read(target)
    content = present.content if present is not None else b""
    raise Refused(
        changed_problem(str(target), old.content, content)
        if content != old.content
        else _being_written(target)
    )


def _put_back(staged: Path, target: Path) -> None:
    """Give the old file its place again; where somebody removed the new one meanwhile, too."""
    try:
        exchange(staged, target)
    except FileNotFoundError:
        staged.rename(target)


def _being_written(target: Path) -> Problem:
    shown = clean(str(target))
    return Problem(
        "file.being-written",
        _("Another program has {path} open for writing.").format(path=shown),
        cause=_("What it writes now would be lost."),
        remedy=_("Nothing was written. `fuser -v {path}` names the program; retry when it is done.").format(
            path=shown
        ),
    )


def _refuse_changed(target: Path, expected: bytes | None, present: _Old | None) -> None:
    content = present.content if present is not None else b""
    if expected is not None and content != expected:
        raise Refused(changed_problem(str(target), expected, content))


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
