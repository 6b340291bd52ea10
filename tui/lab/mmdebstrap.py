"""Debian's mmdebstrap, which makes file trees of packages as the host's apt configuration fetches them."""

import subprocess
from collections import deque
from collections.abc import Callable, Sequence

from tui.lab.errors import LabError
from tui.words import translate as _

Listener = Callable[[str], None]
"""Told, in a sentence, what is being done."""


def apt_options() -> list[str]:
    """How the host fetches packages (proxies, time limits, certificates), as options for mmdebstrap."""
    shown = subprocess.run(
        ("apt-config", "dump", "--format", "%F %v%n", "Acquire"), capture_output=True, text=True, check=False
    )
    options = []
    for line in shown.stdout.splitlines():
        name, _blank, value = line.partition(" ")
        if value and '"' not in value and not name.startswith("Acquire::IndexTargets"):
            options.append(f'--aptopt={name} "{value}"')
    return options


def run(argv: Sequence[str], listener: Listener, descriptors: Sequence[int] = ()) -> None:
    """Run mmdebstrap and pass on what it is about to do: its lines `I: downloading packages with apt...`.

    Args:
        argv: The whole command line.
        listener: Told what it does.
        descriptors: File descriptors that it inherits.

    Raises:
        LabError: When it fails; the message carries its last lines.
    """
    last_lines: deque[str] = deque(maxlen=15)
    with subprocess.Popen(
        argv,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        pass_fds=tuple(descriptors),
        text=True,
        errors="replace",
    ) as building:
        assert building.stdout is not None
        try:
            for line in building.stdout:
                last_lines.append(line.rstrip())
                if line.startswith("I: ") and line.endswith("...\n"):
                    listener(f"mmdebstrap: {line.removeprefix('I: ').rstrip()}")
        except BaseException:
            building.terminate()
            raise
    if building.returncode != 0:
        said = "\n".join(last_lines)
        raise LabError(_("The image could not be built. Output of mmdebstrap:\n{said}").format(said=said))
