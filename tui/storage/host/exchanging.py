"""Exchanging two files by name, so that neither is lost (renameat2(2)); whether somebody writes to one."""

import ctypes
import errno
import fcntl
import os
from pathlib import Path

_AT_FDCWD = -100
_RENAME_EXCHANGE = 2
"""Of linux/fs.h."""

_NOT_HERE = frozenset({errno.ENOSYS, errno.EINVAL, errno.EOPNOTSUPP, errno.EPERM})
"""What a kernel, a file system or a sandbox answers that does not know the call."""


def exchange(one: Path, other: Path) -> bool:
    """Exchange what two names mean, in one step; False where that cannot be done here.

    Raises:
        OSError: it can be done here, and failed.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    if not hasattr(libc, "renameat2"):
        return False
    if libc.renameat2(_AT_FDCWD, os.fsencode(one), _AT_FDCWD, os.fsencode(other), _RENAME_EXCHANGE) == 0:
        return True
    number = ctypes.get_errno()
    if number in _NOT_HERE:
        return False
    raise OSError(number, os.strerror(number), os.fspath(one), None, os.fspath(other))


def is_being_written(path: Path) -> bool:
    """Whether some process has a file open for writing.

    The kernel grants no lease then (F_SETLEASE of fcntl(2)). False where the file system has no leases.
    """
    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        fcntl.fcntl(handle, fcntl.F_SETLEASE, fcntl.F_RDLCK)
    except OSError as error:
        return error.errno == errno.EAGAIN
    finally:
        os.close(handle)
    return False
