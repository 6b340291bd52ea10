"""`iscsi-console capture FILE`: write down everything the program reads of this host, secrets removed.

The file can be opened anywhere with `--recorded FILE`, to look at a host that is not there.
"""

import argparse
from collections.abc import Callable

from tui.storage.files.owner_file import not_written_problem, refuse_existing, write_for_owner
from tui.storage.host.interface import Host
from tui.storage.host.local import LocalHost
from tui.storage.host.recording import RecordingHost
from tui.storage.printing import json_text, say
from tui.storage.probe.inventory import take_inventory
from tui.storage.problem import ConsoleError
from tui.storage.untrusted import clean
from tui.words import translate as _

Look = Callable[[RecordingHost], object]
"""A look at a host, whose answers are what counts."""


def capture(host: Host, path: str, *, force: bool = False, look: Look = take_inventory) -> None:
    """Read a host once and write what was read to a file that only its owner may read.

    Args:
        host: the machine.
        path: the file, on the machine the program runs on.
        force: replace the file when it is there already.
        look: what reads it.

    Raises:
        Refused: the file exists, and `force` is not given.
        OSError: it could not be written.
    """
    refuse_existing(path, force=force)
    recording = RecordingHost(host)
    look(recording)
    write_for_owner(
        path,
        json_text(recording.document(), 1, in_order=True) + "\n",
        force=force,
    )


def main(arguments: argparse.Namespace, look: Look) -> int:
    """Capture this host; says where, and that the names in it are still the host's own."""
    try:
        capture(LocalHost(looking_only=True), arguments.file, force=arguments.force, look=look)
    except OSError as error:
        raise ConsoleError(not_written_problem(arguments.file, error)) from error
    words = _("Captured in {path}. CHAP secrets are left out; names and addresses are not.")
    say(words.format(path=clean(arguments.file)))
    return 0
