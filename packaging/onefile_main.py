"""The beginning of the program in one file: unpacks it where code may run, once, and starts it.

The parts of a zip file that are extension modules cannot be loaded from it. Everything is unpacked below a
folder named by the content: as root below /var/cache, else below the home directory of the user, and where
that cannot be written or runs no code, into a directory that is removed at the end. Python 3.6 understands
this file, to find a newer one, or to say that there is none.
"""

import atexit
import os
import pwd
import shutil
import sys
import tempfile
import zipfile
from typing import Dict, List

from newer_python import start_newer

COMPLETE = "complete"
"""Lies in a folder that was unpacked to its end."""

TEMPORARY = ("/dev/shm", "/var/tmp")


def main() -> None:
    """Find a Python that is new enough, unpack, and start."""
    start_newer()
    machine = os.uname().machine
    places = {"program/": "program", "common/": "packages", machine + "/": "packages"}
    with zipfile.ZipFile(os.path.abspath(sys.argv[0])) as packed:
        if not any(name.startswith(machine + "/") for name in packed.namelist()):
            sys.exit("iscsi-console: this file holds nothing for the processor %s." % machine)
        digest = packed.read("digest").decode().strip()
        place = unpacked(packed, places, "%s-%s" % (digest[:16], machine))
    sys.path[:0] = [os.path.join(place, "program"), os.path.join(place, "packages")]
    from tui.__main__ import main as run

    sys.exit(run())


def unpacked(packed: zipfile.ZipFile, places: Dict[str, str], name: str) -> str:
    """Unpack into the first folder that serves, unless that was done before; return the folder."""
    for folder in folders():
        place = os.path.join(folder, name)
        try:
            make_own(folder)
            if is_complete(place):
                return place
            scratch = tempfile.mkdtemp(prefix=".new-", dir=folder)
            try:
                unpack(packed, places, scratch)
                os.rename(scratch, place)
            except OSError:
                shutil.rmtree(scratch, ignore_errors=True)
                if is_complete(place):
                    return place  # Another process was faster.
                raise
            return place
        except OSError:
            continue
    for folder in (tempfile.gettempdir(), *TEMPORARY):
        if runs_code(folder):
            place = tempfile.mkdtemp(prefix="iscsi-console-", dir=folder)
            atexit.register(shutil.rmtree, place, True)
            unpack(packed, places, place)
            return place
    sys.exit("iscsi-console: there is no directory to unpack it to from which code may run.")


def folders() -> List[str]:
    """The folders that keep it from one start to the next. The environment decides nothing."""
    user = os.geteuid()
    if user == 0:
        return ["/var/cache/iscsi-console", "/run/iscsi-console"]
    try:
        home = pwd.getpwuid(user).pw_dir
    except KeyError:
        return []
    return [os.path.join(home, ".cache", "iscsi-console", "program"), "/run/user/%d/iscsi-console" % user]


def make_own(folder: str) -> None:
    """Make a folder that nobody else can write to. Raises OSError where that is impossible."""
    os.makedirs(folder, mode=0o755, exist_ok=True)
    if not is_own(folder) or not runs_code(folder):
        raise OSError("not usable")


def is_complete(folder: str) -> bool:
    """Whether a folder was unpacked to its end, by this user."""
    return os.path.exists(os.path.join(folder, COMPLETE)) and is_own(folder)


def is_own(folder: str) -> bool:
    """Whether nobody but this user can write to a folder, which is no link."""
    facts = os.lstat(folder)
    return os.path.isdir(folder) and facts.st_uid == os.geteuid() and not facts.st_mode & 0o022


def runs_code(folder: str) -> bool:
    """Whether a folder can be written to and code may run from it (mount(8), noexec)."""
    try:
        return os.access(folder, os.W_OK) and not os.statvfs(folder).f_flag & os.ST_NOEXEC
    except OSError:
        return False


def unpack(packed: zipfile.ZipFile, places: Dict[str, str], folder: str) -> None:
    """Unpack what this machine needs, each part into its place."""
    for member in packed.infolist():
        part, slash, rest = member.filename.partition("/")
        if part + slash in places and rest:
            path = os.path.join(folder, places[part + slash], *rest.split("/"))
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with packed.open(member) as source, open(path, "wb") as target:
                shutil.copyfileobj(source, target)
            os.chmod(path, (member.external_attr >> 16) & 0o777)
    os.chmod(folder, 0o755)
    with open(os.path.join(folder, COMPLETE), "w"):
        pass


if __name__ == "__main__":
    main()
