"""The shell of the practice machine, and what was typed there."""

import os
import re
import shlex
import subprocess
from collections.abc import Sequence
from pathlib import Path

from tui.storage.news.happening import Happening, Source, Tone
from tui.storage.printing import say
from tui.storage.untrusted import clean
from tui.words import translate as _

FOLDER = Path("/run/practice")

_SETTINGS = """
[ -f /etc/bash.bashrc ] && . /etc/bash.bashrc
PS1='practice \\w \\$ '
HISTCONTROL=
[ -z "$practice_offered" ] || history -s -- "$practice_offered"
practice_note() {
    local status=$? line
    line=$(HISTTIMEFORMAT= builtin history 1)
    [ "$line" = "$practice_last" ] || printf '%s\\t%s\\n' "$status" "$line" >> "$practice_typed"
    practice_last=$line
}
practice_last=$(HISTTIMEFORMAT= builtin history 1)
PROMPT_COMMAND=practice_note
"""
"""bash(1) runs PROMPT_COMMAND before each prompt: then the newest line of its history has ended."""

_LINE = re.compile(r"(\d+)\t\s*\d+\*?\s+(.*)")


def run_shell(offered: Sequence[str] = (), folder: Path = FOLDER) -> int:
    """Give the terminal to a shell until it ends; its exit status.

    Args:
        offered: commands that the Up arrow brings to its prompt, as one line.
        folder: where its settings are, and what is typed is noted.
    """
    folder.mkdir(parents=True, exist_ok=True)
    settings = folder / "bashrc"
    line = " && ".join(f"{{ {command}; }}" if "||" in command else command for command in offered)
    begin = f"practice_typed={folder / 'typed'}\npractice_offered={shlex.quote(line)}\n"
    settings.write_text(begin + _SETTINGS, encoding="utf-8")
    say(_("A root shell on the practice machine. Ctrl-D or exit returns to the console."))
    if offered:
        say(_("The Up arrow types the command of this step: {command}").format(command=line))
    environment = {**os.environ, "HOME": os.environ.get("HOME", "/root")}
    return subprocess.run(("bash", "--rcfile", str(settings), "-i"), env=environment, check=False).returncode


class Typed:
    """The lines that were typed, reported once each.

    Args:
        folder: where `run_shell` notes them.
    """

    def __init__(self, folder: Path = FOLDER) -> None:
        self._file = folder / "typed"
        self._read = 0

    def take(self, now: float) -> tuple[Happening, ...]:
        """What was typed since the last time, as things that happened."""
        try:
            lines = self._file.read_text(encoding="utf-8", errors="replace").splitlines()
        except FileNotFoundError:
            return ()
        fresh, self._read = lines[self._read :], len(lines)
        return tuple(typed for line in fresh if (typed := happening(line, now)) is not None)


def happening(line: str, now: float) -> Happening | None:
    """A typed line as something that happened, or None for the rest of a line that went before."""
    found = _LINE.fullmatch(line)
    if found is None:
        return None
    status = int(found[1])
    words = _("typed") if status == 0 else _("typed; exit status {status}").format(status=status)
    return Happening(now, Source.SHELL, clean(found[2]), words, tone=Tone.PLAIN if status == 0 else Tone.WARN)
