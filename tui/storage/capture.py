"""`iscsi-console capture FILE`: write down everything the program reads of this host, secrets removed.

The file can be opened anywhere with `--recorded FILE`, to look at a host that is not there.
"""

import argparse
import json
import os
import tempfile
from pathlib import Path

from tui.storage.host.interface import Host
from tui.storage.host.local import LocalHost
from tui.storage.host.recording import RecordingHost
from tui.storage.probe.inventory import take_inventory
from tui.storage.problem import ConsoleError, Problem, Refused
from tui.storage.untrusted import clean
from tui.words import translate as _


def capture(host: Host, path: str, *, force: bool = False) -> None:
    """Read a host once and write what was read to a file that only its owner may read.

    Args:
        host: the machine.
        path: the file, on the machine the program runs on.
        force: replace the file when it is there already.

    Raises:
        Refused: the file exists, and `force` is not given.
        OSError: it could not be written.
    """
    target = Path(path)
    if not force and (target.exists() or target.is_symlink()):
        raise Refused(_exists(path))
    recording = RecordingHost(host)
    take_inventory(recording)
    text = json.dumps(recording.document(), indent=1, ensure_ascii=True, sort_keys=True) + "\n"
    handle, temporary = tempfile.mkstemp(prefix=".iscsi-console-", dir=target.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            os.fchmod(file.fileno(), 0o600)
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        if force:
            Path(temporary).replace(target)
        else:
            _take_place(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


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
        _("{path} exists already, and nothing was written.").format(path=clean(path)),
        remedy=_("Choose another name, or add --force to replace it."),
    )


def _not_written(path: str, error: OSError) -> Problem:
    return Problem(
        "capture.not-written",
        _("The capture {path} could not be written.").format(path=clean(path)),
        remedy=_("Choose a folder that exists, has room, and that you may write to."),
        evidence=(clean(error.strerror or str(error)),),
    )


def add_arguments(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `capture` to the program's sub-commands."""
    parser = commands.add_parser("capture", help=_("write down what is read of this host, without secrets"))
    parser.add_argument("file", metavar="FILE", help=_("the file to write; only you may read it"))
    parser.add_argument("--force", action="store_true", help=_("replace the file when it exists"))


def main(arguments: argparse.Namespace) -> int:
    """Capture this host; says where, and that the names in it are still the host's own."""
    try:
        capture(LocalHost(looking_only=True), arguments.file, force=arguments.force)
    except OSError as error:
        raise ConsoleError(_not_written(arguments.file, error)) from error
    words = _("Captured in {path}. CHAP secrets are left out; names and addresses are not.")
    print(words.format(path=clean(arguments.file)))
    return 0
